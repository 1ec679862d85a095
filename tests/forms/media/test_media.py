"""The media's own words: complete in four languages, typeset as each language wants, and never about a name."""

from __future__ import annotations

import csv
import re
import string
from datetime import date
from importlib import resources

import pytest

from denombrement.campaign import Campaign
from denombrement.errors import UsageProblem
from denombrement.forms.media import hint_text, media_questions, medium_text
from denombrement.survey.questionnaire import LANGUAGES, label, question, questions

TEXTS = list(
    csv.DictReader(
        (resources.files("denombrement.forms.media") / "texts.csv").read_text("utf-8").splitlines()
    )
)


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("row", TEXTS, ids=[row["key"] for row in TEXTS])
def test_every_text_is_there_in_four_languages_with_the_same_blanks(row):
    assert all(row[language].strip() for language in LANGUAGES)
    assert {frozenset(fields(row[language])) for language in LANGUAGES} == {frozenset(fields(row["fr"]))}


def test_french_signs_have_their_narrow_spaces():
    for row in TEXTS:
        assert not re.search(r"(?<![\u202f\u00a0])[;?!»]", row["fr"])
        assert not re.search(r"«(?!\u202f)", row["fr"])
        assert " :" not in row["fr"]


def test_no_text_uses_straight_quotes():
    assert not [row["key"] for row in TEXTS if re.search(r"['\"]", "".join(row.values()))]


def test_keys_are_unique():
    assert len({row["key"] for row in TEXTS}) == len(TEXTS)


def test_all_questions_are_asked_but_the_one_that_needs_the_pages_tree():
    asked = {each.code for of in ("declaration", "child") for each in media_questions(of)}
    assert {each.code for each in questions()} - asked == {"overrule_reason"}


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageProblem, match="FRM501"):
        medium_text("check", "lb")


@pytest.mark.parametrize(
    ("territory", "named"),
    [
        (
            "80000",
            (
                "la province de Luxembourg",
                "de provincie Luxemburg",
                "die Provinz Luxemburg",
                "province of Lux",
            ),
        ),
        ("81000", ("Arlon", "Aarlen", "Arlon", "Arlon")),
    ],
)
def test_the_territory_is_named_beside_the_question_about_it(territory, named):
    campaign = Campaign(id="essai-2026-000000", name="Essai", night=date(2026, 10, 22), territory=territory)
    for language, name in zip(LANGUAGES, named, strict=True):
        assert name in hint_text(question("territory_link"), campaign, language)
        other = question("case_number")
        assert hint_text(other, campaign, language) == label("question", other.code, language).hint
