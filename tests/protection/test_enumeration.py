"""A second auditor that lists every table consistent with a publication, compared with the one that solves programmes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.protection.audit import Attack
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.coalitions import pairs, together
from denombrement.protection.insiders import Attacker, outsider, territory_insiders
from denombrement.protection.knowledge import Knowledge, Rules, Statement, Status
from denombrement.protection.rounding import round_cells
from denombrement.protection.verdict import Kind

TREES = {
    "territory": Hierarchy("territory", {"total": ("A1", "A2"), "A1": ("C1", "C2"), "A2": ("C3",)}),
    "sex": Hierarchy.flat("sex", ("F", "H")),
}
LEAVES = list(product(TREES["territory"].leaves, TREES["sex"].leaves))
LARGEST = 6


def setting(counts):
    frame = pd.DataFrame(
        [(*codes, n) for codes, n in zip(LEAVES, counts, strict=True)], columns=[*TREES, "count"]
    )
    system = CellSystem.of([Cube.whole(CountTable.from_leaves("t", frame, TREES))])
    return system, membership(system)


def membership(system):
    """Which leaf cells each variable counts, told from its name alone."""
    rows = []
    for cell in system.cells:
        kept = {name: TREES[name].leaves_under(code) for name, code in cell.codes}
        rows.append(
            [
                all(code in kept.get(n, (code,)) for n, code in zip(TREES, leaf, strict=True))
                for leaf in LEAVES
            ]
        )
    return np.array(rows, dtype=int)


def possible(system, sums, knowledge, attacker, counts):
    """Numbers of others in every variable, in every table that the attacker cannot exclude."""
    own = leaf_part(attacker, system, sums, counts)
    ranges = [range(own[i], LARGEST + 1) for i in range(len(LEAVES))]
    grid = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(LEAVES))
    cells = grid @ sums.T
    fits = np.all((cells >= knowledge.lower) & (cells <= knowledge.upper), axis=1)
    fits &= np.all(cells[:, attacker.inside] == system.counts[attacker.inside], axis=1)
    return cells[fits] - sums @ own


def leaf_part(attacker, system, sums, counts):
    leaves = [
        int(np.flatnonzero((sums == np.eye(len(LEAVES), dtype=int)[i]).all(axis=1))[0])
        for i in range(len(LEAVES))
    ]
    return attacker.own[leaves]


def learnt(system, tables, others, threshold):
    found = set()
    for variable in np.flatnonzero((others > 0) & (others < threshold)):
        low, high = tables[:, variable].min(), tables[:, variable].max()
        if low == high:
            found.add((str(system.cells[variable]), Kind.EXACT, low, high))
        elif low >= 1 and high < threshold:
            found.add((str(system.cells[variable]), Kind.SMALL, low, high))
    return found


COUNTS = st.lists(st.integers(0, len(LEAVES) - 1), max_size=LARGEST).map(
    lambda persons: [persons.count(leaf) for leaf in range(len(LEAVES))]
)


def compare(system, sums, knowledge, counts):
    attack = Attack(system, knowledge, 3)
    for attacker in (outsider(system), *territory_insiders(system)):
        tables = possible(system, sums, knowledge, attacker, counts)
        _, findings = attack.by(attacker)
        found = {(f.cell, f.kind, f.low, f.high) for f in findings if f.kind is not Kind.GROUP}
        assert found == learnt(system, tables, system.counts - attacker.own, 3)
        ends = attack.bounds(attacker, range(system.size))
        inwards = [(np.ceil(low - 1e-6), np.floor(high + 1e-6)) for low, high in ends]
        assert inwards == list(zip(tables.min(axis=0), tables.max(axis=0), strict=True))


@given(COUNTS, st.sets(st.integers(0, 11), max_size=8))
@settings(derandomize=True, deadline=None, max_examples=16)
def test_both_auditors_agree_on_suppression(counts, hidden):
    system, sums = setting(counts)
    rules = Rules()
    said = [
        Statement(i, *rules.interval(Status.PROTECTED if i in hidden else Status.PUBLISHED, int(n)))
        for i, n in enumerate(system.counts)
    ]
    said.append(Statement(system.locate("adults", {}), 0, LARGEST))
    compare(system, sums, Knowledge.of(system.size, said), counts)


@given(COUNTS)
@settings(derandomize=True, deadline=None, max_examples=12)
def test_both_auditors_agree_on_rounding_and_find_nothing(counts):
    system, sums = setting(counts)
    drawn = round_cells(system, base=3, secret=b"enumeration")
    rules = Rules(drawn.reach)
    said = [Statement(i, *rules.interval(Status.ROUNDED, int(n))) for i, n in enumerate(drawn.rounded)]
    knowledge = Knowledge.of(system.size, said)
    insiders = territory_insiders(system)
    attackers = (outsider(system), *insiders)
    coalitions = [together(pair, system, {}, {}) for pair in pairs(insiders)]
    attack = Attack(system, knowledge, 3)
    for attacker in (*attackers, *coalitions):
        tables = possible(system, sums, knowledge, attacker, counts)
        summary, findings = attack.by(attacker)
        assert {(f.cell, f.kind, f.low, f.high) for f in findings if f.kind is not Kind.GROUP} == learnt(
            system, tables, system.counts - attacker.own, 3
        )
        assert summary.judged >= summary.exact + summary.small
    assert attack.by(attackers[0])[0].passed


def test_a_shared_code_is_a_finding_only_when_somebody_is_there():
    system, _ = setting([3, 0, 0, 0, 0, 0])
    said = [Statement(i, int(n), int(n)) for i, n in enumerate(system.counts)]
    _, findings = Attack(system, Knowledge.of(system.size, said), 2).by(outsider(system))
    groups = {(f.cell, f.shared, f.low, f.high) for f in findings if f.kind is Kind.GROUP}
    assert ("adults; territory=C1", "adults; sex=F; territory=C1", 0, 0) in groups
    rules = Rules(2)
    unsure = [
        Statement(i, *rules.interval(Status.ROUNDED, int(n) and 3)) for i, n in enumerate(system.counts)
    ]
    men = system.locate("adults", {"sex": "H"})
    unsure.append(Statement(men, 0, 0))
    _, findings = Attack(system, Knowledge.of(system.size, unsure), 2).by(outsider(system))
    assert {f.shared for f in findings if f.kind is Kind.GROUP} >= {"adults; sex=F"}
    unsure = [Statement(men, 0, 0)]
    _, findings = Attack(system, Knowledge.of(system.size, unsure), 2).by(outsider(system))
    assert not findings


def test_a_sensitive_cell_must_not_be_exact():
    system, _ = setting([5, 6, 7, 5, 6, 5])
    watched = np.zeros(system.size, dtype=bool)
    number = system.locate("adults", {"territory": "C1", "sex": "F"})
    watched[number] = True
    said = [Statement(i, int(n), int(n)) for i, n in enumerate(system.counts)]
    attack = Attack(system, Knowledge.of(system.size, said), 3, watched)
    summary, findings = attack.by(outsider(system))
    assert (summary.exact, [f.cell for f in findings]) == (1, [str(system.cells[number])])
    own = next(one for one in territory_insiders(system) if one.name == "territory=C1")
    assert attack.by(own)[0].passed
    loose = [Statement(i, int(n) - 1, int(n) + 1) for i, n in enumerate(system.counts)]
    assert Attack(system, Knowledge.of(system.size, loose), 3, watched).by(outsider(system))[0].passed


def test_figures_that_contradict_each_other_are_an_error():
    system, _ = setting([1, 1, 1, 1, 1, 1])
    said = [
        Statement(system.locate("adults", {}), 9, 9),
        Statement(system.locate("adults", {"sex": "F"}), 20, 20),
    ]
    with pytest.raises(Exception, match="PRO010"):
        Attack(system, Knowledge.of(system.size, said), 3).by(outsider(system))


def test_an_attacker_is_what_it_knows():
    nobody = Attacker("n", np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.bool_))
    assert (nobody.name, int(nobody.own[0]), bool(nobody.inside[0])) == ("n", 0, False)
