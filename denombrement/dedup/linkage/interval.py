"""The interval of any number that is counted in every drawn partition."""

from __future__ import annotations

import numpy as np

from denombrement.dedup.linkage.arrays import Longs


def interval(counts: Longs, factor: float) -> tuple[int, int]:
    """95 % of the draws, stretched around the median by the calibrated factor, to the nearest person."""
    low, middle, high = np.quantile(counts, [0.025, 0.5, 0.975])
    below, above = middle - factor * (middle - low), middle + factor * (high - middle)
    return int(np.rint(below)), int(np.rint(above))
