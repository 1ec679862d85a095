"""Intervals held against a truth: coverage, its Monte Carlo error, median error and width."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

import numpy as np


@dataclass
class Tally:
    """Intervals and points of one method under one truth."""

    held: list[bool] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)

    def add(self, truth: float, lower: float, upper: float, point: float | None = None) -> None:
        self.held.append(lower <= truth <= upper)
        if point is not None and truth > 0:
            self.errors.append(100 * (point - truth) / truth)
        if truth > 0 and isfinite(upper):
            self.widths.append(100 * (upper - lower) / truth)

    def summary(self) -> dict[str, float | int | None]:
        share = float(np.mean(self.held)) if self.held else None
        return {
            "intervals": len(self.held),
            "coverage": None if share is None else round(share, 3),
            "monte_carlo_error": None
            if share is None
            else round(float(np.sqrt(share * (1 - share) / len(self.held))), 3),
            "median_error_percent": _median(self.errors),
            "median_width_percent": _median(self.widths),
        }


def _median(values: list[float]) -> float | None:
    return round(float(np.median(values)), 1) if values else None
