"""The campaign's journal: what was done, when, by which version, on which digests. Append-only and hash-chained.

Each line of ``journal.jsonl`` holds the SHA-256 of the line before it, so that a line cannot be changed, removed or
inserted without breaking the chain. The store keeps the same lines and commits them together with what they tell,
so a truncated file is noticed too. No line holds a value of a record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from denombrement.errors import DamagedInput

Fact = str | int | float | bool | None | Sequence[str] | Mapping[str, int]
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One act.

    Args:
        number: rank from 1.
        at: moment, UTC, ISO 8601.
        act: the command or the human decision.
        version: version of this package.
        facts: digests, counts and codes of ours.
        previous: hash of the entry before, or 64 zeros.
    """

    number: int
    at: str
    act: str
    version: str
    facts: Mapping[str, Fact]
    previous: str

    @property
    def hash(self) -> str:
        """SHA-256 of the entry's canonical JSON."""
        return hashlib.sha256(self._canonical().encode()).hexdigest()

    def line(self) -> str:
        """The entry as one line of the file, its hash included."""
        return json.dumps({**self._content(), "hash": self.hash}, ensure_ascii=False, sort_keys=True)

    def _canonical(self) -> str:
        return json.dumps(self._content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def _content(self) -> dict[str, object]:
        return {
            "number": self.number,
            "at": self.at,
            "act": self.act,
            "version": self.version,
            "facts": dict(self.facts),
            "previous": self.previous,
        }


def next_entry(
    last: Entry | None, act: str, version: str, facts: Mapping[str, Fact], *, at: datetime | None = None
) -> Entry:
    """The entry that follows ``last`` (or opens the journal)."""
    moment = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    number, previous = (1, GENESIS) if last is None else (last.number + 1, last.hash)
    return Entry(number, moment, act, version, dict(facts), previous)


def read_entry(line: str, number: int) -> Entry:
    """Reads one line and checks its own hash.

    Raises:
        DamagedInput: CAM101 where the line is not an entry or was changed.
    """
    try:
        raw = json.loads(line)
        claimed = raw.pop("hash")
        entry = Entry(**raw)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DamagedInput("CAM101", line=number) from None
    if claimed != entry.hash:
        raise DamagedInput("CAM101", line=number)
    return entry


def verify_chain(lines: Iterable[str]) -> list[Entry]:
    """Proves that the lines follow each other unchanged, and gives them back.

    Raises:
        DamagedInput: CAM101 for a changed line; CAM102 where a line is missing, moved or inserted.
    """
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        entry = read_entry(line, number)
        expected = (number, entries[-1].hash if entries else GENESIS)
        if (entry.number, entry.previous) != expected:
            raise DamagedInput("CAM102", line=number)
        entries.append(entry)
    return entries
