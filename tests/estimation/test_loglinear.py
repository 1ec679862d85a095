from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from denombrement.estimation import poisson
from denombrement.estimation.existence import Standing
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.loglinear import best, fit_model, fit_models, within_bic
from denombrement.estimation.models import (
    Model,
    design_for,
    hierarchical_models,
    main_effects,
    two_way_models,
)


def oracle(histories, model):
    design = design_for([model])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        return sm.GLM(histories.counts[1:], design.matrix, family=sm.families.Poisson()).fit(tol=1e-13)


@pytest.mark.parametrize(
    ("lists", "order", "number"),
    [(1, 2, 1), (2, 2, 1), (3, 2, 8), (4, 2, 64), (4, 3, 113), (5, 2, 1024), (3, 9, 8)],
)
def test_the_families_of_models_have_the_known_sizes(lists, order, number):
    models = hierarchical_models(lists, order)
    assert len(models) == len(set(models)) == number


def test_five_lists_have_all_their_hierarchical_models():
    assert len(hierarchical_models(5, 4)) == 6893


def test_models_are_named_by_their_largest_margins():
    assert main_effects(3).name == "[1,2,3]"
    assert Model(3, (0b110,)).name == "[23,1]"
    assert Model(4, (0b0011, 0b0101, 0b0110, 0b0111, 0b1001, 0b1100)).name == "[123,14,34]"
    assert Model(4, (0b0011, 0b0101, 0b0110, 0b0111)).pairs == ((0, 1), (0, 2), (1, 2))


def test_independent_lists_give_the_published_figures_of_rcapture(kosovo):
    fit = fit_model(kosovo, main_effects(4))
    assert fit.persons == pytest.approx(7394.5867, abs=1e-3)
    assert fit.standard_error == pytest.approx(129.6254, abs=0.03)
    assert fit.deviance == pytest.approx(245.9387, abs=1e-4)
    assert fit.degrees_of_freedom == 10
    assert (fit.aic, fit.bic) == (pytest.approx(357.3627, abs=1e-4), pytest.approx(389.3095, abs=1e-4))


def test_the_best_of_all_hierarchical_models_of_kosovo_are_those_of_rcapture(kosovo):
    fits = fit_models(kosovo, hierarchical_models(4, 3))
    assert best(fits, "aic").model.name == "[123,134]"
    assert best(fits, "bic").model.name == "[123,14,34]"
    near = within_bic(fits)
    assert round(near[0].persons) == 10357
    assert len(near) == 3
    assert max(each.persons for each in near) == pytest.approx(18393.3061, abs=1e-3)


def test_all_two_way_models_of_a_sparse_table_agree_with_rcapture(uk_slavery):
    fits = fit_models(uk_slavery, two_way_models(5))
    assert best(fits, "aic").model.name == "[12,13,15,24,25,35,45]"
    assert best(fits, "aic").persons == pytest.approx(11174.8268, abs=1e-3)
    assert best(fits, "bic").persons == pytest.approx(22991.3313, abs=1e-3)
    assert best(fits, "aic").parameters_at_minus_infinity == 1
    assert len(within_bic(fits)) == 12


@settings(derandomize=True, deadline=None, max_examples=25)
@given(
    st.lists(st.integers(1, 200), min_size=15, max_size=15),
    st.integers(0, 112),
)
def test_a_fit_equals_that_of_statsmodels(cells, which):
    histories = CaptureHistories(tuple("abcd"), np.array([0.0, *cells]))
    model = hierarchical_models(4, 3)[which]
    ours, theirs = fit_model(histories, model), oracle(histories, model)
    assert ours.is_fitted
    unseen = np.exp(theirs.params[0])
    assert ours.unseen == pytest.approx(unseen, rel=1e-6)
    assert ours.deviance == pytest.approx(theirs.deviance, abs=1e-6)
    assert ours.aic == pytest.approx(theirs.aic, abs=1e-6)
    assert ours.log_standard_error == pytest.approx(theirs.bse[0], rel=1e-5)
    assert ours.degrees_of_freedom == theirs.df_resid


def test_the_order_of_the_lists_changes_nothing(kosovo):
    order = [2, 0, 3, 1]
    on = kosovo.memberships[:, order].astype(int) @ (1 << np.arange(4))
    shuffled = CaptureHistories(tuple(kosovo.lists[index] for index in order), kosovo.counts[np.argsort(on)])
    numbers = [
        sorted(fit.persons for fit in fit_models(each, two_way_models(4))) for each in (kosovo, shuffled)
    ]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-8)


def test_two_lists_that_share_nobody_have_no_estimate(histories_from):
    fit = fit_model(histories_from("ab", {"10": 5, "01": 7}), main_effects(2))
    assert fit.standing is Standing.NO_MAXIMUM
    assert np.isnan(fit.persons)


def test_two_lists_give_the_estimate_of_lincoln_and_petersen(histories_from):
    fit = fit_model(histories_from("ab", {"10": 30, "01": 20, "11": 10}), main_effects(2))
    assert fit.persons == pytest.approx(40 * 30 / 10)
    assert fit.deviance == pytest.approx(0, abs=1e-9)


def test_a_saturated_model_whose_top_cell_is_empty_has_no_estimate(histories_from):
    histories = histories_from("abc", {"100": 9, "010": 8, "001": 7, "110": 3, "101": 4, "011": 5})
    full = two_way_models(3)[-1]
    assert full.name == "[12,13,23]"
    assert fit_model(histories, full).standing is Standing.NO_MAXIMUM
    assert fit_model(histories, main_effects(3)).is_fitted


def test_a_model_whose_every_overlap_is_empty_is_not_identified(histories_from):
    histories = histories_from("abc", {"100": 9, "010": 8, "001": 7})
    fit = fit_model(histories, two_way_models(3)[-1])
    assert fit.standing is Standing.UNIDENTIFIED
    assert fit.parameters_at_minus_infinity == 3
    assert best([fit], "bic") is None
    assert within_bic([fit]) == ()


def test_one_list_alone_is_not_identified(histories_from):
    assert fit_model(histories_from("a", {"1": 9}), main_effects(1)).standing is Standing.UNIDENTIFIED


def test_an_interaction_without_overlap_equals_leaving_its_cells_out(histories_from):
    cells = {"100": 50, "010": 40, "001": 30, "101": 6, "011": 8}
    histories = histories_from("abc", cells)
    fit = fit_model(histories, Model(3, (0b011,)))
    assert fit.parameters_at_minus_infinity == 1
    kept = [index for index in range(1, 8) if index & 0b011 != 0b011]
    design = design_for([main_effects(3)]).matrix[[index - 1 for index in kept]]
    theirs = sm.GLM(histories.counts[kept], design, family=sm.families.Poisson()).fit(tol=1e-13)
    assert fit.unseen == pytest.approx(np.exp(theirs.params[0]), rel=1e-6)
    assert fit.deviance == pytest.approx(theirs.deviance, abs=1e-6)


@settings(derandomize=True, deadline=None, max_examples=10)
@given(st.lists(st.sampled_from([0, 0, 1, 3, 20]), min_size=15, max_size=15).filter(any))
def test_a_sparse_table_never_yields_a_figure_without_a_maximum(cells):
    histories = CaptureHistories(tuple("abcd"), np.array([0.0, *cells]))
    for fit in fit_models(histories, two_way_models(4)):
        if fit.is_fitted:
            assert np.isfinite([fit.persons, fit.standard_error, fit.deviance, fit.aic, fit.bic]).all()
            assert fit.persons >= fit.seen
        else:
            assert np.isnan(fit.persons)


EXTREME = [5, 0, 0, 5, 1, 1e6, 1, 5, 0, 0, 1e6, 1, 0, 0, 1]


def test_counts_that_differ_a_millionfold_are_fitted_too():
    histories = CaptureHistories(tuple("abcd"), np.array([0.0, *EXTREME]))
    for model in (main_effects(4), two_way_models(4)[9]):
        ours, theirs = fit_model(histories, model), oracle(histories, model)
        assert ours.unseen == pytest.approx(np.exp(theirs.params[0]), rel=1e-5)
        assert ours.deviance == pytest.approx(theirs.deviance, rel=1e-8)
    deviances = [fit.deviance for fit in fit_models(histories, two_way_models(4)) if fit.is_fitted]
    assert max(deviances) == pytest.approx(fit_model(histories, main_effects(4)).deviance)


def test_a_fit_that_is_stopped_early_is_still_finite(monkeypatch):
    histories = CaptureHistories(tuple("abcd"), np.array([0.0, *EXTREME]))
    monkeypatch.setattr(poisson, "_MAX_STEPS", 2)
    monkeypatch.setattr(poisson, "_MAX_HALVINGS", 1)
    design = design_for([main_effects(4)]).matrix
    assert np.isfinite(poisson.fit_one_poisson(design, histories.counts[1:]).means).all()
