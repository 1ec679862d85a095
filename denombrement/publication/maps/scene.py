"""What is drawn, as a list of simple signs in millimetres (y downwards), whoever draws them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from denombrement.publication.shapes import Ring

Pattern = Literal["", "hatch", "dots", "bars"]
Side = Literal["start", "middle", "end"]

# Widths of DejaVu Sans in ems, rounded up: other fonts are narrower, so nothing overflows in them either.
_NARROW = set("iIjlft.,:;'’!|()[]  \u202f\u00a0-–·/")
_WIDE = set("mwMWŒœ%@—")
_NARROW_EM, _USUAL_EM, _CAPITAL_EM, _WIDE_EM, _BOLD = 0.38, 0.61, 0.70, 0.95, 1.09


@dataclass(frozen=True)
class Outline:
    """A filled or stroked area; ``territory`` and ``spoken`` are set on the areas a reader can choose."""

    rings: tuple[Ring, ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    pattern: Pattern = ""
    territory: str = ""
    spoken: str = ""


@dataclass(frozen=True)
class Disc:
    """A circle."""

    x: float
    y: float
    radius: float
    fill: str = ""
    stroke: str = ""
    width: float = 0.0


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    width: float


@dataclass(frozen=True)
class Letters:
    """One line of text; ``y`` is its baseline, ``size`` the font size in millimetres, ``halo`` a colour around it."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    side: Side = "start"
    bold: bool = False
    halo: str = ""


Item = Outline | Disc | Line | Letters


@dataclass(frozen=True)
class Sheet:
    """A page of signs."""

    width: float
    height: float
    items: tuple[Item, ...]


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """An upper estimate of the width of a line of text, in the unit of ``size``."""
    return sum(map(_character_em, text)) * size * (_BOLD if bold else 1)


def _character_em(character: str) -> float:
    if character in _NARROW:
        return _NARROW_EM
    if character in _WIDE:
        return _WIDE_EM
    return _CAPITAL_EM if character.isupper() else _USUAL_EM


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines that fit the width; only ordinary spaces break, so no-break spaces hold."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def rectangle(x: float, y: float, width: float, height: float) -> tuple[Ring, ...]:
    """The outline of a rectangle."""
    return (((x, y), (x + width, y), (x + width, y + height), (x, y + height)),)
