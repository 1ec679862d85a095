"""Signs to SVG, through an element tree: every text and attribute is escaped by construction, and there is no script."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from denombrement.publication.maps import style
from denombrement.publication.maps.scene import Disc, Item, Letters, Line, Outline, Sheet
from denombrement.publication.shapes import Ring

NAMESPACE = "http://www.w3.org/2000/svg"
FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"


def svg_document(sheet: Sheet, title: str, description: str) -> str:
    """A stand-alone SVG file with its title and text alternative; printed size in millimetres."""
    root = _svg_root(sheet, title, description, "")
    root.set("xmlns", NAMESPACE)
    root.set("width", f"{_mm(sheet.width)}mm")
    root.set("height", f"{_mm(sheet.height)}mm")
    indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def svg_inline(sheet: Sheet, title: str, description: str, prefix: str) -> str:
    """The same drawing for use inside a page; the prefix keeps the identifiers of several drawings apart."""
    return tostring(_svg_root(sheet, title, description, prefix), encoding="unicode", method="html")


def _svg_root(sheet: Sheet, title: str, description: str, prefix: str) -> Element:
    root = svg_element(sheet.width, sheet.height)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}map-title {prefix}map-description")
    root.set("font-family", FONTS)
    SubElement(root, "title", {"id": f"{prefix}map-title"}).text = title
    SubElement(root, "desc", {"id": f"{prefix}map-description"}).text = description
    root.append(pattern_definitions(prefix))
    append_items(root, sheet.items, prefix=prefix)
    return root


def svg_element(width: float, height: float) -> Element:
    """An empty ``svg`` element whose unit is the millimetre of the sheet."""
    return Element("svg", {"viewBox": f"0 0 {_mm(width)} {_mm(height)}"})


def pattern_definitions(prefix: str = "") -> Element:
    """The hatching, the dots and the bars, once per document."""
    definitions = Element("defs")
    hatch = _pattern(definitions, f"{prefix}hatch", 1.6, "rotate(45)")
    SubElement(
        hatch,
        "line",
        {"x1": "0.8", "y1": "0", "x2": "0.8", "y2": "1.6", "stroke": style.HATCH, "stroke-width": "0.35"},
    )
    dots = _pattern(definitions, f"{prefix}dots", 1.5, "")
    SubElement(dots, "circle", {"cx": "0.75", "cy": "0.75", "r": "0.27", "fill": style.DOTS})
    bars = _pattern(definitions, f"{prefix}bars", 2.4, "")
    SubElement(
        bars,
        "line",
        {"x1": "0", "y1": "1.2", "x2": "2.4", "y2": "1.2", "stroke": style.BARS, "stroke-width": "0.3"},
    )
    return definitions


def _pattern(parent: Element, name: str, size: float, transform: str) -> Element:
    attributes = {"id": name, "width": f"{size}", "height": f"{size}", "patternUnits": "userSpaceOnUse"}
    if transform:
        attributes["patternTransform"] = transform
    return SubElement(parent, "pattern", attributes)


class SharedPaths:
    """Outlines of a page kept once and referred to: small multiples repeat the same province.

    Args:
        holder: the ``svg`` element that holds the patterns and the outlines.
    """

    def __init__(self, holder: Element) -> None:
        self._definitions = pattern_definitions()
        self._names: dict[str, str] = {}
        holder.append(self._definitions)

    def refer(self, path: str) -> str:
        """The identifier of an outline."""
        if path not in self._names:
            self._names[path] = f"outline-{len(self._names)}"
            SubElement(
                self._definitions, "path", {"id": self._names[path], "d": path, "stroke-linejoin": "round"}
            )
        return self._names[path]


def append_items(
    parent: Element,
    items: Iterable[Item],
    *,
    targets: str = "",
    paths: SharedPaths | None = None,
    prefix: str = "",
) -> None:
    """Append the signs.

    Args:
        parent: the element they go into.
        items: the signs, from back to front.
        targets: prefix of the identifiers that the areas of territories link to; empty for no links.
        paths: where outlines are kept once; None to write each out.
        prefix: prefix of the identifiers of the patterns.
    """
    for item in items:
        if isinstance(item, Outline):
            _append_outline(_linked(parent, item, targets), item, paths, prefix)
        elif isinstance(item, Disc):
            attributes = {"cx": _mm(item.x), "cy": _mm(item.y), "r": _mm(item.radius)}
            SubElement(parent, "circle", attributes | _paint(item.fill, item.stroke, item.width))
        elif isinstance(item, Line):
            ends = {"x1": _mm(item.x1), "y1": _mm(item.y1), "x2": _mm(item.x2), "y2": _mm(item.y2)}
            SubElement(parent, "line", ends | _paint("", item.stroke, item.width))
        else:
            _append_letters(parent, item)


def _linked(parent: Element, item: Outline, targets: str) -> Element:
    if not item.territory:
        return parent
    if targets:
        address = {
            "href": f"#{targets}{item.territory}",
            "id": f"map-{item.territory}",
            "aria-label": item.spoken,
        }
        group = SubElement(parent, "a", address)
    else:
        group = SubElement(parent, "g")
    SubElement(group, "title").text = item.spoken
    return group


def _append_outline(parent: Element, item: Outline, paths: SharedPaths | None, prefix: str) -> None:
    drawn = _path(item.rings)
    tag, where = ("use", {"href": f"#{paths.refer(drawn)}"}) if paths else ("path", {"d": drawn})
    SubElement(parent, tag, where | _paint(item.fill, item.stroke, item.width) | {"stroke-linejoin": "round"})
    if item.pattern:
        SubElement(parent, tag, where | {"fill": f"url(#{prefix}{item.pattern})"})


def _append_letters(parent: Element, item: Letters) -> None:
    attributes = {
        "x": _mm(item.x),
        "y": _mm(item.y),
        "font-size": _mm(item.size),
        "fill": item.colour,
        "text-anchor": item.side,
    }
    if item.bold:
        attributes["font-weight"] = "bold"
    if item.halo:
        attributes |= {"stroke": item.halo, "stroke-width": _mm(item.size / 4), "paint-order": "stroke"}
    SubElement(parent, "text", attributes).text = item.text


def _paint(fill: str, stroke: str, width: float) -> dict[str, str]:
    paint = {"fill": fill or "none"}
    if stroke:
        paint |= {"stroke": stroke, "stroke-width": _mm(width)}
    return paint


def _path(rings: Iterable[Ring]) -> str:
    return "".join("M" + "L".join(_corners(ring)) + "Z" for ring in rings)


def _corners(ring: Ring) -> list[str]:
    """Points to a tenth of a millimetre, without repeats: neighbours lose the same points, so borders stay shared."""
    points = [f"{x:.1f} {y:.1f}" for x, y in ring]
    return [point for point, before in zip(points, [None, *points], strict=False) if point != before]


def _mm(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
