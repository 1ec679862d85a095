"""Published figures: the identities that hold in print must hold in the table."""

from __future__ import annotations

import pytest

from denombrement.errors import UsageProblem
from denombrement.reference import published_figure, published_figures, published_totals

RENAMED = {
    "ethos1_public_space": "EL1",
    "ethos2to4_shelter_institution": "EL2_EL3_EL4",
    "ethos3_shelter": "EL3",
    "ethos4_institution": "EL4",
    "ethos5_nonconventional": "EL5",
    "ethos6_family_friends": "EL6",
    "be7_eviction": "BE7",
}


def test_the_province_counted_1394_persons_of_whom_373_children():
    total = next(each for each in published_totals() if each.id == "lux2023")
    assert (total.adults, total.children, total.total) == (1021, 373, 1394)
    assert published_figure("lux2023", "participating_communes", "communes", "communes").value == 34
    assert published_figure("lux2023", "EL1", "adults", "percent").value == 4.3
    assert published_figure("lux2023", "partner_organisations", "organisations", "organisations").approximate


def test_adults_and_children_add_up_in_every_zone():
    assert len(published_totals()) >= 12
    for each in published_totals():
        assert each.adults + each.children == each.total
        assert each.sources


@pytest.mark.parametrize(("population", "total"), [("adults", 1472), ("children", 401)])
def test_the_full_table_of_gent_adds_up(population, total):
    rows = ["EL1", "EL2_EL3_EL4", "EL5", "EL6", "BE7", "unknown"]
    assert sum(published_figure("gent2020", row, population).value for row in rows) == total


def test_arlon_is_149_and_69():
    assert published_figure("arlon2020", "total", "adults").value == 149
    assert published_figure("arlon2020", "total", "children").value == 69
    assert published_figure("arlon2020", "total", "all").value == 218


def test_totals_come_by_year_and_leave_out_zones_without_all_three():
    years = [each.year for each in published_totals()]
    assert years == sorted(years)
    assert "belgium2022" not in {each.id for each in published_totals()}


def test_other_designs_and_extrapolations_are_left_out():
    assert not [each.id for each in published_figures() if each.id.startswith(("brussels", "extrap"))]


def test_what_was_not_published_raises():
    for args in [
        ("lux1999", "total", "all"),
        ("lux2023", "EL2", "adults"),
        ("arlon2020", "total", "all", "percent"),
    ]:
        with pytest.raises(UsageProblem) as caught:
            published_figure(*args)
        assert caught.value.code == "REF040"
    with pytest.raises(UsageProblem):
        published_figures("lux1999")


def test_every_row_is_in_the_facts_with_its_source(facts):
    known = {
        (
            row["id"],
            RENAMED.get(row["variable"], row["variable"]),
            row["population"].replace("not stated", "not_stated"),
            row["unit"].removesuffix(" (approx.)"),
            float(row["value"]),
            "approx" in row["unit"],
            row["confidence"],
            row["source"],
        )
        for row in facts("published_figures.csv")
    }
    for each in published_figures():
        shipped = (each.id, each.variable, each.population, each.unit, float(each.value))
        assert (*shipped, each.approximate, each.confidence, each.source) in known
