"""The linear programmes under everything: an optimum is found wherever there is one, however large the cells may be."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from denombrement.errors import UsageProblem
from denombrement.protection import lp
from denombrement.protection.knowledge import UNBOUNDED
from denombrement.protection.lp import TOLERANCE, balanced, solved

SHAPE = (3, 3, 4)


def cube_relations():
    """A three-way table with all its margins: sums that need not have whole solutions."""
    cells = list(product(*([*range(size), None] for size in SHAPE)))
    place = {cell: number for number, cell in enumerate(cells)}
    rows = []
    for cell in cells:
        for axis in (axis for axis in range(3) if cell[axis] is None):
            row = np.zeros(len(cells))
            row[place[cell]] = -1
            for code in range(SHAPE[axis]):
                row[place[(*cell[:axis], code, *cell[axis + 1 :])]] = 1
            rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_an_optimum_beside_cells_without_bound_is_found_and_is_that_of_another_solve(seed, goes_on):
    rng = np.random.default_rng(seed)
    relations = cube_relations()
    size = relations.shape[1]
    lower = np.zeros(size)
    model = balanced(sparse.csr_array(relations), (lower, np.full(size, UNBOUNDED)))
    if goes_on:
        model.start_from_last_point()
    for _ in range(40):
        upper = np.where(rng.random(size) < 0.25, rng.integers(0, 9, size), UNBOUNDED)
        upper *= np.where(rng.random(size) < 0.2, 1 / 3, 1)
        cost = rng.choice([-1.0, 0, 0, 0, 1.0], size)
        model.box(lower, upper)
        found = solved(model.minimise(cost))
        assert np.abs(relations @ found.point).max() <= TOLERANCE
        other = linprog(cost, A_eq=relations, b_eq=np.zeros(len(relations)), bounds=np.c_[lower, upper])
        assert found.value == pytest.approx(other.fun, rel=1e-9, abs=1e-5)


def test_what_cannot_be_reached_from_the_last_point_is_solved_afresh(monkeypatch):
    relations = cube_relations()
    box = np.zeros(relations.shape[1]), np.full(relations.shape[1], 7.0)
    model, tries = balanced(sparse.csr_array(relations), box), []

    def only_the_second(status, info):
        tries.append(status)
        return len(tries) > 1 and genuine(status, info)

    genuine = lp._has_point
    model.start_from_last_point()
    monkeypatch.setattr(lp, "_has_point", only_the_second)
    cost = -np.ones(relations.shape[1])
    other = linprog(cost, A_eq=relations, b_eq=np.zeros(len(relations)), bounds=np.c_[box])
    assert solved(model.minimise(cost)).value == pytest.approx(other.fun)
    assert len(tries) == 2


def test_figures_that_contradict_each_other_have_no_optimum():
    model = balanced(sparse.csr_array(np.array([[1.0, -1.0]])), (np.array([2.0, 0.0]), np.array([3.0, 1.0])))
    assert model.minimise(np.ones(2)) is None
    model.start_from_last_point()
    assert model.minimise(np.ones(2)) is None
    with pytest.raises(UsageProblem, match="PRO010"):
        solved(None)
