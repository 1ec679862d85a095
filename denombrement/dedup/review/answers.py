"""What humans answered about pairs of declarations: kept with who and when, and found again after late returns.

Answers are only ever added; taking one back is an answer too, so the whole history stays. Each is tied to the two
declarations and to a digest of what was known of their identities: where an identity was corrected since, the answer
was about another question, which is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from denombrement.dedup.campaign_links import declared_tokens, is_purged
from denombrement.dedup.linkage.constraints import Decisions, Pair
from denombrement.errors import UsageProblem
from denombrement.intake.store import Store

SAME, DIFFERENT, UNSURE, WITHDRAWN = "same", "different", "unsure", "withdrawn"
VERDICTS = (SAME, DIFFERENT, UNSURE)
Mark = Callable[[str], str]
ANSWERS_TABLE = """CREATE TABLE IF NOT EXISTS review_answers (number INTEGER PRIMARY KEY, first_id VARCHAR, second_id VARCHAR,
    first_digest VARCHAR, second_digest VARCHAR, verdict VARCHAR, who VARCHAR, moment VARCHAR)"""
INSERT_ANSWER = "INSERT INTO review_answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
NAMELESS, UNMARKED = "-", "?"
_NOT_IDENTITY = ("record_id", "service", "nationality", "commune")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Args:
        number: rank from 1, over the whole campaign.
        first_id, second_id: the two declarations, ``service/declaration_id``, in alphabetical order.
        first_digest, second_digest: of their identities when asked; empty after a purge.
        verdict: same, different, unsure, or withdrawn (takes back the answer before it on this pair).
        who: name or initials of the person who answered.
        at: moment, UTC, ISO 8601.
    """

    number: int
    first_id: str
    second_id: str
    first_digest: str
    second_digest: str
    verdict: str
    who: str
    at: str

    @property
    def pair(self) -> Pair:
        """The two declarations."""
        return self.first_id, self.second_id


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as the journal has it: declarations by ``record_key``, identities by ``identity_mark``."""

    who: str
    at: str
    first_key: str
    second_key: str
    first_mark: str
    second_mark: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the answers are worth for the declarations now in the store.

    Args:
        in_force: the last answer of each pair whose identities are as they were, about the present declarations.
        changed: answers about an identity that was corrected since: to be asked again.
        gone: answers about a declaration that is not there now; they wait for its return.
    """

    in_force: tuple[Answer, ...] = ()
    changed: tuple[Answer, ...] = ()
    gone: tuple[Answer, ...] = ()

    @property
    def decisions(self) -> Decisions:
        """The answers that linkage must obey."""
        return Decisions(self._pairs(SAME), self._pairs(DIFFERENT))

    @property
    def verdicts(self) -> dict[Pair, str]:
        """The answer in force of each pair."""
        return {each.pair: each.verdict for each in self.in_force}

    def _pairs(self, verdict: str) -> tuple[Pair, ...]:
        return tuple(each.pair for each in self.in_force if each.verdict == verdict)


def no_mark(text: str) -> str:
    """For whoever has no key: such an answer is asked again where it must be found back from the journal."""
    del text
    return UNMARKED


def ordered_pair(one: str, other: str) -> Pair:
    """The two ids in alphabetical order.

    Raises:
        UsageProblem: LNK916 for a declaration and itself.
    """
    if one == other:
        raise UsageProblem("LNK916")
    return (one, other) if one < other else (other, one)


def identities(store: Store) -> dict[str, str]:
    """Digest of each present declaration's identity; empty where nothing of it is known."""
    frame = declared_tokens(store)
    columns = [name for name in sorted(frame.columns) if name not in _NOT_IDENTITY]
    rows = zip(frame["record_id"], *(frame[name] for name in columns), strict=True)
    return {str(record): _digest(columns, values) for record, *values in rows}


def keep_answers(
    store: Store,
    answers: Mapping[Pair, str],
    *,
    who: str,
    known: Mapping[str, str] | None = None,
    at: datetime | None = None,
    mark: Mark = no_mark,
) -> None:
    """Adds answers, with one line in the journal; the line names declarations and identities by digest alone.

    The line is enough to find the answers again where the store was lost: see ``recovery``.

    Args:
        store: the open store.
        answers: verdict (or ``withdrawn``) of each pair.
        who: who answers.
        known: digests of the identities that were looked at; the present ones when None.
        at: moment; now when None.
        mark: keyed digest of an identity for the journal, by a key that a purge destroys.

    Raises:
        UsageProblem: LNK913 where a declaration is not in the campaign; LNK911 after a purge.
    """
    if not answers:
        return
    if is_purged(store):
        raise UsageProblem("LNK911")
    looked_at = identities(store) if known is None else known
    unknown = sum(record not in looked_at for pair in answers for record in pair)
    if unknown:
        raise UsageProblem("LNK913", count=unknown)
    moment = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    with store.act("review") as facts:
        store.rows(ANSWERS_TABLE)
        # Counted in the journal: after a loss of the store, answers can wait there for their declarations.
        for rank, (pair, verdict) in enumerate(answers.items(), start=len(told(store)) + 1):
            row = [rank, *pair, looked_at[pair[0]], looked_at[pair[1]], verdict, who, moment]
            store.rows(INSERT_ANSWER, row)
        lines = [_line(pair, verdict, looked_at, mark) for pair, verdict in answers.items()]
        facts.update({"who": who, "at": moment, "answers": lines})


def told(store: Store) -> list[Told]:
    """Every answer of the journal, in order."""
    found = []
    for (line,) in store.rows("SELECT line FROM journal ORDER BY number"):
        entry = json.loads(line)
        if entry["act"] == "review":
            facts = entry["facts"]
            found += [Told(facts["who"], facts["at"], *answer.split(" ")) for answer in facts["answers"]]
    return found


def identity_mark(record: str, digest: str, mark: Mark) -> str:
    """What the journal says of a declaration's identity; ``NAMELESS`` where nothing of it is known."""
    return mark(f"{_service(record)}\x1f{digest}") if digest else NAMELESS


def record_key(record: str) -> str:
    """A declaration's name outside the store: 32 hexadecimal digits."""
    return hashlib.sha256(record.encode()).hexdigest()[:32]


def _line(pair: Pair, verdict: str, known: Mapping[str, str], mark: Mark) -> str:
    keys = [record_key(record) for record in pair]
    return " ".join([*keys, *(identity_mark(record, known[record], mark) for record in pair), verdict])


def history(store: Store) -> list[Answer]:
    """Every answer ever given, in order."""
    kept = store.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'review_answers'")
    return (
        [Answer(*row) for row in store.rows("SELECT * FROM review_answers ORDER BY number")] if kept else []
    )


def standing_answers(store: Store) -> Standing:
    """The answers that stand, matched with the declarations now in the store."""
    if is_purged(store):
        return Standing(in_force=tuple(not_withdrawn(history(store))))
    return matched(not_withdrawn(history(store)), identities(store))


def kept_decisions(store: Store) -> Decisions:
    """What linkage must obey."""
    return standing_answers(store).decisions


def not_withdrawn(answers: Iterable[Answer]) -> list[Answer]:
    """The last answer of each pair that was not taken back, in the order of their numbers."""
    stacks: dict[Pair, list[Answer]] = {}
    for each in answers:
        stack = stacks.setdefault(each.pair, [])
        if each.verdict != WITHDRAWN:
            stack.append(each)
        elif stack:
            stack.pop()
    return sorted((stack[-1] for stack in stacks.values() if stack), key=lambda each: each.number)


def matched(answers: Sequence[Answer], known: Mapping[str, str]) -> Standing:
    """Finds the declarations of answers again.

    A declaration is the one of its id where its identity is unchanged; else the only one of the same service with
    the same identity (lists number their rows anew); else it changed, or is gone.

    Args:
        answers: one a pair.
        known: digest of the identity of each present declaration.
    """
    elsewhere = Counter((_service(record), digest) for record, digest in known.items())
    place = {(_service(record), digest): record for record, digest in known.items()}

    def find(record: str, digest: str) -> str | None:
        if known.get(record) == digest:
            return record
        key = (_service(record), digest)
        return place[key] if digest and elsewhere[key] == 1 else None

    in_force: dict[Pair, Answer] = {}
    changed, gone = [], []
    for each in answers:
        one, other = find(each.first_id, each.first_digest), find(each.second_id, each.second_digest)
        if one is not None and other is not None and one != other:
            first, second = ordered_pair(one, other)
            in_force[first, second] = replace(each, first_id=first, second_id=second)
        elif each.first_id in known and each.second_id in known:
            changed.append(each)
        else:
            gone.append(each)
    return Standing(tuple(in_force.values()), tuple(changed), tuple(gone))


def pair_key(pair: Pair) -> str:
    """A pair's name outside the store: 32 hexadecimal digits."""
    return hashlib.sha256("\x1f".join(pair).encode()).hexdigest()[:32]


def _service(record: str) -> str:
    return record.split("/", 1)[0]


def _digest(columns: Sequence[str], values: Sequence[object]) -> str:
    known = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
    if not known.keys() - {"sex"}:
        return ""
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
