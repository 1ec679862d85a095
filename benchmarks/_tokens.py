"""From plain persons to the tokens that the form sends: the only thing that linkage sees in the benchmarks."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd

from denombrement.dedup.codes.frame import tokens_frame
from denombrement.dedup.codes.recipe import Recipe

SECRET = bytes(range(32))
CAMPAIGN = "benchmark"
CLEAR = ("sex", "nationality", "commune", "service")
SEXES = {
    **dict.fromkeys(("m", "male", "man", "h", "1"), "man"),
    **dict.fromkeys(("f", "female", "woman", "v", "2"), "woman"),
    "x": "x",
}
DATE = re.compile(r"(\d{4}|\?{4})[-/]?(\d{2}|\?{2})[-/]?(\d{2}|\?{2})")
DAY_FIRST = re.compile(r"(\d{2})[-/.](\d{2})[-/.](\d{4})")


def make_tokens(persons: pd.DataFrame) -> pd.DataFrame:
    """Columns ``record_id``, all tokens, and what is in clear (``sex``, ``nationality``, ``commune``, ``service``)."""
    frame = persons.reset_index(drop=True)
    plain = pd.DataFrame({name: _text(frame, name) for name in ("given_name", "family_name")})
    for name, values in zip(("birth_year", "birth_month", "birth_day"), _dates(frame), strict=True):
        plain[name] = values
    plain["sex"] = [SEXES.get(str(value).strip().lower(), "dont_know") for value in _text(frame, "sex")]
    tokens = tokens_frame(plain, SECRET, CAMPAIGN, Recipe.load("denombrement-1"))
    clear = {name: _text(frame, name) for name in CLEAR}
    clear["sex"] = plain["sex"].astype(object).mask(plain["sex"] == "dont_know", None).to_numpy()
    known = {name: values for name, values in clear.items() if name not in tokens}
    return pd.concat([frame[["record_id"]].astype(object), tokens, pd.DataFrame(known, dtype=object)], axis=1)


def _text(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame:
        return np.full(len(frame), None, dtype=object)
    values = frame[name].astype(object)
    empty = values.isna() | (values.astype(str).str.strip() == "")
    texts: np.ndarray = values.astype(str).str.strip().astype(object).mask(empty, None).to_numpy()
    return texts


def _dates(frame: pd.DataFrame) -> list[np.ndarray]:
    """Year, month, day; a part that no calendar has is left out, as the form would ask again."""
    values = _text(frame, "birth_date")
    distinct = {value: _parts(value) for value in set(values)}
    return [np.array([distinct[value][place] for value in values], dtype=float) for place in range(3)]


def _parts(value: str | None) -> tuple[float, float, float]:
    unknown = float("nan")
    if value is None:
        return unknown, unknown, unknown
    found = DATE.match(value)
    texts = found.groups() if found else None
    if texts is None and (turned := DAY_FIRST.match(value)):
        texts = turned.groups()[::-1]
    if texts is None:
        return unknown, unknown, unknown
    year, month, day = (unknown if "?" in text else float(text) for text in texts)
    year = year if 1900 <= year <= 2025 else unknown
    month = month if 1 <= month <= 12 else unknown
    longest = 31 if math.isnan(month) else {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(int(month), 31)
    if month == 2 and not math.isnan(year) and (int(year) % 4 or (int(year) % 100 == 0 and int(year) % 400)):
        longest = 28
    return year, month, day if 1 <= day <= longest else unknown
