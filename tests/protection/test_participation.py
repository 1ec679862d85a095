"""Who took part, from the count to the release: a place where nobody answered never carries a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from denombrement.counts.children import ChildrenOfPersons
from denombrement.counts.counting import Counted
from denombrement.counts.table import Hierarchy
from denombrement.protection.knowledge import Status
from denombrement.protection.participation import Places, without_absent
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import protect
from denombrement.publication.public.planned import planned_counts
from denombrement.reference import communes_of

NIGHT = date(2023, 10, 19)
TREE = Hierarchy(
    "territory",
    {"total": ("P", "outside"), "P": ("A1", "A2", "A3"), "A1": ("a", "b"), "A2": ("c", "d"), "A3": ("e",)},
)
ARLON, BASTOGNE = (tuple(each.nis for each in communes_of(part, NIGHT)) for part in ("81000", "82000"))
PLAN = PublicationPlan(
    "p",
    "s",
    {
        "territory": ("total", "province", "arrondissement", "commune"),
        "service_territory": ("total", "province", "arrondissement", "commune"),
        "category": ("total", "without_BE7", "category", "situation"),
    },
    (
        PlannedTable("places", "adults", {"territory": "commune"}),
        PlannedTable("crossed", "adults", {"territory": "arrondissement", "category": "category"}),
    ),
)
PROFILE = load_profile("rounding-5")


def test_persons_seen_in_an_absent_place_are_counted_with_those_of_all_absent_places_around():
    places = Places.of(TREE, {"b", "e"})
    assert places.counted_at == {"b": "A1-elsewhere", "e": "P-elsewhere"}
    assert places.not_counted == {"b", "e"}
    assert places.hierarchy.children["A1"] == ("a", "b", "A1-elsewhere")
    assert places.hierarchy.children["P"] == ("A1", "A2", "A3", "P-elsewhere")


def test_where_all_answered_there_is_no_place_for_absent_ones():
    assert Places.of(TREE, ()).hierarchy == TREE


def test_a_whole_province_that_stayed_silent_has_no_figure():
    places = Places.of(TREE, "abcde")
    assert set(places.counted_at.values()) == {"total-elsewhere"}
    alone = Hierarchy("territory", {"P": ("a",)}, "P")
    assert Places.of(alone, "a").counted_at == {"a": "P-elsewhere"}


def test_a_place_that_once_had_a_figure_keeps_one():
    places = Places.of(TREE, "abe", ("a", "A2-elsewhere", "A3"))
    assert places.counted_at == {"b": "A1-elsewhere", "e": "A3-elsewhere"}
    assert places.hierarchy.children["A2"] == ("c", "d", "A2-elsewhere")
    assert Places.of(TREE, "e", ("A3-elsewhere",)).counted_at == {"e": "A3-elsewhere"}


def test_services_have_no_row_where_no_service_answered():
    tree = without_absent(TREE, {"b", "e"})
    assert dict(tree.children) == {
        "total": ("P", "outside"),
        "P": ("A1", "A2"),
        "A1": ("a",),
        "A2": ("c", "d"),
    }


@pytest.fixture
def counted():
    def build(where, silent):
        persons = pd.DataFrame(
            {
                "person": range(len(where)),
                "territory": where,
                "service_territory": "81001",
                "situation": "EL1.1",
                "scope": "counted",
            }
        )
        nobody = ChildrenOfPersons(pd.DataFrame(columns=["person", "link", "children"]))
        members = pd.DataFrame({"service": "s", "person": range(len(where))})
        return SimpleNamespace(
            campaign=SimpleNamespace(night=NIGHT),
            counted=Counted(NIGHT, persons, nobody, frozenset(silent)),
            members=members,
        )

    return build


def released(count, plan=PLAN, history=None, **options):
    counts = planned_counts(count, plan, **options)
    return protect(
        counts.tables,
        plan=plan,
        profile=PROFILE,
        secret=b"s",
        contributions=counts.contributions,
        history=history,
    )


WHERE = ["81001"] * 30 + [ARLON[1]] * 3 + [BASTOGNE[0]] * 2 + ["83012"] * 12


def test_an_arrondissement_where_nobody_took_part_is_not_counted_in_any_table(counted):
    release = released(counted(WHERE, BASTOGNE))
    places, crossed = release.tables["places"], release.tables["crossed"]
    for code in ("82000", *BASTOGNE):
        assert places.cell(territory=code) == (None, Status.NOT_COUNTED)
    rows = [row for row in crossed.rows if row[0][0] == "82000"]
    assert len(rows) > 8
    assert {(value, status) for _, value, status in rows} == {(None, Status.NOT_COUNTED)}
    # The two seen there by services elsewhere are still in the province's total.
    assert places.cell(territory="80000-elsewhere")[1] is Status.ROUNDED
    assert places.cell(territory="80000")[0] in (45, 50)


def test_a_silent_commune_where_somebody_slept_has_no_figure_in_public(counted):
    count = counted(WHERE, {ARLON[1]})
    assert ARLON[1] not in count.counted.table(["territory"]).not_counted
    release = released(count)
    assert release.tables["places"].cell(territory=ARLON[1]) == (None, Status.NOT_COUNTED)
    assert release.tables["places"].cell(territory="81000-elsewhere")[1] is Status.ROUNDED


def test_the_rows_that_exist_do_not_depend_on_where_somebody_was_seen(counted):
    silent = {ARLON[1], *BASTOGNE}
    seen = released(counted(WHERE, silent))
    unseen = released(counted([place for place in WHERE if place not in silent], silent))
    for name, table in seen.tables.items():
        assert [row[0] for row in table.rows] == [row[0] for row in unseen.tables[name].rows]


def test_no_attacker_takes_an_arrondissement_that_did_not_take_part_for_a_cell(counted):
    release = released(counted(WHERE, BASTOGNE))
    attackers = {one.name for one in release.verdict.attackers}
    assert "territory=81000" in attackers
    assert "territory=82000" not in attackers
    cells = {cell.cell.codes for cell in release.history.cells}
    assert not any(code in ("82000", *BASTOGNE) for codes in cells for _, code in codes)


def test_a_late_return_gives_an_arrondissement_a_figure_and_the_old_one_stays_known(counted):
    first = released(counted(WHERE, BASTOGNE))
    once = {code for cell in first.history.cells for name, code in cell.cell.codes if name == "territory"}
    assert "80000-elsewhere" in once
    late = [*WHERE, *([BASTOGNE[0]] * 20)]
    second = released(counted(late, ()), history=first.history, once_counted=once)
    assert second.tables["places"].cell(territory="82000")[1] is Status.ROUNDED
    assert second.verdict.earlier == len(first.history.cells)


def test_tables_by_the_services_own_commune_leave_silent_places_out(counted):
    table = PlannedTable("services", "adults", {"service_territory": "commune"})
    release = released(counted(WHERE, BASTOGNE), replace(PLAN, tables=(table,)))
    codes = {row[0][0] for row in release.tables["services"].rows}
    assert "81001" in codes
    assert not codes & {"82000", *BASTOGNE}
