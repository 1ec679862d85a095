from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import ProtectionRefusal
from denombrement.protection import rounding
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.rounding import nearest_cells, round_cells

SECRET = b"a secret of the tests"


def system_of(counts, *, base_name="t"):
    """A two- or three-way table from an array of leaf counts, with all its margins."""
    counts = np.asarray(counts)
    names = ["territory", "category", "sex"][: counts.ndim]
    trees = {
        name: Hierarchy.flat(name, tuple(f"{name[0]}{i}" for i in range(size)))
        for name, size in zip(names, counts.shape, strict=True)
    }
    index = pd.MultiIndex.from_product([tree.leaves for tree in trees.values()], names=names)
    frame = pd.DataFrame({"count": counts.ravel()}, index=index).reset_index()
    return CellSystem.of([Cube.whole(CountTable.from_leaves(base_name, frame, trees))])


def chain(left, right):
    """A total of two cells."""
    return system_of([left, right])


@pytest.mark.parametrize("base", [3, 5])
@pytest.mark.parametrize("name", ["arr3d", "2d", "3d"])
def test_the_nearest_rounding_has_the_known_objective(cases, province, name, base):
    system = CellSystem.of([Cube.whole(province[name])])
    known = pd.read_csv(cases / "rounding_optima.csv").set_index(["case", "base"])
    found, proved = nearest_cells(system, base=base)
    assert proved
    assert np.abs(found.rounded - system.counts).sum() == known.loc[(f"province_{name}", base)].iloc[0]


@given(
    st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4),
    st.sampled_from([3, 5]),
)
@settings(derandomize=True, deadline=None, max_examples=40)
def test_rounding_is_additive_and_goes_to_a_neighbouring_multiple(counts, base):
    system = system_of(counts)
    found = round_cells(system, base=base, secret=SECRET)
    assert not (system.relations @ found.rounded).any()
    assert not (found.rounded % base).any()
    assert found.slack == 0
    assert np.all(np.abs(found.rounded - system.counts) <= found.reach)
    multiples = system.counts % base == 0
    assert np.array_equal(found.rounded[multiples], system.counts[multiples])


@given(st.lists(st.integers(0, 9), min_size=12, max_size=12))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_three_way_tables_stay_additive_too(counts):
    system = system_of(np.array(counts).reshape(2, 3, 2))
    found = round_cells(system, base=5, secret=SECRET)
    assert not (system.relations @ found.rounded).any()
    assert np.all(np.abs(found.rounded - system.counts) <= found.reach)


def test_the_walk_biases_no_cell():
    system = system_of([[1, 4, 2], [3, 0, 6], [8, 2, 2]])
    draws = np.array([round_cells(system, base=5, secret=SECRET, draw=draw).rounded for draw in range(600)])
    assert not any(round_cells(system, base=5, secret=SECRET, draw=draw).finished for draw in range(20))
    error = draws.mean(axis=0) - system.counts
    # Each draw is one of two multiples, so its variance is known: r (base - r).
    rest = system.counts % 5
    noise = np.sqrt(rest * (5 - rest) / 600)
    assert np.all(np.abs(error) <= 4 * noise + 1e-12)


def test_the_secret_and_the_draw_decide_and_nothing_else():
    counts = [[1, 4, 2], [3, 1, 6], [8, 2, 2]]
    first = round_cells(system_of(counts), base=5, secret=SECRET).rounded
    again = round_cells(system_of(counts, base_name="other"), base=5, secret=SECRET).rounded
    assert np.array_equal(first, again)
    others = [
        round_cells(system_of(counts), base=5, secret=SECRET, draw=draw).rounded for draw in range(1, 8)
    ]
    others += [round_cells(system_of(counts), base=5, secret=bytes([n])).rounded for n in range(8)]
    assert any(not np.array_equal(first, other) for other in others)


def test_what_is_fixed_stays_and_the_rest_adds_up():
    system = system_of([[1, 4, 2], [3, 0, 6], [8, 2, 2]])
    first = round_cells(system, base=5, secret=SECRET)
    fixed = {number: int(first.rounded[number]) for number in range(0, system.size, 2)}
    for draw in range(1, 6):
        found = round_cells(system, base=5, secret=SECRET, draw=draw, fixed=fixed)
        assert all(found.rounded[number] == value for number, value in fixed.items())
        assert not (system.relations @ found.rounded).any()


def test_fixing_multiples_where_they_are_changes_nothing():
    system = chain(5, 10)
    found = round_cells(system, base=5, secret=SECRET, fixed={1: 5})
    assert np.array_equal(found.rounded, system.counts)


def test_slack_is_used_only_when_needed_and_is_stated():
    # 4 + 4 = 8: with the total at 10 and the first part at 0, the second must be 10, one step beyond its neighbours.
    system = chain(4, 4)
    found = round_cells(system, base=5, secret=SECRET, fixed={0: 10, 1: 0})
    assert list(found.rounded) == [10, 0, 10]
    assert (found.slack, found.reach) == (1, 9)


def test_no_rounding_is_invented_where_none_exists():
    with pytest.raises(ProtectionRefusal) as caught:
        round_cells(chain(4, 4), base=5, secret=SECRET, fixed={0: 10, 1: 0, 2: 0})
    assert caught.value.code == "PRO004"


def test_a_finish_that_is_near_enough_is_additive_too(province, monkeypatch):
    system = CellSystem.of([Cube.whole(province["3d"])])
    monkeypatch.setattr(rounding, "_MANY_OPEN", 0)
    found = round_cells(system, base=5, secret=b"x")
    assert found.finished
    assert not (system.relations @ found.rounded).any()
    assert np.all(np.abs(found.rounded - system.counts) <= 4)


def test_a_walk_that_cannot_be_finished_widens_by_one_step(monkeypatch):
    system = chain(4, 4)
    attempts = iter([None, np.array([2.0, 1.0, 1.0])])
    monkeypatch.setattr(rounding, "_integral", lambda point: np.zeros(len(point), dtype=bool))
    monkeypatch.setattr(rounding, "_walk", lambda _system, start, *_: start)
    monkeypatch.setattr(rounding, "_finish", lambda *_: next(attempts))
    found = round_cells(system, base=5, secret=SECRET)
    assert (list(found.rounded), found.slack, found.finished) == ([10, 5, 5], 1, True)


def test_the_nearest_rounding_may_not_exist_either(monkeypatch):
    monkeypatch.setattr(rounding, "_nearest", lambda *_, **__: None)
    with pytest.raises(ProtectionRefusal, match="PRO004"):
        nearest_cells(chain(4, 4), base=5)


def test_cells_that_no_relation_touches_are_rounded_alone():
    system = system_of([7])
    assert system.size == 1
    assert {round_cells(system, base=5, secret=bytes([n])).rounded[0] for n in range(12)} == {5, 10}


def test_what_the_walk_leaves_open_is_finished_by_whole_numbers(province):
    system = CellSystem.of([Cube.whole(province["3d"])])
    found = round_cells(system, base=5, secret=b"x")
    assert found.finished
    assert not (system.relations @ found.rounded).any()
    assert np.all(np.abs(found.rounded - system.counts) <= 4)
