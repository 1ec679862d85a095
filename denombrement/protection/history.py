"""What this campaign has already published: a cell keeps its value for ever, and every reader keeps the old releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from denombrement.errors import ProtectionRefusal
from denombrement.protection.cells import Cell, CellSystem
from denombrement.protection.knowledge import UNBOUNDED, Statement, Status


@dataclass(frozen=True)
class PublishedCell:
    """One cell of a release: its name, what was printed, and the counts that this may stand for."""

    cell: Cell
    status: Status
    value: int | None
    low: float
    high: float


@dataclass(frozen=True)
class Recalled:
    """What earlier releases say about a system.

    Args:
        statements: intervals that every reader still has.
        values: rounded values to keep, by variable.
        hidden: variables that were withheld.
        shown: variables that were printed exactly.
        moved: earlier cells whose count has changed since, so that what was said of them no longer binds; that a rounded
            value had to change is known all the same.
        empty: variables of which everybody knows that nobody can be in them.
    """

    statements: tuple[Statement, ...]
    values: Mapping[int, int]
    hidden: frozenset[int]
    shown: frozenset[int]
    moved: int
    empty: frozenset[int] = frozenset()

    def with_empty(self, variables: frozenset[int]) -> Recalled:
        """The same, with cells that cannot hold anybody: known to be zero before anything is published."""
        return replace(
            self,
            statements=(*self.statements, *(Statement(number, 0, 0) for number in sorted(variables))),
            values={**self.values, **dict.fromkeys(variables, 0)},
            hidden=self.hidden - variables,
            shown=self.shown | variables,
            empty=variables,
        )


@dataclass(frozen=True)
class ReleaseHistory:
    """All cells that this campaign has published, each once; holds nothing that readers do not have."""

    cells: tuple[PublishedCell, ...] = ()

    def missing_in(self, system: CellSystem) -> int:
        """How many published cells a system lacks."""
        return sum(system.locate(known.cell.measure, dict(known.cell.codes)) is None for known in self.cells)

    def recalled(self, system: CellSystem) -> Recalled:
        """The earlier releases, in terms of a system's variables.

        Raises:
            ProtectionRefusal: PRO008, the system lacks a cell that was published: the attacker has it.
        """
        if self.missing_in(system):
            raise ProtectionRefusal("PRO008", cells=self.missing_in(system))
        placed = [(system.locate(known.cell.measure, dict(known.cell.codes)), known) for known in self.cells]
        binding = [(n, k) for n, k in placed if n is not None and k.low <= system.counts[n] <= k.high]
        moved = [(n, k) for n, k in placed if n is not None and not k.low <= system.counts[n] <= k.high]
        statements = [Statement(number, known.low, known.high) for number, known in binding]
        return Recalled(
            statements=(*statements, *(_left(n, k, int(system.counts[n])) for n, k in moved)),
            values={
                n: k.value for n, k in reversed(binding) if k.status is Status.ROUNDED and k.value is not None
            },
            hidden=frozenset(n for n, k in binding if k.status is Status.PROTECTED),
            shown=frozenset(n for n, k in binding if k.low == k.high),
            moved=len(moved),
        )

    def with_release(self, cells: Iterable[PublishedCell]) -> ReleaseHistory:
        """The history after one more release; its cells replace what was said of them before."""
        merged = {(known.cell, known.status): known for known in (*self.cells, *cells)}
        return ReleaseHistory(tuple(merged[key] for key in sorted(merged, key=str)))

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file in the campaign's folder."""
        rows = [
            [k.cell.measure, list(k.cell.codes), str(k.status), k.value, k.low, k.high] for k in self.cells
        ]
        return {"cells": rows}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> ReleaseHistory:
        """The inverse of :meth:`as_dict`.

        Raises:
            ProtectionRefusal: PRO007, the file is not a history.
        """
        try:
            return cls(tuple(_cell(row) for row in stored["cells"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ProtectionRefusal("PRO007") from error


def _left(variable: int, known: PublishedCell, count: int) -> Statement:
    """A rounded value is kept as long as the count fits it, so a new one tells on which side the count has left it."""
    if known.status is not Status.ROUNDED:
        return Statement(variable, 0, UNBOUNDED)
    return (
        Statement(variable, known.high + 1, UNBOUNDED)
        if count > known.high
        else Statement(variable, 0, known.low - 1)
    )


def _cell(row: list[Any]) -> PublishedCell:
    measure, codes, status, value, low, high = row
    cell = Cell(str(measure), tuple((str(dimension), str(code)) for dimension, code in codes))
    return PublishedCell(cell, Status(status), value, float(low), float(high))
