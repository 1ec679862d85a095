from __future__ import annotations

from itertools import combinations, product
from math import inf, lgamma, log

import networkx as nx
import numpy as np
import pytest
from scipy.stats import norm

from denombrement.errors import UsageProblem
from denombrement.estimation.averaging import (
    NumberDistribution,
    NumberPrior,
    average_over_graphs,
    decomposable_graphs,
    graph_names,
)
from denombrement.estimation.heterogeneity import (
    chao_interval,
    chao_lower_bound,
    chao_profile_interval,
    heterogeneity_models,
)
from denombrement.estimation.histories import CaptureHistories, memberships
from denombrement.estimation.loglinear import fit_model
from denombrement.estimation.models import Model, main_effects
from denombrement.estimation.profile import interval_of_curve, profile_interval


def test_the_profile_interval_of_independent_lists_is_that_of_rcapture(kosovo):
    interval = profile_interval(kosovo, fit_model(kosovo, main_effects(4)))
    assert interval.point == pytest.approx(7392.9173, abs=0.004)
    assert (interval.lower, interval.upper) == pytest.approx((7147.7489, 7656.1953), abs=0.004)


def test_a_higher_level_widens_the_profile_interval(spina_bifida):
    fit = fit_model(spina_bifida, Model(3, (0b110,)))
    narrow, wide = profile_interval(spina_bifida, fit), profile_interval(spina_bifida, fit, 0.99)
    assert wide.lower < narrow.lower < narrow.point < narrow.upper < wide.upper


def test_a_profile_that_never_falls_has_no_upper_end():
    interval = interval_of_curve(lambda unseen: -1 / (1 + unseen), seen=50, guess=10)
    assert (interval.lower, interval.upper) == (50, inf)


def test_one_person_on_two_lists_leaves_the_number_almost_open(histories_from):
    histories = histories_from("ab", {"10": 30, "01": 25, "11": 1})
    interval = profile_interval(histories, fit_model(histories, main_effects(2)))
    assert interval.upper > 5 * interval.point
    assert interval.holds(interval.point)
    assert not interval.holds(interval.upper + 1)


def test_a_profile_whose_maximum_is_nobody_starts_at_the_persons_seen(histories_from):
    histories = histories_from("abc", {"111": 90, "110": 1, "101": 1, "011": 1})
    interval = profile_interval(histories, fit_model(histories, main_effects(3)))
    assert interval.lower == histories.seen
    assert interval.point == pytest.approx(histories.seen, abs=0.5)


def test_the_profile_leaves_out_the_cells_of_an_empty_overlap(histories_from):
    histories = histories_from("abc", {"100": 50, "010": 40, "001": 30, "101": 6, "011": 8})
    fit = fit_model(histories, Model(3, (0b011,)))
    interval = profile_interval(histories, fit)
    assert interval.lower < fit.persons < interval.upper


def test_chaos_bound_is_the_published_formula(kosovo, histories_from):
    once, twice = kosovo.seen_on(1), kosovo.seen_on(2)
    assert chao_lower_bound(kosovo) == pytest.approx(4400 + 0.75 * once**2 / (2 * twice))
    nobody_twice = histories_from("ab", {"10": 3, "01": 2})
    assert chao_lower_bound(nobody_twice) == 5 + 0.5 * 5 * 4 / 2


def test_chaos_interval_holds_the_bound_and_never_falls_below_the_persons_seen(kosovo, histories_from):
    interval = chao_interval(kosovo)
    assert kosovo.seen < interval.lower < interval.point < interval.upper
    nobody_twice = chao_interval(histories_from("ab", {"10": 3, "01": 2}))
    assert (nobody_twice.lower, nobody_twice.upper) == (5, inf)
    nobody_once = chao_interval(histories_from("ab", {"11": 4}))
    assert (nobody_once.lower, nobody_once.point, nobody_once.upper) == (4, 4, 4)


def test_the_lower_bounds_of_rcapture_come_out(kosovo, spina_bifida):
    fits = {fit.name: fit for fit in heterogeneity_models(kosovo)}
    assert fits["Mh Chao (LB)"].persons == pytest.approx(8787.2428, abs=1e-3)
    assert fits["Mth Chao (LB)"].persons == pytest.approx(8591.1836, abs=1e-3)
    assert fits["Mth Darroch"].persons == pytest.approx(12797.3434, abs=1e-3)
    assert fits["Mh Gamma3.5"].degrees_of_freedom == 12
    profile = chao_profile_interval(kosovo)
    assert (profile.lower, profile.upper) == pytest.approx((8367.8556, 9241.5533), abs=0.004)
    assert {fit.name: fit for fit in heterogeneity_models(spina_bifida)}[
        "Mth Chao (LB)"
    ].persons == pytest.approx(763.8879, abs=1e-3)


def test_heterogeneity_needs_three_lists(histories_from):
    two = histories_from("ab", {"10": 30, "01": 20, "11": 10})
    assert [fit.name for fit in heterogeneity_models(two)] == ["M0"]
    one = heterogeneity_models(histories_from("a", {"1": 9}))
    assert np.isnan(one[0].persons)


def test_nobody_on_two_lists_leaves_the_bounds_open(histories_from):
    histories = histories_from("abc", {"100": 30, "010": 20, "001": 5})
    assert all(np.isnan(fit.persons) for fit in heterogeneity_models(histories))
    interval = chao_profile_interval(histories)
    assert (interval.lower, interval.upper) == (55, inf)


@pytest.mark.parametrize(("lists", "number"), [(1, 1), (2, 2), (3, 8), (4, 61), (5, 822)])
def test_the_decomposable_graphs_are_the_chordal_graphs_of_networkx(lists, number):
    pairs = list(combinations(range(lists), 2))
    chordal = set()
    for chosen in product([False, True], repeat=len(pairs)):
        graph = nx.Graph()
        graph.add_nodes_from(range(lists))
        graph.add_edges_from(pair for pair, taken in zip(pairs, chosen, strict=True) if taken)
        if nx.is_chordal(graph):
            chordal.add("-".join(f"{one + 1}{other + 1}" for one, other in sorted(graph.edges)) or "-")
    assert set(graph_names(lists)) == chordal
    assert len(graph_names(lists)) == len(decomposable_graphs(lists)) == number


def test_six_lists_have_their_known_number_of_graphs():
    assert len(decomposable_graphs(6)) == 18154


def plain_posterior(histories, edges_of_graphs, most_unseen, prior):
    """The formula of Madigan and York, written out with maximal cliques and a junction tree."""
    lists, totals = len(histories.lists), np.zeros(most_unseen)
    delta = 2.0**-lists
    logs = np.full((len(edges_of_graphs), most_unseen), 0.0)
    for row, edges in enumerate(edges_of_graphs):
        graph = nx.Graph()
        graph.add_nodes_from(range(lists))
        graph.add_edges_from(edges)
        cliques = [frozenset(each) for each in nx.chordal_graph_cliques(graph)]
        tree = nx.Graph()
        tree.add_nodes_from(cliques)
        tree.add_weighted_edges_from((a, b, len(a & b)) for a, b in combinations(cliques, 2))
        separators = [a & b for a, b in nx.maximum_spanning_edges(tree, data=False)]
        for index in range(most_unseen):
            unseen = index + 1
            persons = histories.seen + unseen
            value = lgamma(persons + 1) - lgamma(unseen + 1) + prior(persons, unseen)
            value += sum(margin(histories, each, unseen, delta) for each in cliques)
            value -= sum(margin(histories, each, unseen, delta) for each in separators if each)
            logs[row, index] = value
    totals = np.exp(logs - logs.max()).sum(axis=0)
    return totals / totals.sum()


def margin(histories, clique, unseen, delta):
    lists = len(histories.lists)
    total, prior_count = delta * 2**lists, delta * 2.0 ** (lists - len(clique))
    mask = sum(1 << bit for bit in clique)
    value = lgamma(total) - lgamma(total + histories.seen + unseen)
    for cell in {each & mask for each in range(1 << lists)}:
        count = sum(histories.counts[each] for each in range(1 << lists) if each & mask == cell)
        value += lgamma(prior_count + count + (unseen if cell == 0 else 0)) - lgamma(prior_count)
    return value


@pytest.mark.parametrize("kind", ["1/N", "1/unseen"])
def test_the_average_equals_the_formula_written_out(histories_from, kind):
    cells = [5, 3, 2, 1, 4, 2, 1, 0, 6, 1, 1, 1, 2, 0, 1]
    names = [f"{mask:04b}"[::-1] for mask in range(1, 16)]
    histories = histories_from("abcd", dict(zip(names, cells, strict=True)))
    graphs = [
        [(int(edge[0]) - 1, int(edge[1]) - 1) for edge in name.split("-") if edge] for name in graph_names(4)
    ]
    prior = (lambda persons, _: -log(persons)) if kind == "1/N" else (lambda _, unseen: -log(unseen))
    expected = plain_posterior(histories, graphs, 60, prior)
    found = average_over_graphs(histories, prior=NumberPrior(kind), most_unseen=60)
    assert found.distribution.chances == pytest.approx(expected, rel=1e-9, abs=1e-14)
    assert sum(found.graph_chances.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("prior", "delta", "mean", "quantiles"),
    [
        (None, None, 733.4821, (694, 731, 786)),
        (NumberPrior("1/unseen"), None, 727.456, (678, 727, 779)),
        (None, 1.0, 733.7219, (682, 732, 798)),
        (NumberPrior("gamma-poisson", 13.14, 55.17), 1.0, 733.4524, (682, 731, 797)),
    ],
)
def test_the_average_is_that_of_dga(spina_bifida, prior, delta, mean, quantiles):
    found = average_over_graphs(spina_bifida, prior=prior, delta=delta, most_unseen=300)
    assert found.distribution.mean == pytest.approx(mean, abs=0.01)
    assert tuple(found.distribution.quantile(level) for level in (0.025, 0.5, 0.975)) == quantiles
    assert found.largest_number == 926


def test_the_prior_is_printed_and_impossible_ones_are_refused(spina_bifida):
    assert average_over_graphs(spina_bifida, most_unseen=10).prior.text == "1/N"
    assert NumberPrior("gamma-poisson", 2, 3).text == "gamma-poisson(2, 3)"
    for kind, shape in (("flat", 1.0), ("gamma-poisson", 0.0)):
        with pytest.raises(UsageProblem) as problem:
            NumberPrior(kind, shape)
        assert problem.value.code == "EST008"
    for arguments in ({"delta": 0.0}, {"most_unseen": 0}):
        with pytest.raises(UsageProblem) as problem:
            average_over_graphs(spina_bifida, **arguments)
        assert problem.value.code == "EST009"


def test_a_smaller_largest_number_is_a_cut_of_the_same_average(spina_bifida):
    large = average_over_graphs(spina_bifida, most_unseen=3000).distribution.up_to(926)
    small = average_over_graphs(spina_bifida, most_unseen=300).distribution
    assert large.persons.tolist() == small.persons.tolist()
    assert large.chances == pytest.approx(small.chances, rel=1e-9)


def test_a_quantile_is_the_first_number_whose_chance_reaches_the_level():
    found = NumberDistribution(np.array([10.0, 11, 12]), np.array([0.5, 0.25, 0.25]))
    assert [found.quantile(level) for level in (0.5, 0.51, 0.75, 1.0)] == [10, 11, 11, 12]
    assert found.mean == 10.75
    assert found.standard_deviation == pytest.approx(norm.std() * 0.6875**0.5)


def test_numbers_left_out_of_a_long_range_change_nothing(monkeypatch):
    captured = memberships(4)
    chances = np.array([0.35, 0.25, 0.2, 0.15])
    counts = np.round(1400 * np.where(captured, chances, 1 - chances).prod(axis=1))
    counts[0] = 0
    histories = CaptureHistories(("a", "b", "c", "d"), counts)
    every = average_over_graphs(histories).distribution
    monkeypatch.setattr("denombrement.estimation.averaging._MOST_VALUES", 400_000)
    some = average_over_graphs(histories).distribution
    assert len(some.persons) < len(every.persons) / 5
    assert some.mean == pytest.approx(every.mean, rel=2e-4)
    for level in (0.025, 0.5, 0.975):
        assert some.quantile(level) == pytest.approx(every.quantile(level), rel=2e-3)


def test_a_hundred_million_persons_are_averaged_over():
    captured = memberships(3)
    counts = np.round(1e8 * np.where(captured, 0.4, 0.6).prod(axis=1))
    counts[0] = 0
    found = average_over_graphs(CaptureHistories(("a", "b", "c"), counts))
    assert found.distribution.quantile(0.5) == pytest.approx(1e8, rel=1e-3)
    assert found.largest_number > 2e9
