"""Percentages and rates, from protected values alone: a share of a true count would give the count away."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from denombrement.counts.table import TERRITORY
from denombrement.errors import UsageProblem
from denombrement.protection.tables import ProtectedTable


def shares(table: ProtectedTable, dimension: str, *, without: Collection[str] = ()) -> pd.DataFrame:
    """Each row's share of its total along one dimension.

    Args:
        table: protected.
        dimension: along which the shares add up to 100.
        without: codes left out of the denominator (such as ``unknown``); they get no share.

    Returns:
        The table's frame with ``denominator`` (persons, protected) and ``percent``; both are empty where a value is
        withheld, where the denominator is, and where it is 0.

    Raises:
        UsageProblem: PRO015, the table does not print that dimension, or a code left out of the denominator.
    """
    tree = table.hierarchies.get(dimension)
    if tree is None or not set(without) <= set(tree.codes):
        raise UsageProblem("PRO015", problem=table.name)
    frame = table.frame()
    others = [name for name in table.dimensions if name != dimension]
    denominator = _along(frame, dimension, tree.root, others)
    for code in without:
        denominator = denominator - _along(frame, dimension, code, others)
    kept = denominator.where((denominator > 0) & ~frame[dimension].isin(list(without)))
    return frame.assign(denominator=kept, percent=_ratio(frame["value"], kept, 100.0))


def rates(table: ProtectedTable, population: Mapping[str, int], *, per: int = 1000) -> pd.DataFrame:
    """Persons counted per 1,000 inhabitants of each territory.

    Args:
        table: protected, with the dimension ``territory``.
        population: inhabitants by code of territory; name its producer beside the figures.
        per: inhabitants to which the rate refers.

    Returns:
        The table's frame with ``population`` (inhabitants) and ``rate``; empty where a value is withheld or no
        population is given.

    Raises:
        UsageProblem: PRO015, the table has no territories.
    """
    if TERRITORY not in table.dimensions:
        raise UsageProblem("PRO015", problem=table.name)
    frame = table.frame()
    inhabitants = frame[TERRITORY].map(dict(population)).astype("Int64")
    return frame.assign(population=inhabitants, rate=_ratio(frame["value"], inhabitants, float(per)))


def _along(frame: pd.DataFrame, dimension: str, code: str, others: list[str]) -> pd.Series[int]:
    """For each row, the value of the cell that has this code and else the row's own codes."""
    cells = frame[frame[dimension] == code]
    if not others:
        return pd.Series(cells["value"].iloc[0], index=frame.index, dtype="Int64")
    merged = frame[others].merge(cells[[*others, "value"]], on=others, how="left")
    return merged["value"].set_axis(frame.index)


def _ratio(value: pd.Series[int], whole: pd.Series[int], factor: float) -> pd.Series[float]:
    return value.astype("Float64") / whole.astype("Float64") * factor
