"""Not asked is not unknown: the questionnaire's conditions decide."""

from datetime import date
from itertools import product

import duckdb
import pandas as pd
import pytest

from denombrement.counts.asked import NOT_ASKED, condition_of, contradictions, deciding_question, was_asked
from denombrement.counts.campaign_count import count_campaign
from denombrement.counts.dimensions import hierarchy, question_codes
from denombrement.errors import UsageProblem
from denombrement.intake.batches import typed_answers
from denombrement.survey.questionnaire import options, question, questions
from denombrement.survey.rules import RuleContext, load_rules
from denombrement.survey.rules.sql import sql_expression

NIGHT = date(2023, 10, 19)
COLUMNS = [each.code for each in questions("declaration") if each.kind != "children"]
CONDITIONED = [code for code in load_rules().asked if question(code).kind == "choice"]
TIED = [code for code in CONDITIONED if deciding_question(code)]


def persons(*answers):
    return pd.DataFrame(answers, columns=COLUMNS, index=range(7, 7 + len(answers)))


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"nationality": "belgian"}, "not_asked"),
        ({"nationality": "non_eu"}, "unknown"),
        ({"nationality": "eu", "residence_status": "dont_know"}, "unknown"),
        ({"nationality": "eu", "residence_status": "permanent"}, "permanent"),
        ({"nationality": "dont_know"}, "unknown"),
        ({}, "unknown"),
        ({"residence_status": "none"}, "none"),
        # Two declarations of one person disagree: the nationality believed decides.
        ({"nationality": "belgian", "residence_status": "temporary"}, "not_asked"),
    ],
)
def test_a_belgian_is_not_asked_and_somebody_else_without_answer_is_unknown(answers, code):
    assert question_codes(persons(answers), "residence_status", NIGHT).tolist() == [code]


def test_who_was_asked_keeps_the_rows_of_the_persons_and_everybody_is_where_there_is_no_condition():
    found = persons({"nationality": "belgian"}, {"nationality": "eu"})
    assert was_asked(found, "residence_status", NIGHT).to_dict() == {7: False, 8: True}
    assert was_asked(found, "nationality", NIGHT).to_dict() == {7: True, 8: True}
    assert question_codes(found, "duration", NIGHT).tolist() == ["unknown", "unknown"]


def test_the_row_exists_for_every_question_with_a_condition_and_for_no_other():
    assert "residence_status" in CONDITIONED
    for each in questions("declaration"):
        if each.kind == "choice" and each.code != "situation":
            leaves = hierarchy(each.code, NIGHT).leaves
            assert (NOT_ASKED in leaves) is (each.code in load_rules().asked)
            assert "unknown" in leaves


def test_an_unknown_question_is_refused():
    assert condition_of("favourite_colour") is None
    with pytest.raises(UsageProblem, match="CNT910"):
        hierarchy("favourite_colour", NIGHT)


@pytest.mark.parametrize("code", CONDITIONED)
def test_conditions_say_the_same_as_in_the_database(code):
    """The forms' own evaluator and SQL agree, whatever was answered, blanks included."""
    every = persons(
        *(
            {"situation": situation, "nationality": nationality, "age_years": age, "household": household}
            for situation, nationality, age, household in product(
                options("situation"),
                (*options("nationality"), None),
                (None, 40),
                (*options("household"), None),
            )
        )
    )
    connection = duckdb.connect()
    connection.register("persons", typed_answers(every.assign(rank_of_row=range(len(every)))))
    sql = sql_expression(condition_of(code), RuleContext(NIGHT))
    told = connection.execute(f"SELECT coalesce({sql}, false) FROM persons ORDER BY rank_of_row").fetchall()
    connection.close()
    assert was_asked(every, code, NIGHT).tolist() == [asked for (asked,) in told]


def deciding_tree(code):
    """The tree of what decides, and each of its codes with the answers that fall under it."""
    decided = deciding_question(code)
    tree = hierarchy(decided, NIGHT)
    answers = {leaf: [leaf] for leaf in tree.leaves}
    answers["unknown"] = [None, "dont_know"]
    if decided == "situation":
        answers["unknown"] += ["unknown", "not_homeless"]
    return decided, tree, answers


@pytest.mark.parametrize("code", TIED)
def test_nobody_falls_where_the_conditions_say_that_nobody_can(code):
    decided, tree, answers = deciding_tree(code)
    ruled_out = {
        (each[decided], each[code]) for each in contradictions(code, hierarchy(code, NIGHT), tree, NIGHT)
    }
    every = [
        (leaf, {decided: one, code: said})
        for leaf, given in answers.items()
        for one, said in product(given, (*options(question(code).options), None))
    ]
    codes = question_codes(persons(*(given for _, given in every)), code, NIGHT)
    reached = {(leaf, found) for (leaf, _), found in zip(every, codes, strict=True)}
    assert ruled_out
    assert not ruled_out & reached
    assert ruled_out | reached == set(product(tree.leaves, hierarchy(code, NIGHT).leaves))


def test_a_question_for_everybody_contradicts_nothing():
    tree = hierarchy("duration", NIGHT)
    assert list(contradictions("duration", tree, hierarchy("nationality", NIGHT), NIGHT)) == []
    assert deciding_question("eviction_date") is None, "two answers decide together"
    assert deciding_question("age_class") is None, "no list of answers decides"


def test_the_count_keeps_both_apart_and_still_adds_up(desk):
    said = [
        {"nationality": "belgian"},
        {"nationality": "belgian", "residence_status": "belgian"},
        {"nationality": "non_eu", "residence_status": "dont_know"},
        {"nationality": "eu"},
        {"nationality": "eu", "residence_status": "permanent"},
        {},
    ]
    records = [
        desk.declaration(str(rank), "ABCDEF"[rank], birth_country=None, **answers)
        for rank, answers in enumerate(said)
    ]
    with desk.store() as store:
        desk.take(store, ("a", desk.sealed(declarations=records)))
        table = count_campaign(store, desk.campaign, desk.services).counted.table(["residence_status"])
    found = {code: table.cell(residence_status=code) for code in ("not_asked", "unknown", "permanent")}
    assert found == {"not_asked": 2, "unknown": 3, "permanent": 1}
    assert table.cell() == 6
