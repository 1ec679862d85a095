"""The crosswalk answers when, and only when, every way of completing the facts gives the same answer."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from itertools import product

import pytest

from denombrement.errors import UsageProblem
from denombrement.reference import (
    Fact,
    Facts,
    InLight,
    NeedsFact,
    Outside,
    category_of,
    crosswalk_rows,
    one_month_after,
    to_light,
)

NIGHT = date(2023, 10, 19)
THREE_WEEKS = date(2023, 11, 9)
FIVE_WEEKS = date(2023, 11, 23)
BOTH = (True, False)
DATES = (THREE_WEEKS, FIVE_WEEKS, date.max)
DOMAIN = {
    Fact.REFERENCE_NIGHT: (NIGHT,),
    Fact.LEAVING_DATE: DATES,
    Fact.HOUSING_ON_LEAVING: BOTH,
    Fact.STAY_PROLONGED: BOTH,
    Fact.EVICTION_DATE: DATES,
    Fact.STAYING: ("without_lease", "with_relatives"),
    Fact.ON_CAMPSITE: BOTH,
    Fact.CAMPSITES_COUNTED: BOTH,
    Fact.RECEPTION_COUNTED: BOTH,
}
# A night that is not known could be one that puts any date within one month, or beyond.
POSSIBLE = {**DOMAIN, Fact.REFERENCE_NIGHT: (NIGHT, date(2023, 9, 1), date(2023, 11, 1))}
NIGHT_AND = (Fact.REFERENCE_NIGHT,)
USED = {
    "E5.1": (Fact.RECEPTION_COUNTED,),
    "E5.2": (Fact.RECEPTION_COUNTED,),
    "E6.1": (*NIGHT_AND, Fact.LEAVING_DATE, Fact.HOUSING_ON_LEAVING),
    "E6.2": (*NIGHT_AND, Fact.LEAVING_DATE, Fact.HOUSING_ON_LEAVING, Fact.STAY_PROLONGED),
    "E6.3": (*NIGHT_AND, Fact.LEAVING_DATE, Fact.HOUSING_ON_LEAVING),
    "E8.2": (Fact.STAYING,),
    "E9.1": (*NIGHT_AND, Fact.EVICTION_DATE),
    "E9.2": (*NIGHT_AND, Fact.EVICTION_DATE),
    "E11.1": (Fact.ON_CAMPSITE, Fact.CAMPSITES_COUNTED),
}
FIXED = {
    "E1.1": "EL1.1",
    "E2.1": "EL2.2",
    "E3.1": "EL3.3",
    "E3.2": "EL3.4",
    "E3.3": "EL3.5",
    "E4.1": "EL3.6",
    "E8.1": "EL6.12",
    "E8.3": "EL5.11",
    "E11.2": "EL5.10",
    "E11.3": "EL5.11",
    **dict.fromkeys(["E7.1", "E7.2", "E10.1", "E12.1", "E13.1"], "outside"),
}


def soon(facts, when):
    """Within one month, for these dates, is 31 days: the calendar month of October."""
    return 0 <= (when - facts.reference_night).days <= 31


def oracle(code, facts):
    """The rules in plain words, every fact being known."""
    if code in FIXED:
        return FIXED[code]
    leaves = facts.leaving_date and soon(facts, facts.leaving_date) and not facts.housing_on_leaving
    match code:
        case "E5.1" | "E5.2":
            return "outside, own line" if facts.reception_counted else "outside"
        case "E6.1":
            return "EL4.8" if leaves else "outside"
        case "E6.3":
            return "EL4" if leaves else "outside"
        case "E6.2":
            return "EL4.7" if facts.stay_prolonged or leaves else "outside"
        case "E8.2":
            return "EL5.10" if facts.staying == "without_lease" else "EL6.12"
        case "E9.1" | "E9.2":
            return "BE7" if soon(facts, facts.eviction_date) else "outside"
        case "E11.1":
            return "outside" if facts.on_campsite and not facts.campsites_counted else "EL5.9"


def in_words(answer):
    match answer:
        case InLight(category, situation, _):
            return situation or category
        case Outside(_, own_line):
            return "outside, own line" if own_line else "outside"


def combinations(names, domain=DOMAIN, extra=()):
    return [
        dict(zip(names, values, strict=True)) for values in product(*(domain[each] + extra for each in names))
    ]


@pytest.mark.parametrize("code", [row.code for row in crosswalk_rows()])
def test_it_answers_exactly_when_the_facts_decide(code):
    for known in combinations(USED.get(code, ()), extra=(None,)):
        given = Facts(**known)
        missing = tuple(fact for fact, value in known.items() if value is None)
        possible = {oracle(code, replace(given, **rest)) for rest in combinations(missing, POSSIBLE)}
        answer = to_light(code, given)
        if len(possible) > 1:
            assert isinstance(answer, NeedsFact)
            assert answer.facts
            assert set(answer.facts) <= set(missing)
        else:
            assert {in_words(answer)} == possible


@pytest.mark.parametrize("code", sorted(USED))
def test_giving_the_facts_it_asks_for_ends_in_a_decision(code):
    for known in combinations(USED[code], extra=(None,)):
        answer = to_light(code, Facts(**known))
        if isinstance(answer, NeedsFact):
            for given in combinations(answer.facts):
                assert not isinstance(to_light(code, Facts(**{**known, **given})), NeedsFact)


def test_nothing_is_assumed_without_facts():
    undecided = [row.code for row in crosswalk_rows() if isinstance(to_light(row.code), NeedsFact)]
    assert undecided == sorted(USED)


def test_categories_and_living_situations_agree():
    for row in crosswalk_rows():
        if row.living_situation:
            assert category_of(row.living_situation) == row.category


def test_a_detainee_who_leaves_in_three_weeks_is_counted_and_in_five_weeks_is_not():
    known = Facts(reference_night=NIGHT, housing_on_leaving=False)
    assert to_light("E6.1", replace(known, leaving_date=THREE_WEEKS)) == InLight(
        "EL4", "EL4.8", "standard + BE one-month"
    )
    assert isinstance(to_light("E6.1", replace(known, leaving_date=FIVE_WEEKS)), Outside)


@pytest.mark.parametrize(
    ("night", "last_day"),
    [
        (NIGHT, date(2023, 11, 19)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2023, 12, 31), date(2024, 1, 31)),
        (date(2023, 12, 1), date(2024, 1, 1)),
    ],
)
def test_one_month_ends_on_the_same_day_or_the_last_of_the_next_month(night, last_day):
    assert one_month_after(night) == last_day
    assert to_light("E9.1", Facts(reference_night=night, eviction_date=last_day)) == InLight(
        "BE7", "BE7", "BE"
    )
    day_after = date.fromordinal(last_day.toordinal() + 1)
    assert to_light("E9.1", Facts(reference_night=night, eviction_date=day_after)) == Outside("BE")


def test_a_housing_first_tenant_is_outside():
    assert to_light("E7.2") == Outside("standard")


def test_a_date_before_the_night_contradicts_the_code():
    gone = date(2023, 10, 18)
    for code, known in [("E6.1", {"leaving_date": gone}), ("E9.1", {"eviction_date": gone})]:
        with pytest.raises(UsageProblem) as caught:
            to_light(code, Facts(reference_night=NIGHT, **known))
        assert caught.value.code == "REF004"


@pytest.mark.parametrize("wrong", ["6.2", "E14.1", "EL1.1", "", "e1.1"])
def test_unknown_codes_raise(wrong):
    with pytest.raises(UsageProblem) as caught:
        to_light(wrong)
    assert caught.value.code == "REF002"


def test_every_fact_is_a_field_of_the_facts():
    assert set(asdict(Facts())) == {fact.value for fact in Fact}


def test_it_holds_the_crosswalk_of_the_facts(facts):
    expected = {row["ethos_full"]: row for row in facts("ethos_crosswalk.csv")}
    assert {row.code for row in crosswalk_rows()} == expected.keys()
    for row in crosswalk_rows():
        wanted = expected[row.code]
        assert (row.category or "outside") == wanted["ethos_light"]
        assert row.status == wanted["status"]
        assert isinstance(to_light(row.code), NeedsFact) == bool(wanted["needs_fact"])
        if row.living_situation != "BE7":
            assert row.living_situation == wanted["light_living_situation"]
