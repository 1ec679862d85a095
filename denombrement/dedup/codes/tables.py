"""The tables names are normalised by, read from the data files beside this module.

``letters.csv`` (transliteration), ``normalisation.toml`` (separators, particles, placeholders) and ``phonetic.toml``
(the rules of the consonant skeleton) are the only source: :func:`denombrement.dedup.codes.web_tables` hands the
same values to the page as JSON.
"""

from __future__ import annotations

import csv
import io
import string
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

FieldName = Literal["given_name", "family_name"]


@dataclass(frozen=True)
class FieldRules:
    """What is done with the small words of one field (see ``normalisation.toml``)."""

    dropped: tuple[tuple[str, ...], ...]
    attached: frozenset[str]
    prefixes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class NameTables:
    """Every table a name meets, in the order it meets them."""

    longest_name_characters: int
    apostrophes: str
    separators: str
    lower: dict[str, str]
    sequences: tuple[tuple[str, str, bool], ...]
    letters: dict[str, str]
    kept: tuple[tuple[int, int], ...]
    placeholders: frozenset[str]
    fields: dict[FieldName, FieldRules]
    phonetic: tuple[tuple[str, str], ...]


def read_text(*path: str) -> str:
    """The text of a data file of this package."""
    return resources.files(__package__).joinpath(*path).read_text(encoding="utf-8")


@cache
def name_tables() -> NameTables:
    """The tables of the package, read once."""
    rules = tomllib.loads(read_text("normalisation.toml"))
    letters = {row["letter"]: row["latin"] for row in csv.DictReader(io.StringIO(read_text("letters.csv")))}
    return NameTables(
        longest_name_characters=rules["longest_name_characters"],
        apostrophes=rules["apostrophes"],
        separators=rules["separators"],
        lower=_lower_case(letters),
        sequences=tuple(
            (entry["letters"], entry["latin"], entry.get("start", False)) for entry in rules["sequences"]
        ),
        letters=letters,
        kept=tuple((int(first, 16), int(last, 16)) for first, last in rules["kept"]),
        placeholders=frozenset(rules["placeholders"]["words"]),
        fields={"given_name": _field(rules["given_name"]), "family_name": _field(rules["family_name"])},
        phonetic=tuple(
            (pattern, into) for pattern, into in tomllib.loads(read_text("phonetic.toml"))["rules"]
        ),
    )


def _lower_case(letters: dict[str, str]) -> dict[str, str]:
    """Capitals of the letters we know, and no others: engines differ on the rest of Unicode."""
    pairs = {letter.upper(): letter for letter in letters if letter.upper().lower() == letter}
    capitals = {upper: lower for upper, lower in pairs.items() if len(upper) == 1 and upper != lower}
    return capitals | dict(zip(string.ascii_uppercase, string.ascii_lowercase, strict=True))


def _field(rules: dict[str, Any]) -> FieldRules:
    dropped = sorted((tuple(entry.split()) for entry in rules["dropped"]), key=len, reverse=True)
    return FieldRules(
        dropped=tuple(dropped),
        attached=frozenset(rules["attached"]),
        prefixes=tuple((prefix, remaining) for prefix, remaining in rules["prefixes"]),
    )
