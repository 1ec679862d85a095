"""ETHOS Light as counted in Belgium: six categories, the Belgian seventh, unknown, and their living situations.

The typology is FEANTSA's; the prefixes of the codes are ours, because the same digit means three things in ETHOS,
in ETHOS Light and among its living situations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from denombrement.errors import UsageProblem
from denombrement.reference._tables import read_rows

_T = TypeVar("_T")

LANGUAGES = ("fr", "nl", "de", "en")


@dataclass(frozen=True)
class Category:
    """A row of every published table.

    Attributes:
        code: ``EL1`` … ``EL6``, ``BE7`` or ``unknown``.
        severity: 1 (public space) to 7 (threat of eviction), None for unknown.
        hidden: grouped under hidden homelessness by the Flemish publisher; None when it cannot be said.
        own_line: a total is published with it and another without it (``BE7``).
        residual: a homeless person whose situation is not known: counted, never dropped.
        living_situations: codes of its living situations, in order.
    """

    code: str
    severity: int | None
    hidden: bool | None
    own_line: bool
    residual: bool
    living_situations: tuple[str, ...]


@dataclass(frozen=True)
class LivingSituation:
    """Where the person slept: one of FEANTSA's twelve, ``BE7`` or ``unknown``; ``position`` orders them from 1 to 14."""

    code: str
    category: str
    position: int


@dataclass(frozen=True)
class Label:
    """The wording of a code in one language; ``source`` names an entry of ``origins()``, ``project`` is our proposal."""

    code: str
    language: str
    label: str
    definition: str
    source: str


@cache
def living_situations() -> tuple[LivingSituation, ...]:
    """All living situations, from ``EL1.1`` to ``EL6.12``, then ``BE7`` and ``unknown``."""
    rows = read_rows("living_situations.csv")
    found = (LivingSituation(row["code"], row["category"], int(row["position"])) for row in rows)
    return tuple(sorted(found, key=lambda situation: situation.position))


@cache
def categories() -> tuple[Category, ...]:
    """All categories, the most severe first, ``unknown`` last."""
    found = (_category(row) for row in read_rows("categories.csv"))
    return tuple(sorted(found, key=lambda category: (category.severity is None, category.severity)))


def _category(row: dict[str, str]) -> Category:
    code = row["code"]
    return Category(
        code=code,
        severity=int(row["severity"]) if row["severity"] else None,
        hidden={"yes": True, "no": False, "unknown": None}[row["hidden"]],
        own_line=row["own_line"] == "yes",
        residual=row["residual"] == "yes",
        living_situations=tuple(each.code for each in living_situations() if each.category == code),
    )


@cache
def _by_code() -> tuple[dict[str, Category], dict[str, LivingSituation]]:
    return {each.code: each for each in categories()}, {each.code: each for each in living_situations()}


def category(code: str) -> Category:
    """The category of a category code.

    Raises:
        UsageProblem: REF001, not a category.
    """
    return _known(_by_code()[0].get(code))


def living_situation(code: str) -> LivingSituation:
    """The living situation of a living situation code.

    Raises:
        UsageProblem: REF001, not a living situation.
    """
    return _known(_by_code()[1].get(code))


def category_of(code: str) -> str:
    """The category code of a living situation code (``EL3.6`` -> ``EL3``).

    Raises:
        UsageProblem: REF001, not a living situation.
    """
    return living_situation(code).category


def most_severe(codes: tuple[str, ...]) -> str:
    """The most severe of some category codes; ``unknown`` only when nothing else is known.

    Raises:
        UsageProblem: REF001, not a category, or no category at all.
    """
    wanted = {category(code).code for code in codes}
    return _known(next((each for each in categories() if each.code in wanted), None)).code


def label_entry(code: str, language: str = "fr") -> Label:
    """Label, definition and origin of a category or living situation in French, Dutch, German or English.

    Raises:
        UsageProblem: REF001 for an unknown code, REF003 for a language we have no labels in.
    """
    if language not in LANGUAGES:
        raise UsageProblem("REF003", languages=", ".join(LANGUAGES))
    return _known(_labels().get((code, language)))


def label(code: str, language: str = "fr") -> str:
    """The label alone; see `label_entry`."""
    return label_entry(code, language).label


def definition(code: str, language: str = "fr") -> str:
    """One plain sentence that says what the code covers; see `label_entry`."""
    return label_entry(code, language).definition


@cache
def _labels() -> dict[tuple[str, str], Label]:
    return {(row["code"], row["language"]): Label(**row) for row in read_rows("labels.csv")}


def _known(found: _T | None) -> _T:
    if found is None:
        raise UsageProblem("REF001")
    return found
