"""Protected tables: the only thing that may be drawn, reported or exported.

They come out of :func:`denombrement.protection.release.protect`, after a passed audit of exactly these values, or out
of the signed file that it wrote. There is no other constructor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from denombrement.counts.table import Hierarchy
from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.protection.knowledge import Status
from denombrement.protection.verdict import AuditVerdict

Row = tuple[tuple[str, ...], int | None, Status]
"""Codes in the order of the dimensions, the published value, the status."""


class _Seal:
    """Held by this package's protection alone."""


SEAL = _Seal()


@dataclass(frozen=True)
class ProtectedTable:
    """One table as it may be published.

    Args:
        name: of the table.
        measure: who is counted (persons).
        hierarchies: the printed codes by dimension, in column order.
        rows: every printed cell.
        not_counted: codes of territories that did not take part; never a zero.
        verdict: the audit that these values passed.
        seal: held by the protection.

    Raises:
        ProtectionRefusal: PRO006, no seal, no passed audit, or values that the audit did not see.
    """

    name: str
    measure: str
    hierarchies: Mapping[str, Hierarchy]
    rows: tuple[Row, ...]
    not_counted: frozenset[str]
    verdict: AuditVerdict
    seal: _Seal = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        audited = self.verdict.digests.get(self.name) == digest(self.name, self.measure, self.rows)
        if self.seal is not SEAL or not self.verdict.passed or not audited:
            raise ProtectionRefusal("PRO006")

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimensions, in column order."""
        return tuple(self.hierarchies)

    def frame(self) -> pd.DataFrame:
        """One row a cell: the dimensions, ``value`` (persons, empty when none may be shown) and ``status``."""
        table = pd.DataFrame([codes for codes, _, _ in self.rows], columns=list(self.dimensions), dtype="str")
        values = pd.array([value for _, value, _ in self.rows], dtype="Int64")
        return table.assign(value=values, status=[str(status) for _, _, status in self.rows])

    def cell(self, **codes: str) -> tuple[int | None, Status]:
        """The published value and status of one cell; a dimension left out is taken in total.

        Raises:
            UsageProblem: PRO015, this table does not print that cell.
        """
        wanted = tuple(codes.get(name, tree.root) for name, tree in self.hierarchies.items())
        for row, value, status in self.rows:
            if row == wanted and codes.keys() <= self.hierarchies.keys():
                return value, status
        raise UsageProblem("PRO015", problem=self.name)

    def as_dict(self) -> dict[str, Any]:
        """For the signed file of a release."""
        trees = {
            name: {
                "root": tree.root,
                "children": {code: list(below) for code, below in tree.children.items()},
            }
            for name, tree in self.hierarchies.items()
        }
        rows = [[list(codes), value, str(status)] for codes, value, status in self.rows]
        return {
            "name": self.name,
            "measure": self.measure,
            "hierarchies": trees,
            "rows": rows,
            "not_counted": sorted(self.not_counted),
        }


def digest(name: str, measure: str, rows: tuple[Row, ...]) -> str:
    """SHA-256 of a table's printed content."""
    content = [name, measure, [[list(codes), value, str(status)] for codes, value, status in rows]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def table_from_dict(stored: Mapping[str, Any], verdict: AuditVerdict, seal: _Seal) -> ProtectedTable:
    """The inverse of :meth:`ProtectedTable.as_dict`, for the holder of the seal."""
    trees = {
        name: Hierarchy(name, {code: tuple(below) for code, below in tree["children"].items()}, tree["root"])
        for name, tree in stored["hierarchies"].items()
    }
    rows = tuple((tuple(codes), value, Status(status)) for codes, value, status in stored["rows"])
    silent = frozenset(stored["not_counted"])
    return ProtectedTable(stored["name"], stored["measure"], trees, rows, silent, verdict, seal)
