"""Colours and sizes: legible in grey, on paper and for colour-blind readers."""

from __future__ import annotations

from denombrement.publication.maps.scene import Pattern
from denombrement.publication.maps.table import State

# ColorBrewer's Blues (Cynthia Brewer) without its palest step, which grey print loses, and without the step on which
# neither black nor white lettering reads well: lightness falls at every step.
_BLUES = ("#c6dbef", "#9ecae1", "#6baed6", "#2171b5", "#08306b")
_STEPS = {2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}

INK = "#1a1a1a"
SOFT_INK = "#4d4d4d"
RULE = "#8a8a8a"
PAPER = "#ffffff"
LAND = "#f6f2e8"
BORDER = "#ffffff"
LAND_BORDER = "#b8b0a0"
OUTLINE = "#333333"
CIRCLE = "#08519c"
ALERT = "#8c1c13"
HATCH = "#6e6e6e"
DOTS = "#7d7d7d"
BARS = "#8f8f8f"
STATE_FILLS = {
    State.VALUE: LAND,
    State.TRUE_ZERO: PAPER,
    State.PROTECTED: "#f4f4f4",
    State.NO_RATE: "#fbf9f3",
    State.NOT_COUNTED: "#e3e3e3",
}
PATTERNS: dict[State, Pattern] = {
    State.PROTECTED: "hatch",
    State.NO_RATE: "bars",
    State.NOT_COUNTED: "dots",
}

_LINEAR_BELOW = 0.04045
_EQUAL_CONTRAST_LUMINANCE = 0.179


def shades(number: int) -> tuple[str, ...]:
    """Two to five shades from light to dark."""
    return tuple(_BLUES[step] for step in _STEPS[number])


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2), 0 black to 1 white."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= _LINEAR_BELOW else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(colour: str) -> str:
    """The lettering that contrasts best with a background."""
    return INK if luminance(colour) > _EQUAL_CONTRAST_LUMINANCE else PAPER
