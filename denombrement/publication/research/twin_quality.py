"""What a twin is good for and what it gives away, held against the persons it does not know; for the team alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from denombrement.protection.tables import ProtectedTable
from denombrement.publication.research.twin import Twin


@dataclass(frozen=True)
class TwinUtility:
    """How far the twin is from the tables and from the persons.

    Args:
        largest_difference: over all cells of the tables kept, in persons (0: kept exactly).
        mean_distance: total variation distance of two columns taken together, twin against persons, mean over all pairs
            of columns (0: the same, 1: nothing in common).
        worst_distance: the largest, with the pair's names.
        worst_pair: names.
    """

    largest_difference: int
    mean_distance: float
    worst_distance: float
    worst_pair: tuple[str, str]


@dataclass(frozen=True)
class TwinRisk:
    """What the twin tells of the persons beyond chance.

    Args:
        unique_persons: persons alone with their combination of quasi-identifiers.
        met_by_chance: of them, those whose combination stands in the twin as well.
        met_by_others: the same in twins of other seeds, mean: what chance alone gives.
        guessed_percent: persons whose category is guessed right from the twin's rows with their quasi-identifiers.
        guessed_without_percent: guessed right from the protected tables alone (the commonest category).
    """

    unique_persons: int
    met_by_chance: int
    met_by_others: float
    guessed_percent: float
    guessed_without_percent: float


def twin_utility(twin: Twin, tables: Mapping[str, ProtectedTable], persons: pd.DataFrame) -> TwinUtility:
    """The twin against the tables that it keeps, and against the persons in all pairs of columns.

    Args:
        twin: the twin.
        tables: the protected tables.
        persons: the persons with the twin's columns, recoded alike.
    """
    columns = [name for name in twin.frame.columns if name in persons.columns]
    distances = {pair: _distance(twin.frame, persons, pair) for pair in combinations(columns, 2)}
    worst = max(distances, key=lambda pair: distances[pair])
    return TwinUtility(
        largest_difference=max(_difference(twin.frame, tables[name]) for name in twin.kept),
        mean_distance=float(np.mean(list(distances.values()))),
        worst_distance=distances[worst],
        worst_pair=worst,
    )


def twin_risk(
    twin: Twin, others: Sequence[Twin], persons: pd.DataFrame, quasi: Sequence[str], sensitive: str
) -> TwinRisk:
    """Whether the twin meets persons, or betrays an answer, more often than chance.

    Args:
        twin: the twin.
        others: twins of other seeds.
        persons: the persons with the twin's columns.
        quasi: quasi-identifiers.
        sensitive: the answer to guess.
    """
    names = list(quasi)
    unique = _keys(persons, names)[lambda keys: ~keys.duplicated(keep=False)]
    met = [int(unique.isin(set(_keys(each.frame, names))).sum()) for each in (twin, *others)]
    commonest = twin.frame[sensitive].mode().iloc[0]
    said = twin.frame.groupby(_keys(twin.frame, names))[sensitive].agg(lambda given: given.mode().iloc[0])
    guess = _keys(persons, names).map(said).fillna(commonest)
    return TwinRisk(
        unique_persons=len(unique),
        met_by_chance=met[0],
        met_by_others=float(np.mean(met[1:])) if others else 0.0,
        guessed_percent=100 * float((guess == persons[sensitive]).mean()),
        guessed_without_percent=100 * float((persons[sensitive] == commonest).mean()),
    )


def _keys(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series[str]:
    texts = [frame[name].astype(object).where(frame[name].notna(), "").astype(str) for name in names]
    return pd.Series(["|".join(row) for row in zip(*texts, strict=True)], index=frame.index)


def _distance(twin: pd.DataFrame, persons: pd.DataFrame, pair: tuple[str, str]) -> float:
    shares = [_keys(frame, pair).value_counts(normalize=True) for frame in (twin, persons)]
    return float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)


def _difference(twin: pd.DataFrame, table: ProtectedTable) -> int:
    known = [name for name in table.hierarchies if name in twin.columns]
    largest = 0
    for codes, value, _ in table.rows:
        inside = pd.Series(data=True, index=twin.index)
        for (name, tree), code in zip(table.hierarchies.items(), codes, strict=True):
            if name in known:
                inside &= twin[name].isin(tree.leaves_under(code)) | (code == tree.root)
            elif code != tree.root:
                # Whether a question was answered is no column: it is whether the answer is known.
                answer = next(each for each in known if "." in each)
                inside &= twin[answer].notna() == (code == "answered")
        # A question that nobody answered is not mentioned in the tables, and empty in the twin.
        if value is not None and not any(code == "not_mentioned" for code in codes):
            largest = max(largest, abs(int(inside.sum()) - value))
    return largest
