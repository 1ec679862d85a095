"""From a typed name to forms that two services would type alike.

The steps, each of them a table of ``normalisation.toml`` or ``letters.csv`` so that the page's JavaScript agrees to
the bit:

1. apostrophes vanish; NFKD; capitals of known letters become small;
2. separators (spaces, hyphens, dots…) part the words;
3. sequences, then single letters, are transliterated to a–z; letters of scripts without a table are kept; all the
   rest (accents, digits, signs) vanishes;
4. particles: dropped, joined to the next word or stripped from the front, as the field's rules say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from denombrement.dedup.codes.phonetic import phonetic_key
from denombrement.dedup.codes.tables import FieldName, FieldRules, name_tables
from denombrement.errors import DamagedInput


@dataclass(frozen=True, slots=True)
class NameForms:
    """What a name is compared by.

    Attributes:
        joined: all words in one, particles included.
        core: the words that carry the name, in one; differs from ``joined`` for family names only.
        words: the words of the core (two or more for a double name).
        phonetic: the consonant skeleton of the core.
    """

    joined: str
    core: str
    words: tuple[str, ...]
    phonetic: str


def name_forms(text: str | None, field: FieldName) -> NameForms | None:
    """The forms of a given or a family name; ``None`` when it is missing, empty or a placeholder.

    Args:
        text: the name as typed, in any script.
        field: whose particles apply.

    Raises:
        DamagedInput: ``COD005``, longer than a name can be.
    """
    words = normalised_words(text)
    joined = "".join(words)
    parts = core_words(words, name_tables().fields[field])
    core = strip_prefix("".join(parts), name_tables().fields[field])
    if not core or core in name_tables().placeholders:
        return None
    return NameForms(joined, core, parts, phonetic_key(core))


def normalised_words(text: str | None) -> tuple[str, ...]:
    """The words of a name in a–z (and letters of scripts without a table), particles still in place."""
    if not text:
        return ()
    tables = name_tables()
    if len(text) > tables.longest_name_characters:
        raise DamagedInput("COD005", limit=tables.longest_name_characters)
    small = unicodedata.normalize("NFKD", text.translate(_apostrophes())).translate(_spacing())
    if not small.isascii():
        small = _sequences().sub(lambda found: _latin_of_sequence()[found.group()], small)
    return tuple(small.translate(_letters()).split())


def core_words(words: Sequence[str], rules: FieldRules) -> tuple[str, ...]:
    """The words that carry the name: particles dropped, joined or stripped."""
    kept: list[str] = []
    position = 0
    while position < len(words):
        rest = words[position:]
        taken = _dropped_words(rest, rules)
        if not taken:
            taken = _attached_words(rest, rules)
            kept.append(strip_prefix("".join(rest[:taken]), rules))
        position += taken
    return tuple(kept)


def strip_prefix(word: str, rules: FieldRules) -> str:
    """The word without a particle written at its front, as often as one is there."""
    for prefix, remaining in rules.prefixes:
        if word.startswith(prefix) and len(word) >= len(prefix) + remaining:
            return strip_prefix(word[len(prefix) :], rules)
    return word


def _dropped_words(rest: Sequence[str], rules: FieldRules) -> int:
    for particle in rules.dropped:
        if len(rest) > len(particle) and tuple(rest[: len(particle)]) == particle:
            return len(particle)
    return 0


def _attached_words(rest: Sequence[str], rules: FieldRules) -> int:
    taken = 1
    while taken < len(rest) and rest[taken - 1] in rules.attached:
        taken += 1
    return taken


class _LetterTable(dict[int, str]):
    """``str.translate`` table that drops what no table names, and remembers it."""

    def __missing__(self, code_point: int) -> str:
        kept = any(first <= code_point <= last for first, last in name_tables().kept)
        self[code_point] = chr(code_point) if kept else ""
        return self[code_point]


@cache
def _apostrophes() -> dict[int, None]:
    return dict.fromkeys(map(ord, name_tables().apostrophes))


@cache
def _spacing() -> dict[int, str]:
    tables = name_tables()
    return {ord(upper): lower for upper, lower in tables.lower.items()} | dict.fromkeys(
        map(ord, tables.separators), " "
    )


@cache
def _letters() -> _LetterTable:
    small = {ord(letter): letter for letter in "abcdefghijklmnopqrstuvwxyz "}
    return _LetterTable(small | {ord(letter): latin for letter, latin in name_tables().letters.items()})


@cache
def _latin_of_sequence() -> dict[str, str]:
    return {letters: latin for letters, latin, _ in name_tables().sequences}


@cache
def _sequences() -> re.Pattern[str]:
    patterns = (
        (r"(?<![^ ])" if start else "") + re.escape(letters) for letters, _, start in name_tables().sequences
    )
    return re.compile("|".join(patterns))
