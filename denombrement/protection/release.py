"""Protection from plan to signed release: protect, attack, and let nothing out that the auditor has not passed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from denombrement.counts.table import CountTable
from denombrement.errors import ProtectionRefusal
from denombrement.protection.audit import Attack
from denombrement.protection.candidates import Candidate, Sheet
from denombrement.protection.cells import CellSystem
from denombrement.protection.coalitions import Shared, chosen, pairs, together
from denombrement.protection.history import Recalled, ReleaseHistory
from denombrement.protection.insiders import (
    Attacker,
    Contributions,
    one_service_cells,
    outsider,
    service_insiders,
    territory_insiders,
)
from denombrement.protection.knowledge import Knowledge
from denombrement.protection.lp import TOLERANCE
from denombrement.protection.methods import Masked, Masking, Rounder, Suppressor
from denombrement.protection.plan import PublicationPlan, ResolvedTable, cubes_of, tied_cubes
from denombrement.protection.profiles import Profile
from denombrement.protection.tables import SEAL, ProtectedTable, table_from_dict
from denombrement.protection.verdict import AttackerSummary, AuditVerdict, Finding, Interval

_NARROWEST = 20

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (no figure of any cell)."""


class Refused(ProtectionRefusal):
    """PRO005, with the verdict that says what an attacker would have learnt (for the officer alone)."""

    def __init__(self, verdict: AuditVerdict) -> None:
        super().__init__("PRO005", findings=len(verdict.findings), draws=verdict.draws)
        self.verdict = verdict


@dataclass(frozen=True)
class Release:
    """Tables that may leave, the verdict on them, and the history that the campaign keeps.

    Args:
        tables: by name.
        verdict: the audit that they passed.
        history: all that this campaign has published, this release included.
    """

    tables: Mapping[str, ProtectedTable]
    verdict: AuditVerdict
    history: ReleaseHistory

    def to_bytes(self, secret: bytes) -> bytes:
        """A signed file (JSON, UTF-8) for the campaign's folder."""
        content = json.dumps(
            {
                "verdict": self.verdict.as_dict(),
                "history": self.history.as_dict(),
                "tables": [table.as_dict() for table in self.tables.values()],
            },
            ensure_ascii=True,
        )
        return json.dumps({"release": content, "signature": _signature(content, secret)}).encode()

    @classmethod
    def from_bytes(cls, data: bytes, secret: bytes) -> Release:
        """The inverse of :meth:`to_bytes`.

        Raises:
            ProtectionRefusal: PRO007, the file was altered or signed with another secret.
        """
        try:
            envelope = json.loads(data)
            content, signature = str(envelope["release"]), str(envelope["signature"])
        except (ValueError, KeyError, TypeError) as error:
            raise ProtectionRefusal("PRO007") from error
        if not hmac.compare_digest(signature, _signature(content, secret)):
            raise ProtectionRefusal("PRO007")
        stored = json.loads(content)
        verdict = AuditVerdict.from_dict(stored["verdict"])
        tables = [table_from_dict(one, verdict, SEAL) for one in stored["tables"]]
        return cls({one.name: one for one in tables}, verdict, ReleaseHistory.from_dict(stored["history"]))


def protect(
    tables: Sequence[CountTable],
    *,
    plan: PublicationPlan,
    profile: Profile,
    secret: bytes,
    history: ReleaseHistory | None = None,
    contributions: Contributions | None = None,
    shared: Shared | None = None,
    impossible: Sequence[Mapping[str, str]] = (),
    progress: Progress | None = None,
) -> Release:
    """Protects all tables of a plan together and attacks them.

    Args:
        tables: count tables to their leaves; the first that has the dimensions of a planned table serves it. Give a
            dimension ``territory`` down to communes even where the plan prints less: insiders know their commune.
        plan: what is printed.
        profile: how it is protected.
        secret: the campaign's protection secret; the same secret, counts and history give the same release.
        history: what this campaign published before.
        contributions: services' own parts of each table's leaf cells; without them no service is an insider.
        shared: persons whom two services reported both, for plans that ask for coalitions.
        impossible: codes that nobody can have together (dimension -> code); every reader knows that.
        progress: told what is being done.

    Raises:
        Refused: PRO005, an attacker would learn a small count; nothing may be published.
        ProtectionRefusal: PRO004, PRO008, PRO009 or PRO011, no such protection exists.
        UsageProblem: PRO001, PRO012 or PRO014, tables, plan and contributions do not fit.
    """
    given = _Given(
        tables, plan, profile, history or ReleaseHistory(), contributions or {}, shared or {}, impossible
    )
    work = _Work.of(given, progress or _silent)
    masked, verdict = work.run(_masking(profile, work.system, secret))
    if not verdict.passed:
        raise Refused(verdict)
    return work.release(masked.candidate, verdict)


def _masking(profile: Profile, system: CellSystem, secret: bytes) -> Masking:
    return Rounder(system, profile, secret) if profile.method == "rounding" else Suppressor(system, profile)


def _signature(content: str, secret: bytes) -> str:
    return hmac.new(secret, b"release|" + content.encode(), hashlib.sha256).hexdigest()


def _silent(_what: str, _done: int, _all: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class _Given:
    """What :func:`protect` was given."""

    tables: Sequence[CountTable]
    plan: PublicationPlan
    profile: Profile
    history: ReleaseHistory
    contributions: Contributions
    shared: Shared
    impossible: Sequence[Mapping[str, str]]

    def system(self) -> tuple[tuple[ResolvedTable, ...], CellSystem]:
        resolved = self.plan.resolved(self.tables)
        tied = tuple(tied_cubes(self.tables, self.impossible))
        system = CellSystem.of((*tied, *cubes_of(resolved)))
        if self.history.cells and self.history.missing_in(system):
            # An earlier release printed cells that this plan does not: the attacker still has them.
            system = CellSystem.of(cubes_of(resolved, self.tables))
        return resolved, system

    def coalitions(
        self, insiders: Sequence[Attacker], system: CellSystem
    ) -> tuple[tuple[Attacker, ...], int]:
        """The pairs of insiders that are tried, and how many there are."""
        if self.plan.coalitions == 1:
            return (), 0
        every = pairs(insiders)
        few = chosen(every, system, threshold=self.profile.threshold, limit=self.plan.pairs)
        return tuple(together(pair, system, self.contributions, self.shared) for pair in few), len(every)


@dataclass(frozen=True)
class _Work:
    """What stays the same over all draws of one release."""

    system: CellSystem
    sheets: tuple[Sheet, ...]
    profile: Profile
    history: ReleaseHistory
    recalled: Recalled
    attackers: tuple[Attacker, ...]
    pairs: tuple[int, int]
    sensitive: NDArray[np.bool_]
    services_known: bool
    progress: Progress

    @classmethod
    def of(cls, given: _Given, progress: Progress) -> _Work:
        resolved, system = given.system()
        services = service_insiders(system, given.contributions)
        insiders = (*territory_insiders(system), *services)
        coalitions, possible = given.coalitions(insiders, system)
        return cls(
            system,
            tuple(Sheet.of(one, system) for one in resolved),
            given.profile,
            given.history,
            given.history.recalled(system).with_empty(system.cells_within(given.impossible)),
            (outsider(system), *insiders, *coalitions),
            (len(coalitions), possible),
            one_service_cells(system, services),
            bool(services),
            progress,
        )

    def run(self, masking: Masking) -> tuple[Masked, AuditVerdict]:
        """Draws until the auditor passes one or the profile allows no more."""
        draw, deadline = 0, monotonic() + self.profile.seconds
        while True:
            masked = masking.mask(
                self.sheets, self.recalled, draw, max(0.0, deadline - monotonic()), self.sensitive
            )
            last = draw + 1 >= masking.draws
            verdict = self._audit(masked, draw + 1, complete=last or masking.learns)
            if verdict.passed or last:
                return masked, verdict
            masking.learn(verdict.findings, self.attackers)
            draw += 1

    def release(self, candidate: Candidate, verdict: AuditVerdict) -> Release:
        rows = candidate.rows()
        tables = {
            sheet.table.name: ProtectedTable(
                sheet.table.name,
                sheet.table.planned.measure,
                sheet.hierarchies(),
                rows[sheet.table.name],
                sheet.table.cube.table.not_counted,
                verdict,
                SEAL,
            )
            for sheet in candidate.sheets
        }
        return Release(tables, verdict, self.history.with_release(candidate.cells))

    def _audit(self, masked: Masked, draws: int, *, complete: bool) -> AuditVerdict:
        said = [*masked.candidate.statements(), *self.recalled.statements]
        knowledge = Knowledge.of(self.system.size, said)
        attack = Attack(self.system, knowledge, self.profile.threshold, self.sensitive, self.recalled.empty)
        summaries, findings = self._attack(attack, complete=complete)
        return AuditVerdict(
            method=self.profile.method,
            profile=self.profile.name,
            threshold=self.profile.threshold,
            base=self.profile.base,
            slack=masked.slack,
            hidden=masked.hidden,
            gap_percent=masked.gap_percent,
            cells=self.system.size,
            printed=sum(len(sheet.variables) for sheet in self.sheets),
            relations=len(self.system.splits),
            earlier=len(self.history.cells),
            moved=self.recalled.moved,
            draws=draws,
            attackers=summaries,
            findings=findings,
            narrowest=() if findings and not complete else self._narrowest(attack),
            services_known=self.services_known,
            digests=masked.candidate.digests(),
            pairs=self.pairs[0],
            pairs_possible=self.pairs[1],
        )

    def _attack(
        self, attack: Attack, *, complete: bool
    ) -> tuple[tuple[AttackerSummary, ...], tuple[Finding, ...]]:
        """All attackers; unless a complete account is wanted, only until the first who learns something."""
        summaries: list[AttackerSummary] = []
        findings: list[Finding] = []
        for number, attacker in enumerate(self.attackers):
            self.progress("audit", number, len(self.attackers))
            summary, found = attack.by(attacker)
            summaries.append(summary)
            findings.extend(found)
            if found and not complete:
                break
        return tuple(summaries), tuple(findings)

    def _narrowest(self, attack: Attack) -> tuple[Interval, ...]:
        """What the outsider can infer at best about the small cells that are printed."""
        counts = self.system.counts
        printed = sorted({variable for sheet in self.sheets for variable in sheet.variables})
        small = [number for number in printed if 0 < counts[number] < self.profile.threshold]
        found = [
            Interval(
                str(self.system.cells[number]), int(np.ceil(low - TOLERANCE)), int(np.floor(high + TOLERANCE))
            )
            for number, (low, high) in zip(small, attack.bounds(outsider(self.system), small), strict=True)
        ]
        return tuple(
            sorted(found, key=lambda interval: (interval.high - interval.low, interval.cell))[:_NARROWEST]
        )
