"""The questions, their options and their texts, as data in four languages.

``data/questions.csv`` lists the variables of the reconstructed questionnaire (the official wording is not public; each
variable appears in at least one published Belgian result), ``data/options.csv`` their codes, ``data/labels.csv`` the
texts. *Don't know* is an option of every question that people may be unable to answer; it differs from *no*, and both
differ from a missing answer, which means "not asked".
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from denombrement.errors import UsageProblem

LANGUAGES = ("fr", "nl", "de", "en")
DONT_KNOW = "dont_know"


@dataclass(frozen=True, slots=True)
class Question:
    """One variable: what is asked, of whom (``declaration`` or ``child``), and what may be answered.

    ``kind`` is one of choice, choices (several answers), commune, integer, date, children.
    """

    code: str
    of: str
    section: str
    kind: str
    options: str
    required: bool
    minimum: int | None
    maximum: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Label:
    """The text of a question, an option or a section in one language, with an optional hint."""

    text: str
    hint: str


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a data file of this folder."""
    file = resources.files("denombrement.survey") / "data" / name
    yield from csv.DictReader(file.read_text(encoding="utf-8").splitlines())


@cache
def questions(of: str | None = None) -> tuple[Question, ...]:
    """All questions in the order they are asked, or those of a ``declaration`` or a ``child``."""
    every = tuple(_question(row) for row in read_rows("questions.csv"))
    return tuple(question for question in every if of in (None, question.of))


@cache
def question(code: str) -> Question:
    """The question with this code.

    Raises:
        UsageProblem: SUR001 where no question has it.
    """
    for candidate in questions():
        if candidate.code == code:
            return candidate
    raise UsageProblem("SUR001", question=code)


@cache
def options(list_name: str) -> tuple[str, ...]:
    """Codes of an option list, in the order shown.

    Raises:
        UsageProblem: SUR002 where the list does not exist.
    """
    codes = tuple(row["code"] for row in read_rows("options.csv") if row["list"] == list_name)
    if not codes:
        raise UsageProblem("SUR002", list=list_name)
    return codes


@cache
def option_lists() -> tuple[str, ...]:
    """Names of all option lists."""
    return tuple(dict.fromkeys(row["list"] for row in read_rows("options.csv")))


@cache
def sections() -> tuple[str, ...]:
    """Thematic sections in the order of the form."""
    return tuple(dict.fromkeys(each.section for each in questions()))


def label(kind: str, code: str, language: str, *, list_name: str = "") -> Label:
    """Text of a ``question``, an ``option`` (of ``list_name``) or a ``section``.

    Raises:
        UsageProblem: SUR003 where there is no such text in this language.
    """
    found = _labels().get((kind, list_name, code, language))
    if found is None:
        raise UsageProblem("SUR003", text_code=code, language=language)
    return found


def option_label(list_name: str, code: str, language: str) -> str:
    """Text of one option in one language."""
    return label("option", code, language, list_name=list_name).text


@cache
def _labels() -> dict[tuple[str, str, str, str], Label]:
    return {
        (row["kind"], row["list"], row["code"], row["language"]): Label(row["label"], row["hint"])
        for row in read_rows("labels.csv")
    }


def _question(row: dict[str, str]) -> Question:
    return Question(
        code=row["code"],
        of=row["of"],
        section=row["section"],
        kind=row["kind"],
        options=row["options"],
        required=row["required"] == "yes",
        minimum=_integer(row["minimum"]),
        maximum=_integer(row["maximum"]),
        unit=row["unit"],
    )


def _integer(text: str) -> int | None:
    return int(text) if text else None
