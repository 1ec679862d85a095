"""Words, numbers and dates of a map in four languages; the words are data (``data/map_labels.csv``)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources

from denombrement.errors import UsageProblem

LANGUAGES = ("fr", "nl", "de", "en")
NARROW_SPACE = "\u202f"
# Thousands separator and decimal mark.
_MARKS = {"fr": (NARROW_SPACE, ","), "nl": (".", ","), "de": (".", ","), "en": (",", ".")}


@cache
def _labels() -> dict[tuple[str, str], str]:
    text = (resources.files("denombrement.publication") / "data" / "map_labels.csv").read_text(
        encoding="utf-8"
    )
    return {
        (row["key"], row["language"]): row["text"] for row in csv.DictReader(io.StringIO(text, newline=""))
    }


def rounded(value: float, decimals: int) -> Decimal:
    """The value as it is printed: halves go up, as readers expect."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Quantity:
    """A number inside a sentence, and the words that agree with it: ``{n} {n:enfant|enfants}``.

    Args:
        printed: the number as the language writes it.
        singular: whether the language wants the singular beside it.
    """

    printed: str
    singular: bool

    def __format__(self, forms: str) -> str:
        if not forms:
            return self.printed
        one, many = forms.split("|")
        return one if self.singular else many


@dataclass(frozen=True)
class Wording:
    """One language's words and typography.

    Args:
        language: ``fr``, ``nl``, ``de`` or ``en``.

    Raises:
        UsageProblem: PUB005, another language.
    """

    language: str = "fr"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise UsageProblem("PUB005", name=self.language, known=", ".join(LANGUAGES))

    def __call__(self, key: str, **facts: object) -> str:
        """The label of a key, its braces filled; an unknown key raises ``KeyError``."""
        return _labels()[key, self.language].format(**facts)

    def number(self, value: float | Decimal, decimals: int = 0) -> str:
        """A number as printed in this language: ``1 394`` and ``47,4`` in French."""
        thousands, mark = _MARKS[self.language]
        plain = f"{rounded(float(value), decimals):,f}"
        return plain.translate({ord(","): thousands, ord("."): mark})

    def quantity(self, value: int) -> Quantity:
        """A number with its agreement: French counts 0 as singular, the other languages 1 alone."""
        singular = value in (0, 1) if self.language == "fr" else value == 1
        return Quantity(self.number(value), singular)

    def limit(self, value: float | Decimal) -> str:
        """A class limit: no more decimals than it needs."""
        needed = Decimal(str(value)).normalize().as_tuple().exponent
        return self.number(value, max(0, -int(needed)))

    def day(self, on: date) -> str:
        """A date in words: ``1er janvier 2025``."""
        return self("date", day=self._number_of_day(on), month=self._month(on), year=on.year)

    def night(self, evening: date) -> str:
        """A reference night, from the evening's date: ``nuit du 19 au 20 octobre 2023``."""
        morning = evening + timedelta(days=1)
        if evening.month == morning.month:
            first = self("date.day_only", day=self._number_of_day(evening))
        elif evening.year == morning.year:
            first = self("date.no_year", day=self._number_of_day(evening), month=self._month(evening))
        else:
            first = self.day(evening)
        return self("night", first=first, second=self.day(morning))

    def _number_of_day(self, on: date) -> str:
        return self("date.first") if on.day == 1 else str(on.day)

    def _month(self, on: date) -> str:
        return self(f"month.{on.month}")
