"""The attacks on our own tokens: nothing without the secret by trying names, nearly all with it."""

import pytest

from benchmarks.attack import measure


@pytest.fixture(scope="module")
def found():
    return measure(60, 1, 2, hardening=False)


def test_without_the_secret_no_token_is_found_from_true_names(found):
    attacked = found["without_secret"]
    assert attacked["tokens_tried"] > 5_000
    assert attacked["tokens_recovered"] == 0
    assert attacked["recovered_of_an_unkeyed_hash_percent"] > 50


def test_with_the_secret_dates_and_letters_are_read(found):
    attacked = found["with_secret"]
    assert attacked["first_letters_percent"] > 80
    assert attacked["birth_date_percent"] > 70
    assert found["presence"]["with_secret"]["yes_for_the_declared_percent"] > 80
    assert found["presence"]["with_secret"]["yes_for_others_percent"] < 5


def test_reading_tokens_together_beats_ranking_and_guessing_the_birth_year(found):
    read = found["frequency"]
    assert read["together"]["birth_year"] > max(read["rank"]["birth_year"], read["guess"]["birth_year"])
    assert read["together"]["whole_identity"] <= read["together"]["birth_date"]
