"""The package's own tile map: one hexagon per commune, two for Bastogne after the merger.

The drawing is ours (``data/tiles.csv``: column, row and short label of each tile; ``data/tile_anchors.csv``: the
tiles between which an arrondissement is lettered). It keeps every arrondissement in one piece and 90 of the 103
neighbour relations of the real map; a test measures both.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from math import sqrt

from denombrement.publication.shapes import Geometry, Point, Ring, Shape
from denombrement.reference import Commune, arrondissements, communes_on

# Corners of a hexagon standing on a point, anticlockwise, in half widths across and half radii up: whole numbers, so
# that the corners of neighbours coincide exactly.
_CORNERS = ((0, 2), (-1, 1), (-1, -1), (0, -2), (1, -1), (1, 1))
_HALF_WIDTH = 0.5
_HALF_RADIUS = 1 / (2 * sqrt(3))

Node = tuple[int, int]


@dataclass(frozen=True)
class Tile:
    """One hexagon of the drawing; odd rows are shifted half a tile to the right, row 0 is the northernmost."""

    nis: str
    column: int
    row: int
    label: str

    @property
    def node(self) -> Node:
        """The centre, on the lattice of half widths and half radii."""
        return 2 * self.column + self.row % 2, -3 * self.row

    @property
    def neighbours(self) -> tuple[tuple[int, int], ...]:
        """Column and row of the six places around it."""
        shift = self.row % 2
        beside = [(self.column - 1, self.row), (self.column + 1, self.row)]
        above_below = [(self.column + shift + dx, self.row + dy) for dy in (-1, 1) for dx in (-1, 0)]
        return tuple(beside + above_below)


@dataclass(frozen=True)
class Tiles(Geometry):
    """The tile map of one date, in tile widths."""

    tiles: tuple[Tile, ...]


@lru_cache(maxsize=8)
def load_tiles(on: date) -> Tiles:
    """The tile map of the communes that exist on a day.

    Args:
        on: the date of the count.

    Returns:
        44 communes until 1 December 2024, 43 after; the unit is the width of a tile.

    Raises:
        UsageProblem: REF015, before the first day of the register of communes.
    """
    by_code = {commune.nis: commune for commune in communes_on(on)}
    tiles = tuple(tile for tile in _drawing() if tile.nis in by_code)
    return Tiles(
        on=on,
        communes=tuple(
            _shape(code, [tile for tile in tiles if tile.nis == code]) for code in sorted(by_code)
        ),
        arrondissements=_arrondissement_shapes(by_code, tiles),
        credit="",
        tiles=tiles,
    )


def short_labels() -> dict[str, str]:
    """NIS code -> short French name of every commune, for lettering on any map."""
    return {tile.nis: tile.label for tile in _drawing()}


def _arrondissement_shapes(by_code: dict[str, Commune], tiles: tuple[Tile, ...]) -> tuple[Shape, ...]:
    members = defaultdict(list)
    for tile in tiles:
        members[by_code[tile.nis].arrondissement_nis].append(tile)
    lettered = {row["nis"]: row["tiles"].split() for row in _rows("tile_anchors.csv")}
    return tuple(
        Shape(
            each.nis,
            each.name_fr,
            _outline(members[each.nis]),
            _centre([tile for tile in _drawing() if tile.nis in lettered[each.nis]]),
        )
        for each in arrondissements()
    )


@lru_cache(maxsize=1)
def _drawing() -> tuple[Tile, ...]:
    return tuple(
        Tile(row["nis"], int(row["column"]), int(row["row"]), row["label"]) for row in _rows("tiles.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("denombrement.publication") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def _shape(code: str, tiles: list[Tile]) -> Shape:
    return Shape(code, tiles[0].label, _outline(tiles), _centre(tiles))


def _centre(tiles: list[Tile]) -> Point:
    x = sum(tile.node[0] for tile in tiles) / len(tiles)
    return _point((x, sum(tile.node[1] for tile in tiles) / len(tiles)))


def _point(node: tuple[float, float]) -> Point:
    return node[0] * _HALF_WIDTH, node[1] * _HALF_RADIUS


def _outline(tiles: Iterable[Tile]) -> tuple[Ring, ...]:
    """The border of a group of tiles: the edges that no two of them share, joined end to end."""
    edges = {edge for tile in tiles for edge in _edges(tile)}
    following = {start: end for start, end in edges if (end, start) not in edges}
    rings = []
    while following:
        rings.append(_walk(following))
    return tuple(rings)


def _edges(tile: Tile) -> Iterable[tuple[Node, Node]]:
    x, y = tile.node
    corners = [(x + dx, y + dy) for dx, dy in _CORNERS]
    return zip(corners, corners[1:] + corners[:1], strict=True)


def _walk(following: dict[Node, Node]) -> Ring:
    start = min(following)
    ring, node = [_point(start)], following.pop(start)
    while node != start:
        ring.append(_point(node))
        node = following.pop(node)
    return tuple(ring)
