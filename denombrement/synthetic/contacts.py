"""Which services see whom: a person's services are of types that meet such situations, near the place of the night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denombrement.survey.questionnaire import options
from denombrement.synthetic.draws import Flags, Floats, Generator, Integers, by_group, flagged, quota
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.places import Places, nearness
from denombrement.synthetic.services import Services
from denombrement.synthetic.units import Units

TRIES = 30


@dataclass(frozen=True)
class Contacts:
    """One value per declaration: the person, the service, and the rank (0 for the service that knows best)."""

    person: Integers
    service: Integers
    rank: Integers


def make_contacts(
    rng: Generator,
    parameters: Parameters,
    units: Units,
    *,
    commune: Integers,
    places: Places,
    services: Services,
) -> Contacts:
    """Declarations of every adult: one to four services, never the same twice."""
    wanted = _wanted(rng, parameters, units)
    most = int(wanted.max())
    chosen = np.full((units.size, most), -1, dtype=np.int32)
    drawer = Drawer(rng, plausible_weights(parameters, services), nearness(parameters, places), services)
    for rank in range(most):
        rows = np.flatnonzero(wanted > rank)
        chosen[rows, rank] = drawer.draw(units.situation[rows], commune[rows])
        if rank == 0:
            _keep_pairs_together(rng, parameters, units, chosen)
        _without_repeats(drawer, units, commune, chosen=chosen, rows=rows, rank=rank)
    person, rank_of = np.nonzero(chosen >= 0)
    return Contacts(person, chosen[person, rank_of], rank_of.astype(np.int8))


def _wanted(rng: Generator, parameters: Parameters, units: Units) -> Integers:
    shares = parameters.shares("declarations_per_person")
    numbers = np.array([int(number) for number in shares])
    wanted = numbers[quota(rng, list(shares.values()), units.size)]
    return np.where(units.outside < 0, wanted, 1)


def _keep_pairs_together(rng: Generator, parameters: Parameters, units: Units, chosen: Integers) -> None:
    second = np.flatnonzero(units.second)
    same = second[flagged(rng, len(second), parameters.number("together", "same_service"))]
    chosen[same, 0] = chosen[same - 1, 0]


def _without_repeats(
    drawer: Drawer, units: Units, commune: Integers, *, chosen: Integers, rows: Integers, rank: int
) -> None:
    """Draws again what repeats an earlier service of the person; gives up where no other service sees such persons."""
    for _ in range(TRIES):
        repeated = rows[(chosen[rows, :rank] == chosen[rows, rank : rank + 1]).any(axis=1)]
        if not len(repeated):
            return
        chosen[repeated, rank] = drawer.draw(units.situation[repeated], commune[repeated])
    repeated = rows[(chosen[rows, :rank] == chosen[rows, rank : rank + 1]).any(axis=1)]
    chosen[repeated, rank] = -1


def plausible_weights(parameters: Parameters, services: Services) -> Floats:
    """Weight of each service (column) for each situation (row), before distance."""
    kinds = options("service_type")
    rows = []
    for situation in options("situation"):
        table = parameters.table(_contact_table(parameters, situation))
        plausible = np.array([table.get(kind, 0.0) for kind in kinds])
        rows.append(plausible[services.type] * services.weight * services.declares)
    return np.array(rows)


def _contact_table(parameters: Parameters, situation: str) -> str:
    """The situation's own table where there is one, its category's otherwise."""
    own = f"contact.{situation}"
    return own if own in parameters.tables else f"contact.{situation.partition('.')[0]}"


@dataclass(frozen=True)
class Drawer:
    """Draws services for persons by situation and commune."""

    rng: Generator
    weights: Floats
    near: Floats
    services: Services

    def draw(self, situation: Integers, commune: Integers) -> Integers:
        """A service for each person."""
        communes = len(self.near)
        found = np.empty(len(situation), dtype=np.int32)
        for group, rows in by_group(situation.astype(np.int64) * communes + commune):
            bounds = self._bounds(*divmod(group, communes))
            draws = self.rng.random(len(rows)) * bounds[-1]
            found[rows] = np.searchsorted(bounds, draws, side="right").clip(0, len(bounds) - 1)
        return found

    def _bounds(self, situation: int, commune: int) -> Floats:
        distance = self.near[commune][self.services.commune]
        weights = self.weights[situation] * distance
        usable: Flags = self.services.declares
        # Where no service of the types that see such persons answers, any service of the place may.
        bounds: Floats = np.cumsum(weights if weights.any() else usable * distance)
        return bounds
