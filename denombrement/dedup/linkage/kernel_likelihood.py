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
# Combinations of values tried as the truth of one group; more values than this mean no person at all.
MOST_TRUTHS = 128


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
def find_values(evidence: Evidence, field: int, group: Ints, size: int, values: Ints, shares: Doubles) -> int:
    """Values that the group gives a field, each by its earliest declaration in the file, then NOBODY; how many.

    NOBODY stands for all values that nobody here wrote, and bears what is left of the shares.
    """
    column = evidence.starts[field]
    count, left = 0, 1.0
    for place in range(size):
        if not is_repeat(evidence.tokens, column, group, size, place):
            values[count] = group[place]
            count += 1
    values[:count].sort()
    for place in range(count):
        shares[place] = evidence.share[values[place], column]
        left -= shares[place]
    values[count], shares[count] = NOBODY, max(0.0, left)
    return count + 1


@njit
def list_truths(
    evidence: Evidence, first: int, group: Ints, size: int, sources: Ints, shares: Doubles
) -> int:
    """True values of fields taken together, as the declarations that give them, and their shares; how many.

    Every combination, as long as the table has room; a group with more than that is no person.
    """
    width = sources.shape[1]
    values = np.empty((3, size + 1), dtype=np.int32)
    parts = np.ones((3, size + 1))
    counts = np.ones(3, dtype=np.int32)
    for offset in range(width):
        counts[offset] = find_values(evidence, first + offset, group, size, values[offset], parts[offset])
    rows = 0
    for one in range(counts[0]):
        for two in range(counts[1]):
            for three in range(counts[2]):
                if rows == len(sources):
                    return rows
                sources[rows, 0], sources[rows, 1] = values[0, one], values[1, two]
                if width == 3:
                    sources[rows, 2] = values[2, three]
                shares[rows] = parts[0, one] * parts[1, two] * parts[2, three]
                rows += 1
    return rows


@njit
def plain_ratio(evidence: Evidence, beliefs: Beliefs, first: int, source: Ints, record: int) -> float:
    """One declaration's fields as they stand, given the truth, against a stranger's."""
    ratio = 1.0
    for offset in range(len(source)):
        field = first + offset
        start, end = evidence.starts[field], evidence.starts[field + 1]
        if evidence.tokens[record, start] < 0:
            continue
        if source[offset] == NOBODY:
            ratio *= beliefs.miss[field]
        else:
            ratio *= record_ratio(evidence, beliefs, start, end, beliefs.miss[field], source[offset], record)
    return ratio


@njit
def swapped_ratio(
    evidence: Evidence, beliefs: Beliefs, first: int, place: int, source: Ints, record: int
) -> float:
    """The same with the last two fields written in each other's place (exact values)."""
    last = len(source) - 1
    if evidence.swapped[record, place] < 0 and evidence.swapped[record, place + 1] < 0:
        # Nothing is written in either place, or nothing that the other could hold.
        return plain_ratio(evidence, beliefs, first, source, record)
    ratio = plain_ratio(evidence, beliefs, first, source[: last - 1], record)
    for step in range(2):
        value, truth = evidence.swapped[record, place + step], source[last - 1 + step]
        if value < 0:
            continue
        field, written = first + last - 1 + step, first + last - step
        miss = beliefs.miss[field]
        hit = truth != NOBODY and value == evidence.tokens[truth, evidence.starts[field]]
        ratio *= miss + ((1.0 - miss) / evidence.share[record, evidence.starts[written]] if hit else 0.0)
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
) -> int:
    """Likelihood of each truth (rows of `sources`) of fields taken together; how many truths there are.

    Names are taken together, and dates, because their faults come together: written in each other's place, or (dates)
    invented as a whole.
    """
    invented = beliefs.invented if place else 0.0
    swap = beliefs.swap[place // 2]
    truths = list_truths(evidence, first, group, size, sources, scores)
    for truth in range(truths):
        for record in group[:size]:
            turned = swapped_ratio(evidence, beliefs, first, place, sources[truth], record)
            plain = plain_ratio(evidence, beliefs, first, sources[truth], record)
            scores[truth] *= (1.0 - swap - invented) * plain + swap * turned + invented
    return truths


@njit
def names_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int) -> float:
    """Given and family name of a group from one true couple of names, against strangers."""
    sources, scores = np.empty((MOST_TRUTHS, 2), dtype=np.int32), np.empty(MOST_TRUTHS)
    truths = joint_scores(evidence, beliefs, GIVEN, 0, group, size, sources, scores)
    return scores[:truths].sum()


@njit
def date_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int) -> float:
    """Year, month and day of a group from one true date, against strangers."""
    sources, scores = np.empty((MOST_TRUTHS, 3), dtype=np.int32), np.empty(MOST_TRUTHS)
    truths = joint_scores(evidence, beliefs, YEAR, 2, group, size, sources, scores)
    return scores[:truths].sum()


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
