"""Counts whose rates differ from place to place: y_c ~ Poisson(rate_c E_c), rate_c ~ Gamma(shape k, mean μ).

The hyper-parameters are fitted by maximum likelihood (negative binomial) on (ln k, ln μ). Used to smooth the rates of
communes and to say what communes that did not take part may hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import gamma

from denombrement.errors import UsageProblem
from denombrement.estimation.histories import Matrix, Vector

LOWEST_LOG_SHAPE, HIGHEST_LOG_SHAPE = -2.0, 6.0
FEWEST_UNITS = 4
_STEP = 1e-3
_FALLBACK = (0.3, 0.05)


@dataclass(frozen=True, eq=False)
class GammaPoisson:
    """Fitted hyper-parameters: logarithms of the shape k and of the mean rate μ, with their covariance."""

    log_shape: float
    log_mean: float
    covariance: Matrix

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

        Hyper-parameters come from their normal approximation, rates from the gamma, counts from the Poisson.
        """
        logs = generator.multivariate_normal([self.log_shape, self.log_mean], self.covariance, size=draws)
        shapes = np.exp(np.clip(logs[:, :1], LOWEST_LOG_SHAPE, HIGHEST_LOG_SHAPE))
        rates = generator.gamma(np.broadcast_to(shapes, (draws, len(exposures)))) / shapes
        counts = generator.poisson(rates * np.exp(logs[:, 1:]) * exposures)
        return np.asarray(counts.sum(axis=1), dtype=np.float64)


def fit_gamma_poisson(counts: Vector, exposures: Vector) -> GammaPoisson:
    """Maximum likelihood of (ln k, ln μ), k between e⁻² and e⁶.

    The covariance is the inverse of the Hessian, or variances 0.3 and 0.05 where that is not positive definite.

    Args:
        counts: persons by place, at least one person in all.
        exposures: population (or other exposure) by place, > 0.

    Raises:
        UsageProblem: EST017 (fewer than 4 places, nobody at all, or an exposure not above 0).
    """
    if len(counts) < FEWEST_UNITS or counts.sum() <= 0 or exposures.min() <= 0:
        raise UsageProblem("EST017", least=FEWEST_UNITS)

    def loss(point: Vector) -> float:
        return -_log_likelihood(point, counts, exposures)

    start = np.array([1.0, np.log(counts.sum() / exposures.sum())])
    limits = [(LOWEST_LOG_SHAPE, HIGHEST_LOG_SHAPE), (start[1] - 6.0, start[1] + 6.0)]
    found = minimize(loss, start, method="L-BFGS-B", bounds=limits, options={"ftol": 1e-13, "gtol": 1e-8})
    point = np.asarray(found.x, dtype=np.float64)
    return GammaPoisson(float(point[0]), float(point[1]), _covariance(point, counts, exposures))


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


def _log_likelihood(point: Vector, counts: Vector, exposures: Vector) -> float:
    shape, means = np.exp(point[0]), np.exp(point[1]) * exposures
    terms = (
        gammaln(counts + shape)
        - gammaln(shape)
        - gammaln(counts + 1)
        - shape * np.log1p(means / shape)
        + counts * (np.log(means) - np.log(shape + means))
    )
    return float(terms.sum())


def _covariance(point: Vector, counts: Vector, exposures: Vector) -> Matrix:
    hessian = np.zeros((2, 2))
    steps = np.eye(2) * _STEP
    for row in range(2):
        for column in range(2):
            corners = [
                sign * _log_likelihood(point + one * steps[row] + other * steps[column], counts, exposures)
                for one, other, sign in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
            ]
            hessian[row, column] = -sum(corners) / (4 * _STEP**2)
    if np.linalg.eigvalsh(hessian).min() <= 1e-6:  # noqa: PLR2004 - flat: no curvature to speak of
        return np.diag(_FALLBACK)
    return np.asarray(np.linalg.inv(hessian), dtype=np.float64)
