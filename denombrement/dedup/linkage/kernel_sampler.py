"""The partition sampler (compiled): who is one person with whom, drawn again and again from what the file allows.

Units (declarations, or several that a human joined) sit in clusters. A sweep takes each unit out and puts it back with
the right chances; split and merge moves carry whole groups. Constraints are never crossed.
"""

# ruff: noqa: NPY002, PLR0917 - compiled: plain loops, arguments by position.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Flags, Ints, Longs
from denombrement.dedup.linkage.compiled import njit, njit_lean
from denombrement.dedup.linkage.kernel_likelihood import Tables, group_log_ratio
from denombrement.dedup.linkage.kernel_pair import Beliefs, Evidence

ALONE = -1
NONE = -1
# Chance of its place from which a unit of a large file rests until the beliefs change.
SETTLED = 0.999


class Graph(NamedTuple):
    """Units, their declarations and their candidates.

    Attributes:
        unit_start, unit_record: declarations of each unit (compressed rows).
        edge_start, edge_unit: candidate units of each unit (compressed rows, both ways).
        pair_first, pair_second: the candidate pairs themselves, as units.
        apart_start, apart_unit: units that must never be together (compressed rows, both ways).
        service: service of each declaration, -1 when it forbids nothing.
    """

    unit_start: Ints
    unit_record: Ints
    edge_start: Ints
    edge_unit: Ints
    pair_first: Ints
    pair_second: Ints
    apart_start: Ints
    apart_unit: Ints
    service: Ints


class State(NamedTuple):
    """A partition: clusters as chains of units, and what is remembered of it.

    Attributes:
        slot: cluster of each unit.
        head, following: first unit of each cluster, next unit of each unit, NONE at the end.
        records: declarations in each cluster.
        worth: log ratio of each cluster; ``unit_worth`` of each unit alone.
        free: slots without a unit, as a stack.
        counters: number of clusters, height of the stack.
        buffer: room for one group.
        mark: a random number per declaration; groups are known by the exclusive-or of theirs.
        known, known_worth: groups met since the beliefs last changed, by their mark.
        tables: working room.
    """

    slot: Ints
    head: Ints
    following: Ints
    records: Ints
    worth: Doubles
    unit_worth: Doubles
    free: Ints
    counters: Longs
    buffer: Ints
    mark: Longs
    known: Longs
    known_worth: Doubles
    tables: Tables


@njit_lean
def size_worth(beliefs: Beliefs, size: int) -> float:
    """Log n! p_n of one cluster of n declarations."""
    return beliefs.size_worth[size]


@njit_lean
def collect(graph: Graph, state: State, slot: int, buffer: Ints, size: int) -> int:
    """Appends a cluster's declarations to the buffer; gives the new size."""
    unit = state.head[slot]
    while unit != NONE:
        size = collect_unit(graph, unit, buffer, size)
        unit = state.following[unit]
    return size


@njit_lean
def collect_unit(graph: Graph, unit: int, buffer: Ints, size: int) -> int:
    """Appends a unit's declarations to the buffer; gives the new size."""
    for place in range(graph.unit_start[unit], graph.unit_start[unit + 1]):
        buffer[size] = graph.unit_record[place]
        size += 1
    return size


@njit_lean
def unit_size(graph: Graph, unit: int) -> int:
    return graph.unit_start[unit + 1] - graph.unit_start[unit]


@njit_lean
def are_apart(graph: Graph, one: int, other: int) -> bool:
    """Whether a human, or their services, keep two units apart."""
    for place in range(graph.apart_start[one], graph.apart_start[one + 1]):
        if graph.apart_unit[place] == other:
            return True
    for first in range(graph.unit_start[one], graph.unit_start[one + 1]):
        service = graph.service[graph.unit_record[first]]
        if service < 0:
            continue
        for second in range(graph.unit_start[other], graph.unit_start[other + 1]):
            if graph.service[graph.unit_record[second]] == service:
                return True
    return False


@njit_lean
def is_allowed(graph: Graph, beliefs: Beliefs, state: State, unit: int, slot: int) -> bool:
    """Whether a unit may enter a cluster: nobody keeps them apart and the cluster stays within the largest size."""
    if state.records[slot] + unit_size(graph, unit) >= len(beliefs.size_worth):
        return False
    member = state.head[slot]
    while member != NONE:
        if are_apart(graph, unit, member):
            return False
        member = state.following[member]
    return True


@njit_lean
def group_worth(evidence: Evidence, beliefs: Beliefs, state: State, size: int) -> float:
    """Log ratio of the group in the buffer, remembered until the beliefs change."""
    mark = state.mark[state.buffer[0]]
    for place in range(1, size):
        mark ^= state.mark[state.buffer[place]]
    place = mark & (len(state.known) - 1)
    if state.known[place] != mark:
        state.known_worth[place] = group_log_ratio(evidence, beliefs, state.buffer, size, state.tables)
        state.known[place] = mark
    return state.known_worth[place]


@njit_lean
def take_out(graph: Graph, evidence: Evidence, beliefs: Beliefs, state: State, unit: int) -> None:
    """Takes a unit out of its cluster; an emptied cluster's slot becomes free."""
    slot = state.slot[unit]
    if state.head[slot] == unit:
        state.head[slot] = state.following[unit]
    else:
        before = state.head[slot]
        while state.following[before] != unit:
            before = state.following[before]
        state.following[before] = state.following[unit]
    state.slot[unit] = NONE
    state.records[slot] -= unit_size(graph, unit)
    if state.head[slot] == NONE:
        state.free[state.counters[1]] = slot
        state.counters[1] += 1
        state.counters[0] -= 1
        state.worth[slot] = 0.0
    elif state.following[state.head[slot]] == NONE:
        state.worth[slot] = state.unit_worth[state.head[slot]]
    else:
        size = collect(graph, state, slot, state.buffer, 0)
        state.worth[slot] = group_worth(evidence, beliefs, state, size)


@njit_lean
def put_in(graph: Graph, state: State, unit: int, slot: int, worth: float) -> None:
    """Puts a unit into a cluster, or (ALONE) into a new one."""
    if slot == ALONE:
        state.counters[1] -= 1
        slot = state.free[state.counters[1]]
        state.counters[0] += 1
        state.head[slot] = NONE
        state.records[slot] = 0
    state.following[unit] = state.head[slot]
    state.head[slot] = unit
    state.slot[unit] = slot
    state.records[slot] += unit_size(graph, unit)
    state.worth[slot] = worth


@njit_lean
def joined_worth(
    graph: Graph, evidence: Evidence, beliefs: Beliefs, state: State, unit: int, slot: int
) -> float:
    """Log ratio of a cluster with the unit in it."""
    size = collect_unit(graph, unit, state.buffer, 0)
    size = collect(graph, state, slot, state.buffer, size)
    return group_worth(evidence, beliefs, state, size)


@njit_lean
def join_score(graph: Graph, beliefs: Beliefs, state: State, unit: int, slot: int, worth: float) -> float:
    """Log weight of joining a cluster, up to what all choices share."""
    before, own = state.records[slot], unit_size(graph, unit)
    return worth - state.worth[slot] + size_worth(beliefs, before + own) - size_worth(beliefs, before)


@njit_lean
def alone_score(graph: Graph, beliefs: Beliefs, state: State, unit: int) -> float:
    """Log weight of a cluster of its own."""
    return (
        state.unit_worth[unit] + np.log(state.counters[0] + 1.0) + size_worth(beliefs, unit_size(graph, unit))
    )


@njit_lean
def choose(scores: Doubles, size: int) -> int:
    """A place drawn by log weights."""
    top = scores[0]
    for place in range(1, size):
        top = max(top, scores[place])
    total = 0.0
    for place in range(size):
        total += np.exp(scores[place] - top)
    left = np.random.random() * total
    for place in range(size):
        left -= np.exp(scores[place] - top)
        if left <= 0.0:
            return place
    return size - 1


@njit_lean
def visit(
    graph: Graph,
    evidence: Evidence,
    beliefs: Beliefs,
    state: State,
    unit: int,
    slots: Ints,
    scores: Doubles,
    worths: Doubles,
) -> float:
    """Takes one unit out and puts it back, alone or with one of its candidates; gives the chance of what was drawn."""
    take_out(graph, evidence, beliefs, state, unit)
    slots[0], scores[0], worths[0] = ALONE, alone_score(graph, beliefs, state, unit), state.unit_worth[unit]
    size = 1
    for place in range(graph.edge_start[unit], graph.edge_start[unit + 1]):
        slot = state.slot[graph.edge_unit[place]]
        known = False
        for earlier in range(1, size):
            known = known or slots[earlier] == slot
        if known or size >= len(slots) or not is_allowed(graph, beliefs, state, unit, slot):
            continue
        worth = joined_worth(graph, evidence, beliefs, state, unit, slot)
        slots[size], worths[size] = slot, worth
        scores[size] = join_score(graph, beliefs, state, unit, slot, worth)
        size += 1
    chosen = choose(scores, size)
    put_in(graph, state, unit, slots[chosen], worths[chosen])
    total = 0.0
    for place in range(size):
        total += np.exp(min(scores[place] - scores[chosen], 100.0))
    return 1.0 / total


@njit_lean
def revalue(graph: Graph, evidence: Evidence, beliefs: Beliefs, state: State) -> None:
    """Recomputes what clusters are worth after the beliefs changed."""
    state.known[:] = NONE
    for unit in range(len(state.slot)):
        if unit_size(graph, unit) > 1:
            size = collect_unit(graph, unit, state.buffer, 0)
            state.unit_worth[unit] = group_worth(evidence, beliefs, state, size)
    for unit in range(len(state.slot)):
        slot = state.slot[unit]
        if state.head[slot] != unit:
            continue
        state.worth[slot] = state.unit_worth[unit]
        if state.following[unit] != NONE:
            size = collect(graph, state, slot, state.buffer, 0)
            state.worth[slot] = group_worth(evidence, beliefs, state, size)


@njit_lean
def sweep(
    graph: Graph,
    evidence: Evidence,
    beliefs: Beliefs,
    state: State,
    active: Ints,
    settled: Flags,
    slots: Ints,
    scores: Doubles,
    worths: Doubles,
) -> None:
    """Visits active units in a random order; marks as settled those that were all but sure to be where they are."""
    for place in range(len(active) - 1, 0, -1):
        other = np.random.randint(0, place + 1)
        active[place], active[other] = active[other], active[place]
    for unit in active:
        settled[unit] = visit(graph, evidence, beliefs, state, unit, slots, scores, worths) > SETTLED


@njit
def seed(value: int) -> None:
    """Seeds the compiled generator of the calling thread."""
    np.random.seed(value)
