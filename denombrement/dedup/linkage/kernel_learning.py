"""What the clusters of the moment say about misses (compiled): true values drawn, hits and misses counted."""

# ruff: noqa: C901, NPY002, PLR0917, PLR2004 - compiled: plain loops, arguments by position.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Ints, Longs
from denombrement.dedup.linkage.compiled import njit
from denombrement.dedup.linkage.kernel_likelihood import (
    COMMUNE,
    GIVEN,
    MOST_TRUTHS,
    NOBODY,
    SEX,
    YEAR,
    Beliefs,
    Evidence,
    is_repeat,
    joint_scores,
    plain_ratio,
    record_ratio,
    relatives_ratio,
    swapped_ratio,
)
from denombrement.dedup.linkage.kernel_sampler import NONE, Graph, State, choose, collect


@njit
def learn(
    graph: Graph,
    evidence: Evidence,
    beliefs: Beliefs,
    state: State,
    hits: Doubles,
    landings: Doubles,
    sizes: Doubles,
    readings: Doubles,
) -> None:
    """Counts hits per field, misses per level, sizes of clusters and readings, true values drawn from their conditionals.

    Readings, one row for names and one for dates: as they stand, in each other's place, invented.
    """
    scores = np.empty(len(beliefs.size_worth) + MOST_TRUTHS)
    for unit in range(len(state.slot)):
        slot = state.slot[unit]
        if state.head[slot] != unit:
            continue
        size = collect(graph, state, slot, state.buffer, 0)
        sizes[size] += 1
        if size < 2:
            continue
        group = state.buffer
        learn_joint(evidence, beliefs, GIVEN, 0, group, size, hits, landings, readings, scores)
        learn_joint(evidence, beliefs, YEAR, 2, group, size, hits, landings, readings, scores)
        for field in range(SEX, COMMUNE + 1):
            learn_field(evidence, beliefs, field, group, size, hits, landings, scores)


@njit
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
) -> None:
    """Draws the truth of fields taken together, then how each declaration reads, then its hits and misses."""
    sources = np.empty((MOST_TRUTHS, 2 + place // 2), dtype=np.int32)
    truths = joint_scores(evidence, beliefs, first, place, group, size, sources, scores)
    for choice in range(truths):
        scores[choice] = np.log(max(scores[choice], 1e-300))
    truth = choose(scores, truths)
    invented = beliefs.invented if place else 0.0
    swap = beliefs.swap[place // 2]
    for record in group[:size]:
        turned = swap * swapped_ratio(evidence, beliefs, first, place, sources[truth], record)
        plain = (1.0 - swap - invented) * plain_ratio(evidence, beliefs, first, sources[truth], record)
        left = np.random.random() * (plain + turned + invented)
        reading = 0 if left <= plain else (1 if left <= plain + turned else 2)
        readings[place // 2, reading] += 1
        if reading > 0:
            continue
        for offset in range(sources.shape[1]):
            source, start = sources[truth, offset], evidence.starts[first + offset]
            if evidence.tokens[record, start] < 0:
                continue
            if source == NOBODY:
                landings[start] += 1
            else:
                learn_record(evidence, beliefs, first + offset, source, record, hits, landings)


@njit
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


@njit
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


@njit
def expected_relatives(evidence: Evidence, beliefs: Beliefs, first: Ints, second: Ints, slots: Ints) -> float:
    """Expected number of pairs of one household among given pairs of declarations that are not one person now."""
    pair = np.empty(2, dtype=np.int32)
    total = 0.0
    for place in range(len(first)):
        if slots[first[place]] == slots[second[place]]:
            continue
        pair[0], pair[1] = first[place], second[place]
        weight = beliefs.relatives * relatives_ratio(evidence, beliefs, pair)
        total += weight / (1.0 + weight)
    return total


@njit
def pair_shares(state: State, first: Ints, second: Ints, together: Longs) -> None:
    """Adds one to each pair of units that are one person now."""
    for place in range(len(first)):
        if state.slot[first[place]] == state.slot[second[place]]:
            together[place] += 1


@njit
def first_unit(state: State, labels: Ints) -> None:
    """Labels each unit by the smallest unit of its cluster, so that equal partitions have equal labels."""
    smallest = np.full(len(state.head), NONE, dtype=np.int32)
    for unit in range(len(state.slot)):
        if smallest[state.slot[unit]] == NONE:
            smallest[state.slot[unit]] = unit
        labels[unit] = smallest[state.slot[unit]]


__all__ = ["expected_relatives", "first_unit", "learn", "pair_shares"]
