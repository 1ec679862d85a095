"""The two ways to protect, behind one face: figures for every cell, and what to do when the auditor objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from denombrement.errors import ProtectionRefusal
from denombrement.protection.candidates import Candidate, Figure, Sheet, exact
from denombrement.protection.cells import CellSystem
from denombrement.protection.history import Recalled
from denombrement.protection.insiders import Attacker
from denombrement.protection.knowledge import Rules, Status
from denombrement.protection.levels import insider_fence, outsider_fence, outsider_needs
from denombrement.protection.needs import Fence, Need, Needs
from denombrement.protection.profiles import Profile
from denombrement.protection.rounding import round_cells
from denombrement.protection.suppression import Suppression, suppress
from denombrement.protection.verdict import Finding, Kind

_SUPPRESSION_ROUNDS = 25
_SHARES = 6


@dataclass(frozen=True)
class Masked:
    """Figures to be attacked, and how they were made."""

    candidate: Candidate
    slack: int = 0
    hidden: int = 0
    gap_percent: float = 0.0


class Masking(Protocol):
    """A way to protect."""

    draws: int
    learns: bool

    def mask(
        self,
        sheets: Sequence[Sheet],
        recalled: Recalled,
        draw: int,
        seconds: float,
        sensitive: NDArray[np.bool_],
    ) -> Masked:
        """Figures for all sheets."""

    def learn(self, findings: Sequence[Finding], attackers: Sequence[Attacker]) -> None:
        """Takes note of what an attacker found."""


class Rounder:
    """Additive controlled rounding; an objection leads to the next draw."""

    learns = False

    def __init__(self, system: CellSystem, profile: Profile, secret: bytes) -> None:
        self._system, self._profile, self._secret = system, profile, secret
        self.draws = profile.draws

    def mask(
        self,
        sheets: Sequence[Sheet],
        recalled: Recalled,
        draw: int,
        _seconds: float,
        _sensitive: NDArray[np.bool_],
    ) -> Masked:
        """One draw that keeps what earlier releases printed.

        Raises:
            ProtectionRefusal: PRO004, no rounding exists; PRO009, an earlier release used another base.
        """
        base = self._profile.base
        if any(value % base for value in recalled.values.values()):
            earlier = int(np.gcd.reduce(list(recalled.values.values())))
            raise ProtectionRefusal("PRO009", base=base, earlier=earlier)
        drawn = round_cells(self._system, base=base, secret=self._secret, draw=draw, fixed=recalled.values)
        rules = Rules(drawn.reach, self._profile.zeros_shown)

        def figure(variable: int) -> Figure:
            shown = self._profile.zeros_shown and self._system.counts[variable] == 0
            if shown or variable in recalled.empty:
                return Status.TRUE_ZERO, 0
            return Status.ROUNDED, int(drawn.rounded[variable])

        return Masked(Candidate.of(self._system, sheets, figure, rules), slack=drawn.slack)

    def learn(self, findings: Sequence[Finding], attackers: Sequence[Attacker]) -> None:
        """Nothing is learnt: the next draw is independent."""


class Suppressor:
    """Secondary suppression; an objection becomes one more need, of the attacker who found it."""

    learns = True
    draws = _SUPPRESSION_ROUNDS

    def __init__(self, system: CellSystem, profile: Profile) -> None:
        self._system, self._profile = system, profile
        self._number_of = {str(cell): number for number, cell in enumerate(system.cells)}
        self._fences: dict[str, Fence] = {"outsider": outsider_fence(system, zeros_shown=profile.zeros_shown)}
        self._needs: list[Need] = []
        self._hidden = np.zeros(system.size, dtype=np.bool_)
        self._bound = 0.0

    def mask(
        self,
        sheets: Sequence[Sheet],
        recalled: Recalled,
        _draw: int,
        seconds: float,
        sensitive: NDArray[np.bool_],
    ) -> Masked:
        """The cheapest pattern found that meets all needs so far."""
        printed = np.zeros(self._system.size, dtype=np.bool_)
        printed[[variable for sheet in sheets for variable in sheet.variables]] = True
        found = self._pattern(printed, recalled, seconds / _SHARES, sensitive)

        def figure(variable: int) -> Figure:
            hidden = bool(found.hidden[variable])
            return (Status.PROTECTED, None) if hidden else exact(int(self._system.counts[variable]))

        # Needs are only ever added, so a bound proved with fewer of them still holds.
        self._hidden, self._bound = found.hidden, max(self._bound, found.bound)
        best = replace(found, bound=min(found.cost, self._bound))
        candidate = Candidate.of(self._system, sheets, figure, Rules(0, self._profile.zeros_shown))
        return Masked(candidate, hidden=int((found.hidden & printed).sum()), gap_percent=best.gap_percent)

    def _pattern(
        self, printed: NDArray[np.bool_], recalled: Recalled, seconds: float, sensitive: NDArray[np.bool_]
    ) -> Suppression:
        given, fixed = ~printed, np.zeros(self._system.size, dtype=np.bool_)
        given[list(recalled.hidden)] = True
        given[list(recalled.empty)] = False
        fixed[list(recalled.shown)] = True
        if self._profile.zeros_shown:
            fixed |= self._system.counts == 0
        weights = np.ones(len(printed)) if self._profile.weights == "cells" else 1.0 + self._system.counts
        needs = Needs(self._system, tuple(self._fences.values()), [*self._outsider(sensitive), *self._needs])
        return suppress(
            self._system,
            needs,
            weights=np.where(printed, weights, 0.0),
            fixed=fixed & ~given,
            given=given,
            seconds=seconds,
        )

    def _outsider(self, sensitive: NDArray[np.bool_]) -> tuple[Need, ...]:
        return outsider_needs(
            self._system,
            self._profile.threshold,
            self._profile.level,
            sensitive=np.flatnonzero(sensitive & (self._system.counts >= self._profile.threshold)).tolist(),
            zeros_shown=self._profile.zeros_shown,
        )

    def learn(self, findings: Sequence[Finding], attackers: Sequence[Attacker]) -> None:
        """Whoever found it must find it open: somebody more, nobody else, or another code than the shared one."""
        by_name = {attacker.name: attacker for attacker in attackers}
        for finding in findings:
            who = by_name[finding.attacker]
            if who.name not in self._fences:
                fence = insider_fence(self._system, who, zeros_shown=self._profile.zeros_shown)
                self._fences[who.name] = fence
            self._needs.append(self._need(finding, who, list(self._fences).index(who.name)))

    def _need(self, finding: Finding, who: Attacker, fence: int) -> Need:
        variable = self._number_of[finding.cell]
        if finding.kind is Kind.GROUP:
            return Need(self._sibling(variable, self._number_of[finding.shared]), 1, 1, fence)
        others = int(self._system.counts[variable] - who.own[variable])
        least_large = self._profile.threshold
        if others >= least_large:
            return Need(variable, 1, 1, fence)
        # A reader who knows that hidden cells are not empty cannot take nobody for possible.
        shown = self._profile.zeros_shown
        return Need(variable, 1 if shown else -1, least_large - others if shown else others, fence)

    def _sibling(self, parent: int, child: int) -> int:
        """An empty cell beside a child that holds its parent's persons: one that is hidden already, if any."""
        splits = (s for s in self._system.splits if s.parent == parent and child in s.children)
        siblings = [number for number in next(splits).children if number != child]
        return max(siblings, key=lambda number: bool(self._hidden[number]))
