from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import UsageProblem
from denombrement.protection.cells import CellSystem, Cube

SEX = Hierarchy.flat("sex", ("F", "H"))
PLACES = Hierarchy("territory", {"total": ("A1", "A2"), "A1": ("C1", "C2"), "A2": ("C3",)})
ARRONDISSEMENTS = Hierarchy.flat("territory", ("A1", "A2"))


def table(name, counts, trees, measure="adults", silent=()):
    names = [tree.dimension for tree in trees]
    frame = pd.DataFrame([(*codes, n) for codes, n in counts.items()], columns=[*names, "count"])
    return CountTable.from_leaves(
        name, frame, dict(zip(names, trees, strict=True)), measure, frozenset(silent)
    )


BY_COMMUNE = table("commune", {("C1",): 3, ("C2",): 4, ("C3",): 5}, [PLACES])
BY_ARRONDISSEMENT = table("sex", {("A1", "F"): 2, ("A1", "H"): 5, ("A2", "F"): 5}, [ARRONDISSEMENTS, SEX])


def system_of(*tables):
    return CellSystem.of([Cube.whole(one) for one in tables])


def test_the_same_persons_in_two_tables_are_one_variable():
    system = system_of(BY_COMMUNE, BY_ARRONDISSEMENT)
    # A1, A2 (which is C3), C1, C2 and everybody; then two sexes for everybody, A1 and A2.
    assert system.size == 5 - 0 + 6
    assert system.locate("adults", {"territory": "A2"}) == system.locate("adults", {"territory": "C3"})
    assert system.locate("adults", {}) == system.locate("adults", {"territory": "total", "sex": "total"})
    assert not (system.relations @ system.counts).any()


def test_every_split_into_known_cells_is_a_relation():
    system = system_of(BY_COMMUNE, BY_ARRONDISSEMENT)
    splits = {(str(system.cells[s.parent]), s.dimension) for s in system.splits}
    assert splits == {
        ("adults", "territory"),
        ("adults", "sex"),
        ("adults; territory=A1", "territory"),
        ("adults; territory=A1", "sex"),
        ("adults; territory=A2", "sex"),
        ("adults; sex=F", "territory"),
        ("adults; sex=H", "territory"),
    }


def test_two_measures_share_nothing():
    children = table("children", {("C1",): 9}, [PLACES], measure="children")
    assert system_of(BY_COMMUNE, children).size == 5 + 5


def test_two_counts_of_the_same_persons_must_agree():
    other = table("other", {("A1", "F"): 1, ("A1", "H"): 5, ("A2", "F"): 5}, [ARRONDISSEMENTS, SEX])
    with pytest.raises(UsageProblem, match="PRO001"):
        system_of(BY_COMMUNE, other)


def test_communes_of_both_vintages_are_linked_by_the_merger():
    before = Hierarchy.flat("territory", ("82003", "82005", "82009"))
    merged = Hierarchy("territory", {"total": ("82039", "82009"), "82039": ("82003", "82005")})
    old = table("old", {("82003",): 7, ("82005",): 2, ("82009",): 6}, [before])
    new = table("new", {("82003",): 7, ("82005",): 2, ("82009",): 6}, [merged])
    system = CellSystem.of([Cube.whole(old), Cube(new, {"territory": 1})])
    names = [str(cell).removeprefix("adults; territory=") for cell in system.cells]
    assert names == ["adults", "82003", "82005", "82009", "82039"]
    assert {tuple(sorted(s.children)) for s in system.splits} == {(1, 2, 3), (3, 4), (1, 2)}


def test_a_territory_that_did_not_take_part_is_in_no_cell():
    silent = table("s", {("C1",): 3}, [PLACES], silent=["C2"])
    system = system_of(silent)
    # C1 is all that was counted of A1: publishing one publishes the other.
    assert system.locate("adults", {"territory": "C1"}) == system.locate("adults", {"territory": "A1"})
    assert all("C2" not in str(cell) for cell in system.cells)
    only = table("o", {("C3",): 3}, [PLACES], silent=["A1"])
    assert system_of(only).size == 1


def test_unknown_codes_are_not_located():
    system = system_of(BY_COMMUNE)
    assert system.locate("adults", {"territory": "C9"}) is None
    assert system.locate("adults", {"age": "18"}) is None
    assert system.locate("children", {}) is None
    shallow = CellSystem.of([Cube(BY_COMMUNE, {"territory": 1})])
    assert shallow.locate("adults", {"territory": "C1"}) is None


def test_a_cube_adds_up_any_leaf_cells():
    cube = Cube(BY_ARRONDISSEMENT, {"territory": 1})
    assert list(cube.cells()) == [{"territory": c, "sex": "total"} for c in ("total", "A1", "A2")]
    assert np.array_equal(cube.totals(BY_ARRONDISSEMENT.leaves), [12, 7, 5])
    assert cube.size == 3
