"""Two computers of one service: two whole states, of which one is current; the other is never lost without a word."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denombrement.intake.unheard import stored_state, unheard_by_service


def states(desk, *identifiers, **head):
    held = [desk.declaration(each, code=None) for each in identifiers]
    return desk.sealed(declarations=held, **head)


def unheard(store):
    return {
        (service, identifier)
        for service, identifier in store.rows("SELECT service, declaration_id FROM unheard")
    }


@pytest.mark.parametrize("number", [1, 2])
def test_another_state_of_a_lower_or_the_same_number_is_said_and_kept_in_mind(desk, number):
    with desk.store() as store:
        desk.take(store, ("one", states(desk, "a", "b", number=2)))
        (refused,) = desk.take(store, ("other", states(desk, "b", "c", "d", number=number))).files
        assert (refused.status, refused.vanished) == ("outdated" if number == 1 else "refused", 2)
        assert unheard(store) == {("cpas-arlon", "c"), ("cpas-arlon", "d")}
        assert unheard_by_service(store) == {"cpas-arlon": 2}
        assert stored_state(store, "cpas-arlon") == {"a", "b"}


def test_an_older_state_that_says_no_more_than_the_present_one_leaves_nothing_open(desk):
    withdrawn = [{"declaration_id": "gone", "revision": 2}]
    with desk.store() as store:
        desk.take(store, ("2", states(desk, "a", number=2, withdrawn=withdrawn)))
        (late,) = desk.take(store, ("1", states(desk, "a", "gone", number=1))).files
        assert (late.status, late.vanished) == ("outdated", 0)
        assert unheard_by_service(store) == {}


def test_a_state_that_brings_both_together_closes_the_question_and_another_service_does_not(desk):
    with desk.store() as store:
        desk.take(store, ("1", states(desk, "a", "b", number=1)), ("2", states(desk, "c", number=2)))
        assert unheard_by_service(store) == {"cpas-arlon": 2}
        desk.take(store, ("other", states(desk, "a", "b", service="abri-arlon")))
        assert unheard_by_service(store) == {"cpas-arlon": 2}
        desk.take(store, ("3", states(desk, "a", "c", number=3)))
        assert unheard(store) == {("cpas-arlon", "b")}
        desk.take(store, ("4", states(desk, "a", "b", "c", number=4)))
        assert unheard_by_service(store) == {}


def test_a_list_that_replaces_all_on_purpose_leaves_nothing_open(desk):
    head = "declaration_id,situation,sex,age_years,identity_status\n"
    with desk.store() as store:
        desk.take(store, ("1", states(desk, "a", number=1)))
        listed = (head + "z,EL1.1,man,40,refused\n").encode()
        desk.take(store, ("l.csv", listed), list_service="cpas-arlon", replace_lists=True)
        assert stored_state(store, "cpas-arlon") >= {"z"}
        assert unheard_by_service(store) == {}


@settings(
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sets(st.sampled_from("abcd"), min_size=1), st.booleans()),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_was_handed_over_is_current_withdrawn_or_kept_in_mind(desk, files):
    store_file = desk.folder / "campaign.duckdb"
    store_file.unlink(missing_ok=True)
    (desk.folder / "journal.jsonl").unlink(missing_ok=True)
    with desk.store() as store:
        together = []
        for rank, (number, held, alone) in enumerate(files):
            together.append((f"{rank}", states(desk, *sorted(held), number=number)))
            if alone:
                desk.take(store, *together)
                together = []
        desk.take(store, *together)
        everything = set().union(*(held for _, held, _ in files))
        kept_in_mind = {identifier for _, identifier in unheard(store)}
        assert everything == stored_state(store, "cpas-arlon") | kept_in_mind
        assert not stored_state(store, "cpas-arlon") & kept_in_mind


def test_a_store_made_before_this_was_kept_in_mind_says_nothing(desk):
    with desk.store() as store:
        store.rows("DROP TABLE unheard")
        assert unheard_by_service(store) == {}
