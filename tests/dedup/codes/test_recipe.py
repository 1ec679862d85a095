"""Recipes are data: what they may say, and what is refused."""

from __future__ import annotations

import pytest

from denombrement.dedup.codes import Identity, OpaqueRecipe, Recipe, identity_tokens, recipe_names
from denombrement.dedup.codes.recipe import recipe_text
from denombrement.dedup.codes.tokens import part_values
from denombrement.errors import UsageProblem

LETTERS = Recipe.load("letters-235-23")


def refused(text):
    with pytest.raises(UsageProblem) as refusal:
        Recipe.from_toml(text)
    return refusal.value.code


def test_the_package_has_its_three_recipes():
    assert recipe_names() == ("denombrement-1", "letters-235-23", "opaque-1")


def test_an_unknown_recipe_is_refused():
    with pytest.raises(UsageProblem) as refusal:
        Recipe.load("ku-leuven")
    assert refusal.value.code == "COD002"


def test_letter_positions_with_a_filler_make_a_linkage_key_of_the_australian_kind():
    parts = part_values(Identity("Jo", "Wu", 1987, 3, 14, "woman"), LETTERS)
    assert parts == {
        "family_letters": "u22",
        "given_letters": "o2",
        "year": "1987",
        "month": "03",
        "day": "14",
        "sex": "woman",
    }


def test_letters_beyond_a_short_name_are_left_out_without_a_filler(recipe):
    parts = part_values(Identity("J", "Wu"), recipe)
    assert (parts["given_first"], parts["family_first"], parts["family_last"]) == ("j", "wu", "wu")


def test_a_recipe_of_one_token_makes_the_code_alone(secret):
    made = identity_tokens(Identity("Jo", "Wu", 1987, 3, 14, "woman"), secret, "a", LETTERS)
    assert made.recipe == "letters-235-23"
    assert made.code
    assert made.tokens == {}


def test_the_two_kinds_of_recipe_are_not_mistaken_for_each_other():
    with pytest.raises(UsageProblem) as refusal:
        Recipe.load("opaque-1")
    assert refusal.value.code == "COD008"
    with pytest.raises(UsageProblem) as refusal:
        OpaqueRecipe.load("letters-235-23")
    assert refusal.value.code == "COD008"


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ('name = "letters-235-23"', 'name = "no version"'),
        ('form = "joined", positions = [2, 3, 5]', "positions = [2, 3, 5]"),
        ('year = { field = "birth_year" }', 'year = { field = "birth_year", form = "core" }'),
        ("positions = [2, 3, 5]", "positions = [0, 3, 5]"),
        ('positions = [2, 3, 5], filler = "2"', 'filler = "2"'),
        ('filler = "2"', 'filler = "22"'),
        ('name = "code"', 'name = "key"'),
        ('["family_letters", "given_letters", "day"', '["family_letters", "letters", "day"'),
        ('letters = ["family_letters", "given_letters"]', 'letters = ["family_letters", "family_letters"]'),
        ('kind = "identity"', 'kind = "identity"\nsalt = 1'),
        ("[mnemonic]", "[mnemonic"),
    ],
)
def test_an_incoherent_recipe_is_refused(found, written):
    text = recipe_text("letters-235-23")
    assert found in text
    assert refused(text.replace(found, written)) == "COD008"


def test_two_tokens_of_one_domain_have_as_many_parts():
    text = (
        recipe_text("letters-235-23")
        + """
[[tokens]]
name = "year"
domain = "code"
parts = ["year"]
purpose = "wrong on purpose"
"""
    )
    assert refused(text) == "COD008"
    assert Recipe.from_toml(text.replace('domain = "code"', "")).token_names == ("code", "year")


def test_two_tokens_have_two_names():
    text = recipe_text("letters-235-23")
    again = text[text.index("[[tokens]]") :]
    assert refused(text + again) == "COD008"
