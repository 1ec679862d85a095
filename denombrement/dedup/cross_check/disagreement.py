"""Pairs on which the model and Splink differ strongly: what an officer should look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from denombrement.dedup.cross_check.columns import Columns
from denombrement.dedup.cross_check.grouping import forbidden
from denombrement.dedup.cross_check.plan import Plan
from denombrement.dedup.cross_check.result import DISAGREEMENT_COLUMNS
from denombrement.dedup.cross_check.scoring import Scored, compared
from denombrement.dedup.linkage.arrays import Doubles, Ints
from denombrement.dedup.linkage.constraints import Constraints
from denombrement.dedup.linkage.pairing import named_pairs, of_pairs, pair_keys
from denombrement.dedup.linkage.records import EncodedRecords


@dataclass(frozen=True)
class Differences:
    """Strong disagreements (see ``CrossCheck.disagreements``), and the pairs of which either was sure."""

    table: pd.DataFrame
    sure_pairs: int


def as_scored(records: EncodedRecords, pairs: pd.DataFrame) -> Scored:
    """The model's pairs as positions."""
    index = pd.Index(records.record_id)
    one, other = (index.get_indexer(pd.Index(pairs[name])) for name in ("first_id", "second_id"))
    first, second = np.minimum(one, other).astype(np.int32), np.maximum(one, other).astype(np.int32)
    order = np.argsort(pair_keys(first, second), kind="stable")
    return Scored(first[order], second[order], pairs["posterior"].to_numpy(dtype=np.float64)[order])


def differences(
    records: EncodedRecords,
    constraints: Constraints,
    columns: Columns,
    plan: Plan,
    *,
    model: Scored,
    splink: Scored,
    joined: Ints,
) -> Differences:
    """Pairs that one holds to be one person and the other two.

    The model's chance is of being one person by whatever way, Splink's of one pair: a pair that Splink `joined`
    through a third declaration is no disagreement. What a service or a human decided is none either.
    """
    low, high = plan.strong
    sure = np.union1d(*(pair_keys(each.first, each.second)[each.chance > high] for each in (model, splink)))
    first, second = (sure >> 32).astype(np.int32), (sure & 0xFFFFFFFF).astype(np.int32)
    open_ = constraints.unit[first] != constraints.unit[second]
    open_ &= ~forbidden(records, constraints, first, second)
    first, second = first[open_], second[open_]
    ours, theirs = (of_pairs(each.first, each.second, each.chance, first, second) for each in (model, splink))
    together = joined[first] == joined[second]
    differ = ((ours > high) & (theirs < low) & ~together) | ((theirs > high) & (ours < low))
    first, second = first[differ], second[differ]
    table = pd.DataFrame(
        {
            **named_pairs(records, first, second),
            "model": ours[differ],
            "splink": theirs[differ],
            "compared": compared(columns, first, second),
        },
        columns=list(DISAGREEMENT_COLUMNS),
    )
    return Differences(_worst_first(table), int(open_.sum()))


def _worst_first(table: pd.DataFrame) -> pd.DataFrame:
    gap: Doubles = np.abs(table["model"].to_numpy() - table["splink"].to_numpy())
    ordered = table.assign(gap=np.round(gap, 6)).sort_values(
        ["gap", "first_id", "second_id"], ascending=[False, True, True], ignore_index=True
    )
    return ordered.drop(columns="gap")
