"""Exact codes: equal code, one person; no code, a person of its own; order never matters."""

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.dedup.exact import exact_members
from denombrement.errors import UsageProblem

ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 30), st.sampled_from(["X", "Y", "Z", None]),
              st.sampled_from(["X", "P", None])),
    unique_by=lambda row: row[:2], max_size=25,
)  # fmt: skip


def frame(rows):
    return pd.DataFrame(
        [(service, f"d{number}", code, None if code else opaque) for service, number, code, opaque in rows],
        columns=["service", "declaration_id", "code", "opaque_code"],
    )


def test_one_code_is_one_person_and_no_code_is_nobody_elses():
    members = exact_members(
        frame([("a", 1, "X", None), ("b", 1, "X", None), ("b", 2, None, None), ("c", 1, None, "P")])
    )
    assert members["person"].tolist() == ["a/d1", "a/d1", "b/d2", "c/d1"]


def test_a_code_and_another_platforms_code_never_meet():
    assert exact_members(frame([("a", 1, "X", None), ("b", 1, None, "X")]))["person"].nunique() == 2


def test_a_declaration_given_twice_is_a_defect():
    with pytest.raises(UsageProblem, match="LNK901"):
        exact_members(pd.concat([frame([("a", 1, "X", None)])] * 2))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ROWS, st.randoms(use_true_random=False))
def test_persons_are_the_components_of_equal_codes_in_any_order(rows, random):
    graph = nx.Graph()
    for service, number, code, opaque in rows:
        key = (service, f"d{number}")
        graph.add_node(key)
        label = ("code", code) if code else ("opaque", opaque) if opaque else None
        if label:
            graph.add_edge(key, label)
    expected = {
        frozenset(n for n in part if n[0] not in {"code", "opaque"})
        for part in nx.connected_components(graph)
    }
    shuffled = random.sample(rows, len(rows))
    for order in (rows, shuffled):
        members = exact_members(frame(order))
        groups = members.groupby("person")[["service", "declaration_id"]]
        assert {frozenset(map(tuple, group.to_numpy().tolist())) for _, group in groups} == expected
    pd.testing.assert_frame_equal(exact_members(frame(rows)), exact_members(frame(shuffled)))
