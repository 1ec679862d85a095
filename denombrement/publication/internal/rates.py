"""Persons per 1,000 inhabitants, with both denominators: all communes, and those that took part."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from denombrement.counts.campaign_count import CampaignCount
from denombrement.reference import communes_of, nearest_population_year, population_sum, rate_areas
from denombrement.reference import territory as territory_of

PER = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """Adults and children of a territory per 1,000 inhabitants.

    Args:
        territory: NIS code of an arrondissement or of the province.
        persons: adults and children counted there.
        inhabitants: of all its communes.
        inhabitants_participating: of the communes that took part.
        year: of both, on 1 January.
    """

    territory: str
    persons: int
    inhabitants: int
    inhabitants_participating: int
    year: int

    @property
    def per_1000(self) -> float:
        """Over all communes."""
        return PER * self.persons / self.inhabitants

    @property
    def per_1000_participating(self) -> float | None:
        """Over the communes that took part; none where no commune did."""
        if not self.inhabitants_participating:
            return None
        return PER * self.persons / self.inhabitants_participating


def rates(count: CampaignCount) -> list[Rate]:
    """Rates of the province's arrondissements, then of the province.

    The denominator's year is the one nearest to the night for which figures exist. Communes whose population is known
    only together take part together.
    """
    night = count.campaign.night
    summary = count.summary()["by_arrondissement"]
    year = nearest_population_year(night.year).used
    taking_part = _participating_areas(count, year)
    found = []
    for code, persons in summary.items():
        if code.isdigit():
            communes = [each.nis for each in communes_of(code, night)]
            inside = [nis for nis in communes if nis in taking_part]
            number = persons["adults"] + persons["children"]
            found.append(Rate(code, number, population_sum(communes, year), _sum(inside, year), year))
    return [*found, _province(count, found, year)]


def _participating_areas(count: CampaignCount, year: int) -> Collection[str]:
    participating = count.participation.participating
    return {
        nis
        for area in rate_areas(count.campaign.night, year)
        if participating.intersection(area.communes)
        for nis in area.communes
    }


def _province(count: CampaignCount, parts: list[Rate], year: int) -> Rate:
    summary = count.summary()
    top = territory_of(count.campaign.territory).nis
    every = [each.nis for each in communes_of(top, count.campaign.night)]
    inside = sum(each.inhabitants_participating for each in parts)
    return Rate(top, summary["total"], population_sum(every, year), inside, year)


def _sum(communes: list[str], year: int) -> int:
    return population_sum(communes, year) if communes else 0
