"""Count tables: leaf cells given, every margin computed.

A total that differs from the sum of its parts cannot exist here: only the finest cells are accepted, and whatever
is coarser is added up by the class. A territory that did not take part is no zero: it has no cell at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from denombrement.errors import UsageProblem

TERRITORY = "territory"


@dataclass(frozen=True)
class Hierarchy:
    """The tree of one dimension's codes.

    Args:
        dimension: the dimension's name, which is also its column in a table.
        children: code of each parent -> codes of its children, in the order in which they are printed.
        root: the code of the total.

    Raises:
        UsageProblem: CNT901, when the codes do not form one tree below the root.
    """

    dimension: str
    children: Mapping[str, tuple[str, ...]]
    root: str = "total"

    def __post_init__(self) -> None:
        object.__setattr__(self, "children", {code: tuple(below) for code, below in self.children.items()})
        self._check()

    @classmethod
    def flat(cls, dimension: str, leaves: tuple[str, ...], root: str = "total") -> Hierarchy:
        """A total and its parts."""
        return cls(dimension, {root: tuple(leaves)}, root)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Every code, each parent before its children."""
        return tuple(self._walk(self.root))

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The codes without children, in printing order."""
        return tuple(code for code in self.codes if not self.children.get(code))

    @cached_property
    def parent_of(self) -> dict[str, str]:
        """Code -> its parent; the root has none."""
        return {child: parent for parent, below in self.children.items() for child in below}

    @cached_property
    def depth_of(self) -> dict[str, int]:
        """Code -> its distance from the root, which is 0."""
        depths = {self.root: 0}
        for code in self.codes[1:]:
            depths[code] = depths[self.parent_of[code]] + 1
        return depths

    @cached_property
    def _leaves_of(self) -> dict[str, tuple[str, ...]]:
        return {code: tuple(c for c in self._walk(code) if not self.children.get(c)) for code in self.codes}

    def leaves_under(self, code: str) -> tuple[str, ...]:
        """The leaves that make up a code; a leaf is made of itself.

        Raises:
            KeyError: the code is unknown.
        """
        return self._leaves_of[code]

    def _walk(self, code: str) -> Iterator[str]:
        yield code
        for child in self.children.get(code, ()):
            yield from self._walk(child)

    def _check(self) -> None:
        given = [child for below in self.children.values() for child in below]
        if self.root in given:
            raise self._refusal("the root has a parent")
        if len(given) != len(set(given)):
            raise self._refusal("a code has two parents")
        if self.root not in self.children or not all(self.children.values()):
            raise self._refusal("a parent has no children")
        # Every code has at most one parent and the root none, so the walk from the root ends; a cycle is what it
        # never reaches.
        if set(self._walk(self.root)) != {self.root, *given} | set(self.children):
            raise self._refusal("a code cannot be reached from the root")

    def _refusal(self, problem: str) -> UsageProblem:
        return UsageProblem("CNT901", dimension=self.dimension, problem=problem)


@dataclass(frozen=True)
class CountTable:
    """Counts of persons over the product of some hierarchies.

    Build it with :meth:`from_leaves`. Cells that the frame leaves out are zero.

    Args:
        name: the table's name.
        measure: who is counted (``adults``, ``children``…): cells of two tables with the same measure count
            persons of one population, so equal codes mean the same persons.
        leaves: one column a dimension (codes of leaves) and ``count``; each cell once, sorted, zeros left out.
        hierarchies: by dimension, in the order of the columns.
        not_counted: codes of the dimension ``territory`` that did not take part.
    """

    name: str
    measure: str
    leaves: pd.DataFrame
    hierarchies: Mapping[str, Hierarchy]
    not_counted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "hierarchies", dict(self.hierarchies))
        object.__setattr__(self, "not_counted", self._silent_leaves())
        object.__setattr__(self, "leaves", self._checked(self.leaves))

    @classmethod
    def from_leaves(
        cls,
        name: str,
        frame: pd.DataFrame,
        hierarchies: Mapping[str, Hierarchy],
        measure: str = "adults",
        not_counted: frozenset[str] = frozenset(),
    ) -> CountTable:
        """A table from its finest cells.

        Args:
            name: the table's name.
            frame: one column a dimension with codes of leaves, and ``count`` (persons). Absent cells are 0.
            hierarchies: by dimension.
            measure: the population counted.
            not_counted: codes of the dimension ``territory`` that did not take part; a parent means all below.

        Raises:
            UsageProblem: wrong columns (CNT902), a code that is no leaf (CNT903), a count that is not a whole
                number ≥ 0 (CNT904), a cell twice (CNT905), an unknown territory (CNT906), a count for a
                territory that did not take part (CNT907).
        """
        return cls(name, measure, frame, hierarchies, not_counted)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimensions, in column order."""
        return tuple(self.hierarchies)

    def cell(self, **codes: str) -> int:
        """Persons in one cell; a dimension left out is taken in total.

        Raises:
            UsageProblem: unknown dimension or code (CNT906); nobody under the territory took part (CNT907).
        """
        for dimension, code in codes.items():
            self._known(dimension, code)
        if not self.takes_part(codes):
            raise UsageProblem("CNT907", table=self.name)
        selected = pd.Series(data=True, index=self.leaves.index)
        for dimension, code in codes.items():
            selected &= self.leaves[dimension].isin(self.hierarchies[dimension].leaves_under(code))
        return int(self.leaves.loc[selected, "count"].sum())

    def takes_part(self, codes: Mapping[str, str]) -> bool:
        """Whether any territory of a cell took part in the count."""
        code = codes.get(TERRITORY)
        if code is None or TERRITORY not in self.hierarchies:
            return True
        return not self.not_counted.issuperset(self.hierarchies[TERRITORY].leaves_under(code))

    def frame(self, *, with_margins: bool = True) -> pd.DataFrame:
        """Every cell of the table, zeros included; territories that did not take part are absent.

        Returns:
            One column a dimension and ``count``, parents before their children.
        """
        codes = [self._printed(dimension, with_margins=with_margins) for dimension in self.dimensions]
        counts = self._dense()
        for axis, (dimension, printed) in enumerate(zip(self.dimensions, codes, strict=True)):
            sums = self._membership(dimension, printed)
            counts = np.moveaxis(np.tensordot(sums, counts, axes=(1, axis)), 0, axis)
        index = pd.MultiIndex.from_product(codes, names=list(self.dimensions))
        return pd.DataFrame({"count": counts.ravel()}, index=index).reset_index()

    def _printed(self, dimension: str, *, with_margins: bool) -> tuple[str, ...]:
        tree = self.hierarchies[dimension]
        codes = tree.codes if with_margins else tree.leaves
        return tuple(code for code in codes if self.takes_part({dimension: code}))

    def _membership(self, dimension: str, codes: tuple[str, ...]) -> NDArray[np.int64]:
        tree = self.hierarchies[dimension]
        return np.array(
            [[leaf in set(tree.leaves_under(code)) for leaf in tree.leaves] for code in codes], "int64"
        )

    def _dense(self) -> NDArray[np.int64]:
        counts = np.zeros([len(self.hierarchies[d].leaves) for d in self.dimensions], "int64")
        places = tuple(
            pd.Index(self.hierarchies[d].leaves).get_indexer(pd.Index(self.leaves[d]))
            for d in self.dimensions
        )
        counts[places] = self.leaves["count"].to_numpy()
        return counts

    def _known(self, dimension: str, code: str) -> None:
        if dimension not in self.hierarchies or code not in self.hierarchies[dimension].depth_of:
            raise UsageProblem("CNT906", dimension=dimension, table=self.name)

    def _silent_leaves(self) -> frozenset[str]:
        for code in self.not_counted:
            self._known(TERRITORY, code)
        tree = self.hierarchies.get(TERRITORY)
        return frozenset(leaf for code in self.not_counted if tree for leaf in tree.leaves_under(code))

    def _checked(self, frame: pd.DataFrame) -> pd.DataFrame:
        expected = [*self.dimensions, "count"]
        if sorted(frame.columns) != sorted(expected) or not self.dimensions:
            raise UsageProblem("CNT902", table=self.name, columns=", ".join(expected))
        for dimension in self.dimensions:
            self._refuse_rows("CNT903", ~frame[dimension].isin(self.hierarchies[dimension].leaves), dimension)
        numbers = pd.to_numeric(frame["count"], errors="coerce")
        self._refuse_rows("CNT904", ~(numbers.ge(0) & numbers.mod(1).eq(0)))
        self._refuse_rows("CNT905", frame.duplicated(list(self.dimensions)))
        if TERRITORY in self.dimensions and frame[TERRITORY].isin(self.not_counted).any():
            raise UsageProblem("CNT907", table=self.name)
        kept = (
            frame[expected].assign(count=numbers.astype("int64")).astype(dict.fromkeys(self.dimensions, str))
        )
        return kept[kept["count"] > 0].sort_values(list(self.dimensions)).reset_index(drop=True)

    def _refuse_rows(self, code: str, wrong: pd.Series[bool], dimension: str = "") -> None:
        if wrong.any():
            raise UsageProblem(code, table=self.name, rows=int(wrong.sum()), dimension=dimension)
