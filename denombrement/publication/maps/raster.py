"""Signs to PNG and PDF through matplotlib, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from denombrement.publication.maps import style
from denombrement.publication.maps.scene import Disc, Item, Letters, Line, Outline, Sheet
from denombrement.publication.shapes import Ring

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

_POINTS_PER_MM = 72 / 25.4
_MM_PER_INCH = 25.4
_HATCHES = {
    "hatch": ("//////", style.HATCH),
    "dots": ("......", style.DOTS),
    "bars": ("----", style.BARS),
}
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}
# Fonts embedded as TrueType stay selectable; hatching as fine as in the SVG.
_SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.7,
    "path.simplify": False,
}


def render(sheet: Sheet, title: str, *, dots_per_inch: int = 300) -> dict[str, bytes]:
    """The sheet as files.

    Args:
        sheet: what to draw.
        title: title kept in the files' metadata.
        dots_per_inch: resolution of the PNG.

    Returns:
        ``png`` and ``pdf`` with their bytes; no date inside, so that the same map gives the same bytes.
    """
    undated = {"Title": title, "CreationDate": None, "Creator": None, "Producer": None}
    with _drawn(sheet) as drawing:
        pdf = io.BytesIO()
        drawing.savefig(pdf, format="pdf", metadata=undated)
        return {"png": _png(drawing, title, dots_per_inch), "pdf": pdf.getvalue()}


def render_png(sheet: Sheet, title: str, *, dots_per_inch: int = 300) -> bytes:
    """The sheet as PNG alone; arguments as those of :func:`render`."""
    with _drawn(sheet) as drawing:
        return _png(drawing, title, dots_per_inch)


def _png(drawing: Figure, title: str, dots_per_inch: int) -> bytes:
    png = io.BytesIO()
    drawing.savefig(png, format="png", dpi=dots_per_inch, metadata={"Title": title, "Software": None})
    return png.getvalue()


@contextmanager
def _drawn(sheet: Sheet) -> Iterator[Figure]:
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context():
        # What a notebook sets for its own figures must not reach the map.
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        drawing = Figure(
            figsize=(sheet.width / _MM_PER_INCH, sheet.height / _MM_PER_INCH), facecolor=style.PAPER
        )
        FigureCanvasAgg(drawing)
        axes = drawing.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, sheet.width)
        axes.set_ylim(sheet.height, 0)
        axes.set_axis_off()
        for rank, item in enumerate(sheet.items):
            _draw(axes, item, rank)
        yield drawing


def _draw(axes: Axes, item: Item, rank: int) -> None:
    if isinstance(item, Outline):
        _draw_outline(axes, item, rank)
    elif isinstance(item, Disc):
        from matplotlib.patches import Circle

        axes.add_patch(
            Circle((item.x, item.y), item.radius, zorder=rank, **_paint(item.fill, item.stroke, item.width))
        )
    elif isinstance(item, Line):
        width = item.width * _POINTS_PER_MM
        axes.plot(
            (item.x1, item.x2),
            (item.y1, item.y2),
            color=item.stroke,
            lw=width,
            zorder=rank,
            solid_capstyle="butt",
        )
    else:
        _draw_letters(axes, item, rank)


def _draw_outline(axes: Axes, item: Outline, rank: int) -> None:
    from matplotlib.patches import PathPatch

    path = _path(item.rings)
    if item.pattern:
        hatch, colour = _HATCHES[item.pattern]
        axes.add_patch(PathPatch(path, facecolor=item.fill, edgecolor=colour, lw=0, hatch=hatch, zorder=rank))
    fill = "" if item.pattern else item.fill
    paint = _paint(fill, item.stroke, item.width)
    axes.add_patch(PathPatch(path, joinstyle="round", zorder=rank + 0.1, **paint))


def _draw_letters(axes: Axes, item: Letters, rank: int) -> None:
    from matplotlib.patheffects import withStroke

    size = item.size * _POINTS_PER_MM
    effects = [withStroke(linewidth=size / 4, foreground=item.halo)] if item.halo else None
    # A dollar sign in a title is text, not mathematics.
    axes.text(
        item.x,
        item.y,
        item.text,
        fontsize=size,
        color=item.colour,
        ha=_ANCHORS[item.side],
        va="baseline",
        weight="bold" if item.bold else "normal",
        path_effects=effects,
        parse_math=False,
        zorder=rank,
    )


def _path(rings: tuple[Ring, ...]) -> Path:
    from matplotlib.path import Path

    return Path.make_compound_path(*(Path([*ring, ring[0]], closed=True) for ring in rings))


def _paint(fill: str, stroke: str, width: float) -> dict[str, Any]:
    return {
        "facecolor": fill or "none",
        "edgecolor": stroke or "none",
        "linewidth": width * _POINTS_PER_MM if stroke else 0,
    }
