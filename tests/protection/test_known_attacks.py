"""The auditor against the published bounds of the invented province (naive hiding, optimal patterns, insiders)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from denombrement.protection.audit import Attack
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.insiders import outsider, territory_insiders
from denombrement.protection.knowledge import Knowledge, Rules, Statement, Status

RULES = Rules()


def located(system: CellSystem, row: pd.Series) -> int:
    codes = {"territory": row["geography"], "category": row["category"], "sex": row["sex"]}
    trees = system.cubes[0].table.hierarchies
    number = system.locate("adults", {name: code for name, code in codes.items() if name in trees})
    assert number is not None
    return number


def attack_on(system: CellSystem, hidden: set[int], threshold: int) -> Attack:
    statements = [
        Statement(i, *RULES.interval(Status.PROTECTED if i in hidden else Status.PUBLISHED, int(n)))
        for i, n in enumerate(system.counts)
    ]
    return Attack(system, Knowledge.of(system.size, statements), threshold)


def hidden_cells(cases, system, name, threshold, pattern):
    if pattern == "naive":
        rows = pd.read_csv(cases / "province_naive_attack.csv")
    else:
        rows = pd.read_csv(cases / "province_patterns.csv").query("pattern == @pattern")
    rows = rows[(rows["table"] == name) & (rows["threshold"] == threshold)]
    return rows, [located(system, row) for _, row in rows.iterrows()]


def patterns(cases):
    for row in pd.read_csv(cases / "province_attack_summary.csv").itertuples():
        yield row.table, row.threshold, row.pattern, row


@pytest.fixture(scope="module")
def systems(province):
    return {name: CellSystem.of([Cube.whole(table)]) for name, table in province.items()}


def test_the_systems_have_the_known_sizes(systems):
    sizes = {name: (system.size, len(system.splits)) for name, system in systems.items()}
    assert sizes == {"arr3d": (144, 90), "2d": (320, 88), "3d": (960, 584)}


def test_outsider_bounds_are_the_known_ones(cases, systems):
    for name, threshold, pattern, _ in patterns(cases):
        rows, hidden = hidden_cells(cases, systems[name], name, threshold, pattern)
        attack = attack_on(systems[name], set(hidden), threshold)
        found = np.array(attack.bounds(outsider(systems[name]), hidden))
        assert found == pytest.approx(rows[["lp_lower", "lp_upper"]].to_numpy(float), abs=1e-6)


@pytest.mark.parametrize("name", ["arr3d", "2d"])
def test_insiders_learn_the_known_numbers_of_cells(cases, systems, name):
    # One commune in three: each has its own known answer, and all of them take long.
    known = pd.read_csv(cases / "province_insiders.csv").set_index(
        ["table", "threshold", "pattern", "insider"]
    )
    system = systems[name]
    everybody = territory_insiders(system)
    insiders = everybody if name == "arr3d" else [one for one in everybody if "=C" in one.name][::3]
    for table, threshold, pattern, _ in patterns(cases):
        if table != name:
            continue
        _, hidden = hidden_cells(cases, system, name, threshold, pattern)
        attack = attack_on(system, set(hidden), threshold)
        before = exact_primaries(attack, outsider(system), system, threshold)
        for insider in insiders:
            after = exact_primaries(attack, insider, system, threshold) - before
            others = {i for i in after if insider.own[i] < system.counts[i]}
            expected = known.loc[(name, threshold, pattern, insider.name.split("=")[1])]
            assert len(others) == expected["of_which_others_counted"]


def exact_primaries(attack, attacker, system, threshold):
    small = np.flatnonzero((system.counts > 0) & (system.counts < threshold) & ~attacker.inside)
    ends = attack.bounds(attacker, small)
    return {
        i for i, (low, high) in zip(small, ends, strict=True) if np.ceil(low - 1e-6) == np.floor(high + 1e-6)
    }


def test_the_outsider_finds_the_known_exact_cells(cases, systems):
    for name, threshold, pattern, row in patterns(cases):
        system = systems[name]
        _, hidden = hidden_cells(cases, system, name, threshold, pattern)
        summary, findings = attack_on(system, set(hidden), threshold).by(outsider(system))
        assert summary.exact == row.outsider_exact
        assert len(findings) == summary.exact + summary.small + summary.group
