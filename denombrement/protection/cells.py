"""One system of cells over all tables that are, or were, released together.

A cell is the *set of persons* it counts, whatever table prints it: the same set in two tables is one variable. What
links the variables is additivity alone, one relation for each way in which a cell is split (``-parent + children = 0``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from denombrement.counts.table import TERRITORY, CountTable, Hierarchy
from denombrement.errors import UsageProblem
from denombrement.reference import all_communes

Counts = NDArray[np.int64]
Places = NDArray[np.intp]
"""Numbers of leaf cells, counted through all dimensions of a table."""
Part = tuple[str, frozenset[str]]
"""A dimension and the finest codes that a cell keeps of it."""
Key = tuple[str, frozenset[Part]]
"""A measure and the parts that narrow it down; a dimension taken whole has no part."""
Codes = Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """The name of one variable: who is counted, and the codes that narrow it down (totals left out)."""

    measure: str
    codes: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "; ".join([self.measure, *(f"{dimension}={code}" for dimension, code in self.codes)])


@dataclass(frozen=True)
class Cube:
    """The cells of one count table, over some of its dimensions and down to some depth.

    Args:
        table: the counts, to their finest cells.
        depths: depth kept of each dimension (0 is the total alone); a dimension left out is taken in total.
    """

    table: CountTable
    depths: Mapping[str, int]

    @classmethod
    def whole(cls, table: CountTable) -> Cube:
        """All cells of a table, to its leaves."""
        depths = {name: max(tree.depth_of.values()) for name, tree in table.hierarchies.items()}
        return cls(table, depths)

    @cached_property
    def codes(self) -> dict[str, tuple[str, ...]]:
        """By dimension of the table, the codes kept, parents before their children; those not counted are left out."""
        return {name: tuple(self._kept(name, tree)) for name, tree in self.table.hierarchies.items()}

    @property
    def size(self) -> int:
        """Number of cells."""
        return int(np.prod([len(codes) for codes in self.codes.values()]))

    def cells(self) -> Iterator[dict[str, str]]:
        """The codes of each cell, in the order of :meth:`totals`."""
        for combination in product(*self.codes.values()):
            yield dict(zip(self.codes, combination, strict=True))

    def totals(self, leaves: pd.DataFrame) -> Counts:
        """Persons of every cell, from a frame of leaf cells (dimensions and ``count``)."""
        return self.summed(self.places(leaves), leaves["count"].to_numpy(dtype=np.int64))

    def places(self, leaves: pd.DataFrame) -> Places:
        """Where each row of a frame of leaf cells lies among all leaf cells of the table."""
        trees = self.table.hierarchies.items()
        where = [pd.Index(tree.leaves).get_indexer(pd.Index(leaves[name])) for name, tree in trees]
        return np.ravel_multi_index(where, self._shape)

    def summed(self, places: Places, persons: Counts) -> Counts:
        """Persons of every cell, from persons at some leaf cells."""
        size = int(np.prod(self._shape))
        counts = np.bincount(places, weights=persons, minlength=size).astype(np.int64).reshape(self._shape)
        for axis, sums in enumerate(self._sums):
            counts = np.moveaxis(np.tensordot(sums, counts, axes=(1, axis)), 0, axis)
        return np.ascontiguousarray(counts).ravel()

    def covers(self, other: Cube) -> bool:
        """Whether this has every cell of another cube of the same table."""
        deep = all(self.depths.get(name, 0) >= depth for name, depth in other.depths.items())
        return self.table is other.table and deep

    def _kept(self, dimension: str, tree: Hierarchy) -> Iterator[str]:
        for code in tree.codes:
            if tree.depth_of[code] <= self.depths.get(dimension, 0) and self.table.takes_part(
                {dimension: code}
            ):
                yield code

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        return tuple(len(tree.leaves) for tree in self.table.hierarchies.values())

    @cached_property
    def _sums(self) -> tuple[Counts, ...]:
        return tuple(_membership(tree, self.codes[name]) for name, tree in self.table.hierarchies.items())


def _membership(tree: Hierarchy, codes: Sequence[str]) -> Counts:
    place = {leaf: number for number, leaf in enumerate(tree.leaves)}
    sums = np.zeros((len(codes), len(place)), dtype=np.int64)
    for row, code in enumerate(codes):
        sums[row, [place[leaf] for leaf in tree.leaves_under(code)]] = 1
    return sums


@dataclass(frozen=True)
class Split:
    """A cell and the cells that it is split into along one dimension, as numbers of variables."""

    dimension: str
    parent: int
    children: tuple[int, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What each code means in finest codes, over all hierarchies of a dimension.

    A code that is a leaf in one table and a parent in another (a category with its living situations) is taken apart
    everywhere. So is a merged commune, where another table still has the communes that it was made of.

    Args:
        children: by dimension, code -> codes that it is made of.
        mergers: merged commune -> communes of the earlier vintage, where both are in use.
        silent: finest territories that did not take part.
    """

    children: Mapping[str, Mapping[str, tuple[str, ...]]]
    mergers: Mapping[str, tuple[str, ...]]
    silent: frozenset[str]

    @classmethod
    def of(cls, tables: Sequence[CountTable]) -> Vocabulary:
        """The codes of all these tables."""
        children: dict[str, dict[str, tuple[str, ...]]] = {}
        for table in tables:
            for name, tree in table.hierarchies.items():
                known = children.setdefault(name, {})
                for parent, below in tree.children.items():
                    known.setdefault(parent, below)
        mergers = _mergers(tables)
        children.get(TERRITORY, {}).update(mergers)
        whole = cls(children, mergers, frozenset())
        silent = {code for table in tables for code in table.not_counted}
        finest = frozenset().union(*(whole.finest(TERRITORY, code) for code in silent))
        return cls(children, mergers, finest)

    def finest(self, dimension: str, code: str) -> frozenset[str]:
        """The finest codes that make up a code."""
        below = self.children[dimension].get(code)
        if not below:
            return frozenset({code})
        return frozenset().union(*(self.finest(dimension, child) for child in below))

    def counted(self, dimension: str, code: str) -> frozenset[str]:
        """The finest codes of a code, without the territories that did not take part."""
        finest = self.finest(dimension, code)
        return finest - self.silent if dimension == TERRITORY else finest

    def part(self, table: CountTable, dimension: str, code: str) -> Part | None:
        """What a code keeps of its dimension; None when that is everybody."""
        kept = self.counted(dimension, code)
        whole = kept == self.counted(dimension, table.hierarchies[dimension].root)
        return None if whole else (dimension, kept)


def _mergers(tables: Sequence[CountTable]) -> dict[str, tuple[str, ...]]:
    """Merged communes of these tables with the communes that they were made of, where both are there."""
    trees = [table.hierarchies[TERRITORY] for table in tables if TERRITORY in table.hierarchies]
    codes = {code for tree in trees for code in tree.codes}
    divided = {code for tree in trees for code in tree.children}
    found: dict[str, list[str]] = {}
    for each in all_communes():
        if each.nis in codes and each.replaced_by in codes - divided:
            found.setdefault(str(each.replaced_by), []).append(each.nis)
    return {merged: tuple(parts) for merged, parts in found.items()}


@dataclass(frozen=True)
class CellSystem:
    """Variables, true counts and relations of all cells released together.

    Args:
        cubes: the tables' cells; build with :meth:`of`.
        cells: name of each variable.
        counts: persons in each variable (true, never to be shown).
        positions: for each cube, the variable of each of its cells.
        splits: every way in which a variable is the sum of others.
    """

    cubes: tuple[Cube, ...]
    cells: tuple[Cell, ...]
    counts: Counts
    positions: tuple[NDArray[np.intp], ...]
    splits: tuple[Split, ...]
    keys: tuple[Key, ...] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)

    @classmethod
    def of(cls, cubes: Sequence[Cube]) -> CellSystem:
        """The system of all cells of some cubes.

        Raises:
            UsageProblem: PRO001, two tables give one set of persons different counts.
        """
        return _Assembly(tuple(cubes)).system()

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.cells)

    @cached_property
    def relations(self) -> sparse.csr_array:
        """One row a split: -1 at the parent, +1 at each child; the row's product with the counts is 0."""
        rows, columns, values = [], [], []
        for row, split in enumerate(self.splits):
            rows += [row] * (1 + len(split.children))
            columns += [split.parent, *split.children]
            values += [-1.0] + [1.0] * len(split.children)
        return sparse.csr_array((values, (rows, columns)), shape=(len(self.splits), self.size))

    @cached_property
    def number_of(self) -> dict[Key, int]:
        """Variable of each key."""
        return {key: number for number, key in enumerate(self.keys)}

    def locate(self, measure: str, codes: Codes) -> int | None:
        """The variable that counts these persons, under whatever name; None when no table given has it."""
        for cube in self.cubes:
            if cube.table.measure == measure and self._knows(cube.table, codes):
                found = self.number_of.get(_key(self.vocabulary, cube.table, codes))
                if found is not None:
                    return found
        return None

    def cells_within(self, combinations: Sequence[Codes]) -> frozenset[int]:
        """Every variable that counts nobody but persons of one of these combinations of codes."""
        wanted = [
            {name: self.vocabulary.finest(name, code) for name, code in codes.items()}
            for codes in combinations
            if codes.keys() <= self.vocabulary.children.keys()
        ]
        return frozenset(
            number
            for number, (_, parts) in enumerate(self.keys)
            if any(_lies_within(dict(parts), codes) for codes in wanted)
        )

    def territory_of(self, variable: int) -> frozenset[str] | None:
        """The finest territories of a variable; None when it counts everybody's."""
        parts = dict(self.keys[variable][1])
        return parts.get(TERRITORY)

    @cached_property
    def widest(self) -> tuple[int, ...]:
        """Numbers of the cubes that no other one covers: together they have every variable."""
        kept: list[int] = []
        for number in sorted(range(len(self.cubes)), key=lambda n: -self.cubes[n].size):
            if not any(self.cubes[other].covers(self.cubes[number]) for other in kept):
                kept.append(number)
        return tuple(sorted(kept))

    def spread(self, cube: int, places: Places, persons: Counts, counts: Counts) -> None:
        """Writes the totals of some leaf cells of one cube at its variables, unless more is known of them already."""
        where = self.positions[cube]
        counts[where] = np.maximum(counts[where], self.cubes[cube].summed(places, persons))

    @staticmethod
    def _knows(table: CountTable, codes: Codes) -> bool:
        return all(d in table.hierarchies and c in table.hierarchies[d].depth_of for d, c in codes.items())


def _lies_within(parts: Mapping[str, frozenset[str]], codes: Mapping[str, frozenset[str]]) -> bool:
    return all(name in parts and parts[name] <= finest for name, finest in codes.items())


def _key(vocabulary: Vocabulary, table: CountTable, codes: Codes) -> Key:
    parts = (vocabulary.part(table, dimension, code) for dimension, code in codes.items())
    return table.measure, frozenset(part for part in parts if part is not None)


class _Assembly:
    """Collects variables and splits while a system is built."""

    def __init__(self, cubes: tuple[Cube, ...]) -> None:
        self.cubes = cubes
        self.vocabulary = Vocabulary.of([cube.table for cube in cubes])
        self.number_of: dict[Key, int] = {}
        self.cells: list[Cell] = []
        self.counts: list[int] = []

    def system(self) -> CellSystem:
        positions = tuple(self._add(cube) for cube in self.cubes)
        return CellSystem(
            cubes=self.cubes,
            cells=tuple(self.cells),
            counts=np.array(self.counts, dtype=np.int64),
            positions=positions,
            splits=tuple(self._splits()),
            keys=tuple(self.number_of),
            vocabulary=self.vocabulary,
        )

    def _add(self, cube: Cube) -> NDArray[np.intp]:
        parts = self._parts(cube)
        numbers, different = [], 0
        for codes, count in zip(cube.cells(), cube.totals(cube.table.leaves).tolist(), strict=True):
            number = self._variable(cube.table.measure, codes, parts, count)
            different += self.counts[number] != count
            numbers.append(number)
        if different:
            raise UsageProblem("PRO001", cells=different, measure=cube.table.measure)
        return np.array(numbers, dtype=np.intp)

    def _parts(self, cube: Cube) -> dict[tuple[str, str], Part | None]:
        return {
            (dimension, code): self.vocabulary.part(cube.table, dimension, code)
            for dimension, codes in cube.codes.items()
            for code in codes
        }

    def _variable(
        self, measure: str, codes: dict[str, str], parts: dict[tuple[str, str], Part | None], count: int
    ) -> int:
        kept = {pair: part for pair in codes.items() if (part := parts[pair]) is not None}
        key = measure, frozenset(kept.values())
        if key not in self.number_of:
            self.number_of[key] = len(self.cells)
            self.cells.append(Cell(measure, tuple(sorted(kept))))
            self.counts.append(count)
        return self.number_of[key]

    def _splits(self) -> Iterator[Split]:
        """Every cell with every known way to split one of its dimensions into cells that exist."""
        ways = self._ways()
        for (measure, parts), parent in self.number_of.items():
            kept = dict(parts)
            for dimension, by_whole in ways.items():
                rest = parts - {(dimension, kept[dimension])} if dimension in kept else parts
                for children in by_whole.get(kept.get(dimension), ()):
                    numbers = [self.number_of.get((measure, rest | {child})) for child in children]
                    found = tuple(number for number in numbers if number is not None)
                    if len(found) == len(children):
                        yield Split(dimension, parent, found)

    def _ways(self) -> dict[str, dict[frozenset[str] | None, list[tuple[Part, ...]]]]:
        ways: dict[str, dict[frozenset[str] | None, list[tuple[Part, ...]]]] = {}
        for cube in self.cubes:
            for dimension, tree in cube.table.hierarchies.items():
                known = ways.setdefault(dimension, {})
                for parent, below in tree.children.items():
                    self._add_way(known, cube.table, dimension, (parent, *below))
            if TERRITORY in cube.table.hierarchies:
                for merger in self.vocabulary.mergers.items():
                    self._add_way(ways[TERRITORY], cube.table, TERRITORY, (merger[0], *merger[1]))
        return ways

    def _add_way(
        self,
        known: dict[frozenset[str] | None, list[tuple[Part, ...]]],
        table: CountTable,
        dimension: str,
        family: tuple[str, ...],
    ) -> None:
        """Notes how a parent (first of the family) is split; one child that is its whole parent is no split."""
        counted = [code for code in family[1:] if self.vocabulary.counted(dimension, code)]
        parts = [self.vocabulary.part(table, dimension, code) for code in counted]
        children = tuple(part for part in parts if part is not None)
        whole = self.vocabulary.part(table, dimension, family[0])
        ways = known.setdefault(None if whole is None else whole[1], [])
        if len(counted) > 1 and children not in ways:
            ways.append(children)
