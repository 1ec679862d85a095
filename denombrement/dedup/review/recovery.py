"""Finds human answers again from the journal, where the store was lost and made anew from the returns received.

The journal names declarations and identities by digest alone. An answer whose declaration is not there yet waits in
the journal; one whose identity is another by now is asked again, as after any correction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from denombrement.dedup.campaign_links import is_purged
from denombrement.dedup.review.answers import (
    ANSWERS_TABLE,
    INSERT_ANSWER,
    NAMELESS,
    Mark,
    Told,
    history,
    identities,
    identity_mark,
    record_key,
    told,
)
from denombrement.intake.store import Store


@dataclass(frozen=True, slots=True)
class Recovered:
    """Answers put back into the store, and those that wait for a declaration."""

    answers: int
    waiting: int


def recover_answers(store: Store, mark: Mark) -> Recovered:
    """Puts back what the journal has and the store has not; with one line in the journal where there was anything.

    Args:
        store: the open store.
        mark: the keyed digest that the answers were written with.
    """
    kept = {each.number for each in history(store)}
    missing = [(number, each) for number, each in enumerate(told(store), start=1) if number not in kept]
    if not missing or is_purged(store):
        return Recovered(0, 0)
    known = identities(store)
    find = _Finder(known, mark)
    rows = [row for number, each in missing if (row := _row(number, each, find)) is not None]
    if rows:
        with store.act("recovery") as facts:
            store.rows(ANSWERS_TABLE)
            for row in rows:
                store.rows(INSERT_ANSWER, row)
            facts.update({"answers": len(rows), "waiting": len(missing) - len(rows)})
    return Recovered(len(rows), len(missing) - len(rows))


class _Finder:
    """Present declarations by the digests of the journal."""

    def __init__(self, known: Mapping[str, str], mark: Mark) -> None:
        self._known = known
        self._by_key = {record_key(record): record for record in known}
        self._mark = {record: identity_mark(record, digest, mark) for record, digest in known.items()}
        often = Counter(self._mark.values())
        self._by_mark = {
            each: record for record, each in self._mark.items() if often[each] == 1 and each != NAMELESS
        }

    def find(self, key: str, mark: str) -> tuple[str, str] | None:
        """The declaration and the digest of the identity looked at; a mark that nobody bears stands for itself."""
        record = self._by_key.get(key)
        if record is not None and self._mark[record] == mark:
            return record, self._known[record]
        # Lists number their rows anew.
        elsewhere = self._by_mark.get(mark)
        if elsewhere is not None:
            return elsewhere, self._known[elsewhere]
        return None if record is None else (record, mark)


def _row(number: int, each: Told, find: _Finder) -> list[str | int] | None:
    first = find.find(each.first_key, each.first_mark)
    second = find.find(each.second_key, each.second_mark)
    if first is None or second is None or first[0] == second[0]:
        return None
    (one, one_digest), (other, other_digest) = sorted((first, second))
    return [number, one, other, one_digest, other_digest, each.verdict, each.who, each.at]
