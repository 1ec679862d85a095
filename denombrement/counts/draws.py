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
from denombrement.dedup.linkage.interval import interval
from denombrement.dedup.linkage.settings import default_settings

if TYPE_CHECKING:
    import pandas as pd


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


def drawn_counts(declared: pd.DataFrame, labels: NDArray[np.int32]) -> DrawnCounts:
    """Counts in every draw, then 95 % of them, stretched as the interval of all persons is.

    Args:
        declared: one row a declaration in the order in which resolution believes them, with ``scope`` and ``category``.
        labels: one row a draw, one column a declaration in the same order; equal labels are one person.
    """
    inside = (declared["scope"] == COUNTED).to_numpy()
    codes, names = declared["category"].factorize(sort=True)
    counts = np.zeros((len(labels), len(names)), dtype=np.int64)
    for rank, row in enumerate(labels):
        # The first declaration of each person is the one believed.
        believed = np.unique(row, return_index=True)[1]
        counted = believed[inside[believed]]
        counts[rank] = np.bincount(codes[counted], minlength=len(names))
    most = np.bincount(codes[inside], minlength=len(names))
    adults = _interval(counts.sum(axis=1), int(most.sum()))
    by_category = {
        str(name): _interval(counts[:, place], int(most[place])) for place, name in enumerate(names)
    }
    return DrawnCounts(adults, by_category)


def kept_counts(kept: Mapping[str, Any]) -> DrawnCounts:
    """Intervals read back from ``dataclasses.asdict`` of earlier ones: what a purge of the draws leaves."""
    by_category = {name: Interval(**each) for name, each in kept["by_category"].items()}
    return DrawnCounts(Interval(**kept["adults"]), by_category)


def _interval(numbers: NDArray[np.int64], most: int) -> Interval:
    return Interval(*interval(numbers, most, default_settings()))
