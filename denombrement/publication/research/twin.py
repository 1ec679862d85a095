"""A twin for teaching: invented persons who keep the protected tables, and nothing else of anybody.

The twin is a function of protected tables and of a seed. No person is an argument, none is copied, changed or swapped:
whoever holds the published tables could draw it. Persons are laid out along a tree of the two-way tables by quotas, so
that each table used is kept to the person; what no table of the tree says is drawn independently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from denombrement.errors import ProtectionRefusal
from denombrement.protection.tables import ProtectedTable

ADULTS = "adults"
ANSWERED_SUFFIX, ANSWERED, MENTIONED, NOT_MENTIONED, NONE = (
    "_answered",
    "answered",
    "mentioned",
    "not_mentioned",
    "none",
)
Generator = np.random.Generator
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Twin:
    """The invented persons.

    Args:
        frame: one row an invented person: a column a dimension, codes as text; ``question.answer`` for a question with
            several answers (``mentioned``, ``not_mentioned``, empty where nobody knows).
        kept: tables that it keeps, by name.
        left: tables of adults that it could not use: finer than another, a third way around, or withheld in part.
    """

    frame: pd.DataFrame
    kept: tuple[str, ...]
    left: tuple[str, ...]


def twin_of(tables: Mapping[str, ProtectedTable], seed: int) -> Twin:
    """Draws a twin.

    Args:
        tables: protected tables by name, with everything else that the release prints.
        seed: same tables and seed, same twin.

    Raises:
        ProtectionRefusal: PUB083, no table of adults shows all its cells.
    """
    rng = np.random.default_rng(seed)
    grids = [_Grid.of(tables[name]) for name in sorted(tables) if tables[name].measure == ADULTS]
    usable = [each for each in grids if each is not None]
    if not usable:
        raise ProtectionRefusal("PUB083")
    columns, kept = _laid_out(usable, rng)
    several = [each for each in usable if each.is_answer]
    size = len(next(iter(columns.values())))
    columns |= _answers(several, size, rng)
    frame = pd.DataFrame(columns)
    order = rng.permutation(len(frame))
    kept += [each.name for each in several]
    every = {table.name for table in tables.values() if table.measure == ADULTS}
    left = tuple(sorted(every - set(kept)))
    return Twin(frame.iloc[order].reset_index(drop=True), tuple(sorted(kept)), left)


@dataclass(frozen=True, eq=False)
class _Grid:
    """A table of one or two dimensions as an array over its leaves."""

    name: str
    dimensions: tuple[str, ...]
    leaves: tuple[tuple[str, ...], ...]
    counts: Integers

    @classmethod
    def of(cls, table: ProtectedTable) -> _Grid | None:
        leaves = tuple(tree.leaves for tree in table.hierarchies.values())
        if len(leaves) not in {1, 2}:
            return None
        values = {codes: value for codes, value, _ in table.rows}
        counts = np.zeros([len(each) for each in leaves], dtype=np.int64)
        for place in np.ndindex(counts.shape):
            codes = tuple(each[position] for each, position in zip(leaves, place, strict=True))
            value = values.get(codes, 0)
            if value is None:
                return None
            counts[place] = value
        return cls(table.name, tuple(table.hierarchies), leaves, counts)

    @property
    def is_answer(self) -> bool:
        """One answer to a question with several."""
        return any("." in name for name in self.dimensions)

    def given(self, known: str) -> tuple[str, dict[str, Integers]]:
        """The other dimension, and its counts for each code of the known one."""
        axis = self.dimensions.index(known)
        rows = self.counts if axis == 0 else self.counts.T
        return self.dimensions[1 - axis], dict(zip(self.leaves[axis], rows, strict=True))

    def codes(self, dimension: str) -> tuple[str, ...]:
        """Leaves of a dimension."""
        return self.leaves[self.dimensions.index(dimension)]


def _laid_out(grids: Sequence[_Grid], rng: Generator) -> tuple[dict[str, NDArray[np.object_]], list[str]]:
    """Columns along a tree of the two-way tables, then those that stand alone."""
    pairs = [each for each in grids if len(each.dimensions) > 1 and not each.is_answer]
    levels: dict[str, tuple[str, ...]] = {}
    columns: dict[str, NDArray[np.object_]] = {}
    kept = []
    for pair, known in _along_a_tree(pairs):
        if known not in columns:
            levels[known] = pair.codes(known)
            _, rows = pair.given(known)
            margin = [int(each.sum()) for each in rows.values()]
            columns[known] = _spread(levels[known], margin, sum(margin), rng)
        other, rows = pair.given(known)
        if pair.codes(known) != levels[known]:
            continue
        levels[other] = pair.codes(other)
        columns[other] = _within(columns[known], rows, levels[other], rng)
        kept.append(pair.name)
    for single in grids:
        name = single.dimensions[0]
        if len(single.dimensions) == 1 and (name not in levels or single.leaves[0] == levels[name]):
            if name not in columns:
                size = len(next(iter(columns.values()))) if columns else int(single.counts.sum())
                levels[name] = single.leaves[0]
                columns[name] = _spread(levels[name], single.counts, size, rng)
            kept.append(single.name)
    return columns, kept


def _along_a_tree(pairs: Sequence[_Grid]) -> Iterator[tuple[_Grid, str]]:
    """Two-way tables that add a dimension, each with the dimension that is known by then; the commonest comes first."""
    ties: dict[str, list[_Grid]] = defaultdict(list)
    for pair in pairs:
        for name in pair.dimensions:
            ties[name].append(pair)
    waiting = sorted(ties, key=lambda name: (-len(ties[name]), name))
    placed: set[str] = set()
    while waiting:
        queue = [waiting[0]]
        while queue:
            known = queue.pop(0)
            placed.add(known)
            for pair in ties[known]:
                (other,) = set(pair.dimensions) - {known}
                if other not in placed and other not in queue:
                    queue.append(other)
                    yield pair, known
        waiting = [name for name in waiting if name not in placed]


def _answers(grids: Iterable[_Grid], size: int, rng: Generator) -> dict[str, NDArray[np.object_]]:
    """One column an answer: known for as many as answered, mentioned by as many as mentioned it."""
    columns: dict[str, NDArray[np.object_]] = {}
    known: dict[str, NDArray[np.bool_]] = {}
    nothing: dict[str, NDArray[np.bool_]] = {}
    # Who mentions nothing at all comes first: nobody mentions both nothing and something.
    for grid in sorted(grids, key=lambda each: (not _is_nothing(each), each.name)):
        asked = next(name for name in grid.dimensions if name.endswith(ANSWERED_SUFFIX))
        answer, rows = grid.given(asked)
        question = asked.removesuffix(ANSWERED_SUFFIX)
        mentioned = int(rows[ANSWERED][grid.codes(answer).index(MENTIONED)])
        if question not in known:
            known[question] = _flags(size, int(rows[ANSWERED].sum()), np.ones(size, dtype=np.bool_), rng)
        free = known[question] & ~nothing.get(question, np.zeros(size, dtype=np.bool_))
        chosen = _flags(size, mentioned, free, rng)
        if _is_nothing(grid):
            nothing[question] = chosen
        column = np.where(chosen, MENTIONED, NOT_MENTIONED).astype(object)
        column[~known[question]] = None
        columns[answer] = column
    return columns


def _is_nothing(grid: _Grid) -> bool:
    return any(name.endswith(f".{NONE}") for name in grid.dimensions)


def _flags(size: int, number: int, among: NDArray[np.bool_], rng: Generator) -> NDArray[np.bool_]:
    places = np.flatnonzero(among)
    chosen = rng.permutation(places)[: min(number, len(places))]
    flags = np.zeros(size, dtype=np.bool_)
    flags[chosen] = True
    return flags


def _within(
    known: NDArray[np.object_], rows: Mapping[str, Integers], codes: Sequence[str], rng: Generator
) -> NDArray[np.object_]:
    column = np.empty(len(known), dtype=object)
    for code, weights in rows.items():
        places = np.flatnonzero(known == code)
        column[places] = _spread(codes, weights, len(places), rng)
    return column


def _spread(
    codes: Sequence[str], weights: Sequence[int] | Integers, size: int, rng: Generator
) -> NDArray[np.object_]:
    """As many of each code as the weights say, shuffled; by largest remainders where they add up to another number."""
    shares = np.asarray(weights, dtype=np.float64)
    total = shares.sum()
    exact = shares / total * size if total > 0 else np.eye(len(codes))[-1] * size
    counts = np.floor(exact + 1e-9).astype(np.int64)
    rest = size - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[:rest]] += 1
    column = np.repeat(np.array(codes, dtype=object), counts)
    return np.asarray(rng.permutation(column), dtype=object)
