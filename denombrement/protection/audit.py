"""The auditor: attacks what is about to be published, by linear programming, knowing all that a reader knows.

It shares no code with the rounding or the suppression; it sees bounds and relations only, and the true counts only to
judge what an attacker has found. For every small cell it asks whether the attacker can prove that somebody is there
and that they are few. Each solution of a programme is a table that the publication allows, hence a witness for *all*
cells at once: most cells are cleared without a programme of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from denombrement.counts.table import TERRITORY
from denombrement.protection.cells import CellSystem, Counts
from denombrement.protection.insiders import Attacker
from denombrement.protection.knowledge import UNBOUNDED, Knowledge
from denombrement.protection.lp import TOLERANCE, Model, Vector, balanced, solved
from denombrement.protection.verdict import AttackerSummary, Finding, Kind

_PATIENCE = 2


@dataclass(frozen=True)
class Goals:
    """What the attacker tries to learn: one linear form a row, over the *other* persons of each variable.

    Args:
        forms: rows × variables.
        own: the attacker's own persons in each variable of the system.
        variables: the variable that each row is about.
        kinds: what it would mean to succeed.
        ways: 1 where only a table with fewer others can refute the goal, -1 where only one with more can, 0 else.
        shared: for groups, the variable that all persons of the row's variable belong to; -1 otherwise.
    """

    forms: sparse.csr_array
    own: Counts
    variables: NDArray[np.intp]
    kinds: tuple[Kind, ...]
    ways: Vector
    shared: NDArray[np.intp]

    def reached(self, cells: Vector) -> Vector:
        """The value of each form, over the others, in one table."""
        return np.asarray(self.forms @ (cells - self.own))

    @property
    def size(self) -> int:
        """Number of goals."""
        return len(self.kinds)


class Attack:
    """One publication under attack; every attacker reuses the same programme.

    Args:
        system: the cells and their relations.
        knowledge: what every reader knows.
        threshold: counts of 1 to ``threshold - 1`` persons must not be learnt.
        sensitive: further variables that must not become exact (cells fed by one service).
        empty: variables of which everybody knows that nobody can be in them; that all persons are elsewhere is no news.
    """

    def __init__(
        self,
        system: CellSystem,
        knowledge: Knowledge,
        threshold: int,
        sensitive: NDArray[np.bool_] | None = None,
        empty: Collection[int] = (),
    ) -> None:
        self._system = system
        self._knowledge = knowledge
        self._threshold = threshold
        self._sensitive = np.zeros(system.size, dtype=np.bool_) if sensitive is None else sensitive
        self._model: Model = balanced(system.relations, (knowledge.lower, knowledge.upper))
        self._model.start_from_last_point()
        self._groups = _groups(system, frozenset(empty))
        self._structure = np.full(system.size, UNBOUNDED)
        self._structure[list(empty)] = 0.0

    def by(self, attacker: Attacker) -> tuple[AttackerSummary, tuple[Finding, ...]]:
        """Everything this attacker learns about others that it must not.

        Raises:
            UsageProblem: PRO010, the published figures contradict each other.
        """
        self._model.box(*self._box(attacker))
        goals = self._goals(attacker)
        search = _Search(self._model, goals, self._threshold, self._system.counts)
        search.random_rounds()
        findings = tuple(
            self._finding(attacker, goals, row, learnt)
            for row in search.open_rows().tolist()
            for learnt in search.settle(row)
            if goals.shared[row] < 0 or self._is_news(attacker, goals, row)
        )
        return _summary(attacker, goals, findings), findings

    def _is_news(self, attacker: Attacker, goals: Goals, row: int) -> bool:
        """Whether publishing tells the attacker that others share a code; who took part and where may tell before."""
        lower = attacker.own.astype(np.float64)
        self._model.box(lower, np.where(attacker.inside, lower, self._structure))
        form = _dense_row(goals.forms, row)
        most = -solved(self._model.minimise(-form)).value
        self._model.box(*self._box(attacker))
        return most - float(form @ attacker.own) >= 1

    def _finding(self, attacker: Attacker, goals: Goals, row: int, learnt: tuple[Kind, int, int]) -> Finding:
        cells, shared = self._system.cells, int(goals.shared[row])
        cell = str(cells[goals.variables[row]])
        return Finding(attacker.name, cell, *learnt, shared=str(cells[shared]) if shared >= 0 else "")

    def bounds(self, attacker: Attacker, variables: Sequence[int]) -> list[tuple[float, float]]:
        """Least and largest number of others that a table consistent with the publication can have."""
        self._model.box(*self._box(attacker))
        forms = sparse.eye_array(self._system.size, format="csr")
        ends = [_ends(self._model, _dense_row(forms, number)) for number in variables]
        own = attacker.own[list(variables)].tolist()
        return [(low - mine, high - mine) for (low, high), mine in zip(ends, own, strict=True)]

    def _box(self, attacker: Attacker) -> tuple[Vector, Vector]:
        """What the attacker knows of each cell: what is published, and that its own persons are there."""
        lower = np.maximum(self._knowledge.lower, attacker.own)
        upper = np.where(attacker.inside, lower, self._knowledge.upper)
        return lower, upper

    def _goals(self, attacker: Attacker) -> Goals:
        others = self._system.counts - attacker.own
        small = np.flatnonzero((others > 0) & (others < self._threshold))
        large = np.flatnonzero(self._sensitive & (others >= self._threshold))
        groups = [(p, c) for p, c in self._groups if others[p] > 0 and others[p] == others[c]]
        kinds = [Kind.SMALL] * len(small) + [Kind.EXACT] * len(large) + [Kind.GROUP] * len(groups)
        variables = np.concatenate([small, large, [parent for parent, _ in groups]]).astype(np.intp)
        shared = np.full(len(variables), -1, dtype=np.intp)
        shared[len(variables) - len(groups) :] = [child for _, child in groups]
        forms = self._forms(variables, groups)
        return Goals(
            forms, attacker.own, variables, tuple(kinds), self._ways(attacker, variables, kinds), shared
        )

    def _ways(self, attacker: Attacker, variables: NDArray[np.intp], kinds: list[Kind]) -> Vector:
        lower, upper = (bound[variables] - attacker.own[variables] for bound in self._box(attacker))
        small = np.array([kind is Kind.SMALL for kind in kinds], dtype=np.bool_)
        group = np.array([kind is Kind.GROUP for kind in kinds], dtype=np.bool_)
        return np.where(
            group | small & (lower > 0), -1.0, np.where(small & (upper < self._threshold), 1.0, 0.0)
        )

    def _forms(self, variables: NDArray[np.intp], groups: list[tuple[int, int]]) -> sparse.csr_array:
        rows, first = np.arange(len(variables)), len(variables) - len(groups)
        children = np.array([child for _, child in groups], dtype=np.intp)
        values = np.concatenate([np.ones(len(variables)), -np.ones(len(groups))])
        where = np.concatenate([rows, rows[first:]]), np.concatenate([variables, children])
        return sparse.csr_array((values, where), shape=(len(variables), self._system.size))


class _Search:
    """Running extremes of all goals of one attacker, from witnesses."""

    def __init__(self, model: Model, goals: Goals, threshold: int, counts: Counts) -> None:
        self._model, self._goals, self._threshold = model, goals, threshold
        self._kinds = np.array([str(kind) for kind in goals.kinds], dtype=object)
        truth = goals.reached(counts.astype(np.float64))
        self._least, self._most = truth.copy(), truth.copy()
        self._chance = np.random.default_rng(20251022)

    def open_rows(self) -> NDArray[np.intp]:
        """Goals that no witness has cleared yet."""
        least, most = np.ceil(self._least - TOLERANCE), np.floor(self._most + TOLERANCE)
        small = (least > 0) & (most < self._threshold)
        group = most < 1
        exact = least >= most
        kind = self._kinds
        still = np.where(kind == Kind.SMALL, small, np.where(kind == Kind.GROUP, group, exact))
        return np.flatnonzero(still.astype(np.bool_))

    def random_rounds(self) -> None:
        """Pushes all open goals at once, each the way that can refute it (by chance where both can)."""
        rows, stuck = self.open_rows(), 0
        while len(rows) and stuck < _PATIENCE:
            ways, chance = self._goals.ways[rows], self._chance.choice([-1.0, 1.0], len(rows))
            self._solve(np.asarray(np.where(ways == 0, chance, ways) @ self._goals.forms[rows]))
            left = self.open_rows()
            stuck = stuck + 1 if len(left) == len(rows) else 0
            rows = left

    def settle(self, row: int) -> list[tuple[Kind, int, int]]:
        """Solves for one goal alone; what is left open is a finding, with its exact bounds."""
        form = _dense_row(self._goals.forms, row)
        for cost in (form, -form):
            if row in self.open_rows():
                self._solve(cost)
        if row not in self.open_rows() or self._may_be_empty(row):
            return []
        low, high = int(np.ceil(self._least[row] - TOLERANCE)), int(np.floor(self._most[row] + TOLERANCE))
        kind = self._goals.kinds[row]
        return [(Kind.EXACT if kind is Kind.SMALL and low == high else kind, low, high)]

    def _may_be_empty(self, row: int) -> bool:
        """A group nobody may belong to discloses nothing about anybody."""
        if self._goals.kinds[row] is not Kind.GROUP:
            return False
        cost = np.zeros(self._goals.forms.shape[1])
        variable = self._goals.variables[row]
        cost[variable] = 1.0
        return bool(solved(self._model.minimise(cost)).value - self._goals.own[variable] <= TOLERANCE)

    def _solve(self, cost: Vector) -> None:
        values = self._goals.reached(solved(self._model.minimise(cost)).point)
        self._least, self._most = np.minimum(self._least, values), np.maximum(self._most, values)


def _summary(attacker: Attacker, goals: Goals, findings: tuple[Finding, ...]) -> AttackerSummary:
    def found(kind: Kind) -> int:
        return sum(finding.kind is kind for finding in findings)

    return AttackerSummary(
        attacker.name, goals.size, exact=found(Kind.EXACT), small=found(Kind.SMALL), group=found(Kind.GROUP)
    )


def _ends(model: Model, form: Vector) -> tuple[float, float]:
    return solved(model.minimise(form)).value, -solved(model.minimise(-form)).value


def _dense_row(forms: sparse.csr_array, row: int) -> Vector:
    return np.asarray(forms[[row]].toarray()).ravel()


def _groups(system: CellSystem, empty: frozenset[int]) -> list[tuple[int, int]]:
    """Parents and children between which "all of them are…" could be said; where one lives is no such attribute."""
    return [
        (split.parent, child)
        for split in system.splits
        if split.dimension != TERRITORY
        for child in split.children
        if not empty.issuperset(other for other in split.children if other != child)
    ]
