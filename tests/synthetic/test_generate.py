"""The province is close to what was published, the same for the same seed, and holds every trap of the method."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from denombrement.errors import UsageProblem
from denombrement.synthetic import Province, default_parameters, generate
from denombrement.synthetic.answers import DISAGREEMENTS
from denombrement.synthetic.draws import fitted, quota, spread
from denombrement.synthetic.names import family_pool, listed_names
from denombrement.synthetic.province import COLUMNS
from denombrement.synthetic.slips import FAULTS
from denombrement.synthetic.told_children import CHILD_DISAGREEMENTS
from denombrement.synthetic.truth import disagreement_table, fault_table, household_table, truth_counts

TABLES = tuple(COLUMNS)


def adults(province):
    return province.persons[province.persons["in_scope"]]


def share(condition):
    return float(condition.mean())


def test_the_totals_are_those_of_october_2023(province):
    truth = truth_counts(province)
    assert truth["adults"] == 1021
    assert truth["children"] == pytest.approx(373, abs=4)
    assert (truth["communes_participating"], truth["communes_total"]) == (34, 44)
    assert truth["services_answering"] == pytest.approx(100, abs=5)


@pytest.mark.parametrize(
    ("category", "percent", "tolerance"),
    [
        ("EL1", 4.3, 0.2),
        ("EL4", 10.3, 0.5),
        ("EL5", 10.6, 0.5),
        ("EL6", 33.2, 1.0),
        ("BE7", 5.2, 0.5),
        ("unknown", 1.7, 0.3),
    ],
)
def test_categories_have_the_shares_published(province, category, percent, tolerance):
    assert share(adults(province)["category"] == category) * 100 == pytest.approx(percent, abs=tolerance)


def test_other_margins_are_near_those_published(province):
    people = adults(province)
    assert share(people["sex"] == "woman") == pytest.approx(0.356, abs=0.015)
    assert share(people["household"] == "alone") == pytest.approx(0.718, abs=0.05)
    indirect = truth_counts(province)["children_indirect"]
    assert indirect / truth_counts(province)["children"] == pytest.approx(0.778, abs=0.03)
    for condition, rate in (("addiction", 0.268), ("mental_health", 0.253), ("none", 0.241)):
        assert share(people["health"].astype(str).str.contains(condition)) == pytest.approx(rate, abs=0.04)


def test_persons_are_declared_by_one_to_four_services(province):
    numbers = adults(province)["declarations"].value_counts(normalize=True)
    assert numbers.reindex([1, 2, 3, 4]).tolist() == pytest.approx([0.80, 0.14, 0.045, 0.015], abs=0.02)
    assert (province.persons["declarations"] >= 1).all()


def test_no_service_declares_a_person_twice_unless_it_withdraws(province):
    standing = province.declarations[~province.declarations["withdrawn"]]
    assert not standing.duplicated(["person_id", "service_id"]).any()


def test_services_see_persons_near_the_place_of_the_night(province):
    rows = province.declarations.merge(province.services[["service_id", "commune", "type"]], on="service_id")
    rows = rows.merge(
        province.persons[["person_id", "commune_night", "situation"]], on="person_id", suffixes=("", "_true")
    )
    near = rows["commune"].astype(str).str[:2] == rows["commune_night_true"].astype(str).str[:2]
    assert share(near) > 0.85
    prison = rows[rows["type"] == "prison"]
    assert set(prison["situation_true"].astype(str)) == {"EL4.8"}


def test_services_that_see_a_person_are_of_types_that_meet_such_situations(larger):
    rows = larger.declarations.merge(larger.services[["service_id", "type"]], on="service_id")
    rows = rows.merge(
        larger.persons[["person_id", "situation", "category"]], on="person_id", suffixes=("", "_true")
    )
    parameters = default_parameters()
    for situation, category, kind in set(
        zip(rows["situation_true"], rows["category"], rows["type"], strict=True)
    ):
        own = f"contact.{situation}"
        table = parameters.table(own if own in parameters.tables else f"contact.{category}")
        assert table[kind] > 0


def test_most_overlaps_are_between_services_of_one_arrondissement(larger):
    rows = larger.declarations.merge(larger.services[["service_id", "commune"]], on="service_id")
    rows["arrondissement"] = rows["commune"].astype(str).str[:2]
    several = rows.groupby("person_id")["arrondissement"].agg(["size", "nunique"])
    assert share(several.loc[several["size"] > 1, "nunique"] == 1) > 0.7


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_province(seed):
    one, two = (generate(default_parameters(), 150, seed) for _ in range(2))
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(one, table), getattr(two, table))


def test_another_seed_gives_another_province(province):
    other = generate(default_parameters(), 1021, 5)
    assert truth_counts(other)["adults"] == 1021
    assert not other.persons["family_name"].equals(province.persons["family_name"])


def test_every_kind_of_error_and_of_disagreement_occurs(larger):
    assert set(fault_table(larger)["fault"]) == set(FAULTS)
    assert set(disagreement_table(larger)["disagreement"]) == set(DISAGREEMENTS)
    seen = np.bitwise_or.reduce(larger.declarations["child_disagreements"].to_numpy())
    assert seen == (1 << len(CHILD_DISAGREEMENTS)) - 1


def test_error_rates_are_those_of_the_parameters(larger):
    counts = fault_table(larger)["fault"].value_counts() / len(larger.declarations)
    for fault in ("given_typo", "day_missing", "names_swapped", "sex_missing", "year_slip"):
        assert counts[fault] == pytest.approx(default_parameters().number("errors", fault), rel=0.25)


def test_without_errors_every_identity_is_the_true_one():
    parameters = default_parameters().with_errors_scaled(0)
    clean = generate(parameters, 300, 4)
    rows = clean.declarations.merge(clean.persons, on="person_id", suffixes=("", "_true"))
    for part in ("given_name", "family_name", "birth_year", "birth_month", "birth_day"):
        assert (rows[part] == rows[f"{part}_true"]).all()
    assert not fault_table(clean).size
    assert not disagreement_table(clean).size


def test_every_reason_for_being_outside_the_count_occurs(province):
    outside = province.persons[~province.persons["in_scope"]]
    assert set(outside["outside_because"].cat.categories) == set(outside["outside_because"].astype(str))
    minors = outside[outside["outside_because"] == "minor_alone"]
    assert (minors["age_years"] < 18).all()
    assert (adults(province)["age_years"] >= 18).all()
    leaving = outside[outside["outside_because"] == "leaves_in_five_weeks"]
    assert set(leaving["leaving_when"].astype(str)) == {"later"}


def test_everyone_in_an_institution_and_in_scope_stays_too_long_or_leaves_soon_without_a_home(larger):
    inside = adults(larger)[adults(larger)["category"] == "EL4"]
    leaves = (inside["leaving_when"] == "within_one_month") & (inside["housing_on_leaving"] == "no")
    assert (leaves | (inside["stay_prolonged"] == "yes")).all()


def test_households_hold_the_traps_of_a_code(larger):
    people = larger.persons.sort_values(["household_id", "person_id"])
    pairs = people[people["relation"] != "alone"].groupby("household_id")
    kinds = pairs.first()["relation"]
    assert set(kinds.astype(str)) == set(larger.persons["relation"].cat.categories) - {"alone"}
    for number, pair in pairs:
        one, two = pair.to_dict("records")
        assert one["situation"] == two["situation"]
        if kinds[number] == "twins":
            assert (one["birth_year"], one["birth_month"], one["birth_day"]) == (
                two["birth_year"],
                two["birth_month"],
                two["birth_day"],
            )
            assert one["family_name"] == two["family_name"]
            assert one["given_name"] != two["given_name"]
        if kinds[number] == "father_and_son_same_initials":
            assert one["given_name"][0] == two["given_name"][0]
            assert one["family_name"] == two["family_name"]
            assert abs(one["birth_year"] - two["birth_year"]) >= 18


def test_both_adults_of_a_couple_are_parents_of_its_children(province):
    links = province.parents.merge(
        province.persons[["person_id", "relation", "household_id"]], on="person_id"
    )
    couples = links[(links["relation"] == "couple") & (links["link"] == "direct")]
    assert len(couples)
    assert set(couples.groupby("child_id")["person_id"].nunique()) == {2}
    assert set(couples.groupby("child_id")["household_id"].nunique()) == {1}


def test_children_are_minors_younger_than_their_parents(larger):
    ages = 2023 - larger.children["birth_year"]
    assert ages.between(0, 18).all()
    rows = larger.parents.merge(larger.children, on="child_id").merge(
        larger.persons, on="person_id", suffixes=("_child", "")
    )
    rows = rows[rows["link"] == "direct"]
    assert (rows["birth_year_child"] - rows["birth_year"] >= 14).all()


def test_household_table_adds_up_to_the_truth(province):
    table = household_table(province)
    assert table["adults"].sum() == len(province.persons)
    assert table["children"].sum() == truth_counts(province)["children"]


def test_some_origins_have_more_first_of_january_births(larger):
    people = larger.persons
    first = (people["birth_month"] == 1) & (people["birth_day"] == 1)
    assert share(first[people["origin"] == "afghan"]) > 0.15
    assert share(first[people["origin"] == "be_fr"]) < 0.02


def test_a_count_after_the_merger_has_43_communes():
    later = generate(default_parameters(), 60, 1, date(2025, 10, 16))
    truth = truth_counts(later)
    assert (truth["communes_participating"], truth["communes_total"]) == (33, 43)
    assert "82039" in set(later.services["commune"].astype(str))


def test_services_have_opaque_unique_identifiers_that_the_record_accepts(province):
    identifiers = province.services["service_id"]
    assert identifiers.is_unique
    assert identifiers.str.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,39}").all()


def test_services_of_communes_that_do_not_take_part_are_silent_or_refuse(province):
    services = province.services
    answered = services["answer"].isin(["declares", "zero"])
    taking_part = set(services.loc[answered, "commune"])
    elsewhere = services[~services["commune"].isin(taking_part)]
    assert set(elsewhere["answer"].astype(str)) == {"silent", "refused"}
    assert set(services["answer"].astype(str)) == {"declares", "zero", "silent", "refused"}
    assert set(services.loc[services["answer"] == "refused", "state"].astype(str)) == {"refused"}


def test_everyone_can_take_part_with_no_rare_act():
    parameters = default_parameters().replaced(
        {
            "size.communes_taking_part": 44,
            "size.services_answering": 20,
            "returns.withdrawn": 0,
            "returns.corrected": 0,
            "returns.breaks_a_rule": 0,
        }
    )
    whole = generate(parameters, 400, 2)
    assert truth_counts(whole)["communes_participating"] == 44
    assert not whole.declarations[["withdrawn", "corrected"]].any().any()
    assert whole.declarations["broken_rule"].isna().all()


@pytest.mark.parametrize("persons", [1, 2, 7, 60])
def test_small_provinces_hold(persons):
    small = generate(default_parameters(), persons, 11)
    assert truth_counts(small)["adults"] == persons


def test_twenty_thousand_adults_hold():
    large = generate(default_parameters(), 20_000, 3)
    assert truth_counts(large)["adults"] == 20_000
    assert truth_counts(large)["children"] == pytest.approx(20_000 * 373 / 1021, rel=0.01)
    assert len(large.declarations) == pytest.approx(20_000 * 1.275 * 1.07, rel=0.03)
    assert large.persons["family_name"].nunique() > 3000


@pytest.mark.parametrize("persons", [0, -1, 3_000_000])
def test_a_size_out_of_bounds_is_refused(persons):
    with pytest.raises(UsageProblem, match="SYN005"):
        generate(default_parameters(), persons, 1)


def test_a_table_without_its_columns_is_refused(province):
    tables = {table: getattr(province, table) for table in TABLES}
    tables["children"] = tables["children"].drop(columns="direct")
    with pytest.raises(UsageProblem, match="SYN007"):
        Province(night=province.night, seed=1, parameters=province.parameters, **tables)


def test_name_lists_have_at_least_sixty_names_an_origin_and_field():
    for origin in default_parameters().table("origin"):
        for field in ("given_man", "given_woman", "family"):
            names = listed_names(origin, field)
            assert len(names) >= 60
            assert len(set(names)) == len(names)


def test_composed_names_are_the_same_at_each_call_and_as_many_as_wanted():
    one, two = (family_pool(default_parameters(), "be_fr", 30_000) for _ in range(2))
    assert one.names.tolist() == two.names.tolist()
    assert len(one.names) == pytest.approx(5000, rel=0.02)
    assert all(len(name) > 2 for name in one.names)


def test_quotas_and_samples_have_the_size_asked():
    rng = np.random.default_rng(1)
    assert np.bincount(quota(rng, [0.5, 0.3, 0.2], 10)).tolist() == [5, 3, 2]
    weights = np.array([0.0, 1.0, 100.0, 1.0, 1.0])
    for _ in range(50):
        chosen = spread(rng, weights, 2)
        assert len(set(chosen.tolist())) == 2
        assert 0 not in chosen
        assert 2 in chosen
    assert sorted(spread(rng, weights, 9).tolist()) == [1, 2, 3, 4]
    assert not len(spread(rng, weights, 0))


def test_fitted_tables_have_the_margins_and_the_odds():
    seed = np.array([[2.0, 1.0], [1.0, 1.0]])
    table = fitted(seed, np.array([0.4, 0.6]), np.array([0.5, 0.5]))
    assert table.sum(axis=1) == pytest.approx([0.4, 0.6])
    assert table.sum(axis=0) == pytest.approx([0.5, 0.5])
    assert table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]) == pytest.approx(2)
