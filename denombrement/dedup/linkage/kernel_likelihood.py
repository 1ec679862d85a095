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

from denombrement.dedup.linkage.arrays import Doubles, Flags, Ints
from denombrement.dedup.linkage.compiled import njit_lean
from denombrement.dedup.linkage.kernel_pair import (
    COMMUNE,
    GIVEN,
    NOBODY,
    SEX,
    YEAR,
    Beliefs,
    Evidence,
    pair_joint,
    pair_log_ratio,
    record_ratio,
    strangers_penalty,
)

# Combinations of values tried as the truth of one group; more values than this mean no person at all.
MOST_TRUTHS = 512


class Tables(NamedTuple):
    """Working room for fields taken together: up to three fields, a row a declaration, a column a true value.

    Attributes:
        values: the declaration that gives each true value, NOBODY for all others.
        counts: true values of each field.
        shares: of each true value.
        plain, turned: a declaration's ratio given the true value, as it stands and in the other field's place.
        best, done: a declaration's strongest tie to the tree so far, and whether it is in the tree.
    """

    values: Ints
    counts: Ints
    shares: Doubles
    plain: Doubles
    turned: Doubles
    best: Doubles
    done: Flags


def new_tables(size: int) -> Tables:
    """Room for groups up to a size."""
    return Tables(
        np.empty((3, size + 1), dtype=np.int32),
        np.empty(3, dtype=np.int32),
        np.empty((3, size + 1)),
        np.empty((3, size, size + 1)),
        np.empty((3, size, size + 1)),
        np.empty(size),
        np.empty(size, dtype=np.bool_),
    )


@njit_lean
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


@njit_lean
def is_repeat(tokens: Ints, start: int, group: Ints, size: int, place: int) -> bool:
    """Whether a value is missing, or is tried as the true one with an earlier declaration of the file."""
    value = tokens[group[place], start]
    if value < 0:
        return True
    for other in range(size):
        if group[other] < group[place] and tokens[group[other], start] == value:
            return True
    return False


@njit_lean
def sort_few(values: Ints, count: int) -> None:
    """Sorts the first few values in place."""
    for place in range(1, count):
        value, before = values[place], place
        while before > 0 and values[before - 1] > value:
            values[before] = values[before - 1]
            before -= 1
        values[before] = value


@njit_lean
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
    sort_few(values, count)
    for place in range(count):
        shares[place] = evidence.share[values[place], column]
        left -= shares[place]
    values[count], shares[count] = NOBODY, max(0.0, left)
    return count + 1


@njit_lean
def tabulate(
    evidence: Evidence, beliefs: Beliefs, first: int, place: int, group: Ints, size: int, tables: Tables
) -> None:
    """Each declaration's ratio given each true value, for fields taken together, field by field.

    The last two fields may stand in each other's place; what stands there is compared exactly.
    """
    width = 2 + place // 2
    tables.counts[:] = 1
    tables.shares[2, 0], tables.plain[2, :, 0], tables.turned[2, :, 0] = 1.0, 1.0, 1.0
    for offset in range(width):
        field, step = first + offset, offset - width + 2
        start, end, miss = evidence.starts[field], evidence.starts[field + 1], beliefs.miss[field]
        values = tables.values[offset]
        choices = find_values(evidence, field, group, size, values, tables.shares[offset])
        tables.counts[offset] = choices
        for row in range(size):
            record = group[row]
            missing = evidence.tokens[record, start] < 0
            for choice in range(choices):
                ratio = 1.0
                if not missing:
                    ratio = miss
                    if values[choice] != NOBODY:
                        ratio = record_ratio(evidence, beliefs, start, end, miss, values[choice], record)
                tables.plain[offset, row, choice] = ratio
                tables.turned[offset, row, choice] = ratio
            if step >= 0 and (
                evidence.swapped[record, place] >= 0 or evidence.swapped[record, place + 1] >= 0
            ):
                written = evidence.starts[field + 1 - 2 * step]
                turn(
                    evidence,
                    miss,
                    start,
                    written,
                    record,
                    place + step,
                    values,
                    tables.turned[offset, row, :choices],
                )


@njit_lean
def turn(
    evidence: Evidence,
    miss: float,
    start: int,
    written: int,
    record: int,
    place: int,
    values: Ints,
    ratios: Doubles,
) -> None:
    """One declaration's ratios given each true value of a field, when it stands in another's place."""
    value = evidence.swapped[record, place]
    for choice in range(len(ratios)):
        ratios[choice] = 1.0 if value < 0 else miss
        if value >= 0 and values[choice] != NOBODY and value == evidence.tokens[values[choice], start]:
            ratios[choice] += (1.0 - miss) / evidence.share[record, written]


@njit_lean
def truth_score(
    tables: Tables, size: int, one: int, two: int, three: int, swap: float, invented: float
) -> float:
    """Likelihood of one combination of true values of fields taken together."""
    score = tables.shares[0, one] * tables.shares[1, two] * tables.shares[2, three]
    stands = 1.0 - swap - invented
    for row in range(size):
        plain = tables.plain[0, row, one] * tables.plain[1, row, two] * tables.plain[2, row, three]
        turned = tables.turned[0, row, one] * tables.turned[1, row, two] * tables.turned[2, row, three]
        score *= stands * plain + swap * turned + invented
    return score


@njit_lean
def joint_ratio(
    evidence: Evidence, beliefs: Beliefs, first: int, place: int, group: Ints, size: int, tables: Tables
) -> float:
    """Fields of a group from one combination of true values, against strangers.

    Names are taken together, and dates, because their faults come together: written in each other's place, or (dates)
    invented as a whole.
    """
    tabulate(evidence, beliefs, first, place, group, size, tables)
    swap, invented = beliefs.swap[place // 2], beliefs.invented if place else 0.0
    total, tried = 0.0, 0
    for one in range(tables.counts[0]):
        for two in range(tables.counts[1]):
            for three in range(tables.counts[2]):
                if tried == MOST_TRUTHS:
                    return total
                total += truth_score(tables, size, one, two, three, swap, invented)
                tried += 1
    return total


@njit_lean
def names_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int, tables: Tables) -> float:
    """Given and family name of a group from one true couple of names, against strangers."""
    return joint_ratio(evidence, beliefs, GIVEN, 0, group, size, tables)


@njit_lean
def date_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int, tables: Tables) -> float:
    """Year, month and day of a group from one true date, against strangers."""
    return joint_ratio(evidence, beliefs, YEAR, 2, group, size, tables)


@njit_lean
def others_penalty(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int, tables: Tables) -> float:
    """Log of how well other persons explain the group, along its strongest tree of pairs (see `strangers_penalty`)."""
    best, done = tables.best, tables.done
    for place in range(size):
        best[place], done[place] = -1.0, place == 0
    total, current = 0.0, 0
    for _ in range(size - 1):
        chosen = -1
        for place in range(size):
            if done[place]:
                continue
            one, other = min(group[current], group[place]), max(group[current], group[place])
            date = pair_joint(evidence, beliefs, YEAR, 2, one, other)
            best[place] = max(best[place], strangers_penalty(evidence, beliefs, one, other, date))
            if chosen < 0 or best[place] > best[chosen]:
                chosen = place
        total += best[chosen]
        done[chosen] = True
        current = chosen
    return total


@njit_lean
def group_log_ratio(evidence: Evidence, beliefs: Beliefs, group: Ints, size: int, tables: Tables) -> float:
    """Log likelihood of a group as one person, against others."""
    if size < 2:
        return 0.0
    if size == 2:
        return pair_log_ratio(evidence, beliefs, group[0], group[1])
    log_ratio = np.log(names_ratio(evidence, beliefs, group, size, tables))
    log_ratio += np.log(date_ratio(evidence, beliefs, group, size, tables))
    for field in range(SEX, COMMUNE + 1):
        log_ratio += np.log(field_ratio(evidence, beliefs, field, group, size))
    return log_ratio - others_penalty(evidence, beliefs, group, size, tables)
