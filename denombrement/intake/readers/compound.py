"""Old Office files ([MS-CFB]): names of their streams, and the cells of an .xls workbook before they are read.

The spreadsheet library allocates the whole rectangle that a cell's row and column span, and ends the process when memory
fails. A sheet of this format has 256 columns by definition: any cell beyond is damage or an attack.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from denombrement.errors import DamagedInput

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
WORKBOOK_STREAMS = frozenset({"Workbook", "Book"})
ROWS, COLUMNS = 65_536, 256

_END_OF_CHAIN = 0xFFFFFFFE
_DIFAT_IN_HEADER = 109
_ENTRY_BYTES = 128
_SECTOR_SHIFTS, _MINI_SHIFT = (9, 12), 6
_STREAM, _ROOT = 2, 5
# Records of a BIFF sheet that place a cell: row and column are their first two numbers ([MS-XLS] 2.3.2).
_CELL_RECORDS = frozenset({0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})
_SPANNING_RECORDS = frozenset({0x00BD})
Position = tuple[int, int]
_FILEPASS, _BOUND_SHEET, _FORMULA, _BOOLEAN_OR_ERROR, _DIMENSIONS = 0x002F, 0x0085, 0x0006, 0x0205, 0x0200


def stream_names(data: bytes) -> frozenset[str]:
    """Names of the streams of a compound file.

    Raises:
        DamagedInput: ``INT010`` the file is cut or its chains are broken.
    """
    return frozenset(name for name, *_ in _File(data).entries())


def scan_workbook(data: bytes, limit_cells: int) -> dict[int, frozenset[Position]]:
    """Cells (row, column, from 0) whose formula failed, by the sheet's place from 0, once every cell is known to lie inside
    the format and the limit, before anything allocates room for it.

    Raises:
        DamagedInput: ``INT009`` locked by a password; ``INT010`` damaged; ``INT012`` a cell beyond column 256, or a sheet
            that spans more than ``limit_cells``.
    """
    failed: dict[int, set[Position]] = {}
    extents: dict[int, Position] = {}
    sheet_at: dict[int, int] = {}
    sheet = 0
    for start, kind, content in _records(_File(data).workbook()):
        sheet = sheet_at.get(start, sheet)
        if kind == _FILEPASS:
            raise DamagedInput("INT009")
        if kind == _BOUND_SHEET and len(content) >= struct.calcsize("<I"):
            sheet_at[struct.unpack_from("<I", content)[0]] = len(sheet_at)
        if kind == _DIMENSIONS:
            _check_dimensions(content)
        if kind in _CELL_RECORDS and len(content) >= struct.calcsize("<HH"):
            row, column = struct.unpack_from("<HH", content)
            extents[sheet] = _extended(
                extents.get(sheet, (0, 0)), row, _last_column(kind, content), limit_cells
            )
            if _has_failed(kind, content):
                failed.setdefault(sheet, set()).add((row, column))
    return {number: frozenset(cells) for number, cells in failed.items()}


def _check_dimensions(content: bytes) -> None:
    """The library makes room for what this record claims: first row, row after the last, and the same for columns."""
    form = "<IIHH" if len(content) >= struct.calcsize("<IIHH") else "<HHHH"
    if len(content) < struct.calcsize(form):
        raise DamagedInput("INT010")
    first_row, end_row, first_column, end_column = struct.unpack_from(form, content)
    if not (first_row <= end_row <= ROWS and first_column <= end_column <= COLUMNS):
        raise DamagedInput("INT010")


def _last_column(kind: int, content: bytes) -> int:
    column = struct.unpack_from("<H", content, 2)[0]
    if kind in _SPANNING_RECORDS:
        column = max(column, struct.unpack("<H", content[-2:])[0])
    return int(column)


def _extended(extent: Position, row: int, column: int, limit_cells: int) -> Position:
    rows, columns = max(extent[0], row + 1), max(extent[1], column + 1)
    if columns > COLUMNS or rows * columns > limit_cells:
        raise DamagedInput("INT012", limit_cells=limit_cells)
    return rows, columns


def _has_failed(kind: int, content: bytes) -> bool:
    """Whether the cell shows an error: [MS-XLS] 2.4.24 and 2.5.133."""
    if kind == _BOOLEAN_OR_ERROR:
        return content[7:8] == b"\x01"
    return kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6:7] == b"\x02"


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield position, kind, stream[position + 4 : position + 4 + size]
        position += 4 + size


class _File:
    """Sector chains of a compound file; every walk is bounded by the number of sectors."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            shift, mini_shift = struct.unpack_from("<HH", data, 30)
            self.first_directory, _, _, self.first_mini_fat = struct.unpack_from("<4I", data, 48)
            if shift not in _SECTOR_SHIFTS or mini_shift != _MINI_SHIFT:
                raise DamagedInput("INT010")
            self.sector_bytes, self.mini_bytes = 1 << shift, 1 << mini_shift
            self.fat = self._numbers(self._fat_sectors())
        except struct.error as problem:
            raise DamagedInput("INT010") from problem

    def entries(self) -> Iterator[tuple[str, int, int, int]]:
        """Name, type, first sector and size in bytes of each directory entry."""
        directory = self._chain(self.first_directory)
        for start in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            entry = directory[start : start + _ENTRY_BYTES]
            size = struct.unpack_from("<H", entry, 64)[0]
            name = entry[: max(min(size, 64) - 2, 0)].decode("utf-16-le", "replace")
            first, stream_bytes = struct.unpack_from("<II", entry, 116)
            yield name, entry[66], first, stream_bytes

    def workbook(self) -> bytes:
        entries = list(self.entries())
        streams = [entry for entry in entries if entry[0] in WORKBOOK_STREAMS and entry[1] == _STREAM]
        if not streams:
            raise DamagedInput("INT010")
        _, _, first, size = streams[0]
        cutoff = struct.unpack_from("<I", self.data, 56)[0]
        content = self._chain(first) if size >= cutoff else self._mini_chain(entries, first)
        if len(content) < size:
            raise DamagedInput("INT010")
        return content[:size]

    def _fat_sectors(self) -> bytes:
        difat = list(struct.unpack_from(f"<{_DIFAT_IN_HEADER}I", self.data, 76))
        next_difat = struct.unpack_from("<I", self.data, 68)[0]
        sectors = len(self.data) // self.sector_bytes
        for _ in range(sectors):
            if next_difat >= _END_OF_CHAIN:
                break
            *more, next_difat = self._numbers(self._sector(next_difat))
            difat += more
        used = [number for number in difat if number < _END_OF_CHAIN]
        needed = sectors * 4 // self.sector_bytes + 1
        return b"".join(self._sector(number) for number in used[:needed])

    def _chain(self, number: int) -> bytes:
        sectors: list[bytes] = []
        while number < _END_OF_CHAIN:
            if number >= len(self.fat) or len(sectors) > len(self.fat):
                raise DamagedInput("INT010")
            sectors.append(self._sector(number))
            number = self.fat[number]
        return b"".join(sectors)

    def _mini_chain(self, entries: list[tuple[str, int, int, int]], number: int) -> bytes:
        roots = [entry for entry in entries if entry[1] == _ROOT]
        container = self._chain(roots[0][2]) if roots else b""
        fat = self._numbers(self._chain(self.first_mini_fat))
        parts: list[bytes] = []
        while number < _END_OF_CHAIN:
            if number >= len(fat) or len(parts) > len(fat):
                raise DamagedInput("INT010")
            parts.append(container[number * self.mini_bytes : (number + 1) * self.mini_bytes])
            number = fat[number]
        return b"".join(parts)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.sector_bytes
        sector = self.data[start : start + self.sector_bytes]
        if not sector:
            raise DamagedInput("INT010")
        return sector

    @staticmethod
    def _numbers(sectors: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(sectors) // 4}I", sectors[: len(sectors) // 4 * 4])
