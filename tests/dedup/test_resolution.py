"""Resolution: which declaration is believed, by which rule, and what nobody can settle."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.dedup.resolution import resolve
from denombrement.errors import UsageProblem
from denombrement.intake.batches import declarations_table
from denombrement.survey.record import Declaration, Identity

RULES = ("exact_night", "own_register", "person_present", "most_severe")


def declared(*rows):
    services = [f"s{rank}" for rank in range(len(rows))]
    identity = Identity(status="refused")
    records = [Declaration(declaration_id="d", identity=identity, **answers) for answers in rows]
    return declarations_table(services, records).to_pandas()


def together(frame, person="p"):
    return frame[["service", "declaration_id"]].assign(person=person)


def settled(*rows, rules=RULES):
    frame = declared(*rows)
    found = resolve(frame, together(frame), rules)
    (person,) = found.persons.to_dict("records")
    return person, {row["question"]: row["rule"] for row in found.decisions.to_dict("records")}


def test_agreement_needs_no_decision():
    person, decisions = settled({"situation": "EL2.2", "sex": "man"}, {"situation": "EL2.2", "sex": "man"})
    assert person["situation"] == "EL2.2"
    assert decisions == {}


def test_the_exact_night_beats_the_two_weeks_around_it():
    person, decisions = settled(
        {"situation": "EL1.1", "night_precision": "within_two_weeks"},
        {"situation": "EL6.12", "night_precision": "exact_night"},
    )
    assert (person["situation"], decisions["situation"]) == ("EL6.12", "exact_night")


def test_a_refuges_own_register_beats_what_another_office_heard():
    """A woman in a refuge with three children, whom the CPAS reports with friends."""
    person, decisions = settled(
        {"situation": "EL6.12", "situation_source": "third_party", "night_precision": "exact_night"},
        {"situation": "EL3.6", "situation_source": "own_register", "night_precision": "exact_night"},
    )
    assert (person["situation"], decisions["situation"]) == ("EL3.6", "own_register")


def test_a_form_filled_in_with_the_person_beats_one_without():
    person, decisions = settled(
        {"situation": "EL1.1", "person_present": "without_person"},
        {"situation": "EL5.10", "person_present": "with_person"},
    )
    assert (person["situation"], decisions["situation"]) == ("EL5.10", "person_present")


def test_the_most_severe_situation_wins_when_nothing_else_tells():
    person, decisions = settled({"situation": "EL6.12"}, {"situation": "EL1.1"}, {"situation": "BE7"})
    assert (person["situation"], decisions["situation"]) == ("EL1.1", "most_severe")


def test_without_a_last_rule_a_human_is_asked():
    frame = declared({"situation": "EL6.12"}, {"situation": "EL1.1"})
    found = resolve(frame, together(frame), ("exact_night",))
    assert found.undecided == 1
    assert found.decisions["rule"].tolist() == ["ask"]


def test_the_rule_recorded_is_the_one_that_put_the_last_rival_behind():
    _, decisions = settled(
        {"situation": "EL1.1", "night_precision": "exact_night", "situation_source": "own_register"},
        {"situation": "EL2.2", "night_precision": "exact_night", "situation_source": "person_said"},
        {"situation": "EL6.12", "night_precision": "within_two_weeks"},
    )
    assert decisions["situation"] == "own_register"


def test_an_unknown_situation_never_wins_over_a_known_one():
    person, decisions = settled(
        {"situation": "unknown", "night_precision": "exact_night", "situation_source": "own_register"},
        {"situation": "EL5.9"},
    )
    assert person["situation"] == "EL5.9"
    assert decisions == {}


def test_two_living_situations_of_one_category_and_no_rule_left_are_asked_about():
    _, decisions = settled({"situation": "EL5.9"}, {"situation": "EL5.10"})
    assert decisions["situation"] == "ask"


def test_what_the_believed_service_does_not_know_comes_from_the_others():
    person, decisions = settled(
        {
            "situation": "EL2.2",
            "night_precision": "exact_night",
            "sex": "dont_know",
            "income": ("dont_know",),
        },
        {"situation": "EL2.2", "sex": "woman", "age_years": 33, "income": ("work",)},
    )
    assert (person["sex"], person["age_years"], list(person["income"])) == ("woman", 33, ["work"])
    assert decisions == {}


def test_facts_about_the_place_only_come_from_declarations_that_tell_of_that_place():
    person, _ = settled(
        {"situation": "EL3.6", "situation_source": "own_register"},
        {"situation": "EL6.12", "commune_night": "84043", "place_detail": "friends"},
        {"situation": "EL3.6", "commune_night": "81001"},
    )
    assert person["commune_night"] == "81001"
    assert pd.isna(person["place_detail"])


def test_an_unknown_rule_is_named():
    frame = declared({})
    with pytest.raises(UsageProblem, match="LNK902"):
        resolve(frame, together(frame), ("toss_a_coin",))


def test_without_rules_and_without_answers_a_person_is_still_a_person():
    person, decisions = settled({}, rules=())
    assert person["situation"] == "unknown"
    assert decisions == {}


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "situation": st.sampled_from(["EL1.1", "EL2.2", "EL6.12", "unknown", "not_homeless"]),
        "night_precision": st.sampled_from(["exact_night", "within_two_weeks", "dont_know"]),
        "situation_source": st.sampled_from(["own_register", "person_said", "third_party"]),
        "person_present": st.sampled_from(["with_person", "without_person"]),
        "sex": st.sampled_from(["man", "woman", "dont_know"]),
    },
)
SEVERITY = {"EL1.1": 0, "EL2.2": 1, "EL6.12": 5, "not_homeless": 7}
KEYS = (
    lambda row: {"exact_night": 0, "within_two_weeks": 1}.get(row.get("night_precision"), 2),
    lambda row: {"own_register": 0, "worker_saw": 1, "person_said": 2, "third_party": 3}.get(
        row.get("situation_source"), 4
    ),
    lambda row: 0 if row.get("person_present") == "with_person" else 1,
    lambda row: SEVERITY[row["situation"]],
)


def naive(rows):
    """The same rules, one elimination after the other."""
    left = [row for row in rows if row.get("situation") in SEVERITY]
    if not left:
        return "unknown", None
    if len({row["situation"] for row in left}) == 1:
        return left[0]["situation"], None
    for name, key in zip(RULES, KEYS, strict=True):
        best = min(map(key, left))
        left = [row for row in left if key(row) == best]
        if len({row["situation"] for row in left}) == 1:
            return left[0]["situation"], name
    raise AssertionError


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(ANSWERS, min_size=1, max_size=5))
def test_it_agrees_with_a_naive_elimination(rows):
    person, decisions = settled(*rows)
    situation, rule = naive(rows)
    assert person["situation"] == situation
    assert decisions.get("situation") == rule
