"""Why some declarations are one person."""

import pytest

from denombrement.dedup.review.answers import DIFFERENT, SAME, WITHDRAWN, keep_answers
from denombrement.dedup.review.explanation import explain_person
from denombrement.dedup.review.purge import purge_store
from denombrement.dedup.review.texts import LANGUAGES, chance_text, text
from denombrement.errors import UsageProblem

RULES = ("exact_night", "own_register", "person_present", "most_severe")
A, A2, B, B2, C = "cpas-arlon/a", "abri-arlon/a2", "cpas-arlon/b", "cpas-virton/b2", "abri-arlon/c"
ANNES, BRUNOS = (A2, A), (B, B2)


@pytest.fixture
def merged(store, link):
    link(store, {ANNES: 0.97, BRUNOS: 0.5}, [[ANNES], [ANNES, BRUNOS]], persons=[ANNES])
    return store


def test_a_merge_is_explained_by_its_evidence_and_rules(merged):
    found = explain_person(merged, A, RULES)
    assert (found.person, found.declarations) == (A2, (A2, A))
    (link,) = found.links
    assert (link.origin, link.chance, link.rules) == ("model", 0.97, ("all sounds",))
    assert ("family_name", "near") in {(each.part, each.verdict) for each in link.findings}
    assert [(each.question, each.rule, each.answers) for each in found.fields] == [
        ("situation", "most_severe", 2)
    ]
    assert found.believed == A2
    assert (found.doubts, found.answers, found.is_purged) == ((), (), False)


def test_a_doubt_about_another_person_is_said(merged):
    found = explain_person(merged, B, RULES)
    assert found.links == ()
    assert [each.pair for each in found.doubts] == [BRUNOS]


def test_answers_about_others_are_left_out(merged):
    keep_answers(merged, {BRUNOS: SAME}, who="AB")
    assert explain_person(merged, A, RULES).answers == ()


def test_who_decided_what_and_whether_it_is_applied(merged):
    keep_answers(merged, {ANNES: SAME}, who="AB")
    keep_answers(merged, {ANNES: DIFFERENT}, who="CD")
    found = explain_person(merged, A, RULES)
    assert found.links[0].origin == DIFFERENT
    assert [(each.verdict, each.who, state) for each, state in found.answers] == [
        ("same", "AB", "past"),
        ("different", "CD", "waiting"),
    ]
    keep_answers(merged, {ANNES: WITHDRAWN}, who="CD")
    states = [state for _, state in explain_person(merged, A, RULES).answers]
    assert states == ["applied", "past", "past"]


def test_platforms_copies_and_chains_are_named(store, send, link):
    opaque = {"status": "opaque", "opaque_code": "KUL-1"}
    anne = ("Anne", "Dupont", 1960, 3, 5)
    send(store, "prison-marche", {"p": opaque, "q": opaque, "x": anne, "y": anne})
    group = [f"prison-marche/{each}" for each in "pqxy"]
    link(store, {}, [[group]], persons=[group])
    origins = {each.pair: each.origin for each in explain_person(store, group[0], RULES).links}
    assert origins[group[0], group[1]] == "platform"
    assert origins[group[2], group[3]] == "copy"
    assert origins[group[0], group[2]] == "through"


def test_of_a_large_person_only_the_pairs_compared_are_listed(store, send, link):
    send(store, "prison-marche", {f"x{rank}": None for rank in range(9)})
    group = [f"prison-marche/x{rank}" for rank in range(9)]
    link(store, {(group[0], group[1]): 0.99}, [[group]], persons=[group])
    assert [each.pair for each in explain_person(store, group[0], RULES).links] == [(group[0], group[1])]


def test_nobody_is_explained_without_a_deduplication_or_by_a_wrong_name(store, merged, send):
    with pytest.raises(UsageProblem, match="LNK914"):
        explain_person(merged, "cpas-arlon/zz", RULES)
    send(store, "prison-marche", {"x": None})
    with pytest.raises(UsageProblem, match="LNK910"):
        explain_person(store, A, RULES)


def test_after_a_purge_the_decisions_stay_and_the_evidence_is_gone(merged):
    keep_answers(merged, {ANNES: SAME}, who="AB")
    purge_store(merged, intervals={}, removed_files={})
    found = explain_person(merged, A, RULES)
    assert found.is_purged
    assert found.links[0].findings == ()
    assert [state for _, state in found.answers] == ["applied"]


@pytest.mark.parametrize(
    ("chance", "french", "english"),
    [
        (1.0, "plus de 99 %", "more than 99 %"),
        (0.9951, "plus de 99 %", "more than 99 %"),
        (0.994, "99 %", "99 %"),
        (0.006, "1 %", "1 %"),
        (0.004, "moins de 1 %", "less than 1 %"),
        (0.0, "moins de 1 %", "less than 1 %"),
    ],
)
def test_no_model_is_ever_certain(chance, french, english):
    assert chance_text(chance, "fr").replace("\N{NARROW NO-BREAK SPACE}", " ") == french
    assert chance_text(chance, "en") == english
    for language in LANGUAGES:
        said = text("chance", language, chance=chance_text(chance, language))
        assert "100" not in said
        assert chance_text(chance, language) in said
