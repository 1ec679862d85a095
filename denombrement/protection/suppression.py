"""Secondary suppression: hides as little as possible so that no hidden small cell can be recomputed.

Optimal by Fischetti & Salazar's cuts (Management Science 47(7):1008, 2001) within a time limit; a pattern from shortest
paths, pruned, is the fallback, and the gap to the proved bound is always stated. Suppression protects from outsiders;
from insiders only as far as needs of theirs, in their own fences, are among the needs given.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from denombrement.errors import ProtectionRefusal
from denombrement.protection.cells import CellSystem
from denombrement.protection.lp import TOLERANCE, Model, Optimum, Vector
from denombrement.protection.needs import Needs, Pattern

_CUTS_A_ROUND = 400
_ROUND_UP = 1e-4


@dataclass(frozen=True)
class Suppression:
    """Which variables are hidden.

    Args:
        hidden: one flag a variable, primaries included.
        primaries: number of sensitive cells.
        cost: weight of all hidden cells, primaries included.
        bound: proved lower bound of that cost.
        method: ``cuts`` or ``paths``.
    """

    hidden: NDArray[np.bool_]
    primaries: int
    cost: float
    bound: float
    method: str

    @property
    def proved(self) -> bool:
        """Whether no cheaper safe pattern exists."""
        return self.cost - self.bound < 1 - TOLERANCE

    @property
    def gap_percent(self) -> float:
        """How much cheaper a pattern could be at most, in percent of this one's cost."""
        return 0.0 if self.proved else 100.0 * (self.cost - self.bound) / self.cost


def suppress(
    system: CellSystem,
    needs: Needs,
    *,
    weights: Vector | None = None,
    fixed: NDArray[np.bool_] | None = None,
    given: NDArray[np.bool_] | None = None,
    seconds: float = 60.0,
) -> Suppression:
    """The cheapest pattern found in time that meets all needs.

    Args:
        system: the cells.
        needs: what must stay open.
        weights: whole-number cost of hiding each cell; 1 each when left out.
        fixed: cells that must stay visible (zeros of a table that shows its zeros, cells already published).
        given: cells hidden in any case (no table prints them, an earlier release hid them).
        seconds: time limit of the search for the optimum; pruning the fallback may take as long again.

    Raises:
        ProtectionRefusal: PRO011, no pattern meets the needs.
    """
    weights = np.ones(system.size) if weights is None else weights.astype(np.float64)
    lower, upper = np.zeros(system.size), np.ones(system.size)
    if fixed is not None:
        upper[fixed] = 0.0
        if fixed[needs.primaries].any():
            raise ProtectionRefusal("PRO011", primaries=len(needs.primaries))
    if given is not None:
        lower[given] = upper[given] = 1.0
    lower[needs.primaries] = upper[needs.primaries] = 1.0
    return _Search(system, needs, weights, (lower, upper), seconds).run()


class _Search:
    """A master programme over patterns, and the cuts that the needs add to it."""

    def __init__(
        self,
        system: CellSystem,
        needs: Needs,
        weights: Vector,
        box: tuple[Vector, Vector],
        seconds: float,
    ) -> None:
        self._system, self._needs, self._weights = system, needs, weights
        self._deadline = monotonic() + seconds
        self._last = self._deadline + seconds
        self._lower, self._upper = box
        self._bound = 0.0

    def run(self) -> Suppression:
        if not self._needs.meets(self._upper, range(len(self._needs.rows))):
            raise ProtectionRefusal("PRO011", primaries=len(self._needs.primaries))
        last, done = self._by_cuts()
        if done:
            return self._result(last, "cuts")
        found = [self._by_paths(start) for start in {tuple(self._lower), tuple(last)}]
        return self._result(min(found, key=lambda pattern: float(self._weights @ pattern)), "paths")

    def _result(self, pattern: Pattern, method: str) -> Suppression:
        cost = float(self._weights @ pattern)
        return Suppression(pattern > 0.5, len(self._needs.primaries), cost, min(cost, self._bound), method)  # noqa: PLR2004

    def _by_cuts(self) -> tuple[Pattern, bool]:
        """Relaxed rounds until no cut is left, then whole patterns; the last pattern, and whether it is optimal."""
        master, pattern, whole = self._master(), self._lower, False
        while True:
            optimum = self._solve(master)
            if optimum is None:
                return pattern, False
            self._bound = max(self._bound, float(np.ceil(optimum.bound - _ROUND_UP)))
            # Cuts are only ever added: no later pattern is cheaper than this bound.
            master.target(self._bound + _ROUND_UP)
            pattern = np.rint(optimum.point) if whole else np.clip(optimum.point, 0.0, 1.0)
            if self._add_cuts(master, pattern):
                continue
            if whole:
                # The time limit may have ended the search for cuts: only a pattern that meets all needs is done.
                return pattern, optimum.proved and self._needs.meets(pattern, range(len(self._needs.rows)))
            whole = True
            master.make_integral()

    def _master(self) -> Model:
        """In each relation, a hidden cell needs another hidden one: what everybody could subtract is not hidden.

        Cells hidden in any case need not be protected, so they may be subtracted.
        """
        relations = sparse.csr_array(abs(self._system.relations))
        rows, columns = relations.nonzero()
        needy = self._lower == 0
        needy[self._needs.primaries] = True
        rows, columns = rows[needy[columns]], columns[needy[columns]]
        own = sparse.csr_array(
            (np.full(len(rows), -2.0), (np.arange(len(rows)), columns)), (len(rows), relations.shape[1])
        )
        matrix = sparse.csr_array(relations[rows] + own)
        bounds = np.zeros(len(rows)), np.full(len(rows), np.inf)
        return Model(matrix, bounds, (self._lower, self._upper))

    def _solve(self, master: Model) -> Optimum | None:
        left = self._deadline - monotonic()
        if left <= 0:
            return None
        master.limit(left)
        return master.minimise(self._weights)

    def _add_cuts(self, master: Model, pattern: Pattern) -> int:
        added = 0
        for cut in self._needs.unmet(pattern, self._lower > 0):
            master.add_row(1.0, cut.variables, cut.values)
            added += 1
            if added >= _CUTS_A_ROUND or monotonic() > self._deadline:
                break
        return added

    def _by_paths(self, start: tuple[float, ...]) -> Pattern:
        """Meets one need after the other along the cheapest cells, then shows again what is not needed."""
        pattern = np.maximum(np.rint(np.array(start)), self._lower)
        paths = _Paths(self._system)
        for row in range(len(self._needs.rows)):
            if not self._needs.meets(pattern, [row]):
                need, fence = self._needs.rows[row], self._needs.fence_of(row)
                cost = np.where(pattern > 0, 0.0, self._weights)
                move = paths.cheapest(
                    need.variable,
                    need.sign * need.level,
                    cost,
                    fence.down * self._upper,
                    fence.up * self._upper,
                )
                pattern[np.abs(move) > TOLERANCE] = 1.0
                self._needs.meets(pattern, [row])
        return self._pruned(pattern)

    def _pruned(self, pattern: Pattern) -> Pattern:
        self._needs.meets(pattern, range(len(self._needs.rows)))
        secondary = np.flatnonzero((pattern > 0) & (self._lower == 0))
        for variable in secondary[np.argsort(-self._weights[secondary], kind="stable")]:
            if monotonic() > self._last:
                break
            pattern[variable] = 0.0
            affected = np.flatnonzero(np.abs(self._needs.witnesses[:, variable]) > TOLERANCE)
            if not self._needs.meets(pattern, affected):
                pattern[variable] = 1.0
        return pattern


class _Paths:
    """Moves that keep all relations, as gains and losses of each cell."""

    def __init__(self, system: CellSystem) -> None:
        self._size = system.size
        both = sparse.csr_array(sparse.hstack([system.relations, -system.relations], format="csr"))
        zeros = np.zeros(both.shape[0])
        nothing = np.zeros(2 * self._size)
        self._model = Model(both, (zeros, zeros), (nothing, nothing))

    def cheapest(self, variable: int, amount: float, cost: Vector, down: Vector, up: Vector) -> Vector:
        """The cheapest move that changes one cell by an amount; the caller knows that there is one."""
        lower, upper = np.zeros(2 * self._size), np.concatenate([up, down])
        gain, loss = variable, variable + self._size
        lower[gain] = upper[gain] = max(amount, 0.0)
        lower[loss] = upper[loss] = max(-amount, 0.0)
        self._model.box(lower, upper)
        optimum = self._model.minimise(np.concatenate([cost, cost]))
        point = np.zeros(2 * self._size) if optimum is None else optimum.point
        return np.asarray(point[: self._size] - point[self._size :])
