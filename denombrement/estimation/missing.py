"""Communes, or services, that did not take part: what they may hold, beside the count and never inside it.

The figure of the participating area is *the* figure. Extrapolations follow, labelled, with the rate of those missing
equal to, half of, or double that of those taking part: no interval covers the reasons why a place stays away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from denombrement.errors import UsageProblem
from denombrement.estimation.gamma_poisson import FEWEST_UNITS, fit_gamma_poisson
from denombrement.estimation.histories import Vector
from denombrement.estimation.intervals import Interval, garwood
from denombrement.estimation.refusals import Refusal, Refused

SCENARIOS = (("equal", 1.0), ("half", 0.5), ("double", 2.0))
COLUMNS = ("code", "kind", "exposure", "took_part", "count")


@dataclass(frozen=True, eq=False)
class Places:
    """Places invited to the count, one row each.

    Args:
        frame: ``code`` (NIS code, or service), ``kind`` (type of place; one value when there is no typology),
            ``exposure`` (population; for services, persons reported earlier, or 1), ``took_part`` (true/false),
            ``count`` (persons; for services those known to no other service; empty where it did not take part).

    Raises:
        UsageProblem: EST018 (columns, repeated codes, exposures not above 0), EST019 (a count where none can be, or
            none where there must be one: silence is not zero).
    """

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        if not set(COLUMNS) <= set(self.frame.columns):
            raise UsageProblem("EST018")
        if self.frame["code"].duplicated().any() or not (self.frame["exposure"] > 0).all():
            raise UsageProblem("EST018")
        counted = self.frame["count"].notna()
        if (counted != self.frame["took_part"].astype(bool)).any() or (self.frame["count"] < 0).any():
            raise UsageProblem("EST019")

    @property
    def participating(self) -> pd.DataFrame:
        """Rows of the places that took part."""
        return self.frame[self.frame["took_part"].astype(bool)]

    @property
    def missing(self) -> pd.DataFrame:
        """Rows of the places that did not."""
        return self.frame[~self.frame["took_part"].astype(bool)]


@dataclass(frozen=True)
class ParticipatingArea:
    """The figure: persons in the places that took part, with Garwood's interval and its share of the exposure."""

    count: int
    interval: Interval
    places: int
    exposure_percent: float


@dataclass(frozen=True)
class Scenario:
    """An extrapolation: persons in the missing places alone, and in the whole area, if their rate is this one.

    Args:
        name: ``equal``, ``half`` or ``double``.
        rate_factor: rate of the missing places over that of the participating ones.
        missing_places: predictive median and bounds for the missing places.
        whole_area: the same with the participating count added; an extrapolation, never to be called the count.
    """

    name: str
    rate_factor: float
    missing_places: Interval
    whole_area: Interval


@dataclass(frozen=True)
class MissingPlaces:
    """The participating area first, then the scenarios (none when all took part)."""

    participating: ParticipatingArea
    scenarios: tuple[Scenario, ...]


def participating_area(places: Places) -> ParticipatingArea:
    """What was counted, where it was counted."""
    rows = places.participating
    count = int(rows["count"].sum())
    share = 100 * float(rows["exposure"].sum()) / float(places.frame["exposure"].sum())
    return ParticipatingArea(count, garwood(count), len(rows), share)


def extrapolate(
    places: Places,
    *,
    by_kind: bool = False,
    draws: int = 20_000,
    seed: int = 1,
    already_counted: int = 0,
) -> MissingPlaces | Refused:
    """Gamma-Poisson predictive for the places that did not take part.

    Args:
        places: all places invited.
        by_kind: fit each kind of place apart where at least 4 of it took part; the others share one fit.
        draws: of the predictive distribution.
        seed: of the draws.
        already_counted: persons of the missing places whom others counted: no scenario holds fewer.

    Returns:
        The figure and the scenarios, or a refusal when fewer than 4 places took part or they counted nobody.
    """
    area = participating_area(places)
    if area.places < FEWEST_UNITS or area.count == 0:
        return Refused((Refusal("few_participants", (("least", FEWEST_UNITS), ("found", area.places))),))
    if places.missing.empty:
        return MissingPlaces(area, ())
    return MissingPlaces(
        area,
        tuple(
            _scenario(
                name,
                factor,
                area.count,
                np.maximum(_predict(places, by_kind, factor, draws, seed), already_counted),
            )
            for name, factor in SCENARIOS
        ),
    )


def _predict(places: Places, by_kind: bool, factor: float, draws: int, seed: int) -> Vector:  # noqa: FBT001
    generator = np.random.default_rng(seed)
    total = np.zeros(draws)
    for missing, informing in _strata(places, by_kind=by_kind):
        fit = fit_gamma_poisson(_column(informing, "count"), _column(informing, "exposure"))
        total += fit.predict(factor * _column(missing, "exposure"), draws, generator)
    return total


def _strata(places: Places, *, by_kind: bool) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Missing places, each group with the participants that inform it."""
    everyone, missing = places.participating, places.missing
    if not by_kind:
        return [(missing, everyone)]
    strata = []
    shared = missing["kind"].map(lambda kind: not _is_informed(everyone, str(kind))).astype(bool)
    for kind, rows in missing[~shared].groupby("kind", observed=True):
        strata.append((rows, everyone[everyone["kind"] == kind]))
    if shared.any():
        strata.append((missing[shared], everyone))
    return strata


def _is_informed(participating: pd.DataFrame, kind: str) -> bool:
    rows = participating[participating["kind"] == kind]
    return len(rows) >= FEWEST_UNITS and rows["count"].sum() > 0


def _scenario(name: str, factor: float, counted: int, drawn: Vector) -> Scenario:
    lower, median, upper = (float(value) for value in np.quantile(drawn, [0.025, 0.5, 0.975]))
    whole = Interval(counted + median, counted + lower, counted + upper)
    return Scenario(name, factor, Interval(median, lower, upper), whole)


def _column(frame: pd.DataFrame, name: str) -> Vector:
    return frame[name].to_numpy(dtype=np.float64)
