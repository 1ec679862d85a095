from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import UsageProblem

PLACES = Hierarchy("territory", {"total": ("A1", "A2"), "A1": ("C1", "C2"), "A2": ("C3", "C4")})
SEXES = Hierarchy.flat("sex", ("F", "H"))
BOTH = {"territory": PLACES, "sex": SEXES}


def leaves(*rows: tuple[str, str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["territory", "sex", "count"])


def table(*rows: tuple[str, str, object], **options: frozenset[str]) -> CountTable:
    return CountTable.from_leaves("example", leaves(*rows), BOTH, **options)


def test_a_hierarchy_knows_its_leaves_parents_and_depths():
    assert PLACES.codes == ("total", "A1", "C1", "C2", "A2", "C3", "C4")
    assert PLACES.leaves == ("C1", "C2", "C3", "C4")
    assert PLACES.leaves_under("A2") == ("C3", "C4")
    assert PLACES.leaves_under("C3") == ("C3",)
    assert PLACES.parent_of["C3"] == "A2"
    assert PLACES.depth_of == {"total": 0, "A1": 1, "C1": 2, "C2": 2, "A2": 1, "C3": 2, "C4": 2}


@pytest.mark.parametrize(
    ("children", "problem"),
    [
        ({"total": ("a",), "a": ("total",)}, "the root has a parent"),
        ({"total": ("a", "b"), "b": ("a",)}, "a code has two parents"),
        ({"all": ("a",)}, "a parent has no children"),
        ({"total": ("a",), "a": ()}, "a parent has no children"),
        ({"total": ("a",), "b": ("c",), "c": ("b",)}, "a code cannot be reached from the root"),
        ({"total": ("a",), "b": ("c",)}, "a code cannot be reached from the root"),
    ],
)
def test_what_is_not_one_tree_is_refused(children, problem):
    with pytest.raises(UsageProblem) as caught:
        Hierarchy("sex", children)
    assert (caught.value.code, caught.value.facts["problem"]) == ("CNT901", problem)


def test_margins_are_computed():
    counted = table(("C1", "F", 2), ("C2", "H", 3), ("C3", "F", 4))
    assert counted.cell() == 9
    assert counted.cell(territory="A1") == 5
    assert counted.cell(territory="A1", sex="F") == 2
    assert counted.cell(sex="F") == 6
    assert counted.cell(territory="C4", sex="H") == 0


def test_the_frame_lists_every_cell_zeros_included():
    counted = table(("C1", "F", 2), ("C2", "H", 3))
    full = counted.frame()
    assert len(full) == 7 * 3
    assert full.loc[0].to_dict() == {"territory": "total", "sex": "total", "count": 5}
    fine = counted.frame(with_margins=False)
    assert (len(fine), fine["count"].sum()) == (4 * 2, 5)


def test_a_territory_that_did_not_take_part_is_never_a_zero():
    counted = table(("C1", "F", 2), not_counted=frozenset({"C2", "A2"}))
    assert counted.not_counted == {"C2", "C3", "C4"}
    assert set(counted.frame()["territory"]) == {"total", "A1", "C1"}
    assert counted.cell(territory="A1") == 2
    with pytest.raises(UsageProblem, match="CNT907"):
        counted.cell(territory="A2")
    with pytest.raises(UsageProblem, match="CNT907"):
        table(("C2", "F", 0), not_counted=frozenset({"C2"}))


def test_a_table_without_territory_has_no_silent_territory():
    counted = CountTable.from_leaves(
        "s", pd.DataFrame({"sex": ["F"], "count": [1]}), {"sex": SEXES}, "children"
    )
    assert (counted.measure, counted.cell(sex="F"), counted.takes_part({"sex": "H"})) == ("children", 1, True)
    with pytest.raises(UsageProblem, match="CNT906"):
        CountTable.from_leaves(
            "s", pd.DataFrame({"sex": [], "count": []}), {"sex": SEXES}, "x", frozenset({"C1"})
        )


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("A1", "F", 1)], "CNT903"),
        ([("C9", "F", 1)], "CNT903"),
        ([("C1", "F", -1)], "CNT904"),
        ([("C1", "F", 1.5)], "CNT904"),
        ([("C1", "F", None)], "CNT904"),
        ([("C1", "F", "many")], "CNT904"),
        ([("C1", "F", 1), ("C1", "F", 1)], "CNT905"),
    ],
)
def test_wrong_leaf_cells_are_refused(rows, code):
    with pytest.raises(UsageProblem) as caught:
        table(*rows)
    assert caught.value.code == code


def test_wrong_columns_and_unknown_codes_are_refused():
    with pytest.raises(UsageProblem, match="CNT902"):
        CountTable.from_leaves("x", leaves().drop(columns="sex"), BOTH)
    with pytest.raises(UsageProblem, match="CNT902"):
        CountTable.from_leaves("x", pd.DataFrame({"count": [1]}), {})
    with pytest.raises(UsageProblem, match="CNT906"):
        table().cell(sex="X")
    with pytest.raises(UsageProblem, match="CNT906"):
        table().cell(age="18")


COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(PLACES.leaves), st.sampled_from(SEXES.leaves)), st.integers(0, 9), max_size=8
)


@given(COUNTS)
@settings(derandomize=True, deadline=None, max_examples=25)
def test_every_total_is_the_sum_of_its_parts(counts):
    counted = table(*[(place, sex, n) for (place, sex), n in counts.items()])
    cells = counted.frame().set_index(["territory", "sex"])["count"]
    for (place, sex), value in cells.items():
        assert value == counted.cell(territory=place, sex=sex)
        for child_set, key in ((PLACES.children.get(place), 0), (SEXES.children.get(sex), 1)):
            if child_set:
                assert value == sum(cells[(c, sex) if key == 0 else (place, c)] for c in child_set)
