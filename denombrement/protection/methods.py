"""The two ways to protect, behind one face: figures for every cell, and what to do when the auditor objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
            if self._profile.zeros_shown and self._system.counts[variable] == 0:
                return Status.TRUE_ZERO, 0
            return Status.ROUNDED, int(drawn.values[variable])

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

    def mask(
        self,
        sheets: Sequence[Sheet],
        recalled: Recalled,
        draw: int,
        seconds: float,
        sensitive: NDArray[np.bool_],
    ) -> Masked:
        """The cheapest pattern found that meets all needs so far."""
        printed = np.zeros(self._system.size, dtype=np.bool_)
        printed[[variable for sheet in sheets for variable in sheet.variables]] = True
        found = self._pattern(printed, recalled, seconds / 2 if draw else seconds / 3, sensitive)

        def figure(variable: int) -> Figure:
            hidden = bool(found.hidden[variable])
            return (Status.PROTECTED, None) if hidden else exact(int(self._system.counts[variable]))

        candidate = Candidate.of(self._system, sheets, figure, Rules(0, self._profile.zeros_shown))
        return Masked(candidate, hidden=int((found.hidden & printed).sum()), gap_percent=found.gap_percent)

    def _pattern(
        self, printed: NDArray[np.bool_], recalled: Recalled, seconds: float, sensitive: NDArray[np.bool_]
    ) -> Suppression:
        given, fixed = ~printed, np.zeros(self._system.size, dtype=np.bool_)
        given[list(recalled.hidden)] = True
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
        """For whoever found it, nobody else need be in a small cell, and a group need not be everybody."""
        by_name = {attacker.name: attacker for attacker in attackers}
        for finding in findings:
            who = by_name[finding.attacker]
            if who.name not in self._fences:
                fence = insider_fence(self._system, who, zeros_shown=self._profile.zeros_shown)
                self._fences[who.name] = fence
            group = finding.kind is Kind.GROUP
            variable = self._number_of[finding.shared if group else finding.cell]
            others = int(self._system.counts[variable] - who.own[variable])
            level = 1 if group or others >= self._profile.threshold else others
            self._needs.append(Need(variable, -1, level, list(self._fences).index(who.name)))
