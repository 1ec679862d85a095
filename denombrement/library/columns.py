"""Columns that know their codes: categorical types in the order of ETHOS Light and of the form, and labels in four languages."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from denombrement.counts.dimensions import (
    AGE_BAND,
    CATEGORY,
    OUTSIDE,
    SERVICE_TERRITORY,
    SITUATION,
    UNKNOWN,
    hierarchy,
)
from denombrement.counts.table import TERRITORY
from denombrement.errors import DenombrementError, UsageProblem
from denombrement.reference import LANGUAGES, all_communes, any_commune, categories, territory
from denombrement.reference import label as reference_label
from denombrement.survey.questionnaire import DONT_KNOW, Question, options, question
from denombrement.survey.questionnaire import label as survey_label

if TYPE_CHECKING:
    import pandas as pd

TERRITORIES = frozenset({TERRITORY, SERVICE_TERRITORY})
COMMUNE_ANSWERS = frozenset({"commune_night", "commune_origin"})
SEVERAL = "choices"
_OURS = frozenset({"answer", "participation"})
_LISTS = {"service_type": "service_type", "identity_status": "identity_status", AGE_BAND: "age_class"}


def typed(frame: pd.DataFrame, night: date) -> pd.DataFrame:
    """The frame with a categorical type on every column whose codes are known.

    Categories stand in the order of ETHOS Light, of the age bands, of the NIS codes or of the form, all of them, those
    nobody bears included, so that two campaigns have one type.

    Raises:
        UsageProblem: LIB001, a column holds a code that it cannot have.
    """
    known = {str(name): column_codes(str(name), night) for name in frame.columns}
    return frame.assign(
        **{name: categorical(frame[name], codes) for name, codes in known.items() if codes is not None}
    )


def in_order(column: str, codes: tuple[str, ...], night: date) -> tuple[str, ...]:
    """These codes of a dimension in the order of ``column_codes``, those it does not know behind."""
    order = column_codes(column, night) or ()
    return (*(code for code in order if code in codes), *(code for code in codes if code not in order))


def categorical(column: pd.Series[str], codes: tuple[str, ...]) -> pd.Series[pd.CategoricalDtype[str]]:
    """A column over these codes, in this order.

    Raises:
        UsageProblem: LIB001, the column holds another.
    """
    import pandas as pd

    if not column.dropna().isin(codes).all():
        raise UsageProblem("LIB001", where=str(column.name))
    return column.astype(pd.CategoricalDtype(list(codes)))


def column_codes(column: str, night: date) -> tuple[str, ...] | None:
    """Codes of a column in order, or None where it has no fixed codes."""
    if column == CATEGORY:
        return tuple(each.code for each in categories())
    if column in {AGE_BAND, *TERRITORIES}:
        return hierarchy(column, night).leaves
    if column in COMMUNE_ANSWERS:
        return (*sorted(each.nis for each in all_communes()), OUTSIDE, DONT_KNOW)
    asked = _question(column)
    name = _LISTS.get(column) or (asked.options if asked is not None and asked.kind == "choice" else "")
    return options(name) if name else None


def code_label(column: str, code: str, language: str = "fr") -> str:
    """What a code of a column is called, in ``fr``, ``nl``, ``de`` or ``en``.

    Raises:
        UsageProblem: REF003 or SUR003 for an unknown code or language.
    """
    if language not in LANGUAGES:
        raise UsageProblem("REF003", languages=", ".join(LANGUAGES))
    if column in {CATEGORY, SITUATION} and code not in _texts()["codes"]:
        return reference_label(code, language)
    if column == CATEGORY and code == UNKNOWN:
        return reference_label(code, language)
    if code in _texts()["codes"]:
        return _texts()["codes"][code][language]
    if column in TERRITORIES | COMMUNE_ANSWERS and code.isdigit():
        return _territory_name(code, language)
    asked = _question(column)
    return _option(_LISTS.get(column) or (asked.options if asked else ""), code, language)


def column_label(column: str, language: str = "fr") -> str:
    """What a column is called: the question as asked, or our own words; its own name where there are none."""
    texts = _texts()["columns"]
    if column in texts:
        return texts[column][language]
    asked = _question(column)
    return column if asked is None else survey_label("question", column, language).text


def labelled(frame: pd.DataFrame, language: str = "fr", *, columns: bool = False) -> pd.DataFrame:
    """The frame with labels in place of codes, in the same order; attrs are kept.

    Args:
        frame: of this library.
        language: ``fr``, ``nl``, ``de`` or ``en``.
        columns: name the columns in this language too.
    """
    renamed = {
        name: frame[name].cat.rename_categories(
            _labels(str(name), tuple(frame[name].cat.categories), language)
        )
        for name in frame.columns
        if frame[name].dtype == "category" and name not in _OURS
    }
    result = frame.assign(**renamed)
    if columns:
        result = result.rename(columns={name: column_label(str(name), language) for name in frame.columns})
    result.attrs = {**frame.attrs, "language": language}
    return result


def _labels(column: str, codes: tuple[str, ...], language: str) -> dict[str, str]:
    labels = {code: code_label(column, code, language) for code in codes}
    shared = Counter(labels.values())
    # A merged commune often keeps the name of one of its parts.
    return {code: label if shared[label] == 1 else f"{label} ({code})" for code, label in labels.items()}


def _question(column: str) -> Question | None:
    try:
        return question(column)
    except UsageProblem:
        return None


def _option(list_name: str, code: str, language: str) -> str:
    return survey_label("option", code, language, list_name=list_name).text


def _territory_name(code: str, language: str) -> str:
    try:
        return territory(code).name(language)
    except DenombrementError:
        return any_commune(code).name(language)


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    text = (resources.files("denombrement.library") / "data" / "texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
