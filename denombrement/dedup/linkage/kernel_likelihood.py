"""How much likelier a group of declarations is as one person than as strangers (compiled).

A person has one true value per field. Each declaration holds it (hit), or a value redrawn from those that share one of
its blurs, or from all (miss). The likelihood of a group sums over the true value; it never multiplies pairs, which would
count the same evidence again and again and merge relatives. Everything is relative to strangers, so one declaration
alone is worth 1.
"""

# ruff: noqa: PLR0917, PLR1714, PLR2004, SIM110 - compiled: plain loops, arguments by position.
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
        if is_repeat(evidence.tokens, start, group, size, place):
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
def is_repeat(tokens: Ints, start: int, group: Ints, size: int, place: int) -> bool:
    """Whether a value is missing, or is tried as the true one with an earlier declaration of the file."""
    value = tokens[group[place], start]
    if value < 0:
        return True
    for other in range(size):
        if group[other] < group[place] and tokens[group[other], start] == value:
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
def find_sources(evidence: Evidence, first: int, group: Ints, size: int, sources: Ints) -> None:
    """For each declaration taken as the truth of some fields, the declaration that gives each field.

    It gives its own; where it says nothing, the earliest in the file that does, whatever the order of the group.
    """
    for offset in range(sources.shape[1]):
        column = evidence.starts[first + offset]
        filler = NOBODY
        for record in group[:size]:
            value = evidence.tokens[record, column]
            if value >= 0 and (filler == NOBODY or record < filler):
                filler = record
        for place in range(size):
            known = evidence.tokens[group[place], column] >= 0
            sources[place, offset] = group[place] if known else filler


@njit
def is_same_truth(evidence: Evidence, first: int, sources: Ints, group: Ints, size: int, place: int) -> bool:
    """Whether a declaration of the group that is earlier in the file gives the same truth in every field."""
    for earlier in range(size):
        same = group[earlier] < group[place]
        for offset in range(sources.shape[1]):
            one, other = sources[place, offset], sources[earlier, offset]
            if one == NOBODY or other == NOBODY:
                continue
            column = evidence.starts[first + offset]
            same = same and evidence.tokens[one, column] == evidence.tokens[other, column]
        if same:
            return True
    return False


@njit
def plain_ratio(evidence: Evidence, beliefs: Beliefs, first: int, source: Ints, record: int) -> float:
    """One declaration's fields as they stand, given the truth, against a stranger's."""
    ratio = 1.0
    for offset in range(len(source)):
        field = first + offset
        start, end = evidence.starts[field], evidence.starts[field + 1]
        if evidence.tokens[record, start] >= 0 and source[offset] != NOBODY:
            ratio *= record_ratio(evidence, beliefs, start, end, beliefs.miss[field], source[offset], record)
    return ratio


@njit
def swapped_ratio(
    evidence: Evidence, beliefs: Beliefs, first: int, place: int, source: Ints, record: int
) -> float:
    """The same with the last two fields written in each other's place (exact values); 0 when nothing says so."""
    last = len(source) - 1
    if evidence.swapped[record, place] < 0 and evidence.swapped[record, place + 1] < 0:
        return 0.0
    ratio = plain_ratio(evidence, beliefs, first, source[: last - 1], record)
    for step in range(2):
        value, truth = evidence.swapped[record, place + step], source[last - 1 + step]
        if value < 0 or truth == NOBODY:
            continue
        field, written = first + last - 1 + step, first + last - step
        miss = beliefs.miss[field]
        hit = value == evidence.tokens[truth, evidence.starts[field]]
        ratio *= miss + ((1.0 - miss) / evidence.share[record, evidence.starts[written]] if hit else 0.0)
    return ratio


@njit
def unseen_ratio(evidence: Evidence, beliefs: Beliefs, first: int, count: int, record: int) -> float:
    """One declaration's fields when the truth is a value that nobody here wrote."""
    ratio = 1.0
    for field in range(first, first + count):
        if evidence.tokens[record, evidence.starts[field]] >= 0:
            ratio *= beliefs.miss[field]
    return ratio


@njit
def joint_scores(
    evidence: Evidence,
    beliefs: Beliefs,
    first: int,
    place: int,
    group: Ints,
    size: int,
    sources: Ints,
    scores: Doubles,
) -> float:
    """Likelihood of each truth that the group offers for fields taken together, the unseen one last; their sum.

    Names are taken together, and dates, because their faults come together: written in each other's place, or (dates)
    invented as a whole.
    """
    invented = beliefs.invented if place else 0.0
    swap = beliefs.swap[place // 2]
    find_sources(evidence, first, group, size, sources)
    total, seen = 0.0, 0.0
    for truth in range(size):
        scores[truth] = 0.0
        if is_same_truth(evidence, first, sources, group, size, truth):
            continue
        share = 1.0
        for offset in range(sources.shape[1]):
            source = sources[truth, offset]
            if source != NOBODY:
                share *= evidence.share[source, evidence.starts[first + offset]]
        product = share
        for record in group[:size]:
            turned = swapped_ratio(evidence, beliefs, first, place, sources[truth], record)
            plain = plain_ratio(evidence, beliefs, first, sources[truth], record)
            product *= (1.0 - swap - invented) * plain + swap * turned + invented
        scores[truth] = product
        total += product
        seen += share
    product = max(0.0, 1.0 - seen)
    for record in group[:size]:
        product *= invented + (1.0 - invented) * unseen_ratio(
            evidence, beliefs, first, sources.shape[1], record
        )
    scores[size] = product
    return total + product


@njit
def names_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int) -> float:
    """Given and family name of a group from one true couple of names, against strangers."""
    sources = np.empty((size, 2), dtype=np.int32)
    return joint_scores(evidence, beliefs, GIVEN, 0, group, size, sources, np.empty(size + 1))


@njit
def date_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int) -> float:
    """Year, month and day of a group from one true date, against strangers."""
    sources = np.empty((size, 3), dtype=np.int32)
    return joint_scores(evidence, beliefs, YEAR, 2, group, size, sources, np.empty(size + 1))


@njit
def relatives_ratio(evidence: Evidence, beliefs: Beliefs, pair: Ints) -> float:
    """Two persons of one household against two strangers: what they share says nothing personal."""
    shared = field_ratio(evidence, beliefs, FAMILY, pair, 2)
    if shared <= 1.0:
        return 0.0
    shared *= field_ratio(evidence, beliefs, COMMUNE, pair, 2)
    shared *= field_ratio(evidence, beliefs, NATIONALITY, pair, 2)
    given = field_ratio(evidence, beliefs, GIVEN, pair, 2)
    date = date_ratio(evidence, beliefs, pair, 2)
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
    log_ratio = np.log(names_ratio(evidence, beliefs, group, size))
    log_ratio += np.log(date_ratio(evidence, beliefs, group, size))
    for field in range(SEX, COMMUNE + 1):
        log_ratio += np.log(field_ratio(evidence, beliefs, field, group, size))
    best = np.empty(size)
    done = np.empty(size, dtype=np.bool_)
    pair = np.empty(2, dtype=group.dtype)
    return log_ratio - relatives_penalty(evidence, beliefs, group, size, best, done, pair)
