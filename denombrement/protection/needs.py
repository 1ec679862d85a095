"""What a pattern of hidden cells must leave open, and the linear programme that measures it.

For each sensitive cell and side, the attacker's programme asks how far the cell may move when only hidden cells move;
the answer must reach the protection level (Fischetti & Salazar, Management Science 47(7):1008, 2001).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from denombrement.protection.cells import CellSystem
from denombrement.protection.lp import TOLERANCE, Vector, balanced, solved

Pattern = NDArray[np.float64]
"""For each variable, how far it is hidden: 1 hidden, 0 shown (between them while a relaxation is solved)."""


@dataclass(frozen=True)
class Fence:
    """How far each hidden cell may move in the eyes of one attacker: ``-down`` to ``+up`` persons."""

    down: Vector
    up: Vector


@dataclass(frozen=True)
class Need:
    """One side of one sensitive cell.

    Args:
        variable: the cell.
        sign: +1 for "may be larger", -1 for "may be smaller".
        level: by how many persons.
        fence: number of the attacker's fence.
    """

    variable: int
    sign: int
    level: float
    fence: int = 0


@dataclass(frozen=True)
class Cut:
    """``values · pattern[variables] >= 1`` holds for every pattern that meets the need."""

    variables: NDArray[np.intp]
    values: Vector


class Needs:
    """All needs of a release, with a witness of each: a move of hidden cells that reaches the level.

    Args:
        system: the cells.
        fences: one an attacker.
        needs: what must stay open; cells of level 0 are left out.
    """

    def __init__(self, system: CellSystem, fences: Sequence[Fence], needs: Sequence[Need]) -> None:
        self._system = system
        self._fences = tuple(fences)
        self.rows = tuple(need for need in needs if need.level > 0)
        self.primaries = np.unique([need.variable for need in needs]).astype(np.intp)
        nothing = np.zeros(system.size)
        self._models = [balanced(system.relations, (nothing, nothing)) for _ in self._fences]
        self.witnesses = np.zeros((len(self.rows), system.size))

    def unmet(self, pattern: Pattern, always: NDArray[np.bool_]) -> Iterator[Cut]:
        """One cut for each need that a pattern does not meet; ``always`` are the cells hidden in any case."""
        for number, fence in enumerate(self._fences):
            self._models[number].box(-fence.down * pattern, fence.up * pattern)
            reached = {row: 0.0 for row, need in enumerate(self.rows) if need.fence == number}
            for row in reached:
                cut = self._cut_for(row, reached, always)
                if cut is not None:
                    yield cut

    def meets(self, pattern: Pattern, rows: Sequence[int] | NDArray[np.intp]) -> bool:
        """Whether a pattern meets some needs; keeps their witnesses when it meets them all."""
        found = []
        for row in rows:
            move = self._move(int(row), pattern)
            if move is None:
                return False
            found.append(move)
        for row, move in zip(rows, found, strict=True):
            self.witnesses[row] = move
        return True

    def _cut_for(self, row: int, reached: dict[int, float], always: NDArray[np.bool_]) -> Cut | None:
        """None when the need is met; ``reached`` keeps what its move, a witness for all, does for the others."""
        need = self.rows[row]
        if reached[row] >= need.level - TOLERANCE:
            return None
        optimum = solved(self._models[need.fence].minimise(self._cost(need)))
        for other, level in reached.items():
            there = self.rows[other]
            reached[other] = max(level, there.sign * float(optimum.point[there.variable]))
        if reached[row] >= need.level - TOLERANCE:
            return None
        return self._cut(need, optimum.reduced_costs, always)

    def _cut(self, need: Need, reduced_costs: Vector, always: NDArray[np.bool_]) -> Cut | None:
        """Weak duality: the level reached by any pattern is at most what these prices pay for its hidden cells."""
        fence = self._fences[need.fence]
        prices = np.maximum(reduced_costs, 0) * fence.down + np.maximum(-reduced_costs, 0) * fence.up
        rest = need.level - float(prices[always].sum())
        prices[always] = 0.0
        variables = np.flatnonzero(prices > TOLERANCE)
        return Cut(variables, np.minimum(prices[variables], rest) / rest)

    def _move(self, row: int, pattern: Pattern) -> Vector | None:
        need, fence = self.rows[row], self._fences[self.rows[row].fence]
        self._models[need.fence].box(-fence.down * pattern, fence.up * pattern)
        optimum = solved(self._models[need.fence].minimise(self._cost(need)))
        return (
            optimum.point * (need.level / -optimum.value)
            if -optimum.value >= need.level - TOLERANCE
            else None
        )

    def _cost(self, need: Need) -> Vector:
        cost = np.zeros(self._system.size)
        cost[need.variable] = -need.sign
        return cost

    def fence_of(self, row: int) -> Fence:
        """The fence of a need's attacker."""
        return self._fences[self.rows[row].fence]
