"""Communes and services as places that took part or stayed away, for the scenarios beside the count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from denombrement.campaign import Service
from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.participation import ANSWERED, ZERO
from denombrement.counts.table import TERRITORY
from denombrement.estimation.missing import MissingPlaces, Places, extrapolate
from denombrement.estimation.refusals import Refused
from denombrement.reference import nearest_population_year, rate_areas, vintage_code

COMMUNE = "commune"


@dataclass(frozen=True, eq=False)
class AbsentCommunes:
    """What communes that stayed away may hold.

    Args:
        result: the participating communes first, then the scenarios; or why there are none.
        participating, communes: communes that took part, of all.
        elsewhere: adults counted who slept outside the province or in a commune unknown: in neither.
        already_counted: adults counted, by services elsewhere, who slept in a commune that stayed away.
        year: of the population.
    """

    result: MissingPlaces | Refused
    participating: int
    communes: int
    elsewhere: int
    already_counted: int
    year: int


@dataclass(frozen=True, eq=False)
class SilentServices:
    """What services that stayed silent, in communes that took part, may know that nobody else knows.

    Args:
        result: the services that answered first, then the scenarios; or why there are none.
        answered, services: services that answered, of all in communes that took part.
    """

    result: MissingPlaces | Refused
    answered: int
    services: int


def absent_communes(count: CampaignCount, *, draws: int = 20_000, seed: int = 1) -> AbsentCommunes:
    """Scenarios for the communes that did not take part, by population of the nearest year known.

    Communes whose population is only known together are one place, which took part when one of them did.

    Args:
        count: the campaign's count.
        draws: of the predictive distribution.
        seed: of the draws.
    """
    year = nearest_population_year(count.campaign.night.year).used
    places = commune_places(count, year)
    here = count.counted.counted[TERRITORY].astype(str)
    taking_part = count.participation.participating
    known = here.isin(set(count.participation.communes))
    inside = int(places.participating["count"].sum())
    already = int(known.sum()) - inside
    return AbsentCommunes(
        result=extrapolate(places, draws=draws, seed=seed, already_counted=already),
        participating=len(taking_part),
        communes=len(count.participation.communes),
        elsewhere=int((~known).sum()),
        already_counted=already,
        year=year,
    )


def commune_places(count: CampaignCount, year: int) -> Places:
    """Rate areas of the night with their population and, where they took part, the adults who slept there."""
    slept = count.counted.counted[TERRITORY].astype(str).value_counts()
    rows = []
    for area in rate_areas(count.campaign.night, year):
        took_part = not count.participation.participating.isdisjoint(area.communes)
        adults = sum(int(slept.get(nis, 0)) for nis in area.communes) if took_part else None
        rows.append((area.nis, COMMUNE, float(area.population), took_part, adults))
    return _places(rows)


def silent_services(
    count: CampaignCount, services: Mapping[str, Service], *, draws: int = 20_000, seed: int = 1
) -> SilentServices:
    """Scenarios for the silent services of communes that took part, by type of service where four of it answered.

    Services of communes that stayed away are left to the scenario of the communes, so that nobody is in both.
    """
    places = service_places(count, services)
    result = extrapolate(places, by_kind=True, draws=draws, seed=seed)
    return SilentServices(result, len(places.participating), len(places.frame))


def service_places(count: CampaignCount, services: Mapping[str, Service]) -> Places:
    """Services of the communes that took part; their count is the adults whom no other service declared."""
    counted = count.members[count.members["person"].isin(count.counted.counted["person"])]
    pairs = counted[["person", "service"]].drop_duplicates()
    alone = pairs[~pairs["person"].duplicated(keep=False)]["service"].value_counts()
    rows = []
    for each in services.values():
        if vintage_code(each.commune, count.campaign.night) in count.participation.participating:
            answered = count.participation.services[each.id] in {ANSWERED, ZERO}
            rows.append((each.id, each.type, 1.0, answered, int(alone.get(each.id, 0)) if answered else None))
    return _places(rows)


def _places(rows: list[tuple[str, str, float, bool, int | None]]) -> Places:
    frame = pd.DataFrame(rows, columns=["code", "kind", "exposure", "took_part", "count"])
    return Places(frame.astype({"count": "float64"}))
