"""One self-contained page: inline SVG, twin table, no script, nothing loaded from anywhere.

Everything goes through an element tree, so every text is escaped by construction; the only style allowed is the one
whose hash the page declares.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from xml.etree.ElementTree import Element, SubElement, tostring

from denombrement.publication.maps import style
from denombrement.publication.maps.captions import (
    LegendEntry,
    alternative,
    legend,
    legend_heading,
    notes,
    subtitle,
    tabulated,
    unit,
)
from denombrement.publication.maps.figure import MapFigure
from denombrement.publication.maps.page import sample_circles, scale_bar
from denombrement.publication.maps.panel import Frame, Lettering, aspect, fill_of, panel_items
from denombrement.publication.maps.scene import Item, Letters, Outline, rectangle
from denombrement.publication.maps.svg import SharedPaths, append_items, svg_element
from denombrement.publication.maps.table import State, territory_names
from denombrement.reference import fold

# Millimetres of the drawing's own unit; the page stretches it to the screen.
_MAP_WIDTH, _SMALL_WIDTH, _PADDING = 92.0, 44.0, 1.0


@cache
def _css() -> str:
    return (resources.files("denombrement.publication") / "data" / "map_page.css").read_text(encoding="utf-8")


def map_page(figure: MapFigure) -> str:
    """The whole page as text."""
    root = Element("html", {"lang": figure.wording.language})
    _append_head(root, figure.table.title)
    body = SubElement(root, "body")
    if figure.internal:
        _text(SubElement(body, "header"), "p", figure.wording("banner"), {"class": "banner"})
    main = SubElement(body, "main")
    append_map(main, figure)
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def append_map(main: Element, figure: MapFigure) -> None:
    """Title, map, legend, twin table and notes, in reading order."""
    _text(main, "a", figure.wording("page.skip"), {"class": "skip", "href": "#table"})
    header = SubElement(main, "header")
    _text(header, "h1", figure.table.title)
    if figure.table.subject:
        _text(header, "p", figure.table.subject, {"class": "subject"})
    _text(header, "p", subtitle(figure), {"class": "subtitle"})
    single = len(figure.panels) == 1
    hidden = {"width": "0", "height": "0", "aria-hidden": "true", "class": "definitions"}
    paths = SharedPaths(SubElement(main, "svg", hidden))
    layout = SubElement(main, "div", {"class": "layout one" if single else "layout"})
    if single:
        _append_single(layout, figure, paths)
    else:
        _append_small(layout, figure, paths)
    _append_legend(layout, figure)
    _append_table(main, figure)
    footer = SubElement(main, "footer")
    for note in notes(figure):
        _text(footer, "p", note)


def _append_head(root: Element, title: str) -> None:
    head = SubElement(root, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    SubElement(head, "meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    _text(head, "title", title)
    _text(head, "style", _css())


def _append_single(parent: Element, figure: MapFigure, paths: SharedPaths) -> None:
    block = SubElement(parent, "figure", {"class": "map"})
    frame = Frame(_PADDING, _PADDING, _MAP_WIDTH, _MAP_WIDTH * aspect(figure.geometry))
    bar = scale_bar(figure, frame, frame.y + frame.height)
    drawing = svg_element(frame.width + 2 * _PADDING, bar.bottom + _PADDING)
    drawing.set("role", "group")
    drawing.set("aria-label", alternative(figure, with_table=True))
    items = panel_items(figure, figure.panels[0], frame, _lettering(figure))
    append_items(drawing, (*items, *bar.items, *_corner_samples(figure, frame)), targets="row-", paths=paths)
    block.append(drawing)
    _text(block, "figcaption", figure.wording("page.hint"), {"class": "hint"})


def _append_small(parent: Element, figure: MapFigure, paths: SharedPaths) -> None:
    block = SubElement(parent, "div", {"class": "small"})
    frame = Frame(_PADDING, _PADDING, _SMALL_WIDTH, _SMALL_WIDTH * aspect(figure.geometry))
    bar = scale_bar(figure, frame, frame.y + frame.height)
    for rank, panel in enumerate(figure.panels):
        one = SubElement(block, "figure", {"class": "map"})
        _text(one, "figcaption", panel.title)
        drawing = svg_element(frame.width + 2 * _PADDING, bar.bottom + _PADDING)
        drawing.set("role", "img")
        drawing.set("aria-label", f"{panel.title}. {alternative(figure, with_table=True)}")
        items = panel_items(figure, panel, frame, _small_lettering(figure))
        append_items(drawing, (*items, *(() if rank else bar.items)), paths=paths)
        one.append(drawing)
    if figure.largest is not None:
        _append_samples(block, figure, frame)


def _append_samples(block: Element, figure: MapFigure, frame: Frame) -> None:
    """Sample circles as one more cell of the grid, so that they have the scale of the maps on any screen."""
    one = SubElement(block, "figure")
    _text(one, "figcaption", unit(figure))
    samples = sample_circles(figure, frame.x, _PADDING, frame.width)
    drawing = svg_element(frame.width + 2 * _PADDING, samples.bottom)
    drawing.set("role", "img")
    drawing.set("aria-label", figure.wording("legend.circle"))
    append_items(drawing, samples.items)
    one.append(drawing)


def _corner_samples(figure: MapFigure, frame: Frame) -> tuple[Item, ...]:
    """Sample circles in the empty south-west corner: on a screen, only the map itself has the map's scale."""
    height = sample_circles(figure, frame.x, 0, frame.width).bottom
    return sample_circles(figure, frame.x, frame.y + frame.height - height, frame.width).items


def _lettering(figure: MapFigure) -> Lettering:
    return Lettering(3.6, 5.0) if figure.table.level == "arrondissement" else Lettering(2.3, 2.9, 1.9)


def _small_lettering(figure: MapFigure) -> Lettering:
    return Lettering(0, 3.0) if figure.table.level == "arrondissement" else Lettering(0, 0)


def _append_legend(parent: Element, figure: MapFigure) -> None:
    key = SubElement(parent, "section", {"class": "key", "aria-labelledby": "key"})
    _text(key, "h2", unit(figure), {"id": "key"})
    if figure.largest is not None:
        _text(key, "p", figure.wording("legend.circle"))
    entries = legend(figure)
    if any(entry.shade is not None for entry in entries):
        _text(key, "p", legend_heading(figure))
    listed = SubElement(key, "ul")
    for entry in entries:
        _append_entry(listed, figure, entry)


def _append_entry(listed: Element, figure: MapFigure, entry: LegendEntry) -> None:
    item = SubElement(listed, "li")
    swatch = svg_element(8.4, 5)
    swatch.set("aria-hidden", "true")
    fill = fill_of(figure, entry.state, entry.shade)
    signs: list[Item] = [
        Outline(rectangle(0.2, 0.2, 8, 4.6), fill, style.RULE, 0.25, style.PATTERNS.get(entry.state, ""))
    ]
    if entry.state is State.TRUE_ZERO:
        signs.append(Letters(4.2, 3.7, "0", 3.4, style.INK, "middle", bold=True))
    append_items(swatch, signs)
    item.append(swatch)
    number = f"\u00a0({entry.number})" if entry.number else ""
    _text(item, "span", entry.label + number)


def _append_table(main: Element, figure: MapFigure) -> None:
    say, level = figure.wording, figure.table.level
    _text(main, "h2", say("table.title"), {"id": "table"})
    _text(main, "p", f"{figure.table.title}. {unit(figure)}.", {"class": "table-note", "id": "table-note"})
    region = SubElement(
        main, "div", {"class": "scroll", "role": "region", "aria-labelledby": "table", "tabindex": "0"}
    )
    described = {"aria-labelledby": "table", "aria-describedby": "table-note"}
    table = SubElement(region, "table", described | ({"class": "one"} if len(figure.panels) == 1 else {}))
    heads = SubElement(SubElement(table, "thead"), "tr")
    _text(heads, "th", say(f"table.territory.{level}"), {"scope": "col"})
    for panel in figure.panels:
        _text(heads, "th", panel.title or unit(figure), {"scope": "col"})
    rows = SubElement(table, "tbody")
    names = territory_names(level, figure.table.on, say.language)
    for code in sorted(names, key=lambda nis: fold(names[nis])):
        _append_row(rows, figure, code, names[code])


def _append_row(rows: Element, figure: MapFigure, code: str, name: str) -> None:
    row = SubElement(rows, "tr", {"id": f"row-{code}"})
    head = SubElement(row, "th", {"scope": "row"})
    if len(figure.panels) == 1:
        back = {"href": f"#map-{code}", "aria-label": figure.wording("page.back", name=name)}
        _text(head, "a", name, back)
    else:
        head.text = name
    for panel in figure.panels:
        mark = next(each for each in panel.marks if each.code == code)
        _text(row, "td", tabulated(figure, mark), {"class": str(mark.state)})


def _text(parent: Element, tag: str, text: str, attributes: dict[str, str] | None = None) -> Element:
    element = SubElement(parent, tag, attributes or {})
    element.text = text
    return element
