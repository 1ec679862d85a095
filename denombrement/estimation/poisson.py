"""Poisson regression by Newton's method, many models at a time.

All models share one design matrix; each has its own columns and its own cells (structural zeros are left out), as
masks. The log-likelihood is concave, so Newton steps with halving find its maximum wherever there is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denombrement.estimation.histories import Mask, Matrix, Vector

_MAX_STEPS = 80
_MAX_HALVINGS = 12
_SCORE_TOLERANCE = 1e-10
_LOWEST_LOG_RATE = -45.0
_HIGHEST_LOG_RATE = 300.0
_RIDGE = 1e-13


@dataclass(frozen=True, eq=False)
class PoissonFits:
    """One row a model: coefficients (0 where the column is not used), fitted means (0 in cells left out) and the
    variance of the constant, which is column 0.
    """

    coefficients: Matrix
    means: Matrix
    variance_of_constant: Vector


def fit_poisson(design: Matrix, counts: Vector, columns: Mask, cells: Mask) -> PoissonFits:
    """Maximum-likelihood Poisson regressions with a log link.

    Args:
        design: cells × columns; column 0 is the constant.
        counts: one a cell, ≥ 0.
        columns: models × columns used.
        cells: models × cells used.

    Returns:
        The fits. Where the likelihood has no maximum the means of some cells have run towards 0: see ``existence``.
    """
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    kept_cells, kept_columns = cells.astype(np.float64), columns.astype(np.float64)
    coefficients = _start(design, products, counts, kept_columns, kept_cells)
    for _ in range(_MAX_STEPS):
        means = _means(coefficients, design, kept_cells)
        score = ((counts * kept_cells - means) @ design) * kept_columns
        if np.abs(score).max() <= _SCORE_TOLERANCE * max(1.0, counts.sum()):
            break
        step = _solve(_information(means, products, kept_columns), score)
        coefficients = _climb(coefficients, step, design, counts, kept_cells)
    means = _means(coefficients, design, kept_cells)
    covariance = np.linalg.inv(_information(means, products, kept_columns))
    return PoissonFits(coefficients, means, np.asarray(covariance[:, 0, 0], dtype=np.float64))


def fit_one_poisson(design: Matrix, counts: Vector) -> PoissonFits:
    """The same for a single model that uses every row and every column."""
    everything = np.ones((1, design.shape[0]), dtype=np.bool_)
    return fit_poisson(design, counts, np.ones((1, design.shape[1]), dtype=np.bool_), everything)


def _solve(information: Matrix, target: Matrix) -> Matrix:
    return np.asarray(np.linalg.solve(information, target[:, :, None])[:, :, 0], dtype=np.float64)


def _start(design: Matrix, products: Matrix, counts: Vector, columns: Matrix, cells: Matrix) -> Matrix:
    rates = counts + 0.5
    weights = cells * rates
    information = _information(weights, products, columns)
    target = ((weights * np.log(rates)) @ design) * columns
    return _solve(information, target)


def _information(weights: Matrix, products: Matrix, columns: Matrix) -> Matrix:
    size = columns.shape[1]
    full = (weights @ products).reshape(-1, size, size)
    masked = full * columns[:, :, None] * columns[:, None, :]
    diagonal = np.arange(size)
    # Unused columns get a unit pivot; the ridge keeps a fit on its way to minus infinity solvable.
    masked[:, diagonal, diagonal] += (1 - columns) + columns * _RIDGE * (1 + masked[:, diagonal, diagonal])
    return np.asarray(masked, dtype=np.float64)


def _means(coefficients: Matrix, design: Matrix, cells: Matrix) -> Matrix:
    rates = np.clip(coefficients @ design.T, _LOWEST_LOG_RATE, _HIGHEST_LOG_RATE)
    return np.asarray(np.exp(rates) * cells, dtype=np.float64)


def _log_likelihood(coefficients: Matrix, design: Matrix, counts: Vector, cells: Matrix) -> Vector:
    rates = np.clip(coefficients @ design.T, _LOWEST_LOG_RATE, _HIGHEST_LOG_RATE)
    return np.asarray(((counts * rates - np.exp(rates)) * cells).sum(axis=1), dtype=np.float64)


def _climb(coefficients: Matrix, step: Matrix, design: Matrix, counts: Vector, cells: Matrix) -> Matrix:
    before = _log_likelihood(coefficients, design, counts, cells)
    slack = 1e-12 * (1 + np.abs(before))
    scale = np.ones((len(step), 1))
    for _ in range(_MAX_HALVINGS):
        worse = _log_likelihood(coefficients + scale * step, design, counts, cells) < before - slack
        if not worse.any():
            break
        scale[worse] /= 2
    return np.asarray(coefficients + scale * step, dtype=np.float64)
