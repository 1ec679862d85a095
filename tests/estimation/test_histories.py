from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import UsageProblem
from denombrement.estimation.grouping import Grouping, System, default_groupings, read_groupings
from denombrement.estimation.histories import (
    CaptureHistories,
    histories_of_persons,
    histories_of_table,
    systems_of_persons,
)
from denombrement.survey.questionnaire import options


def refused_with(code, call, *arguments):
    with pytest.raises(UsageProblem) as problem:
        call(*arguments)
    return problem.value.code == code


def test_repeated_histories_add_up_and_those_not_listed_are_zero():
    table = pd.DataFrame({"a": [1, 1, 0], "b": [0, 0, 1], "count": [2, 3, 4]})
    histories = histories_of_table(table)
    assert histories.counts.tolist() == [0, 5, 4, 0]
    assert histories.seen == 9


def test_overlaps_count_the_persons_on_both_lists(kosovo):
    overlaps = kosovo.overlaps
    assert overlaps[0, 1] == 27 + 181 + 18 + 177
    assert overlaps[3, 3] == 27 + 18 + 42 + 106 + 32 + 31 + 123 + 306
    assert np.array_equal(overlaps, overlaps.T)


def test_persons_seen_on_k_lists_sum_to_all_persons(kosovo):
    assert sum(kosovo.seen_on(number) for number in range(1, 5)) == kosovo.seen
    assert kosovo.seen_on(4) == 27


def test_a_table_of_histories_survives_the_round_trip(kosovo):
    assert np.array_equal(histories_of_table(kosovo.frame()).counts, kosovo.counts)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"a": [1], "b": [0]}, "EST003"),
        ({"a": [2], "b": [0], "count": [1]}, "EST004"),
        ({"a": ["x"], "b": [0], "count": [1]}, "EST004"),
        ({"a": [1], "b": [0], "count": [-1]}, "EST002"),
        ({"a": [1], "b": [0], "count": [1.5]}, "EST002"),
        ({"a": [1], "b": [0], "count": ["many"]}, "EST002"),
        ({"a": [0], "b": [0], "count": [3]}, "EST002"),
        ({"a": [1], "b": [0], "count": [0]}, "EST002"),
        ({"count": [1]}, "EST001"),
        ({**{f"l{index}": [1] for index in range(7)}, "count": [1]}, "EST001"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(columns, code):
    assert refused_with(code, histories_of_table, pd.DataFrame(columns))


def test_a_row_without_lists_is_allowed_when_it_counts_nobody():
    table = pd.DataFrame({"a": [0, 1], "b": [0, 1], "count": [0, 2]})
    assert histories_of_table(table).seen == 2


def test_lists_need_different_names_and_counts_of_the_right_length():
    assert refused_with("EST001", CaptureHistories, ("a", "a"), np.array([0.0, 1, 1, 1]))
    assert refused_with("EST002", CaptureHistories, ("a", "b"), np.array([0.0, 1, 1]))
    assert refused_with("EST002", CaptureHistories, ("a",), np.array([0.0, np.nan]))


def test_a_person_on_no_list_is_an_error_and_an_empty_frame_too():
    assert refused_with(
        "EST005", histories_of_persons, pd.DataFrame({"a": [True, False], "b": [True, False]})
    )
    assert refused_with("EST002", histories_of_persons, pd.DataFrame({"a": [], "b": []}, dtype=bool))
    assert refused_with("EST004", histories_of_persons, pd.DataFrame({"a": [3], "b": [0]}))


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["cpas", "prison", "day_centre"])), min_size=1))
def test_every_person_is_in_exactly_one_history(pairs):
    sightings = pd.DataFrame(pairs, columns=["person", "service_type"])
    systems = systems_of_persons(sightings, default_groupings()["five_systems"].system_of_type)
    histories = histories_of_persons(systems)
    assert histories.seen == sightings["person"].nunique()
    assert histories.lists == ("cpas", "shelter_housing", "health", "street", "justice")
    types_seen = sightings.groupby("service_type")["person"].nunique()
    assert dict(zip(histories.lists, np.diag(histories.overlaps), strict=True))["justice"] == types_seen.get(
        "prison", 0
    )


def test_types_of_service_that_the_grouping_does_not_know_are_an_error():
    sightings = pd.DataFrame({"person": [1], "service_type": ["observatory"]})
    assert refused_with("EST007", systems_of_persons, sightings, {"cpas": "cpas"})
    assert refused_with("EST006", systems_of_persons, sightings[["person"]], {"cpas": "cpas"})


def test_the_shipped_groupings_have_three_to_five_systems_and_hold_the_same_types():
    groupings = default_groupings()
    assert [len(each.systems) for each in groupings.values()] == [5, 4, 3]
    kinds = [set(each.system_of_type) for each in groupings.values()]
    assert kinds[0] == kinds[1] == kinds[2]
    assert len({each.digest for each in groupings.values()}) == 3
    assert kinds[0] == set(options("service_type"))
    for each in groupings.values():
        for system in each.systems:
            assert all(system.label(language) for language in ("fr", "nl", "de", "en"))


def test_a_grouping_of_two_systems_or_with_a_type_twice_is_refused():
    systems = [System(name, (), (name,)) for name in "abc"]
    assert refused_with("EST012", Grouping, "two", tuple(systems[:2]))
    twice = System("d", (), ("a",))
    assert refused_with("EST013", Grouping, "twice", (*systems, twice))
    assert refused_with("EST013", Grouping, "empty", (*systems, System("d", (), ())))


@pytest.mark.parametrize(
    "text", ["not toml", "[groupings.x]\na = ['a']\n", "groupings = 3", "groupings = [1]"]
)
def test_a_file_of_groupings_that_cannot_be_read_says_so(text):
    assert refused_with("EST014", read_groupings, text)
