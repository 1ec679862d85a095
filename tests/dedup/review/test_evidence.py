"""Evidence in words, from real tokens: what agrees, nearly agrees, differs or is missing, and never a value."""

import pytest

from denombrement.dedup.campaign_links import declared_tokens
from denombrement.dedup.codes import Identity, Recipe, identity_tokens
from denombrement.dedup.linkage.settings import default_settings
from denombrement.dedup.review.evidence import Finding, compare
from denombrement.dedup.review.texts import LANGUAGES, finding_text, text, texts

SECRET = bytes(range(32))


def tokens(*, given="Anne", family="Dupont", year=1960, month=3, day=5, sex="woman"):
    made = identity_tokens(
        Identity(given, family, year, month, day, sex), SECRET, "essai", Recipe.load("denombrement-1")
    )
    return {"code": made.code, "opaque_code": None, **made.tokens, "sex": sex, "nationality": "BE"}


def found(part, one, other):
    return next((each.verdict, each.how) for each in compare(one, other) if each.part == part)


@pytest.mark.parametrize(("part", "change", "expected"), [
    ("given_name", {}, ("agrees", "exactly")),
    ("given_name", {"given": "Ann"}, ("near", "sound")),
    ("given_name", {"given": "Anouchka"}, ("near", "beginning")),
    ("given_name", {"given": "Zoé"}, ("differs", "")),
    ("given_name", {"given": None}, ("missing", "one_side")),
    ("given_name", {"given": "Marie-Anne"}, ("near", "word")),
    ("family_name", {"family": "Dupond"}, ("near", "sound")),
    ("family_name", {"family": "Beaumont"}, ("near", "end")),
    ("family_name", {"given": "Dupont", "family": "Anne"}, ("near", "swapped")),
    ("birth_year", {"year": 1970}, ("near", "digit")),
    ("birth_year", {"year": 1962}, ("near", "last_digit")),
    ("birth_year", {"year": 1985}, ("differs", "")),
    ("birth_month", {"month": 5, "day": 3}, ("near", "swapped")),
    ("birth_day", {"month": 5, "day": 3}, ("near", "swapped")),
    ("birth_month", {"month": 5}, ("differs", "")),
    ("birth_day", {"day": 15}, ("near", "digit")),
    ("birth_day", {"day": None}, ("missing", "one_side")),
    ("sex", {"sex": "man"}, ("differs", "")),
    ("commune", {}, ("missing", "both_sides")),
])  # fmt: skip
def test_each_part_is_compared_by_its_own_blurs(part, change, expected):
    assert found(part, tokens(), tokens(**change)) == expected
    assert found(part, tokens(**change), tokens()) == expected


def test_a_code_of_another_platform_is_compared_first():
    nobody = {"code": None, "sex": "man"}
    assert compare({**nobody, "opaque_code": "x"}, {**nobody, "opaque_code": "x"})[0] == Finding(
        "platform_code", "agrees", "exactly"
    )
    assert compare({**nobody, "opaque_code": "x"}, {**nobody, "opaque_code": "y"})[0].verdict == "differs"


def test_a_recipe_of_one_whole_code_is_compared_by_it():
    assert compare({"code": "x"}, {"code": "x"})[0] == Finding("code", "agrees", "exactly")
    assert compare({"code": "x"}, {"code": None})[0].part == "given_name"


def test_every_finding_has_words_in_four_languages_and_holds_no_token(store):
    rows = declared_tokens(store).to_dict("records")
    values = {value for row in rows for value in row.values() if isinstance(value, str) and len(value) > 16}
    for one in rows:
        for other in rows:
            for each in compare(one, other):
                for language in LANGUAGES:
                    words = finding_text(each, language) + text(f"part_{each.part}", language)
                    assert not any(value in words for value in values)


def test_every_text_is_in_four_languages():
    for key, entry in texts().items():
        assert tuple(entry) == LANGUAGES, key
        fields = {
            tuple(sorted(part.split("}")[0] for part in words.split("{")[1:])) for words in entry.values()
        }
        assert len(fields) == 1, key


def test_every_exact_rule_of_the_model_has_words():
    for each in default_settings().passes:
        assert text(f"pass_{each.name.replace(' ', '_')}", "fr")
