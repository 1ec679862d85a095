"""The paper form: one tagged sheet that says in words what to skip, and that a photocopier does not spoil."""

from __future__ import annotations

import re
import subprocess
from datetime import date

import pytest

from denombrement.campaign import Campaign, Service
from denombrement.errors import UsageProblem
from denombrement.forms.media import media_questions, medium_text
from denombrement.forms.media.code_form import CodeForm
from denombrement.forms.paper import paper
from denombrement.forms.paper.routing import Routing, has_letters, option_letter
from denombrement.survey.questionnaire import LANGUAGES, label, option_label, options, question
from denombrement.survey.rules import fields_of, load_rules, parse

CAMPAIGN = Campaign(
    id="luxembourg-2026-abc123", name="Dénombrement Luxembourg 2026", night=date(2026, 10, 22)
)
SERVICE = Service("cpas-arlon", "CPAS d’Arlon", "cpas", "81001", "invited")


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    files = {}
    for language in LANGUAGES:
        files[language] = folder / f"{language}.pdf"
        files[language].write_bytes(paper(CAMPAIGN, language=language))
    return files


def facts(file):
    lines = run("pdfinfo", file).splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def words(text):
    """Without hyphens at line ends, case and spaces, which the lay-out decides."""
    return re.sub(r"[\s\u00ad\u00a0\u202f-]+", "", text).casefold()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_tagged_sheet_of_two_sides(sheets, language):
    about = {name: value.strip() for name, value in facts(sheets[language]).items()}
    assert about["Pages"] == "2"
    assert about["Tagged"] == "yes"
    assert about["Page size"].endswith("(A4)")
    assert about["Title"].startswith(medium_text("paper_title", language))
    assert "CreationDate" not in about


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_asks_every_question_with_every_answer(sheets, language):
    printed = words(run("pdftotext", "-raw", sheets[language], "-"))
    for of in ("declaration", "child"):
        for each in media_questions(of):
            assert words(label("question", each.code, language).text) in printed
            for code in options(each.options) if each.options else ():
                assert words(option_label(each.options, code, language)) in printed


def test_letters_are_large_and_black(sheets):
    for file in sheets.values():
        sizes = [
            float(size)
            for size in re.findall(r'size="([0-9.]+)"', run("pdftohtml", "-xml", "-stdout", "-i", file))
        ]
        colours = set(re.findall(r'color="(#[0-9a-f]+)"', run("pdftohtml", "-xml", "-stdout", "-i", file)))
        # pdftohtml gives pixels at 108 dots an inch: 11 of them are 7.5 points.
        assert min(sizes) >= 11
        assert colours == {"#000000"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_routing_rule_has_words(language):
    numbers = {each.code: number for number, each in enumerate(media_questions("declaration"), 1)}
    routing = Routing(language, numbers)
    for code, rule in load_rules().asked.items():
        said = routing.only_if(rule)
        for field in fields_of(rule):
            assert re.search(rf"\b{numbers[field]}\b", said)
            # One is sent on, never back.
            assert numbers[field] < numbers[code]


def test_routing_reads_as_a_sentence():
    routing = Routing(
        "fr", {each.code: number for number, each in enumerate(media_questions("declaration"), 1)}
    )
    said = {code: routing.only_if(rule) for code, rule in load_rules().asked.items()}
    assert said["leaving_when"] == "Seulement si la réponse 2 est g ou h."
    assert said["age_class"] == "Seulement si la question 17 reste sans réponse."
    assert said["situation_source"] == "Seulement si la question 2 a une réponse."
    assert said["residence_status"] == "Seulement si la réponse 19 n’est pas «\u202fBelge\u202f»."
    assert option_letter("situation", "EL4.7") == "g"
    assert has_letters("situation")
    assert not has_letters("place_detail")


@pytest.mark.parametrize(
    "rule",
    [
        {"or": [{"empty": {"field": "sex"}}, {"empty": {"field": "age_years"}}]},
        {"gt": [{"field": "age_years"}, {"value": 17}]},
    ],
)
def test_a_rule_without_words_is_refused(rule):
    with pytest.raises(UsageProblem, match="FRM504"):
        Routing("fr", {"sex": 1, "age_years": 2}).only_if(parse(rule))


def test_the_service_and_the_form_of_the_code_are_printed(tmp_path):
    file = tmp_path / "one.pdf"
    file.write_bytes(paper(CAMPAIGN, service=SERVICE, code_form=CodeForm(given_letters=3, family_letters=4)))
    printed = words(run("pdftotext", "-raw", file, "-"))
    assert words(SERVICE.name) in printed
    assert words(medium_text("paper_given", "fr", number=3)) in printed
    assert words(medium_text("paper_family", "fr", number=4)) in printed


def test_a_name_full_of_signs_is_printed_as_it_is(tmp_path):
    name = '#panic("x") *gras* $x$ [a] "b" \\ <c>'
    file = tmp_path / "odd.pdf"
    file.write_bytes(paper(CAMPAIGN.model_copy(update={"name": name})))
    assert words(name) in words(run("pdftotext", "-raw", file, "-"))


def test_the_same_campaign_gives_the_same_bytes():
    assert paper(CAMPAIGN) == paper(CAMPAIGN)


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageProblem):
        paper(CAMPAIGN, language="lb")


def test_the_questions_are_numbered_as_the_questionnaire_orders_them():
    assert question("situation") == media_questions("declaration")[1]
