"""From a protected table to what a reader sees of each territory: its shade, its circle or its state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log10
from typing import Literal

from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.publication.maps.classes import Classes
from denombrement.publication.maps.table import MapCell, MapTable, State, territory_names
from denombrement.publication.maps.wording import Wording, rounded
from denombrement.publication.shapes import Geometry, Shape

Kind = Literal["choropleth", "circles", "small_multiples"]
KINDS: dict[Kind, tuple[str, ...]] = {
    "choropleth": ("rate",),
    "circles": ("count",),
    "small_multiples": ("rate", "count"),
}
_ROUND_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Mark:
    """What is shown of one territory; nothing in it is finer than the printed figure.

    Attributes:
        code: NIS code.
        name: full name in the map's language.
        label: short name for lettering.
        state: one of the four states.
        shown: the printed figure, or the state in one word.
        shade: class of a rate, 0 for the lowest; None without a class.
        share: printed count over the largest circle's count; None without a circle.
    """

    code: str
    name: str
    label: str
    state: State
    shown: str
    shade: int | None = None
    share: float | None = None


@dataclass(frozen=True)
class Panel:
    """One map of the figure."""

    category: str
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class MapFigure:
    """A map ready to be laid out; see `denombrement.publication.maps.draw_map`.

    Attributes:
        classes: classes of a map of rates, None for counts.
        largest: count that the largest circle stands for, None for rates.
    """

    table: MapTable
    geometry: Geometry
    kind: Kind
    wording: Wording
    internal: bool
    panels: tuple[Panel, ...]
    classes: Classes | None
    largest: float | None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks of all panels."""
        return tuple(mark for panel in self.panels for mark in panel.marks)


def draw_map(
    table: MapTable,
    geometry: Geometry,
    *,
    kind: Kind = "choropleth",
    language: str = "fr",
    internal: bool = False,
    largest: float | None = None,
) -> MapFigure:
    """Draw a protected table on tiles or on real boundaries.

    Args:
        table: the protected table; nothing else reaches the drawing.
        geometry: `Tiles` or `Boundaries` with the communes of the table's date.
        kind: ``choropleth`` (rates), ``circles`` (counts) or ``small_multiples`` (one map per category, either).
        language: ``fr``, ``nl``, ``de`` or ``en``, for all words but the table's own.
        internal: prints a banner that forbids circulation.
        largest: the count the largest circle stands for, so that maps of two years share a scale; by default a
            round number that no count exceeds.

    Raises:
        ProtectionRefusal: PUB001, a public map of a table without the auditor's verdict.
        UsageProblem: PUB004, a kind that does not suit the measure; PUB005, unknown kind or language; PUB007, the
            geometry has the communes of another date.
    """
    _check(table, geometry, kind, internal=internal)
    wording = Wording(language)
    rates = table.measure.quantity == "rate"
    classes = table.measure.classes(by_category=bool(table.categories)) if rates else None
    scale = None if rates else max(largest or 0, _round_up(cell.value for cell in table.cells))
    maker = _Marks(table, geometry, wording, classes, scale)
    titles = dict(table.categories)
    panels = tuple(Panel(code, titles.get(code, ""), maker.of(code)) for code in table.category_codes)
    return MapFigure(table, geometry, kind, wording, internal, panels, classes, scale)


def _check(table: MapTable, geometry: Geometry, kind: Kind, *, internal: bool) -> None:
    if not internal and not table.audit:
        raise ProtectionRefusal("PUB001")
    if kind not in KINDS:
        raise UsageProblem("PUB005", name=kind, known=", ".join(KINDS))
    single = kind != "small_multiples"
    if table.measure.quantity not in KINDS[kind] or (single and len(table.category_codes) > 1):
        raise UsageProblem("PUB004", kind=kind, measure=table.measure_name)
    if {shape.code for shape in geometry.communes} != set(territory_names("commune", table.on)):
        raise UsageProblem("PUB007", geometry_date=geometry.on.isoformat(), table_date=table.on.isoformat())


def _round_up(values: Iterable[float | None]) -> float:
    """The first of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15… that no value exceeds."""
    highest = max((value for value in values if value is not None), default=0)
    if highest <= 1:
        return 1.0
    power = 10.0 ** (ceil(log10(highest)) - 1)
    return next(step * power for step in _ROUND_STEPS if step * power >= highest)


@dataclass(frozen=True)
class _Marks:
    table: MapTable
    geometry: Geometry
    wording: Wording
    classes: Classes | None
    scale: float | None

    def of(self, category: str) -> tuple[Mark, ...]:
        shapes = self.geometry.shapes(self.table.level)
        return tuple(self._mark(shape, self.table.cell(shape.code, category)) for shape in shapes)

    @cached_property
    def _names(self) -> tuple[dict[str, str], dict[str, str]]:
        level, on = self.table.level, self.table.on
        return territory_names(level, on, self.wording.language), territory_names(level, on)

    def _mark(self, shape: Shape, cell: MapCell) -> Mark:
        names, french_names = self._names
        name = names[shape.code]
        label = shape.label if name == french_names[shape.code] else name
        if cell.state is not State.VALUE or cell.value is None:
            shown = (
                self.wording.number(0)
                if cell.state is State.TRUE_ZERO
                else self.wording(f"short.{cell.state}")
            )
            return Mark(shape.code, name, label, cell.state, shown)
        decimals = self.table.measure.decimals
        printed = float(rounded(cell.value, decimals))
        return Mark(
            shape.code,
            name,
            label,
            cell.state,
            cell.shown or (not printed and self.table.rounded_zero) or self.wording.number(printed, decimals),
            shade=self.classes.index(printed) if self.classes else None,
            share=printed / self.scale if self.scale else None,
        )
