from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.estimation.assumptions import Answer, TickedAssumptions, assumptions
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.linkage_error import MissedMatchRate
from denombrement.estimation.refusals import (
    Limits,
    Refused,
    data_reasons,
    reasons_to_refuse,
    refusal_texts,
)

LANGUAGES = ("fr", "nl", "de", "en")


def found_in(reasons):
    return {each.reason for each in reasons}


@pytest.fixture
def refuse(kosovo, study_design, ticked):
    def call(histories=None, answers=None, limits=None, **changes):
        design = replace(study_design, **changes)
        return reasons_to_refuse(histories or kosovo, design, answers or ticked, limits)

    return call


def test_a_sound_design_on_sound_data_is_not_refused(refuse):
    assert refuse() == ()


def test_fewer_than_three_systems_are_refused(refuse, histories_from):
    two = histories_from("ab", {"10": 300, "01": 200, "11": 100})
    assert found_in(refuse(two)) == {"too_few_lists"}
    assert "unidentified" in found_in(refuse(histories_from("a", {"1": 300})))


def test_more_systems_than_five_are_refused(histories_from):
    cells = {f"{mask:06b}": 10 for mask in range(1, 64)}
    assert "too_many_lists" in found_in(data_reasons(histories_from("abcdef", cells)))


def test_a_system_with_nobody_is_refused(refuse, histories_from):
    histories = histories_from("abc", {"100": 200, "010": 90, "110": 40})
    assert "empty_list" in found_in(refuse(histories))
    assert "isolated_list" not in found_in(refuse(histories))


def test_a_system_that_hardly_meets_the_others_is_refused(refuse, histories_from):
    histories = histories_from("abc", {"100": 200, "010": 90, "110": 40, "001": 60, "101": 3, "011": 3})
    reasons = refuse(histories)
    assert "isolated_list" in found_in(reasons)
    assert dict(next(each for each in reasons if each.reason == "isolated_list").facts)["lists"] == "c"


def test_a_preferred_model_that_needs_a_tiny_overlap_is_refused(refuse, uk_slavery):
    reasons = refuse(uk_slavery)
    tiny = next(each for each in reasons if each.reason == "tiny_overlap")
    assert dict(tiny.facts)["pairs"] == "NG + GP"
    assert "tiny_overlap" not in found_in(refuse(uk_slavery, limits=Limits(least_overlap=1)))


def test_a_missing_maximum_is_refused(refuse, histories_from):
    assert "no_maximum" in found_in(refuse(histories_from("ab", {"10": 300, "01": 200})))


def test_lists_that_determine_nothing_are_refused(refuse, histories_from):
    assert "unidentified" in found_in(refuse(histories_from("a", {"1": 300})))


def test_declared_stages_of_a_pathway_are_refused(refuse):
    assert found_in(refuse(pathways=(("EXH", "ABA"),))) == {"pathway"}
    assert refuse(pathways=(("EXH", "another study"),)) == ()


def test_a_system_inside_another_is_refused_as_a_pathway(refuse, histories_from):
    cells = {"100": 300, "110": 60, "101": 50, "001": 80, "111": 20}
    assert "nested_list" in found_in(refuse(histories_from("abc", cells)))


@pytest.mark.parametrize("unit", ["child", "household", "mixed"])
def test_anything_but_adults_is_refused(refuse, unit):
    assert found_in(refuse(unit=unit)) == {"mixed_units"}


def test_an_unmeasured_match_error_is_refused(refuse):
    assert found_in(refuse(missed_matches=None)) == {"no_match_error"}


def test_a_correction_that_empties_overlaps_is_refused(refuse, histories_from):
    cells = {"111": 150, "100": 30, "010": 25, "001": 30, "110": 30, "101": 40, "011": 20}
    reasons = refuse(histories_from("abc", cells), missed_matches=MissedMatchRate(40, 100, "review"))
    assert "correction_too_large" in found_in(reasons)


@pytest.mark.parametrize("territory", ["commune", "arrondissement", ""])
def test_nothing_is_estimated_below_the_province(refuse, territory):
    assert found_in(refuse(territory=territory)) == {"below_province"}


def test_a_small_group_is_refused(refuse, histories_from):
    cells = {"111": 12, "110": 14, "101": 12, "100": 24, "011": 14, "010": 19, "001": 30}
    assert found_in(refuse(histories_from("abc", cells))) == {"small_category"}


@pytest.mark.parametrize("category", ["EL4", "BE7"])
def test_institution_leavers_and_evictions_need_their_own_lists(refuse, category):
    mixed = frozenset({"EL1", category})
    assert found_in(refuse(categories=mixed)) == {"other_lists_needed"}
    alone = frozenset({category})
    assert refuse(categories=alone, lists_made_for=alone) == ()


def test_a_grouping_chosen_after_the_results_is_refused(refuse):
    assert found_in(refuse(grouping_recorded_first=False)) == {"grouping_after_results"}


def test_unanswered_assumptions_are_refused(refuse):
    some = TickedAssumptions({"no_pathway": Answer.HOLDS}, "officer", "2025-11-30")
    assert found_in(refuse(answers=some)) == {"assumptions_unanswered"}
    assert len(some.unanswered) == len(assumptions()) - 1


def test_a_broken_necessary_assumption_is_refused_and_a_broken_other_is_noted(refuse):
    for each in assumptions():
        answers = {code.code: Answer.HOLDS for code in assumptions()} | {each.code: Answer.BROKEN}
        reasons = refuse(answers=TickedAssumptions(answers, "officer", "2025-11-30"))
        assert found_in(reasons) == ({"assumption_broken"} if each.refuses else set())


def test_an_answer_to_an_unknown_assumption_is_an_error():
    with pytest.raises(UsageProblem) as problem:
        TickedAssumptions({"the_moon": Answer.HOLDS}, "officer", "2025-11-30")
    assert problem.value.code == "EST015"


def test_all_reasons_are_given_at_once_and_as_one_error(refuse):
    reasons = refuse(unit="mixed", territory="commune", missed_matches=None)
    error = Refused(reasons).as_error()
    assert isinstance(error, ProtectionRefusal)
    assert error.exit_code == 4
    assert error.facts["number"] == len(reasons) == 3
    assert all(reason.reason in error.text("en") for reason in reasons)


def test_every_reason_has_a_text_in_four_languages(refuse, kosovo):
    reasons = refuse(
        CaptureHistories(("a", "b"), np.array([0.0, 5, 4, 0])),
        pathways=(("a", "b"),),
        missed_matches=None,
        unit="mixed",
        territory="commune",
        categories=frozenset({"EL4", "EL1"}),
    )
    assert len(reasons) >= 8
    for reason in reasons:
        texts = [reason.text(language) for language in LANGUAGES]
        assert len(set(texts)) == 4
        assert "{" not in "".join(texts)
    assert all(set(texts) == set(LANGUAGES) for texts in refusal_texts().values())


def test_every_assumption_has_a_text_and_a_consequence_in_four_languages():
    for each in assumptions():
        texts = [each.text(language) for language in LANGUAGES]
        texts += [each.consequence(language) for language in LANGUAGES]
        assert len(set(texts)) == 8
