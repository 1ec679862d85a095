"""Categories, living situations and their labels in four languages."""

from __future__ import annotations

from itertools import product

import pytest

from denombrement.errors import UsageProblem
from denombrement.reference import (
    LANGUAGES,
    categories,
    category,
    category_of,
    definition,
    label,
    label_entry,
    living_situation,
    living_situations,
    most_severe,
    origins,
)

CATEGORY_CODES = ["EL1", "EL2", "EL3", "EL4", "EL5", "EL6", "BE7", "unknown"]
SITUATION_CODES = [
    *("EL1.1", "EL2.2", "EL3.3", "EL3.4", "EL3.5", "EL3.6", "EL4.7", "EL4.8"),
    *("EL5.9", "EL5.10", "EL5.11", "EL6.12", "BE7", "unknown"),
]


def test_categories_come_from_the_most_severe_to_unknown():
    assert [each.code for each in categories()] == CATEGORY_CODES
    assert [each.severity for each in categories()] == [1, 2, 3, 4, 5, 6, 7, None]


def test_living_situations_come_in_the_order_of_the_typology():
    assert [each.code for each in living_situations()] == SITUATION_CODES
    assert [each.position for each in living_situations()] == list(range(1, 15))


def test_every_living_situation_carries_its_category_in_its_code():
    for each in living_situations():
        assert each.category == each.code.split(".", maxsplit=1)[0] == category_of(each.code)
        assert each.code in category(each.category).living_situations


def test_categories_hold_every_living_situation_once():
    assert [code for each in categories() for code in each.living_situations] == SITUATION_CODES


def test_hidden_homelessness_is_the_friends_the_caravans_and_the_threat_of_eviction():
    assert [each.code for each in categories() if each.hidden] == ["EL5", "EL6", "BE7"]
    assert category("unknown").hidden is None


def test_only_eviction_has_its_own_line_and_only_unknown_is_residual():
    assert [each.code for each in categories() if each.own_line] == ["BE7"]
    assert [each.code for each in categories() if each.residual] == ["unknown"]


def test_the_most_severe_category_wins_and_unknown_never_beats_a_known_one():
    assert most_severe(("EL6", "EL3", "unknown")) == "EL3"
    assert most_severe(("BE7", "unknown")) == "BE7"
    assert most_severe(("unknown",)) == "unknown"


@pytest.mark.parametrize("code", sorted(set(CATEGORY_CODES + SITUATION_CODES)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_label_a_definition_and_an_origin_in_every_language(code, language):
    entry = label_entry(code, language)
    assert entry.label == label(code, language) == entry.label.strip() != ""
    assert definition(code, language).endswith((".", "…."))
    assert entry.source in origins()


def test_labels_differ_within_a_language():
    for language in LANGUAGES:
        for codes in (CATEGORY_CODES, SITUATION_CODES):
            assert len({label(code, language) for code in codes}) == len(codes)


def test_german_labels_are_marked_as_our_own():
    assert {label_entry(code, "de").source for code in CATEGORY_CODES + SITUATION_CODES} == {"project"}


@pytest.mark.parametrize("wrong", ["EL7", "1", "el1", "", "E6.2", "EL1.2", "BE7.1"])
@pytest.mark.parametrize("call", [category, living_situation, category_of, label, definition])
def test_unknown_codes_raise(call, wrong):
    with pytest.raises(UsageProblem) as caught:
        call(wrong)
    assert caught.value.code == "REF001"


def test_a_category_is_not_a_living_situation_and_the_reverse():
    for call, code in product([living_situation], ["EL1"]):
        with pytest.raises(UsageProblem):
            call(code)
    with pytest.raises(UsageProblem):
        category("EL1.1")


def test_the_most_severe_of_nothing_raises():
    with pytest.raises(UsageProblem):
        most_severe(())
    with pytest.raises(UsageProblem):
        most_severe(("EL1", "EL9"))


def test_a_language_without_labels_raises():
    with pytest.raises(UsageProblem) as caught:
        label("EL1", "it")
    assert caught.value.code == "REF003"


def test_labels_are_those_of_the_facts(facts):
    for row in facts("ethos_light.csv"):
        assert label(row["code"], "fr").replace("’", "'") == row["label_fr"]
        assert label(row["code"], "nl") == row["label_nl"]
        assert label(row["code"], "en") == row["label_en"]
        assert category(row["code"]).hidden is {"yes": True, "no": False, "": None}[row["hidden_in_nl_page"]]
        expected = row["living_situations"].split() or [row["code"]]
        assert list(category(row["code"]).living_situations) == expected
