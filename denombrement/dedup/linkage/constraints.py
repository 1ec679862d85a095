"""What humans decided, and what no machine may overrule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from denombrement.dedup.linkage.arrays import Ints
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.errors import UsageProblem

Pair = tuple[str, str]


@dataclass(frozen=True)
class Decisions:
    """Answers of humans, as pairs of record ids.

    Attributes:
        same: one person, for sure; overrides that one service declared both.
        different: two persons, for sure.
    """

    same: tuple[Pair, ...] = ()
    different: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Constraints:
    """Decisions as positions in the records.

    Attributes:
        unit: for each declaration, the unit it moves with (smallest position of the unit, renumbered from 0).
        apart: pairs of units that must never be one person.
        contradictions: groups of record ids whose answers cannot all hold; their "same" answers are set aside,
            their "different" answers are kept.
    """

    unit: Ints
    apart: tuple[tuple[int, int], ...] = ()
    contradictions: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def units(self) -> int:
        """How many units there are."""
        return int(self.unit.max(initial=-1)) + 1


def components(size: int, first: npt.ArrayLike, second: npt.ArrayLike) -> Ints:
    """Connected components of a graph, numbered by their smallest member."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(size, size))
    return renumbered(connected_components(graph, directed=False)[1])


def renumbered(labels: npt.ArrayLike) -> Ints:
    """The same grouping, numbered in the order of each group's first member."""
    _, first, inverse = np.unique(np.asarray(labels), return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    result: Ints = rank[inverse]
    return result


def constrain(records: EncodedRecords, decisions: Decisions) -> Constraints:
    """Translates decisions, and finds those that contradict each other.

    Raises:
        UsageProblem: LNK003 when a decision names an unknown declaration.
    """
    place = {record: position for position, record in enumerate(records.record_id)}
    named = (*decisions.same, *decisions.different)
    unknown = sum(1 for one, other in named if one not in place or other not in place)
    if unknown:
        raise UsageProblem("LNK003", count=unknown)
    same = _positions(decisions.same, place)
    different = _positions(decisions.different, place)
    joined = components(len(records), same[:, 0], same[:, 1])
    torn = {int(joined[one]) for one, other in different if joined[one] == joined[other]}
    kept = np.array([joined[one] not in torn for one, _ in same], dtype=bool)
    unit = components(len(records), same[kept, 0], same[kept, 1])
    apart = {
        (min(a, b), max(a, b)) for a, b in ((int(unit[i]), int(unit[j])) for i, j in different) if a != b
    }
    contradictions = tuple(
        tuple(sorted(str(record) for record in records.record_id[joined == group])) for group in sorted(torn)
    )
    return Constraints(unit, tuple(sorted(apart)), tuple(sorted(contradictions)))


def _positions(pairs: Iterable[Pair], place: dict[str, int]) -> npt.NDArray[np.int64]:
    found = [(place[one], place[other]) for one, other in pairs]
    return np.array(found, dtype=np.int64).reshape(-1, 2)
