"""Marks and mnemonics for paper, codes of other platforms."""

from __future__ import annotations

import pytest

from denombrement.dedup.codes import (
    Identity,
    OpaqueRecipe,
    file_mark,
    identity_tokens,
    mnemonic_tokens,
    opaque_tokens,
    write_mnemonic,
)
from denombrement.dedup.codes.mnemonic import MARK_ALPHABET, mnemonic_parts
from denombrement.errors import DamagedInput, UsageProblem

JEAN = Identity("Jean", "van den Berghe", 1987, 3, 14, "man")
OPAQUE = OpaqueRecipe.load()


def test_the_mnemonic_is_letters_date_and_sex(recipe):
    assert write_mnemonic(JEAN, recipe) == "JE-BER-14031987-M"


def test_what_is_missing_is_a_zero(recipe):
    assert write_mnemonic(Identity("Li", None, 1980, 1, 1), recipe) == "LI-000-00001980-0"


@pytest.mark.parametrize(
    "text", ["je ber 14.03.1987 h", "JEBER14031987M", "Jé-Ber-14/03/1987-m", " JE BER 14 03 1987 M "]
)
def test_a_mnemonic_is_read_however_it_was_copied(text, recipe, secret):
    assert mnemonic_tokens(text, secret, "a", recipe).code == identity_tokens(JEAN, secret, "a", recipe).code


def test_dutch_and_german_letters_for_women_are_read(recipe):
    read = [mnemonic_parts(f"00-000-00000000-{sex}", recipe) for sex in "FVW"]
    assert read == [{"sex": "woman"}] * 3


def test_a_mnemonic_without_given_name_still_has_the_token_without_it(recipe, secret):
    made = mnemonic_tokens("00-BER-14031987-M", secret, "a", recipe)
    assert made.code is None
    assert made.tokens["without_given"] == identity_tokens(JEAN, secret, "a", recipe).tokens["without_given"]
    assert "family_full" not in made.tokens


@pytest.mark.parametrize(
    "text", ["", "JE-BER-14031987", "JE-BER-140319870-M", "JE-BER-1403198A-M", "JE-BER-14031987-Z"]
)
def test_an_unreadable_mnemonic_is_refused_without_being_repeated(text, recipe):
    with pytest.raises(DamagedInput) as refusal:
        mnemonic_parts(text, recipe)
    assert refusal.value.code == "COD006"
    assert "BER" not in str(refusal.value)


def test_a_mnemonic_with_an_impossible_date_is_refused(recipe):
    with pytest.raises(DamagedInput) as refusal:
        mnemonic_parts("JE-BER-30021987-M", recipe)
    assert refusal.value.code == "COD003"


def test_the_file_mark_is_short_stable_and_of_its_campaign(recipe, secret):
    mark = file_mark(identity_tokens(JEAN, secret, "a", recipe))
    assert len(mark) == 6
    assert set(mark) <= set(MARK_ALPHABET)
    assert mark == file_mark(identity_tokens(JEAN, secret, "a", recipe))
    assert mark != file_mark(identity_tokens(JEAN, secret, "b", recipe))


def test_file_marks_of_two_hundred_persons_differ(recipe, secret):
    people = (Identity(f"{letter}a", "Dupont", year) for letter in "bcdfglmnpr" for year in range(1960, 1980))
    assert len({file_mark(identity_tokens(person, secret, "a", recipe)) for person in people}) == 200


def test_an_opaque_code_is_taken_as_it_is():
    made = opaque_tokens("ab-12_X9", OPAQUE)
    assert (made.recipe, made.code, made.tokens) == ("opaque-1", "ab-12_X9", {})


def test_an_opaque_code_is_keyed_on_request(secret):
    keyed = opaque_tokens("ab-12_X9", OPAQUE, secret, "a")
    assert keyed.code not in {None, "ab-12_X9", opaque_tokens("AB-12_X9", OPAQUE, secret, "a").code}


@pytest.mark.parametrize("text", ["", "abc", "a" * 129, "with space", "accentué", "1234567 "])
def test_an_opaque_code_of_another_form_is_refused_without_being_repeated(text):
    with pytest.raises(DamagedInput) as refusal:
        opaque_tokens(text, OPAQUE)
    assert refusal.value.code == "COD007"
    assert refusal.value.facts == {"shortest": 4, "longest": 128}


def test_a_text_that_is_no_opaque_recipe_is_refused():
    with pytest.raises(UsageProblem) as refusal:
        OpaqueRecipe.from_toml("alphabet = ")
    assert refusal.value.code == "COD008"
