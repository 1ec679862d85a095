"""How much likelier two declarations are as one person than as strangers (compiled, without any working room).

A person has one true value per field. Each declaration holds it (hit), or a value redrawn from those that share one of
its blurs, or from all (miss). The sum over true values factorises over the fields, once for each way in which the two
declarations may read: as they stand, with two fields in each other's place, or invented.
"""

# ruff: noqa: PLR0917 - compiled: plain loops, arguments by position.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Floats, Ints
from denombrement.dedup.linkage.compiled import njit_lean

GIVEN, FAMILY, YEAR, MONTH, DAY, SEX, NATIONALITY, COMMUNE = range(8)
NOBODY = -1


class Evidence(NamedTuple):
    """What the declarations say; see ``EncodedRecords``, ``value_shares`` and ``namesake_excess``."""

    tokens: Ints
    share: Floats
    starts: Ints
    swapped: Ints
    namesakes: Floats


class Beliefs(NamedTuple):
    """What the model believes at this moment: misses, where misses land, swaps, relatives, sizes.

    Attributes:
        miss: chance of a miss, one per field.
        landing: share of a field's misses that keep each blur; first of a field: that keep nothing.
        swap: chance that names, and day and month, are written in each other's place.
        invented: chance that a whole date belongs to nobody here.
        relatives: chance that two declarations taken at random are of one household's two persons.
        twin: chance that two such persons share their birth date.
        namesake: chance that two such persons share their given name.
        size_worth: log n! p_n, with p_n the chance that a person has n declarations (index n, from 1).
    """

    miss: Doubles
    landing: Doubles
    swap: Doubles
    invented: float
    relatives: float
    twin: float
    namesake: float
    size_worth: Doubles


@njit_lean
def record_ratio(
    evidence: Evidence, beliefs: Beliefs, start: int, end: int, miss: float, truth: int, record: int
) -> float:
    """One declaration's value given the true one, against a stranger's.

    A miss lands on another value: the share of a blur that it can land on leaves the true value out.
    """
    landed = beliefs.landing[start]
    share, true_share = evidence.share[record, start], evidence.share[truth, start]
    if evidence.tokens[record, start] == evidence.tokens[truth, start]:
        return (1.0 - miss) / share + miss * landed
    for level in range(start + 1, end):
        value = evidence.tokens[record, level]
        if value >= 0 and value == evidence.tokens[truth, level]:
            landed += beliefs.landing[level] / max(evidence.share[record, level] - true_share, share)
    return miss * landed


@njit_lean
def stands(evidence: Evidence, beliefs: Beliefs, field: int, source: int, record: int) -> float:
    """One declaration's value given a true one (NOBODY: one that neither wrote), against a stranger's."""
    start = evidence.starts[field]
    if evidence.tokens[record, start] < 0:
        return 1.0
    if source == NOBODY:
        return beliefs.miss[field]
    return record_ratio(
        evidence, beliefs, start, evidence.starts[field + 1], beliefs.miss[field], source, record
    )


@njit_lean
def is_turnable(evidence: Evidence, record: int, place: int) -> bool:
    """Whether anything could stand in the other field's place."""
    return evidence.swapped[record, place] >= 0 or evidence.swapped[record, place + 1] >= 0


@njit_lean
def turned(
    evidence: Evidence, beliefs: Beliefs, field: int, place: int, step: int, source: int, record: int
) -> float:
    """The same when the value stands in the other field's place: compared exactly."""
    value = evidence.swapped[record, place + step]
    if value < 0:
        return 1.0
    miss = beliefs.miss[field]
    if source == NOBODY or value != evidence.tokens[source, evidence.starts[field]]:
        return miss
    written = evidence.starts[field + 1 - 2 * step]
    return miss + (1.0 - miss) / evidence.share[record, written]


@njit_lean
def pair_joint(evidence: Evidence, beliefs: Beliefs, first: int, place: int, one: int, other: int) -> float:
    """Fields taken together (names, or dates): the two from one combination of true values, against strangers."""
    width = 2 + place // 2
    one_turns, other_turns = is_turnable(evidence, one, place), is_turnable(evidence, other, place)
    # Both as they stand, the other turned, the one turned, both turned; then each of the two alone.
    both, right, left, neither = 1.0, 1.0, 1.0, 1.0
    one_alone, other_alone, one_turned, other_turned = 1.0, 1.0, 1.0, 1.0
    for offset in range(width):
        field, step = first + offset, offset - width + 2
        start = evidence.starts[field]
        rest = 1.0
        pq, pu, tq, tu, ps, qs, ts, us = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for choice in range(3):
            source = one if choice == 0 else (other if choice == 1 else NOBODY)
            if source == NOBODY:
                share = max(0.0, rest)
            else:
                value = evidence.tokens[source, start]
                if value < 0 or (choice == 1 and value == evidence.tokens[one, start]):
                    continue
                share = float(evidence.share[source, start])
                rest -= share
            p, q = (
                stands(evidence, beliefs, field, source, one),
                stands(evidence, beliefs, field, source, other),
            )
            t = turned(evidence, beliefs, field, place, step, source, one) if one_turns and step >= 0 else p
            u = (
                turned(evidence, beliefs, field, place, step, source, other)
                if other_turns and step >= 0
                else q
            )
            pq, pu, tq, tu = pq + share * p * q, pu + share * p * u, tq + share * t * q, tu + share * t * u
            ps, qs, ts, us = ps + share * p, qs + share * q, ts + share * t, us + share * u
        both, right, left, neither = both * pq, right * pu, left * tq, neither * tu
        one_alone, other_alone = one_alone * ps, other_alone * qs
        one_turned, other_turned = one_turned * ts, other_turned * us
    swap, invented = beliefs.swap[place // 2], beliefs.invented if place else 0.0
    plain = 1.0 - swap - invented
    total = plain * (plain * both + swap * (right + left)) + swap * swap * neither
    alone = plain * (one_alone + other_alone) + swap * (one_turned + other_turned)
    return total + invented * (alone + invented)


@njit_lean
def pair_field(evidence: Evidence, beliefs: Beliefs, field: int, one: int, other: int) -> float:
    """Two values of a field from one true value, against strangers; 1 where one is missing."""
    start, end, miss = evidence.starts[field], evidence.starts[field + 1], beliefs.miss[field]
    a, b = evidence.tokens[one, start], evidence.tokens[other, start]
    if a < 0 or b < 0:
        return 1.0
    share = float(evidence.share[one, start])
    left = 1.0 - share
    total = share * record_ratio(evidence, beliefs, start, end, miss, one, one)
    total *= record_ratio(evidence, beliefs, start, end, miss, one, other)
    if a != b:
        share = float(evidence.share[other, start])
        left -= share
        back = share * record_ratio(evidence, beliefs, start, end, miss, other, one)
        total += back * record_ratio(evidence, beliefs, start, end, miss, other, other)
    return total + max(0.0, left) * miss * miss


@njit_lean
def relatives_ratio(evidence: Evidence, beliefs: Beliefs, one: int, other: int) -> float:
    """Two persons of one household against two strangers: what they share says nothing personal."""
    one, other = min(one, other), max(one, other)
    family = pair_field(evidence, beliefs, FAMILY, one, other)
    if family <= 1.0:
        return 0.0
    given = pair_field(evidence, beliefs, GIVEN, one, other)
    date = pair_joint(evidence, beliefs, YEAR, 2, one, other)
    return household_ratio(evidence, beliefs, one, other, given, family, date)


@njit_lean
def household_ratio(
    evidence: Evidence, beliefs: Beliefs, one: int, other: int, given: float, family: float, date: float
) -> float:
    """The same when the ratios of names and dates are known."""
    shared = family * pair_field(evidence, beliefs, COMMUNE, one, other)
    shared *= pair_field(evidence, beliefs, NATIONALITY, one, other)
    namesake = 1.0 - beliefs.namesake + beliefs.namesake * given
    return shared * namesake * (1.0 - beliefs.twin + beliefs.twin * date)


@njit_lean
def strangers_penalty(evidence: Evidence, beliefs: Beliefs, one: int, other: int, date: float) -> float:
    """Log of how much better other persons explain two declarations than independent strangers do.

    They may be of one household, or bear names that go together: both names agree more often than each alone says, but
    never more often than one of them.
    """
    family = pair_field(evidence, beliefs, FAMILY, one, other)
    if family <= 1.0:
        return 0.0
    given = pair_field(evidence, beliefs, GIVEN, one, other)
    household = household_ratio(evidence, beliefs, one, other, given, family, date)
    together = min(np.exp(evidence.namesakes[one] + evidence.namesakes[other]), given, family)
    return np.log(max(1.0, together) + beliefs.relatives * household)


@njit_lean
def pair_log_ratio(evidence: Evidence, beliefs: Beliefs, one: int, other: int) -> float:
    """Log likelihood of two declarations as one person, against others; the order never matters."""
    one, other = min(one, other), max(one, other)
    names = pair_joint(evidence, beliefs, GIVEN, 0, one, other)
    date = pair_joint(evidence, beliefs, YEAR, 2, one, other)
    rest = 1.0
    for field in range(SEX, COMMUNE + 1):
        rest *= pair_field(evidence, beliefs, field, one, other)
    return np.log(names) + np.log(date * rest) - strangers_penalty(evidence, beliefs, one, other, date)
