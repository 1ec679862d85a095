"""Exact intervals for counts and for the ratio of two counts.

They describe the process that made the count, as if the same night could be counted again; they are not sampling
error and cover neither missed persons nor missed matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from denombrement.errors import UsageProblem


@dataclass(frozen=True)
class Interval:
    """A figure and its bounds, in persons; ``upper`` is infinite when the likelihood never falls."""

    point: float
    lower: float
    upper: float
    level: float = 0.95

    def holds(self, truth: float) -> bool:
        """The truth lies between the bounds, ends included."""
        return self.lower <= truth <= self.upper


@dataclass(frozen=True)
class RatioInterval:
    """Ratio of two rates (later over earlier), with exact conditional bounds and two-sided p-value.

    ``ratio`` and ``upper`` are infinite when the earlier count is 0, ``ratio`` is NaN when both are.
    """

    ratio: float
    lower: float
    upper: float
    p_value: float
    level: float = 0.95

    def holds(self, truth: float) -> bool:
        """The truth lies between the bounds, ends included."""
        return self.lower <= truth <= self.upper


def garwood(count: int, level: float = 0.95) -> Interval:
    """Exact Poisson interval (Garwood 1936): χ²(α/2; 2x)/2 to χ²(1 − α/2; 2x + 2)/2.

    Args:
        count: persons, ≥ 0.
        level: nominal coverage.

    Raises:
        UsageProblem: EST016 (a negative count).
    """
    if count < 0:
        raise UsageProblem("EST016")
    from scipy.stats import chi2

    tail = (1 - level) / 2
    lower = float(chi2.ppf(tail, 2 * count)) / 2 if count > 0 else 0.0
    return Interval(float(count), lower, float(chi2.ppf(1 - tail, 2 * count + 2)) / 2, level)


def rate_ratio(
    count: int,
    reference_count: int,
    *,
    exposure: float = 1.0,
    reference_exposure: float = 1.0,
    level: float = 0.95,
) -> RatioInterval:
    """Ratio (count / exposure) / (reference count / reference exposure), exact given the sum of the counts.

    The count given the sum is binomial with π = r t₁/(r t₁ + t₂); Clopper–Pearson ends of π give those of r. Same
    as R's ``poisson.test`` with two samples.

    Args:
        count: persons of the later campaign, ≥ 0.
        reference_count: persons of the earlier one, ≥ 0.
        exposure: population of the later, or 1.
        reference_exposure: population of the earlier, or 1.
        level: nominal coverage.

    Raises:
        UsageProblem: EST016 (negative count or an exposure not above 0).
    """
    if min(count, reference_count) < 0 or min(exposure, reference_exposure) <= 0:
        raise UsageProblem("EST016")
    from scipy.stats import beta, binomtest

    total = count + reference_count
    if total == 0:
        return RatioInterval(float("nan"), 0.0, inf, 1.0, level)
    scale, tail = reference_exposure / exposure, (1 - level) / 2
    lower = float(beta.ppf(tail, count, reference_count + 1)) if count > 0 else 0.0
    upper = float(beta.ppf(1 - tail, count + 1, reference_count)) if reference_count > 0 else 1.0
    chance = exposure / (exposure + reference_exposure)
    return RatioInterval(
        ratio=_odds(count, reference_count) * scale,
        lower=_odds(lower, 1 - lower) * scale,
        upper=_odds(upper, 1 - upper) * scale,
        p_value=float(binomtest(count, total, chance).pvalue),
        level=level,
    )


def _odds(share: float, rest: float) -> float:
    return share / rest if rest > 0 else inf
