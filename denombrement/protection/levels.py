"""Protection levels: which cells are sensitive, and how far from its count each must be able to lie."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from denombrement.protection.cells import CellSystem
from denombrement.protection.insiders import Attacker
from denombrement.protection.needs import Fence, Need


class Level(StrEnum):
    """How much must stay open around a small count n, given the threshold t."""

    ONE = "one"
    """n - 1 to n + 1: not exact."""
    DOUBLE = "double"
    """0 to 2 n."""
    STRONG = "strong"
    """0 to t: neither nobody nor a large number can be excluded."""


def outsider_fence(system: CellSystem, *, zeros_shown: bool = False) -> Fence:
    """How far hidden cells may move for a reader who knows that counts are not negative.

    Args:
        system: the cells.
        zeros_shown: the reader also knows that a hidden cell is no zero.
    """
    down = np.maximum(system.counts - (1 if zeros_shown else 0), 0).astype(np.float64)
    return Fence(down, np.full(system.size, float(system.counts.max(initial=0) + 1)))


def insider_fence(system: CellSystem, insider: Attacker, *, zeros_shown: bool = False) -> Fence:
    """The same for an insider, for whom its own persons and its own cells do not move."""
    open_ = outsider_fence(system, zeros_shown=zeros_shown)
    down = np.minimum(open_.down, np.maximum(system.counts - insider.own, 0))
    return Fence(np.where(insider.inside, 0.0, down), np.where(insider.inside, 0.0, open_.up))


def small_cells(system: CellSystem, threshold: int) -> NDArray[np.intp]:
    """Variables that count 1 to threshold - 1 persons."""
    return np.flatnonzero((system.counts > 0) & (system.counts < threshold))


def outsider_needs(
    system: CellSystem,
    threshold: int,
    level: Level,
    *,
    sensitive: Iterable[int] = (),
    zeros_shown: bool = False,
) -> tuple[Need, ...]:
    """Both sides of every small cell, and one person either way for further sensitive cells."""
    needs = []
    for variable in small_cells(system, threshold).tolist():
        count = int(system.counts[variable])
        lower, upper = {
            Level.ONE: (1, 1),
            Level.DOUBLE: (count, count),
            Level.STRONG: (count, threshold - count),
        }[level]
        needs += [Need(variable, -1, min(lower, count - zeros_shown)), Need(variable, 1, upper)]
    return (*needs, *(Need(int(variable), sign, 1) for variable in sensitive for sign in (-1, 1)))
