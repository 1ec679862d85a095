"""Workbooks (XLSX, XLSM, ODS, XLS) as raw tables, through python-calamine, once their extent is known to be bounded."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from denombrement.errors import DamagedInput
from denombrement.intake.readers import compound, sheet_scan
from denombrement.intake.readers.detect import Kind
from denombrement.intake.readers.sheet_scan import Position
from denombrement.intake.readers.tables import (
    UNREADABLE_CELL,
    Cells,
    IsKnownHeader,
    RawRow,
    RawTable,
    ReadLimits,
    TextCleaner,
    place,
    table_from_rows,
)

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_EXCEL_EPOCH = dt.date(1899, 12, 30)
_SERIAL_DIGITS = 5
_REMEMBERED_NUMBERS = 100_000
_MIDNIGHT = dt.time()
Loaded = TypeVar("Loaded")
Converters = dict[type, Callable[..., str | None]]


def read_workbook(
    data: bytes, kind: Kind, *, is_known_header: IsKnownHeader, limits: ReadLimits
) -> list[RawTable]:
    """The tables of the visible sheets.

    Raises:
        DamagedInput: ``INT010`` damaged; ``INT011``, ``INT012`` beyond the limits; ``INT025`` a hidden sheet holds a table: old
            copies hide there, so nobody may be counted from it or left out of it unseen.
    """
    unreadable = _unreadable_cells(data, kind, limits)
    book = _opened(data)
    if len(book.sheets_metadata) > limits.sheets:
        raise DamagedInput("INT012", limit_cells=limits.cells)
    convert = _converters()
    tables = []
    for index, about in enumerate(book.sheets_metadata):
        sheet = _sheet(book, index)
        if sheet is None:
            continue
        _check_width(sheet, limits, index)
        table = table_from_rows(
            _rows(sheet, convert, unreadable.get(index, frozenset())),
            is_known_header=is_known_header,
            limits=limits,
            sheet=about.name,
            sheet_number=index + 1,
        )
        hidden = about.visible != type(about.visible).Visible
        if table is not None and table.rows and hidden:
            raise DamagedInput("INT025", where=place(index + 1))
        if table is not None and not hidden:
            tables.append(table)
    return tables


def excel_serial_to_iso(text: str) -> str | None:
    """Date of an Excel serial number that lost its format (``45954`` is 2025-10-24), or ``None`` if it is not one.

    Five digits only, the dates from 1927 to 2173 in Excel's 1900 system: a year or an age is never taken for a date.
    """
    if not (text.isascii() and text.isdecimal() and len(text) == _SERIAL_DIGITS and text[0] != "0"):
        return None
    return (_EXCEL_EPOCH + dt.timedelta(days=int(text))).isoformat()


def _unreadable_cells(data: bytes, kind: Kind, limits: ReadLimits) -> dict[int, frozenset[Position]]:
    """Check the workbook's bounds; cells whose formula has no result, by the sheet's place from 0."""
    if kind is Kind.XLS:
        return compound.scan_workbook(data, limits.cells)
    scan = sheet_scan.scan_ods if kind is Kind.ODS else sheet_scan.scan_xlsx
    return {index: sheet.unreadable for index, sheet in scan(data, limits).items()}


def _opened(data: bytes) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return _without_panic(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except CalamineError as problem:
        raise DamagedInput("INT010") from problem


def _sheet(book: CalamineWorkbook, index: int) -> CalamineSheet | None:
    """The sheet, or ``None`` for a sheet of another kind: a chart, a dialogue, old macros."""
    from python_calamine import CalamineError, SheetTypeEnum

    if book.sheets_metadata[index].typ != SheetTypeEnum.WorkSheet:
        return None
    try:
        return _without_panic(lambda: book.get_sheet_by_index(index))
    except CalamineError as problem:
        raise DamagedInput("INT010", where=place(index + 1)) from problem


def _without_panic(call: Callable[[], Loaded]) -> Loaded:
    try:
        return call()
    except Exception:
        raise
    except BaseException as problem:
        # A broken assertion inside the compiled library, which is no Exception: the file caused it.
        if type(problem).__name__ != "PanicException":
            raise
        raise DamagedInput("INT010") from None


def _check_width(sheet: CalamineSheet, limits: ReadLimits, index: int) -> None:
    columns = sheet.end[1] + 1 if sheet.end else 0
    if columns > limits.columns:
        raise DamagedInput("INT027", where=place(index + 1), limit_columns=limits.columns)


def _rows(sheet: CalamineSheet, convert: Converters, unreadable: frozenset[Position]) -> Iterator[RawRow]:
    if sheet.start is None:
        return
    before: Cells = (None,) * sheet.start[1]
    bad_rows = {row for row, _ in unreadable}
    for row, values in _numbered(sheet, sheet.start[0]):
        cells = before + tuple([convert[type(value)](value) for value in values])
        if row in bad_rows:
            cells = tuple(
                UNREADABLE_CELL if (row, column) in unreadable else cell for column, cell in enumerate(cells)
            )
        yield RawRow(row + 1, cells)


def _numbered(sheet: CalamineSheet, first_row: int) -> Iterator[tuple[int, Sequence[object]]]:
    """Rows with their number from 0. The library hands over the empty rows above the first cell, but may stop doing so."""
    rows = iter(sheet.iter_rows())
    first = next(rows)
    begins_above = all(value == "" for value in first)
    return enumerate(itertools.chain([first], rows), start=0 if begins_above else first_row)


def _converters() -> Converters:
    return {
        str: TextCleaner().__getitem__,
        float: _NumberTexts().__getitem__,
        int: str,
        bool: lambda value: "true" if value else "false",
        dt.datetime: _moment_text,
        dt.date: dt.date.isoformat,
        dt.time: dt.time.isoformat,
        dt.timedelta: str,
    }


class _NumberTexts(dict[float, str]):
    """Texts of numbers, ``1.0`` as ``1``; ages and serial dates come again and again."""

    def __missing__(self, number: float) -> str:
        text = number_text(number)
        if len(self) < _REMEMBERED_NUMBERS:
            self[number] = text
        return text


def number_text(number: float) -> str:
    """A number as people write it: ``1.0`` is ``1``, ``1.5`` stays."""
    return str(int(number)) if number.is_integer() else repr(number)


def _moment_text(value: dt.datetime) -> str:
    return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat()
