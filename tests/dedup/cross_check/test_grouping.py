"""Pairs to persons: connected components, but for what a service or a human said."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.dedup.cross_check.grouping import forbidden, group
from denombrement.dedup.cross_check.scoring import Scored
from denombrement.dedup.linkage.constraints import Decisions, constrain
from denombrement.dedup.linkage.copies import take

SIZE = 14
PAIRS = [(one, other) for one in range(SIZE) for other in range(one + 1, SIZE)]


def scored(edges):
    pairs = sorted(edges)
    first, second = (np.array([pair[k] for pair in pairs], dtype=np.int32) for k in (0, 1))
    return Scored(first, second, np.array([edges[pair] for pair in pairs], dtype=float))


def some(campaign, services):
    from dataclasses import replace

    few = take(campaign, np.arange(SIZE, dtype=np.int32))
    return replace(few, service=np.array(services, dtype=np.int32))


edges = st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([0.1, 0.4, 0.6, 0.7, 0.9, 0.99]), max_size=30)


@given(edges)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_without_constraints_groups_are_the_connected_components(campaign, found):
    records = some(campaign, [-1] * SIZE)
    grouped = group(records, constrain(records, Decisions()), scored(found), 0.5)
    graph = nx.Graph(pair for pair, chance in found.items() if chance >= 0.5)
    graph.add_nodes_from(range(SIZE))
    expected = {frozenset(part) for part in nx.connected_components(graph)}
    labels = grouped.labels.tolist()
    assert {frozenset(k for k in range(SIZE) if labels[k] == label) for label in set(labels)} == expected
    assert grouped.unconstrained == len(expected)
    assert (grouped.violations, grouped.chains) == (0, 0)


@given(
    edges,
    st.lists(st.integers(-1, 4), min_size=SIZE, max_size=SIZE),
    st.lists(st.sampled_from(PAIRS), max_size=3),
    st.lists(st.sampled_from(PAIRS), max_size=3),
)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_no_group_breaks_what_a_service_or_a_human_said(campaign, found, services, same, different):
    records = some(campaign, services)
    ids = records.record_id

    def named(pairs):
        return tuple((ids[one], ids[other]) for one, other in pairs)

    constraints = constrain(records, Decisions(named(same), named(different)))
    grouped = group(records, constraints, scored(found), 0.5)
    labels, unit = grouped.labels, constraints.unit
    for one, other in PAIRS:
        if unit[one] == unit[other]:
            assert labels[one] == labels[other]
        elif labels[one] == labels[other]:
            assert services[one] != services[other] or services[one] == -1
            assert (min(unit[one], unit[other]), max(unit[one], unit[other])) not in constraints.apart
    kept = [pair for pair, chance in found.items() if chance >= 0.5]
    broken = [pair for pair in kept if labels[pair[0]] != labels[pair[1]]]
    assert grouped.pairs == len(kept)
    assert grouped.violations + grouped.chains == len(broken)
    assert grouped.unconstrained <= len(set(labels.tolist()))


def test_the_surest_pair_is_followed_when_two_cannot_both_be(campaign):
    records = some(campaign, [0, 1, 0, *range(2, SIZE - 1)])
    constraints = constrain(records, Decisions())
    grouped = group(records, constraints, scored({(0, 1): 0.8, (1, 2): 0.9}), 0.5)
    assert grouped.labels[1] == grouped.labels[2] != grouped.labels[0]
    assert (grouped.violations, grouped.chains, grouped.unconstrained) == (0, 1, SIZE - 2)


def test_a_human_may_join_what_one_service_declared_twice(campaign):
    records = some(campaign, [0] * SIZE)
    ids = records.record_id
    constraints = constrain(records, Decisions(same=((ids[0], ids[1]),)))
    first, second = np.array([0, 2], dtype=np.int32), np.array([1, 3], dtype=np.int32)
    assert forbidden(records, constraints, first, second).tolist() == [False, True]
