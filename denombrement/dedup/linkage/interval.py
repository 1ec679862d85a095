"""The interval of any number that is counted in every drawn partition."""

from __future__ import annotations

import math

import numpy as np

from denombrement.dedup.linkage.arrays import Longs
from denombrement.dedup.linkage.settings import Settings

NORMAL_95 = 1.96


def interval(counts: Longs, declarations: int, settings: Settings) -> tuple[int, int]:
    """95 % interval of a number of persons, to the nearest person.

    The draws are stretched around their median by a calibrated factor. What no number of draws averages out is added in
    squares: real faults are not those of the model, so that it joins a share of the duplicates too many or too few.

    Args:
        counts: persons in each drawn partition.
        declarations: how many there are to be counted; persons are never more.
        settings: the model's factor and doubt.
    """
    low, middle, high = np.quantile(counts, [0.025, 0.5, 0.975])
    doubt = NORMAL_95 * settings.model_doubt * max(0.0, declarations - middle)
    below = math.hypot(settings.interval_factor * (middle - low), doubt)
    above = math.hypot(settings.interval_factor * (high - middle), doubt)
    return max(0, int(np.rint(middle - below))), min(int(np.rint(middle + above)), declarations)
