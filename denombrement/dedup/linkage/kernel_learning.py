"""What the clusters of the moment say about misses (compiled): true values drawn, hits and misses counted."""

# ruff: noqa: C901, NPY002, PLR0917, PLR2004 - compiled: plain loops, arguments by position.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Ints, Longs
from denombrement.dedup.linkage.compiled import njit_lean
from denombrement.dedup.linkage.kernel_likelihood import MOST_TRUTHS, Tables, is_repeat, tabulate, truth_score
from denombrement.dedup.linkage.kernel_pair import (
    COMMUNE,
    GIVEN,
    NOBODY,
    SEX,
    YEAR,
    Beliefs,
    Evidence,
    record_ratio,
    relatives_ratio,
)
from denombrement.dedup.linkage.kernel_sampler import NONE, Graph, State, choose, collect


@njit_lean
def learn(
    graph: Graph,
    evidence: Evidence,
    beliefs: Beliefs,
    state: State,
    hits: Doubles,
    landings: Doubles,
    sizes: Doubles,
    readings: Doubles,
    scores: Doubles,
) -> None:
    """Counts hits per field, misses per level, sizes of clusters and readings, true values drawn from their conditionals.

    Readings, one row for names and one for dates: as they stand, in each other's place, invented.
    """
    for unit in range(len(state.slot)):
        slot = state.slot[unit]
        if state.head[slot] != unit:
            continue
        size = collect(graph, state, slot, state.buffer, 0)
        sizes[size] += 1
        if size < 2:
            continue
        group = state.buffer
        learn_joint(evidence, beliefs, GIVEN, 0, group, size, hits, landings, readings, scores, state.tables)
        learn_joint(evidence, beliefs, YEAR, 2, group, size, hits, landings, readings, scores, state.tables)
        for field in range(SEX, COMMUNE + 1):
            learn_field(evidence, beliefs, field, group, size, hits, landings, scores)


@njit_lean
def learn_joint(
    evidence: Evidence,
    beliefs: Beliefs,
    first: int,
    place: int,
    group: Ints,
    size: int,
    hits: Doubles,
    landings: Doubles,
    readings: Doubles,
    scores: Doubles,
    tables: Tables,
) -> None:
    """Draws the truth of fields taken together, then how each declaration reads, then its hits and misses."""
    tabulate(evidence, beliefs, first, place, group, size, tables)
    swap, invented = beliefs.swap[place // 2], beliefs.invented if place else 0.0
    tried = 0
    for one in range(tables.counts[0]):
        for two in range(tables.counts[1]):
            for three in range(tables.counts[2]):
                if tried < MOST_TRUTHS:
                    score = truth_score(tables, size, one, two, three, swap, invented)
                    scores[tried] = np.log(max(score, 1e-300))
                    tried += 1
    truth = choose(scores, tried)
    for row in range(size):
        plain, turned = 1.0 - swap - invented, swap
        for offset in range(3):
            choice = choice_of(tables, truth, offset)
            plain *= tables.plain[offset, row, choice]
            turned *= tables.turned[offset, row, choice]
        left = np.random.random() * (plain + turned + invented)
        reading = 0 if left <= plain else (1 if left <= plain + turned else 2)
        readings[place // 2, reading] += 1
        if reading > 0:
            continue
        for offset in range(2 + place // 2):
            start = evidence.starts[first + offset]
            source = tables.values[offset, choice_of(tables, truth, offset)]
            if evidence.tokens[group[row], start] < 0:
                continue
            if source == NOBODY:
                landings[start] += 1
            else:
                learn_record(evidence, beliefs, first + offset, source, group[row], hits, landings)


@njit_lean
def choice_of(tables: Tables, truth: int, offset: int) -> int:
    """Which of a field's true values the numbered combination takes."""
    if offset == 2:
        return truth % tables.counts[2]
    if offset == 1:
        return truth // tables.counts[2] % tables.counts[1]
    return truth // tables.counts[2] // tables.counts[1]


@njit_lean
def learn_field(
    evidence: Evidence,
    beliefs: Beliefs,
    field: int,
    group: Ints,
    size: int,
    hits: Doubles,
    landings: Doubles,
    scores: Doubles,
) -> None:
    """Draws one field's true value, then each declaration's hit or the level its miss kept."""
    start, end = evidence.starts[field], evidence.starts[field + 1]
    miss = beliefs.miss[field]
    present, seen = 0, 0.0
    for place in range(size):
        if evidence.tokens[group[place], start] >= 0:
            present += 1
    if present < 2:
        return
    for place in range(size):
        scores[place] = -np.inf
        if is_repeat(evidence.tokens, start, group, size, place):
            continue
        share = float(evidence.share[group[place], start])
        seen += share
        scores[place] = np.log(share)
        for other in range(size):
            if evidence.tokens[group[other], start] >= 0:
                scores[place] += np.log(
                    record_ratio(evidence, beliefs, start, end, miss, group[place], group[other])
                )
    scores[size] = np.log(max(1e-12, 1.0 - seen)) + present * np.log(miss)
    truth = choose(scores, size + 1)
    for place in range(size):
        if evidence.tokens[group[place], start] < 0:
            continue
        if truth == size:
            landings[start] += 1
        else:
            learn_record(evidence, beliefs, field, group[truth], group[place], hits, landings)


@njit_lean
def learn_record(
    evidence: Evidence,
    beliefs: Beliefs,
    field: int,
    truth: int,
    record: int,
    hits: Doubles,
    landings: Doubles,
) -> None:
    """Draws whether a declaration's value is a hit, or which blur its miss kept."""
    start, end = evidence.starts[field], evidence.starts[field + 1]
    miss = beliefs.miss[field]
    left = np.random.random() * record_ratio(evidence, beliefs, start, end, miss, truth, record)
    share, true_share = evidence.share[record, start], evidence.share[truth, start]
    if evidence.tokens[record, start] == evidence.tokens[truth, start]:
        if left <= (1.0 - miss) / share:
            hits[field] += 1
        else:
            landings[start] += 1
        return
    for level in range(start + 1, end):
        value = evidence.tokens[record, level]
        if value >= 0 and value == evidence.tokens[truth, level]:
            left -= miss * beliefs.landing[level] / max(evidence.share[record, level] - true_share, share)
            if left <= 0.0:
                landings[level] += 1
                return
    landings[start] += 1


@njit_lean
def expected_relatives(evidence: Evidence, beliefs: Beliefs, first: Ints, second: Ints, slots: Ints) -> float:
    """Expected number of pairs of one household among given pairs of declarations that are not one person now."""
    total = 0.0
    for place in range(len(first)):
        if slots[first[place]] == slots[second[place]]:
            continue
        weight = beliefs.relatives * relatives_ratio(evidence, beliefs, first[place], second[place])
        total += weight / (1.0 + weight)
    return total


@njit_lean
def pair_shares(state: State, first: Ints, second: Ints, together: Longs) -> None:
    """Adds one to each pair of units that are one person now."""
    for place in range(len(first)):
        if state.slot[first[place]] == state.slot[second[place]]:
            together[place] += 1


@njit_lean
def first_unit(state: State, labels: Ints) -> None:
    """Labels each unit by the smallest unit of its cluster, so that equal partitions have equal labels."""
    for slot in range(len(state.head)):
        unit = state.head[slot]
        smallest = unit
        while unit != NONE:
            smallest = min(smallest, unit)
            unit = state.following[unit]
        unit = state.head[slot]
        while unit != NONE:
            labels[unit] = smallest
            unit = state.following[unit]


__all__ = ["expected_relatives", "first_unit", "learn", "pair_shares"]
