"""What codes are called, in four languages; the words that no reference table has are data."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from functools import cache
from importlib import resources

from denombrement.counts.dimensions import (
    AGE_BAND,
    CATEGORY,
    SERVICE_TERRITORY,
    SEX,
    SITUATION,
)
from denombrement.counts.table import TERRITORY
from denombrement.errors import DenombrementError
from denombrement.protection.participation import ELSEWHERE
from denombrement.reference import all_communes, any_commune, arrondissements, label, province, territory
from denombrement.survey.questionnaire import label as question_label
from denombrement.survey.questionnaire import option_label, question

_OPTION_LISTS = {SEX: "sex", AGE_BAND: "age_class"}


@cache
def _texts() -> dict[str, dict[str, str]]:
    file = resources.files("denombrement.publication") / "data" / "public_texts.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def text_keys() -> tuple[str, ...]:
    """Keys of every text."""
    return tuple(_texts())


def text(key: str, language: str) -> str:
    """A text by key; an unknown one raises ``KeyError``."""
    return _texts()[key][language]


def code_label(dimension: str, code: str, language: str) -> str:
    """What a code of a dimension is called.

    Raises:
        UsageProblem: the dimension or the code is unknown.
    """
    for key in (f"code.{_kind(dimension)}.{code}", f"code.{code}"):
        if key in _texts():
            return text(key, language)
    if code.endswith(ELSEWHERE):
        return _elsewhere(code.removesuffix(ELSEWHERE), language)
    if dimension in {TERRITORY, SERVICE_TERRITORY}:
        return _territory_name(code, language)
    if dimension in {CATEGORY, SITUATION}:
        return label(code, language)
    return option_label(_OPTION_LISTS.get(dimension) or question(dimension).options, code, language)


def dimension_label(dimension: str, language: str) -> str:
    """What a dimension is called; one answer of a question with several bears the answer's name."""
    if f"dimension.{_kind(dimension)}" in _texts():
        return text(f"dimension.{_kind(dimension)}", language)
    asked, _, answer = dimension.partition(".")
    if answer:
        return option_label(question(asked).options, answer, language)
    return question_label("question", dimension, language).text


def _kind(dimension: str) -> str:
    """Every comparison with another campaign has a panel of its own, and all bear one name."""
    return "panel" if dimension.startswith("panel_") else dimension


def measure_label(measure: str, language: str) -> str:
    """Who is counted."""
    return text(f"measure.{measure}", language)


def table_label(name: str, dimensions: tuple[str, ...], measure: str, language: str) -> str:
    """A table's title: the plan's own where it is known, else who is counted by what."""
    base = f"table.{name}"
    if base in _texts():
        return text(base, language)
    by = ", ".join(dimension_label(each, language) for each in dimensions)
    return text("table.by", language).format(measure=measure_label(measure, language), by=by)


def place_label(code: str, language: str) -> str:
    """A territory's name, with its level where a commune and something wider bear the same: ``Arlon (commune)``."""
    plain = code_label(TERRITORY, code, language)
    level = _levels().get(code)
    return text(f"level.{level}", language).format(name=plain) if level else plain


@cache
def _levels() -> dict[str, str]:
    """Level of each territory whose name another one bears too."""
    wide = {each.nis: "arrondissement" for each in arrondissements()} | {province().nis: "province"}
    communes = {each.nis: "commune" for each in all_communes()}
    named = defaultdict(list)
    for code in (*wide, *communes):
        named[_territory_name(code, "fr")].append(code)
    levels = {**communes, **wide}
    return {
        code: levels[code]
        for codes in named.values()
        for code in codes
        if len({levels[each] for each in codes}) > 1 or code == province().nis
    }


def _elsewhere(around: str, language: str) -> str:
    """The place that joins the absent ones of a territory."""
    if around in {each.nis for each in arrondissements()}:
        name = _territory_name(around, language)
        return text("code.elsewhere", language).format(name=name)
    return text("code.elsewhere.wide", language)


def _territory_name(code: str, language: str) -> str:
    try:
        return territory(code).name(language)
    except DenombrementError:
        return any_commune(code).name(language)
