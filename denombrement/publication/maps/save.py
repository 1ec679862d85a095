"""The edge: a figure becomes files."""

from __future__ import annotations

from pathlib import Path

from denombrement.publication.maps.captions import alternative
from denombrement.publication.maps.figure import MapFigure
from denombrement.publication.maps.html import map_page
from denombrement.publication.maps.page import sheet
from denombrement.publication.maps.raster import render
from denombrement.publication.maps.svg import svg_document, svg_inline


def render_map(figure: MapFigure) -> dict[str, bytes]:
    """A figure as files in memory: ``png`` (300 dots per inch), ``svg``, ``pdf``, ``html``; same figure, same bytes."""
    laid_out = sheet(figure)
    title = figure.table.title
    files = render(laid_out, title)
    files["svg"] = svg_document(laid_out, title, alternative(figure, with_table=False)).encode()
    files["html"] = map_page(figure).encode()
    return files


def map_svg(figure: MapFigure, prefix: str = "") -> str:
    """The whole sheet as an ``svg`` element for use inside a page.

    Args:
        figure: from `draw_map`.
        prefix: put before every identifier, so that several maps fit in one page.
    """
    return svg_inline(sheet(figure), figure.table.title, alternative(figure, with_table=False), prefix)


def save_map(figure: MapFigure, folder: Path, stem: str) -> list[Path]:
    """Write ``stem.png``, ``.svg``, ``.pdf`` and ``.html``, each whole or not at all.

    Args:
        figure: from `draw_map`.
        folder: made when absent.
        stem: name of the files without extension.

    Returns:
        The paths written, sorted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return sorted(
        _write(folder / f"{stem}.{extension}", content) for extension, content in render_map(figure).items()
    )


def _write(path: Path, content: bytes) -> Path:
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    return beside.replace(path)
