"""The estimate of persons nobody saw, put together as it must be printed: never one number.

Order: the count; Chao's lower bound after correction for missed matches; ranges, each with its "if"; the assumptions
with their answers; the prior, the groupings and the match-error rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from denombrement.estimation.assumptions import TickedAssumptions
from denombrement.estimation.averaging import NumberDistribution, NumberPrior, average_over_graphs
from denombrement.estimation.heterogeneity import chao_interval
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.intervals import Interval
from denombrement.estimation.linkage_error import (
    MissedMatchRate,
    corrected_draw,
    distribution_of_fit,
    pool,
    repaired_share,
)
from denombrement.estimation.loglinear import LogLinearFit, best, fit_models, within_bic
from denombrement.estimation.models import two_way_models
from denombrement.estimation.refusals import (
    Limits,
    Refusal,
    Refused,
    StudyDesign,
    data_reasons,
    reasons_to_refuse,
    short_pairs,
)

_NEAR_BIC = 6.0


@dataclass(frozen=True)
class Range:
    """From … to …, in persons, with the number of models it rests on."""

    lower: float
    upper: float
    models: int = 1


@dataclass(frozen=True, eq=False)
class Ranges:
    """What one grouping of the services says.

    Args:
        lower_bound: Chao's, with its interval.
        models: from the lowest to the highest end of the 95 % intervals of all admissible models (the spread of their
            estimates alone would hold the truth far too seldom).
        averaging: 95 % credible interval over decomposable graphs.
        aic: 95 % interval of the model with the smallest AIC.
    """

    lower_bound: Interval
    models: Range
    averaging: Range
    aic: Range


@dataclass(frozen=True, eq=False)
class UnseenEstimate:
    """An estimate that may be printed; there is no single figure in it on purpose.

    Args:
        seen: persons counted.
        ranges: of the grouping that was recorded first.
        other_groupings: the same for the other groupings, by name.
        refused_groupings: groupings whose lists cannot carry an estimate, with the reasons.
        design, missed_matches, ticked: what was declared, measured and answered.
        prior: of the averaging, as text, with its delta and the largest number allowed.
        draws: linkage draws pooled.
    """

    seen: float
    ranges: Ranges
    other_groupings: Mapping[str, Ranges]
    refused_groupings: Mapping[str, tuple[Refusal, ...]]
    design: StudyDesign
    missed_matches: MissedMatchRate
    ticked: TickedAssumptions
    prior: str
    delta: float
    largest_number: float
    systems: int
    draws: int


@dataclass(frozen=True, eq=False)
class _Draws:
    bounds: list[Interval] = field(default_factory=list)
    models: list[Range] = field(default_factory=list)
    averages: list[NumberDistribution] = field(default_factory=list)
    aic: list[NumberDistribution] = field(default_factory=list)


def estimate_unseen(
    draws: Sequence[CaptureHistories],
    design: StudyDesign,
    ticked: TickedAssumptions,
    *,
    other_groupings: Mapping[str, Sequence[CaptureHistories]] | None = None,
    prior: NumberPrior | None = None,
    limits: Limits | None = None,
    seed: int = 1,
) -> UnseenEstimate | Refused:
    """Estimate the persons nobody saw, or say why not.

    Args:
        draws: capture histories, the first under the partition that the count used, the others under partitions
            that the deduplication drew; one alone is allowed.
        design: declared before the results.
        ticked: answers to the assumptions.
        other_groupings: the same draws under other groupings of the services.
        prior: of the number of persons in the averaging.
        limits: of the refusals.
        seed: of the missed-match rates drawn.

    Returns:
        The estimate, or all the reasons found against it.
    """
    rate = design.missed_matches
    reasons = reasons_to_refuse(draws[0], design, ticked, limits)
    if reasons or rate is None:
        return Refused(reasons)
    bounds = limits or Limits()
    others = other_groupings or {}
    against = {name: data_reasons(each[0], bounds) for name, each in others.items()}
    average = average_over_graphs(draws[0], prior=prior)
    return UnseenEstimate(
        seen=draws[0].seen,
        ranges=ranges_over_draws(draws, rate, prior=prior, limits=bounds, seed=seed),
        other_groupings={
            name: ranges_over_draws(each, rate, prior=prior, limits=bounds, seed=seed)
            for name, each in others.items()
            if not against[name]
        },
        refused_groupings={name: found for name, found in against.items() if found},
        design=design,
        missed_matches=rate,
        ticked=ticked,
        prior=average.prior.text,
        delta=average.delta,
        largest_number=average.largest_number,
        systems=len(draws[0].lists),
        draws=len(draws),
    )


def admissible(
    histories: CaptureHistories, fits: Sequence[LogLinearFit], least_overlap: int
) -> tuple[LogLinearFit, ...]:
    """Fitted models that need no overlap of fewer persons than this, within 6 of the best BIC among them."""
    sound = [fit for fit in fits if fit.is_fitted and not short_pairs(histories, fit.model, least_overlap)]
    return within_bic(sound, _NEAR_BIC)


def ranges_over_draws(
    draws: Sequence[CaptureHistories],
    rate: MissedMatchRate | None,
    *,
    prior: NumberPrior | None = None,
    limits: Limits | None = None,
    seed: int = 1,
) -> Ranges:
    """The ranges of one grouping, without asking whether they may be printed (see ``estimate_unseen``).

    Args:
        draws: capture histories under each partition, the count's own first; those that no model can carry are left out.
        rate: of missed matches, measured on the count's own partition; what a draw repairs is not corrected again.
        prior: of the number of persons in the averaging.
        limits: smallest overlap that a model may need.
        seed: of the missed-match rates drawn.

    Raises:
        UsageProblem: EST011 (no draw carries an estimate).
    """
    generator = np.random.default_rng(seed)
    found = _Draws()
    for draw in draws:
        corrected = corrected_draw(draw, rate, generator, repaired_share(draws[0], draw))
        _add_draw(found, draw, corrected, prior, limits or Limits())
    average, aic = pool(found.averages).distribution, pool(found.aic).distribution
    return Ranges(
        lower_bound=_pooled_bound(found.bounds),
        models=_pooled_models(found.models),
        averaging=Range(average.quantile(0.025), average.quantile(0.975)),
        aic=Range(aic.quantile(0.025), aic.quantile(0.975)),
    )


def _add_draw(
    found: _Draws,
    linked: CaptureHistories,
    corrected: CaptureHistories,
    prior: NumberPrior | None,
    limits: Limits,
) -> None:
    fits = fit_models(corrected, two_way_models(len(corrected.lists)))
    near = admissible(linked, fits, limits.least_overlap)
    preferred = best(fits, "aic")
    if not near or preferred is None:
        return
    ends = [fit.log_normal_ends for fit in near]
    found.models.append(Range(min(lower for lower, _ in ends), max(upper for _, upper in ends), len(near)))
    found.bounds.append(chao_interval(corrected))
    found.averages.append(average_over_graphs(corrected, prior=prior).distribution)
    found.aic.append(distribution_of_fit(preferred))


def _pooled_bound(bounds: Sequence[Interval]) -> Interval:
    return Interval(
        float(np.median([each.point for each in bounds])),
        float(np.quantile([each.lower for each in bounds], 0.025)),
        float(np.quantile([each.upper for each in bounds], 0.975)),
    )


def _pooled_models(ranges: Sequence[Range]) -> Range:
    return Range(
        float(np.quantile([each.lower for each in ranges], 0.025)),
        float(np.quantile([each.upper for each in ranges], 0.975)),
        max(each.models for each in ranges),
    )
