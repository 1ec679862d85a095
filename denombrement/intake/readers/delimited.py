"""CSV in all its dialects: comma, semicolon, tab or bar, quotes, title lines above the header, ``sep=`` lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from denombrement.errors import DamagedInput
from denombrement.intake.readers.archive import inflated_members
from denombrement.intake.readers.tables import (
    HEADER_CELLS,
    HEADER_SEARCH_ROWS,
    IsKnownHeader,
    RawRow,
    RawTable,
    ReadLimits,
    TextCleaner,
    known_cells,
    table_from_rows,
)
from denombrement.intake.readers.text import decode_text

SEPARATORS = (";", ",", "\t", "|")
_HEAD_CHARACTERS = 2**18


def read_delimited(text: str, *, is_known_header: IsKnownHeader, limits: ReadLimits) -> list[RawTable]:
    """The table of a delimited text, or nothing where no separator makes two known headers appear.

    Raises:
        DamagedInput: ``INT019`` a quote opened or closed in the wrong place; ``INT020`` a cell longer than 131,072
            characters; ``INT023``, ``INT026``, ``INT027`` as `table_from_rows`.
    """
    separator = _separator(text, is_known_header)
    if separator is None:
        return []
    rows = _rows(text, separator)
    table = table_from_rows(rows, is_known_header=is_known_header, limits=limits, strict_width=True)
    return [] if table is None else [table]


def read_delimited_archive(
    data: bytes, *, is_known_header: IsKnownHeader, limits: ReadLimits
) -> list[RawTable]:
    """The tables of an archive of delimited texts, as ODK Central exports a form with repeats.

    Raises:
        DamagedInput: as `read_delimited`; ``INT008`` to ``INT011`` the archive; ``INT003``, ``INT017``, ``INT018`` a text.
    """
    tables = []
    for number, (name, content) in enumerate(inflated_members(data, limits), 1):
        if name.endswith(".csv"):
            text = decode_text(content)
            found = read_delimited(text, is_known_header=is_known_header, limits=limits)
            tables += [replace(table, sheet=name, sheet_number=number) for table in found]
    return tables


def _separator(text: str, is_known_header: IsKnownHeader) -> str | None:
    head = text[:_HEAD_CHARACTERS]
    scores = [(_known_headers(head, separator, is_known_header), separator) for separator in SEPARATORS]
    best, separator = max(scores, key=lambda score: score[0])
    return separator if best >= HEADER_CELLS else None


def _known_headers(head: str, separator: str, is_known_header: IsKnownHeader) -> int:
    """The most known headers in one of the first rows."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator, skipinitialspace=True)
    clean = TextCleaner()
    best = 0
    try:
        for _, row in zip(range(HEADER_SEARCH_ROWS), reader, strict=False):
            best = max(best, known_cells(tuple(clean[cell] for cell in row), is_known_header))
    except csv.Error:  # the cut end of the head, or damage that the full reading will place
        return best
    return best


def _rows(text: str, separator: str) -> Iterator[RawRow]:
    # Not strict, an open quote would swallow the rest of the file without a word.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    clean = TextCleaner().__getitem__
    line = 1
    try:
        for row in reader:
            yield RawRow(line, tuple(map(clean, row)))
            line = reader.line_num + 1
    except csv.Error as problem:
        too_long = "limit" in str(problem)
        raise DamagedInput("INT020" if too_long else "INT019", where=f"l. {line}") from problem
