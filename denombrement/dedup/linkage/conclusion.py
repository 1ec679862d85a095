"""From the chains to what people read: the count with its interval, and what must be said aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Longs
from denombrement.dedup.linkage.beliefs import BOUNDS
from denombrement.dedup.linkage.constraints import components
from denombrement.dedup.linkage.interval import interval
from denombrement.dedup.linkage.kernel_sampler import Graph
from denombrement.dedup.linkage.occupancy import Occupancy, exact_codes, occupancy
from denombrement.dedup.linkage.point import point_partition
from denombrement.dedup.linkage.result import Count, LinkageResult, Notice
from denombrement.dedup.linkage.tables import Findings, draw_table, pair_table, person_table

# Above this the chains disagree on the number of persons (Gelman & Rubin 1992).
LARGEST_R_HAT = 1.1
# The occupancy estimate ignores errors in dates: only a gap beyond this share of the count is a warning.
OCCUPANCY_GAP = 0.05
# A fit that leaves fewer persons than this with a single declaration, or nearly no right value, is degenerate.
FEWEST_SINGLE = 0.02
NEARLY_ALL = 0.95 * BOUNDS[1]
# Shorter halves of a chain say nothing of their variance.
SHORTEST_HALF = 2


def conclude(found: Findings) -> LinkageResult:
    """Persons, pairs, count and notices of one linkage; times are the caller's."""
    settings = found.records.settings
    counts = np.concatenate([chain.counts for chain in found.chains])
    drawn = [chain.labels for chain in found.chains]
    labels = point_partition(found.graph, found.posterior, int(np.median(counts)), drawn)
    r_hat = convergence([chain.counts for chain in found.chains])
    draws = draw_table(found)
    count = count_persons(found, draws.counts)
    misses = _fitted_misses(found)
    return LinkageResult(
        persons=person_table(found, labels),
        pairs=pair_table(found),
        count=count,
        draws=draws,
        passes=found.passes,
        notices=tuple(_notices(found, misses, r_hat, count)),
        contradictions=found.constraints.contradictions,
        keys=found.candidates.keys,
        candidate_recall=found.candidates.recall,
        r_hat=r_hat,
        misses=misses,
        seconds={},
        version=settings.version,
    )


def count_persons(found: Findings, counts: Longs) -> Count:
    """The count and those beside it, from the number of persons in every drawn partition."""
    settings, declared = found.records.settings, len(found.copies.records)
    point = int(np.median(counts))
    low, high = interval(counts, declared, settings)
    all_joined, none_joined = (_joined(found.graph, found.posterior, cut) for cut in settings.undecided)
    return Count(
        persons=point,
        low=low,
        high=high,
        low_undecided=min(all_joined, point),
        high_undecided=max(none_joined, point),
        declarations=len(found.records),
        exact_codes=exact_codes(found.records),
        occupancy=occupancy(found.copies.records),
    )


def convergence(series: Sequence[Longs]) -> float:
    """R̂ of the number of persons over chains cut in halves; 1 when nothing varies."""
    length = min(len(values) for values in series) // 2
    if length < SHORTEST_HALF:
        return 1.0
    halves = np.array([part for one in series for part in (one[:length], one[-length:])], dtype=float)
    within = float(halves.var(axis=1, ddof=1).mean())
    between = float(halves.mean(axis=1).var(ddof=1))
    if within == 0.0:
        return 1.0 if between == 0.0 else float("inf")
    return float(np.sqrt((length - 1) / length + between / within))


def _joined(graph: Graph, posterior: Doubles, cut: float) -> int:
    """Persons if every pair at least so sure were one."""
    sure = posterior >= cut
    labels = components(len(graph.unit_start) - 1, graph.pair_first[sure], graph.pair_second[sure])
    return int(labels.max(initial=-1)) + 1


def _fitted_misses(found: Findings) -> dict[str, float]:
    late = [chain.misses[len(chain.misses) // 2 :].mean(axis=0) for chain in found.chains]
    names = [field.name for field in found.records.settings.fields]
    return {name: round(float(value), 4) for name, value in zip(names, np.mean(late, axis=0), strict=True)}


def _notices(found: Findings, misses: dict[str, float], r_hat: float, count: Count) -> Iterator[Notice]:
    yield from (Notice("LNK101", {"field": name}) for name, value in misses.items() if value > NEARLY_ALL)
    single = float(np.mean([np.exp(chain.beliefs.size_worth[1]) for chain in found.chains]))
    if single < FEWEST_SINGLE:
        yield Notice("LNK102")
    if r_hat > LARGEST_R_HAT:
        yield Notice("LNK103", {"r_hat": round(r_hat, 2)})
    yield from (Notice("LNK104", {"rule": entry.name}) for entry in found.passes if not entry.active)
    if found.constraints.contradictions:
        yield Notice("LNK105", {"groups": len(found.constraints.contradictions)})
    yield from occupancy_notice(count.occupancy, count.persons, len(found.copies.records))


def occupancy_notice(estimate: Occupancy, persons: int, declarations: int) -> Iterator[Notice]:
    """A warning when birth dates and the model differ by more than chance and the usual errors in dates.

    None where crowded birth years hold the most of the dates: what is left is not like the rest of the file.
    """
    if estimate.crowded > estimate.declarations:
        return
    expected = persons * estimate.declarations / declarations
    gap = abs(estimate.persons - expected) - 1.96 * estimate.deviation
    if gap > OCCUPANCY_GAP * expected:
        yield Notice("LNK106", {"occupancy": round(estimate.persons), "model": round(expected)})
