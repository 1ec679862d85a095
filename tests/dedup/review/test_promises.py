"""What the whole of deduplication promises to the people who answer, with the real linkage on small files."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denombrement.dedup.campaign_links import keep_links, link_campaign, read_links, self_test_campaign
from denombrement.dedup.linkage.constraints import Decisions
from denombrement.dedup.review.answers import DIFFERENT, SAME, keep_answers, kept_decisions, ordered_pair

A, A2, B, B2, C, D = (
    "cpas-arlon/a", "abri-arlon/a2", "cpas-arlon/b", "cpas-virton/b2", "abri-arlon/c", "cpas-virton/d",
)  # fmt: skip
PAIRS = [
    ordered_pair(one, other) for one in (A, A2, B, B2, C, D) for other in (A, A2, B, B2, C, D) if one < other
]


def persons(store):
    members = read_links(store).members
    return dict(zip(members["service"] + "/" + members["declaration_id"], members["person"], strict=True))


def dedup(store):
    result = link_campaign(store, kept_decisions(store))
    keep_links(store, result)
    return result


def test_answers_hold_through_dedup_a_late_return_and_dedup_again(store, send):
    keep_answers(store, {ordered_pair(A, A2): DIFFERENT, ordered_pair(C, D): SAME}, who="AB")
    dedup(store)
    assert persons(store)[A] != persons(store)[A2]
    assert persons(store)[C] == persons(store)[D]
    send(store, "prison-marche", {"late": ("Anne", "Dupont", 1960, 3, 5)})
    dedup(store)
    who = persons(store)
    assert who[A] != who[A2]
    assert who[C] == who[D]
    assert who["prison-marche/late"] in {who[A], who[A2]}


def test_a_human_overrules_the_code_of_another_platform(store, send):
    opaque = {"status": "opaque", "opaque_code": "KUL-1"}
    send(store, "prison-marche", {"p": opaque, "q": opaque})
    group = ("prison-marche/p", "prison-marche/q")
    result = link_campaign(store, Decisions(same=((A, group[0]),), different=(group,)))
    who = dict(zip(result.persons["record_id"], result.persons["person_id"], strict=True))
    assert who[group[0]] != who[group[1]]
    assert who[A] == who[group[0]]
    assert result.contradictions == ()


def test_a_copy_of_a_declaration_never_changes_the_count(store, send):
    before = dedup(store).count
    people = {"a": ("Anne", "Dupont", 1960, 3, 5), "b": ("Bruno", "Leroy", 1971, 7, 21)}
    for number, copied in enumerate(("a", "b"), start=2):
        send(store, "cpas-arlon", {**people, "copy": people[copied]}, number=number)
        after = dedup(store).count
        assert (after.persons, after.low, after.high) == (before.persons, before.low, before.high)
        assert persons(store)["cpas-arlon/copy"] == persons(store)[f"cpas-arlon/{copied}"]


def test_the_self_test_leaves_the_campaign_as_it_was(store):
    dedup(store)
    before = [store.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ("linked", "links", "journal")]
    tested = self_test_campaign(store)
    assert tested.injected == 1
    assert before == [
        store.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ("linked", "links", "journal")
    ]


@pytest.mark.parametrize("seed", [1, 2])
@settings(
    derandomize=True,
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([SAME, DIFFERENT]), min_size=3, max_size=8))
def test_no_merge_ever_crosses_a_different_answer_however_answers_contradict(store, seed, said):
    decisions = Decisions(
        tuple(pair for pair, verdict in said.items() if verdict == SAME),
        tuple(pair for pair, verdict in said.items() if verdict == DIFFERENT),
    )
    result = link_campaign(store, decisions, seed=seed)
    who = dict(zip(result.persons["record_id"], result.persons["person_id"], strict=True))
    place = {record: column for column, record in enumerate(result.draws.record_id)}
    for one, other in decisions.different:
        assert who[one] != who[other]
        assert (result.draws.labels[:, place[one]] != result.draws.labels[:, place[other]]).all()
    torn = {record for group in result.contradictions for record in group}
    for one, other in decisions.same:
        if one not in torn:
            assert who[one] == who[other]


def test_no_draw_joins_a_nameless_declaration_to_one_that_a_human_told_from_it(store, send):
    send(store, "prison-marche", {"nobody": None})
    said = tuple(ordered_pair("prison-marche/nobody", record) for record in (A, A2, B, B2))
    result = link_campaign(store, Decisions(different=said))
    place = {record: column for column, record in enumerate(result.draws.record_id)}
    nobody = result.draws.labels[:, place["prison-marche/nobody"]]
    assert not any((nobody == result.draws.labels[:, place[record]]).any() for record in (A, A2, B, B2))
    # Without an answer it is a second declaration of somebody in some of the draws.
    free = link_campaign(store, Decisions()).draws.counts
    assert free.min() < result.draws.counts.max()


def test_a_declaration_without_birth_day_entered_twice_is_one_person_unless_anything_differs(store, send):
    ahmad = ("Ahmad", "Karimi", 1999, None, None)
    first, again = "prison-marche/x", "prison-marche/y"

    def who(decisions=Decisions()):  # noqa: B008 - frozen
        result = link_campaign(store, decisions)
        return dict(zip(result.persons["record_id"], result.persons["person_id"], strict=True))

    child = [{"birth_year": 2015, "child_sex": "woman", "link": "direct"}]
    send(store, "prison-marche", {"x": ahmad, "y": ahmad}, has_children="yes", children=child)
    assert who()[first] == who()[again]
    apart = who(Decisions(different=(ordered_pair(first, again),)))
    assert apart[first] != apart[again]
    nameless = {"x": None, "y": None}
    send(store, "prison-marche", nameless, number=2)
    assert who()[first] != who()[again]
