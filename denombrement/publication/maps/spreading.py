"""Circles and names of small neighbours, moved apart until none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

_ROUNDS = 200
_STEP = 0.5
_AIR = 0.25


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet, in millimetres."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, dx: float, dy: float) -> Box:
        """The same elsewhere."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def push(self, other: Box) -> tuple[float, float]:
        """How far this one must move, the shortest way, to leave the other alone; nothing when it does already."""
        right, left = other.right - self.left + _AIR, self.right - other.left + _AIR
        down, up = other.bottom - self.top + _AIR, self.bottom - other.top + _AIR
        if min(right, left, down, up) <= 0:
            return 0.0, 0.0
        across = right if right < left else -left
        along = down if down < up else -up
        return (across, 0.0) if abs(across) < abs(along) else (0.0, along)


def spread(groups: Sequence[Sequence[Box]], furthest: float) -> list[tuple[float, float]]:
    """How far each group of boxes moves so that groups do not cover one another.

    Args:
        groups: the boxes of one sign each (its circle, its lettering), which move together.
        furthest: no group moves further than this, across or along, so that it stays where it belongs.

    Returns:
        One move a group; the same for the same groups.
    """
    moves = [(0.0, 0.0)] * len(groups)
    for _ in range(_ROUNDS):
        moved = False
        for one, other in combinations(range(len(groups)), 2):
            dx, dy = _conflict(groups[one], moves[one], groups[other], moves[other])
            if dx or dy:
                moved = True
                moves[one] = _within(moves[one], dx * _STEP, dy * _STEP, furthest)
                moves[other] = _within(moves[other], -dx * _STEP, -dy * _STEP, furthest)
        if not moved:
            break
    return moves


def _conflict(
    one: Sequence[Box], here: tuple[float, float], other: Sequence[Box], there: tuple[float, float]
) -> tuple[float, float]:
    """The largest push that any box of one group needs from any of the other."""
    pushes = [a.moved(*here).push(b.moved(*there)) for a in one for b in other]
    return max(pushes, key=lambda push: abs(push[0]) + abs(push[1]), default=(0.0, 0.0))


def _within(move: tuple[float, float], dx: float, dy: float, furthest: float) -> tuple[float, float]:
    x, y = move[0] + dx, move[1] + dy
    return max(-furthest, min(furthest, x)), max(-furthest, min(furthest, y))
