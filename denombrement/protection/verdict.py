"""The auditor's verdict: who attacked, what they could infer, and whether that may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an attacker may succeed in."""

    SMALL = "small"
    EXACT = "exact"
    GROUP = "group"


@dataclass(frozen=True)
class Finding:
    """A cell that an attacker learns too much about.

    Args:
        attacker: who learns it.
        cell: name of the cell.
        kind: ``exact`` (its count of others is known), ``small`` (others are proved to be there and to be few),
            ``group`` (all persons of this cell are proved to share one code).
        low, high: what the attacker proves about the number of others in the cell (of those *outside* the shared
            code for ``group``).
        shared: for ``group``, the cell that all these persons are proved to be in.
    """

    attacker: str
    cell: str
    kind: Kind
    low: int
    high: int
    shared: str = ""


@dataclass(frozen=True)
class AttackerSummary:
    """One attacker's result: cells judged, and how many of them are learnt."""

    name: str
    judged: int
    exact: int
    small: int
    group: int

    @property
    def passed(self) -> bool:
        """Whether this attacker learns nothing."""
        return not (self.exact or self.small or self.group)


@dataclass(frozen=True)
class Interval:
    """What the outsider can infer at best about one small cell; for the officer, never for the public."""

    cell: str
    low: int
    high: int


@dataclass(frozen=True)
class AuditVerdict:
    """What was attacked, by whom, with which result.

    Args:
        method: ``rounding`` or ``suppression``.
        profile: name of the protection profile.
        threshold: counts of 1 to threshold - 1 must not be learnt.
        base: base of the rounding (0 for suppression).
        slack: base steps beyond the neighbouring multiples (0: none).
        hidden: printed variables withheld by suppression (0 for rounding).
        gap_percent: how much cheaper the suppression might be at most.
        cells: cells in the system; ``printed`` of them are published now.
        relations: additive relations that the attackers use.
        earlier: cells known from earlier releases; ``moved`` of them had another count then.
        draws: draws made until this one, this one included.
        attackers: one summary each.
        findings: everything learnt; empty when passed.
        narrowest: the outsider's narrowest intervals of small cells.
        services_known: whether services were among the insiders (their contributions were given).
        digests: SHA-256 of each table audited, by name.
        pairs: pairs of insiders that attacked together, of ``pairs_possible``; none unless the plan asks for them.
    """

    method: str
    profile: str
    threshold: int
    base: int
    slack: int
    hidden: int
    gap_percent: float
    cells: int
    printed: int
    relations: int
    earlier: int
    moved: int
    draws: int
    attackers: tuple[AttackerSummary, ...]
    findings: tuple[Finding, ...]
    narrowest: tuple[Interval, ...]
    services_known: bool
    digests: Mapping[str, str]
    pairs: int = 0
    pairs_possible: int = 0

    @property
    def passed(self) -> bool:
        """Whether the tables may leave: somebody attacked, and nobody learnt anything."""
        return bool(self.attackers) and all(one.passed for one in self.attackers) and not self.findings

    def as_dict(self) -> dict[str, Any]:
        """For JSON and for the verdict's page."""
        return {**asdict(self), "passed": self.passed}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> AuditVerdict:
        """The inverse of :meth:`as_dict`."""
        given = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        given["attackers"] = tuple(AttackerSummary(**one) for one in stored["attackers"])
        given["findings"] = tuple(Finding(**{**one, "kind": Kind(one["kind"])}) for one in stored["findings"])
        given["narrowest"] = tuple(Interval(**one) for one in stored["narrowest"])
        return cls(**given)

    def public(self) -> dict[str, Any]:
        """What may stand beside the published tables: no cell of a finding, no interval."""
        hidden = ("findings", "narrowest")
        return {name: value for name, value in self.as_dict().items() if name not in hidden}
