"""Intervals of the count from the draws of deduplication: every draw is a way in which declarations may be persons.

In each draw a person is described by the best-placed of its declarations under the resolution's order, and counted
where that declaration is in scope. The same draws feed the total and each category, so their intervals agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from denombrement.counts.scope import COUNTED

if TYPE_CHECKING:
    import pandas as pd

TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """95 % interval of a number of adults."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class DrawnCounts:
    """Intervals over the draws: all adults in scope, and by category."""

    adults: Interval
    by_category: dict[str, Interval]


def drawn_counts(
    declared: pd.DataFrame, labels: NDArray[np.int32], *, persons_low: int, persons_high: int
) -> DrawnCounts:
    """Counts in every draw, then their 2.5 % and 97.5 % quantiles.

    The interval of all persons that deduplication states is wider than its draws where calibration found them too sure;
    the interval of all adults is widened by as many persons.

    Args:
        declared: one row a declaration in the order in which resolution believes them, with ``scope`` and ``category``.
        labels: one row a draw, one column a declaration in the same order; equal labels are one person.
        persons_low: lower end of the calibrated interval of all persons.
        persons_high: upper end.
    """
    inside = (declared["scope"] == COUNTED).to_numpy()
    codes, names = declared["category"].factorize(sort=True)
    counts = np.zeros((len(labels), len(names)), dtype=np.int64)
    for rank, row in enumerate(labels):
        # The first declaration of each person is the one believed.
        believed = np.unique(row, return_index=True)[1]
        counted = believed[inside[believed]]
        counts[rank] = np.bincount(codes[counted], minlength=len(names))
    persons = _interval(np.array([len(np.unique(row)) for row in labels]))
    adults = _interval(counts.sum(axis=1))
    adults = Interval(
        adults.low - max(0, persons.low - persons_low), adults.high + max(0, persons_high - persons.high)
    )
    by_category = {str(name): _interval(counts[:, place]) for place, name in enumerate(names)}
    return DrawnCounts(adults, by_category)


def kept_counts(kept: Mapping[str, Any]) -> DrawnCounts:
    """Intervals read back from ``dataclasses.asdict`` of earlier ones: what a purge of the draws leaves."""
    by_category = {name: Interval(**each) for name, each in kept["by_category"].items()}
    return DrawnCounts(Interval(**kept["adults"]), by_category)


def _interval(numbers: NDArray[np.int64]) -> Interval:
    low, high = np.quantile(numbers, TAILS)
    return Interval(int(np.floor(low)), int(np.ceil(high)))
