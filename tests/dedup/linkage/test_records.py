"""Tokens as integers: what is missing stays missing, what is wrong is refused."""

from dataclasses import replace

import numpy as np
import pytest

from denombrement.dedup.linkage.compiled import cache_folder
from denombrement.dedup.linkage.frequencies import namesake_excess, shares, value_shares
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.errors import UsageProblem


def test_an_absent_column_is_refused(tokens_of, strangers):
    with pytest.raises(UsageProblem, match="LNK001"):
        EncodedRecords.from_tokens(tokens_of(strangers(3)).drop(columns="family_full"))


@pytest.mark.parametrize("ids", [["a", "a", "b"], ["a", None, "b"]])
def test_ids_are_present_and_unique(tokens_of, strangers, ids):
    frame = tokens_of(strangers(3)).assign(record_id=ids)
    with pytest.raises(UsageProblem, match="LNK002"):
        EncodedRecords.from_tokens(frame)


def test_missing_never_equals_missing(encode, strangers):
    rows = [(*row[:2], None, *row[3:]) for row in strangers(4)]
    records = encode(rows)
    assert (records.column("family") == -1).all()
    assert (value_shares(records)[:, records.starts[1]] == 1.0).all()


def test_columns_that_a_recipe_lacks_count_as_missing(tokens_of, strangers):
    frame = tokens_of(strangers(5)).drop(columns=["nationality", "commune", "day_as_month", "given_phonetic"])
    records = EncodedRecords.from_tokens(frame)
    assert (records.column("nationality") == -1).all()
    assert (records.column("given", 1) == -1).all()
    assert (records.swapped[:, 2] == -1).all()
    assert (value_shares(records) <= 1.0).all()


def test_swapped_names_share_the_integers_of_names(encode, strangers):
    row = strangers(1)[0]
    turned = ("turned", row[2], row[1], *row[3:])
    records = encode([row, turned])
    place = {record: position for position, record in enumerate(records.record_id)}
    assert records.swapped[place["turned"], 0] == records.column("given")[place["s000"]]
    assert records.swapped[place["turned"], 1] == records.column("family")[place["s000"]]


def test_shares_add_up_and_leave_room_for_the_unseen():
    found = shares(np.array([0, 0, 1, -1], dtype=np.int32), np.array([3], dtype=np.int32))
    assert len(found) == 4
    assert found.sum() == pytest.approx(1.0)
    assert found[0] > found[1] > found[3] > 0


def test_names_are_weighed_within_a_nationality(encode, strangers):
    rows = [(*row[:7], "BE" if place < 30 else "MA", *row[8:]) for place, row in enumerate(strangers(60))]
    rows = [(row[0], "Mohamed" if row[7] == "MA" else row[1], *row[2:]) for row in rows]
    records = encode(rows)
    heavy = encode(rows, settings=replace(records.settings, shrinkage=1e9))
    own, whole = value_shares(records)[:, 0], value_shares(heavy)[:, 0]
    common = whole > 0.4
    assert common.sum() == 30
    assert (own[common] > whole[common]).all()


def test_a_given_name_is_weighed_within_its_sex(encode, strangers):
    rows = [(*row[:6], "man" if place < 20 else "woman", *row[7:]) for place, row in enumerate(strangers(60))]
    rows = [(row[0], "Pascal" if row[6] == "man" else row[1], *row[2:]) for row in rows]
    records = encode(rows, settings=replace(encode(rows).settings, shrinkage=1.0))
    men = records.column("sex") == records.column("sex")[list(records.record_id).index("s000")]
    assert men.sum() == 20
    assert (value_shares(records)[men, 0] > 0.9).all()


def test_names_that_go_together_are_no_proof_of_one_person(encode, strangers):
    rows = strangers(240)
    apart = encode(rows)
    assert np.exp(2 * namesake_excess(apart)).max() < 1.6
    # One origin in three, told by no field: its given names and family names are found together only.
    rows = [
        (row[0], ("Ali", "Omar")[place % 2], ("Haddad", "Nasser")[place // 3 % 2], *row[3:7], "BE", *row[8:])
        if place % 3 == 0
        else (*row[:7], "BE", *row[8:])
        for place, row in enumerate(rows)
    ]
    assert np.exp(2 * namesake_excess(encode(rows))).min() > 1.5
    nowhere = [(*row[:8], None, row[9]) for row in rows]
    assert np.exp(2 * namesake_excess(encode(nowhere))).max() == 1.0


def test_compiled_code_is_kept_apart_for_each_state_of_its_source():
    assert cache_folder({"NUMBA_CACHE_DIR": "/elsewhere"}) == "/elsewhere"
    assert cache_folder({"XDG_CACHE_HOME": "/cache"}).startswith("/cache/denombrement/compiled-")
