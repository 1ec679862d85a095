"""Answers that cannot all hold, against an independent implementation."""

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.dedup.linkage.constraints import Decisions
from denombrement.dedup.review.contradictions import concerned, find_contradictions

PAIRS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda pair: pair[0] < pair[1]),
    max_size=9,
)


def test_the_shortest_chain_that_contradicts_is_shown():
    decisions = Decisions((("a", "b"), ("b", "c"), ("a", "d"), ("d", "e"), ("c", "e")), (("a", "c"),))
    assert find_contradictions(decisions) == [(("a", "b"), ("b", "c"), ("a", "c"))]
    assert concerned(find_contradictions(decisions)) == [("a", "b"), ("b", "c"), ("a", "c")]


def test_answers_that_hold_together_are_no_contradiction():
    assert find_contradictions(Decisions((("a", "b"),), (("a", "c"), ("x", "y")))) == []


@settings(derandomize=True, deadline=None, max_examples=80)
@given(PAIRS, PAIRS)
def test_contradictions_are_the_different_pairs_inside_one_component(same, different):
    graph = nx.Graph(same)
    graph.add_nodes_from("abcdef")
    found = {group[-1]: group for group in find_contradictions(Decisions(tuple(same), tuple(different)))}
    assert set(found) == {pair for pair in different if nx.has_path(graph, *pair)}
    for pair, group in found.items():
        assert len(group) - 1 == nx.shortest_path_length(graph, *pair)
        assert set(group[:-1]) <= set(same)
