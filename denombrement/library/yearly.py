"""The figures that an administration asks for every year, as lines over the persons counted; the form is data.

A profile is a file (see ``data/yearly/relais_social.toml``), so that another region's form is another file. A count is
one night: what is printed are the persons of that night, not of a year, and persons of two campaigns cannot be told to
be one, since each has a secret of its own.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from denombrement.errors import UsageProblem

UNKNOWN = "unknown"
PERSONS = "persons"
AGE, SERVICE_TYPE = "age_years", "service_type"
LANGUAGES = ("fr", "en")
_UNKNOWN_LABEL = {"fr": "Inconnu", "en": "Unknown"}
_PERSONS_LABEL = {"fr": "Adultes comptés", "en": "Adults counted"}


@dataclass(frozen=True)
class Line:
    """One line of a form.

    Args:
        code: of the line.
        labels: text by language.
        answers: codes that it takes; none at all prints no figure.
        ages: first and last age in years, in place of codes.
    """

    code: str
    labels: Mapping[str, str]
    answers: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None


@dataclass(frozen=True)
class YearlyTable:
    """Lines over one column of the persons, or over the types of service that declared them."""

    code: str
    column: str
    titles: Mapping[str, str]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class YearlyProfile:
    """A form: its name, its title, its tables; ``digest`` (SHA-256 of the file) goes into the journal."""

    name: str
    titles: Mapping[str, str]
    tables: tuple[YearlyTable, ...]
    digest: str


def load_profile(name: str) -> YearlyProfile:
    """A profile of the package by name, or the file of this path.

    Raises:
        UsageProblem: LIB005, there is none; LIB006, the file is no profile.
    """
    folder = resources.files("denombrement.library") / "data" / "yearly"
    known = {each.name.removesuffix(".toml").replace("_", "-"): each for each in folder.iterdir()}
    if name in known:
        return parse_profile(known[name].read_text(encoding="utf-8"))
    file = Path(name)
    if not file.is_file():
        raise UsageProblem("LIB005", known=", ".join(sorted(known)))
    return parse_profile(file.read_text(encoding="utf-8"))


def parse_profile(text: str) -> YearlyProfile:
    """The profile of a TOML text.

    Raises:
        UsageProblem: LIB006, it is no profile: not TOML, a field missing, a line code or a value twice in one table.
    """
    try:
        content = tomllib.loads(text)
        tables = tuple(_table(each) for each in content["table"])
        profile = YearlyProfile(
            str(content["name"]), _texts(content["title"]), tables, hashlib.sha256(text.encode()).hexdigest()
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise UsageProblem("LIB006") from problem
    repeated = [table.code for table in tables if _repeats(table)]
    if repeated or not tables or len({table.code for table in tables}) < len(tables):
        raise UsageProblem("LIB006")
    return profile


def yearly_figures(profile: YearlyProfile, persons: pd.DataFrame, sightings: pd.DataFrame) -> pd.DataFrame:
    """The figures, exact, small numbers included: for the team and for whom the law names.

    Args:
        profile: the form.
        persons: one row an adult counted (``library.CampaignData.persons``).
        sightings: ``person`` and ``service_type`` (``library.CampaignData.sightings``).

    Returns:
        ``table``, ``line``, ``persons`` (empty where the count does not ask); the first row is the number of persons.
        Lines of a question with one answer add up to it; those of several answers, or of services, do not.

    Raises:
        UsageProblem: LIB007, an unknown column, or a code that no line takes: somebody would be lost.
    """
    rows: list[tuple[str, str, int | None]] = [(PERSONS, PERSONS, len(persons))]
    for table in profile.tables:
        answers = _answers(table, persons, sightings)
        rows += _lines(table, answers)
    frame = pd.DataFrame(rows, columns=["table", "line", PERSONS])
    return frame.astype({PERSONS: "Int64"})


def labelled_figures(profile: YearlyProfile, figures: pd.DataFrame, language: str) -> pd.DataFrame:
    """The figures with titles and labels, in ``fr`` or ``en``."""
    titles = {table.code: table.titles[language] for table in profile.tables} | {PERSONS: ""}
    labels = {
        (table.code, line.code): line.labels[language] for table in profile.tables for line in table.lines
    }
    labels |= {(table.code, UNKNOWN): _UNKNOWN_LABEL[language] for table in profile.tables}
    labels[PERSONS, PERSONS] = _PERSONS_LABEL[language]
    pairs = list(zip(figures["table"], figures["line"], strict=True))
    return figures.assign(title=[titles[table] for table, _ in pairs], label=[labels[pair] for pair in pairs])


def _answers(
    table: YearlyTable, persons: pd.DataFrame, sightings: pd.DataFrame
) -> list[frozenset[object] | None]:
    """What is known of each person: one answer or several, or None."""
    if table.column == SERVICE_TYPE:
        types = sightings.groupby("person", observed=True)[SERVICE_TYPE].agg(frozenset)
        return [types.get(person) for person in persons["person"]]
    if table.column not in persons.columns:
        raise UsageProblem("LIB007", table=table.code)
    return [_given(each) for each in persons[table.column]]


def _given(value: Any) -> frozenset[object] | None:  # noqa: ANN401 - a cell of a frame
    if pd.api.types.is_list_like(value):
        several: frozenset[object] = frozenset(value)
        return several - {"dont_know"} or None
    return None if pd.isna(value) else frozenset({value})


def _lines(table: YearlyTable, answers: list[frozenset[object] | None]) -> list[tuple[str, str, int | None]]:
    taken: frozenset[object] = frozenset(value for line in table.lines for value in line.answers)
    ages = [line.ages for line in table.lines if line.ages is not None]
    for given in answers:
        if given is not None and not all(each in taken or _aged(each, ages) for each in given):
            raise UsageProblem("LIB007", table=table.code)
    rows: list[tuple[str, str, int | None]] = []
    for line in table.lines:
        asked = bool(line.answers) or line.ages is not None
        number = sum(given is not None and _falls(line, given) for given in answers)
        rows.append((table.code, line.code, number if asked else None))
    return [*rows, (table.code, UNKNOWN, sum(given is None for given in answers))]


def _falls(line: Line, given: frozenset[object]) -> bool:
    if line.ages is not None:
        return any(_aged(each, [line.ages]) for each in given)
    return not given.isdisjoint(line.answers)


def _aged(value: object, ranges: list[tuple[int, int]]) -> bool:
    return isinstance(value, Real) and any(first <= float(value) <= last for first, last in ranges)


def _table(content: Mapping[str, Any]) -> YearlyTable:
    lines = tuple(
        Line(
            str(each["code"]),
            _texts(each["label"]),
            tuple(str(value) for value in each.get("values", ())),
            (int(each["ages"][0]), int(each["ages"][1])) if "ages" in each else None,
        )
        for each in content["line"]
    )
    return YearlyTable(str(content["code"]), str(content["column"]), _texts(content["title"]), lines)


def _texts(content: Mapping[str, str]) -> dict[str, str]:
    return {language: str(content[language]) for language in LANGUAGES}


def _repeats(table: YearlyTable) -> bool:
    """A person would be on two lines of a question with one answer, or two lines have one name."""
    values = [value for line in table.lines for value in line.answers]
    codes = [line.code for line in table.lines]
    ages = sorted(line.ages for line in table.lines if line.ages is not None)
    overlap = any(one[1] >= other[0] for one, other in pairwise(ages))
    return len(set(values)) < len(values) or len({*codes, UNKNOWN}) <= len(codes) or overlap
