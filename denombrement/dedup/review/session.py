"""One sitting of review: where the officer is in the queue, what the page shows, undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from denombrement.dedup.linkage.constraints import Pair
from denombrement.dedup.review.answers import VERDICTS, WITHDRAWN, pair_key
from denombrement.dedup.review.queue import UNDECIDED, Queue, ReviewPair
from denombrement.dedup.review.texts import LANGUAGES, chance_text, finding_text, text, texts

Keep = Callable[[Mapping[Pair, str]], None]
_PAGE_TEXTS = (
    "title", "question", "same", "different", "unsure", "undo", "finish", "keys", "evidence", "part", "comparison",
    "nothing", "nothing_next", "finished", "failed", "undone", "languages", "no_name",
)  # fmt: skip
_LETTERS = ("A", "B")


class ReviewSession:
    """The questions of one sitting; every answer is kept at once."""

    def __init__(self, queue: Queue, services: Mapping[str, str], keep: Keep) -> None:
        """Begins at the first question.

        Args:
            queue: the questions.
            services: name of each service by its id.
            keep: stores one answer; an error leaves the sitting as it was.
        """
        self._queue = queue
        self._services = services
        self._keep = keep
        self._given: dict[Pair, str] = {}
        self._by_key = {pair_key(each.pair): each for each in queue.pairs}
        self._start = queue.expected({})

    @property
    def answered(self) -> int:
        """Questions answered in this sitting."""
        return len(self._given)

    @property
    def given(self) -> dict[Pair, str]:
        """Answers of this sitting."""
        return dict(self._given)

    def answer(self, key: str, verdict: str) -> bool:
        """Keeps an answer to one question; false where the question or the verdict is not known."""
        if key not in self._by_key or verdict not in VERDICTS:
            return False
        pair = self._by_key[key].pair
        self._keep({pair: verdict})
        # Asked again, a question goes to the end of what can be undone.
        self._given.pop(pair, None)
        self._given[pair] = verdict
        return True

    def undo(self) -> bool:
        """Takes the last answer of this sitting back; false where there is none."""
        if not self._given:
            return False
        pair = next(reversed(self._given))
        self._keep({pair: WITHDRAWN})
        del self._given[pair]
        return True

    def state(self, language: str) -> dict[str, Any]:
        """What the page shows now, in one of the four languages (French for any other)."""
        spoken = language if language in LANGUAGES else LANGUAGES[0]
        total = len(self._queue.pairs)
        now = self._queue.expected(self._given)
        open_pairs = [each for each in self._queue.pairs if each.pair not in self._given]
        shown = open_pairs[0] if open_pairs else None
        facts = {"position": min(self.answered + 1, total), "total": total, "answered": self.answered}
        return {
            "language": spoken,
            "language_names": {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"},
            "texts": {key: texts()[key][spoken] for key in _PAGE_TEXTS},
            "total": total,
            "answered": self.answered,
            "progress": text("progress" if shown else "answered", spoken, **facts),
            "now": text("now", spoken, low=now.low, high=now.high),
            "start": text("start", spoken, low=self._start.low, high=self._start.high),
            "contradictions": self._contradictions(spoken),
            "pair": None if shown is None else self._shown(shown, spoken),
        }

    def _contradictions(self, language: str) -> str:
        number = len(self._queue.contradictions)
        return text("contradictions", language, number=number) if number else ""

    def _shown(self, each: ReviewPair, language: str) -> dict[str, Any]:
        return {
            "key": pair_key(each.pair),
            "why": why_text(each, language),
            "notes": pair_notes(each, language),
            "declarations": [
                self._declaration(record, letter, language)
                for record, letter in zip(each.pair, _LETTERS, strict=True)
            ],
            "findings": [
                {
                    "part": text(f"part_{found.part}", language),
                    "verdict": found.verdict,
                    "words": finding_text(found, language),
                }
                for found in each.findings
            ],
        }

    def _declaration(self, record: str, letter: str, language: str) -> dict[str, str]:
        service, number = record.split("/", 1)
        return {
            "title": text("declaration", language, which=letter),
            "service": self._services.get(service, service),
            "number": text("case_number", language, number=number),
        }


def why_text(each: ReviewPair, language: str) -> str:
    """Why a question is asked, in a sentence."""
    if each.why == UNDECIDED or each.answer is None:
        return text("undecided", language)
    said = {"verdict": text(each.answer.verdict, language), "who": each.answer.who, "at": each.answer.at[:10]}
    return text(each.why, language, **said)


def pair_notes(each: ReviewPair, language: str) -> Sequence[str]:
    """What else must be known before answering."""
    notes = []
    if each.pair[0].split("/", 1)[0] == each.pair[1].split("/", 1)[0]:
        notes.append(text("same_service", language))
    if each.chance is not None:
        notes.append(text("chance", language, chance=chance_text(each.chance, language)))
    return notes
