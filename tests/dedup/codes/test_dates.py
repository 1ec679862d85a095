"""Birth dates with unknown parts, stand-in days and impossible ones."""

from __future__ import annotations

import datetime as dt

import pytest

from denombrement.dedup.codes.dates import BirthDate, resolve_birth_date
from denombrement.errors import DamagedInput


def exists(*date):
    try:
        resolve_birth_date(*date)
    except DamagedInput:
        return False
    return True


def calendar_has(*date):
    try:
        dt.date(*date)
    except ValueError:
        return False
    return True


def test_full_dates_exist_as_in_the_calendar():
    for year in (1900, 1987, 1988, 2000):
        for month in range(14):
            for day in range(33):
                assert exists(year, month, day) == calendar_has(year, month, day)


@pytest.mark.parametrize(
    "date", [(1899, 1, 2), (2101, 1, 2), (87, 3, 14), (None, 13, None), (None, None, 32), (None, 2, 30)]
)
def test_impossible_parts_are_refused_without_being_repeated(date):
    with pytest.raises(DamagedInput) as refusal:
        resolve_birth_date(*date)
    assert refusal.value.code == "COD003"
    assert refusal.value.facts == {"earliest": 1900, "latest": 2100}


def test_leap_day_of_an_unknown_year_is_possible():
    assert resolve_birth_date(None, 2, 29) == BirthDate(None, 2, 29)


def test_a_day_without_its_month_is_kept():
    assert resolve_birth_date(1987, None, 31) == BirthDate(1987, None, 31)


@pytest.mark.parametrize("month", [1, 7])
def test_the_first_of_january_and_of_july_stand_for_an_unknown_day_and_month(month):
    assert resolve_birth_date(1980, month, 1) == BirthDate(1980, None, None)


def test_other_firsts_of_the_month_are_birthdays():
    assert resolve_birth_date(1980, 3, 1) == BirthDate(1980, 3, 1)
