"""How much likelier a group of declarations is as one person than as strangers (compiled).

A person has one true value per field. Each declaration holds it (hit), or a value redrawn from those that share one of
its blurs, or from all (miss). The likelihood of a group sums over the true value; it never multiplies pairs, which would
count the same evidence again and again and merge relatives. Everything is relative to strangers, so one declaration
alone is worth 1.
"""

# ruff: noqa: PLR0917, PLR2004, SIM110 - compiled: plain loops, arguments by position.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Flags, Floats, Ints
from denombrement.dedup.linkage.compiled import njit, njit_inlined

GIVEN, FAMILY, YEAR, MONTH, DAY, SEX, NATIONALITY, COMMUNE = range(8)
NOBODY = -1


class Evidence(NamedTuple):
    """What the declarations say; see ``EncodedRecords`` and ``value_shares``."""

    tokens: Ints
    share: Floats
    starts: Ints
    swapped: Ints


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


@njit
def field_ratio(evidence: Evidence, beliefs: Beliefs, field: int, group: Ints, size: int) -> float:
    """Likelihood ratio of one field: the group's values from one true value, against from strangers."""
    start, end = evidence.starts[field], evidence.starts[field + 1]
    miss = beliefs.miss[field]
    present = 0
    for place in range(size):
        if evidence.tokens[group[place], start] >= 0:
            present += 1
    if present < 2:
        return 1.0
    total, seen = 0.0, 0.0
    for place in range(size):
        truth = group[place]
        if is_repeat(evidence.tokens, start, group, place):
            continue
        share = float(evidence.share[truth, start])
        product = share
        for other in range(size):
            if evidence.tokens[group[other], start] >= 0:
                product *= record_ratio(evidence, beliefs, start, end, miss, truth, group[other])
        total += product
        seen += share
    return total + max(0.0, 1.0 - seen) * miss**present


@njit_inlined
def is_repeat(tokens: Ints, start: int, group: Ints, place: int) -> bool:
    """Whether a value is missing or was already tried as the true one."""
    value = tokens[group[place], start]
    if value < 0:
        return True
    for earlier in range(place):
        if tokens[group[earlier], start] == value:
            return True
    return False


@njit_inlined
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


@njit
def swapped_ratio(
    evidence: Evidence,
    beliefs: Beliefs,
    field: int,
    other_field: int,
    place: int,
    group: Ints,
    size: int,
    turned: int,
) -> float:
    """The field's ratio when one declaration (``turned``) wrote another field's value here, exact values only."""
    start, end = evidence.starts[field], evidence.starts[field + 1]
    written = evidence.starts[other_field]
    miss = beliefs.miss[field]
    alternative = evidence.swapped[turned, place]
    total, seen, present = 0.0, 0.0, 0
    for record in group[:size]:
        if record == turned:
            present += 1 if alternative >= 0 else 0
        elif evidence.tokens[record, start] >= 0:
            present += 1
    for position in range(size):
        truth = group[position]
        if truth == turned or is_repeat(evidence.tokens, start, group, position):
            continue
        share = float(evidence.share[truth, start])
        product = share
        for record in group[:size]:
            if record == turned:
                if alternative >= 0:
                    hit = alternative == evidence.tokens[truth, start]
                    product *= miss + ((1.0 - miss) / evidence.share[record, written] if hit else 0.0)
            elif evidence.tokens[record, start] >= 0:
                product *= record_ratio(evidence, beliefs, start, end, miss, truth, record)
        total += product
        seen += share
    return total + max(0.0, 1.0 - seen) * miss**present


@njit_inlined
def find_swap(evidence: Evidence, first: int, second: int, place: int, group: Ints, size: int) -> int:
    """A declaration whose swapped reading agrees with another of the group, or NOBODY."""
    first_column, second_column = evidence.starts[first], evidence.starts[second]
    for record in group[:size]:
        one, two = evidence.swapped[record, place], evidence.swapped[record, place + 1]
        if one < 0 and two < 0:
            continue
        for other in group[:size]:
            if other == record:
                continue
            if (one >= 0 and one == evidence.tokens[other, first_column]) or (
                two >= 0 and two == evidence.tokens[other, second_column]
            ):
                return record
    return NOBODY


@njit
def couple_ratio(
    evidence: Evidence, beliefs: Beliefs, first: int, second: int, place: int, group: Ints, size: int
) -> float:
    """Two fields that can be written in each other's place: as they stand, or with one declaration turned."""
    plain = field_ratio(evidence, beliefs, first, group, size) * field_ratio(
        evidence, beliefs, second, group, size
    )
    turned = find_swap(evidence, first, second, place, group, size)
    if turned == NOBODY:
        return plain
    share = beliefs.swap[place // 2] * size
    other = swapped_ratio(evidence, beliefs, first, second, place, group, size, turned) * swapped_ratio(
        evidence, beliefs, second, first, place + 1, group, size, turned
    )
    return (1.0 - share) * plain + beliefs.swap[place // 2] * other


@njit
def whole_date(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int) -> float:
    """Year, month and day without an invented date."""
    return field_ratio(evidence, beliefs, YEAR, group, size) * couple_ratio(
        evidence, beliefs, MONTH, DAY, 2, group, size
    )


@njit
def date_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int) -> float:
    """The whole birth date, allowing that one declaration's date is invented."""
    plain = whole_date(evidence, beliefs, group, size)
    if plain > 1.0:
        return plain
    rest = 0.0
    for place in range(size):
        if size == 2:
            rest += 1.0
            continue
        last = group[size - 1]
        group[size - 1], group[place] = group[place], last
        rest += whole_date(evidence, beliefs, group, size - 1)
        group[place], group[size - 1] = group[size - 1], last
    return (1.0 - size * beliefs.invented) * plain + beliefs.invented * rest


@njit
def relatives_ratio(evidence: Evidence, beliefs: Beliefs, pair: Ints) -> float:
    """Two persons of one household against two strangers: what they share says nothing personal."""
    shared = field_ratio(evidence, beliefs, FAMILY, pair, 2)
    if shared <= 1.0:
        return 0.0
    shared *= field_ratio(evidence, beliefs, COMMUNE, pair, 2)
    shared *= field_ratio(evidence, beliefs, NATIONALITY, pair, 2)
    given = field_ratio(evidence, beliefs, GIVEN, pair, 2)
    date = whole_date(evidence, beliefs, pair, 2)
    return (
        shared
        * (1.0 - beliefs.namesake + beliefs.namesake * given)
        * (1.0 - beliefs.twin + beliefs.twin * date)
    )


@njit
def relatives_penalty(
    evidence: Evidence, beliefs: Beliefs, group: Ints, size: int, best: Doubles, done: Flags, pair: Ints
) -> float:
    """Log of how well other persons of the household explain the group, along its strongest tree of pairs."""
    total = 0.0
    for place in range(size):
        best[place] = -1.0
        done[place] = False
    current = 0
    done[0] = True
    for _ in range(size - 1):
        chosen = -1
        for place in range(size):
            if done[place]:
                continue
            pair[0], pair[1] = group[current], group[place]
            weight = relatives_ratio(evidence, beliefs, pair)
            best[place] = max(best[place], weight)
            if chosen < 0 or best[place] > best[chosen]:
                chosen = place
        total += np.log1p(beliefs.relatives * best[chosen])
        done[chosen] = True
        current = chosen
    return total


@njit
def group_log_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int) -> float:
    """Log likelihood of a group as one person, against strangers or relatives."""
    if size < 2:
        return 0.0
    log_ratio = np.log(couple_ratio(evidence, beliefs, GIVEN, FAMILY, 0, group, size))
    log_ratio += np.log(date_ratio(evidence, beliefs, group, size))
    for field in range(SEX, COMMUNE + 1):
        log_ratio += np.log(field_ratio(evidence, beliefs, field, group, size))
    best = np.empty(size)
    done = np.empty(size, dtype=np.bool_)
    pair = np.empty(2, dtype=group.dtype)
    return log_ratio - relatives_penalty(evidence, beliefs, group, size, best, done, pair)
