"""The rules as XPath, judged by JavaRosa (the engine of ODK Collect and ODK Validate), give Python's verdicts."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from denombrement.forms.expressions import xpath_expression
from denombrement.survey.questionnaire import questions
from denombrement.survey.rules import parse

RECORDS = 1_000
TYPES = {"integer": "integer", "date": "date"}


def survey(engines, of):
    rows = [
        {"type": TYPES.get(each.kind, "text"), "name": each.code, "label": each.code}
        for each in questions(of)
        if each.kind != "children"
    ]
    for name, (about, tree) in engines.expressions.items():
        if about == of:
            truth = f"if({xpath_expression(tree, engines.context)}, 'true', 'false')"
            rows.append({"type": "calculate", "name": name, "calculation": truth})
    return rows


@pytest.fixture(scope="module")
def xform(engines):
    begin, end = {"type": "begin repeat", "name": "children", "label": "children"}, {"type": "end repeat"}
    own = survey(engines, "declaration")
    cut = next(place for place, row in enumerate(own) if row["type"] == "calculate")
    rows = [*own[:cut], begin, *survey(engines, "child"), end, *own[cut:]]
    return engines.xform_of({"survey": rows, "settings": [{"form_id": "rules", "version": "1"}]})


def as_text(value):
    return " ".join(value) if isinstance(value, list) else str(value)


def elements(record, codes):
    return "".join(f"<{code}>{escape(as_text(record.get(code, '')))}</{code}>" for code in codes)


def instance(record, engines):
    def calculated(of):
        return "".join(f"<{name}/>" for name, (about, _) in engines.expressions.items() if about == of)

    own = [each.code for each in questions("declaration") if each.kind != "children"]
    of_child = [each.code for each in questions("child")]
    children = "".join(
        f"<children>{elements(child, of_child)}{calculated('child')}</children>"
        for child in record.get("children", ())
    )
    return (
        f'<data id="rules" version="1">{elements(record, own)}{children}{calculated("declaration")}'
        "<meta><instanceID/></meta></data>"
    )


def verdicts(tree, engines):
    children = tree.findall("children")
    return {
        name: tree.findtext(name) == "true"
        if of == "declaration"
        else tuple(child.findtext(name) == "true" for child in children)
        for name, (of, _) in engines.expressions.items()
    }


def test_odk_and_python_agree_on_random_records(engines, xform, tmp_path):
    records = engines.random_records(RECORDS)
    made = engines.evaluate(xform, [instance(each, engines) for each in records], tmp_path)
    expected = engines.expected(records)
    seen = set()
    for (_, tree), wanted in zip(made, expected, strict=True):
        assert verdicts(tree, engines) == wanted
        seen |= {name for name, truth in wanted.items() if truth and (truth is True or any(truth))}
    # Each rule was true of some record, or the agreement says little.
    assert seen == set(engines.expressions)


def test_a_constraint_reads_its_own_question_as_the_new_value(engines):
    tree = parse({"gt": [{"field": "leaving_date"}, {"param": "night"}]})
    written = xpath_expression(tree, engines.context, lambda code: "." if code == "leaving_date" else code)
    assert written == "(. != '' and decimal-date-time(.) > decimal-date-time('2026-10-22'))"
