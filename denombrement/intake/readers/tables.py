"""Raw tables: what a reader hands over, whatever the file was, and how a header is found among title rows.

Cells are stripped texts; an empty cell is ``None``. Nothing here knows the questionnaire: the caller says which
texts are headers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from denombrement.errors import DamagedInput

IsKnownHeader = Callable[[str], bool]
Cells = tuple[str | None, ...]

# A formula that failed or was never computed: not a choice, not a number, so that validation rejects the row.
UNREADABLE_CELL = "#ERROR"
# Columns that Kobo and ODK add to join a repeat to its parent; part of a header although no question has them.
JOINING_HEADERS = frozenset({
    "_index", "_parent_index", "_parent_table_name", "_uuid", "_submission__uuid", "KEY", "PARENT_KEY",
})  # fmt: skip
HEADER_CELLS = 2
HEADER_SEARCH_ROWS = 200
_MEMO_ENTRIES = 100_000
_MEMO_CHARACTERS = 40
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
_ALPHABET = 26
_DASHED_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)+")


@dataclass(frozen=True)
class ReadLimits:
    """Bounds of one clear file, each with its unit; beyond any, the file is refused with a reason."""

    file_bytes: int = 128 * 2**20
    inflated_bytes: int = 512 * 2**20
    members: int = 5_000
    rows: int = 1_000_000
    columns: int = 1_000
    cells: int = 10_000_000
    sheets: int = 100


class RawRow(NamedTuple):
    """One record: its line (of the file, or row of the sheet, from 1) and its cells in the order of the header."""

    line: int
    cells: Cells


@dataclass(frozen=True)
class RawTable:
    """A table of texts under its header.

    Args:
        sheet: name of the sheet, or of the repeated group; empty for a text file. It may hold anything: never print it.
        header: texts of the header row; empty where a column has none.
        header_row: line of the header, from 1; 0 where the format names its columns in each record (JSON).
        rows: records with at least one cell.
        sheet_number: place of the sheet in its workbook, from 1: what errors and reports may show.
        refused: rows that could not be laid under the header, each as a coded error with its line.
    """

    sheet: str = field(repr=False)
    header: tuple[str, ...] = field(repr=False)
    header_row: int
    rows: list[RawRow] = field(repr=False)
    sheet_number: int = 1
    refused: tuple[DamagedInput, ...] = ()

    @property
    def short_header(self) -> tuple[str, ...]:
        """The same header without the groups that Kobo and ODK write before a name: see `header_names`."""
        return tuple(header_names(text)[-1] for text in self.header)

    def place(self, line: int, column: int | None = None) -> str:
        """Where a cell is, in words that hold no value: ``#2, l. 14, col. C``."""
        return place(self.sheet_number if self.sheet else None, line, column)


def place(sheet_number: int | None, line: int | None = None, column: int | None = None) -> str:
    """Place in a file, the same in every language: sheet number, line from 1, column from 0 shown as a letter."""
    parts = [f"#{sheet_number}"] if sheet_number else []
    parts += [f"l. {line}"] if line is not None else []
    parts += [f"col. {column_letter(column)}"] if column is not None else []
    return ", ".join(parts)


def column_letter(column: int) -> str:
    """Name of a column in a spreadsheet: 0 gives ``A``, 27 gives ``AB``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Opposite of `column_letter`: ``A`` gives 0."""
    number = 0
    for letter in letters:
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number - 1


def header_names(text: str) -> tuple[str, ...]:
    """A header as it is, then without the groups before it, longest first.

    ``p1/income/work`` (Kobo) gives ``income/work`` and ``work``; ``p1-income/work`` (ODK Central) ``income/work``.
    """
    names = [text]
    while "/" in names[-1]:
        names.append(names[-1].partition("/")[2])
    for name in tuple(names):
        first, slash, rest = name.partition("/")
        if _DASHED_NAME.fullmatch(first):
            names.append(first.rpartition("-")[2] + slash + rest)
    return tuple(dict.fromkeys(names))


class TextCleaner(dict[str, str | None]):
    """Stripped cell texts, remembered when short: most cells of a table repeat a few choices."""

    def __missing__(self, raw: str) -> str | None:
        clean = clean_text(raw)
        if len(raw) <= _MEMO_CHARACTERS and len(self) < _MEMO_ENTRIES:
            self[raw] = clean
        return clean


def clean_text(raw: str) -> str | None:
    """The text without surrounding spaces and invisible marks; ``None`` if nothing is left."""
    clean = raw.strip()
    if clean[:1] in _INVISIBLE or clean[-1:] in _INVISIBLE:
        clean = clean.strip(_INVISIBLE).strip()
    return clean or None


def known_cells(cells: Cells, is_known_header: IsKnownHeader) -> int:
    """How many cells of a row are headers, by themselves or without their groups."""
    return sum(1 for cell in cells if cell is not None and _is_header(header_text(cell), is_known_header))


def header_text(cell: str) -> str:
    """A header cell on one line, single spaces."""
    return " ".join(cell.split())


def table_from_rows(
    rows: Iterable[RawRow],
    *,
    is_known_header: IsKnownHeader,
    limits: ReadLimits,
    sheet: str = "",
    sheet_number: int = 1,
    strict_width: bool = False,
) -> RawTable | None:
    """The table among these rows, or ``None`` where no row of the first 200 has two known headers.

    Args:
        rows: rows in order, empty ones included.
        is_known_header: whether a text, on one line, is the name of a column.
        limits: bounds on rows and columns.
        sheet: name of the sheet.
        sheet_number: its place in the workbook.
        strict_width: refuse a row with cells beyond the header (a separator inside a value has shifted it); otherwise
            such cells come under an empty header.

    Raises:
        DamagedInput: ``INT023`` a known header twice; ``INT026`` too many rows; ``INT027`` too many columns.
    """
    source = iter(rows)
    found = _find_header(source, is_known_header)
    if found is None:
        return None
    header = tuple(header_text(cell or "") for cell in found.cells)
    number = sheet_number if sheet else None
    _check_header(header, is_known_header, limits, place(number, found.line))
    taker = _RowTaker(found, len(header), limits, number, strict_width=strict_width)
    kept = taker.take(_without_label_rows(source, is_known_header))
    header += ("",) * (taker.width - len(header))
    return RawTable(sheet, header, found.line, kept, sheet_number, tuple(taker.refused))


class _RowTaker:
    """Lays rows under the header: pads, refuses shifted rows, leaves out empty rows and repeated headers."""

    def __init__(
        self, header: RawRow, width: int, limits: ReadLimits, sheet_number: int | None, *, strict_width: bool
    ) -> None:
        self.header = header
        self.width = width
        self.limits = limits
        self.sheet_number = sheet_number
        self.strict_width = strict_width
        self.refused: list[DamagedInput] = []

    def take(self, rows: Iterable[RawRow]) -> list[RawRow]:
        kept: list[RawRow] = []
        width, header_cells = self.width, self.header.cells
        for row in rows:
            cells = row.cells
            if len(cells) == width:
                if any(cells) and cells != header_cells:
                    kept.append(row)
            elif any(cells):
                fitted = self._fitted(row)
                if fitted is not None:
                    kept.append(fitted)
                width = self.width
            if len(kept) > self.limits.rows:
                raise DamagedInput(
                    "INT026", where=place(self.sheet_number, row.line), limit_rows=self.limits.rows
                )
        if self.width > len(header_cells):
            kept = [self._padded(row) for row in kept]
        return kept

    def _fitted(self, row: RawRow) -> RawRow | None:
        cells = _without_empty_end(row.cells)
        if cells == _without_empty_end(self.header.cells):
            return None
        if len(cells) > self.width:
            if self.strict_width:
                where = place(self.sheet_number, row.line, self.width)
                self.refused.append(DamagedInput("INT024", where=where))
                return None
            self.width = len(cells)
        return self._padded(RawRow(row.line, cells))

    def _padded(self, row: RawRow) -> RawRow:
        return RawRow(row.line, row.cells + (None,) * (self.width - len(row.cells)))


def _find_header(rows: Iterator[RawRow], is_known_header: IsKnownHeader) -> RawRow | None:
    for _, row in zip(range(HEADER_SEARCH_ROWS), rows, strict=False):
        if known_cells(row.cells, is_known_header) >= HEADER_CELLS:
            return RawRow(row.line, _without_empty_end(row.cells))
    return None


def _without_label_rows(rows: Iterator[RawRow], is_known_header: IsKnownHeader) -> Iterator[RawRow]:
    """Leave out rows right under the header that are headers again: codes in one row, their labels in the next."""
    for row in rows:
        filled = sum(cell is not None for cell in row.cells)
        known = known_cells(row.cells, is_known_header)
        if known < HEADER_CELLS or known * 2 < filled:
            yield row
            break
    yield from rows


def _check_header(
    header: tuple[str, ...], is_known_header: IsKnownHeader, limits: ReadLimits, where: str
) -> None:
    if len(header) > limits.columns:
        raise DamagedInput("INT027", where=where, limit_columns=limits.columns)
    first_seen: dict[str, int] = {}
    for column, text in enumerate(header):
        first = first_seen.setdefault(text.casefold(), column)
        if first != column and _is_header(text, is_known_header):
            raise DamagedInput(
                "INT023", where=where, first=column_letter(first), second=column_letter(column)
            )


def _is_header(text: str, is_known_header: IsKnownHeader) -> bool:
    return bool(text) and (text in JOINING_HEADERS or any(map(is_known_header, header_names(text))))


def _without_empty_end(cells: Cells) -> Cells:
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]
