"""What pyxform and ODK Validate let through: functions and choices that do not exist, translations that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

Sheets = Mapping[str, Sequence[Mapping[str, str]]]
_EXPRESSIONS = ("relevant", "constraint", "required", "calculation", "choice_filter")
_FUNCTION = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)\s*\(")
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_TEXT = re.compile(r"'[^']*'")
_COMPARED = re.compile(r"(\$\{[^}]+\}|\.) ?!?= ?'([^']*)'|selected\((\$\{[^}]+\}|\.), ?'([^']*)'\)")
_TRANSLATED = re.compile(r"^([a-z_]+)::.* \(([a-z]{2})\)$")
_NUMBER = re.compile(r"^[0-9.,+-]+$")


@dataclass(frozen=True, slots=True)
class Problem:
    """What would go wrong: ``kind`` is function, question, choice, translation, name or number; ``place`` is where."""

    kind: str
    place: str


def xlsform_problems(sheets: Sheets, languages: Sequence[str]) -> list[Problem]:
    """Problems of an XLSForm given as sheets, in the order of its rows; empty where there is none."""
    return [
        *_double_names(sheets["survey"]),
        *_unknown_words(sheets["survey"], sheets["choices"]),
        *_numeric_choices(sheets["choices"]),
        *_missing_translations(sheets, languages),
    ]


@cache
def known_functions() -> frozenset[str]:
    """Functions of the ODK XForms specification that a form of ours may call."""
    text = (resources.files("denombrement.forms.xlsform") / "functions.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def _double_names(survey: Sequence[Mapping[str, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, row in _placed("survey", survey):
        name = row.get("name", "")
        if name and name in seen:
            # Intake reads columns by their name without the group: it must be the only one.
            yield Problem("name", place)
        seen.add(name)


def _unknown_words(
    survey: Sequence[Mapping[str, str]], choices: Sequence[Mapping[str, str]]
) -> Iterator[Problem]:
    lists = {
        row["name"]: row["type"].partition(" ")[2] for row in survey if row["type"].startswith("select_")
    }
    offered = {(row["list_name"], row["name"]) for row in choices}
    names = {row.get("name", "") for row in survey}
    for place, row in _placed("survey", survey):
        for column in _EXPRESSIONS:
            text = row.get(column, "")
            yield from _unknown_in(text, f"{place}, {column}", names)
            for code, choice in _compared(text, row.get("name", "")):
                if choice and code in lists and (lists[code], choice) not in offered:
                    yield Problem("choice", f"{place}, {column}")


def _unknown_in(text: str, place: str, names: set[str]) -> Iterator[Problem]:
    if any(name not in known_functions() for name in _FUNCTION.findall(_TEXT.sub("''", text))):
        yield Problem("function", place)
    if any(name not in names for name in _REFERENCE.findall(text)):
        yield Problem("question", place)


def _compared(text: str, own: str) -> Iterator[tuple[str, str]]:
    for match in _COMPARED.finditer(text):
        path, choice = (match[1], match[2]) if match[1] else (match[3], match[4])
        yield (own if path == "." else path[2:-1]), choice


def _numeric_choices(choices: Sequence[Mapping[str, str]]) -> Iterator[Problem]:
    for place, row in _placed("choices", choices):
        if _NUMBER.match(row["name"]):
            yield Problem("number", place)


def _missing_translations(sheets: Sheets, languages: Sequence[str]) -> Iterator[Problem]:
    for name in ("survey", "choices"):
        for place, row in _placed(name, sheets[name]):
            found: dict[str, set[str]] = {"label": set()} if _needs_label(name, row) else {}
            for column, text in row.items():
                translation = _TRANSLATED.match(column)
                if translation and text:
                    found.setdefault(translation[1], set()).add(translation[2])
            if any(set(languages) - seen for seen in found.values()):
                yield Problem("translation", place)


def _needs_label(sheet: str, row: Mapping[str, str]) -> bool:
    kind = row.get("type", "")
    return sheet == "choices" or not (kind.startswith("end ") or kind == "calculate")


def _placed(sheet: str, rows: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for line, row in enumerate(rows, 2):
        yield f"{sheet}, l. {line}", row
