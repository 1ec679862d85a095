"""The maps that may leave: by arrondissement, and by commune only where the plan prints communes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from denombrement.publication.maps.wording import LANGUAGES
from denombrement.publication.public import findings
from denombrement.publication.public.figures import Figure, Figures
from denombrement.publication.public.labels import code_label
from denombrement.publication.public.printing import Printer
from denombrement.publication.shapes import Geometry, Level
from denombrement.reference import categories

_STATES = {
    Status.PUBLISHED: State.VALUE,
    Status.ROUNDED: State.VALUE,
    Status.PROTECTED: State.PROTECTED,
    Status.TRUE_ZERO: State.TRUE_ZERO,
    Status.NOT_COUNTED: State.NOT_COUNTED,
}


def build(figures: Figures, geometry: Geometry, languages: Sequence[str] = LANGUAGES[:1]) -> dict[str, bytes]:
    """File name -> content: each map as PNG, SVG, PDF and one page, in each language; French files bear no mark."""
    return {
        f"{stem}{'' if language == LANGUAGES[0] else f'-{language}'}.{extension}": content
        for language in languages
        for stem, figure in public_maps(figures, geometry, language).items()
        for extension, content in sorted(render_map(figure).items())
    }


def public_maps(figures: Figures, geometry: Geometry, language: str = "fr") -> dict[str, MapFigure]:
    """File stem -> map; a map whose figures the plan does not print is left out, and rates of too few persons are."""
    maker = _Maker(Printer(figures, language), geometry)
    maps: dict[str, MapFigure] = {}
    if figures.prints("adults", TERRITORY, "arrondissement"):
        adults = maker.table(
            "adults", "map.adults", findings.of_counts(maker.page, "adults", "arrondissement")
        )
        if not figures.few:
            maps["taux"] = maker.draw(maker.rates(adults), "choropleth")
        maps["adultes"] = maker.draw(adults, "circles")
    if figures.prints("children", TERRITORY, "arrondissement"):
        found = findings.of_counts(maker.page, "children", "arrondissement")
        maps["enfants"] = maker.draw(maker.table("children", "map.children", found), "circles")
    if figures.prints("adults", TERRITORY, "arrondissement", CATEGORY):
        found = findings.of_categories(maker.page)
        small = maker.table("adults", "map.categories", found, by_category=True)
        maps["categories"] = maker.draw(small, "small_multiples")
    if figures.prints("adults", TERRITORY, "commune"):
        found = findings.of_counts(maker.page, "adults", "commune")
        maps["communes"] = maker.draw(
            by_commune := maker.table("adults", "map.communes", found, level="commune"), "circles"
        )
        if figures.rated and not figures.few:
            maps["taux-communes"] = maker.draw(maker.rates(by_commune), "choropleth")
    return maps


class _Maker:
    """Makes map tables in one language from one release."""

    def __init__(self, page: Printer, geometry: Geometry) -> None:
        self.page = page
        self._figures = page.figures
        self._geometry = geometry

    def draw(self, table: MapTable, kind: str) -> MapFigure:
        # A circle for five persons, of whom rounding made some, must not fill the map.
        least = self._figures.least_for_percent
        language = self.page.language
        return draw_map(table, self._geometry, kind=kind, language=language, largest=least)  # type: ignore[arg-type]

    def table(
        self,
        measure: str,
        subject: str,
        finding: str,
        *,
        level: Level = "arrondissement",
        by_category: bool = False,
    ) -> MapTable:
        """Every territory's figure, under the finding where there is one, else under what the map shows."""
        coverage, say = self._figures.coverage, self.page.say
        groups = [each.code for each in categories() if not each.residual] if by_category else [""]
        cells = tuple(
            self._cell(measure, code, group)
            for group in groups
            for code in territory_names(level, coverage.evening)
        )
        return MapTable(
            title=finding or say(subject),
            subject=say(subject) if finding else "",
            measure_name=measure,
            level=level,
            night=coverage.evening,
            cells=cells,
            communes_participating=len(coverage.participating),
            communes_total=coverage.communes_total,
            categories=tuple(
                (code, code_label(CATEGORY, code, self.page.language)) for code in groups if code
            ),
            absent_communes=coverage.silent,
            sources=(say("map.source", name=coverage.name),),
            rounding_base=self._figures.base or None,
            rounding_reach=self._figures.reach,
            notes=self._notes(level, cells),
            audit=self._figures.audit,
            rounded_zero=self.page.below(self._figures.reach + 1) if self._figures.reach else "",
        )

    def rates(self, counts: MapTable) -> MapTable:
        """Rates per 1,000 inhabitants of communes that took part; no commune is named as the first of them."""
        coverage, communes = self._figures.coverage, counts.level == "commune"
        subject = self.page.say("map.rates.communes" if communes else "map.rates")
        finding = "" if communes else findings.of_rates(self.page)
        counted = replace(counts, cells=tuple(self._with_rate(cell) for cell in counts.cells))
        made = rate_table(
            counted,
            coverage.inhabitants,
            title=finding or subject,
            denominator=self.page.say("map.denominator", year=coverage.year),
            measure_name="adults_per_1000",
        )
        notes = self._notes(counts.level, counted.cells, rates=True)
        return replace(made, rounded_zero="", subject=subject if finding else "", notes=notes)

    def _with_rate(self, cell: MapCell) -> MapCell:
        """The cell whose rate can be printed, or the reason why there is none."""
        code, figures = cell.territory, self._figures
        if cell.state is not State.VALUE or code in figures.coverage.absent:
            away = cell.state is State.VALUE
            return MapCell(code, None, State.NOT_COUNTED, cell.category) if away else cell
        found = figures.in_territory("adults", code)
        if not figures.tells_rate(figures.rate(found, code)):
            return MapCell(code, None, State.NO_RATE, cell.category)
        return replace(cell, shown=self.page.rate(found, code)) if figures.may_be_nobody(found) else cell

    def _cell(self, measure: str, code: str, group: str) -> MapCell:
        codes: Mapping[str, str] = {TERRITORY: code, **({CATEGORY: group} if group else {})}
        found = self._figures.cell(measure, **codes)
        return MapCell(code, found.value, self._state(found, code), group)

    def _state(self, found: Figure, code: str) -> State:
        if found.status is Status.PUBLISHED and found.value == 0:
            return State.TRUE_ZERO
        if found.value is None and code in self._figures.coverage.absent:
            return State.NOT_COUNTED
        return _STATES[found.status]

    def _notes(self, level: Level, cells: Sequence[MapCell], *, rates: bool = False) -> tuple[str, ...]:
        say, reach = self.page.say, self._figures.reach
        away = level == "commune" and self._figures.coverage.silent
        hides = reach and any(cell.value == 0 and cell.state is State.VALUE for cell in cells)
        zero = (
            say("map.zero_rate", reach=reach)
            if rates
            else say("map.zero", zero=self.page.below(reach + 1), reach=reach)
        )
        without = any(cell.state is State.NO_RATE for cell in cells)
        return (
            say("map.outside"),
            *((say("map.seen_elsewhere"),) if away else ()),
            *((zero,) if hides else ()),
            *((say("map.no_rate", most=self.page.most_off),) if without else ()),
            *((say("map.chance"),) if rates and level == "commune" else ()),
        )
