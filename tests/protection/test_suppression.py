from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import ProtectionRefusal
from denombrement.protection.audit import Attack
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.insiders import outsider, territory_insiders
from denombrement.protection.knowledge import Knowledge, Rules, Statement, Status
from denombrement.protection.levels import Level, insider_fence, outsider_fence, outsider_needs, small_cells
from denombrement.protection.needs import Need, Needs
from denombrement.protection.suppression import suppress


def flat_system(counts):
    counts = np.asarray(counts)
    names = ["row", "column"][: counts.ndim]
    trees = {
        name: Hierarchy.flat(name, tuple(f"{name}{i}" for i in range(size)))
        for name, size in zip(names, counts.shape, strict=True)
    }
    index = pd.MultiIndex.from_product([tree.leaves for tree in trees.values()], names=names)
    frame = pd.DataFrame({"count": counts.ravel()}, index=index).reset_index()
    return CellSystem.of([Cube.whole(CountTable.from_leaves("t", frame, trees))])


def needs_of(system, threshold, level):
    return Needs(system, [outsider_fence(system)], outsider_needs(system, threshold, level))


def bounds(system, hidden):
    rules = Rules()
    said = [
        Statement(i, *rules.interval(Status.PROTECTED if hidden[i] else Status.PUBLISHED, int(n)))
        for i, n in enumerate(system.counts)
    ]
    attack = Attack(system, Knowledge.of(system.size, said), 2)
    return attack.bounds(outsider(system), range(system.size))


def test_fischetti_and_salazar_s_table_has_the_published_pattern(cases):
    frame = pd.read_csv(cases / "fischetti_salazar_3x3.csv").rename(columns={"value": "count"})
    trees = {name: Hierarchy.flat(name, tuple(frame[name].unique())) for name in ("row", "column")}
    system = CellSystem.of([Cube.whole(CountTable.from_leaves("fs", frame, trees))])
    place = {
        code: system.locate("adults", {"row": code[:-1], "column": code[-1]})
        for code in ("IIC", "IIA", "IIIA", "IIIC")
    }
    sensitive = (Need(place["IIC"], -1, 5), Need(place["IIC"], 1, 8))
    found = suppress(system, Needs(system, [outsider_fence(system)], sensitive), weights=system.counts)
    assert (found.cost, found.proved, found.method, found.gap_percent) == (59, True, "cuts", 0.0)
    assert set(np.flatnonzero(found.hidden)) == set(place.values())
    ends = bounds(system, found.hidden)
    expected = {"IIC": (5, 30), "IIA": (0, 25), "IIIA": (0, 25), "IIIC": (4, 29)}
    for code, number in place.items():
        assert ends[number] == pytest.approx(expected[code])


def test_microdata1_has_the_known_pattern(cases):
    units = pd.read_csv(cases / "microdata1.csv")
    frame = units.groupby(["region", "gender"], as_index=False).size().rename(columns={"size": "count"})
    trees = {
        "region": Hierarchy.flat("region", ("A", "B", "C", "D")),
        "gender": Hierarchy.flat("gender", ("male", "female")),
    }
    system = CellSystem.of([Cube.whole(CountTable.from_leaves("m", frame, trees))])
    found = suppress(system, needs_of(system, 3, Level.ONE), weights=system.counts)
    assert (found.cost, found.proved, found.primaries) == (42, True, 1)
    names = {str(system.cells[i]).removeprefix("adults; ") for i in np.flatnonzero(found.hidden)}
    assert names == {f"gender={g}; region={r}" for g in ("male", "female") for r in ("A", "C")}
    number = system.locate("adults", {"region": "A", "gender": "female"})
    assert bounds(system, found.hidden)[number] == pytest.approx((0, 12))
    everywhere = suppress(system, needs_of(system, 3, Level.ONE))
    assert everywhere.cost == 4


KNOWN = [
    ("arr3d", 3, Level.ONE, False, False, 21),
    ("arr3d", 5, Level.ONE, False, False, 31),
    ("2d", 3, Level.ONE, False, False, 61),
    ("2d", 5, Level.ONE, False, False, 81),
    ("arr3d", 3, Level.STRONG, False, False, 23),
    ("2d", 3, Level.STRONG, False, False, 68),
    ("2d", 5, Level.STRONG, False, False, 92),
    ("arr3d", 3, Level.DOUBLE, True, False, 21),
    ("2d", 3, Level.DOUBLE, True, False, 71),
    ("2d", 5, Level.DOUBLE, True, False, 94),
    ("arr3d", 3, Level.ONE, True, True, 87),
    ("arr3d", 5, Level.ONE, True, True, 175),
    ("2d", 3, Level.ONE, True, True, 193),
    ("2d", 5, Level.ONE, True, True, 271),
]


@pytest.mark.parametrize("case", KNOWN, ids=str)
def test_the_province_has_the_known_optima(province, case):
    name, threshold, level, fixed, persons, optimum = case
    system = CellSystem.of([Cube.whole(province[name])])
    found = suppress(
        system,
        needs_of(system, threshold, level),
        weights=system.counts if persons else None,
        fixed=system.counts == 0 if fixed else None,
        seconds=300,
    )
    assert (found.cost, found.proved) == (optimum, True)
    assert found.primaries == len(small_cells(system, threshold))


@given(st.lists(st.integers(0, 6), min_size=6, max_size=6), st.sampled_from(list(Level)))
@settings(derandomize=True, deadline=None, max_examples=15)
def test_small_tables_get_the_cheapest_safe_pattern(counts, level):
    system = flat_system(np.array(counts).reshape(2, 3))
    if not safe(system, np.ones(system.size, dtype=bool), level):
        with pytest.raises(ProtectionRefusal, match="PRO011"):
            suppress(system, needs_of(system, 3, level))
        return
    found = suppress(system, needs_of(system, 3, level))
    assert found.proved
    assert safe(system, found.hidden, level)
    secondary = [i for i in range(system.size) if i not in small_cells(system, 3)]
    fewer = int(found.cost) - found.primaries - 1
    for chosen in combinations(secondary, max(fewer, 0)):
        pattern = np.zeros(system.size, dtype=bool)
        pattern[[*small_cells(system, 3), *chosen]] = True
        assert fewer < 0 or not safe(system, pattern, level)


def safe(system, hidden, level):
    """Judged by the auditor's bounds, not by the needs."""
    ends = bounds(system, hidden)
    for variable in small_cells(system, 3):
        n = int(system.counts[variable])
        down, up = {Level.ONE: (1, 1), Level.DOUBLE: (n, n), Level.STRONG: (n, 3 - n)}[level]
        low, high = ends[variable]
        if low > n - down + 1e-6 or high < n + up - 1e-6:
            return False
    return True


@pytest.mark.parametrize("name", ["arr3d", "2d"])
def test_without_time_the_fallback_is_safe_and_states_its_gap(province, name):
    system = CellSystem.of([Cube.whole(province[name])])
    found = suppress(system, needs_of(system, 3, Level.STRONG), seconds=0)
    assert found.method == "paths"
    assert safe(system, found.hidden, Level.STRONG)
    assert (found.bound, found.proved, found.gap_percent) == (0, False, 100)


def test_the_fallback_is_pruned_while_there_is_time(province, monkeypatch):
    system = CellSystem.of([Cube.whole(province["2d"])])
    unpruned = suppress(system, needs_of(system, 3, Level.STRONG), seconds=0)
    monkeypatch.setattr("denombrement.protection.suppression._Search._solve", lambda *_: None)
    pruned = suppress(system, needs_of(system, 3, Level.STRONG), seconds=60)
    assert pruned.method == "paths"
    assert safe(system, pruned.hidden, Level.STRONG)
    assert 68 <= pruned.cost <= unpruned.cost


def test_what_is_hidden_in_any_case_costs_no_companion():
    system = flat_system([2, 8])
    total = system.locate("adults", {})
    given_ = np.arange(system.size) == total
    found = suppress(system, needs_of(system, 3, Level.ONE), given=given_, weights=np.where(given_, 0.0, 1.0))
    assert (found.cost, found.proved) == (1, True)
    assert set(np.flatnonzero(found.hidden)) == {total, system.locate("adults", {"row": "row0"})}


def test_a_lone_small_cell_whose_companions_must_be_shown_is_refused():
    system = flat_system([2, 8])
    shown = system.counts != 2
    with pytest.raises(ProtectionRefusal) as caught:
        suppress(system, needs_of(system, 3, Level.ONE), fixed=shown)
    assert caught.value.code == "PRO011"


def test_readers_who_know_that_zeros_are_shown_leave_less_room():
    system = flat_system([[2, 5, 0], [6, 8, 7], [0, 6, 4]])
    needs = Needs(
        system,
        [outsider_fence(system, zeros_shown=True)],
        outsider_needs(system, 3, Level.STRONG, zeros_shown=True),
    )
    found = suppress(system, needs, fixed=system.counts == 0)
    assert found.proved
    assert not found.hidden[system.counts == 0].any()
    rules = Rules(zeros_shown=True)
    said = [
        Statement(i, *rules.interval(Status.PROTECTED if found.hidden[i] else Status.PUBLISHED, int(n)))
        for i, n in enumerate(system.counts)
    ]
    attack = Attack(system, Knowledge.of(system.size, said), 3)
    small = small_cells(system, 3)
    for variable, (low, high) in zip(small, attack.bounds(outsider(system), small), strict=True):
        assert low <= 1 + 1e-6
        assert high >= 3 - 1e-6, variable


def test_an_insider_s_need_is_met_in_the_insider_s_own_fence(province):
    system = CellSystem.of([Cube.whole(province["arr3d"])])
    insider, cell = next(
        (one, int(i))
        for one in territory_insiders(system)
        for i in np.flatnonzero((system.counts - one.own > 0) & (system.counts - one.own < 5) & (one.own > 0))
    )
    others = system.counts - insider.own
    need = Need(cell, -1, float(others[cell]), 1)
    fences = [outsider_fence(system), insider_fence(system, insider)]
    found = suppress(system, Needs(system, fences, [*outsider_needs(system, 3, Level.STRONG), need]))
    rules = Rules()
    said = [
        Statement(i, *rules.interval(Status.PROTECTED if found.hidden[i] else Status.PUBLISHED, int(n)))
        for i, n in enumerate(system.counts)
    ]
    (ends,) = Attack(system, Knowledge.of(system.size, said), 3).bounds(insider, [cell])
    assert ends[0] == pytest.approx(0)
