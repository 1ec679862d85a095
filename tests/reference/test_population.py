"""Inhabitants: never doubled, never guessed, always with their year and producer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import UsageProblem
from denombrement.reference import (
    all_communes,
    arrondissements,
    commune,
    communes_of,
    communes_on,
    nearest_population_year,
    origins,
    population,
    population_figure,
    population_sum,
    population_years,
    rate_areas,
    territory_population,
)

OCTOBER_2023 = date(2023, 10, 19)
OCTOBER_2025 = date(2025, 10, 16)
PROVINCE = {
    2018: 283_227,
    2019: 284_638,
    2020: 286_752,
    2023: 293_967,
    2024: 295_146,
    2025: 296_008,
    2026: 296_370,
}


def code_of(call, *args):
    with pytest.raises(UsageProblem) as caught:
        call(*args)
    return caught.value.code


def codes(communes):
    return [each.nis for each in communes]


def test_the_known_years_are_those_of_the_sources():
    assert population_years() == tuple(PROVINCE)


@pytest.mark.parametrize(("year", "expected"), PROVINCE.items())
def test_the_province_is_the_sum_of_the_communes_of_either_side_of_the_merger(year, expected):
    assert territory_population("80000", year) == expected
    assert population_sum(codes(communes_on(OCTOBER_2025)), year) == expected
    if year <= 2024:
        assert population_sum(codes(communes_on(OCTOBER_2023)), year) == expected


@pytest.mark.parametrize("year", PROVINCE)
def test_arrondissements_add_up_to_the_province(year):
    assert sum(territory_population(each.nis, year) for each in arrondissements()) == PROVINCE[year]


def test_arrondissements_are_those_of_the_published_table():
    expected = {"81000": 65_069, "82000": 50_485, "83000": 57_580, "84000": 65_655, "85000": 55_178}
    assert {each.nis: territory_population(each.nis, 2023) for each in arrondissements()} == expected
    assert territory_population("82000", 2020) == 49_083


def test_a_merged_commune_is_the_sum_of_its_parts_before_the_merger():
    figure = population_figure("82039", 2020)
    assert figure.population == population("82003", 2020) + population("82005", 2020) == 19_932
    assert figure.derived
    assert not population_figure("82039", 2025).derived


def test_a_figure_names_its_producer_and_the_copy_it_was_read_from():
    for each in communes_on(OCTOBER_2025):
        for year in population_years():
            figure = population_figure(each.nis, year)
            assert figure.producer == "Statbel"
            assert figure.source in origins()


def test_the_figure_read_only_once_is_marked():
    assert origins()[population_figure("84029", 2026).source].confidence == "K"


@pytest.mark.parametrize("year", [2017, 2021, 2022, 2027])
def test_a_missing_year_raises_and_names_the_known_ones(year):
    for call, nis in [(population, "81001"), (population, "82003"), (territory_population, "80000")]:
        with pytest.raises(UsageProblem) as caught:
            call(nis, year)
        assert caught.value.code == "REF030"
        assert "2020, 2023" in caught.value.facts["years"]
    assert code_of(population_sum, ["81001"], year) == "REF030"
    assert code_of(rate_areas, OCTOBER_2023, year) == "REF030"


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_parts_that_are_not_known_apart_raise_and_say_where_they_are_known(year):
    with pytest.raises(UsageProblem) as caught:
        population("82005", year)
    assert (caught.value.code, caught.value.facts["together"]) == ("REF031", "82039")
    assert code_of(population_sum, ["82003", "81001"], year) == "REF031"


def test_parts_given_together_are_summed_even_where_not_known_apart():
    assert population_sum(["82003", "82005"], 2023) == population("82039", 2023) == 20_524
    assert population_sum(["82005", "82003", "81001"], 2023) == 20_524 + population("81001", 2023)


def test_a_merged_commune_beside_its_parts_is_refused():
    for year in population_years():
        assert code_of(population_sum, ["82039", "82005"], year) == "REF022"


def test_codes_that_are_not_communes_raise():
    assert code_of(population, "99999", 2023) == "REF010"
    assert code_of(population, "80000", 2023) == "REF013"
    assert code_of(population_sum, ["99999"], 2023) == "REF010"
    assert code_of(territory_population, "82003", 2023) == "REF016"


def test_no_commune_at_all_is_nobody():
    assert population_sum([], 2023) == 0


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    year=st.sampled_from(sorted(PROVINCE)),
    chosen=st.lists(st.sampled_from(codes(all_communes())), max_size=60),
)
def test_a_sum_counts_every_place_once_or_says_why_it_cannot(year, chosen):
    parts = {"82003", "82005"} & set(chosen)
    if parts and "82039" in chosen:
        assert code_of(population_sum, chosen, year) == "REF022"
    elif len(parts) == 1 and year > 2020:
        assert code_of(population_sum, chosen, year) == "REF031"
    else:
        others = set(chosen) - parts
        whole = population("82039", year) if len(parts) == 2 else sum(population(nis, year) for nis in parts)
        total = sum(population(nis, year) for nis in others) + whole
        assert population_sum(chosen, year) == total <= PROVINCE[year]


@pytest.mark.parametrize(
    ("asked", "used"),
    [(2023, 2023), (2021, 2020), (2022, 2023), (2010, 2018), (2030, 2026), (2020, 2020)],
)
def test_the_nearest_year_says_which_one_it_used(asked, used):
    year = nearest_population_year(asked)
    assert (year.asked, year.used, year.exact) == (asked, used, asked == used)


def test_of_two_years_as_near_the_earlier_is_used(monkeypatch):
    monkeypatch.setattr("denombrement.reference.inhabitants.population_years", lambda: (2018, 2020))
    assert nearest_population_year(2019).used == 2018


def test_a_count_on_44_communes_has_rates_on_43_areas_in_2023():
    areas = {area.nis: area for area in rate_areas(OCTOBER_2023, 2023)}
    assert len(areas) == 43
    assert areas["82039"].communes == ("82003", "82005")
    assert areas["82039"].population == 20_524
    assert areas["81001"].communes == ("81001",)


@pytest.mark.parametrize(
    ("on", "year", "number"),
    [(OCTOBER_2023, 2020, 44), (OCTOBER_2023, 2024, 43), (OCTOBER_2025, 2020, 43), (OCTOBER_2025, 2025, 43)],
)
def test_rate_areas_cover_every_commune_and_inhabitant_once(on, year, number):
    areas = rate_areas(on, year)
    assert len(areas) == number
    assert sorted(nis for area in areas for nis in area.communes) == codes(communes_on(on))
    assert sum(area.population for area in areas) == PROVINCE[year]
    for each in arrondissements():
        inside = [area for area in areas if area.arrondissement_nis == each.nis]
        assert sum(area.population for area in inside) == territory_population(each.nis, year)
        members = {nis for area in inside for nis in area.communes}
        assert members == set(codes(communes_of(each.nis, on)))
    assert {(area.year, area.producer) for area in areas} == {(year, "Statbel")}


def test_rate_areas_of_a_date_keep_its_communes():
    for area in rate_areas(OCTOBER_2023, 2023):
        assert all(commune(nis, OCTOBER_2023) for nis in area.communes)


def test_figures_are_those_of_the_facts(facts):
    for row in facts("population.csv"):
        assert population(row["nis"], int(row["year"])) == int(row["population"])


def test_communes_are_those_of_the_facts(facts):
    rows = {row["nis"]: row for row in facts("communes.csv")}
    assert codes(all_communes()) == sorted(rows)
    for each in all_communes():
        row = rows[each.nis]
        assert [each.name_fr, each.name_nl, each.name_de] == [
            row[f"name_{code}"] for code in ("fr", "nl", "de")
        ]
        assert [each.arrondissement_nis, each.nuts3] == [row["arrondissement_nis"], row["nuts3"]]
        assert " ".join(each.postcodes) == row["postcodes"]
        assert [str(each.valid_from), str(each.valid_to or "")] == [row["valid_from"], row["valid_to"]]
        assert (each.replaced_by or "") == row["replaced_by"]
