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
def turned_value(
    evidence: Evidence, start: int, place: int, turned: Flags, group: Ints, position: int
) -> int:
    """What a declaration says of a field, read in the other place when it is turned."""
    if turned[position]:
        return evidence.swapped[group[position], place]
    return evidence.tokens[group[position], start]


@njit
def turned_ratio(
    evidence: Evidence,
    beliefs: Beliefs,
    field: int,
    other_field: int,
    place: int,
    group: Ints,
    size: int,
    turned: Flags,
) -> float:
    """The field's ratio when some declarations wrote the other field's value here, exact values only for these.

    True values are tried from the declarations that are not turned.
    """
    start, end = evidence.starts[field], evidence.starts[field + 1]
    written = evidence.starts[other_field]
    miss = beliefs.miss[field]
    total, seen, present = 0.0, 0.0, 0
    for position in range(size):
        if turned_value(evidence, start, place, turned, group, position) >= 0:
            present += 1
    for position in range(size):
        truth = group[position]
        if turned[position] or is_repeat(evidence.tokens, start, group, position):
            continue
        share = float(evidence.share[truth, start])
        product = share
        for other in range(size):
            record = group[other]
            value = turned_value(evidence, start, place, turned, group, other)
            if value < 0:
                continue
            if not turned[other]:
                product *= record_ratio(evidence, beliefs, start, end, miss, truth, record)
            elif value == evidence.tokens[truth, start]:
                product *= miss + (1.0 - miss) / evidence.share[record, written]
            else:
                product *= miss
        total += product
        seen += share
    return total + max(0.0, 1.0 - seen) * miss**present


@njit
def turn(
    evidence: Evidence,
    first: int,
    second: int,
    place: int,
    group: Ints,
    size: int,
    reference: int,
    turned: Flags,
) -> int:
    """Marks the declarations whose swapped reading, and not the plain one, agrees with a reference; how many."""
    one = evidence.tokens[group[reference], evidence.starts[first]]
    two = evidence.tokens[group[reference], evidence.starts[second]]
    count = 0
    for position in range(size):
        record = group[position]
        turned[position] = False
        if position == reference:
            continue
        if (one >= 0 and one == evidence.tokens[record, evidence.starts[first]]) or (
            two >= 0 and two == evidence.tokens[record, evidence.starts[second]]
        ):
            continue
        if (one >= 0 and one == evidence.swapped[record, place]) or (
            two >= 0 and two == evidence.swapped[record, place + 1]
        ):
            turned[position] = True
            count += 1
    return count


@njit
def has_turned(evidence: Evidence, first: int, second: int, place: int, group: Ints, size: int) -> bool:
    """Whether some declaration of the group reads like another when two fields are swapped."""
    turned = np.empty(size, dtype=np.bool_)
    for reference in range(size):
        if turn(evidence, first, second, place, group, size, reference, turned) > 0:
            return True
    return False


@njit
def couple_ratio(
    evidence: Evidence, beliefs: Beliefs, first: int, second: int, place: int, group: Ints, size: int
) -> float:
    """Two fields that can be written in each other's place: as they stand, or with the best turning of some."""
    plain = field_ratio(evidence, beliefs, first, group, size)
    plain *= field_ratio(evidence, beliefs, second, group, size)
    swap = beliefs.swap[place // 2]
    turned = np.empty(size, dtype=np.bool_)
    best = 0.0
    for reference in range(size):
        count = turn(evidence, first, second, place, group, size, reference, turned)
        if count == 0:
            continue
        ratio = turned_ratio(evidence, beliefs, first, second, place, group, size, turned)
        ratio *= turned_ratio(evidence, beliefs, second, first, place + 1, group, size, turned)
        best = max(best, ratio * swap**count)
    return plain if best == 0.0 else (1.0 - swap) * plain + best


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
