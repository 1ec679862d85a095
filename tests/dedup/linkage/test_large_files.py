"""Keys, known duplicates, nameless declarations, notices: what small clear files do not show."""

from dataclasses import replace

import numpy as np
import pytest

from denombrement.dedup.linkage.beliefs import evidence_of, prior_beliefs, size_worths
from denombrement.dedup.linkage.candidates import find_candidates, thin
from denombrement.dedup.linkage.chain import Schedule, build_graph
from denombrement.dedup.linkage.conclusion import convergence, occupancy_notice
from denombrement.dedup.linkage.constraints import Decisions, constrain
from denombrement.dedup.linkage.engine import default_schedule, link
from denombrement.dedup.linkage.injection import PREFIX, inject
from denombrement.dedup.linkage.interval import interval
from denombrement.dedup.linkage.occupancy import Occupancy
from denombrement.dedup.linkage.pairing import of_pairs, pairs_within
from denombrement.dedup.linkage.result import Notice
from denombrement.dedup.linkage.self_test import SelfTest, self_test
from denombrement.dedup.linkage.settings import default_settings
from denombrement.dedup.linkage.unmet import Unmet, draw_unmet

KEYED = replace(default_settings(), all_pairs_up_to=10)


def test_keys_find_what_all_pairs_find(encode, file_with_doubles):
    every = encode(file_with_doubles)
    keyed = encode(file_with_doubles, settings=KEYED)
    beliefs = prior_beliefs(KEYED, len(every))
    one = find_candidates(every, evidence_of(every), beliefs)
    two = find_candidates(keyed, evidence_of(keyed), beliefs)
    strong = {(a, b) for a, b, w in zip(one.first, one.second, one.weight, strict=True) if w > 9}
    assert strong <= set(zip(two.first.tolist(), two.second.tolist(), strict=True))
    assert 0.5 <= two.recall <= 1.0
    assert {state for _, state, _ in two.keys} == {"used"}
    assert one.keys == ()
    assert one.recall == 1.0


def test_a_key_with_too_many_pairs_is_left_out_and_said_so(encode, file_with_doubles):
    tight = replace(KEYED, pairs_per_declaration=0.2)
    records = encode(file_with_doubles, settings=tight)
    found = find_candidates(records, evidence_of(records), prior_beliefs(tight, len(records)))
    assert "too_many" in {state for _, state, _ in found.keys}


def test_a_keyed_file_is_linked_and_corrected_for_its_recall(encode, file_with_doubles, short):
    result = link(encode(file_with_doubles, settings=KEYED), schedule=short)
    assert result.keys
    assert abs(result.count.persons - 80) <= 4


def test_known_duplicates_leave_the_file_as_it_was(encode, strangers):
    records = encode(strangers(60))
    found = inject(records, 500, seed=3)
    assert len(found.copy) == 60
    assert (found.records.tokens[:60] == records.tokens).all()
    assert all(record.startswith(PREFIX) for record in found.records.record_id[60:])
    assert not set(found.records.service[60:]) & set(records.service)
    same = (found.records.tokens[found.copy] == found.records.tokens[found.original]).mean()
    assert 0.7 < same < 1.0


def test_the_self_test_measures_recall_on_the_campaigns_own_file(encode, strangers, short):
    found = self_test(encode(strangers(120)), schedule=short, seed=2)
    assert found.injected == 12
    assert found.recall >= 0.6
    assert found.precision >= 0.8
    assert abs(found.count_error_percent) < 8


def test_a_self_test_without_copies_is_perfect():
    nothing = SelfTest(0, 0, 0, 0.0)
    assert (nothing.recall, nothing.precision) == (1.0, 1.0)


def nameless(rows, number):
    return rows + [
        (f"n{place:03d}", None, None, None, None, None, *rows[place][6:9], f"N{place}")
        for place in range(number)
    ]


def test_nameless_declarations_are_drawn_as_duplicates_as_often_as_others(encode, strangers, short):
    rows = strangers(120)
    rows += [(f"t{place:03d}", *rows[place][1:9], f"T{place}") for place in range(50)]
    records = encode(nameless(rows, 12))
    assert thin(records).sum() == 12
    result = link(records, schedule=short)
    table = result.persons["person_id"].nunique()
    assert table == 132
    assert result.count.low <= result.count.persons < table
    assert result.count.high <= len(records)


def test_a_file_of_one_nameless_declaration_has_one_person(encode, strangers, short):
    assert link(encode(nameless(strangers(1), 1)[1:]), schedule=short).count.persons == 1


def test_two_chains_do_for_large_files(encode, strangers):
    records = encode(strangers(60))
    plan = default_schedule(records)
    assert plan.chains == 4
    one = Schedule(3, 4, 2, 2, chains=2)
    assert len(link(records, schedule=one).draws.counts) == 4


def test_units_that_rest_between_changes_of_belief_lead_to_the_same_persons(encode, file_with_doubles, short):
    records = encode(file_with_doubles)
    resting = replace(short, resting=True)
    one, two = link(records, schedule=short), link(records, schedule=resting)
    assert one.persons.equals(two.persons)
    assert abs(one.count.persons - two.count.persons) <= 1


def test_the_interval_of_a_keyed_file_knows_that_recall_is_measured(encode, strangers, short):
    rows = strangers(200)
    rows += [(f"t{place:03d}", *rows[place][1:9], f"T{place}") for place in range(60)]
    sure = replace(KEYED, recall_doubt=0.0)
    doubtful = replace(KEYED, recall_doubt=3.0)
    calm, wide = (link(encode(rows, settings=model), schedule=short).count for model in (sure, doubtful))
    assert calm.low <= 200 <= calm.high
    assert wide.high - wide.low > calm.high - calm.low


def test_every_notice_has_its_text():
    for code, facts in (("LNK101", {"field": "day"}), ("LNK106", {"occupancy": 90, "model": 120})):
        assert Notice(code, facts).text("fr") != Notice(code, facts).text("en")


def test_chains_that_disagree_are_noticed():
    calm = np.array([10, 11, 10, 11, 10, 11])
    assert convergence([calm, calm]) < 1.1
    assert convergence([calm, calm + 50]) > 2
    assert convergence([np.array([3, 3])]) == 1.0
    assert convergence([np.array([3] * 6), np.array([3] * 6)]) == 1.0
    assert convergence([np.array([3] * 6), np.array([4] * 6)]) == float("inf")


def test_the_interval_is_stretched_around_the_median():
    draws = np.arange(101) + 100
    plain = replace(KEYED, interval_factor=1.0, model_doubt=0.0)
    assert interval(draws, 1000, plain) == (102, 198)
    assert interval(draws, 1000, replace(plain, interval_factor=1.5)) == (79, 221)
    assert interval(draws, 210, replace(plain, interval_factor=1.5)) == (79, 210)
    assert interval(draws - 100, 1000, replace(plain, interval_factor=1.5)) == (0, 121)


def test_the_model_doubts_a_share_of_the_duplicates_however_many_the_draws():
    same = np.full(50, 800_000)
    doubting = replace(KEYED, model_doubt=0.005)
    assert interval(same, 1_000_000, doubting) == (798_040, 801_960)
    assert interval(same, 800_000, doubting) == (800_000, 800_000)


def test_birth_dates_that_tell_another_story_are_a_warning():
    assert [notice.code for notice in occupancy_notice(Occupancy(80.0, 2.0, 100), 100, 100)] == ["LNK106"]
    assert not list(occupancy_notice(Occupancy(99.0, 2.0, 100), 100, 100))
    assert not list(occupancy_notice(Occupancy(0.0, 0.0, 0), 100, 100))
    assert list(occupancy_notice(Occupancy(80.0, 2.0, 100, crowded=100), 200, 200))
    assert not list(occupancy_notice(Occupancy(80.0, 2.0, 100, crowded=101), 201, 201))


def test_a_degenerate_fit_is_noticed(encode, file_with_doubles, short):
    strange = tuple(replace(field, miss_mean=0.59, miss_weight=1e9) for field in default_settings().fields)
    model = replace(default_settings(), fields=strange, size_weights=(1.0, 1e9), chance_share=-1.0)
    codes = {
        notice.code for notice in link(encode(file_with_doubles, settings=model), schedule=short).notices
    }
    assert {"LNK101", "LNK102", "LNK104"} <= codes


def test_chains_without_agreement_are_said_so(encode, file_with_doubles, monkeypatch, short):
    from denombrement.dedup.linkage import conclusion

    monkeypatch.setattr(conclusion, "LARGEST_R_HAT", 0.0)
    assert "LNK103" in {notice.code for notice in link(encode(file_with_doubles), schedule=short).notices}


def test_sizes_beyond_the_known_fall_off():
    worths = np.exp(size_worths(np.array([8.0, 2.0]), default_settings(), 1)[1:4]) / [1, 2, 6]
    assert worths[0] > worths[1] > worths[2] > 0


def test_pairs_are_looked_up_in_any_order():
    first, second = np.array([0, 2], dtype=np.int32), np.array([1, 5], dtype=np.int32)
    found = of_pairs(
        first,
        second,
        np.array([0.3, 0.7]),
        np.array([1, 5, 0], dtype=np.int32),
        np.array([0, 2, 9], dtype=np.int32),
    )
    assert found.tolist() == pytest.approx([0.3, 0.7, 0.0])
    empty = np.zeros(0, dtype=np.int32)
    assert of_pairs(empty, empty, np.zeros(0), first, second).tolist() == [0.0, 0.0]


def test_pairs_within_blocks_leave_large_blocks_out():
    values = np.array([5, 5, -1, -1, 7, 7, 7], dtype=np.int64)
    one, two = pairs_within(values, 2)
    assert list(zip(one.tolist(), two.tolist(), strict=True)) == [(0, 1)]
    assert len(pairs_within(values, 3)[0]) == 4


def test_partners_are_sampled_in_a_large_file(encode, strangers, short, monkeypatch):
    from denombrement.dedup.linkage import unmet

    monkeypatch.setattr(unmet, "FEWEST_PARTNERS", 20)
    monkeypatch.setattr(unmet, "PARTNER_PAIRS", 20)
    result = link(encode(nameless(strangers(60), 5)), schedule=short)
    assert result.count.persons <= 65


def drawn_with(records, decisions, partner):
    """Label of each declaration where each is surely a second one of its partner's person."""
    place = {record: position for position, record in enumerate(records.record_id)}
    unmet = Unmet(
        mass=np.full(len(records), 1e9),
        partner=np.array([place[partner[record]] for record in records.record_id], dtype=np.int32),
        thin=np.zeros(0, dtype=np.int32),
        partners=np.zeros((0, 0), dtype=np.int32),
        chances=np.zeros((0, 0)),
    )
    constraints = constrain(records, decisions)
    candidates = find_candidates(records, evidence_of(records), prior_beliefs(KEYED, len(records)))
    graph = build_graph(records, candidates, constraints)
    alone = np.arange(constraints.units, dtype=np.int32)
    drawn = draw_unmet(unmet, graph, constraints.unit, alone, np.random.default_rng(1))
    return dict(zip(records.record_id, drawn.tolist(), strict=True))


@pytest.mark.parametrize(
    ("services", "decisions"),
    [
        (("S", "S", "T"), Decisions()),
        (("S", None, "S"), Decisions(same=(("s001", "s002"),))),
        ((None, "S", "T"), Decisions(same=(("s001", "s002"),), different=(("s000", "s002"),))),
        (("S", "T", "S"), Decisions()),
    ],
)
def test_no_draw_joins_what_a_service_or_a_human_keeps_apart(encode, strangers, services, decisions):
    records = encode([(*row[:9], service) for row, service in zip(strangers(3), services, strict=True)])
    drawn = drawn_with(records, decisions, {"s000": "s001", "s001": "s002", "s002": "s001"})
    assert len(set(drawn.values())) == 2
    assert drawn["s000"] != drawn["s002"]


def test_a_nameless_declaration_is_never_drawn_as_one_of_its_own_service(encode, file_with_doubles, short):
    rows = file_with_doubles
    rows += [(f"n{place:03d}", *[None] * 5, *rows[place][6:10]) for place in range(40)]
    result = link(encode(rows), schedule=short)
    service = {row[0]: row[9] for row in rows}
    declared = [service[record] for record in result.draws.record_id]
    joined = 0
    for labels in result.draws.labels.tolist():
        assert len(set(zip(labels, declared, strict=True))) == len(rows)
        joined += len(rows) - len(set(labels))
    assert joined > 12 * len(result.draws.labels)


def test_duplicates_that_the_keys_missed_are_drawn_in_every_partition(encode, strangers):
    records = encode(strangers(200))
    constraints = constrain(records, Decisions(different=(("s000", "s001"),)))
    candidates = find_candidates(records, evidence_of(records), prior_beliefs(KEYED, len(records)))
    graph = build_graph(records, candidates, constraints)
    nobody = Unmet(
        mass=np.zeros(200),
        partner=np.full(200, -1, dtype=np.int32),
        thin=np.zeros(0, dtype=np.int32),
        partners=np.zeros((0, 0), dtype=np.int32),
        chances=np.zeros((0, 0)),
    )
    couples = np.arange(200, dtype=np.int32) // 2 * 2
    couples[100:] = np.arange(100, 200)
    generator = np.random.default_rng(1)
    drawn = draw_unmet(nobody, graph, constraints.unit, couples, generator, missed=0.2)
    # Fifty duplicates were met, so that ten more were not.
    assert len(np.unique(drawn)) == 140
    for record in np.flatnonzero(drawn != couples):
        others = np.flatnonzero((drawn == drawn[record]) & (np.arange(200) != record))
        assert records.service[record] not in records.service[others]


def test_two_lone_declarations_that_join_each_other_are_one_person(encode, strangers):
    drawn = drawn_with(encode(strangers(2)), Decisions(), {"s000": "s001", "s001": "s000"})
    assert drawn["s000"] == drawn["s001"]
