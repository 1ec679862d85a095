"""Why some declarations are one person: the evidence of each link, the rule of each field, who decided what and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from denombrement.dedup.campaign_links import declared_tokens, is_purged, read_links
from denombrement.dedup.linkage.constraints import Pair
from denombrement.dedup.resolution import resolve
from denombrement.dedup.review.answers import (
    DIFFERENT,
    SAME,
    Answer,
    history,
    identities,
    standing_answers,
)
from denombrement.dedup.review.evidence import Finding, compare
from denombrement.dedup.review.queue import tokens_of
from denombrement.errors import UsageProblem
from denombrement.intake.store import Store

MODEL, COPY, PLATFORM, THROUGH = "model", "copy", "platform", "through"
APPLIED, WAITING, PAST = "applied", "waiting", "past"
Told = tuple[Answer, str]
# Beyond so many declarations, only the pairs that were compared are listed.
LARGEST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Link:
    """Two declarations of the person.

    Args:
        pair: the declarations.
        origin: same or different (a human's answer), platform (its code), copy, model, or through (another
            declaration).
        chance: of one person, by the model; None where it did not compare them.
        rules: exact rules that join them.
        findings: what agrees and differs; none after a purge.
    """

    pair: Pair
    origin: str
    chance: float | None
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A question on which the declarations disagree, the rule that settled it, and how many answers there were."""

    question: str
    rule: str
    answers: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that made one person of some declarations.

    Args:
        person: its identifier.
        declarations: ``service/declaration_id`` of each.
        believed: the declaration whose situation is kept.
        links: between its declarations.
        doubts: pairs with other persons' declarations that the model does not settle.
        fields: fields on which the declarations disagree.
        answers: all human answers about its declarations, each applied, waiting for ``dedup``, or past.
        is_purged: whether the codes were destroyed.
    """

    person: str
    declarations: tuple[str, ...]
    believed: str
    links: tuple[Link, ...]
    doubts: tuple[Link, ...]
    fields: tuple[Field, ...]
    answers: tuple[Told, ...]
    is_purged: bool


def explain_person(store: Store, person: str, rules: Sequence[str]) -> Explanation:
    """Explains the person of an identifier, or of one of its declarations; writes nothing.

    Args:
        store: the open store.
        person: the person's identifier, or ``service/declaration_id``.
        rules: the campaign's rules of resolution.

    Raises:
        UsageProblem: LNK910 where the present declarations were not deduplicated, LNK914 for an unknown identifier.
    """
    links = read_links(store)
    if links is None:
        raise UsageProblem("LNK910")
    members = links.members.assign(record=links.members["service"] + "/" + links.members["declaration_id"])
    found = members.loc[members["record"] == person, "person"]
    if found.empty:
        raise UsageProblem("LNK914")
    own = members[members["person"] == found.iloc[0]]
    records = tuple(sorted(own["record"]))
    declarations = store.frame("SELECT * FROM declarations ORDER BY service, declaration_id")
    kept = declarations.merge(own[["service", "declaration_id"]], on=["service", "declaration_id"])
    resolved = resolve(kept, own[["service", "declaration_id", "person"]], rules)
    believed = resolved.persons.iloc[0]
    inside, doubts = _links(store, records)
    return Explanation(
        person=str(found.iloc[0]),
        declarations=records,
        believed=f"{believed['believed_service']}/{believed['believed_declaration']}",
        links=inside,
        doubts=doubts,
        fields=tuple(
            Field(str(row["question"]), str(row["rule"]), int(row["answers"]))
            for row in resolved.decisions.to_dict("records")
        ),
        answers=_answers(store, records, dict(zip(members["record"], members["person"], strict=True))),
        is_purged=is_purged(store),
    )


def _links(store: Store, records: Sequence[str]) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Links inside the person, and doubts about others."""
    compared = {
        (first, second): (float(chance), bool(undecided), tuple(passes))
        for first, second, chance, undecided, passes in store.rows(
            "SELECT first_id, second_id, posterior, undecided, passes FROM links "
            "WHERE first_id IN (SELECT unnest(?)) OR second_id IN (SELECT unnest(?)) ORDER BY ALL",
            [list(records), list(records)],
        )
    }
    own = set(records)
    pairs: list[Pair] = list(combinations(records, 2))
    if len(records) > LARGEST_LISTED:
        pairs = [pair for pair in pairs if pair in compared]
    doubted = [pair for pair, (_, undecided, _) in compared.items() if undecided and not own.issuperset(pair)]
    wanted = {record for pair in (*pairs, *doubted) for record in pair}
    tokens = {} if is_purged(store) else tokens_of(declared_tokens(store), wanted)
    origin = _origins(store, pairs)

    def link(pair: Pair) -> Link:
        chance, _, passes = compared.get(pair, (None, False, ()))
        findings = compare(tokens[pair[0]], tokens[pair[1]]) if tokens else []
        # The model's chance is that of a pair; one that humans or a platform joined is theirs.
        source = origin.get(pair, THROUGH if chance is None else MODEL)
        return Link(pair, source, chance if source == MODEL else None, passes, tuple(findings))

    return tuple(link(pair) for pair in pairs), tuple(link(pair) for pair in doubted)


def _origins(store: Store, pairs: Sequence[Pair]) -> dict[Pair, str]:
    """Where a pair was not joined by the model: who or what did."""
    identity = identities(store)
    codes = dict(
        store.rows(
            "SELECT service || '/' || declaration_id, opaque_code FROM declarations WHERE opaque_code IS NOT NULL"
        )
    )
    verdicts = standing_answers(store).verdicts
    found = {}
    for first, second in pairs:
        one_service = first.split("/", 1)[0] == second.split("/", 1)[0]
        if verdicts.get((first, second)) in {SAME, DIFFERENT}:
            found[first, second] = verdicts[first, second]
        elif codes.get(first) is not None and codes.get(first) == codes.get(second):
            found[first, second] = PLATFORM
        elif one_service and identity[first] and identity[first] == identity[second]:
            found[first, second] = COPY
    return found


def _answers(store: Store, records: Sequence[str], person_of: Mapping[str, str]) -> tuple[Told, ...]:
    """Answers about any of the declarations, and whether each is applied, waits for ``dedup``, or is past."""
    in_force = {each.number: each for each in standing_answers(store).in_force}
    own = set(records)
    found = []
    for each in history(store):
        now = in_force.get(each.number)
        if own & {each.first_id, each.second_id, *(now.pair if now else ())}:
            found.append((each, PAST if now is None else _state(now, person_of)))
    return tuple(found)


def _state(answer: Answer, person_of: Mapping[str, str]) -> str:
    one = person_of[answer.first_id] == person_of[answer.second_id]
    return WAITING if (answer.verdict, one) in {(SAME, False), (DIFFERENT, True)} else APPLIED
