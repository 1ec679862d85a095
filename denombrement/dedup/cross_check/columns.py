"""What Splink is given: integers in the place of tokens, so that agreement is equality on every backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from denombrement.dedup.cross_check.plan import Plan
from denombrement.dedup.linkage.arrays import Longs
from denombrement.dedup.linkage.candidates import key_values
from denombrement.dedup.linkage.pairing import blocks, either_order, pair_count
from denombrement.dedup.linkage.records import MISSING, EncodedRecords

if TYPE_CHECKING:
    import pyarrow as pa

PLACE = "place"
# A level that two fields share when they are written in each other's place: on which field it stands, and of which two.
EITHER_ORDER = {"given": ("names_either", "family", 0), "month": ("dates_either", "day", 2)}


@dataclass(frozen=True)
class Comparison:
    """One field as Splink compares it.

    Attributes:
        field: the field of the model.
        columns: equal values in a column are a level of agreement, the first is exact; beyond the last, none agrees.
        frequent: whether rare values that agree exactly say more than frequent ones.
    """

    field: str
    columns: tuple[str, ...]
    frequent: bool


@dataclass(frozen=True)
class Columns:
    """The declarations as columns of integers; missing is -1.

    Attributes:
        values: by name; one entry a declaration, in the order of the records.
        comparisons: fields that somebody has.
        keys: names of the columns that block, in the model's order.
        left_out: keys that would compare too many pairs.
        size: how many declarations.
    """

    values: dict[str, Longs]
    comparisons: tuple[Comparison, ...]
    keys: tuple[str, ...]
    left_out: tuple[str, ...]

    size: int

    def table(self, rows: Longs | None = None) -> pa.Table:
        """What is handed to Splink: no token, no id, no service. All declarations, or some."""
        import pyarrow as pa

        places = np.arange(self.size, dtype=np.int64) if rows is None else rows
        table = {PLACE: pa.array(places)}
        for name, values in self.values.items():
            table[name] = pa.array(values[places], mask=values[places] == MISSING)
        return pa.table(table)


def columns_of(records: EncodedRecords, plan: Plan) -> Columns:
    """Columns for every level of every field, and one for each key worth comparing."""
    values: dict[str, Longs] = {}
    comparisons = [_compared(records, plan, values, place) for place in range(len(records.settings.fields))]
    keys, left_out = [], []
    for place, key in enumerate(records.settings.keys):
        found = key_values(records, key)
        order, starts = blocks(found, plan.largest_block)
        if pair_count(starts) > plan.pairs_per_declaration * len(records):
            left_out.append(key.name)
        elif len(order):
            keys.append(f"key_{place}")
            values[keys[-1]] = _only(found, order)
    return Columns(
        values,
        tuple(each for each in comparisons if each.columns),
        tuple(keys),
        tuple(left_out),
        len(records),
    )


def _compared(records: EncodedRecords, plan: Plan, values: dict[str, Longs], place: int) -> Comparison:
    field = records.settings.fields[place]
    names = []
    for level in range(len(field.levels)):
        codes = records.column(field.name, level).astype(np.int64)
        if (codes != MISSING).any():
            names.append(f"{field.name}_{level}")
            values[names[-1]] = codes
    if names and field.name in EITHER_ORDER:
        column, other, first = EITHER_ORDER[field.name]
        names.append(column)
        values[column] = either_order(records, field.name, other, first)
    return Comparison(field.name, tuple(names), field.name in plan.frequencies)


def _only(values: Longs, kept: np.ndarray) -> Longs:
    """The values of some declarations, missing elsewhere: alone or in too large a block, a value is no key."""
    result = np.full(len(values), MISSING, dtype=np.int64)
    result[kept] = values[kept]
    return result
