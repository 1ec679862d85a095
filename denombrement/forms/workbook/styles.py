"""How the workbook looks: a colour per section, and words wherever there is a colour."""

from __future__ import annotations

from typing import Any

_SECTIONS = {
    "": "#404040",
    "identity": "#5B3A00",
    "situation": "#1F3864",
    "person": "#385623",
    "household": "#7B2C2C",
    "life": "#3B2A5E",
    "service": "#1F4E4E",
}
_WIDTHS = {"check": 66, "service": 14, "code": 26, "mark": 11, "integer": 11, "date": 13}
_ORDINARY_WIDTH = 22
_NUMBER_FORMATS = {"code": "@", "integer": "0"}
_LOCKED = frozenset({"check", "service"})


def column_width(kind: str) -> int:
    """Width in characters of a column of this kind."""
    return _WIDTHS.get(kind, _ORDINARY_WIDTH)


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Any, date_format: str) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self._book = book
        self._date_format = date_format
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.instruction = book.add_format({"text_wrap": True, "valign": "top", "font_size": 11})
        self.greyed = book.add_format({"bg_color": "#D0D0D0"})
        self.outcomes = {
            "error": book.add_format({"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"}),
            "warning": book.add_format({"font_color": "#5F4B00", "bg_color": "#FFEB9C"}),
            "in_order": book.add_format({"font_color": "#00510D", "bg_color": "#C6EFCE"}),
        }
        self._headers = {section: self._header(colour) for section, colour in _SECTIONS.items()}
        self._cells: dict[str, Any] = {}

    def header(self, section: str) -> Any:  # noqa: ANN401
        """Format of a heading in words."""
        return self._headers[section]

    def cell(self, kind: str) -> Any:  # noqa: ANN401
        """Format of the cells under it; only those to fill in are unlocked."""
        if kind not in self._cells:
            number = self._date_format if kind == "date" else _NUMBER_FORMATS.get(kind, "General")
            shape = {
                "font_size": 9 if kind == "check" else 11,
                "locked": kind in _LOCKED,
                "num_format": number,
                "text_wrap": kind == "check",
                "valign": "top",
            }
            self._cells[kind] = self._book.add_format(shape)
        return self._cells[kind]

    def _header(self, colour: str) -> Any:  # noqa: ANN401
        return self._book.add_format({
            "bold": True, "font_color": "#FFFFFF", "bg_color": colour, "text_wrap": True, "valign": "bottom",
            "border": 1, "border_color": "#FFFFFF", "font_size": 9,
        })  # fmt: skip
