"""The twin's columns with labels, and the persons recoded alike to be held against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import pandas as pd

from denombrement.counts.table import TERRITORY
from denombrement.errors import DenombrementError
from denombrement.library.columns import code_label, column_codes, column_label
from denombrement.publication.research.plan import UNKNOWN, default_plan
from denombrement.publication.research.twin import MENTIONED, NOT_MENTIONED, Twin
from denombrement.publication.research.variables import ResearchFile, Variable
from denombrement.reference import any_commune, territory


def twin_file(twin: Twin, night: date, language: str) -> ResearchFile:
    """The twin as a research file: names without points, codes with labels.

    Args:
        twin: the twin.
        night: reference night of the campaign.
        language: of the labels.
    """
    variables = tuple(_variable(str(name), twin.frame[name], night, language) for name in twin.frame.columns)
    frame = twin.frame.set_axis([each.name for each in variables], axis=1)
    return ResearchFile(frame, variables)


def persons_as_twin(persons: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The persons with the twin's columns and codes, for the team's measure of risk and use.

    Args:
        persons: one row an adult counted.
        columns: of the twin; those that persons cannot have are left out.
    """
    found = {}
    for name in columns:
        question, _, answer = name.partition(".")
        if question not in persons.columns:
            continue
        if answer:
            found[name] = persons[question].map(partial(_mention, answer))
        elif name == TERRITORY:
            found[name] = persons[name].astype(object).map(_arrondissement)
        else:
            known = persons[name].astype(object)
            found[name] = known.where(known.notna() & (known != "dont_know"), UNKNOWN)
    return pd.DataFrame(found)


def _mention(answer: str, given: object) -> str | None:
    if not pd.api.types.is_list_like(given) or "dont_know" in list(given):  # type: ignore[call-overload]
        return None
    return MENTIONED if answer in list(given) else NOT_MENTIONED  # type: ignore[call-overload]


def _arrondissement(code: object) -> str:
    try:
        return any_commune(str(code)).arrondissement_nis
    except DenombrementError:
        return str(code)


def _variable(name: str, values: pd.Series[str], night: date, language: str) -> Variable:
    question, _, answer = name.partition(".")
    labels = default_plan().labels
    if answer:
        codes = {code: labels[code][language] for code in (MENTIONED, NOT_MENTIONED)}
        text = f"{column_label(question, language)} {code_label(question, answer, language)}"
        return Variable(f"{question}_{answer}", text, codes, "other")
    present = set(values.dropna())
    order = [code for code in (column_codes(name, night) or ()) if code in present]
    ordered = [
        *order,
        *sorted(present - {*order, UNKNOWN}),
        *([UNKNOWN] if UNKNOWN in present - {*order} else []),
    ]
    codes = {code: _code(name, code, language) for code in ordered}
    label = labels["arrondissement"][language] if name == TERRITORY else column_label(name, language)
    return Variable("arrondissement" if name == TERRITORY else name, label, codes, "other")


def _code(name: str, code: str, language: str) -> str:
    if code == UNKNOWN:
        return default_plan().labels[UNKNOWN][language]
    if name == TERRITORY and code.isdigit():
        return territory(code).name(language)
    return code_label(name, code, language)
