"""Figures that others have published, to calibrate the synthetic province and to set beside our own.

Facts only, each with its source and a letter of confidence: C read at the operator or city, P relayed by the press, D
derived by arithmetic. Only rounds of the same design: Brussels counts otherwise and is left out on purpose, and so are
extrapolations, which are not counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from denombrement.errors import UsageProblem
from denombrement.reference._tables import read_rows


@dataclass(frozen=True)
class PublishedFigure:
    """One published figure.

    Attributes:
        id: zone and year, such as ``lux2023``.
        variable: a category code, ``EL2_EL3_EL4`` where the publisher merged them, ``total``, ``men``…
        population: of whom: ``adults``, ``children``, ``all``, ``not_stated``, ``communes``, ``organisations``.
        unit: ``persons``, ``percent``, ``communes``, ``organisations``.
        value: the figure as published.
        approximate: the source says "about".
        zone: name of the zone.
        reference: the night, or the week.
        confidence: C, P or D.
        source: page, or arithmetic.
    """

    id: str
    variable: str
    population: str
    unit: str
    value: int | float
    approximate: bool
    zone: str
    reference: str
    confidence: str
    source: str


@dataclass(frozen=True)
class PublishedTotal:
    """A zone's adults, children and both, for the table of comparison; ``year`` is that of the round."""

    id: str
    zone: str
    reference: str
    year: int
    adults: int
    children: int
    total: int
    sources: tuple[str, ...]


@cache
def published_figures(zone_id: str | None = None) -> tuple[PublishedFigure, ...]:
    """All figures, or those of one zone and year.

    Raises:
        UsageProblem: REF040, no figure of that zone and year.
    """
    found = tuple(_figure(row) for row in read_rows("published_figures.csv") if zone_id in (None, row["id"]))
    if not found:
        raise UsageProblem("REF040")
    return found


def published_figure(zone_id: str, variable: str, population: str, unit: str = "persons") -> PublishedFigure:
    """One figure.

    Raises:
        UsageProblem: REF040, no such figure was published.
    """
    wanted = (variable, population, unit)
    for figure in published_figures(zone_id):
        if (figure.variable, figure.population, figure.unit) == wanted:
            return figure
    raise UsageProblem("REF040")


def published_totals() -> tuple[PublishedTotal, ...]:
    """Zones whose adults, children and total are all published, by year and name."""
    found = [_total(zone_id) for zone_id in sorted({figure.id for figure in published_figures()})]
    complete = (total for total in found if total is not None)
    return tuple(sorted(complete, key=lambda total: (total.year, total.zone)))


def _total(zone_id: str) -> PublishedTotal | None:
    rows = {row.population: row for row in published_figures(zone_id) if row.variable == "total"}
    if not {"adults", "children", "all"} <= rows.keys():
        return None
    return PublishedTotal(
        id=zone_id,
        zone=rows["all"].zone,
        reference=rows["all"].reference,
        year=int(rows["all"].reference[:4]),
        adults=int(rows["adults"].value),
        children=int(rows["children"].value),
        total=int(rows["all"].value),
        sources=tuple(sorted({row.source for row in rows.values()})),
    )


def _figure(row: dict[str, str]) -> PublishedFigure:
    return PublishedFigure(
        id=row["id"],
        variable=row["variable"],
        population=row["population"],
        unit=row["unit"],
        value=float(row["value"]) if "." in row["value"] else int(row["value"]),
        approximate=row["approximate"] == "yes",
        zone=row["zone"],
        reference=row["reference"],
        confidence=row["confidence"],
        source=row["source"],
    )
