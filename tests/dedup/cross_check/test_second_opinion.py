"""The second opinion as a whole, beside a model."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from denombrement.dedup.cross_check.campaign import cross_check_report
from denombrement.dedup.cross_check.columns import columns_of
from denombrement.dedup.cross_check.disagreement import as_scored
from denombrement.dedup.cross_check.plan import default_plan
from denombrement.dedup.cross_check.scoring import compared
from denombrement.dedup.cross_check.second_opinion import cross_check
from denombrement.dedup.linkage.constraints import Decisions
from denombrement.errors import UsageProblem


def model(*pairs):
    return pd.DataFrame(pairs, columns=["first_id", "second_id", "posterior"])


def perfect(true_pairs):
    return model(*((one, other, 0.999) for one, other in sorted(true_pairs)))


def listed(checked):
    return [tuple(row) for row in checked.disagreements[["first_id", "second_id"]].itertuples(index=False)]


@pytest.fixture(scope="module")
def checked(campaign):
    return cross_check(campaign, model(*((f"a{n:04d}", f"b{n:04d}", 0.999) for n in range(80))))


def test_splink_finds_nearly_all_and_hardly_anybody_else(checked, true_pairs):
    found = checked.pairs[checked.pairs["splink"] >= 0.8]
    pairs = set(zip(found["first_id"], found["second_id"], strict=True))
    assert len(pairs & true_pairs) >= 70
    assert len(pairs - true_pairs) <= 3
    assert [each.threshold for each in checked.opinions] == [0.5, 0.8, 0.95]
    assert 300 <= checked.opinions[1].persons <= 312
    persons = [each.persons for each in checked.opinions]
    assert persons == sorted(persons)
    assert (checked.backend, checked.usable, checked.certain_found) == ("duckdb", True, 1.0)


def test_a_group_at_each_threshold_for_every_declaration(checked, campaign):
    for opinion in checked.opinions:
        assert len(opinion.labels) == len(checked.record_id) == len(campaign)
        assert len(set(opinion.labels.tolist())) == opinion.persons


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_declarations_never_matters(checked, frame, encode, true_pairs, seed):
    shuffled = frame(300, 80).sample(frac=1, random_state=seed)
    again = cross_check(encode(shuffled), perfect(true_pairs).sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(again.pairs, checked.pairs, check_exact=True)
    pd.testing.assert_frame_equal(again.disagreements, checked.disagreements, check_exact=True)
    assert [(o.persons, o.violations, o.chains) for o in again.opinions] == [
        (o.persons, o.violations, o.chains) for o in checked.opinions
    ]


def test_nothing_that_was_given_is_changed(campaign, true_pairs):
    given = perfect(true_pairs)
    before, tokens = given.copy(), campaign.tokens.copy()
    cross_check(campaign, given)
    pd.testing.assert_frame_equal(given, before)
    np.testing.assert_array_equal(campaign.tokens, tokens)


def test_pairs_that_the_model_missed_are_listed_for_review(campaign, no_model, checked):
    alone = cross_check(campaign, no_model)
    sure = checked.pairs[checked.pairs["splink"] > 0.95]
    assert set(listed(alone)) == set(zip(sure["first_id"], sure["second_id"], strict=True))
    assert (alone.disagreements["model"] == 0).all()
    assert alone.disagreements["compared"].all()
    assert alone.differing_share == 1.0
    gaps = (alone.disagreements["splink"] - alone.disagreements["model"]).round(6)
    assert gaps.is_monotonic_decreasing


def test_a_report_is_plain_numbers_words_and_ids(campaign, no_model):
    alone = cross_check(campaign, no_model)
    report = json.loads(json.dumps(cross_check_report(alone)))
    assert report["changes_the_count"] is False
    assert len(report["disagreements"]) == len(alone.disagreements) > 50
    assert report["disagreements"][0]["compared"] is True
    assert {"first_id", "second_id", "model", "splink", "compared"} == set(report["disagreements"][0])
    assert [each["persons"] for each in report["thresholds"]] == [o.persons for o in alone.opinions]
    assert all(notice["fr"] and notice["en"] for notice in report["notices"])


def test_pairs_that_only_the_model_joins_are_listed_with_whether_splink_ever_saw_them(campaign, true_pairs):
    columns = columns_of(campaign, default_plan())
    first, second = (line.astype(np.int32) for line in np.triu_indices(len(campaign), 1))
    seen = compared(columns, first, second)
    ids = np.array(
        [sorted(pair) for pair in zip(campaign.record_id[first], campaign.record_id[second], strict=True)]
    )
    strangers = np.array([tuple(pair) not in true_pairs for pair in ids])
    never, looked = (tuple(ids[strangers & chosen][0]) for chosen in (~seen, seen))
    doubtful = tuple(ids[strangers & ~seen][1])
    invented = cross_check(
        campaign,
        pd.concat([perfect(true_pairs), model((*never, 0.97), (*looked, 0.96), (*doubtful, 0.9))]),
    )
    assert {never, looked} <= set(listed(invented))
    assert doubtful not in listed(invented)
    rows = invented.disagreements.set_index(["first_id", "second_id"])
    assert tuple(rows.loc[never]) == (0.97, 0.0, False)
    assert rows.loc[looked, "compared"]


def test_a_pair_that_splink_joins_through_a_third_is_no_disagreement(frame, encode, no_model):
    made = frame(60, 20)
    bridge = dict(made.iloc[0])
    ends = [dict(bridge), dict(bridge)]
    ends[0] |= {
        "record_id": "e1",
        "service": "u1",
        "birth_year": None,
        "birth_month": None,
        "birth_day": None,
    }
    ends[1] |= {"record_id": "e2", "service": "u2", "given_full": None, "family_full": None}
    for name in ("birth_year_no_tens", "birth_year_no_units", "birth_day_no_tens", "birth_day_no_units"):
        ends[0][name] = None
    for name in ("phonetic", "first", "last", "part_1"):
        ends[1] |= {f"given_{name}": None, f"family_{name}": None}
    records = encode(pd.concat([made, pd.DataFrame(ends)], ignore_index=True))
    checked = cross_check(records, model(("e1", "e2", 0.99)))
    loosest = checked.opinions[0].labels
    label = dict(zip(checked.record_id, loosest.tolist(), strict=True))
    assert label["e1"] == label["a0000"] == label["e2"]
    assert ("e1", "e2") not in listed(checked)


def test_what_humans_and_services_decided_is_no_disagreement(campaign, no_model, checked):
    pair = ("a0000", "b0000")
    assert pair in listed(cross_check(campaign, no_model))
    for decisions in (Decisions(same=(pair,)), Decisions(different=(pair,))):
        told = cross_check(campaign, no_model, decisions=decisions)
        assert pair not in listed(told)
    assert told.opinions[0].violations == checked.opinions[0].violations + 1
    one_service = replace(campaign, service=np.zeros(len(campaign), dtype=np.int32))
    twice = cross_check(one_service, no_model)
    assert twice.disagreements.empty
    assert twice.opinions[0].persons == len(twice.record_id)
    assert twice.opinions[0].violations == twice.opinions[0].pairs > 40
    assert twice.differing_share == 0.0


def test_a_copy_changes_no_number(frame, encode, no_model, checked):
    made = frame(300, 80)
    copies = made[made["code"].notna()].head(5).assign(record_id=[f"z{k}" for k in range(5)])
    doubled = cross_check(encode(pd.concat([made, copies], ignore_index=True)), no_model)
    assert [o.persons for o in doubled.opinions] == [o.persons for o in checked.opinions]


def test_nameless_declarations_are_compared_with_nobody(frame, encode, no_model):
    made = frame(4, 0)
    kept = made[["record_id", "service"]].reindex(columns=made.columns).astype(object)
    checked = cross_check(encode(kept.where(kept.notna(), None)), no_model)
    assert checked.usable
    assert [o.persons for o in checked.opinions] == [4, 4, 4]
    assert checked.pairs.empty
    assert checked.disagreements.empty


def test_there_must_be_a_declaration(campaign, no_model):
    from denombrement.dedup.linkage.copies import take

    with pytest.raises(UsageProblem) as problem:
        cross_check(take(campaign, np.zeros(0, dtype=np.int32)), no_model)
    assert problem.value.code == "LNK004"


def test_keys_left_out_are_told(campaign, no_model):
    names = cross_check(campaign, no_model, plan=replace(default_plan(), pairs_per_declaration=0.3)).notices
    assert "LNK116" in [notice.code for notice in names]


def test_the_models_pairs_are_found_in_whatever_order_they_come(campaign):
    pairs = model(("a0003", "b0003", 0.2), ("a0001", "b0001", 0.7), ("a0002", "b0002", 0.9))
    found = as_scored(campaign, pairs)
    ids = campaign.record_id
    named = {
        frozenset((ids[one], ids[other])): chance
        for one, other, chance in zip(found.first, found.second, found.chance, strict=True)
    }
    assert named == {frozenset(row[:2]): row[2] for row in pairs.itertuples(index=False)}
    assert (found.first < found.second).all()
