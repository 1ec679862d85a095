"""The maps that may leave: by arrondissement, and by commune only where the plan prints communes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from denombrement.counts.dimensions import CATEGORY
from denombrement.counts.table import TERRITORY
from denombrement.protection.knowledge import Status
from denombrement.publication.maps import (
    MapCell,
    MapFigure,
    MapTable,
    State,
    draw_map,
    rate_table,
    render_map,
    territory_names,
)
from denombrement.publication.public.figures import Figure, Figures
from denombrement.publication.public.labels import text
from denombrement.publication.shapes import Geometry, Level
from denombrement.reference import categories, label

_STATES = {
    Status.PUBLISHED: State.VALUE,
    Status.ROUNDED: State.VALUE,
    Status.PROTECTED: State.PROTECTED,
    Status.TRUE_ZERO: State.TRUE_ZERO,
    Status.NOT_COUNTED: State.NOT_COUNTED,
}


def build(figures: Figures, geometry: Geometry) -> dict[str, bytes]:
    """File name -> content: each map as PNG, SVG, PDF and one page."""
    return {
        f"{stem}.{extension}": content
        for stem, figure in public_maps(figures, geometry).items()
        for extension, content in sorted(render_map(figure).items())
    }


def public_maps(figures: Figures, geometry: Geometry, language: str = "fr") -> dict[str, MapFigure]:
    """File stem -> map; a map whose figures the plan does not print is left out."""
    maker = _Maker(figures, geometry, language)
    maps: dict[str, MapFigure] = {}
    if figures.prints("adults", TERRITORY, "arrondissement"):
        adults = maker.table("adults", "map.adults")
        maps["taux"] = maker.draw(maker.rates(adults), "choropleth")
        maps["adultes"] = maker.draw(adults, "circles")
    if figures.prints("children", TERRITORY, "arrondissement"):
        maps["enfants"] = maker.draw(maker.table("children", "map.children"), "circles")
    if figures.prints("adults", TERRITORY, "arrondissement", CATEGORY):
        small = maker.table("adults", "map.categories", by_category=True)
        maps["categories"] = maker.draw(small, "small_multiples")
    if figures.prints("adults", TERRITORY, "commune"):
        communes = maker.table("adults", "map.communes", level="commune")
        maps["communes"] = maker.draw(communes, "circles")
    return maps


class _Maker:
    """Makes map tables in one language from one release."""

    def __init__(self, figures: Figures, geometry: Geometry, language: str) -> None:
        self._figures = figures
        self._geometry = geometry
        self._language = language

    def draw(self, table: MapTable, kind: str) -> MapFigure:
        return draw_map(table, self._geometry, kind=kind, language=self._language)  # type: ignore[arg-type]

    def table(
        self, measure: str, title: str, *, level: Level = "arrondissement", by_category: bool = False
    ) -> MapTable:
        coverage = self._figures.coverage
        groups = [each.code for each in categories() if not each.residual] if by_category else [""]
        cells = tuple(
            self._cell(measure, code, group)
            for group in groups
            for code in territory_names(level, coverage.evening)
        )
        return MapTable(
            title=self._say(title),
            measure_name=measure,
            level=level,
            night=coverage.evening,
            cells=cells,
            communes_participating=len(coverage.participating),
            communes_total=coverage.communes_total,
            categories=tuple((code, label(code, self._language)) for code in groups if code),
            absent_communes=coverage.silent,
            sources=(self._say("map.source", name=coverage.name),),
            rounding_base=self._figures.base or None,
            notes=self._notes(level),
            audit=self._figures.audit,
        )

    def rates(self, counts: MapTable) -> MapTable:
        """Rates per 1,000 inhabitants of communes that took part."""
        coverage = self._figures.coverage
        denominator = self._say("map.denominator", year=coverage.year)
        counted = replace(counts, cells=tuple(self._with_people(cell) for cell in counts.cells))
        return rate_table(
            counted,
            coverage.inhabitants,
            title=self._say("map.rates"),
            denominator=denominator,
            measure_name="per_1000",
        )

    def _with_people(self, cell: MapCell) -> MapCell:
        if cell.territory in self._figures.coverage.inhabitants:
            return cell
        return MapCell(cell.territory, None, State.NOT_COUNTED, cell.category)

    def _cell(self, measure: str, code: str, group: str) -> MapCell:
        codes: Mapping[str, str] = {TERRITORY: code, **({CATEGORY: group} if group else {})}
        found = self._figures.cell(measure, **codes)
        if code in self._figures.coverage.silent:
            found = Figure(None, Status.NOT_COUNTED)
        return MapCell(code, found.value, self._state(found, code), group)

    def _state(self, found: Figure, code: str) -> State:
        if found.status is Status.PUBLISHED and found.value == 0:
            return State.TRUE_ZERO
        nobody_asked = code not in self._figures.coverage.inhabitants_taking_part
        if found.value is None and nobody_asked:
            return State.NOT_COUNTED
        return _STATES[found.status]

    def _notes(self, level: Level) -> tuple[str, ...]:
        away = level == "commune" and self._figures.coverage.silent
        return (self._say("map.outside"), *((self._say("map.seen_elsewhere"),) if away else ()))

    def _say(self, key: str, **facts: object) -> str:
        return text(key, self._language).format(**facts)
