"""Splink's pairs to persons, the hard constraints respected, and how often Splink would have broken them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denombrement.dedup.cross_check.scoring import Scored
from denombrement.dedup.linkage.arrays import Flags, Ints
from denombrement.dedup.linkage.constraints import Constraints, components, renumbered
from denombrement.dedup.linkage.records import MISSING, EncodedRecords


@dataclass(frozen=True)
class Grouping:
    """Declarations in groups at one threshold.

    Attributes:
        labels: group of each declaration, constraints respected.
        unconstrained: how many groups there were if they were not.
        pairs: Splink's pairs at the threshold and above.
        violations: those of them that a service or a human said to be two persons.
        chains: other pairs that were not followed, because persons known to be different would be one.
    """

    labels: Ints
    unconstrained: int
    pairs: int
    violations: int
    chains: int


def forbidden(records: EncodedRecords, constraints: Constraints, first: Ints, second: Ints) -> Flags:
    """Pairs that are two persons for sure: declared by one service, or told apart by a human."""
    one, other = constraints.unit[first], constraints.unit[second]
    service = records.service
    apart = set(constraints.apart)
    told = [(min(a, b), max(a, b)) in apart for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    twice: Flags = (service[first] == service[second]) & (service[first] != MISSING)
    result: Flags = (twice | np.array(told, dtype=np.bool_)) & (one != other)
    return result


def group(records: EncodedRecords, constraints: Constraints, scored: Scored, threshold: float) -> Grouping:
    """Joins pairs from the surest down, as connected components do, but for joins that a constraint forbids."""
    sure = scored.chance >= threshold
    first, second, chance = scored.first[sure], scored.second[sure], scored.chance[sure]
    banned = forbidden(records, constraints, first, second)
    one, other = constraints.unit[first], constraints.unit[second]
    order = np.lexsort((second, first, -chance))
    order = order[~banned[order]]
    groups = _Groups(records, constraints)
    chains = sum(not groups.join(int(one[place]), int(other[place])) for place in order)
    return Grouping(
        labels=renumbered(groups.labels()[constraints.unit]),
        unconstrained=int(components(constraints.units, one, other).max(initial=-1)) + 1,
        pairs=int(sure.sum()),
        violations=int(banned.sum()),
        chains=chains,
    )


class _Groups:
    """Units in groups that know which services they hold and which units they must not meet."""

    def __init__(self, records: EncodedRecords, constraints: Constraints) -> None:
        self._parent = list(range(constraints.units))
        self._members = [{unit} for unit in range(constraints.units)]
        self._services: list[set[int]] = [set() for _ in range(constraints.units)]
        self._apart: list[set[int]] = [set() for _ in range(constraints.units)]
        for unit, service in zip(constraints.unit.tolist(), records.service.tolist(), strict=True):
            if service != MISSING:
                self._services[unit].add(service)
        for one, other in constraints.apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def join(self, one: int, other: int) -> bool:
        """Makes one group of two, unless that is forbidden; says whether they are together now."""
        one, other = self._root(one), self._root(other)
        if one == other:
            return True
        if self._services[one] & self._services[other] or self._apart[one] & self._members[other]:
            return False
        if len(self._members[one]) < len(self._members[other]):
            one, other = other, one
        self._parent[other] = one
        for held in (self._members, self._services, self._apart):
            held[one] |= held[other]
            held[other] = set()
        return True

    def labels(self) -> Ints:
        """The group of each unit."""
        return np.array([self._root(unit) for unit in range(len(self._parent))], dtype=np.int32)

    def _root(self, unit: int) -> int:
        while self._parent[unit] != unit:
            self._parent[unit] = self._parent[self._parent[unit]]
            unit = self._parent[unit]
        return unit
