"""What a reader of the published figures knows about each cell, before any reasoning on sums.

The rules of the publication are public (base, threshold, what each symbol may stand for), so they belong to what the
reader knows; only the secret and the true counts do not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from denombrement.protection.lp import Vector

UNBOUNDED = 1e9
"""More persons than any table holds: stands for "no upper bound" where a solver wants a number."""


class Status(StrEnum):
    """How a cell is published."""

    PUBLISHED = "published"
    ROUNDED = "rounded"
    PROTECTED = "protected"
    TRUE_ZERO = "true_zero"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True)
class Rules:
    """The published rules by which a reader turns a figure into an interval.

    Args:
        reach: a rounded value lies at most this far from the count.
        zeros_shown: zeros are always shown as such, so any other cell holds at least one person.
    """

    reach: int = 0
    zeros_shown: bool = False

    def interval(self, status: Status, value: int | None) -> tuple[float, float]:
        """Least and largest count that a published cell may stand for."""
        least = 1 if self.zeros_shown else 0
        if status is Status.ROUNDED and value is not None:
            return max(least, value - self.reach), value + self.reach
        if status is Status.PROTECTED or value is None:
            return least, UNBOUNDED
        return value, value


@dataclass(frozen=True)
class Statement:
    """One interval that a publication gives away about one variable."""

    variable: int
    low: float
    high: float


@dataclass(frozen=True)
class Knowledge:
    """Bounds of every variable; a cell that nobody printed lies between 0 and no bound at all."""

    lower: Vector
    upper: Vector

    @classmethod
    def of(cls, size: int, statements: Iterable[Statement]) -> Knowledge:
        """All statements together, of this release and of earlier ones."""
        lower, upper = np.zeros(size), np.full(size, UNBOUNDED)
        for said in statements:
            lower[said.variable] = max(lower[said.variable], said.low)
            upper[said.variable] = min(upper[said.variable], said.high)
        return cls(lower, upper)
