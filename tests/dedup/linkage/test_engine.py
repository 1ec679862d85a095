"""Linkage from end to end on small files: the count, its constraints, its invariants."""

import numpy as np
import pytest

from denombrement.dedup.linkage.constraints import Decisions
from denombrement.dedup.linkage.engine import default_schedule, link
from denombrement.errors import UsageProblem


def persons(result):
    """Sets of record ids, one a person."""
    return {frozenset(group) for _, group in result.persons.groupby("person_id")["record_id"]}


def test_persons_met_twice_are_counted_once(encode, file_with_doubles, short):
    result = link(encode(file_with_doubles), schedule=short)
    doubles = {group for group in persons(result) if len(group) > 1}
    assert doubles == {frozenset((f"s{index * 3:03d}", f"t{index:03d}")) for index in range(12)}
    assert result.count.persons == 80
    assert result.count.low <= 80 <= result.count.high
    assert result.count.declarations == 92
    assert result.count.low_undecided <= result.count.persons <= result.count.high_undecided


def test_the_order_of_the_declarations_never_matters(encode, tokens_of, file_with_doubles, short):
    straight = link(encode(file_with_doubles), schedule=short)
    shuffled = list(file_with_doubles)
    np.random.default_rng(3).shuffle(shuffled)
    again = link(encode([tuple(row) for row in shuffled]), schedule=short)
    assert straight.persons.equals(again.persons)
    assert straight.pairs.equals(again.pairs)
    assert straight.count == again.count
    assert np.array_equal(straight.draws.labels, again.draws.labels)


def test_a_copy_of_a_declaration_never_changes_the_count(encode, file_with_doubles, short):
    before = link(encode(file_with_doubles), schedule=short)
    copy = ("a-copy", *file_with_doubles[5][1:])
    after = link(encode([copy, *file_with_doubles]), schedule=short)
    assert after.count.persons == before.count.persons
    assert (after.count.low, after.count.high) == (before.count.low, before.count.high)
    together = after.persons.set_index("record_id")["person_id"]
    assert together["a-copy"] == together[file_with_doubles[5][0]]


def test_humans_are_never_overruled(encode, file_with_doubles, short):
    decisions = Decisions(same=(("s001", "s002"),), different=(("s000", "t000"),))
    result = link(encode(file_with_doubles), decisions=decisions, schedule=short)
    groups = persons(result)
    assert any({"s001", "s002"} <= group for group in groups)
    assert not any({"s000", "t000"} <= group for group in groups)
    columns = {record: place for place, record in enumerate(result.draws.record_id)}
    labels = result.draws.labels
    assert (labels[:, columns["s001"]] == labels[:, columns["s002"]]).all()
    assert (labels[:, columns["s000"]] != labels[:, columns["t000"]]).all()


def test_contradicting_answers_are_listed_and_merge_nobody(encode, file_with_doubles, short):
    decisions = Decisions(same=(("s001", "s002"), ("s002", "s004")), different=(("s001", "s004"),))
    result = link(encode(file_with_doubles), decisions=decisions, schedule=short)
    assert result.contradictions == (("s001", "s002", "s004"),)
    assert "LNK105" in {notice.code for notice in result.notices}
    assert not any({"s001", "s004"} <= group for group in persons(result))


def test_one_service_never_declares_one_person_twice_unless_a_human_says_so(encode, strangers, short):
    rows = strangers(60)
    twin = list(rows[0])
    twin[0], twin[5] = "twin", rows[0][5] + 1
    rows.append(tuple(twin))
    apart = link(encode(rows), schedule=short)
    assert not any({"s000", "twin"} <= group for group in persons(apart))
    told = link(encode(rows), decisions=Decisions(same=(("s000", "twin"),)), schedule=short)
    assert any({"s000", "twin"} <= group for group in persons(told))


def test_an_empty_file_is_refused(encode, tokens_of, strangers):
    records = encode(strangers(2))
    from denombrement.dedup.linkage.copies import take

    with pytest.raises(UsageProblem, match="LNK004"):
        link(take(records, np.zeros(0, dtype=np.int32)))


def test_a_single_declaration_is_one_person(encode, strangers, short):
    result = link(encode(strangers(1)), schedule=short)
    assert (result.count.persons, result.count.low, result.count.high) == (1, 1, 1)
    assert result.pairs.empty


def test_large_files_run_shorter_chains(encode, strangers):
    small = default_schedule(encode(strangers(3)))
    assert small.sweeps == 250
    assert sum(small.is_draw(number) for number in range(small.sweeps)) == small.draws


def test_progress_names_each_phase(encode, strangers, short):
    phases = []
    link(encode(strangers(20)), schedule=short, progress=phases.append)
    assert phases == ["candidates", "sampling", "persons"]
