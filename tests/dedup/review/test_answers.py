"""Answers of humans: kept, taken back, found again, asked again; never lost and never overruled."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.dedup.review.answers import (
    DIFFERENT,
    SAME,
    UNSURE,
    WITHDRAWN,
    Answer,
    history,
    identities,
    keep_answers,
    kept_decisions,
    matched,
    not_withdrawn,
    ordered_pair,
    record_key,
    standing_answers,
)
from denombrement.errors import UsageProblem

A, A2, B, B2 = "cpas-arlon/a", "abri-arlon/a2", "cpas-arlon/b", "cpas-virton/b2"
ANNES = (A2, A)
AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def test_an_answer_is_kept_with_who_and_when_and_the_journal_names_nobody(store, desk):
    keep_answers(store, {ANNES: SAME}, who="AB", at=AT)
    (answer,) = history(store)
    assert (answer.pair, answer.verdict, answer.who, answer.at) == (
        ANNES,
        SAME,
        "AB",
        "2026-11-03T09:00:00+00:00",
    )
    line = desk.folder.joinpath("journal.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    keys = " ".join(record_key(record) for record in ANNES)
    assert json.loads(line)["facts"] == {"answers": [f"{keys} ? ? same"], "who": "AB", "at": answer.at}
    assert A not in line
    assert kept_decisions(store).same == (ANNES,)


def test_nothing_is_written_where_nothing_was_answered(store):
    keep_answers(store, {}, who="AB")
    assert history(store) == []
    assert standing_answers(store).decisions.same == ()


def test_undo_brings_the_answer_before_back(store):
    keep_answers(store, {ANNES: SAME}, who="AB")
    keep_answers(store, {ANNES: DIFFERENT}, who="CD")
    assert kept_decisions(store).different == (ANNES,)
    keep_answers(store, {ANNES: WITHDRAWN}, who="CD")
    assert kept_decisions(store).same == (ANNES,)
    keep_answers(store, {ANNES: WITHDRAWN}, who="AB")
    keep_answers(store, {ANNES: WITHDRAWN}, who="AB")
    assert standing_answers(store).in_force == ()
    assert len(history(store)) == 5


def test_an_answer_about_nobody_here_or_about_one_declaration_is_refused(store):
    with pytest.raises(UsageProblem, match="LNK913"):
        keep_answers(store, {("abri-arlon/zz", A): SAME}, who="AB")
    with pytest.raises(UsageProblem, match="LNK916"):
        ordered_pair(A, A)
    assert ordered_pair(B, A) == (A, B)


def test_an_answer_survives_a_late_return_that_changes_something_else(store, send):
    keep_answers(store, {ANNES: SAME}, who="AB")
    people = {"a2": ("Anne", "Dupond", 1960, 3, 5), "new": ("Zoé", "Noël", 1988, 8, 8)}
    send(store, "abri-arlon", people, number=2, situation="EL1.1")
    assert kept_decisions(store).same == (ANNES,)


def test_a_corrected_identity_opens_the_question_again_and_says_so(store, send):
    keep_answers(store, {ANNES: SAME}, who="AB")
    send(store, "abri-arlon", {"a2": ("Anne", "Dupont", 1960, 3, 5)}, number=2)
    standing = standing_answers(store)
    assert standing.in_force == ()
    assert [each.pair for each in standing.changed] == [ANNES]


def test_an_answer_about_a_withdrawn_declaration_waits_for_its_return(store, send):
    keep_answers(store, {ANNES: SAME}, who="AB")
    send(store, "abri-arlon", {"c": ("Chloé", "Martin", 1982, 11, 30)}, number=2)
    assert [each.pair for each in standing_answers(store).gone] == [ANNES]
    send(store, "abri-arlon", {"a2": ("Anne", "Dupond", 1960, 3, 5)}, number=3)
    assert kept_decisions(store).same == (ANNES,)


def test_an_answer_follows_a_declaration_whose_list_was_numbered_anew(store, send):
    keep_answers(store, {ANNES: DIFFERENT}, who="AB")
    people = {"a2": ("Zoé", "Noël", 1988, 8, 8), "a3": ("Anne", "Dupond", 1960, 3, 5)}
    send(store, "abri-arlon", people, number=2)
    assert kept_decisions(store).different == (("abri-arlon/a3", A),)


def test_a_nameless_declaration_is_known_by_its_number_alone(store, send):
    send(store, "prison-marche", {"x": None, "y": None})
    pair = ordered_pair("prison-marche/x", A)
    assert identities(store)["prison-marche/x"] == ""
    keep_answers(store, {pair: SAME}, who="AB")
    assert kept_decisions(store).same == (pair,)
    send(store, "prison-marche", {"y": None}, number=2)
    assert [each.pair for each in standing_answers(store).gone] == [pair]


def test_two_declarations_that_became_one_are_no_pair_any_more():
    answer = Answer(1, "s/1", "s/2", "same", "same", SAME, "AB", "")
    assert matched([answer], {"s/3": "same"}).gone == (answer,)


IDS = st.sampled_from(["s/1", "s/2", "s/3", "t/1", "t/2"])
PAIRS = st.tuples(IDS, IDS).filter(lambda pair: pair[0] < pair[1])
SAID = st.lists(st.tuples(PAIRS, st.sampled_from([SAME, DIFFERENT, UNSURE, WITHDRAWN])), max_size=12)


def told(said, known):
    return [
        Answer(rank, *pair, known[pair[0]], known[pair[1]], verdict, "AB", "")
        for rank, (pair, verdict) in enumerate(said, start=1)
    ]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(SAID)
def test_every_standing_answer_is_in_force_while_nothing_changes(said):
    known = {each: each for each in ("s/1", "s/2", "s/3", "t/1", "t/2")}
    left = not_withdrawn(told(said, known))
    standing = matched(left, known)
    assert list(standing.in_force) == left
    assert (standing.changed, standing.gone) == ((), ())


@settings(derandomize=True, deadline=None, max_examples=60)
@given(SAID, st.dictionaries(IDS, st.sampled_from(["s/1", "s/2", "t/1", "x", ""])))
def test_no_answer_is_ever_lost_or_put_on_another_identity(said, later):
    before = {each: each for each in ("s/1", "s/2", "s/3", "t/1", "t/2")}
    left = not_withdrawn(told(said, before))
    standing = matched(left, later)
    numbers = [each.number for each in (*standing.changed, *standing.gone)]
    found = {each.number: each for each in standing.in_force}
    # Two answers can come to speak of one pair; the later one then stands.
    assert len(left) - len(numbers) >= len(found)
    for answer in left:
        if answer.number in found:
            now = found[answer.number]
            assert {later[record] for record in now.pair} == {answer.first_digest, answer.second_digest}
