"""What a zipped workbook holds, seen in its XML before it is read: how far its cells reach, which formulas failed.

The spreadsheet library allocates the whole rectangle from the first to the last filled cell, and ends the process when
memory fails: one stray cell in XFD1048576 asks for 550 GB. It also gives nothing for a formula that failed or
was never computed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from denombrement.errors import DamagedInput
from denombrement.intake.readers.archive import check_well_formed, inflated_members
from denombrement.intake.readers.tables import ReadLimits, column_number

_RELATIONS = "xl/_rels/workbook.xml.rels"
_SLICE_BYTES = 8 * 2**20
# A filled cell: one whose tag does not close itself. Whole columns of empty, merely formatted cells are common.
_FILLED_CELL = re.compile(
    rb"\br\s*=\s*[\"']([A-Za-z]{1,9})(\d{1,19})[\"'](?!(?:\s+[\w:]+=\"[^\"<>]*\")*\s*/>)"
)
# How every program writes its cells; anything else takes the careful way. The odd ways to begin a cell's tag:
_USUAL_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})\d')
_USUAL_ROW = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,10})"')
_UNUSUAL = (b"<c>", b"<c\n", b"<c\r", b"<c\t", b":c")
# Cells without a place of their own follow each other from the start of their row, wherever that row says it is.
_UNPLACED_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])(?![^<>]*\br\s*=)[^<>]*(?<!/)>")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\br\s*=\s*[\"'](\d{1,19})[\"']")
_FAILED_CELL = re.compile(rb'<(?:\w+:)?c(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})(\d{1,7})"')
_UNCOMPUTED_CELL = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"(?: s="\d+")?><(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_STRING = re.compile(rb"<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si>", re.DOTALL)
_STRING_USE = re.compile(rb't="s"[^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})')
_ODS_ATTRIBUTES = rb"((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)"
_ODS_ROW = re.compile(
    rb"<table:table-row\b" + _ODS_ATTRIBUTES + rb"(?:/>|>(.*?)</table:table-row>)", re.DOTALL
)
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b" + _ODS_ATTRIBUTES + rb"(/?)>")
_ODS_ROWS_REPEATED = re.compile(rb"number-rows-repeated\s*=\s*[\"'](\d{1,19})")
_ODS_COLUMNS_REPEATED = re.compile(rb"number-columns-repeated\s*=\s*[\"'](\d{1,19})")
_ODS_FAILED = b'calcext:value-type="error"'

Position = tuple[int, int]


@dataclass(frozen=True)
class SheetScan:
    """Extent of a sheet in rows and columns, and the cells (row, column, from 0) whose formula has no result."""

    rows: int = 0
    columns: int = 0
    unreadable: frozenset[Position] = frozenset()


def scan_xlsx(data: bytes, limits: ReadLimits) -> dict[int, SheetScan]:
    """Extent and unreadable formulas of each sheet, by its place in the workbook from 0.

    Raises:
        DamagedInput: ``INT009`` locked by a password; ``INT010`` damaged; ``INT011`` inflates beyond the limit;
            ``INT012`` cells too far apart.
    """
    scans: dict[str, SheetScan] = {}
    strings = _SharedStrings(limits.inflated_bytes)
    # Any part may be named as a sheet by the workbook, so every part is looked at.
    for name, content in inflated_members(data, limits):
        check_well_formed(name, content)
        scans[name] = _scan_part(content, limits)
        strings.count_uses(content)
        if name.lower().endswith("sharedstrings.xml"):
            strings.measure(content)
    strings.check()
    return {index: scans[part] for index, part in enumerate(sheet_parts(data)) if part in scans}


def sheet_parts(data: bytes) -> list[str]:
    """Part of each sheet in the order of the workbook; empty text where it cannot be told."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        workbook = archive.read("xl/workbook.xml")
        names = set(archive.namelist())
        relations = archive.read(_RELATIONS) if _RELATIONS in names else b""
    targets = {}
    for tag in _RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(tag))
        targets[attributes.get(b"Id")] = attributes.get(b"Target", b"").decode("utf-8", "replace")
    parts = [targets.get(_relation_of(tag), "") for tag in _SHEET.findall(workbook)]
    return [part.lstrip("/") if part.startswith("/") else f"xl/{part}" for part in parts]


def scan_ods(data: bytes, limits: ReadLimits) -> dict[int, SheetScan]:
    """Extent and failed formulas of each sheet, by its place from 0, its repeated rows and columns unfolded.

    Raises:
        DamagedInput: ``INT009`` locked by a password; ``INT010`` damaged; ``INT011`` inflates beyond the limit;
            ``INT012`` cells too far apart.
    """
    scans: dict[int, SheetScan] = {}
    for name, content in inflated_members(data, limits):
        if name == "META-INF/manifest.xml" and b"encryption-data" in content:
            raise DamagedInput("INT009")
        check_well_formed(name, content)
        if name == "content.xml":
            _, *tables = re.split(rb"<table:table\s", content)
            scans = {index: _scan_ods_table(table, limits) for index, table in enumerate(tables)}
    return scans


def _scan_part(content: bytes, limits: ReadLimits) -> SheetScan:
    height, width = _usual_extent(content)
    if height * width > limits.cells or not height:
        height, width = _careful_extent(content)
    _check_extent(height, width, limits)
    return SheetScan(height, width, _without_result(content))


def _usual_extent(content: bytes) -> Position:
    """Rows and columns of the usual cells, filled or not; none if any cell is written otherwise."""
    cells = content.count(b'<c r="')
    if cells != content.count(b"<c ") or any(mark in content for mark in _UNUSUAL):
        return 0, 0
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    found = 0
    for start, end in _slices(content):
        columns.update(_USUAL_COLUMN.findall(content, start, end))
        row_texts = _USUAL_ROW.findall(content, start, end)
        rows.update(row_texts)
        found += len(row_texts)
    return _extent(rows, columns) if found == cells else (0, 0)


def _careful_extent(content: bytes) -> Position:
    """Rows and columns of the filled cells, however they are written."""
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    for start, end in _slices(content):
        for column, row in _FILLED_CELL.findall(content, start, end):
            columns.add(column)
            rows.add(row)
    placed = _extent(rows, columns)
    unplaced = _unplaced_extent(content)
    return max(placed[0], unplaced[0]), max(placed[1], unplaced[1])


def _extent(rows: set[bytes], columns: set[bytes]) -> Position:
    width = max((column_number(column.decode().upper()) + 1 for column in columns), default=0)
    return max(map(int, rows), default=0), width


def _without_result(content: bytes) -> frozenset[Position]:
    patterns = [_FAILED_CELL] if b't="e"' in content else []
    patterns += [_UNCOMPUTED_CELL] if b"f>" in content or b"f/>" in content else []
    return frozenset(
        (int(row) - 1, column_number(column.decode()))
        for pattern in patterns
        for start, end in _slices(content)
        for column, row in pattern.findall(content, start, end)
    )


def _unplaced_extent(content: bytes) -> Position:
    if not _UNPLACED_CELL.search(content):
        return 0, 0
    rows = re.split(rb"<(?:\w+:)?row\b", content)
    last = max(map(int, _ROW.findall(content)), default=0)
    return max(last, len(rows)), max(len(_UNPLACED_CELL.findall(row)) for row in rows)


def _slices(content: bytes) -> Iterator[tuple[int, int]]:
    """Bounds of pieces that end between two cells, so that memory stays flat on a long sheet."""
    start = 0
    while start < len(content):
        end = content.find(b"<c ", start + _SLICE_BYTES)
        end = end if end >= 0 else len(content)
        yield start, end
        start = end


def _check_extent(rows: int, columns: int, limits: ReadLimits) -> None:
    if rows * columns > limits.cells:
        raise DamagedInput("INT012", limit_cells=limits.cells)


class _SharedStrings:
    """Texts of a workbook are stored once and copied at each use: bounds what the copies weigh."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.sizes: list[int] = []
        self.uses: Counter[bytes] = Counter()

    def measure(self, content: bytes) -> None:
        self.sizes = [len(match.group(1)) for match in _STRING.finditer(content)]

    def count_uses(self, content: bytes) -> None:
        for start, end in _slices(content):
            self.uses.update(_STRING_USE.findall(content, start, end))

    def check(self) -> None:
        weight = 0
        for index, uses in self.uses.items():
            place = int(index)
            weight += uses * self.sizes[place] if place < len(self.sizes) else 0
        if weight > self.limit_bytes:
            raise DamagedInput("INT011", limit_bytes=self.limit_bytes)


def _relation_of(tag: bytes) -> bytes | None:
    for name, value in _ATTRIBUTE.findall(tag):
        if name.rpartition(b":")[2] == b"id":
            return bytes(value)
    return None


def _scan_ods_table(table: bytes, limits: ReadLimits) -> SheetScan:
    row_number, height, width = 0, 0, 0
    failed: set[Position] = set()
    for row in _ODS_ROW.finditer(table):
        cells = row.group(2) or b""
        filled = _ods_row_width(cells)
        if _ODS_FAILED in cells:
            failed.update((row_number, column) for column in _ods_failed_columns(cells))
        row_number += _repeated(_ODS_ROWS_REPEATED, row.group(1))
        if filled:
            height, width = row_number, max(width, filled)
    _check_extent(height, width, limits)
    return SheetScan(height, width, frozenset(failed))


def _ods_row_width(cells: bytes) -> int:
    column, filled = 0, 0
    for cell in _ODS_CELL.finditer(cells):
        column += _repeated(_ODS_COLUMNS_REPEATED, cell.group(1))
        if not cell.group(2):
            filled = column
    return filled


def _ods_failed_columns(cells: bytes) -> Iterator[int]:
    column = 0
    for cell in _ODS_CELL.finditer(cells):
        if _ODS_FAILED in cell.group(1):
            yield column
        column += _repeated(_ODS_COLUMNS_REPEATED, cell.group(1))


def _repeated(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return int(match.group(1)) if match else 1
