"""Deterministic passes that know the size of the file they are used on.

A rule that is right at a thousand declarations drowns in chance links at a million. Each pass computes, from this very
file, how many of its links strangers and relatives would make by accident, and is switched off when they are too many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denombrement.dedup.linkage.arrays import Ints
from denombrement.dedup.linkage.frequencies import shares
from denombrement.dedup.linkage.pairing import blocks, joint_values, pair_count, pairs_within
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.dedup.linkage.settings import Pass

LARGEST_BLOCK = 50
PERSONAL = ("given", "year", "month", "day", "sex")


@dataclass(frozen=True)
class PassResult:
    """One pass on one file.

    Attributes:
        name, version: the rule.
        links: pairs of declarations that agree on all its parts.
        chance_links: how many of them chance alone would make.
        active: whether its links are used.
        first, second: its links, as positions (empty when switched off).
    """

    name: str
    version: str
    links: int
    chance_links: float
    active: bool
    first: Ints
    second: Ints


def run_passes(records: EncodedRecords) -> tuple[PassResult, ...]:
    """Every pass of the model on this file, in order."""
    same_household = _household_pairs(records)
    return tuple(_run(records, entry, same_household) for entry in records.settings.passes)


def chance_links(records: EncodedRecords, entry: Pass, household_pairs: float) -> float:
    """Expected accidental links: all pairs of strangers, and pairs of one household on personal fields only.

    λ = n(n − 1)/2 · Π Σ p², fields independent; a field's Σ p² counts declarations that have it.
    """
    strangers = len(records) * (len(records) - 1) / 2.0
    relatives = household_pairs
    for field, level in entry.parts:
        codes = records.column(field, level)
        present = float((codes >= 0).mean())
        chance = present**2 * float((shares(codes) ** 2).sum())
        strangers *= chance
        relatives *= chance if field in PERSONAL else 1.0
    return strangers + relatives


def _household_pairs(records: EncodedRecords) -> float:
    """Pairs that share family name and commune, over what strangers would share."""
    parts = (("family", 0), ("commune", 0))
    found = pair_count(blocks(joint_values(records, parts), len(records))[1])
    expected = len(records) * (len(records) - 1) / 2.0
    for field, level in parts:
        expected *= float((shares(records.column(field, level)) ** 2).sum())
    return max(0.0, found - expected)


def _run(records: EncodedRecords, entry: Pass, household_pairs: float) -> PassResult:
    values = joint_values(records, entry.parts)
    links = pair_count(blocks(values, len(records))[1])
    chance = chance_links(records, entry, household_pairs)
    active = chance <= records.settings.chance_share * max(1, links)
    first, second = (
        pairs_within(values, LARGEST_BLOCK) if active else (np.zeros(0, np.int32), np.zeros(0, np.int32))
    )
    return PassResult(entry.name, entry.version, links, chance, active, first, second)
