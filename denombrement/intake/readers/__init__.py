"""Clear files as people make them, read into raw tables of texts that know nothing of the questionnaire.

What a file is comes from its content. Whatever cannot be read raises `DamagedInput` with a code, a place and a way to
mend it; no text of the file ever enters an error.
"""

from __future__ import annotations

from pathlib import Path

from denombrement.errors import DamagedInput
from denombrement.intake.readers.delimited import read_delimited, read_delimited_archive
from denombrement.intake.readers.detect import Identified, Kind, identify
from denombrement.intake.readers.records import read_records
from denombrement.intake.readers.repeats import ChildRows, children_of, is_repeat
from denombrement.intake.readers.tables import (
    UNREADABLE_CELL,
    IsKnownHeader,
    RawRow,
    RawTable,
    ReadLimits,
    column_letter,
    header_names,
    place,
)
from denombrement.intake.readers.workbook import excel_serial_to_iso, read_workbook

__all__ = [
    "UNREADABLE_CELL",
    "ChildRows",
    "IsKnownHeader",
    "Kind",
    "RawRow",
    "RawTable",
    "ReadLimits",
    "children_of",
    "column_letter",
    "excel_serial_to_iso",
    "header_names",
    "identify",
    "is_repeat",
    "place",
    "read_bytes",
    "read_clear_return",
    "read_tables",
]


def read_tables(
    source: bytes | Path, *, is_known_header: IsKnownHeader, limits: ReadLimits | None = None
) -> list[RawTable]:
    """The tables of a clear file: CSV, ODK Central's archive of CSV, XLSX, XLSM, ODS, XLS or a JSON list of records.

    Args:
        source: the file or its content.
        is_known_header: whether a text (one line, single spaces, case kept) names a column; asked of the text as it is
            and without its groups (``p1/sex``, ``sex``; see `header_names`).
        limits: bounds; see `ReadLimits`.

    Returns:
        At least one table, at least one of them with rows. A JSON record's number stands for its line.

    Raises:
        DamagedInput: ``INT001`` to ``INT031``, whose texts say what happened and how to mend it; ``INT013`` a sealed return, for
            `denombrement.intake.sealing.open_sealed`; ``INT030`` a clear return, for `read_clear_return`.
    """
    bounds = limits or ReadLimits()
    data = read_bytes(source, bounds)
    found = identify(data)
    tables = _tables(data, found, is_known_header, bounds)
    if not tables:
        raise DamagedInput("INT021")
    if not any(table.rows or table.refused for table in tables):
        raise DamagedInput("INT022")
    return tables


def read_clear_return(source: bytes | Path, limits: ReadLimits | None = None) -> str:
    """JSON text of a whole return that was not sealed, for the record's own validation.

    Raises:
        DamagedInput: ``INT001`` to ``INT018`` as `identify`; ``INT029`` the file is not a return.
    """
    found = identify(read_bytes(source, limits or ReadLimits()))
    if found.kind is not Kind.CLEAR_RETURN:
        raise DamagedInput("INT029")
    return found.text


def read_bytes(source: bytes | Path, limits: ReadLimits) -> bytes:
    """Content of a file, refused by its size before it is read.

    Raises:
        DamagedInput: ``INT001`` too large; ``INT032`` it cannot be opened.
    """
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > limits.file_bytes:
            raise DamagedInput("INT001", limit_bytes=limits.file_bytes)
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as problem:
        raise DamagedInput("INT032") from problem


def _tables(
    data: bytes, found: Identified, is_known_header: IsKnownHeader, limits: ReadLimits
) -> list[RawTable]:
    match found.kind:
        case Kind.SEALED:
            raise DamagedInput("INT013")
        case Kind.CLEAR_RETURN:
            raise DamagedInput("INT030")
        case Kind.RECORDS:
            return read_records(found.text, is_known_header=is_known_header, limits=limits)
        case Kind.DELIMITED:
            return read_delimited(found.text, is_known_header=is_known_header, limits=limits)
        case Kind.DELIMITED_ARCHIVE:
            return read_delimited_archive(data, is_known_header=is_known_header, limits=limits)
    return read_workbook(data, found.kind, is_known_header=is_known_header, limits=limits)
