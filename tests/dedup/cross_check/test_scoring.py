"""Splink's chances against the formula, computed here pair by pair."""

import math
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from denombrement.dedup.cross_check.backends import Place, open_backend
from denombrement.dedup.cross_check.columns import columns_of
from denombrement.dedup.cross_check.parameters import Parameters, prior_parameters
from denombrement.dedup.cross_check.plan import default_plan
from denombrement.dedup.cross_check.scoring import compared, score
from denombrement.dedup.linkage.copies import take

PLAN = replace(default_plan(), least_chance=1e-12)


def by_hand(columns, fitted):
    """Chance of every pair that shares a key: prior odds times the odds of each field."""
    frequent = {
        each.field: Counter(value for value in columns.values[each.columns[0]] if value != -1)
        for each in columns.comparisons
    }
    found = {}
    for one, other in combinations(range(columns.size), 2):
        keys = [(columns.values[key][one], columns.values[key][other]) for key in columns.keys]
        if not any(a == b != -1 for a, b in keys):
            continue
        odds = math.log2(fitted.share / (1 - fitted.share))
        for each in columns.comparisons:
            pair = [(columns.values[name][one], columns.values[name][other]) for name in each.columns]
            if -1 in pair[0]:
                continue
            level = next((place for place, (a, b) in enumerate(pair) if a == b != -1), len(pair))
            strange = fitted.u[each.field][level]
            if level == 0 and each.frequent:
                counts = frequent[each.field]
                strange = counts[pair[0][0]] / sum(counts.values())
            odds += math.log2(fitted.m[each.field][level] / strange)
        found[one, other] = 1 / (1 + 2**-odds)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_every_chance_is_that_of_the_formula(campaign, seed):
    draw = np.random.default_rng(seed)
    some = np.sort(draw.choice(len(campaign), 260, replace=False)).astype(np.int32)
    columns = columns_of(take(campaign, some), PLAN)
    prior = prior_parameters(take(campaign, some), columns, seed)
    # Chances that no file would teach, so that none is right by accident.
    drawn = {
        each.field: draw.dirichlet(np.ones(len(each.columns) + 1), 2) + 1e-6 for each in columns.comparisons
    }
    for fitted in (
        prior,
        Parameters(0.003, *({field: tuple(rows[k]) for field, rows in drawn.items()} for k in (0, 1))),
    ):
        with open_backend(Place()) as backend:
            scored = score(backend, columns, PLAN, fitted)
        expected = {pair: chance for pair, chance in by_hand(columns, fitted).items() if chance >= 1e-12}
        found = dict(
            zip(
                zip(scored.first.tolist(), scored.second.tolist(), strict=True),
                scored.chance.tolist(),
                strict=True,
            )
        )
        sure = {pair for pair, chance in expected.items() if chance > 2e-12}
        assert len(sure) > 100
        assert (
            sure
            <= set(found)
            <= {pair for pair, chance in by_hand(columns, fitted).items() if chance > 5e-13}
        )
        assert max(abs(found[pair] - expected[pair]) for pair in sure) < 1e-9


def test_pairs_are_sorted_and_each_stands_once(campaign):
    columns = columns_of(campaign, PLAN)
    with open_backend(Place()) as backend:
        scored = score(backend, columns, PLAN, prior_parameters(campaign, columns, 1))
    pairs = list(zip(scored.first.tolist(), scored.second.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert (scored.first < scored.second).all()
    assert compared(columns, scored.first, scored.second).all()


def test_a_pair_without_a_common_key_was_not_compared(campaign):
    columns = columns_of(campaign, PLAN)
    everybody = np.arange(len(campaign), dtype=np.int32)
    assert not compared(replace(columns, keys=()), everybody[:-1], everybody[1:]).any()
    assert compared(columns, everybody[:-1], everybody[1:]).mean() < 0.2
