"""Capture histories: how many persons were seen by which combination of lists.

A list is a *system* of services (see ``grouping``), never a single service. Histories are held in one vector
indexed by a bit mask: bit ``l`` is set when list ``l`` saw the person, so that index 0 is the history that nobody
can see and always holds 0.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from denombrement.errors import UsageProblem

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_LISTS = 6
COUNT_COLUMN = "count"


@dataclass(frozen=True, eq=False)
class CaptureHistories:
    """Counts of persons by capture history.

    Args:
        lists: names of the lists, 1 to 6, all different.
        counts: persons by history, length ``2 ** len(lists)``; not always whole numbers after a correction for
            linkage errors; ``counts[0]`` is 0.

    Raises:
        UsageProblem: EST001 (number or names of lists), EST002 (negative, missing or no counts).
    """

    lists: tuple[str, ...]
    counts: Vector

    def __post_init__(self) -> None:
        if not 1 <= len(self.lists) <= MAX_LISTS or len(set(self.lists)) != len(self.lists):
            raise UsageProblem("EST001", found=len(self.lists), most=MAX_LISTS)
        valid = self.counts.shape == (1 << len(self.lists),) and bool(np.isfinite(self.counts).all())
        if not valid or self.counts.min() < 0 or self.counts[0] != 0 or self.counts.sum() <= 0:
            raise UsageProblem("EST002")

    @property
    def seen(self) -> float:
        """Persons on at least one list (n)."""
        return float(self.counts.sum())

    @property
    def memberships(self) -> Mask:
        """One row a history, one column a list: true when the list saw the person."""
        return memberships(len(self.lists))

    @property
    def lists_per_history(self) -> NDArray[np.int64]:
        """Number of lists of each history."""
        return np.asarray(self.memberships.sum(axis=1), dtype=np.int64)

    @property
    def overlaps(self) -> Matrix:
        """Lists × lists: persons on both; the diagonal holds the size of each list."""
        on = self.memberships.astype(np.float64)
        return np.asarray(on.T @ (on * self.counts[:, None]), dtype=np.float64)

    def seen_on(self, number_of_lists: int) -> float:
        """Persons on exactly this many lists (Chao's f_k)."""
        return float(self.counts[self.lists_per_history == number_of_lists].sum())

    def frame(self) -> pd.DataFrame:
        """One row a history with a positive count: 0/1 columns named after the lists, and ``count``."""
        kept = np.flatnonzero(self.counts > 0)
        table = pd.DataFrame(self.memberships[kept].astype(np.int64), columns=list(self.lists))
        return table.assign(**{COUNT_COLUMN: self.counts[kept]})


def memberships(number_of_lists: int) -> Mask:
    """Bits of the masks 0 … 2^L − 1, one column a list."""
    masks = np.arange(1 << number_of_lists)
    return np.asarray((masks[:, None] >> np.arange(number_of_lists)) & 1, dtype=np.bool_)


def histories_of_table(table: pd.DataFrame) -> CaptureHistories:
    """Histories from a table of counts.

    Args:
        table: one 0/1 column a list and ``count`` (persons, whole numbers ≥ 0). Repeated histories add up; those
            not listed have count 0; a row with no list at all must count 0.

    Raises:
        UsageProblem: EST001, EST002, EST003 (no ``count`` column), EST004 (a list column is not 0/1).
    """
    if COUNT_COLUMN not in table.columns:
        raise UsageProblem("EST003")
    lists = tuple(str(column) for column in table.columns if column != COUNT_COLUMN)
    counts = pd.to_numeric(table[COUNT_COLUMN], errors="coerce").to_numpy(dtype=np.float64)
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts % 1 != 0).any():
        raise UsageProblem("EST002")
    return _tally(table.drop(columns=COUNT_COLUMN), lists, counts)


def histories_of_persons(persons: pd.DataFrame) -> CaptureHistories:
    """Histories from a frame persons × systems.

    Args:
        persons: one row a person (after deduplication), one 0/1 or true/false column a system.

    Raises:
        UsageProblem: EST001, EST002 (nobody), EST004, EST005 (a person on no list: it cannot have been seen).
    """
    lists = tuple(str(column) for column in persons.columns)
    ones = np.ones(len(persons))
    try:
        return _tally(persons, lists, ones)
    except UsageProblem as problem:
        if problem.code == "EST002" and len(persons) > 0:
            raise UsageProblem("EST005") from None
        raise


def systems_of_persons(sightings: pd.DataFrame, system_of_type: dict[str, str]) -> pd.DataFrame:
    """Persons × systems from the services that reported each person.

    Args:
        sightings: one row a person and service: ``person`` and ``service_type``.
        system_of_type: system of each type of service (see ``grouping.Grouping.system_of_type``).

    Returns:
        One row a person (index ``person``), one true/false column a system, in the order of the grouping. Systems
        that reported nobody keep their column.

    Raises:
        UsageProblem: EST006 (columns missing), EST007 (types of service the grouping does not know).
    """
    missing = {"person", "service_type"} - set(sightings.columns)
    if missing:
        raise UsageProblem("EST006", columns=", ".join(sorted(missing)))
    systems = sightings["service_type"].map(system_of_type)
    if systems.isna().any():
        raise UsageProblem("EST007", unknown=int(sightings.loc[systems.isna(), "service_type"].nunique()))
    order = list(dict.fromkeys(system_of_type.values()))
    table = pd.crosstab(sightings["person"], systems).reindex(columns=order, fill_value=0)
    return table.gt(0)


def _tally(on_lists: pd.DataFrame, lists: tuple[str, ...], counts: Vector) -> CaptureHistories:
    if not 1 <= len(lists) <= MAX_LISTS:
        raise UsageProblem("EST001", found=len(lists), most=MAX_LISTS)
    values: list[Hashable] = list(pd.unique(on_lists.to_numpy().ravel()))
    if any(value not in {0, 1} for value in values):
        raise UsageProblem("EST004")
    masks = on_lists.to_numpy().astype(np.int64) @ (1 << np.arange(len(lists)))
    tallied = np.bincount(masks, weights=counts, minlength=1 << len(lists))
    return CaptureHistories(lists, tallied.astype(np.float64))
