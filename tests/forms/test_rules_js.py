"""The page's rule interpreter, in Chromium, gives Python's verdicts on random records."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

import pytest

from denombrement.forms.page_definition import page_definition
from denombrement.forms.page_script import web_text
from denombrement.forms.script_compaction import compact
from denombrement.survey.questionnaire import options, questions
from denombrement.survey.rules import RuleContext, compile_expression, findings, load_rules, parse

pytestmark = pytest.mark.browser
NIGHT = date(2026, 10, 22)
CONTEXT = RuleContext(NIGHT)
RECORDS = 1_500
VERDICTS = """({records, rules, dates}) => records.map((record) => ({
  asked: Object.keys(rules.asked).filter((code) => holds(rules.asked[code], record, dates)),
  failed: findings(record, rules.checks, dates).map(({check, child}) => [check.code, child]),
}))"""


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.set_content("<!doctype html><title>rules</title>")
    # The module as it stands in the page: compacted.
    page.add_script_tag(content=compact(re.sub("^export ", "", web_text("rules.js"), flags=re.MULTILINE)))
    yield page
    page.close()


def random_answer(question, rng):
    if rng.random() < 0.25:
        return None
    match question.kind:
        case "choice":
            return rng.choice(options(question.options))
        case "choices":
            return rng.sample(options(question.options), rng.randint(0, 3))
        case "commune":
            return rng.choice(["81001", "outside", "dont_know"])
        case "date":
            return CONTEXT.one_month_after + timedelta(days=rng.randint(-40, 3))
        case "integer":
            return rng.choice([rng.randint(0, 130), rng.randint(1990, 2030), 17, 18, 25, 26])
        case "children":
            return [random_record("child", rng) for _ in range(rng.randint(0, 3))]


def random_record(of, rng):
    record = {each.code: random_answer(each, rng) for each in questions(of)}
    return {code: answer for code, answer in record.items() if answer is not None or rng.random() < 0.5}


def as_json(value):
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    return [as_json(part) for part in value] if isinstance(value, list) else value


def test_javascript_and_python_agree_on_random_records(page, count):
    rng = random.Random(20261022)
    records = [random_record("declaration", rng) for _ in range(RECORDS)]
    definition = page_definition(count.campaign, count.tables)
    made = page.evaluate(
        VERDICTS,
        {
            "records": [as_json(each) for each in records],
            "rules": definition["rules"],
            "dates": definition["dates"],
        },
    )
    book = load_rules()
    asked = {code: compile_expression(rule, CONTEXT) for code, rule in book.asked.items()}
    seen = set()
    for record, verdict in zip(records, made, strict=True):
        own, children = findings(record, book, CONTEXT)
        expected = [(check.code, None) for check in own] + [(check.code, rank) for rank, check in children]
        seen |= {code for code, _ in expected}
        assert sorted(map(str, verdict["failed"])) == sorted(str([code, rank]) for code, rank in expected)
        assert verdict["asked"] == [code for code, holds in asked.items() if holds(record)]
    assert seen == {check.code for check in book.checks}  # every rule was true of some record


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize("left", [None, 1, 2])
@pytest.mark.parametrize("right", [None, 1, 2])
def test_a_comparison_with_a_missing_side_is_false_in_both(page, operator, left, right):
    tree = {operator: [{"field": "a"}, {"field": "b"}]}
    record = {name: value for name, value in (("a", left), ("b", right)) if value is not None}
    for each in (tree, {"not": tree}):
        ours = page.evaluate("({tree, record}) => holds(tree, record, {})", {"tree": each, "record": record})
        assert ours == compile_expression(parse(each), CONTEXT)(record)


def test_an_unknown_operator_is_an_error_not_a_verdict(page):
    with pytest.raises(Exception, match="no operator"):
        page.evaluate('() => holds({like: [{field: "a"}, {value: 1}]}, {}, {})')
    with pytest.raises(Exception, match="no operand"):
        page.evaluate('() => holds({eq: [{colour: "a"}, {value: 1}]}, {}, {})')
