"""Log-linear models of the lists: estimate, standard error, deviance, AIC and BIC of each.

log μ_h = β₀ + Σ_T β_T ∏_{l∈T} h_l, with Poisson counts; n₀ = exp β₀ persons nobody saw, N = n + n₀, and
se² = n₀ + n₀²·Var β₀. BIC uses ln n. Main effects only is Mt of Rcapture's ``closedp.t``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, nan

import numpy as np
from scipy.special import gammaln, xlogy

from denombrement.estimation.existence import (
    Reduction,
    Standing,
    estimate_exists,
    identified,
    reduce_empty_margins,
)
from denombrement.estimation.histories import CaptureHistories, Mask, Matrix, Vector
from denombrement.estimation.models import Design, Model, design_for
from denombrement.estimation.poisson import PoissonFits, fit_poisson

_BATCH = 2048
_NORMAL_975 = 1.959963984540054
_CLEARLY_POSITIVE = 1e-5


@dataclass(frozen=True)
class LogLinearFit:
    """One model fitted to capture histories.

    Args:
        model: the model.
        standing: whether it carries an estimate; if not, every figure below is NaN.
        parameters_at_minus_infinity: interactions whose lists share nobody; they count as parameters.
        seen: persons seen (n).
        unseen: persons nobody saw, as estimated (n₀).
        standard_error: of the number of persons, in persons.
        log_standard_error: of β₀, the logarithm of the expected n₀.
        deviance, degrees_of_freedom, aic, bic: as Rcapture gives them.
    """

    model: Model
    standing: Standing
    parameters_at_minus_infinity: int
    seen: float
    unseen: float = nan
    standard_error: float = nan
    log_standard_error: float = nan
    deviance: float = nan
    degrees_of_freedom: int = 0
    aic: float = nan
    bic: float = nan

    @property
    def persons(self) -> float:
        """Seen and unseen (N)."""
        return self.seen + self.unseen

    @property
    def log_deviation(self) -> float:
        """Standard deviation of ln n₀, its own Poisson variation included: √(1/n₀ + Var β₀)."""
        return self.standard_error / self.unseen

    @property
    def log_normal_ends(self) -> tuple[float, float]:
        """Nominal 95 % bounds of N if the model is true: n + n₀·exp(±1.96 se(N)/n₀).

        The deviation is that of N, not of β₀ alone: the persons nobody saw are themselves a random number.
        """
        spread = exp(_NORMAL_975 * self.log_deviation)
        return self.seen + self.unseen / spread, self.seen + self.unseen * spread

    @property
    def is_fitted(self) -> bool:
        """The estimate exists and is identified."""
        return self.standing is Standing.FITTED


def fit_models(histories: CaptureHistories, models: Sequence[Model]) -> tuple[LogLinearFit, ...]:
    """Fit every model; the answers keep the order of ``models``."""
    design = design_for(models)
    fits: list[LogLinearFit] = []
    for start in range(0, len(models), _BATCH):
        fits.extend(_fit_batch(histories, design, models[start : start + _BATCH]))
    return tuple(fits)


def fit_model(histories: CaptureHistories, model: Model) -> LogLinearFit:
    """Fit one model."""
    return fit_models(histories, [model])[0]


def best(fits: Sequence[LogLinearFit], criterion: str) -> LogLinearFit | None:
    """The fitted model with the smallest ``aic`` or ``bic``; None when no model could be fitted."""
    fitted = [fit for fit in fits if fit.is_fitted]
    return min(fitted, key=lambda fit: float(getattr(fit, criterion)), default=None)


def within_bic(fits: Sequence[LogLinearFit], difference: float = 6.0) -> tuple[LogLinearFit, ...]:
    """Fitted models whose BIC is within ``difference`` of the best, best first."""
    first = best(fits, "bic")
    if first is None:
        return ()
    near = [fit for fit in fits if fit.is_fitted and fit.bic <= first.bic + difference]
    return tuple(sorted(near, key=lambda fit: fit.bic))


def _fit_batch(histories: CaptureHistories, design: Design, models: Sequence[Model]) -> list[LogLinearFit]:
    counts, columns = histories.counts[1:], design.select(models)
    reduction = reduce_empty_margins(design.matrix, counts, columns)
    has_rank = identified(design.matrix, reduction)
    usable = [int(row) for row in np.flatnonzero(has_rank)]
    kept = Reduction(reduction.columns[usable], reduction.cells[usable])
    dropped = (columns & ~reduction.columns).sum(axis=1)
    answers = [
        LogLinearFit(model, Standing.UNIDENTIFIED, int(count), histories.seen)
        for model, count in zip(models, dropped, strict=True)
    ]
    if not usable:
        return answers
    fits = fit_poisson(design.matrix, counts, kept.columns, kept.cells)
    exists = _exist(design.matrix, counts, kept, fits)
    for row, index in enumerate(usable):
        answers[index] = (
            _figures(histories, models[index], int(dropped[index]), fits, row)
            if exists[row]
            else LogLinearFit(models[index], Standing.NO_MAXIMUM, int(dropped[index]), histories.seen)
        )
    return answers


def _exist(design: Matrix, counts: Vector, kept: Reduction, fits: PoissonFits) -> Mask:
    smallest = np.where(kept.cells, fits.means, np.inf).min(axis=1)
    # Positive means with the margins of the data are the witness that the linear programme looks for.
    exists = smallest > _CLEARLY_POSITIVE * max(1.0, counts.sum() / 1000)
    for row in np.flatnonzero(~exists):
        cells, columns = kept.cells[row], kept.columns[row]
        exists[row] = estimate_exists(design[np.ix_(cells, columns)], counts[cells])
    return np.asarray(exists, dtype=np.bool_)


def _figures(
    histories: CaptureHistories, model: Model, dropped: int, fits: PoissonFits, row: int
) -> LogLinearFit:
    counts, means = histories.counts[1:], fits.means[row]
    unseen = float(np.exp(fits.coefficients[row, 0]))
    variance = float(fits.variance_of_constant[row])
    deviance = 2 * float((xlogy(counts, counts) - xlogy(counts, means) - counts + means).sum())
    log_likelihood = float((xlogy(counts, means) - means - gammaln(counts + 1)).sum())
    return LogLinearFit(
        model=model,
        standing=Standing.FITTED,
        parameters_at_minus_infinity=dropped,
        seen=histories.seen,
        unseen=unseen,
        standard_error=float(np.sqrt(unseen + unseen**2 * variance)),
        log_standard_error=float(np.sqrt(variance)),
        deviance=max(deviance, 0.0),
        degrees_of_freedom=len(counts) - model.parameters,
        aic=-2 * log_likelihood + 2 * model.parameters,
        bic=-2 * log_likelihood + log(histories.seen) * model.parameters,
    )
