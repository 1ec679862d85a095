"""One map of the province, ours against geopandas' own plot of the same figures, in one run; prints JSON.

``python -m benchmarks.maps [--boundaries FILE] [--repeat N]``. Without a boundary file both draw the package's tiles.
geopandas draws the polygons and a legend; ours also writes the page with its twin table, and says in its legend what
each pattern means and how many communes are in each class. Both render PNG at 300 dots per inch, SVG and PDF.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denombrement.publication.boundary_import import import_boundaries
from denombrement.publication.maps import MapCell, MapTable, State, draw_map, measure, render_map
from denombrement.publication.maps.captions import legend
from denombrement.publication.shapes import Geometry
from denombrement.publication.tiles import load_tiles
from denombrement.reference import communes_on

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

NIGHT = date(2023, 10, 19)
FORMATS = ("png", "svg", "pdf")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both and print one JSON object."""
    options = _options(arguments)
    geometry: Geometry = load_tiles(NIGHT)
    if options.boundaries:
        geometry = import_boundaries(options.boundaries, NIGHT, credit="")
    table = _table()
    ours, our_seconds = _timed(lambda: render_map(draw_map(table, geometry)), options.repeat)
    frame = _frame(table, geometry)
    theirs, their_seconds = _timed(lambda: _geopandas_map(frame), options.repeat)
    result = {
        "geometry": "boundaries" if options.boundaries else "tiles",
        "communes": len(geometry.communes),
        "vertices": sum(len(ring) for shape in geometry.communes for ring in shape.rings),
        "ours": {"seconds": our_seconds, "bytes": {name: len(content) for name, content in ours.items()}},
        "geopandas": {"seconds": their_seconds, "bytes": {name: len(theirs[name]) for name in FORMATS}},
        "time_ratio": round(our_seconds / their_seconds, 2),
        "legend": {
            "ours": [entry.label for entry in legend(draw_map(table, geometry))],
            "geopandas": theirs["legend"],
        },
    }
    print(json.dumps(result, ensure_ascii=False, indent=2))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.maps", description=__doc__)
    parser.add_argument("--boundaries", type=Path, help="polygon file with NIS codes; tiles when absent")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the fastest counts")
    return parser.parse_args(arguments)


def _timed(draw: Callable[[], Any], repeat: int) -> tuple[Any, float]:
    """The result and the fastest of several runs, after one that loads the libraries."""
    result, seconds = draw(), []
    for _ in range(repeat):
        start = time.perf_counter()
        draw()
        seconds.append(time.perf_counter() - start)
    return result, round(min(seconds), 3)


def _table() -> MapTable:
    """Invented rates with the four states."""
    cells = tuple(_cell(rank, commune.nis) for rank, commune in enumerate(communes_on(NIGHT)))
    absent = tuple(cell.territory for cell in cells if cell.state is State.NOT_COUNTED)
    return MapTable(
        title="Personnes sans chez-soi",
        measure_name="per_10000",
        level="commune",
        night=NIGHT,
        cells=cells,
        communes_participating=len(cells) - len(absent),
        communes_total=len(cells),
        absent_communes=absent,
        audit="benchmark",
    )


def _cell(rank: int, nis: str) -> MapCell:
    state = {4: State.PROTECTED, 9: State.NOT_COUNTED, 7: State.TRUE_ZERO}.get(rank % 11, State.VALUE)
    value = {State.VALUE: float(37 * rank % 110), State.TRUE_ZERO: 0.0}.get(state)
    return MapCell(nis, value, state)


def _frame(table: MapTable, geometry: Geometry) -> GeoDataFrame:
    import geopandas
    from shapely import Polygon

    return geopandas.GeoDataFrame(
        {"rate": [table.cell(shape.code).value for shape in geometry.communes]},
        geometry=[Polygon(shape.rings[0]) for shape in geometry.communes],
    )


def _geopandas_map(frame: GeoDataFrame) -> dict[str, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(180 / 25.4, 240 / 25.4))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    frame.plot(
        column="rate",
        ax=axes,
        cmap="Blues",
        scheme="UserDefined",
        classification_kwds={"bins": list(measure("per_10000").breaks)},
        legend=True,
        edgecolor="white",
        missing_kwds={"color": "lightgrey", "hatch": "///"},
    )
    axes.set_axis_off()
    key = axes.get_legend()
    return _saved(figure) | {"legend": [text.get_text() for text in key.get_texts()] if key else []}


def _saved(figure: Figure) -> dict[str, Any]:
    files = {}
    for extension in FORMATS:
        buffer = io.BytesIO()
        figure.savefig(buffer, format=extension, dpi=300)
        files[extension] = buffer.getvalue()
    return files


if __name__ == "__main__":
    main()
