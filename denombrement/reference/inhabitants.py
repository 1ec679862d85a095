"""Inhabitants on 1 January by commune and year (Statbel), and what a rate may be computed on.

Known: 2018–2020 and 2023–2026. 2021 and 2022 are missing, and so are 82003 and 82005 apart from 2021 on: they are then
known only as 82039, their sum. Nothing is interpolated. The figures of the Registre national differ slightly: always
name the producer beside a rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from denombrement.errors import UsageProblem
from denombrement.reference._tables import read_rows
from denombrement.reference.communes import (
    Commune,
    all_communes,
    any_commune,
    communes_of,
    communes_on,
    predecessors,
)
from denombrement.reference.vintages import require_one_vintage


@dataclass(frozen=True)
class PopulationFigure:
    """Inhabitants of a commune on 1 January of a year.

    Attributes:
        nis: commune.
        year: of the 1 January.
        population: inhabitants.
        producer: who made the figure.
        source: entry of ``origins()``: the copy it was read from.
        derived: summed here from the communes that merged.
    """

    nis: str
    year: int
    population: int
    producer: str
    source: str
    derived: bool = False


@dataclass(frozen=True)
class RateArea:
    """The smallest area on which a rate can be computed: one commune, or communes whose figures are known only together.

    Attributes:
        nis: of the commune, or of the later commune that unites them.
        communes: communes of the count's date that make it up.
        arrondissement_nis: where it lies.
        population: inhabitants on 1 January of ``year``.
        year: of the denominator.
        producer: of the denominator.
    """

    nis: str
    communes: tuple[str, ...]
    arrondissement_nis: str
    population: int
    year: int
    producer: str


@dataclass(frozen=True)
class PopulationYear:
    """The year asked for and the year that is used in its place; a report must print ``used`` when they differ."""

    asked: int
    used: int

    @property
    def exact(self) -> bool:
        """The year asked for is the one used."""
        return self.asked == self.used


@cache
def _figures() -> dict[tuple[str, int], PopulationFigure]:
    figures = (
        PopulationFigure(row["nis"], int(row["year"]), int(row["population"]), row["producer"], row["source"])
        for row in read_rows("population.csv")
    )
    return {(figure.nis, figure.year): figure for figure in figures}


@cache
def population_years() -> tuple[int, ...]:
    """The years for which the whole province is known."""
    return tuple(sorted({year for _, year in _figures()}))


def population_figure(nis: str, year: int) -> PopulationFigure:
    """Inhabitants of a commune with their producer; a merged commune is summed from its parts where needed.

    Raises:
        UsageProblem: REF010 or REF013, not a commune; REF030, a year without figures; REF031, a commune known only
            together with another that year.
    """
    found = any_commune(nis)
    if (nis, year) in _figures():
        return _figures()[nis, year]
    _require_year(year)
    parts = predecessors(nis)
    if not parts:
        raise UsageProblem("REF031", nis=nis, year=year, together=str(found.replaced_by))
    figures = [population_figure(part.nis, year) for part in parts]
    total = sum(figure.population for figure in figures)
    return PopulationFigure(nis, year, total, figures[0].producer, figures[0].source, derived=True)


def population(nis: str, year: int) -> int:
    """Inhabitants of a commune on 1 January; see `population_figure`."""
    return population_figure(nis, year).population


def population_sum(communes: Iterable[str], year: int) -> int:
    """Inhabitants of a set of communes, of one vintage; no place is ever summed twice.

    Communes that are known only together that year (82003 and 82005 from 2021 on) are accepted when all are present.

    Raises:
        UsageProblem: REF022, a merged commune beside its parts; REF030, REF031, REF010, REF013 as `population_figure`.
    """
    given = frozenset(communes)
    require_one_vintage(given)
    return sum(population(nis, year) for nis in {_area_of(nis, given, year) for nis in sorted(given)})


def territory_population(territory_nis: str, year: int) -> int:
    """Inhabitants of an arrondissement or of the province.

    Raises:
        UsageProblem: REF016, unknown territory; REF030, a year without figures.
    """
    return population_sum((each.nis for each in communes_of(territory_nis, date.max)), year)


def nearest_population_year(year: int) -> PopulationYear:
    """The known year nearest to the year asked for; of two as near, the earlier, which was known at the time."""
    return PopulationYear(year, min(population_years(), key=lambda known: (abs(known - year), known)))


def rate_areas(on: date, year: int) -> tuple[RateArea, ...]:
    """The areas on which a count of that date can have rates with the inhabitants of that year, by NIS code.

    A count of October 2023 (44 communes) gives 43 areas, Bastogne and Bertogne together; a count of 2020 gives 44.

    Raises:
        UsageProblem: REF030, a year without figures; REF015, too early a date.
    """
    present = communes_on(on)
    everywhere = frozenset(each.nis for each in present)
    areas: dict[str, list[Commune]] = {}
    for each in present:
        areas.setdefault(_area_of(each.nis, everywhere, year), []).append(each)
    return tuple(_rate_area(nis, members, year) for nis, members in sorted(areas.items()))


def _rate_area(nis: str, members: list[Commune], year: int) -> RateArea:
    figure = population_figure(nis, year)
    codes = tuple(each.nis for each in members)
    return RateArea(nis, codes, members[0].arrondissement_nis, figure.population, year, figure.producer)


def _area_of(nis: str, given: frozenset[str], year: int) -> str:
    """The merged commune, where this one is not known apart that year and all the others it merged with are given."""
    _require_year(year)
    merged = any_commune(nis).replaced_by
    if merged is None or (nis, year) in _figures():
        return nis
    return merged if {each.nis for each in all_communes() if each.replaced_by == merged} <= given else nis


def _require_year(year: int) -> None:
    if year not in population_years():
        raise UsageProblem("REF030", year=year, years=", ".join(map(str, population_years())))
