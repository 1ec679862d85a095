"""One partition to work with, out of all that were drawn: the same for any order of the input."""

from __future__ import annotations

from denombrement.dedup.linkage.arrays import Doubles, Ints
from denombrement.dedup.linkage.constraints import renumbered
from denombrement.dedup.linkage.kernel_sampler import Graph

# Pairs surer than the first are joined whatever the count says, those less sure than the second never.
SURE, UNSURE = 0.7, 0.3
# A cluster that a new pair would make must hold together on average: no chain of weak links.
COHESION = 0.5


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


def point_partition(graph: Graph, posterior: Doubles, target: int | None = None) -> Ints:
    """Units joined from the surest pair down, until the number of clusters is the posterior's own.

    Sure pairs are always joined and doubtful ones never, so that the target moves the cut only where the pairs are
    truly undecided. Constraints hold, and a join must be supported by the average pair across the two clusters.

    Args:
        graph: candidates and constraints.
        posterior: chance that each candidate pair is one person.
        target: number of clusters to stop at; None cuts at one half.

    Returns:
        A label per unit, numbered by first member.
    """
    clusters = _Clusters(graph)
    chance = {
        (int(one), int(other)): float(value)
        for one, other, value in zip(graph.pair_first, graph.pair_second, posterior, strict=True)
        if value >= 0.02  # noqa: PLR2004
    }
    floor = COHESION if target is None else UNSURE
    for (one, other), value in sorted(chance.items(), key=lambda entry: (-entry[1], entry[0])):
        if value < floor or (target is not None and value < SURE and clusters.count <= target):
            break
        first, second = clusters.root(one), clusters.root(other)
        if first == second or not clusters.is_allowed(first, second):
            continue
        if _cohesion(clusters, chance, first, second) >= min(value, COHESION):
            clusters.join(first, second)
    return renumbered([clusters.root(unit) for unit in range(len(clusters.parent))])


def _cohesion(clusters: _Clusters, chance: dict[tuple[int, int], float], first: int, second: int) -> float:
    ones, others = clusters.of(first), clusters.of(second)
    total = sum(chance.get((min(a, b), max(a, b)), 0.0) for a in ones for b in others)
    return total / (len(ones) * len(others))
