"""A reader's own attack on printed tables, by scipy: shares no code with the protection or its auditor.

It knows the names of the printed rows, the hierarchies, the base and the reach of the rounding, and that nobody counts
less than nobody. Every leaf cell is a variable; every printed row is a sum of leaf cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from denombrement.counts.table import Hierarchy
from denombrement.protection.knowledge import Status
from denombrement.protection.tables import ProtectedTable


class Reader:
    """Bounds of any sum of leaf cells, from what is printed and what the reader knows of the own persons."""

    def __init__(self, trees: Mapping[str, Hierarchy], reach: int, *, zeros_shown: bool = False) -> None:
        self._trees, self._reach, self._zeros_shown = trees, reach, zeros_shown
        self._leaves = list(product(*(tree.leaves for tree in trees.values())))
        self._sums: list[np.ndarray] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def read(self, tables: Iterable[ProtectedTable]) -> Reader:
        """Takes note of every printed row."""
        for table in tables:
            for codes, value, status in table.rows:
                self.hear(dict(zip(table.dimensions, codes, strict=True)), value, status)
        return self

    def hear(self, codes: Mapping[str, str], value: int | None, status: Status) -> None:
        """Takes note of one printed row."""
        if status is not Status.NOT_COUNTED:
            self.know(codes, *self._ends(value, status))

    def know(self, codes: Mapping[str, str], low: float, high: float) -> Reader:
        """One more fact about a cell."""
        return self.know_sum(self.members(codes), low, high)

    def know_sum(self, form: np.ndarray, low: float, high: float) -> Reader:
        """The same of any sum of leaf cells."""
        self._sums.append(form)
        self._low.append(low)
        self._high.append(high)
        return self

    def members(self, codes: Mapping[str, str]) -> np.ndarray:
        """Which leaf cells a cell counts."""
        kept = {name: set(self._trees[name].leaves_under(code)) for name, code in codes.items()}
        inside = (
            all(code in kept.get(name, {code}) for name, code in zip(self._trees, leaf, strict=True))
            for leaf in self._leaves
        )
        return np.fromiter(inside, dtype=float)

    def bounds(self, codes: Mapping[str, str]) -> tuple[int, int]:
        """Least and largest whole number that the cell can hold."""
        return self.ends(self.members(codes))

    def ends(self, form: np.ndarray) -> tuple[int, int]:
        """The same for any sum of leaf cells."""
        least, most = (self._least(sign * form) for sign in (1.0, -1.0))
        return round(least), round(-most)

    def _least(self, form: np.ndarray) -> float:
        found = milp(
            form,
            constraints=LinearConstraint(np.array(self._sums), np.array(self._low), np.array(self._high)),
            bounds=Bounds(0, 1e9),
            integrality=np.ones(len(form)),
        )
        assert found.status == 0, found.message
        return float(found.fun)

    def _ends(self, value: int | None, status: Status) -> tuple[float, float]:
        least = 1 if self._zeros_shown else 0
        if value is None:
            return least, np.inf
        if status is Status.ROUNDED:
            return max(least, value - self._reach), value + self._reach
        return value, value
