"""Chances of agreement: among declarations of one person (m), and of strangers (u)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denombrement.dedup.cross_check.columns import EITHER_ORDER, Columns, Comparison
from denombrement.dedup.linkage.arrays import Longs
from denombrement.dedup.linkage.records import MISSING, EncodedRecords
from denombrement.dedup.linkage.settings import Field, Settings

SAMPLED_PAIRS = 200_000
# No level is impossible: half an observation for each.
PSEUDO = 0.5


@dataclass(frozen=True)
class Parameters:
    """A Fellegi–Sunter model.

    Attributes:
        share: chance that two declarations drawn at random are one person.
        m, u: per field, the chance of each level of agreement, from exact to none; each adds up to 1.
    """

    share: float
    m: dict[str, tuple[float, ...]]
    u: dict[str, tuple[float, ...]]


def prior_parameters(records: EncodedRecords, columns: Columns, seed: int) -> Parameters:
    """What is believed before any training: faults as in the model's priors, strangers as in the file."""
    fields = {field.name: field for field in records.settings.fields}
    return Parameters(
        share=prior_share(records.settings, len(records)),
        m={each.field: prior_m(fields[each.field], each, records.settings) for each in columns.comparisons},
        u=_strangers(columns, len(records), seed),
    )


def prior_share(settings: Settings, size: int) -> float:
    """Pairs of one person among all pairs, from the prior of the number of declarations per person."""
    number = np.arange(1, len(settings.size_weights) + 1)
    weights = np.array(settings.size_weights)
    pairs = float((weights * number * (number - 1) / 2).sum() / (weights * number).sum())
    return min(0.5, pairs * 2 / max(1, size - 1))


def prior_m(field: Field, comparison: Comparison, settings: Settings) -> tuple[float, ...]:
    """Both declarations right; else a fault of either, on the blur that the fault keeps."""
    right = (1.0 - field.miss_mean) ** 2
    shares = np.array(field.shares) / sum(field.shares)
    turned = settings.swap_shares[0 if field.name == "given" else 1]
    chances = [right]
    for column in comparison.columns[1:]:
        if field.name in EITHER_ORDER and column == EITHER_ORDER[field.name][0]:
            chances.append(turned)
        else:
            chances.append((1.0 - right) * shares[int(column.rsplit("_", 1)[1])])
    chances.append(max((1.0 - right) * shares[0], PSEUDO / field.miss_weight))
    total = sum(chances)
    return tuple(float(chance / total) for chance in chances)


def expected_recall(records: EncodedRecords, fields: tuple[str, ...]) -> float:
    """Share of the pairs of one person that agree in all these fields: both known, both right."""
    chance = 1.0
    for field in records.settings.fields:
        if field.name in fields:
            known = float((records.column(field.name) != MISSING).mean())
            chance *= (known * (1.0 - field.miss_mean)) ** 2
    return chance


def _strangers(columns: Columns, size: int, seed: int) -> dict[str, tuple[float, ...]]:
    generator = np.random.default_rng(seed)
    first = generator.integers(0, size, SAMPLED_PAIRS)
    second = generator.integers(0, size, SAMPLED_PAIRS)
    apart = first != second
    levels = {
        each.field: level_of_pairs(columns, each, first[apart], second[apart]) for each in columns.comparisons
    }
    return {each.field: _shares(levels[each.field], len(each.columns) + 1) for each in columns.comparisons}


def _shares(levels: Longs, number: int) -> tuple[float, ...]:
    counts = np.bincount(levels[levels != MISSING], minlength=number) + PSEUDO
    return tuple((counts / counts.sum()).tolist())


def level_of_pairs(columns: Columns, comparison: Comparison, first: Longs, second: Longs) -> Longs:
    """The first level on which each pair agrees, the last when on none; -1 where either has no value."""
    level = np.full(len(first), len(comparison.columns), dtype=np.int64)
    for place in range(len(comparison.columns) - 1, -1, -1):
        values = columns.values[comparison.columns[place]]
        agree = (values[first] == values[second]) & (values[first] != MISSING)
        level[agree] = place
    exact = columns.values[comparison.columns[0]]
    return np.where((exact[first] == MISSING) | (exact[second] == MISSING), MISSING, level)
