"""One partition to work with, out of all that were drawn: the same for any order of the input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Ints
from denombrement.dedup.linkage.constraints import renumbered
from denombrement.dedup.linkage.kernel_sampler import Graph

# Pairs surer than the first are joined whatever the count says, those less sure than the second never.
SURE, UNSURE = 0.7, 0.3
# A cluster that a new pair would make must hold together on average: no chain of weak links.
COHESION = 0.5
# Less sure candidates join nobody.
NEGLIGIBLE = 0.02


class _Clusters:
    """Clusters of units under construction, with the services and forbidden neighbours of each."""

    def __init__(self, graph: Graph) -> None:
        units = len(graph.unit_start) - 1
        self.parent = list(range(units))
        self.members: dict[int, list[int]] = {}
        self.graph = graph
        self.count = units

    def root(self, unit: int) -> int:
        while self.parent[unit] != unit:
            self.parent[unit] = self.parent[self.parent[unit]]
            unit = self.parent[unit]
        return unit

    def of(self, root: int) -> list[int]:
        return self.members.get(root, [root])

    def join(self, one: int, other: int) -> None:
        low, high = min(one, other), max(one, other)
        self.members[low] = self.of(low) + self.of(high)
        self.members.pop(high, None)
        self.parent[high] = low
        self.count -= 1

    def is_allowed(self, one: int, other: int) -> bool:
        services = self._services(one) & self._services(other)
        if services:
            return False
        others = set(self.of(other))
        graph = self.graph
        return not any(
            int(neighbour) in others
            for unit in self.of(one)
            for neighbour in graph.apart_unit[graph.apart_start[unit] : graph.apart_start[unit + 1]]
        )

    def _services(self, root: int) -> set[int]:
        graph = self.graph
        found = {
            int(graph.service[record])
            for unit in self.of(root)
            for record in graph.unit_record[graph.unit_start[unit] : graph.unit_start[unit + 1]]
        }
        return found - {-1}


class _Chances:
    """Chance that two units are one person: from every sweep for candidates, from the drawn partitions for others.

    In a cluster of many declarations some pairs hang together by the others alone, and are no candidates themselves.
    """

    def __init__(self, graph: Graph, posterior: Doubles, draws: Sequence[Ints]) -> None:
        pairs = zip(graph.pair_first.tolist(), graph.pair_second.tolist(), posterior.tolist(), strict=True)
        self.known = {(one, other): value for one, other, value in pairs if value >= NEGLIGIBLE}
        self.draws = draws

    def of(self, one: int, other: int) -> float:
        known = self.known.get((min(one, other), max(one, other)))
        if known is not None or not len(self.draws):
            return known or 0.0
        return float(np.mean([(rows[:, one] == rows[:, other]).mean() for rows in self.draws]))


def point_partition(
    graph: Graph, posterior: Doubles, target: int | None = None, draws: Sequence[Ints] = ()
) -> Ints:
    """Units joined from the surest pair down, until the number of clusters is the posterior's own.

    Sure pairs are always joined and doubtful ones never, so that the target moves the cut only where the pairs are
    truly undecided. Constraints hold, and a join must be supported by the average pair across the two clusters.

    Args:
        graph: candidates and constraints.
        posterior: chance that each candidate pair is one person.
        target: number of clusters to stop at; None cuts at one half.
        draws: drawn partitions, one row a draw, one array a chain.

    Returns:
        A label per unit, numbered by first member.
    """
    clusters = _Clusters(graph)
    chances = _Chances(graph, posterior, draws)
    floor = COHESION if target is None else UNSURE
    for (one, other), value in sorted(chances.known.items(), key=lambda entry: (-entry[1], entry[0])):
        if value < floor or (target is not None and value < SURE and clusters.count <= target):
            break
        first, second = clusters.root(one), clusters.root(other)
        if first == second or not clusters.is_allowed(first, second):
            continue
        if _cohesion(clusters, chances, first, second) >= min(value, COHESION):
            clusters.join(first, second)
    return renumbered([clusters.root(unit) for unit in range(len(clusters.parent))])


def _cohesion(clusters: _Clusters, chances: _Chances, first: int, second: int) -> float:
    ones, others = clusters.of(first), clusters.of(second)
    return sum(chances.of(a, b) for a in ones for b in others) / (len(ones) * len(others))
