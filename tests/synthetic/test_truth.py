"""The truth adds up, and every difference between an exact count and the truth has a reason."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from denombrement.dedup.codes.frame import tokens_frame
from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.linkage import LINKAGE_COLUMNS, linkage_csv, linkage_frame
from denombrement.synthetic.province import IDENTITY
from denombrement.synthetic.slips import FAULTS
from denombrement.synthetic.truth import (
    HARMLESS,
    REASONS,
    child_differences,
    differences,
    exact_code_truth,
    exact_codes,
    truth_counts,
)


@pytest.mark.parametrize("table", ["by_category", "by_arrondissement"])
@pytest.mark.parametrize("of", ["adults", "children"])
def test_parts_add_up_to_the_total(province, table, of):
    truth = truth_counts(province)
    assert sum(row[of] for row in truth[table].values()) == truth[of]


def test_outside_adults_are_listed_by_reason(province):
    assert sum(truth_counts(province)["outside"].values()) == (~province.persons["in_scope"]).sum()


def test_differences_add_up_to_the_error_of_an_exact_count(larger, recipe):
    table = differences(larger, recipe)
    exact = exact_code_truth(larger, recipe)
    assert (table["counted"] - 1).sum() == exact["adults"] - truth_counts(larger)["adults"]
    assert exact["adults"] == exact["codes"] + exact["without_code"]


def test_every_difference_has_a_reason(larger, recipe):
    table = differences(larger, recipe)
    assert (table["reason"] != "").all()
    assert table["person_id"].is_unique
    assert {"quarantined", "unknown_birthday"} <= set(table["reason"])
    assert table["reason"].str.contains("same_code_as_another").any()
    assert all(
        main in every.split(", ") for main, every in zip(table["main_reason"], table["reason"], strict=True)
    )


def test_an_exact_count_of_a_clean_province_errs_by_unknown_birthdays_and_twins_alone(recipe):
    parameters = default_parameters().with_errors_scaled(0).replaced({"returns.breaks_a_rule": 0})
    clean = generate(parameters, 600, 9)
    assert set(differences(clean, recipe)["reason"]) <= {"unknown_birthday", "same_code_as_another"}


def test_every_error_that_can_change_a_code_has_its_place_among_the_reasons():
    assert set(FAULTS) - HARMLESS <= set(REASONS)


def test_children_whose_lists_differ_or_whose_parents_are_split_are_named(larger, recipe):
    table = child_differences(larger, recipe)
    direct = set(larger.children.loc[larger.children["direct"], "child_id"])
    assert set(table["child_id"]) <= direct
    assert table["child_id"].is_unique
    found = {reason for reasons in table["reason"] for reason in reasons.split(", ")}
    assert found == {
        "parent_counted_twice",
        "parents_in_two_services",
        "child_year_slip",
        "child_link_unknown",
        "quarantined",
    }


def test_children_of_a_clean_province_differ_by_their_parents_services_alone(recipe):
    parameters = (
        default_parameters()
        .with_errors_scaled(0)
        .replaced({"returns.breaks_a_rule": 0, "names.first_of_january_share": 0})
    )
    clean = generate(parameters, 600, 9)
    assert set(child_differences(clean, recipe)["reason"]) <= {"parents_in_two_services"}


def test_codes_are_equal_exactly_where_those_of_a_campaign_are(province, recipe):
    own = exact_codes(province, recipe)
    campaign = tokens_frame(province.declarations[list(IDENTITY)], b"0123456789abcdef" * 2, "other", recipe)[
        "code"
    ]
    coded = province.declarations["identity_status"] == "coded"
    campaign = campaign.where(coded, None)
    pairs = pd.DataFrame({"own": own, "campaign": campaign})
    assert own.isna().equals(campaign.isna())
    both = pairs.dropna().drop_duplicates()
    assert both["own"].is_unique
    assert both["campaign"].is_unique


def test_a_linkage_file_has_one_row_per_declaration_that_stands(province):
    frame = linkage_frame(province)
    assert tuple(frame.columns) == LINKAGE_COLUMNS
    assert len(frame) == truth_counts(province)["declarations"]
    assert frame["cluster"].nunique() == len(province.persons)


def test_birth_dates_of_a_linkage_file_are_whole_partial_or_missing(larger):
    dates = linkage_frame(larger)["birth_date"]
    assert dates.isna().any()
    known = dates.dropna()
    assert known.str.fullmatch(r"(\d{4}|\?{4})-(\d{2}|\?\?)-(\d{2}|\?\?)").all()
    assert known.str.contains("?", regex=False).any()
    assert not linkage_frame(larger)["sex"].eq("dont_know").any()


def test_a_linkage_file_is_read_back_as_it_was(province):
    read = pd.read_csv(io.BytesIO(linkage_csv(province)), dtype=str, keep_default_na=False)
    assert len(read) == len(linkage_frame(province))
    assert read["family_name"].tolist() == linkage_frame(province)["family_name"].fillna("").tolist()
