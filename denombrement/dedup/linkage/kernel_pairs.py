"""Search for candidate pairs (compiled): the model's own weight, in a large file after a cheap look at what agrees."""

# ruff: noqa: PLR0917, PLR2004 - compiled: plain loops, arguments by position.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import TypeVar

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Flags, Ints, Longs
from denombrement.dedup.linkage.compiled import njit, njit_lean
from denombrement.dedup.linkage.kernel_pair import (
    DAY,
    FAMILY,
    GIVEN,
    MONTH,
    YEAR,
    Beliefs,
    Evidence,
    pair_log_ratio,
)

Array = TypeVar("Array", Ints, Doubles)


@njit_lean
def agrees(evidence: Evidence, field: int, one: int, other: int) -> bool:
    """Whether a field agrees at any of its levels."""
    for level in range(evidence.starts[field], evidence.starts[field + 1]):
        value = evidence.tokens[one, level]
        if value >= 0 and value == evidence.tokens[other, level]:
            return True
    return False


@njit_lean
def reads_as(evidence: Evidence, one: int, other: int, place: int, field: int) -> bool:
    """Whether one declaration's swapped reading is what another wrote in a field."""
    value = evidence.swapped[one, place]
    return value >= 0 and value == evidence.tokens[other, evidence.starts[field]]


@njit_lean
def names_turned(evidence: Evidence, one: int, other: int) -> bool:
    """Whether given and family name stand in each other's place."""
    return (
        reads_as(evidence, one, other, 0, GIVEN)
        or reads_as(evidence, one, other, 1, FAMILY)
        or reads_as(evidence, other, one, 0, GIVEN)
        or reads_as(evidence, other, one, 1, FAMILY)
    )


@njit_lean
def same_value(evidence: Evidence, field: int, one: int, other: int) -> bool:
    """Whether a whole value agrees: a family name alone can be enough when it is rare and much else is missing."""
    value = evidence.tokens[one, evidence.starts[field]]
    return value >= 0 and value == evidence.tokens[other, evidence.starts[field]]


@njit_lean
def is_plausible(evidence: Evidence, one: int, other: int) -> bool:
    """A loose first look: two names that agree somewhere, or one and a part or two of the date, or the whole date."""
    dates = 0
    for field in range(YEAR, DAY + 1):
        if agrees(evidence, field, one, other):
            dates += 1
    if dates < 2 and (reads_as(evidence, one, other, 2, MONTH) and reads_as(evidence, one, other, 3, DAY)):
        dates += 2
    if dates == 3:
        return True
    if same_value(evidence, FAMILY, one, other):
        return True
    if same_value(evidence, GIVEN, one, other) and dates > 0:
        return True
    given, family = agrees(evidence, GIVEN, one, other), agrees(evidence, FAMILY, one, other)
    if given and family:
        return True
    if (given or family) and dates == 2:
        return True
    return names_turned(evidence, one, other)


@njit_lean
def pair_weight(evidence: Evidence, beliefs: Beliefs, one: int, other: int) -> float:
    """The model's log weight of a pair, or minus infinity when a first look finds nothing."""
    if not is_plausible(evidence, one, other):
        return -np.inf
    return pair_log_ratio(evidence, beliefs, one, other)


@njit_lean
def sampled_chances(
    evidence: Evidence, beliefs: Beliefs, thin: Ints, partners: Ints, chances: Doubles
) -> None:
    """Likelihood ratio of each thin declaration with each of its sampled partners."""
    for row in range(len(thin)):
        for column in range(partners.shape[1]):
            chances[row, column] = np.exp(pair_log_ratio(evidence, beliefs, thin[row], partners[row, column]))


@njit
def grown(array: Array, size: int) -> Array:
    """The same array with twice the room."""
    larger = np.empty(2 * size, dtype=array.dtype)
    larger[:size] = array[:size]
    return larger


@njit
def all_pairs(
    evidence: Evidence,
    beliefs: Beliefs,
    begin: int,
    end: int,
    threshold: float,
    service: Ints,
    thin: Flags,
    mass: Doubles,
    best: Doubles,
    partner: Ints,
) -> tuple[Ints, Ints, Doubles]:
    """Candidates between declarations begin…end and all before them: first, second, log weight.

    Every pair is weighed: what a first look throws away is weak pair by pair, and together half a percent of the count
    where faults are many. What stays below the threshold is added up in `mass`, with the likeliest `partner` and its weight
    (`best`); not for thin declarations, and nothing within one service.
    """
    first, second = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    weights = np.empty(1024, dtype=np.float64)
    size = 0
    for one in range(begin, end):
        for other in range(one):
            if service[one] >= 0 and service[one] == service[other]:
                continue
            weight = pair_log_ratio(evidence, beliefs, other, one)
            if weight < threshold:
                if not thin[one] and not thin[other]:
                    mass[one] += np.exp(weight)
                    if weight > best[one]:
                        best[one], partner[one] = weight, other
                continue
            if size == len(first):
                first, second, weights = grown(first, size), grown(second, size), grown(weights, size)
            first[size], second[size], weights[size] = other, one, weight
            size += 1
    return first[:size], second[:size], weights[:size]


@njit_lean
def is_met_earlier(keys: Longs, usable: Flags, key: int, one: int, other: int) -> bool:
    """Whether an earlier key brought the same two declarations together already."""
    for earlier in range(key):
        value = keys[earlier, one]
        if value >= 0 and value == keys[earlier, other] and usable[earlier, one]:
            return True
    return False


@njit
def block_pairs(
    evidence: Evidence,
    beliefs: Beliefs,
    keys: Longs,
    usable: Flags,
    key: int,
    order: Ints,
    starts: Ints,
    threshold: float,
    service: Ints,
) -> tuple[Ints, Ints, Doubles]:
    """Candidates within the blocks of one key: first, second, log weight.

    Args:
        evidence: what the declarations say.
        beliefs: the model before learning.
        keys: one row a key, one column a declaration; -1 when incomplete.
        usable: whether the declaration's block under a key is small enough to be compared.
        key: row of the key in hand.
        order: declarations in the order of the key's value.
        starts: begin of each block in ``order``, and the end of the last.
        threshold: smallest log weight that is kept.
        service: of each declaration, -1 unknown; two of one service are no candidates.
    """
    first, second = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
    weights = np.empty(1024, dtype=np.float64)
    size = 0
    for block in range(len(starts) - 1):
        for place in range(starts[block], starts[block + 1]):
            for before in range(starts[block], place):
                one, other = min(order[before], order[place]), max(order[before], order[place])
                if is_met_earlier(keys, usable, key, one, other):
                    continue
                if service[one] >= 0 and service[one] == service[other]:
                    continue
                weight = pair_weight(evidence, beliefs, one, other)
                if weight < threshold:
                    continue
                if size == len(first):
                    first, second, weights = grown(first, size), grown(second, size), grown(weights, size)
                first[size], second[size], weights[size] = one, other, weight
                size += 1
    return first[:size], second[:size], weights[:size]
