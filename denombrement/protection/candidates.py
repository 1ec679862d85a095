"""What a release would print, before anybody may see it: rows, what they give away, and their digests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from denombrement.counts.table import TERRITORY, Hierarchy
from denombrement.protection.cells import CellSystem
from denombrement.protection.history import PublishedCell
from denombrement.protection.knowledge import Rules, Statement, Status
from denombrement.protection.plan import ResolvedTable
from denombrement.protection.tables import Row, digest

Figure = tuple[Status, int | None]
Figures = Callable[[int], Figure]
"""Gives each variable its published status and value."""


@dataclass(frozen=True)
class Sheet:
    """One table to be printed: where each of its rows lies in the system."""

    table: ResolvedTable
    variables: tuple[int, ...]
    codes: tuple[tuple[str, ...], ...]
    margins: tuple[int, ...]
    """For each row, the variable of its territory in total (of everybody when the table has no territories)."""

    @classmethod
    def of(cls, table: ResolvedTable, system: CellSystem) -> Sheet:
        """Places a table's rows in a system that has all its cells."""
        rows = list(table.rows())
        total = {code: {TERRITORY: code} for code in {row.get(TERRITORY, "") for row in rows}}
        margins = {code: _number(system, table, codes if code else {}) for code, codes in total.items()}
        return cls(
            table,
            tuple(_number(system, table, row) for row in rows),
            tuple(tuple(row.values()) for row in rows),
            tuple(margins[row.get(TERRITORY, "")] for row in rows),
        )

    def figures(self, figures: Figures, counts: NDArray[np.int64]) -> list[Figure]:
        """The status and value of each row."""
        if self.table.planned.exact:
            return [exact(int(counts[variable])) for variable in self.variables]
        least = self.table.planned.minimum_persons
        enough = [not least or (figures(margin)[1] or 0) >= least for margin in self.margins]
        printed = zip(self.variables, enough, strict=True)
        return [figures(variable) if kept else (Status.PROTECTED, None) for variable, kept in printed]

    def hierarchies(self) -> dict[str, Hierarchy]:
        """The trees of the printed codes, territories that did not take part included."""
        source = self.table.cube.table.hierarchies
        return {
            name: _truncated(source[name], self.table.cube.depths[name]) for name in self.table.dimensions
        }

    def silent_rows(self) -> Iterator[Row]:
        """The rows of territories that did not take part."""
        trees, source = self.hierarchies(), self.table.cube.table
        if TERRITORY not in trees:
            return
        for codes in product(*(tree.codes for tree in trees.values())):
            if not source.takes_part(dict(zip(trees, codes, strict=True))):
                yield codes, None, Status.NOT_COUNTED


@dataclass(frozen=True)
class Candidate:
    """All sheets with their figures.

    Args:
        system: the cells.
        sheets: the tables.
        figures: status and value of each row of each sheet.
        rules: by which a reader turns figures into intervals.
        margins: figures of the territories' totals, where rows were withheld because of them.
    """

    system: CellSystem
    sheets: tuple[Sheet, ...]
    figures: tuple[tuple[Figure, ...], ...]
    rules: Rules
    margins: tuple[tuple[int, Figure], ...]

    @classmethod
    def of(cls, system: CellSystem, sheets: Sequence[Sheet], figures: Figures, rules: Rules) -> Candidate:
        """Gives every row its figure."""
        judged = {m for sheet in sheets if sheet.table.planned.minimum_persons for m in sheet.margins}
        return cls(
            system,
            tuple(sheets),
            tuple(tuple(sheet.figures(figures, system.counts)) for sheet in sheets),
            rules,
            tuple((margin, figures(margin)) for margin in sorted(judged)),
        )

    @cached_property
    def cells(self) -> tuple[PublishedCell, ...]:
        """Every printed cell, with what it may stand for."""
        return tuple(
            PublishedCell(self.system.cells[variable], status, value, *self.rules.interval(status, value))
            for sheet, figures in zip(self.sheets, self.figures, strict=True)
            for variable, (status, value) in zip(sheet.variables, figures, strict=True)
        )

    def statements(self) -> Iterator[Statement]:
        """What all rows give away, and the totals by which rows were withheld."""
        variables = [variable for sheet in self.sheets for variable in sheet.variables]
        for variable, cell in zip(variables, self.cells, strict=True):
            yield Statement(variable, cell.low, cell.high)
        for margin, figure in self.margins:
            yield Statement(margin, *self.rules.interval(*figure))

    def rows(self) -> dict[str, tuple[Row, ...]]:
        """The printed rows of each table, by name."""
        return {
            sheet.table.name: (
                *(
                    (codes, value, status)
                    for codes, (status, value) in zip(sheet.codes, figures, strict=True)
                ),
                *sheet.silent_rows(),
            )
            for sheet, figures in zip(self.sheets, self.figures, strict=True)
        }

    def digests(self) -> dict[str, str]:
        """SHA-256 of each table, by name."""
        measures = {sheet.table.name: sheet.table.planned.measure for sheet in self.sheets}
        return {name: digest(name, measures[name], rows) for name, rows in self.rows().items()}


def exact(count: int) -> Figure:
    """A count as it is."""
    return (Status.PUBLISHED if count else Status.TRUE_ZERO), count


def _number(system: CellSystem, table: ResolvedTable, codes: dict[str, str]) -> int:
    number = system.locate(table.planned.measure, codes)
    if number is None:
        raise KeyError(table.name)
    return number


def _truncated(tree: Hierarchy, depth: int) -> Hierarchy:
    kept = {code: below for code, below in tree.children.items() if tree.depth_of[code] < depth}
    return Hierarchy(tree.dimension, kept, tree.root)
