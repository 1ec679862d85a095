"""Linkage from end to end: tokens in, persons and their count with an interval out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Ints
from denombrement.dedup.linkage.beliefs import evidence_of, prior_beliefs
from denombrement.dedup.linkage.candidates import Candidates, find_candidates
from denombrement.dedup.linkage.chain import Problem, Schedule, build_graph, run_chains
from denombrement.dedup.linkage.conclusion import conclude
from denombrement.dedup.linkage.constraints import Decisions, constrain
from denombrement.dedup.linkage.copies import find_copies
from denombrement.dedup.linkage.kernel_sampler import Graph
from denombrement.dedup.linkage.pairing import joint_values, pair_keys, pairs_within
from denombrement.dedup.linkage.passes import PassResult, run_passes
from denombrement.dedup.linkage.point import point_partition
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.dedup.linkage.result import LinkageResult
from denombrement.dedup.linkage.tables import Findings
from denombrement.dedup.linkage.unmet import find_unmet
from denombrement.errors import UsageProblem

LARGEST_FAMILY = 60
LARGE_FILE = 15_000
# However large the file, a chain burns in, and keeps, so many sweeps; from so many large files, two chains do.
FEWEST_SWEEPS, LARGEST_SHRINK = 25, 4.0


class _Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, phase: str) -> None:
        now = time.perf_counter()
        self.seconds[phase] = round(now - self._last, 3)
        self._last = now


def link(
    records: EncodedRecords,
    *,
    decisions: Decisions | None = None,
    seed: int = 1,
    schedule: Schedule | None = None,
    progress: Callable[[str], object] = str,
) -> LinkageResult:
    """Joins declarations into persons and states how many persons there are.

    Args:
        records: declarations as tokens.
        decisions: answers of humans; never overruled.
        seed: of the sampler; with the same records and decisions the result is the same, whatever their order.
        schedule: length of the chains; chosen by the size of the file when None.
        progress: told the name of each phase as it begins.

    Raises:
        UsageProblem: LNK003 a decision names an unknown declaration, LNK004 there is no declaration.
    """
    if not len(records):
        raise UsageProblem("LNK004")
    clock = _Clock()
    progress("candidates")
    copies = find_copies(records, decisions or Decisions())
    unique = copies.records
    constraints = constrain(unique, copies.decisions)
    evidence = evidence_of(unique)
    largest_unit = int(np.bincount(constraints.unit).max())
    beliefs = prior_beliefs(unique.settings, len(unique), largest_unit)
    candidates = find_candidates(unique, evidence, beliefs)
    passes = run_passes(unique)
    candidates = _with_passes(candidates, passes)
    graph = build_graph(unique, candidates, constraints)
    unmet = find_unmet(unique, evidence, beliefs, candidates)
    clock.mark("candidates")
    progress("sampling")
    plan = schedule or default_schedule(unique)
    greedy = point_partition(graph, _first_guess(graph, candidates, constraints.unit, len(unique)))
    alone = np.arange(constraints.units, dtype=np.int32)
    starts = [alone] + [_first_members(greedy)] * (plan.chains - 1)
    relatives = pairs_within(joint_values(unique, _family_parts(unique)), LARGEST_FAMILY)
    problem = Problem(graph, evidence, beliefs, relatives, unique.settings)
    chains = run_chains(problem, plan, starts, seed)
    clock.mark("sampling")
    progress("persons")
    result = conclude(Findings(records, copies, constraints, candidates, passes, graph, chains, unmet))
    clock.mark("persons")
    return replace(result, seconds=clock.seconds)


def default_schedule(records: EncodedRecords) -> Schedule:
    """Long chains for small files, where chance matters; short ones for large files, where it averages out."""
    settings = records.settings
    shrink = max(1.0, len(records) / LARGE_FILE)
    sweeps = max(FEWEST_SWEEPS, int(settings.sweeps / shrink))
    return Schedule(
        burn_in=max(FEWEST_SWEEPS, int(settings.burn_in / shrink)),
        sweeps=sweeps,
        draws=min(sweeps, max(FEWEST_SWEEPS, int(settings.draws / settings.chains / shrink))),
        update_every=settings.update_every if shrink < LARGEST_SHRINK else FEWEST_SWEEPS // 5,
        chains=settings.chains if shrink < LARGEST_SHRINK else 2,
        resting=shrink > 1.0,
    )


def _family_parts(records: EncodedRecords) -> tuple[tuple[str, int], ...]:
    known = bool((records.column("commune") >= 0).any())
    return (("family", 0), ("commune", 0)) if known else (("family", 0),)


def _with_passes(candidates: Candidates, passes: tuple[PassResult, ...]) -> Candidates:
    """Links of active passes are candidates too, whatever their weight (unknown here)."""
    known = pair_keys(candidates.first, candidates.second)
    linked = [pair_keys(entry.first, entry.second) for entry in passes]
    extra = np.setdiff1d(np.concatenate([np.zeros(0, np.int64), *linked]), known)
    first = np.append(candidates.first, (extra >> 32).astype(np.int32))
    second = np.append(candidates.second, (extra & 0xFFFFFFFF).astype(np.int32))
    weight = np.append(candidates.weight, np.full(len(extra), np.nan))
    order = np.lexsort((second, first))
    return replace(candidates, first=first[order], second=second[order], weight=weight[order])


def _first_guess(graph: Graph, candidates: Candidates, unit: Ints, size: int) -> Doubles:
    """Chance of each of the graph's pairs from the weight of its surest declarations, before learning."""
    weight = np.nan_to_num(candidates.weight, nan=0.0)
    order = np.argsort(weight, kind="stable")
    one, other = unit[candidates.first][order], unit[candidates.second][order]
    keys = pair_keys(np.minimum(one, other), np.maximum(one, other))
    best = np.zeros(len(graph.pair_first))
    known = pair_keys(graph.pair_first, graph.pair_second)
    inside = one != other
    best[np.searchsorted(known, keys[inside])] = weight[order][inside]
    result: Doubles = 1.0 / (1.0 + np.exp(np.clip(math.log(size) - best, -50, 50)))
    return result


def _first_members(labels: Ints) -> Ints:
    first = np.unique(labels, return_index=True)[1]
    result: Ints = first[labels].astype(np.int32)
    return result
