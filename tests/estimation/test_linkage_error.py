from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import UsageProblem
from denombrement.estimation.averaging import NumberDistribution, average_over_graphs
from denombrement.estimation.heterogeneity import chao_lower_bound
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.linkage_error import (
    MissedMatchRate,
    correct_missed_matches,
    corrected_draw,
    distribution_of_fit,
    histories_of_partitions,
    pool,
    repaired_share,
    split_matrix,
)
from denombrement.estimation.loglinear import fit_model
from denombrement.estimation.models import main_effects


def expected_histories(persons, chances):
    """Expected counts of independent lists."""
    lists = len(chances)
    counts = np.array(
        [
            persons * np.prod([p if mask >> bit & 1 else 1 - p for bit, p in enumerate(chances)])
            for mask in range(1 << lists)
        ]
    )
    counts[0] = 0
    return CaptureHistories(tuple("abcdef"[:lists]), counts)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(1, 5), st.floats(0, 0.49))
def test_a_split_makes_two_records_of_one_person_on_several_lists(lists, rate):
    records = split_matrix(lists, rate).sum(axis=0)
    on = np.array([mask.bit_count() for mask in range(1 << lists)])
    assert records == pytest.approx(np.where(on > 1, 1 + rate, 1.0))


def test_a_split_keeps_the_number_of_sightings_of_every_list():
    matrix, histories = split_matrix(4, 0.2), expected_histories(500, [0.4, 0.3, 0.2, 0.1])
    split = CaptureHistories(histories.lists, matrix @ histories.counts)
    assert np.diag(split.overlaps) == pytest.approx(np.diag(histories.overlaps))


def test_correcting_undoes_the_expected_damage_exactly():
    histories = expected_histories(1000, [0.35, 0.25, 0.2, 0.15])
    split = CaptureHistories(histories.lists, split_matrix(4, 0.1) @ histories.counts)
    assert fit_model(split, main_effects(4)).persons > 1050
    assert chao_lower_bound(split) > 1.1 * chao_lower_bound(histories)
    correction = correct_missed_matches(split, 0.1)
    assert correction.histories.counts == pytest.approx(histories.counts)
    assert correction.clipped == pytest.approx(0, abs=1e-8)
    assert fit_model(correction.histories, main_effects(4)).persons == pytest.approx(1000, rel=1e-6)


def test_a_correction_that_would_go_below_zero_says_how_many_persons_it_invented(histories_from):
    histories = histories_from("abc", {"111": 40, "100": 1, "010": 1, "001": 1})
    correction = correct_missed_matches(histories, 0.3)
    assert correction.clipped > 5
    assert correction.histories.counts.min() == 0


def test_no_split_leaves_the_histories_as_they_are(kosovo):
    assert correct_missed_matches(kosovo, 0.0).histories.counts == pytest.approx(kosovo.counts)


@pytest.mark.parametrize(("missed", "examined"), [(-1, 10), (11, 10), (0, 0), (5, 10)])
def test_a_rate_that_nobody_can_have_measured_is_refused(missed, examined):
    with pytest.raises(UsageProblem) as problem:
        MissedMatchRate(missed, examined, "review")
    assert problem.value.code == "EST010"


def test_drawn_rates_scatter_around_the_measured_one():
    rate, generator = MissedMatchRate(8, 100, "review"), np.random.default_rng(3)
    drawn = np.array([rate.draw(generator) for _ in range(2000)])
    assert drawn.mean() == pytest.approx(8.5 / 101, abs=0.003)
    assert 0 < drawn.min() < drawn.max() < 0.5


def test_a_mixture_has_the_variance_within_and_between_its_draws():
    one = NumberDistribution(np.array([90.0, 110.0]), np.array([0.5, 0.5]))
    other = NumberDistribution(np.array([190.0, 210.0]), np.array([0.5, 0.5]))
    pooled = pool([one, other])
    assert pooled.distribution.mean == 150
    assert (pooled.within_deviation, pooled.between_deviation) == (10, 50)
    assert pooled.distribution.standard_deviation**2 == pytest.approx(10**2 + 50**2)
    assert pooled.distribution.persons.tolist() == [90, 110, 190, 210]
    with pytest.raises(UsageProblem) as problem:
        pool([])
    assert problem.value.code == "EST011"


def test_pooling_over_linkage_draws_widens_the_answer(spina_bifida):
    moved = spina_bifida.counts.copy()
    moved[3] -= 40
    moved[[1, 2]] += 40
    draws = [spina_bifida, CaptureHistories(spina_bifida.lists, moved)]

    def average(histories):
        return average_over_graphs(histories, most_unseen=600).distribution

    alone = average(spina_bifida)

    def pooled_with(rate, seed):
        generator = np.random.default_rng(seed)
        return pool([average(corrected_draw(draw, rate, generator)) for draw in draws])

    pooled = pooled_with(None, 1)
    assert pooled.draws == 2
    assert pooled.between_deviation > 5
    assert pooled.distribution.quantile(0.975) > alone.quantile(0.975)
    rate = MissedMatchRate(4, 80, "review")
    corrected = [pooled_with(rate, seed).distribution.mean for seed in (1, 1, 2)]
    assert corrected[0] == corrected[1] != corrected[2]
    assert corrected[0] < pooled.distribution.mean


def test_each_partition_drawn_has_its_own_histories():
    labels = np.array([[0, 0, 1, 1, 2], [0, 1, 2, 2, 2]])
    systems, lists = ["cpas", "health", "cpas", "cpas", "health"], ["cpas", "health"]
    first, second = histories_of_partitions(labels, systems, lists)
    assert first.counts.tolist() == [0, 1, 1, 1]
    assert second.counts.tolist() == [0, 1, 1, 1]
    assert histories_of_partitions(np.array([[7, 7, 7, 7, 7]]), systems, lists)[0].seen == 1
    with pytest.raises(UsageProblem) as problem:
        histories_of_partitions(labels, systems, ["cpas"])
    assert problem.value.code == "EST007"


def test_a_fit_becomes_a_distribution_with_its_own_median(kosovo):
    fit = fit_model(kosovo, main_effects(4))
    found = distribution_of_fit(fit)
    assert found.quantile(0.5) == pytest.approx(fit.persons)
    assert found.quantile(0.975) == pytest.approx(
        fit.seen + fit.unseen * np.exp(1.96 * fit.log_deviation), rel=2e-3
    )


def test_a_draw_that_repairs_splits_is_not_corrected_again():
    """Ten of a hundred persons on both lists are split in the count; the draw holds them all together."""
    lists = ("a", "b", "c")
    truth = np.array([0.0, 200, 150, 60, 100, 40, 30, 20])
    split = (split_matrix(3, 0.10) @ truth).round(6)
    counted, repaired = CaptureHistories(lists, split), CaptureHistories(lists, truth)
    share = repaired_share(counted, repaired)
    assert share == pytest.approx(0.10, abs=1e-6)
    assert repaired_share(counted, counted) == 0
    rate = MissedMatchRate(1e5, 1e6, "known")
    generator = np.random.default_rng(1)
    assert corrected_draw(counted, rate, generator).seen == pytest.approx(truth.sum(), rel=1e-3)
    assert corrected_draw(repaired, rate, generator, share).seen == pytest.approx(truth.sum(), rel=1e-3)
    assert corrected_draw(repaired, rate, generator).seen < truth.sum() - 10
    assert corrected_draw(counted, rate, generator, 0.5).seen == counted.seen
    alone = CaptureHistories(lists, np.array([0.0, 5, 5, 0, 5, 0, 0, 0]))
    assert repaired_share(counted, alone) == 0
