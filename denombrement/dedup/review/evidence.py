"""What speaks for and against one person, part by part, without showing a part: agrees, nearly, differs, missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

AGREES, NEAR, DIFFERS, MISSING = "agrees", "near", "differs", "missing"
EXACTLY, WORD, SWAPPED, ONE_SIDE, BOTH_SIDES = "exactly", "word", "swapped", "one_side", "both_sides"
PLATFORM_CODE, CODE = "platform_code", "code"
Tokens = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part compared.

    Args:
        part: given_name, family_name, birth_year, …
        verdict: agrees, near, differs, missing.
        how: which agreement or which lack; with the verdict, the key of its text.
    """

    part: str
    verdict: str
    how: str


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    exact: tuple[str, ...]
    near: tuple[tuple[str, tuple[str, ...]], ...]
    words: tuple[str, ...]
    crossed: tuple[tuple[str, str], ...]


def compare(one: Tokens, other: Tokens) -> list[Finding]:
    """Findings about two declarations.

    Args:
        one: columns of ``declared_tokens``; a missing one is None.
        other: the same of the other declaration.
    """
    found = [_compare_part(part, one, other) for part in _parts()]
    if _any(one, ("opaque_code",)) and _any(other, ("opaque_code",)):
        found.insert(0, _whole_code(PLATFORM_CODE, "opaque_code", one, other))
    elif (
        all(each.verdict == MISSING for each in found[:5]) and _any(one, ("code",)) and _any(other, ("code",))
    ):
        # A recipe that keys nothing but the whole code.
        found.insert(0, _whole_code(CODE, "code", one, other))
    return found


def _whole_code(part: str, column: str, one: Tokens, other: Tokens) -> Finding:
    equal = _equal(one, other, (column,))
    return Finding(part, AGREES, EXACTLY) if equal else Finding(part, DIFFERS, "")


def _compare_part(part: _Part, one: Tokens, other: Tokens) -> Finding:
    if _equal(one, other, part.exact):
        return Finding(part.name, AGREES, EXACTLY)
    if part.crossed and (_crosses(part, one, other) or _crosses(part, other, one)):
        return Finding(part.name, NEAR, SWAPPED)
    known = [_any(side, part.exact) for side in (one, other)]
    if not all(known):
        return Finding(part.name, MISSING, ONE_SIDE if any(known) else BOTH_SIDES)
    if _share_word(part, one, other):
        return Finding(part.name, NEAR, WORD)
    for how, columns in part.near:
        if _equal(one, other, columns):
            return Finding(part.name, NEAR, how)
    return Finding(part.name, DIFFERS, "")


def _equal(one: Tokens, other: Tokens, columns: Sequence[str]) -> bool:
    return all(one.get(name) is not None and one.get(name) == other.get(name) for name in columns)


def _any(side: Tokens, columns: Sequence[str]) -> bool:
    return any(side.get(name) is not None for name in columns)


def _crosses(part: _Part, one: Tokens, other: Tokens) -> bool:
    return all(one.get(a) is not None and one.get(a) == other.get(b) for a, b in part.crossed)


def _share_word(part: _Part, one: Tokens, other: Tokens) -> bool:
    words = [{side.get(name) for name in part.words} - {None} for side in (one, other)]
    return bool(words[0] & words[1])


@cache
def _parts() -> tuple[_Part, ...]:
    text = (resources.files(__package__) / "evidence.toml").read_text(encoding="utf-8")
    return tuple(
        _Part(
            entry["name"],
            tuple(entry["exact"]),
            tuple((how, tuple(columns)) for how, columns in entry.get("near", {}).items()),
            tuple(entry.get("words", ())),
            tuple((a, b) for a, b in entry.get("crossed", ())),
        )
        for entry in tomllib.loads(text)["parts"]
    )
