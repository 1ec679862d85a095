"""A store that was lost is made anew from returns and journal, with every human answer."""

import hashlib
import json

import pytest

from denombrement.dedup.review.answers import (
    DIFFERENT,
    SAME,
    UNSURE,
    WITHDRAWN,
    history,
    keep_answers,
    kept_decisions,
    standing_answers,
)
from denombrement.dedup.review.recovery import Recovered, recover_answers

A, A2, B, B2 = "cpas-arlon/a", "abri-arlon/a2", "cpas-arlon/b", "cpas-virton/b2"
ANNES, BRUNOS = (A2, A), (B, B2)
PEOPLE = {
    "cpas-arlon": {"a": ("Anne", "Dupont", 1960, 3, 5), "b": ("Bruno", "Leroy", 1971, 7, 21)},
    "abri-arlon": {"a2": ("Anne", "Dupond", 1960, 3, 5), "n": None},
    "cpas-virton": {"b2": ("Bruno", "Leroy", 1971, 7, 22)},
}


def mark(text):
    return hashlib.sha256(f"key {text}".encode()).hexdigest()[:32]


@pytest.fixture
def again(desk, send):
    """Loses the store, makes it anew beside its journal, and takes the same people in (or others)."""

    def make(people=PEOPLE, answered=()):
        (desk.folder / "campaign.duckdb").unlink(missing_ok=True)
        with desk.store() as store:
            for service, who in people.items():
                send(store, service, who)
            for answers in answered:
                keep_answers(store, answers, who="AB", mark=mark)
            recovered = recover_answers(store, mark)
            store.verify_journal()
            return recovered, history(store), standing_answers(store)

    return make


def test_every_answer_comes_back_as_it_was_with_who_and_when(again):
    nameless = ("abri-arlon/n", "cpas-virton/b2")
    said = [{ANNES: SAME}, {BRUNOS: DIFFERENT}, {nameless: UNSURE}, {ANNES: WITHDRAWN}, {ANNES: DIFFERENT}]
    none, before, standing = again(answered=said)
    assert none == Recovered(0, 0)
    found, after, standing_after = again()
    assert found == Recovered(5, 0)
    assert after == before
    assert standing_after == standing
    assert set(standing.verdicts.values()) == {DIFFERENT, UNSURE}


def test_recovering_again_changes_nothing_and_new_answers_are_numbered_on(again, desk):
    again(answered=[{ANNES: SAME}])
    again()
    with desk.store() as store:
        assert recover_answers(store, mark) == Recovered(0, 0)
        keep_answers(store, {BRUNOS: SAME}, who="CD", mark=mark)
        assert [(each.number, each.who) for each in history(store)] == [(1, "AB"), (2, "CD")]


def test_an_answer_about_an_identity_corrected_since_is_asked_again(again):
    again(answered=[{ANNES: SAME}])
    corrected = {**PEOPLE, "abri-arlon": {"a2": ("Anne", "Dupont", 1960, 3, 6)}}
    found, _, standing = again(corrected)
    assert found == Recovered(1, 0)
    assert standing.in_force == ()
    assert [each.pair for each in standing.changed] == [ANNES]


def test_an_answer_written_without_a_key_is_asked_again(again, desk, send):
    again()
    with desk.store() as store:
        keep_answers(store, {ANNES: SAME}, who="AB")
    _, _, standing = again()
    assert [each.pair for each in standing.changed] == [ANNES]


def test_an_answer_follows_a_row_that_was_numbered_anew_and_waits_for_one_that_is_gone(again, desk, send):
    again(answered=[{ANNES: SAME, BRUNOS: DIFFERENT}])
    renumbered = {**PEOPLE, "abri-arlon": {"row9": ("Anne", "Dupond", 1960, 3, 5)}}
    del renumbered["cpas-virton"]
    found, _, standing = again(renumbered)
    assert found == Recovered(1, 1)
    assert standing.decisions.same == (("abri-arlon/row9", A),)
    with desk.store() as store:
        keep_answers(store, {(A, B): DIFFERENT}, who="CD", mark=mark)
        send(store, "cpas-virton", PEOPLE["cpas-virton"])
        assert recover_answers(store, mark) == Recovered(1, 0)
        assert [each.number for each in history(store)] == [1, 2, 3]
        assert BRUNOS in kept_decisions(store).different


def test_two_declarations_that_became_one_row_take_no_answer(again):
    again(answered=[{ANNES: SAME}])
    one = {"cpas-arlon": {"a": ("Anne", "Dupont", 1960, 3, 5)}}
    assert again(one)[0] == Recovered(0, 1)


def test_the_journal_names_no_declaration_and_no_identity_that_could_be_made_again(again, desk):
    _, (answer,), _ = again(answered=[{ANNES: SAME}])
    text = (desk.folder / "journal.jsonl").read_text(encoding="utf-8")
    assert answer.first_digest not in text
    assert A not in text
    line = json.loads(text.splitlines()[-1])
    assert line["facts"]["answers"][0].endswith(" same")
