"""Reads a table of cells with hierarchies in its header, and writes cells back under the same header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from denombrement.counts.table import TERRITORY, CountTable, Hierarchy
from denombrement.errors import DamagedInput

TOTAL = "total"
TOTALS = {"", "total", "_t", "tot", "all", "ensemble"}
PLACES = ("territory", "geography", "geo", "commune", "municipality", "arrondissement", "region", "province")
NESTED = ("province", "arrondissement", "commune")
HELP = """\
The file is CSV, UTF-8, one row a cell: dimension columns and `count` (whole numbers). Cells left out are 0. Rows of
totals (code `total`, `_T` or nothing) may be there: they are checked against the sums and not needed.

A hierarchy is told by the header, in any of these forms:
  territory=arrondissement/commune      one column, values are paths: A1/C01
  territory=arrondissement, territory=commune
                                        one column a level, from the top downwards: A1 | C01
  territory, territory=province/arrondissement
                                        the leaf's code in its own column, the path above it in the other
  arrondissement, commune, territory=arrondissement/commune
                                        the levels' own columns; the third column may be empty
Columns named arrondissement and commune are a hierarchy without being told, when each commune has one arrondissement.
The output has the same columns; a total reads `total`.
"""


@dataclass(frozen=True)
class Dimension:
    """One dimension: its columns, and how a path of codes is spelt in them."""

    name: str
    columns: tuple[str, ...]
    form: str
    """``flat``, ``path`` (one column of paths), ``levels`` (a column a level), ``above`` (leaf, then path above)."""

    def paths(self, frame: pd.DataFrame) -> pd.Series[str]:
        """Each row's codes from the top to its own, joined by slashes; empty for the total."""
        cleaned = [frame[column].map(_cleaned) for column in self.columns]
        if self.form == "above":
            leaf, above = cleaned
            pairs = zip(above, leaf, strict=True)
            return pd.Series([a if a.split("/")[-1] == b else _joined([a, b]) for a, b in pairs], frame.index)
        if self.form == "levels":
            return pd.Series([_joined(list(codes)) for codes in zip(*cleaned, strict=True)], frame.index)
        return cleaned[0]

    def spelt(self, path: Sequence[str]) -> dict[str, str]:
        """The columns of a cell, given the path of its code."""
        whole = "/".join(path) or TOTAL
        if self.form == "levels":
            levels = [*path, *[TOTAL] * (len(self.columns) - len(path))]
            return dict(zip(self.columns, levels, strict=True))
        if self.form == "above":
            return dict(
                zip(self.columns, (path[-1] if path else TOTAL, "/".join(path[:-1]) or TOTAL), strict=True)
            )
        return {self.columns[0]: whole}


@dataclass(frozen=True)
class CellFile:
    """A table as it was read: its header, its counts, and the path of each code."""

    dimensions: tuple[Dimension, ...]
    inner: Mapping[str, str]
    paths: Mapping[str, Mapping[str, tuple[str, ...]]]
    table: CountTable

    def spelt(self, codes: Mapping[str, str]) -> dict[str, str]:
        """The columns of a cell, under the header of the file."""
        row: dict[str, str] = {}
        for dimension in self.dimensions:
            row |= dimension.spelt(self.paths[dimension.name][codes[self.inner[dimension.name]]])
        return row


def read_cells(path: Path) -> CellFile:
    """Reads a file in any of the forms of :data:`HELP`.

    Raises:
        DamagedInput: PRO013, the file does not have that form, or a total differs from the sum of its parts.
    """
    frame = pd.read_csv(
        path, dtype=str, keep_default_na=False, sep=None, engine="python", encoding="utf-8-sig"
    )
    frame.columns = [str(column).strip() for column in frame.columns]
    if "count" not in frame:
        raise DamagedInput("PRO013", problem="no column count")
    counts = pd.to_numeric(frame["count"], errors="coerce")
    if counts.isna().any():
        raise DamagedInput("PRO013", problem="a count is no number")
    dimensions = _dimensions(frame)
    inner = {each.name: each.name for each in dimensions} | _place(dimensions)
    paths = {each.name: each.paths(frame) for each in dimensions}
    trees = {each.name: _tree(inner[each.name], paths[each.name]) for each in dimensions}
    codes = pd.DataFrame({inner[name]: paths[name].map(tree.code_of) for name, tree in trees.items()})
    table = _table(codes.assign(count=counts), {inner[name]: tree.hierarchy for name, tree in trees.items()})
    spelling = {name: {code: path for path, code in tree.codes.items()} for name, tree in trees.items()}
    return CellFile(dimensions, inner, spelling, table)


@dataclass(frozen=True)
class _Tree:
    hierarchy: Hierarchy
    codes: Mapping[tuple[str, ...], str]

    def code_of(self, path: str) -> str:
        return self.codes[_split(path)]


def _split(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")) if path else ()


def _tree(name: str, paths: pd.Series[str]) -> _Tree:
    known = {_split(path)[:depth] for path in paths for depth in range(len(_split(path)) + 1)}
    ordered = sorted(known | {()})
    last = [path[-1] for path in ordered if path]
    codes = {
        path: path[-1] if last.count(path[-1]) == 1 and path[-1] != TOTAL else "/".join(path)
        for path in ordered
        if path
    }
    codes[()] = TOTAL
    children: dict[str, list[str]] = {}
    for path in ordered:
        if path:
            children.setdefault(codes[path[:-1]], []).append(codes[path])
    return _Tree(Hierarchy(name, {parent: tuple(below) for parent, below in children.items()}, TOTAL), codes)


def _table(cells: pd.DataFrame, trees: Mapping[str, Hierarchy]) -> CountTable:
    fine = pd.Series(data=True, index=cells.index)
    for name, tree in trees.items():
        fine &= cells[name].isin(tree.leaves)
    table = CountTable.from_leaves("input", cells[fine], trees)
    given = cells[~fine].merge(table.frame(), on=list(trees), suffixes=("", "_sum"))
    if (given["count"] != given["count_sum"]).any():
        raise DamagedInput("PRO013", problem="a total differs from the sum of its parts")
    return table


def _dimensions(frame: pd.DataFrame) -> tuple[Dimension, ...]:
    columns = [column for column in frame.columns if column != "count"]
    told: dict[str, list[str]] = {}
    for column in columns:
        if "=" in column:
            told.setdefault(column.split("=", 1)[0].strip(), []).append(column)
    found = {name: _told(name, headers, columns) for name, headers in told.items()}
    taken = {column for dimension in found.values() for column in dimension.columns}
    taken |= {header for headers in told.values() for header in headers}
    plain = [column for column in columns if column not in taken]
    nested = _nested(frame, plain)
    if nested:
        found[TERRITORY] = nested
    rest = [column for column in plain if not nested or column not in nested.columns]
    found |= {column: Dimension(column, (column,), "flat") for column in rest}
    if not found:
        raise DamagedInput("PRO013", problem="no dimension")
    return tuple(found.values())


def _told(name: str, headers: list[str], columns: list[str]) -> Dimension:
    if len(headers) > 1:
        return Dimension(name, tuple(headers), "levels")
    levels = [level.strip() for level in headers[0].split("=", 1)[1].split("/")]
    if len(levels) > 1 and all(level in columns for level in levels):
        return Dimension(name, tuple(levels), "levels")
    if name in columns:
        return Dimension(name, (name, headers[0]), "above")
    return Dimension(name, (headers[0],), "path")


def _nested(frame: pd.DataFrame, plain: list[str]) -> Dimension | None:
    levels = tuple(level for level in NESTED if level in plain)
    if len(levels) < 2:
        return None
    for above, below in pairwise(levels):
        rows = frame[~frame[below].map(_cleaned).eq("")]
        if rows.groupby(below)[above].nunique().max() > 1:
            return None
    return Dimension(TERRITORY, levels, "levels")


def _place(dimensions: Sequence[Dimension]) -> dict[str, str]:
    """Which dimension says where: insiders know a territory."""
    names = {dimension.name.lower(): dimension.name for dimension in dimensions}
    by_name = [names[place] for place in PLACES if place in names]
    by_form = [dimension.name for dimension in dimensions if dimension.form != "flat"]
    where = [*by_name, *by_form]
    return {where[0]: TERRITORY} if where else {}


def _cleaned(code: str) -> str:
    parts = [part.strip() for part in str(code).split("/")]
    return "/".join(part for part in parts if part.lower() not in TOTALS)


def _joined(codes: Sequence[str]) -> str:
    return "/".join(code for code in codes if code)
