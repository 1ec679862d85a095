"""Fixed, round, disjoint classes for rates.

The limits are data (``data/measures.toml``) and never computed from the values: quantiles and natural breaks move from
year to year and can leave one commune alone in a class of its own making.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from denombrement.errors import UsageProblem
from denombrement.publication.maps.wording import Wording, rounded

MAXIMUM_BREAKS = 4


@dataclass(frozen=True)
class Measure:
    """What a map shows.

    Attributes:
        name: key of ``measures.toml``.
        quantity: ``count`` (drawn as circles) or ``rate`` (drawn as shades).
        decimals: number of decimals printed.
        per: number of inhabitants a rate refers to; 0 for a count.
        breaks: class limits of a rate of all persons.
        breaks_by_category: class limits of a rate of one category among several.
    """

    name: str
    quantity: str
    decimals: int
    per: int = 0
    breaks: tuple[float, ...] = ()
    breaks_by_category: tuple[float, ...] = ()

    def classes(self, *, by_category: bool) -> Classes:
        """The classes of this measure."""
        return Classes(self.breaks_by_category if by_category else self.breaks, self.decimals)


@cache
def measures() -> dict[str, Measure]:
    """All measures by name."""
    text = (resources.files("denombrement.publication") / "data" / "measures.toml").read_text(
        encoding="utf-8"
    )
    return {name: Measure(name, **_frozen(fields)) for name, fields in tomllib.loads(text).items()}


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}


def measure(name: str) -> Measure:
    """The measure of a name.

    Raises:
        UsageProblem: PUB005, unknown name.
    """
    if name not in measures():
        raise UsageProblem("PUB005", name=name, known=", ".join(measures()))
    return measures()[name]


@dataclass(frozen=True)
class Classes:
    """Classes of values from 0 up: below the first limit, from each limit to the next, from the last limit.

    A value is classed after rounding to the decimals printed, so that a figure and its shade never contradict each other.

    Args:
        breaks: increasing limits above 0; each belongs to the class above it.
        decimals: decimals printed.

    Raises:
        UsageProblem: PUB006, limits that are not positive and increasing, or not one to four of them: more shades
            than five cannot be told apart on paper.
    """

    breaks: tuple[float, ...]
    decimals: int = 0

    def __post_init__(self) -> None:
        increasing = all(low < high for low, high in pairwise((0.0, *self.breaks)))
        if not increasing or not 1 <= len(self.breaks) <= MAXIMUM_BREAKS:
            raise UsageProblem("PUB006")

    @property
    def number(self) -> int:
        """How many classes."""
        return len(self.breaks) + 1

    def index(self, value: float) -> int:
        """The class of a value, 0 for the lowest."""
        printed = rounded(value, self.decimals)
        return sum(printed >= limit for limit in self._limits())

    def counts(self, values: Iterable[float]) -> tuple[int, ...]:
        """How many values are in each class."""
        indices = [self.index(value) for value in values]
        return tuple(indices.count(index) for index in range(self.number))

    def labels(self, wording: Wording) -> tuple[str, ...]:
        """Disjoint labels: ``moins de 10``, ``10 à 24,9``, …, ``75 et plus``."""
        limits = self._limits()
        first = wording("class.below", high=wording.limit(limits[0]))
        between = [self._between(low, high, wording) for low, high in pairwise(limits)]
        return (first, *between, wording("class.above", low=wording.limit(limits[-1])))

    def _between(self, low: Decimal, next_low: Decimal, wording: Wording) -> str:
        high = next_low - Decimal(1).scaleb(-self.decimals)
        key = "class.only" if low == high else "class.between"
        return wording(key, low=wording.limit(low), high=wording.limit(high))

    def _limits(self) -> tuple[Decimal, ...]:
        return tuple(Decimal(str(limit)) for limit in self.breaks)
