"""The XLSForm: valid for pyxform, ODK Validate and our own checks; it stops and warns where the rules say so."""

from __future__ import annotations

import copy
import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from pyxform.xls2xform import convert

from denombrement.campaign import Campaign, Service
from denombrement.dedup.codes import Recipe
from denombrement.dedup.codes.mnemonic import mnemonic_parts
from denombrement.errors import UsageProblem
from denombrement.forms.media import medium_text
from denombrement.forms.media.code_form import CodeForm
from denombrement.forms.xlsform import xlsform, xlsform_problems, xlsform_sheets
from denombrement.forms.xlsform.build import choice_name
from denombrement.survey.questionnaire import LANGUAGES, question
from denombrement.survey.rules import compile_expression, findings, load_rules

NIGHT = date(2026, 10, 22)
CAMPAIGN = Campaign(id="luxembourg-2026-abc123", name="Dénombrement Luxembourg 2026", night=NIGHT)
SERVICES = [
    Service("cpas-arlon", "CPAS d’Arlon", "cpas", "81001", "invited"),
    Service("abri-arlon", "Abri", "night_shelter", "81001", "promised"),
]
RECORDS = 300
XFORMS = "{http://www.w3.org/2002/xforms}"
CODE = "JE-BER-14031987-M"


@pytest.fixture(scope="module")
def sheets():
    return xlsform_sheets(CAMPAIGN, services=SERVICES)


@pytest.fixture(scope="module")
def xform(engines, sheets):
    return engines.xform_of(sheets)


def blank_instance(xform):
    """The form's empty record, and the empty row of its repeat."""
    (instance,) = [each for each in ET.fromstring(xform).iter(f"{XFORMS}instance") if each.get("id") is None]
    root = copy.deepcopy(instance[0])
    for element in root.iter():
        element.tag = element.tag.split("}")[1]
        element.attrib = {name: value for name, value in element.attrib.items() if not name.startswith("{")}
    (household,) = root.iter("page_household")
    rows = household.findall("children")
    for row in rows:
        household.remove(row)
    return root, rows[0], list(household).index(household.find("check_children_missing"))


def written(code, answer):
    if isinstance(answer, list):
        return " ".join(answer)
    return choice_name("commune" if question(code).kind == "commune" else "", str(answer))


def filled(blank, record, service="cpas-arlon"):
    root, row, place = copy.deepcopy(blank)
    known = {"identity_status": "coded", "opaque_code": CODE, "service": service}
    by_name = {element.tag: element for element in root.iter()}
    for code, answer in record.items():
        if code != "children" and answer not in (None, []):
            by_name[code].text = written(code, answer)
    for name, text in known.items():
        by_name[name].text = text
    for child in reversed(record.get("children", [])):
        made = copy.deepcopy(row)
        for code, answer in child.items():
            made.find(code).text = written(code, answer)
        by_name["page_household"].insert(place, made)
    return ET.tostring(root, encoding="unicode")


def as_asked(record, context):
    """The record without answers to questions that the form does not ask then."""
    rules = {code: compile_expression(rule, context) for code, rule in load_rules().asked.items()}
    kept = {code: answer for code, answer in record.items() if code != "overrule_reason"}
    while True:
        answered = {code: answer for code, answer in kept.items() if rules.get(code, lambda _: True)(kept)}
        if answered == kept:
            return answered
        kept = answered


@pytest.fixture(scope="module")
def judged(engines, xform, tmp_path_factory):
    """Random records as asked, and what ODK's engine makes of each."""
    records = [as_asked(each, CAMPAIGN.rule_context) for each in engines.random_records(RECORDS, seed=7)]
    records += [tidy(each) for each in records[:60]]
    before = NIGHT - timedelta(days=1)
    known = {"sex": "x", "age_years": 30}
    records += [
        {**known, "situation": "EL4.8", "leaving_when": "within_one_month", "leaving_date": before},
        {**known, "situation": "BE7", "eviction_when": "within_one_month", "eviction_date": before},
    ]
    blank = blank_instance(xform)
    made = engines.evaluate(xform, [filled(blank, each) for each in records], tmp_path_factory.mktemp("odk"))
    return list(zip(records, made, strict=True))


def tidy(record):
    """A record that fails less often: what random answers seldom give."""
    kept = {
        code: answer for code, answer in record.items() if question(code).kind not in {"choices", "children"}
    }
    kept |= {
        "situation": "EL3.4",
        "sex": "woman",
        "age_years": 30,
        "household": "alone",
        "has_children": "no",
    }
    gone = {"age_class", "residence_status", "household_number", "place_detail", "night_precision"}
    kept = {code: answer for code, answer in kept.items() if code not in gone}
    return as_asked(kept, CAMPAIGN.rule_context)


def test_pyxform_and_odk_validate_accept_it():
    for services in ([], SERVICES[:1], SERVICES):
        made = convert(xlsform=xlsform(CAMPAIGN, services=services), validate=True)
        assert made.warnings == []


def test_odk_stops_where_python_finds_an_error_and_nowhere_else(judged):
    outcomes = set()
    for record, (verdict, _) in judged:
        own, children = findings(record, load_rules(), CAMPAIGN.rule_context)
        errors = [check for check in [*own, *(each for _, each in children)] if check.level == "error"]
        assert (verdict == "valid") == (not errors)
        outcomes |= {check.code for check in errors} or {"valid"}
    assert "valid" in outcomes
    # What the form itself makes impossible: a class beside an age, children where there are none.
    impossible = {"age_contradicts_class", "children_unexpected", "belgian_with_permit"}
    assert outcomes >= {check.code for check in load_rules().checks if check.level == "error"} - impossible


def test_odk_shows_the_warnings_that_python_finds(judged):
    warnings = {check.code for check in load_rules().checks if check.level == "warning"}
    seen = set()
    for record, (_, tree) in judged:
        shown = {
            element.tag.removeprefix("check_") for element in tree.iter() if element.tag.startswith("check_")
        }
        own, _ = findings(record, load_rules(), CAMPAIGN.rule_context)
        expected = {check.code for check in own}
        assert shown & warnings == expected & warnings
        seen |= shown & warnings
    assert len(seen) >= len(warnings) - 1


def test_only_the_questions_that_are_asked_are_kept(judged):
    for record, (_, tree) in judged[:50]:
        answers = {element.tag: element.text for element in tree.iter() if len(element) == 0 and element.text}
        for code, answer in record.items():
            if code != "children" and answer:
                assert answers[code] == written(code, answer)


def test_texts_are_in_the_campaigns_languages_alone():
    two = CAMPAIGN.model_copy(update={"languages": ("de", "fr")})
    made = xlsform_sheets(two)
    columns = {column for row in made["survey"] for column in row if "::" in column}
    assert {column.split("::")[1] for column in columns} == {"Deutsch (de)", "Français (fr)"}
    assert made["settings"][0]["default_language"] == "Deutsch (de)"
    assert convert(xlsform=xlsform(two), validate=False).warnings == []


def test_choices_are_words_and_names_are_unique(sheets):
    assert "be81001" in {row["name"] for row in sheets["choices"]}
    assert xlsform_problems(sheets, LANGUAGES) == []


def test_the_code_is_the_recipes_mnemonic_unless_codes_are_made_elsewhere():
    def question_of(sheets):
        (row,) = [each for each in sheets["survey"] if each.get("name") == "opaque_code"]
        return row

    own = question_of(xlsform_sheets(CAMPAIGN, code_form=CodeForm(1, 4)))
    assert own["hint::Français (fr)"] == medium_text(
        "how_code", "fr", example="J-BERB-14031987-M", given=1, family=4
    )
    other = question_of(xlsform_sheets(CAMPAIGN, code_form=None))
    assert other["hint::Français (fr)"] == medium_text("code_hint", "fr")
    assert "{4,128}" in other["constraint"]
    assert convert(xlsform=xlsform(CAMPAIGN, code_form=None), validate=False).warnings == []


def test_an_encrypted_form_bears_the_key():
    settings = xlsform_sheets(CAMPAIGN, public_key="MIIB", submission_url="https://odk.example")["settings"][
        0
    ]
    assert settings["public_key"] == "MIIB"
    assert settings["submission_url"] == "https://odk.example"
    assert "public_key" not in xlsform_sheets(CAMPAIGN)["settings"][0]


def test_no_question_asks_for_a_name_or_a_place_on_a_map(sheets):
    kinds = {row["type"].split()[0] for row in sheets["survey"]}
    assert kinds <= {
        "begin", "end", "note", "select_one", "select_multiple", "integer", "date", "text", "calculate",
    }  # fmt: skip
    assert [row["name"] for row in sheets["survey"] if row["type"] == "text"] == ["opaque_code"]


def spoilt(sheets, sheet, name, cells):
    made = copy.deepcopy(sheets)
    row = next(each for each in made[sheet] if each.get("name") == name)
    row.update(cells)
    return made


@pytest.mark.parametrize(
    ("kind", "sheet", "name", "cells"),
    [
        ("function", "survey", "age_class", {"relevant": "agee(${age_years})"}),
        ("choice", "survey", "age_class", {"relevant": "${sex} = 'female'"}),
        ("choice", "survey", "income", {"constraint": "not(selected(., 'salary'))"}),
        ("choice", "survey", "health", {"relevant": "selected(${income}, 'salary')"}),
        ("question", "survey", "age_class", {"relevant": "${agee} = ''"}),
        ("name", "survey", "age_class", {"name": "age_years"}),
        ("number", "choices", "woman", {"name": "1"}),
        ("translation", "survey", "sex", {"label::Deutsch (de)": ""}),
        ("translation", "survey", "situation", {"hint::Nederlands (nl)": ""}),
        ("translation", "choices", "woman", {"label::English (en)": ""}),
    ],
)
def test_what_the_other_tools_let_through_is_found(sheets, kind, sheet, name, cells):
    problems = xlsform_problems(spoilt(sheets, sheet, name, cells), LANGUAGES)
    assert kind in {each.kind for each in problems}
    assert all(re.fullmatch(r"(survey|choices), l\. \d+(, [a-z_]+)?", each.place) for each in problems)


def test_a_form_that_would_not_work_is_not_made(monkeypatch):
    from denombrement.forms.xlsform import checks

    monkeypatch.setattr(checks, "known_functions", lambda: frozenset({"not"}))
    with pytest.raises(UsageProblem, match="FRM503"):
        xlsform(CAMPAIGN)


def test_a_word_in_quotes_is_no_function(sheets):
    # « and ( » inside a text is text.
    made = spoilt(sheets, "survey", "age_class", {"constraint": "regex(., 'frob(x)')"})
    assert xlsform_problems(made, LANGUAGES) == []


def test_the_form_of_the_code_is_that_of_the_recipes_mnemonic():
    recipe = Recipe.load(CAMPAIGN.recipe)
    form = CodeForm(*(len(recipe.parts[name].positions) for name in recipe.mnemonic.letters))
    assert form == CodeForm()
    assert mnemonic_parts(form.example, recipe)
    assert sum(form.boxes) == len(form.example.replace("-", ""))
    for code in (form.example, form.example.lower(), form.example.replace("-", ""), "00-000-00000000-0"):
        assert re.fullmatch(form.pattern, code)
    for wrong in ("Marie Dupont", "JE-BER-1403198-M", "JE-BER-14031987-Q", "J1-BER-14031987-M"):
        assert not re.fullmatch(form.pattern, wrong)


def test_another_content_is_another_version():
    def version(campaign):
        return xlsform_sheets(campaign)["settings"][0]["version"]

    assert version(CAMPAIGN) == version(CAMPAIGN)
    assert version(CAMPAIGN) != version(CAMPAIGN.model_copy(update={"night": NIGHT + timedelta(days=1)}))
    assert version(CAMPAIGN) != version(CAMPAIGN.model_copy(update={"languages": ("fr",)}))
    assert re.fullmatch(r"20261022-[0-9a-f]{8}", version(CAMPAIGN))


def test_the_same_campaign_gives_the_same_bytes():
    assert xlsform(CAMPAIGN) == xlsform(CAMPAIGN)
