from __future__ import annotations

from dataclasses import replace

import pytest

from denombrement.protection.account import verdict_page
from denombrement.protection.verdict import AttackerSummary, AuditVerdict, Finding, Interval, Kind

PASSED = AuditVerdict(
    method="rounding",
    profile="rounding-5",
    threshold=5,
    base=5,
    slack=0,
    hidden=0,
    gap_percent=0.0,
    cells=98,
    printed=90,
    relations=40,
    earlier=0,
    moved=0,
    draws=1,
    attackers=(AttackerSummary("outsider", 12, 0, 0, 0), AttackerSummary("service=S1", 11, 0, 0, 0)),
    findings=(),
    narrowest=(Interval("adults; category=EL1", 0, 4),),
    services_known=True,
    digests={},
)
REFUSED = replace(
    PASSED,
    attackers=(AttackerSummary("outsider", 12, 1, 0, 1),),
    findings=(
        Finding("outsider", "adults; category=EL2", Kind.EXACT, 2, 2),
        Finding("outsider", "adults; sex=F", Kind.GROUP, 0, 0, "adults; category=EL3; sex=F"),
    ),
)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_says_who_attacked_and_what_can_be_inferred(language):
    page = verdict_page(PASSED, language)
    assert "| adults; category=EL1 | 0 | 4 |" in page
    assert "| service=S1 | 11 | 0 | 0 | 0 |" in page
    assert "outsider" not in page
    assert {"fr": "Réussi", "en": "Passed"}[language] in page


def test_a_refusal_names_what_would_be_learnt():
    page = verdict_page(REFUSED)
    assert "Refusé" in page
    assert "| adults; category=EL2 | exact | 2 | 2 |" in page
    assert "tous dans adults; category=EL3; sex=F" in page


def test_slack_suppression_and_unknown_services_are_said():
    assert "9 au plus" in verdict_page(replace(PASSED, slack=1))
    hidden = replace(
        PASSED, method="suppression", base=0, hidden=23, gap_percent=6.25, services_known=False, narrowest=()
    )
    page = verdict_page(hidden, "nl")
    assert "23 cell(s) hidden, at most 6.2 % from the optimum" in page
    assert "contributions are not given" in page
    assert "no small count" in page
