"""The questionnaire as data: complete in four languages, with codes that survive every medium."""

import re

import pytest

from denombrement.errors import UsageProblem
from denombrement.reference import living_situations
from denombrement.survey.contract import undocumented_fields
from denombrement.survey.questionnaire import (
    LANGUAGES,
    label,
    option_label,
    option_lists,
    options,
    question,
    questions,
    sections,
)
from denombrement.survey.record import Child, Declaration


def test_every_question_has_a_text_in_every_language():
    for each in questions():
        for language in LANGUAGES:
            assert label("question", each.code, language).text.strip()


def test_every_option_has_a_text_in_every_language_and_none_is_used_twice_in_a_list():
    for name in option_lists():
        for language in LANGUAGES:
            texts = [option_label(name, code, language) for code in options(name)]
            assert len(set(texts)) == len(texts)


def test_every_section_has_a_title_in_every_language():
    for section in sections():
        assert all(label("section", section, language).text for language in LANGUAGES)


def test_codes_are_words_so_that_no_spreadsheet_takes_them_for_numbers():
    for name in option_lists():
        for code in options(name):
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", code), (name, code)


def test_question_codes_differ_also_between_adults_and_children():
    codes = [each.code for each in questions()]
    assert len(set(codes)) == len(codes)


def test_the_situations_are_those_of_ethos_light_and_one_for_nobody_homeless():
    assert list(options("situation")) == [each.code for each in living_situations()] + ["not_homeless"]


FACTS_AND_ROUTES = {"situation", "outside_reason", "overrule_reason"}


def test_dont_know_is_an_answer_to_every_question_of_fact():
    for each in questions():
        if each.kind in {"choice", "choices", "commune"} and each.code not in FACTS_AND_ROUTES:
            assert "dont_know" in options(each.options), each.code
    assert "unknown" in options("situation")


def test_the_record_and_the_questionnaire_name_the_same_variables():
    assert undocumented_fields() == []
    for each in questions("declaration"):
        assert each.code in Declaration.model_fields
    for each in questions("child"):
        assert each.code in Child.model_fields


def test_unknown_codes_raise():
    with pytest.raises(UsageProblem, match="SUR001"):
        question("favourite_colour")
    with pytest.raises(UsageProblem, match="SUR002"):
        options("colours")
    with pytest.raises(UsageProblem, match="SUR003"):
        label("question", "sex", "it")


def test_french_texts_use_french_typography():
    for each in questions():
        text = label("question", each.code, "fr").text
        assert "'" not in text
        assert not re.search(r"(?<![  ])[?!;]", text), text
