"""From persons to tables: territories, ages, categories, and totals that always add up."""

from datetime import date

import pandas as pd
import pytest

from denombrement.campaign import Service
from denombrement.counts.campaign_count import count_campaign, keep_count
from denombrement.counts.dimensions import AGE_BANDS, age_bands, hierarchy, territory_codes
from denombrement.counts.participation import participation
from denombrement.errors import UsageProblem
from denombrement.survey.questionnaire import options

NIGHT, AFTER_MERGER = date(2023, 10, 19), date(2025, 10, 16)


def test_age_comes_from_the_years_where_known_else_from_the_class():
    years = pd.Series([18, 25, 26, 59, 60, 99, None, None, None])
    classes = pd.Series(
        [None, None, None, None, None, None, "from_40_to_49", "dont_know", None], dtype="object"
    )
    assert age_bands(years, classes).tolist() == [
        "from_18_to_25", "from_18_to_25", "from_26_to_29", "from_50_to_59", "from_60", "from_60",
        "from_40_to_49", "unknown", "unknown",
    ]  # fmt: skip


def test_the_published_age_classes_are_those_of_the_form():
    assert list(AGE_BANDS) == [code for code in options("age_class") if code not in {"under_18", "dont_know"}]


def test_communes_fall_into_the_vintage_of_the_night():
    codes = pd.Series(["81001", "82003", "82039", "92094", "outside", "dont_know", None], dtype="object")
    assert territory_codes(codes, NIGHT).tolist() == [
        "81001", "82003", "unknown", "outside", "outside", "unknown", "unknown",
    ]  # fmt: skip
    assert territory_codes(codes, AFTER_MERGER).tolist()[1:3] == ["82039", "82039"]


@pytest.mark.parametrize(("night", "communes"), [(NIGHT, 44), (AFTER_MERGER, 43)])
def test_the_tree_of_territories_has_every_commune_of_the_night(night, communes):
    tree = hierarchy("territory", night)
    assert len(tree.leaves_under("80000")) == communes
    assert set(tree.children["total"]) == {"80000", "outside", "unknown"}


def test_there_are_two_totals_one_without_the_belgian_category():
    tree = hierarchy("category", NIGHT)
    assert set(tree.children["total"]) == {"without_BE7", "BE7"}
    assert "unknown" in tree.leaves_under("without_BE7")


def test_an_unknown_dimension_is_named():
    with pytest.raises(UsageProblem, match="CNT910"):
        hierarchy("favourite_colour", NIGHT)
    assert "unknown" in hierarchy("nationality", NIGHT).leaves


def service(identifier, commune, state="invited"):
    return Service(identifier, identifier, "cpas", commune, state)


def test_silence_is_no_zero():
    services = {each.id: each for each in (
        service("a", "81001"), service("b", "81003"), service("c", "81004", "refused"), service("d", "81013"),
        service("e", "81013", "promised"), service("f", "82003"), service("g", "82003", "refused"),
    )}  # fmt: skip
    found = participation(services, {"a": False, "b": True, "d": True}, NIGHT)
    assert dict(found.services) == {
        "a": "answered", "b": "zero", "c": "refused", "d": "zero", "e": "promised", "f": "silent", "g": "refused",
    }  # fmt: skip
    assert [found.communes[nis] for nis in ("81001", "81003", "81004", "81013", "82003", "85045")] == [
        "answered", "zero", "refused", "zero", "silent", "silent",
    ]  # fmt: skip
    assert found.participating == {"81001", "81003", "81013"}
    assert found.number_of_services("refused") == 2
    assert len(found.communes) == 44


def test_a_service_of_a_merged_commune_stands_in_the_new_one():
    found = participation({"a": service("a", "82005")}, {"a": False}, AFTER_MERGER)
    assert found.communes["82039"] == "answered"
    assert len(found.communes) == 43


@pytest.fixture
def counted(desk):
    records = [
        desk.declaration("1", "A", situation="EL1.1", sex="man"),
        desk.declaration("2", "B", situation="EL3.6", sex="woman", has_children="yes",
                         children=[{"link": "direct", "birth_year": 2015, "child_sex": "man"}, {"link": "indirect"}]),
        desk.declaration("3", "C", situation="BE7", sex="woman", commune_night="85045"),
        desk.declaration("4", None, situation="unknown", commune_night="dont_know"),
        desk.declaration("5", "E", situation="not_homeless"),
        desk.declaration("6", "F", situation="EL4.7", stay_prolonged="dont_know"),
    ]  # fmt: skip
    with desk.store() as store:
        desk.take(store, ("a", desk.sealed(declarations=records)))
        desk.take(
            store,
            ("b", desk.sealed("abri-arlon", declarations=[desk.declaration("9", "A", situation="EL2.2")])),
        )
        result = count_campaign(store, desk.campaign, desk.services)
        keep_count(store, result)
        kept = (
            store.rows("SELECT count(*) FROM persons"),
            store.rows("SELECT act FROM (SELECT 1 AS act) LIMIT 0"),
        )
        assert kept[0] == [(6,)]
        assert store.last_entry().facts["adults"] == 4
    return result


def test_the_summary_holds_what_machines_read(counted):
    summary = counted.summary()
    assert (summary["adults"], summary["adults_low"], summary["adults_high"]) == (4, 3, 5)
    assert (summary["children"], summary["children_indirect"], summary["total"]) == (1, 1, 5)
    assert summary["by_category"]["EL3"] == {"adults": 1, "children": 1}
    assert summary["by_category"]["unknown"] == {"adults": 1, "children": 0}
    assert (summary["adults_without_BE7"], summary["children_without_BE7"]) == (3, 1)
    assert summary["outside"] == {"institution_facts_unknown": 1, "not_homeless": 1}
    assert (summary["declarations"], summary["merged"], summary["quarantined"]) == (7, 1, 0)
    assert (summary["communes_participating"], summary["communes_total"]) == (1, 44)
    assert summary["services"] == {"answered": 2, "zero": 0, "promised": 0, "refused": 1, "silent": 1}


def test_every_table_adds_up_to_the_headline(counted):
    for dimensions in (["category"], ["situation", "sex"], ["territory", "category"], ["service_territory"],
                       ["age_band", "sex"], ["nationality"]):  # fmt: skip
        for measure, total in (("adults", 4), ("children", 1), ("children_indirect", 1)):
            assert counted.counted.table(dimensions, measure).cell() == total


def test_a_silent_commune_where_somebody_slept_has_a_figure_and_the_others_none(counted):
    table = counted.counted.table(["territory"])
    assert table.cell(territory="85045") == 1
    assert not table.takes_part({"territory": "84043"})
    with pytest.raises(UsageProblem, match="CNT907"):
        table.cell(territory="84043")


def test_no_adult_is_lost_from_the_arrondissements_where_no_child_was_seen(counted):
    young = counted.counted.table(["territory"], "children")
    assert young.cell(territory="85045") == 0
    summary = counted.summary()
    for measure in ("adults", "children"):
        rows = summary["by_arrondissement"].values()
        assert sum(row[measure] for row in rows) == summary[measure]


def test_two_services_in_disagreement_are_one_person_with_a_recorded_rule(counted):
    decisions = counted.resolved.decisions.to_dict("records")
    assert {(row["question"], row["rule"]) for row in decisions} == {("situation", "most_severe")}
