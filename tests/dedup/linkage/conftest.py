"""Small invented files of declarations, as tokens."""

from __future__ import annotations

import pandas as pd
import pytest

from denombrement.dedup.codes.frame import tokens_frame
from denombrement.dedup.codes.recipe import Recipe
from denombrement.dedup.linkage.chain import Schedule
from denombrement.dedup.linkage.records import EncodedRecords

SECRET = bytes(range(32))
COLUMNS = ("record_id", "given_name", "family_name", "birth_year", "birth_month", "birth_day", "sex")
CLEAR = ("nationality", "commune", "service")


def make_tokens_of(rows):
    """Tokens of rows (id, given, family, year, month, day, sex, nationality, commune, service)."""
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *CLEAR])
    made = tokens_frame(frame, SECRET, "test", Recipe.load())
    made["record_id"] = frame["record_id"]
    made["sex"] = frame["sex"].where(frame["sex"] != "dont_know", None)
    for name in CLEAR:
        made[name] = frame[name]
    return made


GIVEN = (
    "Anna",
    "Bruno",
    "Chloé",
    "David",
    "Emma",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Inès",
    "Jules",
    "Karim",
    "Léa",
)
FAMILY = (
    "Adam", "Bodson", "Collard", "Dubois", "Evrard", "Fontaine", "Gillet", "Hubert", "Istace", "Jacob", "Klein",
    "Lambert", "Maréchal", "Noël", "Olivier", "Pierret", "Quirin", "Rossion", "Simon", "Thiry",
)  # fmt: skip


def make_strangers(number):
    """Declarations of as many different persons, one each, from services of their own."""
    return [
        (
            f"s{index:03d}",
            GIVEN[(index * 7) % 12],
            FAMILY[(index * 11) % 20],
            1950 + (index * 17) % 55,
            1 + (index * 5) % 12,
            2 + (index * 13) % 27,
            ("woman", "man")[index % 2],
            ("BE", "FR", "MA")[index % 3],
            str(81001 + index % 5),
            f"S{index % 30}",
        )
        for index in range(number)
    ]


@pytest.fixture
def short():
    """Chains long enough for clear cases."""
    return Schedule(burn_in=20, sweeps=40, draws=10, update_every=10)


@pytest.fixture
def tokens_of():
    return make_tokens_of


@pytest.fixture
def strangers():
    return make_strangers


@pytest.fixture
def encode():
    """Records from rows."""
    return lambda rows, **options: EncodedRecords.from_tokens(make_tokens_of(rows), **options)


@pytest.fixture
def file_with_doubles():
    """Eighty strangers, twelve of whom were also met elsewhere, one with a typo, one without a birth day."""
    rows = make_strangers(80)
    for index in range(12):
        row = list(rows[index * 3])
        row[0], row[9] = f"t{index:03d}", f"T{index}"
        rows.append(tuple(row))
    typo = list(rows[-1])
    typo[2] += "x"
    rows[-1] = tuple(typo)
    part = list(rows[-2])
    part[5] = None
    rows[-2] = tuple(part)
    return rows
