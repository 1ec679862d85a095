"""The auditor's verdict: who attacked, what they could infer, and whether that may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


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
    """

    attacker: str
    cell: str
    kind: Kind
    low: int
    high: int


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
        cells: cells in the system; ``printed`` of them are published now.
        relations: additive relations that the attackers use.
        earlier: cells known from earlier releases.
        draws: draws made until this one, this one included.
        attackers: one summary each.
        findings: everything learnt; empty when passed.
        narrowest: the outsider's narrowest intervals of small cells.
        services_known: whether services were among the insiders (their contributions were given).
        digests: SHA-256 of each table audited, by name.
    """

    method: str
    profile: str
    threshold: int
    base: int
    slack: int
    cells: int
    printed: int
    relations: int
    earlier: int
    draws: int
    attackers: tuple[AttackerSummary, ...]
    findings: tuple[Finding, ...]
    narrowest: tuple[Interval, ...]
    services_known: bool
    digests: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether the tables may leave: somebody attacked, and nobody learnt anything."""
        return bool(self.attackers) and all(one.passed for one in self.attackers) and not self.findings

    def as_dict(self) -> dict[str, object]:
        """For JSON and for the verdict's page."""
        return {**asdict(self), "passed": self.passed}

    def public(self) -> dict[str, object]:
        """What may stand beside the published tables: no cell of a finding, no interval."""
        hidden = ("findings", "narrowest")
        return {name: value for name, value in self.as_dict().items() if name not in hidden}
