"""Repeats of Kobo and ODK exports: the children's sheet joined to the sheet of the adults."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from denombrement.errors import DamagedInput
from denombrement.intake.readers.tables import RawRow, RawTable

# (column of the child, column of the parent), best first: an index is per file, a uuid survives joined files.
JOINS = (("_submission__uuid", "_uuid"), ("_parent_index", "_index"), ("PARENT_KEY", "KEY"))
_PARENT_NAME = "_parent_table_name"


@dataclass(frozen=True)
class ChildRows:
    """Rows of a repeat under the line of their parent; those without a parent are kept apart, never lost."""

    by_parent_line: dict[int, tuple[RawRow, ...]] = field(repr=False)
    orphans: tuple[RawRow, ...] = field(default=(), repr=False)


def is_repeat(table: RawTable) -> bool:
    """Whether the table's rows belong to rows of another table."""
    return any(child in table.header for child, _ in JOINS)


def children_of(parent: RawTable, child: RawTable) -> ChildRows:
    """Rows of a repeat by the line of their parent's row.

    Raises:
        DamagedInput: ``INT031`` the two tables share no key, or a parent's key appears twice.
    """
    child_column, parent_column = _join(parent, child)
    lines = _lines_by_key(parent, parent_column)
    named = child.header.index(_PARENT_NAME) if _PARENT_NAME in child.header else None
    grouped: defaultdict[int, list[RawRow]] = defaultdict(list)
    orphans = []
    for row in child.rows:
        line = lines.get(row.cells[child_column] or "")
        elsewhere = named is not None and row.cells[named] not in {None, parent.sheet}
        if line is None or elsewhere:
            orphans.append(row)
        else:
            grouped[line].append(row)
    return ChildRows({line: tuple(rows) for line, rows in grouped.items()}, tuple(orphans))


def _join(parent: RawTable, child: RawTable) -> tuple[int, int]:
    for child_name, parent_name in JOINS:
        if child_name in child.header and parent_name in parent.header:
            return child.header.index(child_name), parent.header.index(parent_name)
    raise DamagedInput("INT031", where=child.place(child.header_row))


def _lines_by_key(parent: RawTable, column: int) -> dict[str, int]:
    lines: dict[str, int] = {}
    for row in parent.rows:
        key = row.cells[column]
        if key is None:
            continue
        if key in lines:
            raise DamagedInput("INT031", where=parent.place(row.line, column))
        lines[key] = row.line
    return lines
