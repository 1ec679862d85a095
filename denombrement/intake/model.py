"""What one file turned out to hold, before it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from denombrement.errors import DenombrementError, catalogue
from denombrement.survey.record import Declaration
from denombrement.survey.rules import message

RULE_PREFIX = "RUL."


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was set aside: where it is, which question, why. Never a value.

    ``reason`` is a code of the error catalogue, or ``RUL.`` followed by the code of a rule.
    """

    place: str
    question: str
    reason: str
    declaration_id: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A valid record and its place in the file."""

    place: str
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class ReadReturn:
    """One service's return as read: valid records, and those set aside.

    ``number`` is ``None`` for a list that bears none; ``kind`` is sealed, json, csv or workbook.
    """

    sha256: str
    file: str
    kind: str
    service: str
    number: int | None
    made_at: str
    met_nobody: bool
    taken: Sequence[Taken] = ()
    rejected: Sequence[Rejected] = ()
    withdrawn: int = 0
    withdrawn_ids: frozenset[str] = frozenset()

    @property
    def spoken_of(self) -> frozenset[str]:
        """Declarations that the return says something of: held, set aside or withdrawn."""
        taken = (each.declaration.declaration_id for each in self.taken)
        return self.withdrawn_ids.union(taken, (each.declaration_id for each in self.rejected))


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file: ``status`` is current, superseded, outdated, refused or unchanged.

    ``vanished`` are declarations of the state replaced of which this file says nothing, neither held nor withdrawn (of a
    file too old, or refused for its number: its own, of which the current state says nothing): the sign of a service
    that works on two computers, or has erased its drafts.
    """

    file: str
    sha256: str
    status: str
    service: str = ""
    declarations: int = 0
    quarantined: int = 0
    vanished: int = 0
    error: DenombrementError | None = None


@dataclass(frozen=True, slots=True)
class IntakeSummary:
    """What one run of intake did."""

    files: Sequence[FileOutcome] = field(default_factory=tuple)

    @property
    def by_status(self) -> Mapping[str, int]:
        """Number of files by status."""
        statuses = [each.status for each in self.files]
        return {status: statuses.count(status) for status in sorted(set(statuses))}

    @property
    def declarations(self) -> int:
        """Valid declarations of the returns that are now current."""
        return sum(each.declarations for each in self.files if each.status == "current")

    @property
    def quarantined(self) -> int:
        """Records set aside, and files refused."""
        refused = sum(each.status in {"refused", "outdated"} for each in self.files)
        return refused + sum(each.quarantined for each in self.files if each.status == "current")


def reason_text(reason: str, language: str) -> str:
    """A reason in one of the four languages (English where the catalogue has no other)."""
    if reason.startswith(RULE_PREFIX):
        return message(reason.removeprefix(RULE_PREFIX), language)
    texts = catalogue()[reason]
    return texts.get(language, texts["en"])
