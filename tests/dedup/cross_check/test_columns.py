"""What Splink is given: integers, equalities, keys."""

from dataclasses import replace

import numpy as np

from denombrement.dedup.cross_check.columns import columns_of
from denombrement.dedup.cross_check.parameters import (
    expected_recall,
    level_of_pairs,
    prior_parameters,
    prior_share,
)
from denombrement.dedup.cross_check.plan import default_plan
from denombrement.dedup.linkage.settings import default_settings

PLAN = default_plan()


def columns_by_id(records):
    return columns_of(records, PLAN), {record: place for place, record in enumerate(records.record_id)}


def test_neither_ids_nor_services_nor_tokens_are_handed_over(campaign):
    table = columns_of(campaign, PLAN).table()
    assert all(str(field.type) == "int64" for field in table.schema)
    assert not {"record_id", "service", "code"} & set(table.column_names)


def test_missing_never_equals_missing(frame, encode):
    made = frame(12, 0)
    made["family_full"] = None
    columns, _ = columns_by_id(encode(made))
    assert "family" in [each.field for each in columns.comparisons]
    assert "family_0" not in columns.values
    made["given_full"] = [None, None, *made["given_full"][2:]]
    columns, place = columns_by_id(encode(made))
    table = columns.table().to_pydict()
    assert table["given_0"][place["a0000"]] is None
    assert columns.values["names_either"].max() == -1


def test_a_field_that_nobody_has_is_not_compared(frame, encode):
    made = frame(12, 0)
    made["commune"] = None
    assert "commune" not in [each.field for each in columns_by_id(encode(made))[0].comparisons]


def test_names_and_dates_in_each_others_place_are_equal_in_either_order(frame, encode):
    made = frame(3, 0)
    turned = dict(made.iloc[0])
    turned |= {"record_id": "t", "given_full": turned["family_full"], "family_full": turned["given_full"]}
    turned |= {"family_as_given": turned["family_full"], "given_as_family": turned["given_full"]}
    date = {"birth_month": 3, "birth_day": 5, "day_as_month": 5, "month_as_day": 3}
    for name, value in date.items():
        made[name] = [value, None, 12]
    turned |= {"birth_month": 5, "birth_day": 3, "day_as_month": 3, "month_as_day": 5}
    made.loc[3] = turned
    columns, place = columns_by_id(encode(made))
    for name in ("names_either", "dates_either"):
        values = columns.values[name]
        assert values[place["a0000"]] == values[place["t"]] >= 0
        assert values[place["a0002"]] != values[place["t"]]
    assert columns.values["dates_either"][place["a0001"]] == -1


def test_a_key_that_compares_too_many_pairs_is_left_out_and_said(campaign):
    strict = replace(PLAN, pairs_per_declaration=0.25)
    columns = columns_of(campaign, strict)
    assert columns.left_out
    assert len(columns.keys) + len(columns.left_out) == len(campaign.settings.keys)
    assert not columns_of(campaign, replace(PLAN, largest_block=1)).keys


def test_a_value_alone_is_no_key(campaign):
    columns = columns_of(campaign, PLAN)
    for key in columns.keys:
        values, sizes = np.unique(columns.values[key], return_counts=True)
        assert (sizes[values >= 0] >= 2).all()


def test_the_level_of_a_pair_is_the_first_on_which_it_agrees(campaign):
    columns = columns_of(campaign, PLAN)
    draw = np.random.default_rng(4)
    first, second = draw.integers(0, len(campaign), (2, 300))
    for comparison in columns.comparisons:
        found = level_of_pairs(columns, comparison, first, second)
        for one, other, level in zip(first, second, found, strict=True):
            pair = [(columns.values[name][one], columns.values[name][other]) for name in comparison.columns]
            agree = [place for place, (a, b) in enumerate(pair) if a == b != -1]
            expected = agree[0] if agree else len(pair)
            assert level == (-1 if -1 in pair[0] else expected)


def test_priors_are_chances_and_say_that_agreement_speaks_for_one_person(campaign):
    prior = prior_parameters(campaign, columns_of(campaign, PLAN), PLAN.seed)
    for field, m in prior.m.items():
        u = prior.u[field]
        assert len(m) == len(u)
        assert abs(sum(m) - 1) < 1e-9
        assert abs(sum(u) - 1) < 1e-9
        assert m[0] > 3 * u[0] or field in {"sex", "nationality"}
        assert m[0] > u[0]
        assert m[-1] < u[-1]


def test_the_prior_share_is_that_of_the_numbers_of_declarations_per_person():
    settings = replace(default_settings(), size_weights=(0.5, 0.5))
    # Half of the persons have two declarations: one pair for three declarations.
    assert abs(prior_share(settings, 101) * 100 / 2 - 1 / 3) < 1e-12
    assert prior_share(settings, 1) == 0.5


def test_the_expected_recall_counts_faults_and_gaps(frame, encode):
    made = frame(10, 0)
    made.loc[:4, "sex"] = None
    records = encode(made)
    miss = {field.name: field.miss_mean for field in records.settings.fields}
    expected = ((1 - miss["month"]) * (1 - miss["sex"]) * 0.5) ** 2
    assert abs(expected_recall(records, ("month", "sex")) - expected) < 1e-12
