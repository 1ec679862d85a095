"""Counts whose rates differ from place to place: y_c ~ Poisson(rate_c E_c), rate_c ~ Gamma(shape k, mean μ).

The hyper-parameters are fitted by maximum likelihood (negative binomial) on (ln k, ln μ). Used to smooth the rates of
communes and to say what communes that did not take part may hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import gamma

from denombrement.errors import UsageProblem
from denombrement.estimation.histories import Vector

LOWEST_LOG_SHAPE, HIGHEST_LOG_SHAPE = -2.0, 6.0
FEWEST_UNITS = 4
_POINTS = 161
_NEWTON_STEPS = 60


@dataclass(frozen=True, eq=False)
class GammaPoisson:
    """Fitted hyper-parameters, and what the data say of others.

    Args:
        log_shape, log_mean: maximum-likelihood ln k and ln μ.
        log_shapes: values of ln k from −2 to 6, equally spaced.
        chances: of each, given the data, all alike beforehand (ln μ integrated out by Laplace's method).
        log_means, deviations: mean and standard deviation of ln μ at each.
    """

    log_shape: float
    log_mean: float
    log_shapes: Vector
    chances: Vector
    log_means: Vector
    deviations: Vector

    @property
    def shape(self) -> float:
        """Shape of the gamma (k): the larger, the more alike the places."""
        return float(np.exp(self.log_shape))

    @property
    def mean_rate(self) -> float:
        """Mean rate (μ), per unit of exposure."""
        return float(np.exp(self.log_mean))

    def predict(self, exposures: Vector, draws: int, generator: np.random.Generator) -> Vector:
        """Draws of the persons in places with these exposures, all together.

        Hyper-parameters come from their distribution given the data, rates from the gamma, counts from the Poisson.
        """
        which = generator.choice(len(self.chances), size=draws, p=self.chances)
        shapes = np.exp(self.log_shapes[which])[:, None]
        means = np.exp(self.log_means[which] + self.deviations[which] * generator.standard_normal(draws))
        rates = generator.gamma(np.broadcast_to(shapes, (draws, len(exposures)))) / shapes
        counts = generator.poisson(rates * means[:, None] * exposures)
        return np.asarray(counts.sum(axis=1), dtype=np.float64)


def fit_gamma_poisson(counts: Vector, exposures: Vector) -> GammaPoisson:
    """Maximum likelihood of (ln k, ln μ), k between e⁻² and e⁶, and their distribution given the data.

    A normal approximation of ln k would be cut off at e⁶ whenever places are alike, so it is tabulated instead.

    Args:
        counts: persons by place, at least one person in all.
        exposures: population (or other exposure) by place, > 0.

    Raises:
        UsageProblem: EST017 (fewer than 4 places, nobody at all, or an exposure not above 0).
    """
    if len(counts) < FEWEST_UNITS or counts.sum() <= 0 or exposures.min() <= 0:
        raise UsageProblem("EST017", least=FEWEST_UNITS)
    log_shapes = np.linspace(LOWEST_LOG_SHAPE, HIGHEST_LOG_SHAPE, _POINTS)
    log_means, deviations = _means_given_shape(log_shapes, counts, exposures)
    heights = log_likelihood(log_shapes, log_means, counts, exposures)
    weights = np.exp(heights - heights.max()) * deviations
    best = minimize_scalar(
        lambda value: -_profile(value, counts, exposures),
        bounds=_around(log_shapes, int(np.argmax(heights))),
        method="bounded",
        options={"xatol": 1e-9},
    )
    log_shape = float(best.x)
    log_mean = float(_means_given_shape(np.array([log_shape]), counts, exposures)[0][0])
    return GammaPoisson(log_shape, log_mean, log_shapes, weights / weights.sum(), log_means, deviations)


def smoothed_rates(counts: Vector, exposures: Vector, level: float = 0.95) -> pd.DataFrame:
    """Empirical-Bayes rates: posterior Gamma(k + y, k/μ + E) of each place.

    Compute them from protected counts, and hand them to the auditor: a smoothed rate is a published number.

    Args:
        counts: persons by place.
        exposures: population by place, > 0.
        level: of the bounds, which ignore the uncertainty of the hyper-parameters.

    Returns:
        One row a place, in order: ``raw_rate``, ``smoothed_rate``, ``lower``, ``upper``, per unit of exposure.

    Raises:
        UsageProblem: EST017.
    """
    fit = fit_gamma_poisson(counts, exposures)
    shapes, inverse_scales = fit.shape + counts, fit.shape / fit.mean_rate + exposures
    tail = (1 - level) / 2
    return pd.DataFrame(
        {
            "raw_rate": counts / exposures,
            "smoothed_rate": shapes / inverse_scales,
            "lower": gamma.ppf(tail, shapes) / inverse_scales,
            "upper": gamma.ppf(1 - tail, shapes) / inverse_scales,
        }
    )


def log_likelihood(log_shapes: Vector, log_means: Vector, counts: Vector, exposures: Vector) -> Vector:
    """Negative binomial log-likelihood of each pair (ln k, ln μ)."""
    shapes, means = np.exp(log_shapes)[:, None], np.exp(log_means)[:, None] * exposures
    terms = (
        gammaln(counts + shapes)
        - gammaln(shapes)
        - gammaln(counts + 1)
        - shapes * np.log1p(means / shapes)
        + counts * (np.log(means) - np.log(shapes + means))
    )
    return np.asarray(terms.sum(axis=1), dtype=np.float64)


def _profile(log_shape: float, counts: Vector, exposures: Vector) -> float:
    shapes = np.array([log_shape])
    means, _ = _means_given_shape(shapes, counts, exposures)
    return float(log_likelihood(shapes, means, counts, exposures)[0])


def _means_given_shape(log_shapes: Vector, counts: Vector, exposures: Vector) -> tuple[Vector, Vector]:
    """The likeliest ln μ at each ln k, by Newton's method, and its standard deviation."""
    shapes = np.exp(log_shapes)[:, None]
    log_means = np.full(len(log_shapes), np.log(counts.sum() / exposures.sum()))
    for _ in range(_NEWTON_STEPS):
        means = np.exp(log_means)[:, None] * exposures
        slope = (shapes * (counts - means) / (shapes + means)).sum(axis=1)
        curvature = (shapes * means * (shapes + counts) / (shapes + means) ** 2).sum(axis=1)
        # Steps above one unit of ln μ leave the region where the curve is like a parabola.
        log_means = log_means + np.clip(slope / curvature, -1.0, 1.0)
    return log_means, np.asarray(1 / np.sqrt(curvature), dtype=np.float64)


def _around(grid: Vector, index: int) -> tuple[float, float]:
    return float(grid[max(index - 1, 0)]), float(grid[min(index + 1, len(grid) - 1)])
