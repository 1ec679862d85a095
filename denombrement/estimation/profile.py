"""Profile-likelihood interval of the number of persons (Rcapture's ``closedpCI.t``).

For each number n₀ of unseen persons the model is fitted to all 2^L cells, the unseen one holding n₀; with
π = μ/Σμ the multinomial log-likelihood is
ℓ(n₀) = lnΓ(N+1) − lnΓ(n₀+1) + n₀ ln π₀ + Σ y_h ln π_h, and the interval ends where it lies χ²₁/2 below its maximum.
Its point is that maximum, a little below the Poisson estimate.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, xlogy
from scipy.stats import chi2

from denombrement.estimation.existence import reduce_empty_margins
from denombrement.estimation.histories import CaptureHistories, Matrix, Vector
from denombrement.estimation.intervals import Interval
from denombrement.estimation.loglinear import LogLinearFit
from denombrement.estimation.models import design_for
from denombrement.estimation.poisson import fit_one_poisson

_LARGEST_FACTOR = 1e4
_FEWEST = 1e-6

Curve = Callable[[float], float]


def profile_log_likelihood(design: Matrix, cells: Vector) -> float:
    """ℓ of the module's docstring: ``cells[0]`` holds the unseen persons, row 0 of the design is theirs."""
    means = fit_one_poisson(design, cells).means[0]
    ways = gammaln(cells.sum() + 1) - gammaln(cells[0] + 1)
    return float(ways + xlogy(cells, means / means.sum()).sum())


def profile_interval(histories: CaptureHistories, fit: LogLinearFit, level: float = 0.95) -> Interval:
    """The interval of a fitted model.

    Args:
        histories: the data that the model was fitted to.
        fit: a fitted model (``fit.is_fitted``).
        level: nominal coverage.
    """
    design = design_for([fit.model])
    counts = histories.counts[1:]
    reduced = reduce_empty_margins(design.matrix, counts, design.select([fit.model]))
    rows, columns = reduced.cells[0], reduced.columns[0]
    unseen_row = np.eye(1, int(columns.sum()))
    full = np.vstack([unseen_row, design.matrix[np.ix_(rows, columns)]])
    seen_cells = counts[rows]

    def log_likelihood(unseen: float) -> float:
        return profile_log_likelihood(full, np.concatenate([[unseen], seen_cells]))

    return interval_of_curve(log_likelihood, seen=histories.seen, guess=fit.unseen, level=level)


def interval_of_curve(curve: Curve, *, seen: float, guess: float, level: float = 0.95) -> Interval:
    """Maximum and ends of a profile log-likelihood.

    Args:
        curve: ℓ(n₀), for a number of unseen persons.
        seen: persons seen, added to all figures.
        guess: a number of unseen persons near the maximum.
        level: nominal coverage.
    """
    start = log(max(guess, 1.0))
    found = minimize_scalar(
        lambda value: -curve(exp(value)),
        bounds=(start - 3.0, start + 1.0),
        method="bounded",
        options={"xatol": 1e-9},
    )
    peak = exp(float(found.x))
    floor = -float(found.fun) - float(chi2.ppf(level, 1)) / 2
    lower, upper = _lower_end(curve, peak, floor), _upper_end(curve, peak, floor, seen)
    return Interval(seen + peak, seen + lower, seen + upper, level)


def _lower_end(curve: Curve, peak: float, floor: float) -> float:
    if peak <= _FEWEST or curve(_FEWEST) >= floor:
        return 0.0
    return float(brentq(lambda value: curve(value) - floor, _FEWEST, peak, xtol=1e-7, rtol=1e-12))


def _upper_end(curve: Curve, peak: float, floor: float, seen: float) -> float:
    inside, outside = peak, 2 * peak + 1
    while curve(outside) >= floor:
        inside, outside = outside, 2 * outside
        if outside > _LARGEST_FACTOR * seen:
            return inf
    return float(brentq(lambda value: curve(value) - floor, inside, outside, xtol=1e-7, rtol=1e-12))
