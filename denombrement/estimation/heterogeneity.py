"""Persons who are harder to find than others: Chao's lower bound and the heterogeneity models of Rcapture.

The lower bound holds when persons differ in how easily they are seen, or when being on one list makes another more
likely. It does *not* hold when matches are missed: a person split in two inflates it (see ``linkage_error``).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, nan, sqrt

import numpy as np
from scipy.special import gammaln, xlogy

from denombrement.estimation.existence import estimate_exists
from denombrement.estimation.histories import CaptureHistories, Matrix, Vector
from denombrement.estimation.intervals import Interval
from denombrement.estimation.poisson import fit_one_poisson
from denombrement.estimation.profile import interval_of_curve, profile_log_likelihood

SHAPES = ("Poisson2", "Darroch", "Gamma3.5")
_FIRST_HETEROGENEITY_ORDER = 3


@dataclass(frozen=True)
class HeterogeneityFit:
    """A model of unequal capture: ``persons`` is N; AIC and BIC as in ``loglinear``."""

    name: str
    persons: float
    standard_error: float
    deviance: float
    degrees_of_freedom: int
    aic: float
    bic: float


def chao_lower_bound(histories: CaptureHistories) -> float:
    """Chao's bound n + (L−1)/L · f₁²/(2 f₂), f_k being the persons on exactly k lists.

    With nobody on two lists the bias-corrected f₁(f₁−1)/2 stands for f₁²/(2 f₂) (Chao 1987).
    """
    lists = len(histories.lists)
    once, twice = histories.seen_on(1), histories.seen_on(2)
    hidden = once**2 / (2 * twice) if twice > 0 else once * max(once - 1, 0) / 2
    return histories.seen + (lists - 1) / lists * hidden


def chao_interval(histories: CaptureHistories) -> Interval:
    """Log-normal 95 % interval of the lower bound (Chao 1987), with its variance for L lists.

    It covers the bound's expectation, not the number of persons: its lower end is what may be quoted.
    """
    lists = len(histories.lists)
    once, twice = histories.seen_on(1), histories.seen_on(2)
    bound = chao_lower_bound(histories)
    hidden = bound - histories.seen
    if twice <= 0 or hidden <= 0:
        return Interval(bound, histories.seen, bound if hidden <= 0 else inf)
    ratio, share = once / twice, (lists - 1) / lists
    variance = twice * (share * ratio**2 / 2 + share**2 * ratio**3 + share**2 * ratio**4 / 4)
    spread = float(np.exp(1.96 * sqrt(log(1 + variance / hidden**2))))
    return Interval(bound, histories.seen + hidden / spread, histories.seen + hidden * spread)


def heterogeneity_models(histories: CaptureHistories) -> tuple[HeterogeneityFit, ...]:
    """M0, Mh and Mth of Rcapture's ``closedp.t``: Chao's bound as a regression, and three shapes of heterogeneity.

    Needs three lists for all but M0; figures are NaN where the estimate does not exist or is not identified.
    """
    fits = [_fit(histories, "M0", _equal_lists(histories))]
    if len(histories.lists) < _FIRST_HETEROGENEITY_ORDER:
        return tuple(fits)
    for prefix, base in (("Mh", _equal_lists(histories)), ("Mth", _own_lists(histories))):
        fits.append(_fit(histories, f"{prefix} Chao (LB)", _with_chao_terms(histories, base)))
        fits += [
            _fit(histories, f"{prefix} {shape}", _with_shape(histories, base, shape)) for shape in SHAPES
        ]
    return tuple(fits)


def chao_profile_interval(histories: CaptureHistories) -> Interval:
    """Profile interval of the Mh lower bound (Rcapture's ``closedpCI.0``, "Mh Chao (LB)").

    Open above, and without a point, when nobody is on two lists or more.
    """
    counts = histories.counts[1:]
    if histories.seen_on(1) == histories.seen:
        return Interval(inf, histories.seen, inf)
    design = _with_chao_terms(histories, _equal_lists(histories))
    guess = float(np.exp(fit_one_poisson(design, counts).coefficients[0, 0]))
    on = np.concatenate([[0.0], histories.lists_per_history[1:].astype(np.float64)])
    base = np.column_stack([np.ones(len(on)), on])

    def log_likelihood(unseen: float) -> float:
        cells = np.concatenate([[unseen], counts])
        # Which terms turn negative depends on the number unseen: they are chosen anew at each.
        return profile_log_likelihood(_add_growing_terms(base, on, cells), cells)

    return interval_of_curve(log_likelihood, seen=histories.seen, guess=guess)


def _with_chao_terms(histories: CaptureHistories, base: Matrix) -> Matrix:
    on = histories.lists_per_history[1:].astype(np.float64)
    return _add_growing_terms(base, on, histories.counts[1:])


def _add_growing_terms(base: Matrix, on: Vector, counts: Vector) -> Matrix:
    """Add Chao's terms (k−2)₊, (k−3)₊ … and take out, again and again, those with negative coefficients."""
    terms = [
        np.maximum(on - order + 1, 0.0) for order in range(_FIRST_HETEROGENEITY_ORDER, int(on.max()) + 1)
    ]
    while terms:
        design = np.column_stack([base, *terms])
        slopes = fit_one_poisson(design, counts).coefficients[0, base.shape[1] :]
        kept = [term for term, slope in zip(terms, slopes, strict=True) if slope >= 0]
        if len(kept) == len(terms):
            return np.asarray(design, dtype=np.float64)
        terms = kept
    return base


def _equal_lists(histories: CaptureHistories) -> Matrix:
    on = histories.lists_per_history[1:].astype(np.float64)
    return np.column_stack([np.ones(len(on)), on])


def _own_lists(histories: CaptureHistories) -> Matrix:
    on = histories.memberships[1:].astype(np.float64)
    return np.column_stack([np.ones(len(on)), on])


def _with_shape(histories: CaptureHistories, base: Matrix, shape: str) -> Matrix:
    on = histories.lists_per_history[1:].astype(np.float64)
    column: Vector = {
        "Poisson2": 2.0**on - 1,
        "Darroch": on**2 / 2,
        "Gamma3.5": log(3.5) - np.log(3.5 + on),
    }[shape]
    return np.column_stack([base, column])


def _fit(histories: CaptureHistories, name: str, design: Matrix) -> HeterogeneityFit:
    counts = histories.counts[1:]
    freedom = len(counts) - design.shape[1]
    if np.linalg.matrix_rank(design) < design.shape[1] or not estimate_exists(design, counts):
        return HeterogeneityFit(name, nan, nan, nan, freedom, nan, nan)
    fitted = fit_one_poisson(design, counts)
    means, unseen = fitted.means[0], float(np.exp(fitted.coefficients[0, 0]))
    deviance = 2 * float((xlogy(counts, counts) - xlogy(counts, means) - counts + means).sum())
    log_likelihood = float((xlogy(counts, means) - means - gammaln(counts + 1)).sum())
    parameters = design.shape[1]
    return HeterogeneityFit(
        name=name,
        persons=histories.seen + unseen,
        standard_error=sqrt(unseen + unseen**2 * float(fitted.variance_of_constant[0])),
        deviance=max(deviance, 0.0),
        degrees_of_freedom=freedom,
        aic=-2 * log_likelihood + 2 * parameters,
        bic=-2 * log_likelihood + log(histories.seen) * parameters,
    )
