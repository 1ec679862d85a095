"""Internal maps: rates by arrondissement, and small maps by category on one scale."""

from __future__ import annotations

from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.counting import ADULTS
from denombrement.counts.dimensions import CATEGORY
from denombrement.counts.table import TERRITORY
from denombrement.publication.internal.rates import rates
from denombrement.publication.maps import (
    MapCell,
    MapFigure,
    MapTable,
    State,
    draw_map,
    rate_table,
    territory_names,
)
from denombrement.publication.shapes import Geometry
from denombrement.reference import categories, communes_of, label, nearest_population_year, population_sum

SOURCE = "Dénombrement des personnes sans chez-soi, données internes non protégées"


def internal_maps(count: CampaignCount, geometry: Geometry) -> dict[str, MapFigure]:
    """File stem -> map. Exact figures: each bears a banner that forbids circulation."""
    adults = _table(count, title="Adultes sans chez-soi par arrondissement")
    by_rate = rates(count)
    year = by_rate[0].year if by_rate else nearest_population_year(count.campaign.night.year).used
    night = count.campaign.night
    everybody = {
        code: population_sum([each.nis for each in communes_of(code, night)], year)
        for code in territory_names("arrondissement", night)
    }
    taking_part = {each.territory: each.inhabitants_participating for each in by_rate}
    inhabitants = {code: taking_part.get(code) or people for code, people in everybody.items()}
    per_inhabitants = rate_table(
        adults,
        inhabitants,
        title="Adultes sans chez-soi pour 1 000 habitants",
        denominator=f"population des communes participantes au 1er janvier {year} (Statbel)",
        measure_name="adults_per_1000",
    )
    small = _table(count, title="Adultes sans chez-soi par catégorie ETHOS Light", by_category=True)
    return {
        "carte_taux": draw_map(per_inhabitants, geometry, internal=True),
        "carte_adultes": draw_map(adults, geometry, kind="circles", internal=True),
        "carte_categories": draw_map(small, geometry, kind="small_multiples", internal=True),
    }


def _table(count: CampaignCount, *, title: str, by_category: bool = False) -> MapTable:
    night = count.campaign.night
    groups = [each.code for each in categories() if not each.residual] if by_category else [""]
    counted = count.counted.table([TERRITORY, CATEGORY], ADULTS)
    cells = []
    for code in territory_names("arrondissement", night):
        known = counted.takes_part({TERRITORY: code})
        for group in groups:
            wanted = {TERRITORY: code, **({CATEGORY: group} if group else {})}
            number = counted.cell(**wanted) if known else None
            # Persons seen there by services elsewhere are a number; nobody seen is none where nobody was asked.
            number = number if number or _took_part(count, code) else None
            cells.append(MapCell(code, number, _state(number), group))
    taking = count.participation
    return MapTable(
        title=title,
        measure_name="adults",
        level="arrondissement",
        night=night,
        cells=tuple(cells),
        communes_participating=len(taking.participating),
        communes_total=len(taking.communes),
        categories=tuple((code, label(code)) for code in groups if code),
        absent_communes=tuple(sorted(taking.silent)),
        sources=(SOURCE,),
    )


def _took_part(count: CampaignCount, arrondissement: str) -> bool:
    below = {each.nis for each in communes_of(arrondissement, count.campaign.night)}
    return bool(below & count.participation.participating)


def _state(number: int | None) -> State:
    if number is None:
        return State.NOT_COUNTED
    return State.VALUE if number else State.TRUE_ZERO
