"""Maps of protected tables, on the package's tiles or on real boundaries.

`draw_map` turns a `MapTable` into a `MapFigure`; `save_map` writes it as PNG, SVG, PDF and one self-contained page.
"""

from __future__ import annotations

from denombrement.publication.maps.classes import Classes, Measure, measure, measures
from denombrement.publication.maps.figure import KINDS, Kind, MapFigure, Mark, Panel, draw_map
from denombrement.publication.maps.html import map_page
from denombrement.publication.maps.save import map_svg, render_map, save_map
from denombrement.publication.maps.table import MapCell, MapTable, State, rate_table, territory_names

__all__ = [
    "KINDS",
    "Classes",
    "Kind",
    "MapCell",
    "MapFigure",
    "MapTable",
    "Mark",
    "Measure",
    "Panel",
    "State",
    "draw_map",
    "map_page",
    "map_svg",
    "measure",
    "measures",
    "rate_table",
    "render_map",
    "save_map",
    "territory_names",
]
