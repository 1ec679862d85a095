"""The printed sheet: title, map or small maps, legend, notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt

from denombrement.publication.maps import style
from denombrement.publication.maps.captions import (
    LegendEntry,
    circle_steps,
    legend,
    legend_heading,
    notes,
    subtitle,
    unit,
)
from denombrement.publication.maps.figure import MapFigure, Panel
from denombrement.publication.maps.panel import (
    Frame,
    Lettering,
    aspect,
    circle_radius,
    fill_of,
    panel_items,
    place,
)
from denombrement.publication.maps.scene import Disc, Item, Letters, Line, Outline, Sheet, rectangle, wrap
from denombrement.publication.maps.table import State
from denombrement.publication.tiles import Tiles

_WIDTH = 180.0
_MARGIN = 7.0
_INNER = _WIDTH - 2 * _MARGIN
_TITLE, _SUBTITLE, _BODY, _SMALL = 5.6, 3.5, 2.8, 2.3
_LEGEND_WIDTH = 50.0
_GAP = 5.0
_LEADING = 1.32
_COLUMNS = 4
_SWATCH = 7.0
_BAR_LENGTHS_KM = (20, 10, 5)


@dataclass(frozen=True)
class Block:
    """Signs that take up some height, drawn from y = ``top``."""

    items: tuple[Item, ...]
    bottom: float


def sheet(figure: MapFigure, *, bare: bool = False) -> Sheet:
    """The whole printed page of a map, 180 mm wide and as high as it needs.

    Args:
        figure: from `draw_map`.
        bare: without the notes, where the page around it says the same.
    """
    head = _head(figure)
    body = _small_multiples(figure, head.bottom) if len(figure.panels) > 1 else _single(figure, head.bottom)
    foot = Block((), body.bottom)
    if not bare:
        foot = _paragraphs(notes(figure), body.bottom + _GAP, _SMALL, style.SOFT_INK)
    banner = _banner(figure, foot.bottom + 2)
    height = banner.bottom + (_MARGIN if not figure.internal else 0)
    return Sheet(_WIDTH, height, (*head.items, *body.items, *foot.items, *banner.items))


def _banner(figure: MapFigure, top: float) -> Block:
    if not figure.internal:
        return Block((), top)
    bar = Outline(rectangle(0, top, _WIDTH, 10), fill=style.ALERT)
    text = Letters(_WIDTH / 2, top + 6.7, figure.wording("banner"), 4.8, style.PAPER, "middle", bold=True)
    return Block((bar, text), top + 10)


def _head(figure: MapFigure) -> Block:
    banner = _banner(figure, 0)
    title = _lines(figure.table.title, banner.bottom + _MARGIN, _TITLE, style.INK, bold=True)
    subject = _lines(figure.table.subject, title.bottom + 0.6, _SUBTITLE, style.INK)
    under = _lines(subtitle(figure), subject.bottom, _SUBTITLE, style.SOFT_INK)
    return Block((*banner.items, *title.items, *subject.items, *under.items), under.bottom + _GAP)


def _lines(
    text: str,
    top: float,
    size: float,
    colour: str,
    *,
    bold: bool = False,
    x: float = _MARGIN,
    width: float = _INNER,
) -> Block:
    lines = wrap(text, size, width, bold=bold) if text else ()
    step = size * _LEADING
    items = tuple(
        Letters(x, top + step * rank + size * 0.85, line, size, colour, bold=bold)
        for rank, line in enumerate(lines)
    )
    return Block(items, top + step * len(lines))


def _paragraphs(texts: Iterable[str], top: float, size: float, colour: str) -> Block:
    items: list[Item] = [Line(_MARGIN, top, _WIDTH - _MARGIN, top, style.RULE, 0.2)]
    bottom = top + 2
    for text in texts:
        block = _lines(text, bottom, size, colour)
        items += block.items
        bottom = block.bottom + 0.5
    return Block(tuple(items), bottom)


def _single(figure: MapFigure, top: float) -> Block:
    width = _INNER - _LEGEND_WIDTH - _GAP
    frame = Frame(_MARGIN, top, width, width * aspect(figure.geometry))
    sizes = Lettering(3.1, 4.2) if figure.table.level == "arrondissement" else Lettering(2.2, 2.7)
    items = panel_items(figure, figure.panels[0], frame, sizes)
    key = _legend(figure, _MARGIN + width + _GAP, top, _LEGEND_WIDTH, frame.width)
    bar = scale_bar(figure, frame, frame.y + frame.height + 1)
    return Block((*items, *key.items, *bar.items), max(bar.bottom, key.bottom))


def _small_multiples(figure: MapFigure, top: float) -> Block:
    columns = min(_COLUMNS, len(figure.panels))
    rows = ceil(len(figure.panels) / columns)
    width = (_INNER - _GAP * (columns - 1)) / columns
    heading = (
        max(len(wrap(panel.title, _BODY, width, bold=True)) for panel in figure.panels) * _BODY * _LEADING + 2
    )
    height = width * aspect(figure.geometry)
    items: list[Item] = []
    for rank, panel in enumerate(figure.panels):
        x = _MARGIN + rank % columns * (width + _GAP)
        y = top + rank // columns * (heading + height + _GAP)
        items += _lines(panel.title, y, _BODY, style.INK, bold=True, x=x, width=width).items
        items += _small_map(figure, panel, Frame(x, y + heading, width, height))
    bottom = top + rows * (heading + height + _GAP)
    key = _legend(figure, _MARGIN, bottom, _INNER, width)
    bar = scale_bar(figure, Frame(_WIDTH - _MARGIN - width, bottom, width, height), bottom)
    return Block((*items, *key.items, *bar.items), max(key.bottom, bar.bottom))


def _small_map(figure: MapFigure, panel: Panel, frame: Frame) -> tuple[Item, ...]:
    value = 2.3 if figure.table.level == "arrondissement" else 0
    return panel_items(figure, panel, frame, Lettering(0, value))


def _legend(figure: MapFigure, x: float, top: float, width: float, map_width: float) -> Block:
    """The unit, then classes or sample circles, then the states; ours, since no library explains its hatching."""
    heading = _lines(unit(figure), top, _BODY, style.INK, bold=True, x=x, width=width)
    circles = sample_circles(figure, x, heading.bottom + 1.5, map_width)
    if circles.items:
        explained = _lines(
            figure.wording("legend.circle"), circles.bottom, _SMALL, style.SOFT_INK, x=x, width=_LEGEND_WIDTH
        )
        circles = Block((*circles.items, *explained.items), explained.bottom + 1.5)
    entries = legend(figure)
    classes = [entry for entry in entries if entry.shade is not None]
    states = [entry for entry in entries if entry.shade is None]
    scale = _entries(figure, classes, x, circles.bottom, width)
    beside = width > 2 * _LEGEND_WIDTH
    at = (x + _LEGEND_WIDTH + _GAP, heading.bottom + 1.5) if beside else (x, scale.bottom)
    signs = _entries(figure, states, *at, width - _LEGEND_WIDTH - _GAP if beside else width)
    return Block(
        (*heading.items, *circles.items, *scale.items, *signs.items), max(scale.bottom, signs.bottom)
    )


def _entries(figure: MapFigure, entries: list[LegendEntry], x: float, top: float, width: float) -> Block:
    if not entries:
        return Block((), top)
    heading = _lines(legend_heading(figure), top, _SMALL, style.SOFT_INK, x=x, width=width)
    items, y = list(heading.items) if entries[0].shade is not None else [], heading.bottom + 1
    for entry in entries:
        block = _entry(figure, entry, x, y, width)
        items += block.items
        y = block.bottom + 1.2
    return Block(tuple(items), y)


def _entry(figure: MapFigure, entry: LegendEntry, x: float, y: float, width: float) -> Block:
    fill = fill_of(figure, entry.state, entry.shade)
    pattern = style.PATTERNS.get(entry.state, "")
    swatch = Outline(rectangle(x, y, _SWATCH, 4.2), fill, style.RULE, 0.2, pattern)
    zero = Letters(x + _SWATCH / 2, y + 3.1, "0", _BODY, style.INK, "middle", bold=True)
    number = f"\u00a0({entry.number})" if entry.number else ""
    text = _lines(
        entry.label + number, y + 0.5, _BODY, style.INK, x=x + _SWATCH + 2, width=width - _SWATCH - 2
    )
    items = (swatch, *((zero,) if entry.state is State.TRUE_ZERO else ()), *text.items)
    return Block(items, max(text.bottom, y + 4.2))


def sample_circles(figure: MapFigure, x: float, y: float, map_width: float) -> Block:
    """Nested sample circles, standing on one line, each with its count; one too close to the last is left out."""
    steps = circle_steps(figure)
    if not steps or figure.largest is None:
        return Block((), y)
    largest = circle_radius(figure, map_width)
    bottom = y + 2 * largest + 1
    items: list[Item] = []
    above = y - _SMALL
    for step in steps:
        radius = largest * sqrt(step / figure.largest)
        height = bottom - 2 * radius
        if height - above < _SMALL:
            continue
        above = height
        items += [
            Disc(x + largest, bottom - radius, radius, style.PAPER, style.CIRCLE, 0.3),
            Line(x + largest, height, x + 2 * largest + 2, height, style.RULE, 0.15),
            Letters(x + 2 * largest + 2.6, height + 0.9, figure.wording.number(step), _SMALL, style.INK),
        ]
    return Block(tuple(items), bottom + 1.5)


def scale_bar(figure: MapFigure, frame: Frame, top: float) -> Block:
    """A bar of 5, 10 or 20 km; only real boundaries have a scale."""
    if isinstance(figure.geometry, Tiles):
        return Block((), top)
    scale = place(figure.geometry, frame).scale * 1000
    kilometres = next(
        (length for length in _BAR_LENGTHS_KM if length * scale < frame.width / 2), _BAR_LENGTHS_KM[-1]
    )
    length = kilometres * scale
    y = top + 3
    items = (
        Line(frame.x, y, frame.x + length, y, style.INK, 0.4),
        Line(frame.x, y - 1, frame.x, y + 0.2, style.INK, 0.25),
        Line(frame.x + length, y - 1, frame.x + length, y + 0.2, style.INK, 0.25),
        Letters(
            frame.x + length + 1.5, y + 0.6, figure.wording("scale", length=kilometres), _SMALL, style.INK
        ),
    )
    return Block(items, y + 2)
