"""Who is counted and who is not, with the reason."""

from datetime import date

import pandas as pd
import pytest

from denombrement.counts.scope import scope_of, scope_reasons
from denombrement.survey.questionnaire import questions
from denombrement.survey.rules import RuleContext, compile_expression

CONTEXT = RuleContext(date(2023, 10, 19))
CASES = [
    ({"situation": "EL6.12"}, "counted"),
    ({"situation": "unknown"}, "counted"),
    ({"situation": "not_homeless", "outside_reason": "housing_first_tenant"}, "not_homeless"),
    ({"situation": "EL1.1", "age_years": 17}, "minor_alone"),
    ({"situation": "EL1.1", "age_class": "under_18"}, "minor_alone"),
    ({"situation": "EL1.1", "territory_link": "none"}, "no_link"),
    ({"situation": "EL1.1", "territory_link": "dont_know"}, "counted"),
    ({"situation": "EL2.2", "place_detail": "reception_centre"}, "reception_centre"),
    ({"situation": "EL4.8", "leaving_when": "within_one_month", "housing_on_leaving": "no"}, "counted"),
    (
        {"situation": "EL4.8", "leaving_when": "within_one_month", "housing_on_leaving": "yes"},
        "housing_waits",
    ),
    ({"situation": "EL4.8", "leaving_when": "later"}, "leaving_later"),
    ({"situation": "EL4.7", "leaving_when": "later", "stay_prolonged": "yes"}, "counted"),
    ({"situation": "EL4.7"}, "institution_facts_unknown"),
    ({"situation": "BE7", "eviction_when": "later"}, "eviction_later"),
    ({"situation": "BE7", "eviction_when": "dont_know"}, "counted"),
    ({"situation": "EL5.9", "place_detail": "permanent_holiday_park"}, "counted"),
]
COLUMNS = [each.code for each in questions("declaration") if each.kind != "children"]


@pytest.mark.parametrize(("answers", "expected"), CASES)
def test_each_persons_scope_has_its_reason(answers, expected):
    frame = pd.DataFrame([answers], columns=COLUMNS)
    assert scope_of(frame, CONTEXT).tolist() == [expected]


def test_all_at_once_is_as_one_by_one_and_as_the_reference_evaluator():
    frame = pd.DataFrame([answers for answers, _ in CASES], columns=COLUMNS, index=range(10, 10 + len(CASES)))
    assert scope_of(frame, CONTEXT).to_dict() == dict(enumerate((code for _, code in CASES), start=10))
    for answers, expected in CASES:
        holding = [
            code for code, when in scope_reasons().items() if compile_expression(when, CONTEXT)(answers)
        ]
        assert (holding or ["counted"])[0] == expected
