"""Outlines ready for drawing: rings of points with north up, whatever they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from denombrement.errors import UsageProblem

Point = tuple[float, float]
Ring = tuple[Point, ...]
Level = Literal["commune", "arrondissement"]
LEVELS: tuple[Level, ...] = ("arrondissement", "commune")


@dataclass(frozen=True)
class Shape:
    """One territory.

    Attributes:
        code: NIS code.
        label: short French name, for lettering.
        rings: closed rings without a repeated last point; outer rings turn one way, holes the other.
        anchor: where lettering or a circle is centred.
    """

    code: str
    label: str
    rings: tuple[Ring, ...]
    anchor: Point


@dataclass(frozen=True)
class Geometry:
    """All outlines of the province at one date; y grows northwards.

    Attributes:
        on: the date whose communes these are (44 until 1 December 2024, 43 after).
        communes: one shape per commune, sorted by code.
        arrondissements: one shape per arrondissement, sorted by code.
        credit: what must be printed under any map drawn from it; empty for our own drawing.
    """

    on: date
    communes: tuple[Shape, ...]
    arrondissements: tuple[Shape, ...]
    credit: str

    def shapes(self, level: Level) -> tuple[Shape, ...]:
        """The shapes of one level.

        Raises:
            UsageProblem: PUB005, unknown level.
        """
        if level == "commune":
            return self.communes
        if level == "arrondissement":
            return self.arrondissements
        raise UsageProblem("PUB005", name=level, known=", ".join(LEVELS))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the whole, in the geometry's own unit."""
        points = [point for shape in self.communes for ring in shape.rings for point in ring]
        xs, ys = zip(*points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)
