"""Outlines as a GeoDataFrame."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, cast

import geopandas as gpd
from shapely.geometry import Polygon

from denombrement.publication.shapes import Geometry, Level, Shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def outlines(geometry: Geometry, level: str, projection: str | None) -> gpd.GeoDataFrame:
    """``territory`` (NIS), ``label`` and ``geometry`` of one level; the credit to print is in ``attrs``.

    Raises:
        UsageProblem: PUB005, unknown level.
    """
    shapes = geometry.shapes(cast("Level", level))
    frame = gpd.GeoDataFrame(
        {"territory": [each.code for each in shapes], "label": [each.label for each in shapes]},
        geometry=[_area(each) for each in shapes],
        crs=projection,
    )
    frame.attrs["credit"] = geometry.credit
    return frame


def _area(shape: Shape) -> BaseGeometry:
    # A ring inside another is a hole, whichever way it turns.
    return reduce(
        lambda whole, ring: whole.symmetric_difference(ring), [Polygon(ring) for ring in shape.rings]
    )
