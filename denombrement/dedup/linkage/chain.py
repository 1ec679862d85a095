"""Several chains of the sampler, from different starts, side by side on the machine's cores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from denombrement.dedup.linkage.arrays import Ints, Longs
from denombrement.dedup.linkage.beliefs import drawn_beliefs
from denombrement.dedup.linkage.candidates import Candidates
from denombrement.dedup.linkage.constraints import Constraints
from denombrement.dedup.linkage.kernel_learning import expected_relatives, first_unit, learn, pair_shares
from denombrement.dedup.linkage.kernel_likelihood import MOST_TRUTHS, new_tables
from denombrement.dedup.linkage.kernel_pair import Beliefs, Evidence
from denombrement.dedup.linkage.kernel_sampler import NONE, Graph, State, revalue, seed, sweep
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.dedup.linkage.settings import Settings

MOST_NEIGHBOURS = 256


@dataclass(frozen=True)
class Schedule:
    """How many chains run, and how long: sweeps thrown away, kept, and how many of these leave a whole partition.

    With ``resting`` a unit that is all but sure of its place is visited once after each change of the beliefs, not at
    every sweep.
    """

    burn_in: int
    sweeps: int
    draws: int
    update_every: int
    chains: int = 4
    resting: bool = False

    def is_draw(self, sweep_number: int) -> bool:
        """Whether a kept sweep leaves its partition: evenly spread, the last one always."""
        return (sweep_number + 1) * self.draws // self.sweeps > sweep_number * self.draws // self.sweeps


@dataclass(frozen=True)
class Chain:
    """What one chain leaves.

    Attributes:
        counts: number of clusters of units at each kept sweep.
        labels: one row a drawn partition, each unit labelled by the smallest unit of its cluster.
        together: kept sweeps in which each candidate pair was one person.
        beliefs: the last beliefs.
        misses: chances of a miss at each update, one row an update.
    """

    counts: Longs
    labels: Ints
    together: Longs
    beliefs: Beliefs
    misses: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """What every chain of one linkage shares.

    Attributes:
        graph, evidence: what may be joined, and what speaks for it.
        beliefs: before the file is seen.
        relatives: pairs of declarations that may be two persons of one household.
        settings: priors.
    """

    graph: Graph
    evidence: Evidence
    beliefs: Beliefs
    relatives: tuple[Ints, Ints]
    settings: Settings


def build_graph(records: EncodedRecords, candidates: Candidates, constraints: Constraints) -> Graph:
    """Units, candidates and constraints in compressed rows."""
    unit = constraints.unit
    by_unit = np.argsort(unit, kind="stable").astype(np.int32)
    starts = np.append(0, np.cumsum(np.bincount(unit, minlength=constraints.units))).astype(np.int32)
    one, other = unit[candidates.first], unit[candidates.second]
    low, high = np.minimum(one, other)[one != other], np.maximum(one, other)[one != other]
    pairs = np.unique(np.stack([low, high], axis=1), axis=0) if len(low) else np.empty((0, 2), dtype=np.int32)
    edge_start, edge_unit = _both_ways(pairs, constraints.units)
    apart = np.array(constraints.apart, dtype=np.int64).reshape(-1, 2)
    apart_start, apart_unit = _both_ways(apart, constraints.units)
    return Graph(
        unit_start=starts,
        unit_record=by_unit,
        edge_start=edge_start,
        edge_unit=edge_unit,
        pair_first=pairs[:, 0].astype(np.int32),
        pair_second=pairs[:, 1].astype(np.int32),
        apart_start=apart_start,
        apart_unit=apart_unit,
        service=records.service,
    )


def _both_ways(pairs: npt.NDArray[np.integer], size: int) -> tuple[Ints, Ints]:
    source = np.concatenate([pairs[:, 0], pairs[:, 1]])
    target = np.concatenate([pairs[:, 1], pairs[:, 0]])
    order = np.lexsort((target, source))
    starts = np.append(0, np.cumsum(np.bincount(source, minlength=size)))
    return starts.astype(np.int32), target[order].astype(np.int32)


def start_state(graph: Graph, labels: Ints, largest: int) -> State:
    """A state from labels, one per unit (worth is filled by ``revalue``)."""
    units = len(graph.unit_start) - 1
    slot = labels.astype(np.int32).copy()
    head = np.full(units, NONE, dtype=np.int32)
    following = np.full(units, NONE, dtype=np.int32)
    for unit in range(units):
        following[unit] = head[slot[unit]]
        head[slot[unit]] = unit
    used = head != NONE
    free = np.append(np.flatnonzero(~used), np.zeros(int(used.sum()) + 1)).astype(np.int32)
    memory = 1 << max(12, min(22, (4 * len(graph.edge_unit)).bit_length()))
    records = np.bincount(slot, weights=np.diff(graph.unit_start), minlength=units).astype(np.int32)
    return State(
        slot=slot,
        head=head,
        following=following,
        records=records,
        worth=np.zeros(units),
        unit_worth=np.zeros(units),
        free=free,
        counters=np.array([used.sum(), units - used.sum()], dtype=np.int64),
        buffer=np.zeros(2 * largest + 2, dtype=np.int32),
        mark=np.random.default_rng(units).integers(1, 1 << 62, size=len(graph.unit_record)),
        known=np.full(memory, NONE, dtype=np.int64),
        known_worth=np.zeros(memory),
        tables=new_tables(2 * largest + 2),
    )


def run_chain(problem: Problem, schedule: Schedule, start: Ints, chain_seed: int) -> Chain:
    """One chain from a given partition of units; its chances come from the seed alone."""
    graph, evidence, beliefs = problem.graph, problem.evidence, problem.beliefs
    generator = np.random.default_rng(chain_seed)
    seed(chain_seed)
    state = start_state(graph, start, len(beliefs.size_worth))
    linked = np.flatnonzero(np.diff(graph.edge_start) > 0).astype(np.int32)
    active, settled = linked.copy(), np.zeros(len(state.slot), dtype=np.bool_)
    room = (np.zeros(MOST_NEIGHBOURS, np.int32), np.zeros(MOST_NEIGHBOURS), np.zeros(MOST_NEIGHBOURS))
    counts, labels, misses = [], [], [beliefs.miss]
    together = np.zeros(len(graph.pair_first), dtype=np.int64)
    revalue(graph, evidence, beliefs, state)
    for number in range(schedule.burn_in + schedule.sweeps):
        sweep(graph, evidence, beliefs, state, active, settled, *room)
        if schedule.resting:
            active = active[~settled[active]]
        kept = number - schedule.burn_in
        if kept >= 0:
            counts.append(int(state.counters[0]))
            pair_shares(state, graph.pair_first, graph.pair_second, together)
            if schedule.is_draw(kept):
                labels.append(np.zeros(len(state.slot), dtype=np.int32))
                first_unit(state, labels[-1])
        if number % schedule.update_every == schedule.update_every - 1:
            beliefs = _learned(problem, beliefs, state, generator)
            revalue(graph, evidence, beliefs, state)
            misses.append(beliefs.miss)
            active = linked.copy()
    return Chain(np.array(counts), np.array(labels), together, beliefs, np.array(misses))


def _learned(problem: Problem, beliefs: Beliefs, state: State, generator: np.random.Generator) -> Beliefs:
    graph, evidence = problem.graph, problem.evidence
    hits = np.zeros(len(beliefs.miss))
    landings = np.zeros(len(beliefs.landing))
    sizes, readings = np.zeros(len(beliefs.size_worth)), np.zeros((2, 3))
    scores = np.zeros(len(beliefs.size_worth) + MOST_TRUTHS)
    learn(graph, evidence, beliefs, state, hits, landings, sizes, readings, scores)
    slots = np.empty(len(graph.unit_record), dtype=np.int32)
    slots[graph.unit_record] = np.repeat(state.slot, np.diff(graph.unit_start))
    expected = expected_relatives(evidence, beliefs, *problem.relatives, slots)
    return drawn_beliefs(
        beliefs,
        problem.settings,
        hits=hits,
        landings=landings,
        sizes=sizes,
        readings=readings,
        relatives=expected,
        declarations=len(graph.unit_record),
        generator=generator,
    )


def run_chains(problem: Problem, schedule: Schedule, starts: list[Ints], seed_value: int) -> list[Chain]:
    """One chain per start, two at a time; each has its own seed, so that the result is the same on any machine."""
    seeds = np.random.SeedSequence(seed_value).generate_state(len(starts))
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(run_chain, problem, schedule, start, int(chain_seed))
            for start, chain_seed in zip(starts, seeds, strict=True)
        ]
        return [job.result() for job in jobs]
