"""JSON lists of records, as Kobo's and ODK's interfaces give them, as raw tables; repeats become tables of their own."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from denombrement.errors import DamagedInput
from denombrement.intake.readers.tables import (
    IsKnownHeader,
    RawRow,
    RawTable,
    ReadLimits,
    TextCleaner,
    table_from_rows,
)
from denombrement.intake.readers.workbook import number_text

Record = dict[str, object]
_PARENT = "_parent_index"
_OWN = "_index"
_DEPTH = 5


def read_records(text: str, *, is_known_header: IsKnownHeader, limits: ReadLimits) -> list[RawTable]:
    """The records of ``[{…}, …]`` or ``{"results": [{…}, …]}``, and one table for each list of objects in them.

    A group's members come as ``group/name``, a list of words as words with spaces between them, as in Kobo's own tables.

    Raises:
        DamagedInput: ``INT028`` not JSON, with its line; ``INT029`` another shape than records, or too deep.
    """
    records = _records(text)
    main = _Collector("", limits)
    repeats: dict[str, _Collector] = {}
    for number, record in enumerate(records, start=1):
        flat = dict(_flattened(record, "", 1))
        nested = [name for name, value in flat.items() if _is_repeat(value)]
        for name in nested:
            collector = repeats.setdefault(name, _Collector(name, limits))
            for child in _objects(flat.pop(name)):
                collector.add(number, {**dict(_flattened(child, "", 1)), _PARENT: number})
        main.add(number, {**flat, _OWN: number} if repeats else flat)
    tables = [
        collector.table(index, is_known_header)
        for index, collector in enumerate([main, *repeats.values()], 1)
    ]
    return [table for table in tables if table is not None]


def _records(text: str) -> list[Record]:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise DamagedInput("INT028", where=f"l. {problem.lineno}, c. {problem.colno}") from problem
    if isinstance(content, dict):
        content = content.get("results")
    return _objects(content)


def _objects(content: object) -> list[Record]:
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise DamagedInput("INT029")
    return content


def _is_repeat(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _flattened(record: Record, prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > _DEPTH:
        raise DamagedInput("INT029")
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}/", depth + 1)
        else:
            yield prefix + name, value


class _Collector:
    """Records of one level, laid under the union of their names in the order of first appearance."""

    def __init__(self, name: str, limits: ReadLimits) -> None:
        self.name = name
        self.limits = limits
        self.clean = TextCleaner()
        self.columns: dict[str, int] = {}
        self.rows: list[RawRow] = []

    def add(self, line: int, record: Record) -> None:
        cells: list[str | None] = [None] * len(self.columns)
        for name, value in record.items():
            column = self.columns.setdefault(name, len(self.columns))
            if column == len(cells):
                cells.append(None)
            cells[column] = self._text(value)
        self.rows.append(RawRow(line, tuple(cells)))

    def table(self, number: int, is_known_header: IsKnownHeader) -> RawTable | None:
        header = RawRow(0, tuple(self.columns))
        return table_from_rows(
            [header, *self.rows],
            is_known_header=is_known_header,
            limits=self.limits,
            sheet=self.name,
            sheet_number=number,
        )

    def _text(self, value: object) -> str | None:
        match value:
            case str():
                return self.clean[value]
            case bool():
                return "true" if value else "false"
            case int():
                return str(value)
            case float():
                return number_text(value)
            case list():
                return " ".join(filter(None, map(self._text, value))) or None
        return None
