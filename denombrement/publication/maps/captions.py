"""The sentences around a map: subtitle, notes, text alternative, what is said aloud of each territory."""

from __future__ import annotations

from dataclasses import dataclass

from denombrement.publication.maps.figure import MapFigure, Mark, Panel
from denombrement.publication.maps.table import State, territory_names
from denombrement.publication.maps.wording import NARROW_SPACE
from denombrement.publication.tiles import Tiles
from denombrement.reference import communes_of, fold


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend.

    Attributes:
        label: what the sign means.
        number: territories with that sign.
        state: the state shown, or ``value``.
        shade: class of a rate; None for the states.
    """

    label: str
    number: int
    state: State
    shade: int | None = None


def unit(figure: MapFigure) -> str:
    """What the figures are: ``Personnes pour 10 000 habitants``."""
    return figure.wording(f"unit.{figure.table.measure_name}")


def subtitle(figure: MapFigure) -> str:
    """Coverage and night: ``34 communes sur 44 · nuit du 19 au 20 octobre 2023``."""
    table, say = figure.table, figure.wording
    everyone = table.communes_participating == table.communes_total
    coverage = say(
        "participation.all" if everyone else "participation",
        participating=say.quantity(table.communes_participating),
        total=table.communes_total,
    )
    return f"{coverage} · {say.night(table.night)}"


def notes(figure: MapFigure) -> tuple[str, ...]:
    """Coverage, rounding, denominator, drawing, sources, credit: what is printed below."""
    table, say = figure.table, figure.wording
    lines = list(table.notes)
    if table.communes_participating < table.communes_total:
        lines.append(say("only_participating"))
    if table.absent_communes and table.level != "commune":
        named = territory_names("commune", table.on, say.language)
        absent = ", ".join(sorted((named[code] for code in table.absent_communes), key=fold))
        lines.append(say("absent_named", communes=absent))
    if table.rounding_base:
        reach = table.rounding_reach or table.rounding_base - 1
        lines.append(say("rounding", base=table.rounding_base, reach=reach))
    if table.denominator:
        lines.append(say("denominator", denominator=table.denominator))
    lines.append(_drawn_on(figure))
    if table.sources:
        between = f"{NARROW_SPACE}; " if say.language == "fr" else "; "
        lines.append(say("sources", sources=between.join(table.sources)))
    if figure.geometry.credit:
        lines.append(figure.geometry.credit)
    return tuple(lines)


def _drawn_on(figure: MapFigure) -> str:
    say, on = figure.wording, figure.table.on
    if not isinstance(figure.geometry, Tiles):
        return f"{say('projection')}. {say('communes_on', date=say.day(on))}"
    merged = len(figure.geometry.communes) < len(figure.geometry.tiles)
    return say("drawn_on.tiles" if merged else "drawn_on.tiles.before")


def alternative(figure: MapFigure, *, with_table: bool) -> str:
    """The text alternative of the whole map; it holds no figure, the table does."""
    level = figure.wording(f"level.{figure.table.level}")
    key = "alt" if with_table else "alt.file"
    return figure.wording(key, level=level, title=figure.table.title.rstrip("."), unit=unit(figure))


def tabulated(figure: MapFigure, mark: Mark) -> str:
    """What the twin table prints: a true zero says so, since a published 0 may come from rounding."""
    if mark.state is State.TRUE_ZERO:
        return f"{mark.shown} ({figure.wording('short.true_zero')})"
    return mark.shown


def spoken(figure: MapFigure, panel: Panel, mark: Mark) -> str:
    """What is said of one territory: its name and exactly what the table prints."""
    if panel.title:
        return figure.wording(
            "spoken.category", name=mark.name, category=panel.title, value=tabulated(figure, mark)
        )
    return figure.wording("spoken", name=mark.name, value=tabulated(figure, mark))


def legend(figure: MapFigure) -> tuple[LegendEntry, ...]:
    """Classes with the number of territories in each, then the states that occur."""
    marks = figure.marks
    entries = []
    if figure.classes:
        for shade, label in enumerate(figure.classes.labels(figure.wording)):
            entries.append(LegendEntry(label, sum(mark.shade == shade for mark in marks), State.VALUE, shade))
    for state in (State.TRUE_ZERO, State.PROTECTED, State.NO_RATE, State.NOT_COUNTED):
        number = sum(mark.state is state for mark in marks if not _told_by_communes(figure, mark))
        if number:
            entries.append(LegendEntry(figure.wording(f"state.{state}"), number, state))
    absent = len(figure.table.absent_communes)
    if absent and figure.table.level != "commune":
        entries.append(LegendEntry(figure.wording("state.absent_communes"), absent, State.NOT_COUNTED))
    return tuple(entries)


def _told_by_communes(figure: MapFigure, mark: Mark) -> bool:
    """An arrondissement without any commune that took part is drawn as its communes are, and needs no second key."""
    if mark.state is not State.NOT_COUNTED or figure.table.level == "commune":
        return False
    below = {each.nis for each in communes_of(mark.code, figure.table.on)}
    return below <= set(figure.table.absent_communes)


def legend_heading(figure: MapFigure) -> str:
    """What the numbers beside the legend's signs are."""
    scope = "legend.number_on_maps" if len(figure.panels) > 1 else "legend.number_of"
    return figure.wording(f"{scope}.{figure.table.level}", maps=len(figure.panels))


def circle_steps(figure: MapFigure) -> tuple[float, ...]:
    """The counts shown as sample circles, largest first; none on a map of rates."""
    if figure.largest is None:
        return ()
    smaller = [_round_below(figure.largest * part) for part in (0.4, 0.1)]
    return (figure.largest, *(step for step in smaller if step >= 1))


def _round_below(value: float) -> float:
    """The last of 1, 2, 5, 10, 20, 50… that does not exceed a value; 0 below 1."""
    steps = [step * 10.0**power for power in range(7) for step in (1, 2, 5)]
    return max((step for step in steps if step <= value), default=0.0)
