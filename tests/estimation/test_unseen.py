from __future__ import annotations

import re
from dataclasses import fields, replace

import numpy as np
import pytest

from denombrement.errors import UsageProblem
from denombrement.estimation.assumptions import Answer, TickedAssumptions, assumptions
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.loglinear import fit_models
from denombrement.estimation.models import two_way_models
from denombrement.estimation.printing import printed_lines
from denombrement.estimation.refusals import Refused
from denombrement.estimation.unseen import (
    UnseenEstimate,
    admissible,
    estimate_unseen,
    ranges_over_draws,
)

LANGUAGES = ("fr", "nl", "de", "en")


@pytest.fixture(scope="module")
def province():
    """900 adults on four systems of services, drawn with a fixed seed; the lists are independent."""
    generator = np.random.default_rng(20251129)
    on = generator.random((900, 4)) < [0.4, 0.3, 0.25, 0.15]
    counts = np.bincount(on @ (1 << np.arange(4)), minlength=16).astype(float)
    counts[0] = 0
    return CaptureHistories(("cpas", "shelter_housing", "health", "street"), counts)


@pytest.fixture
def estimate(province, study_design, ticked):
    found = estimate_unseen([province], study_design, ticked, other_groupings={"again": [province]})
    assert isinstance(found, UnseenEstimate)
    return found


def test_a_refused_design_yields_reasons_and_no_figure(province, study_design, ticked):
    refused = estimate_unseen([province], replace(study_design, unit="mixed"), ticked)
    assert isinstance(refused, Refused)
    assert {field.name for field in fields(refused)} == {"reasons"}


def test_an_estimate_holds_no_single_figure(estimate):
    assert not {"persons", "estimate", "point", "mean", "median"} & {field.name for field in fields(estimate)}
    ranges = estimate.ranges
    for each in (ranges.models, ranges.averaging, ranges.aic):
        assert estimate.seen < each.lower <= each.upper


def test_the_ranges_of_independent_lists_hold_the_truth(province):
    ranges = ranges_over_draws([province], None)
    assert ranges.averaging.lower < 900 < ranges.averaging.upper
    assert ranges.lower_bound.lower < 900


def test_correcting_for_missed_matches_lowers_every_range(estimate, province):
    uncorrected = ranges_over_draws([province], None)
    assert estimate.ranges.lower_bound.point < uncorrected.lower_bound.point
    assert estimate.ranges.averaging.upper < uncorrected.averaging.upper


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_come_complete_and_in_the_prescribed_order(estimate, language):
    lines = printed_lines(estimate, language, published_count=600)
    ranks = [line.rank for line in lines]
    assert ranks == sorted(ranks)
    assert set(ranks) == {1, 2, 3, 4, 5}
    keys = [line.key for line in lines]
    assert keys[:5] == ["count", "lower_bound", "models", "averaging", "aic"]
    assert keys.count("assumption") == len(assumptions())
    assert {"prior", "main_grouping", "grouping", "match_error"} <= set(keys)
    assert not any("{" in line.text for line in lines)


def test_estimates_are_rounded_to_tens_and_the_published_count_is_not(estimate):
    lines = {line.key: line.text for line in printed_lines(estimate, "en", published_count=1605)}
    assert "1,605" in lines["count"]
    for key in ("lower_bound", "models", "averaging"):
        for number in re.findall(r"(?<![\d/.])\d[\d,]*\d(?![\d.])", lines[key].split("(")[0]):
            assert number.endswith("0")


def test_french_lines_follow_french_typography(estimate):
    text = " ".join(line.text for line in printed_lines(estimate, "fr", published_count=12_345))
    assert "12\u202f345" in text
    assert not re.search(r"[^\u202f][:;?!%](?!/)", text)


def test_a_doubtful_assumption_is_printed_with_its_consequence(province, study_design):
    answers = {each.code: Answer.HOLDS for each in assumptions()} | {"everyone_reachable": Answer.DOUBTFUL}
    found = estimate_unseen([province], study_design, TickedAssumptions(answers, "officer", "2025-11-30"))
    lines = [line.text for line in printed_lines(found, "en", published_count=600) if line.rank == 4]
    doubtful = [text for text in lines if text.startswith("[doubtful]")]
    assert len(doubtful) == 1
    assert "missing from every figure" in doubtful[0]


def test_the_prior_of_the_averaging_is_printed(estimate):
    line = next(line for line in printed_lines(estimate, "en", published_count=600) if line.key == "prior")
    assert "1/N" in line.text
    assert "0.0625" in line.text


def test_a_grouping_that_cannot_carry_an_estimate_is_shown_as_refused(province, study_design, ticked):
    two = CaptureHistories(("a", "b"), np.array([0.0, 300, 200, 100]))
    found = estimate_unseen([province], study_design, ticked, other_groupings={"two_systems": [two]})
    assert set(found.refused_groupings) == {"two_systems"}
    assert found.other_groupings == {}
    lines = printed_lines(found, "en", published_count=600)
    assert any(line.key == "grouping_refused" and "two_systems" in line.text for line in lines)


def test_linkage_draws_widen_the_ranges_and_the_same_seed_repeats_them(province, study_design, ticked):
    moved = province.counts.copy()
    moved[3] -= 15
    moved[[1, 2]] += 15
    draws = [province, CaptureHistories(province.lists, moved)]
    alone = estimate_unseen([province], study_design, ticked)
    pooled = [estimate_unseen(draws, study_design, ticked, seed=5) for _ in range(2)]
    assert pooled[0].ranges.averaging == pooled[1].ranges.averaging
    assert pooled[0].ranges.averaging.upper > alone.ranges.averaging.upper
    assert pooled[0].draws == 2


def test_draws_that_carry_nothing_are_left_out_and_none_at_all_is_an_error(province, histories_from):
    disjoint = histories_from("ab", {"10": 300, "01": 200})
    alone = ranges_over_draws([province], None)
    assert ranges_over_draws([province, disjoint], None).averaging == alone.averaging
    with pytest.raises(UsageProblem) as problem:
        ranges_over_draws([disjoint], None)
    assert problem.value.code == "EST011"


def test_the_range_of_models_holds_the_interval_of_each_of_them(province):
    near = admissible(province, fit_models(province, two_way_models(4)), 7)
    models = ranges_over_draws([province], None).models
    assert models.models == len(near) > 1
    for fit in near:
        lower, upper = fit.log_normal_ends
        assert models.lower <= lower < fit.persons < upper <= models.upper


def test_models_that_need_a_tiny_overlap_are_not_admissible(uk_slavery):
    fits = fit_models(uk_slavery, two_way_models(5))
    kept = admissible(uk_slavery, fits, 7)
    assert kept
    overlaps = uk_slavery.overlaps
    assert all(overlaps[pair] >= 7 for fit in kept for pair in fit.model.pairs)
