"""Codes of many persons at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from denombrement.dedup.codes import Recipe, tokens_frame
from denombrement.errors import DamagedInput

PEOPLE = pd.DataFrame(
    {
        "service": [7, 7, 9],
        "given_name": ["Jean", "JEAN", None],
        "family_name": ["Van Damme", "Vandamme", "Petit"],
        "birth_year": [1987, 1987, np.nan],
        "birth_month": [3, 3, np.nan],
        "birth_day": [14, 14, np.nan],
        "sex": ["man", "man", "dont_know"],
    },
    index=[10, 20, 30],
)


def refusal(secret, recipe, **columns):
    with pytest.raises(DamagedInput) as caught:
        tokens_frame(PEOPLE.assign(**columns), secret, "a", recipe)
    return caught.value


def test_rows_keep_their_index_and_tokens_their_order(secret, recipe):
    made = tokens_frame(PEOPLE, secret, "a", recipe)
    assert list(made.index) == [10, 20, 30]
    assert tuple(made.columns) == recipe.token_names


def test_two_spellings_agree_and_missing_is_none(secret, recipe):
    made = tokens_frame(PEOPLE, secret, "a", recipe)
    assert made.loc[10, "code"] == made.loc[20, "code"]
    assert made.loc[30, "code"] is None
    assert made.loc[30, "birth_year"] is None


def test_an_empty_frame_gives_an_empty_frame(secret, recipe):
    made = tokens_frame(PEOPLE.iloc[:0], secret, "a", recipe)
    assert made.shape == (0, len(recipe.tokens))


def test_another_recipe_gives_its_own_columns(secret):
    assert list(tokens_frame(PEOPLE, secret, "a", Recipe.load("letters-235-23")).columns) == ["code"]


def test_missing_columns_are_named(secret, recipe):
    with pytest.raises(DamagedInput) as caught:
        tokens_frame(PEOPLE.drop(columns=["sex", "birth_day"]), secret, "a", recipe)
    assert (caught.value.code, caught.value.facts["missing"]) == ("COD010", "birth_day, sex")


@pytest.mark.parametrize(
    "years", [[1887, 1987, 1990], [1987.5, 1987, 1990], [-1, 1987, 1990], [0, 1987, np.nan]]
)
def test_impossible_dates_are_counted_not_shown(secret, recipe, years):
    problem = refusal(secret, recipe, birth_year=years)
    assert (problem.code, problem.facts) == ("COD011", {"records": 1})


def test_an_unknown_sex_is_refused(secret, recipe):
    assert refusal(secret, recipe, sex=["man", "F", "woman"]).code == "COD004"


def test_a_name_too_long_is_refused(secret, recipe):
    assert refusal(secret, recipe, given_name=["a" * 201, "b", "c"]).code == "COD005"
