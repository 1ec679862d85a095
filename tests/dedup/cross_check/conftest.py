"""Invented declarations as tokens, for the second opinion."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest

from denombrement.dedup.linkage.records import EncodedRecords

COLUMNS = (
    "given_full", "given_phonetic", "given_first", "given_last", "given_part_1",
    "family_full", "family_phonetic", "family_first", "family_last", "family_part_1",
    "birth_year", "birth_year_no_tens", "birth_year_no_units", "birth_month", "birth_day",
    "birth_day_no_tens", "birth_day_no_units", "sex", "nationality", "commune",
)  # fmt: skip


def person(number):
    """A person's true answers, all drawn from the number alone."""
    draw = np.random.default_rng(number)
    return {
        "given": f"g{int(60 * draw.random() ** 2):02d}",
        "family": f"f{int(400 * draw.random() ** 2):03d}",
        "year": 1940 + int(draw.integers(65)),
        "month": 1 + int(draw.integers(12)),
        "day": 2 + int(draw.integers(27)),
        "sex": ("woman", "man")[int(draw.integers(2))],
        "nationality": ("BE", "BE", "BE", "FR", "MA")[int(draw.integers(5))],
        "commune": str(81001 + int(draw.integers(10))),
    }


def tokens(answers, record_id, service):
    """One declaration as tokens: blurs keep a part of the invented words."""
    row = {"record_id": record_id, "service": service}
    for name in ("given", "family"):
        word = answers[name]
        if word:
            row |= {f"{name}_full": word, f"{name}_phonetic": word[:3], f"{name}_part_1": word}
            row |= {f"{name}_first": word[:2], f"{name}_last": word[-2:]}
    if answers["given"] and answers["family"]:
        row |= {"family_as_given": answers["family"], "given_as_family": answers["given"]}
    year, month, day = answers["year"], answers["month"], answers["day"]
    if year:
        row |= {"birth_year": year, "birth_year_no_tens": year % 10, "birth_year_no_units": year // 10}
    if month and day:
        row |= {"birth_month": month, "birth_day": day}
        row |= {"birth_day_no_tens": day % 10, "birth_day_no_units": day // 10}
        if day <= 12:
            row |= {"day_as_month": day, "month_as_day": month}
    row |= {name: answers[name] for name in ("sex", "nationality", "commune")}
    known = [answers[name] for name in ("given", "family", "year", "month", "day", "sex")]
    row["code"] = "-".join(map(str, known)) if all(known) else None
    return row


def faulty(answers, draw):
    """The same person as another service wrote it down: at most one fault."""
    fault = draw.choice(["none", "none", "typo", "day", "year", "no_name", "turned", "moved", "dates_turned"])
    said = dict(answers)
    if fault == "typo":
        said["family"] = said["family"][:3] + "x"
    elif fault == "day":
        said["day"] = 2 + (said["day"] + 3) % 27
    elif fault == "year":
        said["year"] += 1
    elif fault == "no_name":
        said["given"] = None
    elif fault == "turned":
        said["given"], said["family"] = said["family"], said["given"]
    elif fault == "moved":
        said["commune"] = "82003"
    elif fault == "dates_turned" and said["day"] <= 12:
        said["month"], said["day"] = said["day"], said["month"]
    return said


def make_frame(persons, doubles, seed=1):
    """Persons met once, some of them met a second time; service and id are of no matter."""
    draw = np.random.default_rng(seed)
    rows = [tokens(person(number), f"a{number:04d}", f"s{number % 25}") for number in range(persons)]
    rows += [
        tokens(faulty(person(number), draw), f"b{number:04d}", f"t{number % 25}") for number in range(doubles)
    ]
    frame = pd.DataFrame(rows).astype(object)
    for name in COLUMNS:
        if name not in frame:
            frame[name] = None
    return frame.where(frame.notna(), None)


@pytest.fixture
def frame():
    return make_frame


@pytest.fixture
def encode():
    return EncodedRecords.from_tokens


@pytest.fixture(scope="session")
def campaign():
    """Three hundred persons, eighty of whom were met twice."""
    return EncodedRecords.from_tokens(make_frame(300, 80))


@pytest.fixture
def true_pairs():
    return {(f"a{number:04d}", f"b{number:04d}") for number in range(80)}


@pytest.fixture
def no_model():
    """A model that linked nobody."""
    return pd.DataFrame({"first_id": [], "second_id": [], "posterior": []}).astype({"posterior": float})


@pytest.fixture(autouse=True)
def logger_is_left_as_it_was():
    before = logging.getLogger("splink").level
    yield
    assert logging.getLogger("splink").level == before
