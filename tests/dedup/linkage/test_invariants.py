"""What must hold whatever the file: order, constraints, equality with an independent implementation."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.dedup.linkage.constraints import Decisions, components, constrain, renumbered
from denombrement.dedup.linkage.copies import find_copies
from denombrement.dedup.linkage.kernel_sampler import Graph
from denombrement.dedup.linkage.point import point_partition
from denombrement.errors import UsageProblem

EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20)


def make_graph(edges, size=12, apart=(), service=None):
    pairs = np.array(sorted({(min(e), max(e)) for e in edges if e[0] != e[1]}), dtype=np.int32).reshape(-1, 2)

    def rows(found):
        both = sorted([(a, b) for a, b in found] + [(b, a) for a, b in found])
        starts = np.searchsorted([a for a, _ in both], np.arange(size + 1)) if both else np.zeros(size + 1)
        return starts.astype(np.int32), np.array([b for _, b in both], dtype=np.int32)

    edge_start, edge_unit = rows([tuple(pair) for pair in pairs.tolist()])
    apart_start, apart_unit = rows(list(apart))
    return Graph(
        unit_start=np.arange(size + 1, dtype=np.int32),
        unit_record=np.arange(size, dtype=np.int32),
        edge_start=edge_start,
        edge_unit=edge_unit,
        pair_first=pairs[:, 0].copy(),
        pair_second=pairs[:, 1].copy(),
        apart_start=apart_start,
        apart_unit=apart_unit,
        service=np.full(size, -1, dtype=np.int32) if service is None else service,
    )


def groups(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


@settings(derandomize=True, deadline=None, max_examples=60)
@given(EDGES)
def test_certain_links_make_the_components_of_networkx(edges):
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(12))
    expected = {frozenset(component) for component in nx.connected_components(graph)}
    ones, others = [e[0] for e in edges], [e[1] for e in edges]
    assert groups(components(12, ones, others)) == expected


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.sets(st.integers(0, 11), min_size=2, max_size=4), max_size=5))
def test_complete_groups_of_certain_pairs_are_joined_as_networkx_does(cliques):
    taken = set()
    edges = []
    for clique in cliques:
        free = sorted(clique - taken)
        taken |= clique
        edges += [(a, b) for a in free for b in free if a < b]
    graph = make_graph(edges)
    expected = nx.Graph(edges)
    expected.add_nodes_from(range(12))
    labels = point_partition(graph, np.ones(len(graph.pair_first)))
    assert groups(labels) == {frozenset(component) for component in nx.connected_components(expected)}


@settings(derandomize=True, deadline=None, max_examples=60)
@given(EDGES, EDGES, st.lists(st.integers(-1, 4), min_size=12, max_size=12), st.integers(1, 12))
def test_no_point_partition_crosses_a_constraint(edges, apart, services, target):
    apart = sorted({(min(e), max(e)) for e in apart if e[0] != e[1]})
    graph = make_graph(edges, apart=apart, service=np.array(services, dtype=np.int32))
    chances = np.random.default_rng(len(edges)).random(len(graph.pair_first))
    for wanted in (None, target):
        labels = point_partition(graph, chances, wanted)
        assert not any(labels[a] == labels[b] for a, b in apart)
        for group in groups(labels):
            known = [services[member] for member in group if services[member] >= 0]
            assert len(known) == len(set(known))


def test_a_chain_of_links_never_joins_its_contradicting_ends():
    graph = make_graph([(0, 1), (1, 2), (2, 3)], size=4)
    assert groups(point_partition(graph, np.array([0.95, 0.9, 0.95]))) == {
        frozenset({0, 1}),
        frozenset({2, 3}),
    }


def test_the_cut_follows_the_count_only_where_pairs_are_undecided():
    graph = make_graph([(0, 1), (2, 3), (4, 5)], size=6)
    chances = np.array([0.9, 0.6, 0.4])
    assert len(set(point_partition(graph, chances, 6).tolist())) == 5
    assert len(set(point_partition(graph, chances, 4).tolist())) == 4
    assert len(set(point_partition(graph, chances, 1).tolist())) == 3


def test_labels_are_numbered_by_first_member():
    assert renumbered([7, 3, 7, 9]).tolist() == [0, 1, 0, 2]


def test_a_decision_about_an_unknown_declaration_is_refused(encode, strangers):
    with pytest.raises(UsageProblem, match="LNK003"):
        constrain(encode(strangers(3)), Decisions(same=(("s000", "nobody"),)))


def test_copies_are_set_aside_unless_a_human_told_them_apart(encode, strangers):
    rows = strangers(5)
    rows.append(("copy", *rows[0][1:]))
    records = encode(rows)
    assert len(find_copies(records, Decisions()).records) == 5
    told = find_copies(records, Decisions(different=(("copy", "s000"), ("copy", "s001"), ("copy", "nobody"))))
    assert len(told.records) == 6
    stood_in = find_copies(records, Decisions(same=(("s000", "s001"), ("copy", "s000"))))
    assert stood_in.decisions.same == (("copy", "s001"),)


def test_a_cluster_held_together_by_its_draws_needs_no_candidate_between_every_two():
    graph = make_graph([(0, 1), (1, 2), (2, 3)], size=4)
    chances = np.array([0.9, 0.95, 0.9])
    assert len(groups(point_partition(graph, chances))) > 1
    draws = [np.array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 3]], dtype=np.int32)]
    assert groups(point_partition(graph, chances, None, draws)) == {frozenset({0, 1, 2, 3})}
