"""Rules as data: one tree, equal verdicts from Python and from the database."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import UsageProblem
from denombrement.intake.batches import children_table, declarations_table
from denombrement.survey.questionnaire import LANGUAGES, options, questions
from denombrement.survey.record import Child, Declaration, Identity
from denombrement.survey.rules import (
    RuleContext,
    compile_expression,
    fields_of,
    findings,
    load_rules,
    message,
    parse,
)
from denombrement.survey.rules.sql import sql_expression

NIGHT = date(2023, 10, 19)
CONTEXT = RuleContext(NIGHT)
A, B = {"field": "age_years"}, {"field": "household_number"}


def holds(node, **answers):
    return compile_expression(parse(node), CONTEXT)(answers)


def codes(**answers):
    own, children = findings(answers, load_rules(), CONTEXT)
    return {check.code for check in own} | {check.code for _, check in children}


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "le", "gt", "ge"])
def test_a_comparison_with_a_missing_operand_is_false(operator):
    assert not holds({operator: [A, {"value": 3}]})
    assert not holds({operator: [A, B]}, age_years=3)


def test_not_equal_is_not_the_denial_of_equal_where_the_answer_is_missing():
    assert holds({"not": {"eq": [A, {"value": 3}]}})
    assert not holds({"ne": [A, {"value": 3}]})


def test_empty_is_none_an_empty_text_or_an_empty_list():
    for nothing in (None, "", [], ()):
        assert holds({"empty": {"field": "income"}}, income=nothing)
    assert not holds({"empty": {"field": "income"}}, income=["work"])


def test_the_count_of_nothing_is_zero():
    assert holds({"eq": [{"count": {"field": "children"}}, {"value": 0}]})


def test_year_and_minus_compute_and_pass_on_what_is_missing():
    node = {"gt": [{"minus": [{"year": {"param": "night"}}, {"field": "birth_year"}]}, {"value": 18}]}
    assert holds(node, birth_year=2004)
    assert not holds(node, birth_year=2005)
    assert not holds(node)
    assert not holds({"eq": [{"year": {"field": "leaving_date"}}, {"value": 2023}]})


@pytest.mark.parametrize(
    "node",
    [
        {}, {"and": []}, {"xor": [A, B]}, {"eq": [A]}, {"eq": [A, {"value": True}]}, {"eq": [A, {"power": 2}]},
        {"has": [{"value": 1}, {"value": "x"}]}, {"empty": {"value": 1}}, {"not": "x"}, {"in": [A]},
    ],
)  # fmt: skip
def test_whatever_is_outside_the_grammar_is_refused(node):
    with pytest.raises(UsageProblem, match="SUR010"):
        parse(node)


def test_an_unknown_date_of_the_campaign_is_refused():
    with pytest.raises(UsageProblem, match="SUR011"):
        CONTEXT.value("christmas")


@pytest.mark.parametrize(
    ("night", "expected"),
    [((2023, 10, 19), (2023, 11, 19)), ((2024, 1, 31), (2024, 2, 29)), ((2023, 12, 31), (2024, 1, 31))],
)
def test_within_one_month_ends_on_the_same_day_of_the_next_month(night, expected):
    assert RuleContext(date(*night)).value("one_month_after") == date(*expected)


def test_the_tolerance_is_two_weeks():
    assert CONTEXT.two_weeks_before == date(2023, 10, 5)


def test_rules_only_look_at_questions_that_exist_and_have_a_message_in_every_language():
    known = {each.code for each in questions()}
    for check in load_rules().checks:
        assert set(fields_of(check.when)) <= known
        assert check.question in known
        assert all(message(check.code, language) for language in LANGUAGES)
    for code, when in load_rules().asked.items():
        assert code in known
        assert set(fields_of(when)) <= known
    with pytest.raises(UsageProblem, match="SUR003"):
        message("no_such_rule", "fr")


def test_every_constant_of_a_rule_is_an_option_of_its_question():
    known = {each.code: each for each in questions()}
    for check in load_rules().checks:
        for field, constant in constants(check.when):
            if known[field].options:
                assert constant in options(known[field].options), (check.code, field, constant)


def constants(expression):
    from denombrement.survey.rules import tree

    match expression:
        case tree.And(parts) | tree.Or(parts):
            for part in parts:
                yield from constants(part)
        case tree.Not(part):
            yield from constants(part)
        case tree.Compare(_, tree.Field(field), tree.Value(constant)) | tree.Has(tree.Field(field), constant):
            yield field, constant
        case tree.In(tree.Field(field), listed):
            yield from ((field, constant) for constant in listed)
        case _:
            return


def test_a_detainee_who_leaves_in_three_weeks_is_not_warned_of_and_one_in_five_weeks_is():
    inside = {
        "situation": "EL4.8",
        "leaving_when": "within_one_month",
        "leaving_date": NIGHT + timedelta(weeks=3),
    }
    assert not codes(**inside) & {"leaving_later", "leaving_date_too_late", "leaving_facts_missing"}
    assert "leaving_date_too_late" in codes(**{**inside, "leaving_date": NIGHT + timedelta(weeks=5)})
    assert "leaving_later" in codes(situation="EL4.8", leaving_when="later")


def test_only_situation_sex_and_age_are_compulsory():
    errors = {check.code for check in load_rules().checks if check.level == "error"}
    assert codes() & errors == {"situation_missing", "sex_missing", "age_missing"}
    assert codes(situation="EL6.12", sex="dont_know", age_class="dont_know") & errors == set()


def test_a_contradiction_among_several_answers_is_an_error():
    assert "health_contradiction" in codes(health=["none", "addiction"])
    assert "income_contradiction" in codes(income=["dont_know", "work"])
    assert "reasons_contradiction" not in codes(reasons=["eviction", "financial"])


def test_a_child_is_judged_with_its_place_in_the_list():
    _, children = findings(
        {"children": [{"link": "direct", "birth_year": 2015}, {"birth_year": 2000}]}, load_rules(), CONTEXT
    )
    assert {(rank, check.code) for rank, check in children} == {
        (1, "child_is_adult"),
        (1, "child_link_missing"),
    }


def answer(question):
    strategies = {
        "choice": lambda: st.sampled_from(options(question.options)),
        "choices": lambda: st.lists(st.sampled_from(options(question.options)), max_size=3, unique=True).map(
            tuple
        ),
        "commune": lambda: st.sampled_from(["81001", "85045", "outside", "dont_know"]),
        "integer": lambda: st.integers(question.minimum, min(question.maximum, question.minimum + 70)),
        "date": lambda: st.dates(NIGHT - timedelta(days=60), NIGHT + timedelta(days=60)),
    }
    return st.none() | strategies[question.kind]()


CHILDREN = st.lists(
    st.builds(Child, **{each.code: answer(each) for each in questions("child")}), max_size=3
).map(tuple)
DECLARATIONS = st.builds(
    Declaration,
    declaration_id=st.just("d1"),
    identity=st.just(Identity(status="refused")),
    children=CHILDREN,
    **{each.code: answer(each) for each in questions("declaration") if each.kind != "children"},
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(DECLARATIONS, min_size=40, max_size=40))
def test_the_database_and_python_give_the_same_verdicts_on_random_records(declarations):
    services = [f"s{rank}" for rank in range(len(declarations))]
    connection = duckdb.connect()
    connection.register("declarations", declarations_table(services, declarations))
    connection.register("children", children_table(services, declarations))
    for check in load_rules().checks:
        table, key = (
            ("declarations", "service")
            if check.of == "declaration"
            else ("children", "service || '/' || rank")
        )
        found = connection.execute(
            f"SELECT {key} FROM {table} WHERE {sql_expression(check.when, CONTEXT)}"
        ).fetchall()
        verdict = compile_expression(check.when, CONTEXT)
        if check.of == "declaration":
            expected = [s for s, d in zip(services, declarations, strict=True) if verdict(d.model_dump())]
        else:
            expected = [
                f"{s}/{rank}"
                for s, d in zip(services, declarations, strict=True)
                for rank, child in enumerate(d.children)
                if verdict(child.model_dump())
            ]
        assert sorted(key for (key,) in found) == sorted(expected), check.code
    connection.close()
