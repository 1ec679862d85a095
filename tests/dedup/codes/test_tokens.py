"""Codes and tokens of one person: what must agree, what must never."""

from __future__ import annotations

import pytest

from denombrement.dedup.codes import Identity, Recipe, identity_tokens
from denombrement.dedup.codes.keyed import TOKEN_CHARACTERS
from denombrement.errors import DamagedInput, UsageProblem

SECRET = bytes(range(32))
RECIPE = Recipe.load("denombrement-1")


def all_tokens(*identity, secret=SECRET, campaign="luxembourg-2025", **changes):
    made = identity_tokens(Identity(*identity, **changes), secret, campaign, RECIPE)
    return {"code": made.code, **made.tokens}


JEAN = ("Jean-Pierre", "van den Berghe", 1987, 3, 14, "man")


def agreeing(first, second):
    return {name for name in first if first[name] is not None and first[name] == second.get(name)}


def test_a_full_identity_has_every_token_of_the_recipe_but_the_absent_second_family_name():
    made = all_tokens(*JEAN)
    assert set(RECIPE.token_names) - set(made) == {"family_part_2", "day_as_month"}
    assert all(len(token) == TOKEN_CHARACTERS for token in made.values())


def test_the_recipe_keeps_to_forty_tokens():
    assert len(RECIPE.tokens) <= 40


def test_spellings_of_one_name_share_the_exact_code():
    spellings = [
        ("Jean Pierre", "Vandenberghe"),
        ("JEAN-PIERRE", "VAN DEN BERGHE"),
        ("Jeanpierre", "Van den berghe"),
        ("Jéan", "Berghe"),
    ]
    codes = {all_tokens(given, family, 1987, 3, 14, "man")["code"] for given, family in spellings}
    assert codes == {all_tokens(*JEAN)["code"]}


@pytest.mark.parametrize(
    ("changes", "still"),
    [
        ({"given_name": "Kean-Pierre"}, {"without_given", "given_last", "given_part_2", "birth_date"}),
        ({"family_name": "Zerghe"}, {"without_family", "family_last", "birth_date"}),
        ({"birth_year": 1978}, {"without_year", "birth_month", "birth_day", "given_full"}),
        ({"birth_year": 1988}, {"without_year", "birth_year_no_units"}),
        ({"birth_year": 1977}, {"without_year", "birth_year_no_tens"}),
        ({"birth_month": 4}, {"without_month", "birth_year"}),
        ({"birth_day": 15}, {"without_day", "birth_day_no_units"}),
        ({"birth_day": 24}, {"without_day", "birth_day_no_tens"}),
        ({"sex": "woman"}, {"without_sex", "birth_date"}),
    ],
)
def test_one_mistake_anywhere_leaves_agreement(changes, still):
    typed = {
        "given_name": "Jean-Pierre",
        "family_name": "van den Berghe",
        "birth_year": 1987,
        "birth_month": 3,
        "birth_day": 14,
        "sex": "man",
    }
    shared = agreeing(all_tokens(**typed), all_tokens(**(typed | changes)))
    assert still <= shared
    assert "code" not in shared


def test_swapped_names_are_seen_in_each_others_domain():
    first, second = all_tokens("Amal", "Idriss"), all_tokens("Idriss", "Amal")
    assert first["given_as_family"] == second["family_full"]
    assert first["family_as_given"] == second["given_full"]


def test_swapped_day_and_month_are_seen_in_each_others_domain():
    first, second = all_tokens(birth_month=3, birth_day=11), all_tokens(birth_month=11, birth_day=3)
    assert first["day_as_month"] == second["birth_month"]
    assert first["month_as_day"] == second["birth_day"]


def test_half_of_a_double_name_is_found_in_the_whole():
    whole = all_tokens("Jean-Pierre", "Dupont-Durand")
    assert whole["given_part_2"] == all_tokens("Pierre")["given_part_1"]
    assert whole["family_part_2"] == all_tokens(family_name="Durand")["family_part_1"]


def test_an_empty_identity_has_no_token():
    assert all_tokens() == {"code": None}


def test_first_of_january_and_of_july_are_unknown_days_and_months():
    for month in (1, 7):
        assert set(all_tokens(birth_year=1980, birth_month=month, birth_day=1)) == {
            "code",
            "birth_year",
            "birth_year_no_tens",
            "birth_year_no_units",
        }


def test_another_campaign_or_secret_gives_other_tokens():
    first = set(all_tokens(*JEAN).values())
    assert not first & set(all_tokens(*JEAN, campaign="luxembourg-2026").values())
    assert not first & set(all_tokens(*JEAN, secret=bytes(32)).values())


def test_a_secret_of_another_length_is_refused():
    with pytest.raises(UsageProblem) as refusal:
        all_tokens(*JEAN, secret=b"short")
    assert refusal.value.code == "COD001"


def test_a_campaign_without_identifier_is_refused():
    with pytest.raises(UsageProblem) as refusal:
        all_tokens(*JEAN, campaign="")
    assert refusal.value.code == "COD009"


def test_an_unknown_sex_value_is_refused():
    with pytest.raises(DamagedInput) as refusal:
        Identity(sex="female")
    assert refusal.value.code == "COD004"


def test_an_identity_says_nothing_of_itself():
    assert repr(Identity(*JEAN)) == "Identity(…)"
