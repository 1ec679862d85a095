"""Real boundaries: what a campaign keeps of them, read without any geographic library.

`denombrement.publication.boundary_import` makes the kept file from the producer's. It is a GeoJSON in Belgian Lambert
2008 (EPSG:3812), whole metres, simplified once, so that drawing a map needs nothing but ``json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from denombrement.errors import DamagedInput
from denombrement.publication.shapes import Geometry, Level, Point, Ring, Shape

PROJECTION = "EPSG:3812"
_KIND = "denombrement-boundaries-1"


@dataclass(frozen=True)
class Boundaries(Geometry):
    """The real outlines of one date, in metres of EPSG:3812.

    Attributes:
        source_sha256: SHA-256 of the producer's file.
        tolerance_metres: degree of the simplification.
    """

    source_sha256: str
    tolerance_metres: float


def boundaries_json(boundaries: Boundaries) -> str:
    """The kept file's text: GeoJSON, one line per territory, the same each time."""
    features = [
        json.dumps(_feature(shape, level), ensure_ascii=False, separators=(",", ":"))
        for level in ("commune", "arrondissement")
        for shape in boundaries.shapes(level)
    ]
    head = {
        "type": "FeatureCollection",
        "kind": _KIND,
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{PROJECTION.replace(':', '::')}"}},
        "on": boundaries.on.isoformat(),
        "credit": boundaries.credit,
        "source_sha256": boundaries.source_sha256,
        "tolerance_metres": boundaries.tolerance_metres,
    }
    opening = json.dumps(head, ensure_ascii=False)[:-1]
    return opening + ', "features": [\n' + ",\n".join(features) + "\n]}\n"


def _feature(shape: Shape, level: Level) -> dict[str, Any]:
    # One polygon per outer ring: outer rings turn anticlockwise, holes clockwise and follow theirs.
    polygons: list[list[Any]] = []
    for ring in shape.rings:
        closed = [[round(x), round(y)] for x, y in (*ring, ring[0])]
        if _turns_left(ring) or not polygons:
            polygons.append([closed])
        else:
            polygons[-1].append(closed)
    return {
        "type": "Feature",
        "properties": {"nis": shape.code, "level": level, "label": shape.label, "anchor": list(shape.anchor)},
        "geometry": {"type": "MultiPolygon", "coordinates": polygons},
    }


def _turns_left(ring: Ring) -> bool:
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) > 0


def load_boundaries(path: Path) -> Boundaries:
    """Read a kept file.

    Args:
        path: a file written from `boundaries_json`.

    Raises:
        DamagedInput: PUB026, not such a file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _boundaries(content)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DamagedInput("PUB026", where=path.name) from error


def _boundaries(content: dict[str, Any]) -> Boundaries:
    if content["kind"] != _KIND:
        raise ValueError(content["kind"])
    return Boundaries(
        on=date.fromisoformat(content["on"]),
        communes=_shapes(content["features"], "commune"),
        arrondissements=_shapes(content["features"], "arrondissement"),
        credit=str(content["credit"]),
        source_sha256=str(content["source_sha256"]),
        tolerance_metres=float(content["tolerance_metres"]),
    )


def _shapes(features: list[dict[str, Any]], level: Level) -> tuple[Shape, ...]:
    return tuple(
        Shape(
            each["properties"]["nis"],
            each["properties"]["label"],
            tuple(_ring(ring) for polygon in each["geometry"]["coordinates"] for ring in polygon),
            _point(each["properties"]["anchor"]),
        )
        for each in features
        if each["properties"]["level"] == level
    )


def _ring(closed: list[list[float]]) -> Ring:
    return tuple(_point(point) for point in closed[:-1])


def _point(pair: list[float]) -> Point:
    return float(pair[0]), float(pair[1])
