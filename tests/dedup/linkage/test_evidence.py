"""The likelihood of groups, the deterministic passes and the counts without linkage, against plain reckoning."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from denombrement.dedup.linkage.beliefs import evidence_of, prior_beliefs
from denombrement.dedup.linkage.kernel_likelihood import (
    date_ratio,
    field_ratio,
    group_log_ratio,
    joint_ratio,
    names_ratio,
    new_tables,
)
from denombrement.dedup.linkage.kernel_pair import (
    FAMILY,
    GIVEN,
    YEAR,
    pair_field,
    pair_joint,
    pair_log_ratio,
)
from denombrement.dedup.linkage.occupancy import Occupancy, exact_codes, occupancy
from denombrement.dedup.linkage.passes import run_passes

TABLES = new_tables(6)


def prepared(encode, rows):
    records = encode(rows)
    place = {record: position for position, record in enumerate(records.record_id)}
    return records, evidence_of(records), prior_beliefs(records.settings, len(records)), place


def reckoned_field(evidence, beliefs, field, group):
    """The sum over true values, written down once more in plain Python."""
    start, end = evidence.starts[field], evidence.starts[field + 1]
    miss = beliefs.miss[field]
    present = [record for record in group if evidence.tokens[record, start] >= 0]
    if len(present) < 2:
        return 1.0
    truths = {int(evidence.tokens[record, start]): record for record in sorted(present, reverse=True)}
    total, seen = 0.0, 0.0
    for value, truth in truths.items():
        share = float(evidence.share[truth, start])
        product = share
        for record in present:
            chance = beliefs.landing[start] * miss
            if evidence.tokens[record, start] == value:
                chance += (1 - miss) / float(evidence.share[record, start])
            else:
                for level in range(start + 1, end):
                    token = evidence.tokens[record, level]
                    if token >= 0 and token == evidence.tokens[truth, level]:
                        room = float(evidence.share[record, level]) - share
                        room = max(room, float(evidence.share[record, start]))
                        chance += miss * beliefs.landing[level] / room
            product *= chance
        total += product
        seen += share
    return total + max(0.0, 1 - seen) * miss ** len(present)


def test_a_fields_ratio_is_the_sum_over_true_values(encode, file_with_doubles):
    _, evidence, beliefs, place = prepared(encode, file_with_doubles)
    generator = np.random.default_rng(5)
    for _ in range(30):
        group = generator.choice(len(place), size=3, replace=False).astype(np.int32)
        for field in (GIVEN, FAMILY, 5):
            expected = reckoned_field(evidence, beliefs, field, group.tolist())
            assert field_ratio(evidence, beliefs, field, group, 3) == pytest.approx(expected, rel=1e-4)


def test_one_declaration_alone_weighs_nothing(encode, strangers):
    _, evidence, beliefs, _ = prepared(encode, strangers(5))
    assert group_log_ratio(evidence, beliefs, np.array([2], dtype=np.int32), 1, TABLES) == 0.0


def test_a_group_weighs_the_same_in_any_order(encode, file_with_doubles):
    _, evidence, beliefs, place = prepared(encode, file_with_doubles)
    generator = np.random.default_rng(6)
    for _ in range(20):
        group = generator.choice(len(place), size=4, replace=False).astype(np.int32)
        group[:2] = place["s000"], place["t000"]
        worths = [group_log_ratio(evidence, beliefs, np.roll(group, shift), 4, TABLES) for shift in range(4)]
        assert worths == pytest.approx([worths[0]] * 4)


def test_a_pair_weighs_as_much_as_a_group_of_two(encode, file_with_doubles):
    rows = [
        *file_with_doubles,
        ("turned", *[file_with_doubles[0][place] for place in (2, 1)], *file_with_doubles[0][3:9], "T"),
    ]
    rows.append(("dated", *rows[0][1:4], rows[0][5], rows[0][4], *rows[0][6:9], "T3"))
    rows.append(("bare", None, rows[0][2], None, None, 5, *rows[0][6:9], "T4"))
    records, evidence, beliefs, place = prepared(encode, rows)
    generator = np.random.default_rng(7)
    for number in range(300):
        pair = generator.choice(len(records), size=2, replace=False).astype(np.int32)
        if number < 3:
            pair = np.array([place["s000"], place[("turned", "dated", "bare")[number]]], dtype=np.int32)
        for first, columns in ((GIVEN, 0), (YEAR, 2)):
            expected = joint_ratio(evidence, beliefs, first, columns, pair, 2, TABLES)
            one, other = sorted(pair.tolist())
            assert pair_joint(evidence, beliefs, first, columns, one, other) == pytest.approx(expected)
        expected = field_ratio(evidence, beliefs, FAMILY, np.sort(pair), 2)
        assert pair_field(evidence, beliefs, FAMILY, *sorted(pair.tolist())) == pytest.approx(expected)
        weights = [pair_log_ratio(evidence, beliefs, *order) for order in (pair, pair[::-1])]
        assert weights[0] == weights[1] == group_log_ratio(evidence, beliefs, pair, 2, TABLES)


def test_turned_names_weigh_nearly_as_much_as_right_ones(encode, strangers):
    rows = strangers(80)
    rows.append(("turned", rows[0][2], rows[0][1], *rows[0][3:9], "T"))
    _, evidence, beliefs, place = prepared(encode, rows)
    pair = np.array([place["s000"], place["turned"]], dtype=np.int32)
    other = np.array([place["s001"], place["turned"]], dtype=np.int32)
    assert math.log(names_ratio(evidence, beliefs, pair, 2, TABLES)) > 0
    assert math.log(names_ratio(evidence, beliefs, other, 2, TABLES)) < 0


def test_day_and_month_in_each_others_place_still_link(encode, strangers):
    rows = strangers(80)
    first = (*rows[0][:3], 1980, 3, 11, *rows[0][6:])
    rows[0] = first
    rows.append(("turned", *first[1:4], 11, 3, *first[6:9], "T"))
    rows.append(("wrong", *first[1:3], 1960, 8, 27, *first[6:9], "T2"))
    _, evidence, beliefs, place = prepared(encode, rows)
    pair = np.array([place["s000"], place["turned"]], dtype=np.int32)
    wrong = np.array([place["s000"], place["wrong"]], dtype=np.int32)
    assert date_ratio(evidence, beliefs, pair, 2, TABLES) > 1
    # A date invented as a whole is one fault, not three.
    assert 0.5 * beliefs.invented < date_ratio(evidence, beliefs, wrong, 2, TABLES) < 1


def test_relatives_need_personal_evidence(encode, strangers):
    rows = strangers(300)
    sister = ("sister", "Zoé", rows[0][2], rows[0][3] + 3, 9, 17, rows[0][6], *rows[0][7:9], "T")
    rows.append(sister)
    rows.append(("again", *rows[0][1:9], "T2"))
    _, evidence, beliefs, place = prepared(encode, rows)
    worth = {
        name: group_log_ratio(
            evidence, beliefs, np.array([place["s000"], place[name]], dtype=np.int32), 2, TABLES
        )
        for name in ("sister", "again")
    }
    assert worth["sister"] < 0 < worth["again"]


def test_a_pass_that_chance_would_make_is_switched_off(encode, strangers):
    rows = strangers(200)
    records = encode(rows)
    loose = replace(records.settings.passes[0], name="year and sex", parts=(("year", 0), ("sex", 0)))
    model = replace(records.settings, passes=(*records.settings.passes, loose))
    found = {entry.name: entry for entry in run_passes(encode(rows, settings=model))}
    assert not found["year and sex"].active
    assert found["year and sex"].links > 0
    assert len(found["year and sex"].first) == 0
    assert found["all parts"].active


def test_an_active_pass_links_what_agrees(encode, file_with_doubles):
    records = encode(file_with_doubles)
    found = {entry.name: entry for entry in run_passes(records)}
    exact = found["all parts"]
    ids = {
        tuple(sorted((records.record_id[a], records.record_id[b])))
        for a, b in zip(exact.first, exact.second, strict=True)
    }
    assert ("s000", "t000") in ids
    assert exact.chance_links < 0.05 * exact.links


def test_occupancy_recovers_persons_from_birth_dates(encode):
    generator = np.random.default_rng(11)
    rows = [
        (
            f"r{place}",
            "A",
            "B",
            1980,
            int(generator.integers(1, 13)),
            int(generator.integers(2, 29)),
            "man",
            None,
            None,
            None,
        )
        for place in range(400)
    ]
    found = occupancy(encode(rows))
    assert found.declarations == 400
    # Only 324 of 364 days are drawn from here, so that the estimate is a little high.
    assert 350 < found.persons < 520
    assert found.deviation > 0


def test_a_birth_year_whose_days_are_nearly_all_taken_is_left_out(encode):
    def born_every_day(year, days):
        return [
            (f"y{year}-{day}", "A", "B", year, 1 + day // 27, 2 + day % 27, "man", None, None, None)
            for day in range(days)
        ]

    found = occupancy(encode([*born_every_day(1980, 200), *born_every_day(1990, 320)]))
    assert (found.declarations, found.crowded) == (200, 320)
    assert found.persons == pytest.approx(math.log(1 - 200 / 364.25) / math.log(1 - 1 / 364.25))


def test_occupancy_without_dates_says_nothing(encode, strangers):
    rows = [(*row[:3], None, None, None, *row[6:]) for row in strangers(4)]
    assert occupancy(encode(rows)) == Occupancy(0, 0.0, 0)


def test_exact_codes_count_the_incomplete_apart(encode, file_with_doubles):
    records = encode(file_with_doubles)
    whole = records.code[records.code >= 0]
    assert exact_codes(records) == len(set(whole.tolist())) + int((records.code < 0).sum())


PLAIN = """
import numpy as np
from conftest import make_strangers, make_tokens_of
from denombrement.dedup.linkage.chain import Schedule
from denombrement.dedup.linkage.engine import link
from denombrement.dedup.linkage.records import EncodedRecords
rows = make_strangers(24)
rows += [(f"t{place}", *rows[place][1:9], f"T{place}") for place in range(4)]
result = link(EncodedRecords.from_tokens(make_tokens_of(rows)), schedule=Schedule(4, 8, 4, 4, 2))
print(result.persons["person_id"].nunique())
"""


def test_the_kernels_say_the_same_as_plain_python(encode, strangers):
    folder = str(Path(__file__).parent)
    environment = {
        **os.environ,
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": os.pathsep.join([folder, str(Path.cwd())]),
    }
    run = subprocess.run(
        [sys.executable, "-c", PLAIN], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["24"]
