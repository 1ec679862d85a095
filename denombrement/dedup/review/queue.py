"""The pairs that wait for a human, those that move the total most first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from denombrement.dedup.campaign_links import declared_tokens, is_purged, read_links
from denombrement.dedup.linkage.constraints import Pair
from denombrement.dedup.review.answers import UNSURE, Answer, Standing, standing_answers
from denombrement.dedup.review.contradictions import concerned, find_contradictions
from denombrement.dedup.review.evidence import Finding, Tokens, compare
from denombrement.dedup.review.outlook import Expected, Outlook
from denombrement.errors import UsageProblem
from denombrement.intake.store import Store

if TYPE_CHECKING:
    import pandas as pd

CONTRADICTION, CHANGED, UNDECIDED, EARLIER = "contradiction", "changed", "undecided", "earlier"
_ORDER = (CONTRADICTION, CHANGED, UNDECIDED, EARLIER)


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """One question for a human.

    Args:
        pair: the two declarations, ``service/declaration_id``.
        why: contradiction, changed (asked again), undecided, or earlier (answered "I do not know").
        chance: of one person, by the model; None where the model did not compare them.
        effect: expected fall of the variance of the number of persons, in persons squared.
        findings: what agrees and differs.
        answer: the answer that stands or stood, where there is one.
    """

    pair: Pair
    why: str
    chance: float | None
    effect: float
    findings: tuple[Finding, ...]
    answer: Answer | None = None


@dataclass(frozen=True)
class Queue:
    """All questions, in the order in which they are worth answering.

    Args:
        pairs: the questions.
        standing: the answers that stand.
        contradictions: groups of pairs whose answers cannot all hold.
        outlook: the draws of the last deduplication.
    """

    pairs: tuple[ReviewPair, ...]
    standing: Standing
    contradictions: tuple[tuple[Pair, ...], ...]
    outlook: Outlook

    def expected(self, answers: Mapping[Pair, str]) -> Expected:
        """The interval of persons with these answers added to those that stand."""
        return self.outlook.expected({**self.standing.verdicts, **answers})


def build_queue(store: Store) -> Queue:
    """What to review in a campaign; writes nothing.

    Raises:
        UsageProblem: LNK910 where the present declarations were not deduplicated, LNK911 after a purge.
    """
    if is_purged(store):
        raise UsageProblem("LNK911")
    links = read_links(store)
    if links is None:
        raise UsageProblem("LNK910")
    standing = standing_answers(store)
    contradictions = tuple(find_contradictions(standing.decisions))
    chances = _chances(store)
    reasons = _reasons(store, standing, concerned(contradictions))
    # Answers given since the last deduplication are not in its draws yet.
    told = list(dict.fromkeys((*reasons, *standing.verdicts)))
    outlook = Outlook(links.draws, told, links.report)
    tokens = _tokens(store, reasons)
    answers = {each.pair: each for each in (*standing.changed, *standing.in_force)}
    pairs = [
        ReviewPair(
            pair,
            why,
            chances.get(pair),
            outlook.effect(pair),
            tuple(compare(tokens[pair[0]], tokens[pair[1]])),
            answers.get(pair),
        )
        for pair, why in reasons.items()
    ]
    pairs.sort(key=lambda each: (_ORDER.index(each.why), -each.effect, each.pair))
    return Queue(tuple(pairs), standing, contradictions, outlook)


def _reasons(store: Store, standing: Standing, contradicting: Sequence[Pair]) -> dict[Pair, str]:
    """Why each pair is asked; the first reason of ``_ORDER`` holds."""
    undecided = store.rows("SELECT first_id, second_id FROM links WHERE undecided ORDER BY ALL")
    reasons: dict[Pair, str] = dict.fromkeys(contradicting, CONTRADICTION)
    verdicts = standing.verdicts
    for each in standing.changed:
        if each.pair not in verdicts:
            reasons.setdefault(each.pair, CHANGED)
    for first, second in undecided:
        if (first, second) not in verdicts:
            reasons.setdefault((first, second), UNDECIDED)
    for pair, verdict in verdicts.items():
        if verdict == UNSURE:
            reasons.setdefault(pair, EARLIER)
    return reasons


def _chances(store: Store) -> dict[Pair, float]:
    rows = store.rows("SELECT first_id, second_id, posterior FROM links")
    return {(first, second): float(chance) for first, second, chance in rows}


def _tokens(store: Store, pairs: Mapping[Pair, str]) -> dict[str, Tokens]:
    wanted = {record for pair in pairs for record in pair}
    return tokens_of(declared_tokens(store), wanted)


def tokens_of(frame: pd.DataFrame, wanted: set[str]) -> dict[str, Tokens]:
    """Tokens by declaration, for some of them."""
    rows = frame[frame["record_id"].isin(wanted)].to_dict("records")
    return {str(row["record_id"]): {str(name): value for name, value in row.items()} for row in rows}
