"""What a cell says: codes or labels in any of the four languages, numbers, dates and communes as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from denombrement.errors import DenombrementError
from denombrement.intake.readers import excel_serial_to_iso
from denombrement.reference import find_commune, fold
from denombrement.survey.questionnaire import LANGUAGES, Question, option_label, options

Answer = str | int | list[str] | None
_WHOLE = re.compile(r"^[+]?([0-9]{1,9})(?:[.,]0+)?$")
_DAY_FIRST = re.compile(r"^([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})$")
_ISO = re.compile(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00.*)?$")
_NIS = re.compile(r"^(?:be)?([0-9]{5})(?:\.0)?$")
_MOST_WORDS = 150
_SEPARATORS = re.compile(r"\s*[;,|\n]\s*")
CHECKED = frozenset({"1", "x", "true", "vrai", "yes", "oui", "ja", "waar", "wahr"})
UNCHECKED = frozenset({"0", "false", "faux", "no", "non", "nee", "nein", "onwaar", "falsch"})


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A cell that says nothing we know: the reason's code, never the cell."""

    reason: str


def reader_of(question: Question, night: date) -> Callable[[str], Answer | Misunderstood]:
    """The function that reads cells of one question."""
    readers: dict[str, Callable[[str], Answer | Misunderstood]] = {
        "integer": read_integer,
        "date": read_date,
        "commune": lambda text: read_commune(text, night),
        "choices": lambda text: read_choices(text, question.options),
        "choice": lambda text: read_choice(text, question.options),
        # One cell cannot describe children; what it says of them must not be lost unseen.
        "children": lambda _text: Misunderstood("REC003"),
    }
    return readers[question.kind]


def read_integer(text: str) -> int | Misunderstood:
    """A whole number, also written ``42.0`` as spreadsheets export it."""
    found = _WHOLE.match(text)
    return int(found[1]) if found else Misunderstood("REC003")


def read_date(text: str) -> str | Misunderstood:
    """ISO date from ``2023-10-19``, ``19/10/2023`` (day first) or a spreadsheet's serial number."""
    iso, day_first = _ISO.match(text), _DAY_FIRST.match(text)
    if iso:
        parts = (int(iso[1]), int(iso[2]), int(iso[3]))
    elif day_first:
        parts = (int(day_first[3]), int(day_first[2]), int(day_first[1]))
    else:
        return excel_serial_to_iso(text) or Misunderstood("REC003")
    try:
        return date(*parts).isoformat()
    except ValueError:
        return Misunderstood("REC003")


def read_choice(text: str, list_name: str) -> str | Misunderstood:
    """Code of one option, from its code or its label; ``x`` and ``1`` mean yes where the answer is yes or no."""
    found = _codes(list_name).get(fold(text))
    if found is None and list_name == "yes_no":
        found = "yes" if text.lower() in CHECKED else "no" if text.lower() in UNCHECKED else None
    return found or Misunderstood("REC001")


def read_choices(text: str, list_name: str) -> list[str] | Misunderstood:
    """Codes of several options, separated by commas, semicolons or spaces (so do exports join labels)."""
    parts = [part for part in _SEPARATORS.split(text) if part]
    codes = [_codes(list_name).get(fold(part)) for part in parts]
    if codes and None not in codes:
        return list(dict.fromkeys(code for code in codes if code))
    words = fold(text).split()
    found = _segmented(tuple(words), list_name) if len(words) <= _MOST_WORDS else None
    return list(dict.fromkeys(found)) if found else Misunderstood("REC001")


def _segmented(words: tuple[str, ...], list_name: str) -> tuple[str, ...] | None:
    """The options of which these words are the texts, one after the other; long texts first."""
    if not words:
        return ()
    known = _codes(list_name)
    for length in range(min(len(words), _longest(list_name)), 0, -1):
        code = known.get(" ".join(words[:length]))
        rest = _segmented(words[length:], list_name) if code else None
        if code and rest is not None:
            return (code, *rest)
    return None


@cache
def _longest(list_name: str) -> int:
    return max(len(text.split()) for text in _codes(list_name))


def read_commune(text: str, night: date) -> str | Misunderstood:
    """NIS code of a commune from its name, postcode or code; any five-digit NIS code is taken as it is."""
    found = _codes("commune").get(fold(text))
    if found:
        return found
    try:
        return find_commune(text, night).nis
    except DenombrementError:
        nis = _NIS.match(text.strip().lower())
        return nis[1] if nis and not nis[1].startswith("8") else Misunderstood("REC009")


@cache
def _codes(list_name: str) -> dict[str, str]:
    codes: dict[str, str] = {}
    for code in options(list_name):
        codes[fold(code)] = code
        for language in LANGUAGES:
            codes.setdefault(fold(option_label(list_name, code, language)), code)
    return codes
