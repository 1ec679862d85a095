"""Zipped workbooks before they are read: every member inflated under a bound, every cell's place checked.

The spreadsheet library allocates the whole rectangle from the first to the last filled cell, and ends the process when
memory fails: one stray cell in XFD1048576 asks for 550 GB. It also gives nothing for a formula that failed or
was never computed. Both are found here, in the XML.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from denombrement.errors import DamagedInput
from denombrement.intake.readers.tables import ReadLimits, column_number

_RELATIONS = "xl/_rels/workbook.xml.rels"
_LOCAL_HEADER_BYTES = 30
_SLICE_BYTES = 8 * 2**20
_ENCRYPTED_FLAG = 0x1
# A filled cell: one whose tag does not close itself. Whole columns of empty, merely formatted cells are common.
_FILLED_CELL = re.compile(
    rb"\br\s*=\s*[\"']([A-Za-z]{1,9})(\d{1,19})[\"'](?!(?:\s+[\w:]+=\"[^\"<>]*\")*\s*/>)"
)
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
        if name == "content.xml":
            _, *tables = re.split(rb"<table:table\s", content)
            scans = {index: _scan_ods_table(table, limits) for index, table in enumerate(tables)}
    return scans


def inflated_members(data: bytes, limits: ReadLimits) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member, one at a time, inflated under the common bound whatever its header claims.

    Args:
        data: an archive whose directory `identify` could read.
        limits: bounds on members and bytes.

    Raises:
        DamagedInput: ``INT008`` too many members; ``INT009`` locked; ``INT010`` damaged, or another size than it
            claims; ``INT011`` all members together exceed the limit once inflated.
    """
    left_bytes = limits.inflated_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if len(members) > limits.members:
        raise DamagedInput("INT008")
    if sum(member.file_size for member in members) > limits.inflated_bytes:
        raise DamagedInput("INT011", limit_bytes=limits.inflated_bytes)
    for member in members:
        content = _inflated(data, member, left_bytes, limits)
        left_bytes -= len(content)
        yield member.filename, content


def _inflated(data: bytes, member: zipfile.ZipInfo, left_bytes: int, limits: ReadLimits) -> bytes:
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise DamagedInput("INT009")
    start = _content_start(data, member.header_offset)
    packed = data[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        content = _inflate(packed, left_bytes, limits)
    else:
        raise DamagedInput("INT010")
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise DamagedInput("INT010")
    return content


def _content_start(data: bytes, offset: int) -> int:
    header = data[offset : offset + _LOCAL_HEADER_BYTES]
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
        raise DamagedInput("INT010")
    name_bytes, extra_bytes = struct.unpack_from("<HH", header, 26)
    return offset + _LOCAL_HEADER_BYTES + int(name_bytes) + int(extra_bytes)


def _inflate(packed: bytes, left_bytes: int, limits: ReadLimits) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, left_bytes + 1)
    except zlib.error as problem:
        raise DamagedInput("INT010") from problem
    if len(content) > left_bytes:
        raise DamagedInput("INT011", limit_bytes=limits.inflated_bytes)
    if not inflater.eof:
        raise DamagedInput("INT010")
    return content


def _scan_part(content: bytes, limits: ReadLimits) -> SheetScan:
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    unreadable: set[Position] = set()
    for start, end in _slices(content):
        for column, row in set(_FILLED_CELL.findall(content, start, end)):
            columns.add(column)
            rows.add(row)
        for pattern in (_FAILED_CELL, _UNCOMPUTED_CELL):
            for column, row in pattern.findall(content, start, end):
                unreadable.add((int(row) - 1, column_number(column.decode())))
    unplaced_rows, unplaced_columns = _unplaced_extent(content)
    height = max(unplaced_rows, *map(int, rows), 0)
    width = max(unplaced_columns, *(column_number(column.decode().upper()) + 1 for column in columns), 0)
    _check_extent(height, width, limits)
    return SheetScan(height, width, frozenset(unreadable))


def _unplaced_extent(content: bytes) -> tuple[int, int]:
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
        self.uses: dict[bytes, int] = {}

    def measure(self, content: bytes) -> None:
        self.sizes = [len(match.group(1)) for match in _STRING.finditer(content)]

    def count_uses(self, content: bytes) -> None:
        for start, end in _slices(content):
            for index in _STRING_USE.findall(content, start, end):
                self.uses[index] = self.uses.get(index, 0) + 1

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
