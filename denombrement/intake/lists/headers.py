"""Which column is which question: by code, by label in any of the four languages, or by an old name (``aliases.csv``)."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from denombrement.errors import DamagedInput
from denombrement.intake.readers import RawTable, column_letter, header_names
from denombrement.reference import fold
from denombrement.survey.questionnaire import LANGUAGES, label, option_label, options, questions

MAXIMUM_CHILD_COLUMNS = 15
_CHILD = re.compile(r"^(?:child|enfant|kind) ?([0-9]{1,2})[ /](.+)$")
_TOKEN = re.compile(r"^token ([a-z0-9 ]{1,40})$")
COMPULSORY = ("situation", "sex")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a list holds.

    Args:
        place: rank in the row, from 0.
        name: a question's code, or ``service``, ``declaration_id``, ``code``, ``token``…
        option: the option that this column alone answers, in lists with one column an option.
        child: the child's rank from 1, 0 for the adult.
    """

    place: int
    name: str
    option: str = ""
    child: int = 0


def is_known_header(text: str) -> bool:
    """Whether a text names a column, be it one that we must refuse."""
    return _recognise(text) is not None or header_key(text) in personal_headers()


def columns_of(table: RawTable) -> list[Column]:
    """The columns that a table's header names; unknown ones are left aside.

    Raises:
        DamagedInput: INT109 for a column of names or birth dates, INT110 where no column is known, INT111 where two
            columns are the same question, INT112 where a compulsory question has no column.
    """
    _refuse_personal(table)
    found: dict[tuple[str, str, int], Column] = {}
    for place, header in enumerate(table.header):
        recognised = next(filter(None, map(_recognise, header_names(header))), None)
        if recognised is None:
            continue
        if recognised in found:
            raise DamagedInput("INT111", column=column_letter(place), question=recognised[0])
        found[recognised] = Column(place, *recognised)
    if not found:
        raise DamagedInput("INT110")
    return list(found.values())


def require_compulsory(columns: Sequence[Column]) -> None:
    """Refuses a list in which no form could be counted.

    Raises:
        DamagedInput: INT112.
    """
    named = {column.name for column in columns}
    for question in COMPULSORY:
        if question not in named:
            raise DamagedInput("INT112", question=question)


def header_key(text: str) -> str:
    """A header without case, accents and punctuation; groups stay apart (``income/work``)."""
    return "/".join(fold(part) for part in text.split("/"))


@cache
def personal_headers() -> frozenset[str]:
    """Headers of columns that may never travel in clear."""
    text = (resources.files("denombrement.intake.lists") / "personal_headers.txt").read_text(encoding="utf-8")
    return frozenset(text.split("\n")) - {""}


@cache
def _recognise(text: str) -> tuple[str, str, int] | None:
    key = header_key(text)
    names = _names()
    if key in names:
        return (*names[key], 0)
    token = _TOKEN.match(key)
    if token:
        return "token", token[1].replace(" ", "_"), 0
    child = _CHILD.match(key)
    if child and 1 <= int(child[1]) <= MAXIMUM_CHILD_COLUMNS and child[2] in _child_names():
        return _child_names()[child[2]], "", int(child[1])
    return None


@cache
def _names() -> dict[str, tuple[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    for each in questions():
        for text in (each.code, *(label("question", each.code, language).text for language in LANGUAGES)):
            names.setdefault(header_key(text), (each.code, ""))
        if each.kind == "choices":
            names.update(_option_columns(each.code, each.options))
    names.update({header_key(old): (column, "") for old, column in _aliases().items()})
    return names


def _option_columns(question: str, list_name: str) -> dict[str, tuple[str, str]]:
    columns: dict[str, tuple[str, str]] = {}
    stems = [question, *(label("question", question, language).text for language in LANGUAGES)]
    for option in options(list_name):
        endings = [option, *(option_label(list_name, option, language) for language in LANGUAGES)]
        for stem in stems:
            for ending in endings:
                columns[f"{header_key(stem)}/{header_key(ending)}"] = (question, option)
    return columns


@cache
def _child_names() -> dict[str, str]:
    names = {"sex": "child_sex", "sexe": "child_sex"}  # inside a child's columns, the child's
    for each in questions("child"):
        names[header_key(each.code)] = each.code
        names.update(
            {header_key(label("question", each.code, each_one).text): each.code for each_one in LANGUAGES}
        )
    return names


@cache
def _aliases() -> dict[str, str]:
    text = (resources.files("denombrement.intake.lists") / "aliases.csv").read_text(encoding="utf-8")
    return {row["header"]: row["column"] for row in csv.DictReader(text.splitlines())}


def _refuse_personal(table: RawTable) -> None:
    for place, header in enumerate(table.header):
        if any(header_key(text) in personal_headers() for text in header_names(header)):
            raise DamagedInput("INT109", where=table.place(table.header_row, place))
