"""One map of the province, drawn into a frame: areas, borders, circles, lettering, in that order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from math import hypot, sqrt

from denombrement.publication.maps import style
from denombrement.publication.maps.captions import spoken
from denombrement.publication.maps.figure import MapFigure, Mark, Panel
from denombrement.publication.maps.scene import Disc, Item, Letters, Outline, text_width
from denombrement.publication.maps.spreading import Box, spread
from denombrement.publication.maps.table import State
from denombrement.publication.shapes import Geometry, Point, Ring, Shape
from denombrement.reference import communes_of

# Largest radius as a share of the map's width: circles of neighbours may touch, never hide one another whole.
_LARGEST_RADIUS = {"arrondissement": 0.115, "commune": 0.07}
# How far a sign may leave its place, as a share of the map's width, and how much of a circle's square it covers.
_FURTHEST_MOVE = 0.035
_COVERED = 0.86
_LETTERING_ROOM = 0.93
_LINE_HEIGHT = 1.12
_CAP_HEIGHT = 0.73
_LETTERING_ASPECT = 1.8
_GOOD_ENOUGH = 0.6


@dataclass(frozen=True)
class Lettering:
    """Font sizes in millimetres; 0 leaves that line out."""

    name: float
    value: float
    smallest: float = 1.7


@dataclass(frozen=True)
class Frame:
    """Where the province goes on the sheet, in millimetres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Placement:
    """How the geometry's units become millimetres, y downwards; ``width`` is the frame's, which lines follow."""

    scale: float
    left: float
    top: float
    width: float

    def point(self, point: Point) -> Point:
        """A point of the geometry on the sheet."""
        return self.left + point[0] * self.scale, self.top - point[1] * self.scale

    def rings(self, rings: Iterable[Ring]) -> tuple[Ring, ...]:
        """Rings of the geometry on the sheet."""
        return tuple(tuple(self.point(point) for point in ring) for ring in rings)


def aspect(geometry: Geometry) -> float:
    """Height of the province over its width."""
    west, south, east, north = geometry.bounds
    return (north - south) / (east - west)


def place(geometry: Geometry, frame: Frame) -> Placement:
    """The province as large as the frame allows, centred."""
    west, south, east, north = geometry.bounds
    scale = min(frame.width / (east - west), frame.height / (north - south))
    left = frame.x + (frame.width - (east - west) * scale) / 2 - west * scale
    top = frame.y + (frame.height - (north - south) * scale) / 2 + north * scale
    return Placement(scale, left, top, frame.width)


def panel_items(figure: MapFigure, panel: Panel, frame: Frame, lettering: Lettering) -> tuple[Item, ...]:
    """The signs of one map.

    Args:
        figure: the figure the panel belongs to.
        panel: the map to draw.
        frame: where to draw it.
        lettering: sizes of names and figures.
    """
    placement = place(figure.geometry, frame)
    shapes = {shape.code: shape for shape in figure.geometry.shapes(figure.table.level)}
    drawn = [(mark, _clear_of_absent(figure, shapes[mark.code])) for mark in panel.marks]
    largest = circle_radius(figure, frame.width)
    placed = _apart(figure, drawn, placement, lettering, largest)
    return (
        *_areas(figure, panel, drawn, placement),
        *_absent(figure, placement),
        *_borders(figure, placement),
        *_circles(placed, placement, lettering, largest),
        *(item for pair in placed for item in _letters(figure, pair, placement, lettering, largest)),
    )


def _apart(
    figure: MapFigure,
    drawn: list[tuple[Mark, Shape]],
    placement: Placement,
    lettering: Lettering,
    largest: float,
) -> list[tuple[Mark, Shape]]:
    """The same, circles and lettering moved where they would cover those of a neighbour."""
    groups = [_boxes(figure, pair, placement, lettering, largest) for pair in drawn]
    moves = spread(groups, _FURTHEST_MOVE * placement.width)
    return [
        (mark, replace(shape, anchor=_moved(shape.anchor, move, placement.scale)))
        for (mark, shape), move in zip(drawn, moves, strict=True)
    ]


def _moved(anchor: Point, move: tuple[float, float], scale: float) -> Point:
    return anchor[0] + move[0] / scale, anchor[1] - move[1] / scale


def _boxes(
    figure: MapFigure, pair: tuple[Mark, Shape], placement: Placement, lettering: Lettering, largest: float
) -> list[Box]:
    """What a territory's signs cover: its circle (its corners are empty) and its lettering."""
    found = []
    for item in (
        *_circles([pair], placement, lettering, largest),
        *_letters(figure, pair, placement, lettering, largest),
    ):
        if isinstance(item, Disc):
            side = item.radius * _COVERED
            found.append(Box(item.x - side, item.y - side, item.x + side, item.y + side))
        elif isinstance(item, Letters):
            half = text_width(item.text, item.size, bold=item.bold) / 2
            top = item.y - _CAP_HEIGHT * item.size
            found.append(Box(item.x - half, top, item.x + half, item.y))
    return found


def circle_radius(figure: MapFigure, map_width: float) -> float:
    """The radius of the largest circle on a map of that width."""
    return _LARGEST_RADIUS[figure.table.level] * map_width


def fill_of(figure: MapFigure, mark_state: State, shade: int | None) -> str:
    """The colour behind a state or class."""
    if shade is not None and figure.classes:
        return style.shades(figure.classes.number)[shade]
    return style.STATE_FILLS[mark_state]


def _areas(
    figure: MapFigure, panel: Panel, drawn: Iterable[tuple[Mark, Shape]], placement: Placement
) -> Iterable[Item]:
    border = style.BORDER if figure.classes else style.LAND_BORDER
    for mark, shape in drawn:
        yield Outline(
            placement.rings(shape.rings),
            fill=fill_of(figure, mark.state, mark.shade),
            stroke=border if mark.state is State.VALUE else style.RULE,
            width=0.1 + placement.width / 750,
            pattern=style.PATTERNS.get(mark.state, ""),
            territory=mark.code,
            spoken=spoken(figure, panel, mark),
        )


def _absent(figure: MapFigure, placement: Placement) -> Iterable[Item]:
    """Communes that did not take part, inside an arrondissement that did."""
    if figure.table.level == "commune":
        return
    for shape in figure.geometry.communes:
        if shape.code in figure.table.absent_communes:
            fill = style.STATE_FILLS[State.NOT_COUNTED]
            yield Outline(placement.rings(shape.rings), fill, style.RULE, 0.15, "dots")


def _clear_of_absent(figure: MapFigure, shape: Shape) -> Shape:
    """An arrondissement lettered where its participating communes leave most room."""
    if figure.table.level == "commune" or not figure.table.absent_communes:
        return shape
    members = {each.nis for each in communes_of(shape.code, figure.table.on)}
    absent = members.intersection(figure.table.absent_communes)
    inside = [each for each in figure.geometry.communes if each.code in members - absent]
    if not absent or not inside:
        return shape
    obstacles = [ring for each in figure.geometry.communes if each.code in absent for ring in each.rings]
    corners = [corner for ring in (*shape.rings, *obstacles) for corner in ring]
    places = [each.anchor for each in inside]
    places += [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in combinations(places, 2)]
    places = [
        place
        for place in (shape.anchor, *places)
        if _within(place, shape.rings) and not _within(place, obstacles)
    ]
    best = max(places, key=lambda place: _room_around(place, corners), default=shape.anchor)
    usual = _room_around(shape.anchor, corners) if shape.anchor in places else 0.0
    return shape if usual > _GOOD_ENOUGH * _room_around(best, corners) else replace(shape, anchor=best)


def _room_around(place: Point, corners: Iterable[Point]) -> float:
    # Lettering is wider than high, so that room to the sides counts for less.
    return min(hypot((place[0] - x) / _LETTERING_ASPECT, place[1] - y) for x, y in corners)


def _within(place: Point, rings: Iterable[Ring]) -> bool:
    return sum(x > place[0] for ring in rings for x in _crossings(ring, place[1])) % 2 == 1


def _borders(figure: MapFigure, placement: Placement) -> Iterable[Item]:
    for shape in figure.geometry.arrondissements:
        yield Outline(placement.rings(shape.rings), stroke=style.OUTLINE, width=0.15 + placement.width / 600)


def _circles(
    drawn: Iterable[tuple[Mark, Shape]], placement: Placement, lettering: Lettering, largest: float
) -> Iterable[Item]:
    """Circles by area, the largest first so that none is hidden."""
    for mark, shape in sorted(drawn, key=lambda pair: -(pair[0].share or 0)):
        if mark.share:
            x, y = placement.point(shape.anchor)
            yield Disc(
                x,
                y - _lift(mark, lettering, largest),
                _radius(mark, largest),
                style.CIRCLE,
                style.PAPER,
                0.25,
            )


def _radius(mark: Mark, largest: float) -> float:
    return largest * sqrt(mark.share or 0)


def _lift(mark: Mark, lettering: Lettering, largest: float) -> float:
    """How far the circle goes up so that circle and lettering together are centred."""
    lines = (lettering.name, 0 if _figure_inside(mark, lettering, largest) else lettering.value)
    return sum(lines) * _LINE_HEIGHT / 2


def _figure_inside(mark: Mark, lettering: Lettering, largest: float) -> bool:
    """Whether the figure's box fits in its circle with some air."""
    width = text_width(mark.shown, lettering.value, bold=True)
    return width > 0 and hypot(width, lettering.value * _CAP_HEIGHT) < 1.75 * _radius(mark, largest)


def _letters(
    figure: MapFigure, pair: tuple[Mark, Shape], placement: Placement, lettering: Lettering, largest: float
) -> Iterable[Item]:
    mark, shape = pair
    x, y = placement.point(shape.anchor)
    room = max(chord(shape) * _LETTERING_ROOM, _least_room(figure)) * placement.scale
    background = fill_of(figure, mark.state, mark.shade)
    lines = _lines(mark, lettering, room)
    colour = style.ink_on(background)
    if not mark.share:
        yield from _stacked(
            x, y - sum(line.size for line in lines) * _LINE_HEIGHT / 2, lines, colour, background
        )
        return
    y -= _lift(mark, lettering, largest)
    if _figure_inside(mark, lettering, largest):
        lines = lines[:-1]
        baseline = y + lettering.value * _CAP_HEIGHT / 2
        yield Letters(x, baseline, mark.shown, lettering.value, style.PAPER, "middle", bold=True)
    yield from _stacked(x, y + _radius(mark, largest) + 0.3, lines, colour, background)


@dataclass(frozen=True)
class _Line:
    text: str
    size: float
    bold: bool


def _stacked(x: float, top: float, lines: Iterable[_Line], colour: str, halo: str) -> Iterable[Letters]:
    for line in lines:
        baseline = top + line.size * (_LINE_HEIGHT + _CAP_HEIGHT) / 2
        yield Letters(x, baseline, line.text, line.size, colour, "middle", line.bold, halo)
        top += line.size * _LINE_HEIGHT


def _least_room(figure: MapFigure) -> float:
    """An arrondissement's name may run over its border, a commune's may not."""
    west, _, east, _ = figure.geometry.bounds
    return 0.3 * (east - west) if figure.table.level == "arrondissement" else 0.0


def _lines(mark: Mark, lettering: Lettering, room: float) -> tuple[_Line, ...]:
    """The name and the figure, shrunk to the room there is; patterns speak for the other states."""
    wanted = [_Line(mark.label, lettering.name, bold=False)]
    if mark.state is State.TRUE_ZERO:
        wanted.append(_Line(mark.shown, lettering.value or lettering.smallest, bold=True))
    elif mark.state is State.VALUE:
        wanted.append(_Line(mark.shown, lettering.value, bold=True))
    return tuple(_fitted(line, lettering.smallest, room) for line in wanted if line.size)


def _fitted(line: _Line, smallest: float, room: float) -> _Line:
    fitting = room / text_width(line.text, 1, bold=line.bold)
    return _Line(line.text, max(min(line.size, fitting), smallest), line.bold)


def chord(shape: Shape) -> float:
    """The width of a shape at the height of its anchor, twice the room on the narrower side, in the geometry's unit."""
    x, y = shape.anchor
    crossings = [crossing for ring in shape.rings for crossing in _crossings(ring, y)]
    left, right = ([each for each in crossings if (each > x) == side] for side in (False, True))
    return 2 * min(x - max(left), min(right) - x) if left and right else 0.0


def _crossings(ring: Ring, y: float) -> list[float]:
    """Where a ring crosses a horizontal line."""
    return [
        ax + (y - ay) * (bx - ax) / (by - ay)
        for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True)
        if (ay > y) != (by > y)
    ]
