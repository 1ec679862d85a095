"""Every compared pair with the chance that Splink gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from denombrement.dedup.cross_check.columns import PLACE, Columns
from denombrement.dedup.cross_check.parameters import Parameters
from denombrement.dedup.cross_check.plan import Plan
from denombrement.dedup.cross_check.splink_model import settings_for
from denombrement.dedup.cross_check.training import silence
from denombrement.dedup.linkage.arrays import Doubles, Flags, Ints, Longs
from denombrement.dedup.linkage.pairing import pair_keys
from denombrement.dedup.linkage.records import MISSING

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI


@dataclass(frozen=True)
class Scored:
    """Pairs as positions, ``first < second``, sorted; ``chance`` of one person."""

    first: Ints
    second: Ints
    chance: Doubles


def score(backend: DatabaseAPI[Any], columns: Columns, plan: Plan, fitted: Parameters) -> Scored:
    """Splink's pairs at ``plan.least_chance`` and above."""
    from splink import Linker

    with silence():
        table = backend.register(columns.table())
        linker = Linker(table, settings_for(columns, plan, fitted), log_level=None)
        found: Any = linker.inference.predict(threshold_match_probability=plan.least_chance)
        pairs = found.as_pyarrow_table().select([f"{PLACE}_l", f"{PLACE}_r", "match_probability"])
    left, right, chance = (column.to_numpy() for column in pairs.columns)
    first, second = np.minimum(left, right).astype(np.int32), np.maximum(left, right).astype(np.int32)
    order = np.argsort(pair_keys(first, second), kind="stable")
    return Scored(first[order], second[order], chance[order].astype(np.float64))


def compared(columns: Columns, first: Ints, second: Ints) -> Flags:
    """Whether any key let Splink look at each of these pairs at all."""
    looked: Flags = np.zeros(len(first), dtype=np.bool_)
    for key in columns.keys:
        values: Longs = columns.values[key]
        looked |= (values[first] == values[second]) & (values[first] != MISSING)
    return looked
