"""What missed matches do to an estimate, and how to carry the doubt of the linkage into it.

A person on k ≥ 2 lists is *split* with probability s: one list, drawn at random, goes astray and looks like a second
person seen once. Then E y* = A(s) y with A[h→h] = 1 − s and A[h→h∖j] = A[h→{j}] = s/k (statistics: Ding &
Fienberg 1994; Di Consiglio & Tuoto 2015). Every estimate is inflated, Chao's lower bound included, unless A⁻¹y* is
used. The rate s must have been measured; its own uncertainty and that of the partition are pooled over draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from denombrement.errors import UsageProblem
from denombrement.estimation.averaging import NumberDistribution
from denombrement.estimation.histories import CaptureHistories, Matrix
from denombrement.estimation.loglinear import LogLinearFit
from denombrement.estimation.models import bits_of

_LARGEST_RATE = 0.5
_POINTS = 401


@dataclass(frozen=True)
class MissedMatchRate:
    """How often a person on several lists was left split, as measured.

    Args:
        missed: persons on several lists found split.
        examined: persons on several lists looked at.
        source: how it was measured (review sample, synthetic twin…), to be printed.

    Raises:
        UsageProblem: EST010 (not 0 ≤ missed ≤ examined, nobody examined, or a rate of a half and more).
    """

    missed: float
    examined: float
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.missed <= self.examined or self.examined <= 0 or self.rate >= _LARGEST_RATE:
            raise UsageProblem("EST010")

    @property
    def rate(self) -> float:
        """Share of persons on several lists who are split (s)."""
        return self.missed / self.examined

    def draw(self, generator: np.random.Generator) -> float:
        """One plausible rate: Jeffreys' beta, kept below one half."""
        drawn = generator.beta(self.missed + 0.5, self.examined - self.missed + 0.5)
        return float(min(drawn, _LARGEST_RATE - 0.01))


@dataclass(frozen=True)
class Correction:
    """Corrected histories, and the persons taken out of histories that would have become negative."""

    histories: CaptureHistories
    clipped: float


def split_matrix(number_of_lists: int, rate: float) -> Matrix:
    """A(s): expected records by history (rows) of one person of each history (columns); index 0 is unused."""
    size = 1 << number_of_lists
    matrix = np.eye(size)
    for history in range(size):
        on = bits_of(history)
        if len(on) > 1:
            matrix[history, history] = 1 - rate
            for bit in on:
                matrix[history & ~(1 << bit), history] += rate / len(on)
                matrix[1 << bit, history] += rate / len(on)
    return matrix


def correct_missed_matches(histories: CaptureHistories, rate: float) -> Correction:
    """Histories as they would be without splits: A(s)⁻¹ y*, negative cells set to zero.

    Args:
        histories: as linked.
        rate: share of persons on several lists who are split, 0 ≤ s < 1/2.
    """
    solved = np.linalg.solve(split_matrix(len(histories.lists), rate), histories.counts)
    solved[np.abs(solved) < 1e-9] = 0.0  # noqa: PLR2004 - what the solver leaves of an empty cell
    kept = np.maximum(solved, 0.0)
    return Correction(CaptureHistories(histories.lists, kept), float((kept - solved).sum()))


def histories_of_partitions(
    labels: NDArray[np.integer], systems: Sequence[str], lists: Sequence[str]
) -> tuple[CaptureHistories, ...]:
    """Capture histories under each partition of the declarations that the deduplication drew.

    Args:
        labels: draws × declarations; declarations with one label are one person in that draw.
        systems: system of the service that made each declaration.
        lists: all systems, in order.

    Raises:
        UsageProblem: EST007 (a system that is not among the lists), EST002 (no declaration).
    """
    position = {name: index for index, name in enumerate(lists)}
    unknown = set(systems) - set(position)
    if unknown:
        raise UsageProblem("EST007", unknown=len(unknown))
    bits = np.array([1 << position[name] for name in systems], dtype=np.int64)
    found = []
    for draw in labels:
        _, person = np.unique(draw, return_inverse=True)
        on = np.zeros(len(draw), dtype=np.int64)
        np.bitwise_or.at(on, person, bits)
        counts = np.bincount(on, minlength=1 << len(lists)).astype(np.float64)
        counts[0] = 0
        found.append(CaptureHistories(tuple(lists), counts))
    return tuple(found)


def distribution_of_fit(fit: LogLinearFit) -> NumberDistribution:
    """A fitted model as a distribution: n₀ log-normal around its estimate, on equally likely points."""
    levels = (np.arange(_POINTS) + 0.5) / _POINTS
    unseen = fit.unseen * np.exp(ndtri(levels) * fit.log_deviation)
    return NumberDistribution(fit.seen + unseen, np.full(_POINTS, 1 / _POINTS))


@dataclass(frozen=True, eq=False)
class PooledNumber:
    """A mixture over linkage draws.

    Args:
        distribution: the mixture.
        draws: how many were mixed.
        within_deviation: root of the mean variance inside the draws, in persons.
        between_deviation: standard deviation of the draws' means, in persons.
    """

    distribution: NumberDistribution
    draws: int
    within_deviation: float
    between_deviation: float


def pool(distributions: Sequence[NumberDistribution]) -> PooledNumber:
    """Mix distributions, one a linkage draw, with equal weights.

    Raises:
        UsageProblem: EST011 (nothing to pool).
    """
    if not distributions:
        raise UsageProblem("EST011")
    persons = np.concatenate([each.persons for each in distributions])
    chances = np.concatenate([each.chances for each in distributions]) / len(distributions)
    order = np.argsort(persons, kind="stable")
    within = float(np.sqrt(np.mean([each.standard_deviation**2 for each in distributions])))
    between = float(np.std([each.mean for each in distributions]))
    mixture = NumberDistribution(persons[order], chances[order])
    return PooledNumber(mixture, len(distributions), within, between)


def corrected_draw(
    draw: CaptureHistories,
    rate: MissedMatchRate | None,
    generator: np.random.Generator,
    repaired: float = 0.0,
) -> CaptureHistories:
    """One partition's histories, corrected with one plausible rate.

    Args:
        draw: capture histories of the partition.
        rate: measured on the partition that the count used.
        generator: for the rate.
        repaired: share of the persons on several lists whom this partition, unlike the count's, holds together
            (``repaired_share``): what is repaired must not be corrected again.
    """
    if rate is None:
        return draw
    left = min(max(rate.draw(generator) - repaired, 0.0), _LARGEST_RATE - 0.01)
    return correct_missed_matches(draw, left).histories


def repaired_share(counted: CaptureHistories, draw: CaptureHistories) -> float:
    """Persons fewer in a draw than in the count, as a share of the draw's persons on several lists; negative if more."""
    several = draw.seen - draw.seen_on(1)
    return (counted.seen - draw.seen) / several if several > 0 else 0.0
