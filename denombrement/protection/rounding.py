"""Additive controlled rounding of a whole system of cells, unbiased, by chance from a secret.

Each count goes to the multiple of the base below or above it (multiples stay, zeros too) so that every total remains
the sum of its parts. The direction is drawn by a martingale walk (after Cox, JASA 1987): from the exact counts, steps
along directions that keep all relations, each as likely to gain as to lose, until cells reach their multiple; what a
three-way table may leave undecided is finished by an integer programme that moves the cells least.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from denombrement.errors import ProtectionRefusal
from denombrement.protection.cells import CellSystem, Counts
from denombrement.protection.lp import Model, Optimum, Vector
from denombrement.protection.randomness import uniforms

_TOLERANCE = 1e-7
MAX_SLACK = 3
_MANY_OPEN = 1_000
_NEAR_ENOUGH = 0.5


@dataclass(frozen=True)
class Rounding:
    """Rounded values of every variable.

    Args:
        rounded: multiples of the base, in the order of the system.
        base: the base.
        slack: base steps beyond the neighbouring multiples that some cell may have needed (0: none).
        finished: whether the walk left cells that the integer programme decided.
    """

    rounded: Counts
    base: int
    slack: int
    finished: bool = False

    @property
    def reach(self) -> int:
        """Largest distance between a value and its true count."""
        return self.base * (1 + self.slack) - 1


def round_cells(
    system: CellSystem, *, base: int, secret: bytes, draw: int = 0, fixed: Mapping[int, int] | None = None
) -> Rounding:
    """One random additive rounding; no cell is biased when nothing is fixed and the walk decides alone.

    Args:
        system: the cells.
        base: multiples of which are published.
        secret: of the campaign; with ``draw``, decides the directions.
        draw: number of the draw (a draw that the audit refuses is followed by the next one).
        fixed: values (multiples of the base) that earlier releases gave to variables.

    Raises:
        ProtectionRefusal: PRO004, no such rounding exists.
    """
    wanted = {number: value // base for number, value in (fixed or {}).items()}
    for slack in range(MAX_SLACK + 1):
        box = _box(system, base, slack, wanted)
        start = _start(system, base, box, wanted)
        if start is None:
            continue
        reached = _walk(system, start, box, secret, draw)
        finished = not _integral(reached).all()
        steps = _finish(system, reached, box) if finished else reached
        if steps is not None:
            values = np.rint(steps).astype(np.int64) * base
            return Rounding(values, base, slack, finished)
    raise ProtectionRefusal("PRO004", base=base, slack=MAX_SLACK)


def nearest_cells(system: CellSystem, *, base: int) -> tuple[Rounding, bool]:
    """The additive rounding with the smallest sum of absolute differences, and whether that is proved.

    For benchmarks only: the direction to the nearest multiple tells the attacker something.
    """
    box = _box(system, base, 0, {})
    found = _nearest(system, system.counts / base, box)
    if found is None:
        raise ProtectionRefusal("PRO004", base=base, slack=0)
    return Rounding(
        np.rint(found.point[: system.size]).astype(np.int64) * base, base, 0, finished=True
    ), found.proved


def _box(system: CellSystem, base: int, slack: int, wanted: Mapping[int, int]) -> tuple[Vector, Vector]:
    below = np.floor_divide(system.counts, base)
    lower = np.maximum(0, below - slack).astype(np.float64)
    upper = (below + (system.counts % base > 0) + slack).astype(np.float64)
    for number, steps in wanted.items():
        lower[number] = upper[number] = steps
    return lower, upper


def _start(
    system: CellSystem, base: int, box: tuple[Vector, Vector], wanted: Mapping[int, int]
) -> NDArray[np.float64] | None:
    """A point inside the box that keeps all relations: the exact counts, or the nearest one to them."""
    exact = system.counts / base
    if all(exact[number] == steps for number, steps in wanted.items()):
        return exact
    found = _nearest(system, exact, box, integral=False)
    return None if found is None else _snapped(found.point[: system.size])


def _snapped(point: Vector) -> Vector:
    whole = np.rint(point)
    return np.where(np.abs(point - whole) < _TOLERANCE, whole, point)


def _integral(point: Vector) -> NDArray[np.bool_]:
    return np.asarray(np.abs(point - np.rint(point)) < _TOLERANCE)


def _walk(system: CellSystem, start: Vector, box: tuple[Vector, Vector], secret: bytes, draw: int) -> Vector:
    """Walks each connected group of undecided cells to the ends of its box."""
    lower, upper = np.maximum(box[0], np.floor(start)), np.minimum(box[1], np.ceil(start))
    point = start.copy()
    free = np.flatnonzero(~_integral(start))
    relations = system.relations[:, free]
    touched = relations[np.flatnonzero(np.diff(relations.indptr))]
    linked = sparse.csr_array(touched.T @ touched)
    _, groups = sparse.csgraph.connected_components(linked, directed=False)
    for group in range(int(groups.max(initial=-1)) + 1):
        members = free[groups == group]
        basis = _null_space(system.relations[:, members])
        chance = _Chance(secret, draw, [str(system.cells[number]) for number in members], basis.shape[0] + 1)
        point[members] = _walk_group(point[members], (lower[members], upper[members]), basis, chance)
    return point


class _Chance:
    """The numbers of one walk: a direction for each step, and whether it is followed forwards."""

    def __init__(self, secret: bytes, draw: int, names: list[str], steps: int) -> None:
        streams = [uniforms(secret, f"direction|{draw}|{name}", steps) for name in names]
        self._directions = 2.0 * np.array(streams) - 1.0
        self._signs = uniforms(secret, f"sign|{draw}|{min(names)}", steps)

    def direction(self, step: int) -> Vector:
        return np.asarray(self._directions[:, step])

    def forwards(self, step: int, probability: float) -> bool:
        return bool(self._signs[step] < probability)


def _walk_group(point: Vector, box: tuple[Vector, Vector], basis: Vector, chance: _Chance) -> Vector:
    """Moves until no direction is left; each step keeps the mean and freezes at least one cell."""
    step, frozen = 0, np.zeros(len(point), dtype=np.bool_)
    while basis.shape[0]:
        direction = (basis @ chance.direction(step)) @ basis
        direction[np.abs(direction) < _TOLERANCE * np.abs(direction).max()] = 0.0
        ahead, behind = _room(point, box, direction), _room(point, box, -direction)
        stride = ahead if chance.forwards(step, behind / (ahead + behind)) else -behind
        point = _snapped(point + stride * direction)
        reached = _integral(point)
        basis = _without(basis, np.flatnonzero(reached & ~frozen))
        step, frozen = step + 1, reached
    return point


def _room(point: Vector, box: tuple[Vector, Vector], direction: Vector) -> float:
    """How far one can go along a direction before a cell leaves its box."""
    moving = direction != 0
    ends = np.where(direction > 0, box[1], box[0])
    return float(((ends[moving] - point[moving]) / direction[moving]).min())


def _null_space(relations: sparse.csr_array) -> Vector:
    """A basis, one row each, of the directions that keep all relations, by elimination.

    The relations hold few ones each, so elimination touches few rows, stays exact in most tables, and does not depend
    on the number of threads of a linear-algebra library.
    """
    rest = relations[np.flatnonzero(np.diff(relations.indptr))].toarray()
    pivots: list[int] = []
    for column in range(rest.shape[1]):
        row = len(pivots)
        size = np.abs(rest[row:, column])
        if not size.size or size.max() < _TOLERANCE:
            continue
        best = row + int(size.argmax())
        rest[[row, best]] = rest[[best, row]]
        rest[row] /= rest[row, column]
        others = np.flatnonzero(np.abs(rest[:, column]) > _TOLERANCE)
        others = others[others != row]
        rest[others] -= np.outer(rest[others, column], rest[row])
        pivots.append(column)
    free = np.setdiff1d(np.arange(rest.shape[1]), pivots)
    basis = np.zeros((len(free), rest.shape[1]))
    basis[np.arange(len(free)), free] = 1.0
    basis[:, pivots] = -rest[: len(pivots)][:, free].T
    return basis


def _without(basis: Vector, frozen: NDArray[np.intp]) -> Vector:
    """The directions of a basis that leave some cells alone: pivots their columns out of it."""
    for cell in frozen:
        size = np.abs(basis[:, cell])
        if not size.size or size.max() < _TOLERANCE:
            continue
        pivot = int(size.argmax())
        direction = basis[pivot] / basis[pivot, cell]
        basis[pivot] = basis[-1]
        basis = basis[:-1]
        basis -= np.outer(basis[:, cell], direction)
    return basis


def _finish(system: CellSystem, reached: Vector, box: tuple[Vector, Vector]) -> Vector | None:
    found = _nearest(system, reached, box)
    return None if found is None else found.point[: system.size]


def _nearest(
    system: CellSystem, target: Vector, box: tuple[Vector, Vector], *, integral: bool = True
) -> Optimum | None:
    """The point of the box that keeps all relations and is nearest (sum of absolute differences) to a target."""
    if np.all(box[1] - box[0] <= 1) and np.all((box[0] <= target) & (target <= box[1])):
        return _nearest_neighbour(system, target, box, integral=integral)
    size, rows = system.size, system.relations.shape[0]
    identity = sparse.eye_array(size, format="csr")
    distance = sparse.hstack([identity, -identity, identity], format="csr")
    empty = sparse.csr_array((rows, 2 * size))
    matrix = sparse.vstack([sparse.hstack([system.relations, empty]), distance], format="csr")
    target_rows = np.concatenate([np.zeros(rows), target])
    infinite = np.full(2 * size, np.inf)
    model = Model(
        sparse.csr_array(matrix),
        (target_rows, target_rows),
        (np.concatenate([box[0], np.zeros(2 * size)]), np.concatenate([box[1], infinite])),
        integral=np.arange(3 * size) < (size if integral else 0),
    )
    return model.minimise(np.concatenate([np.zeros(size), np.ones(2 * size)]))


def _nearest_neighbour(
    system: CellSystem, target: Vector, box: tuple[Vector, Vector], *, integral: bool
) -> Optimum | None:
    """The same when each cell has two candidates: the distance is then linear between them."""
    zeros = np.zeros(system.relations.shape[0])
    mask = np.full(system.size, integral)
    model = Model(system.relations, (zeros, zeros), box, integral=mask)
    slope = 1.0 - 2.0 * (target - box[0])
    if int((~_integral(target)).sum()) > _MANY_OPEN and integral:
        # A table of four dimensions may leave so much open that the very nearest point takes hours; near is enough.
        model.tolerate(_NEAR_ENOUGH, constant=float((target - box[0]).sum() - slope @ box[0]))
    return model.minimise(slope)
