"""Communes by date, territories, and the passage from 44 to 43."""

from __future__ import annotations

from datetime import date

import pytest

from denombrement.errors import UsageProblem
from denombrement.reference import (
    all_communes,
    any_commune,
    arrondissements,
    commune,
    communes_of,
    communes_on,
    predecessors,
    province,
    territories,
    territory,
    to_vintage,
    vintage_code,
)

OCTOBER_2023 = date(2023, 10, 19)
OCTOBER_2025 = date(2025, 10, 16)


def code_of(call, *args):
    with pytest.raises(UsageProblem) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize(
    ("on", "number"),
    [
        (date(1977, 1, 1), 44),
        (OCTOBER_2023, 44),
        (date(2024, 10, 17), 44),
        (date(2024, 12, 1), 44),
        (date(2024, 12, 2), 43),
        (OCTOBER_2025, 43),
    ],
)
def test_there_are_44_communes_until_the_merger_and_43_after(on, number):
    assert len(communes_on(on)) == number


def test_communes_come_sorted_by_code_and_never_with_both_sides_of_the_merger():
    for on in (OCTOBER_2023, OCTOBER_2025):
        codes = [each.nis for each in communes_on(on)]
        assert codes == sorted(codes)
        assert ("82039" in codes) != ("82003" in codes)


def test_a_date_before_the_register_is_complete_is_refused():
    assert code_of(communes_on, date(1976, 12, 31)) == "REF015"


@pytest.mark.parametrize(
    ("nis", "before", "after"),
    [("81000", 5, 5), ("82000", 8, 7), ("83000", 9, 9), ("84000", 12, 12), ("85000", 10, 10)],
)
def test_arrondissements_hold_the_communes_that_the_register_says(nis, before, after):
    assert len(communes_of(nis, OCTOBER_2023)) == before
    assert len(communes_of(nis, OCTOBER_2025)) == after


def test_the_province_holds_them_all():
    assert communes_of("80000", OCTOBER_2025) == communes_on(OCTOBER_2025)
    assert province().name("nl") == "Luxemburg"


def test_arrondissements_carry_their_nuts3_code():
    assert [each.nuts for each in arrondissements()] == ["BE341", "BE342", "BE343", "BE344", "BE345"]
    assert commune("84016", OCTOBER_2023).nuts3 == "BE344"
    assert commune("84016", OCTOBER_2023).province_nis == "80000"
    assert {each.nis for each in territories()} == {province().nis} | {each.nis for each in arrondissements()}


def test_every_commune_lies_in_the_arrondissement_of_its_first_two_digits():
    assert all(each.arrondissement_nis == each.nis[:2] + "000" for each in all_communes())


def test_every_postcode_is_in_one_commune_on_any_day():
    for on in (OCTOBER_2023, OCTOBER_2025):
        postcodes = [code for each in communes_on(on) for code in each.postcodes]
        assert len(postcodes) == len(set(postcodes)) == 101


def test_names_exist_in_four_languages():
    arlon, bastogne = commune("81001", OCTOBER_2023), commune("82003", OCTOBER_2023)
    assert [arlon.name(each) for each in ("fr", "nl", "de", "en")] == ["Arlon", "Aarlen", "Arlon", "Arlon"]
    assert bastogne.name("de") == "Bastnach"
    assert code_of(arlon.name, "it") == "REF003"


def test_codes_that_are_not_communes_raise():
    assert code_of(any_commune, "99999") == "REF010"
    assert code_of(any_commune, "82000") == "REF013"
    assert code_of(territory, "82003") == "REF016"


def test_a_code_out_of_force_raises_and_says_what_to_use():
    with pytest.raises(UsageProblem) as early:
        commune("82039", OCTOBER_2023)
    assert (early.value.code, early.value.facts["instead"]) == ("REF014", "82003, 82005")
    with pytest.raises(UsageProblem) as late:
        commune("82005", OCTOBER_2025)
    assert (late.value.code, late.value.facts["instead"]) == ("REF014", "82039")


def test_the_merged_commune_knows_its_parts():
    assert [each.nis for each in predecessors("82039")] == ["82003", "82005"]
    assert predecessors("81001") == ()


def test_44_communes_become_43_by_sum():
    ones = {each.nis: 1 for each in communes_on(OCTOBER_2023)}
    converted = to_vintage(ones, OCTOBER_2025)
    assert sum(converted.values()) == 44
    assert converted["82039"] == 2
    assert list(converted) == [each.nis for each in communes_on(OCTOBER_2025)]


def test_figures_already_on_the_wanted_communes_do_not_change():
    assert to_vintage({"82039": 3, "81001": 1.5}, OCTOBER_2025) == {"81001": 1.5, "82039": 3}
    assert to_vintage({"82005": 3}, OCTOBER_2023) == {"82005": 3}


def test_43_communes_never_become_44():
    assert code_of(to_vintage, {"82039": 3}, OCTOBER_2023) == "REF020"
    assert code_of(vintage_code, "82039", OCTOBER_2023) == "REF020"


def test_a_part_is_never_passed_off_as_the_whole():
    assert code_of(to_vintage, {"82003": 3, "81001": 1}, OCTOBER_2025) == "REF021"


def test_a_merged_commune_beside_its_parts_is_refused():
    assert code_of(to_vintage, {"82039": 3, "82003": 3}, OCTOBER_2025) == "REF022"


def test_the_code_of_a_former_commune_leads_to_the_merged_one():
    assert vintage_code("82005", OCTOBER_2025) == "82039"
    assert vintage_code("82005", OCTOBER_2023) == "82005"
