"""The chain of hashes: any change, loss or insertion breaks it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import DamagedInput
from denombrement.journal import next_entry, read_entry, verify_chain

MOMENT = datetime(2023, 10, 24, 10, tzinfo=UTC)


def chain(length):
    lines, last = [], None
    for number in range(length):
        last = next_entry(last, "intake", "0.1.0", {"declarations": number}, at=MOMENT)
        lines.append(last.line())
    return lines


def test_a_chain_verifies_and_reads_back():
    entries = verify_chain(chain(3))
    assert [each.number for each in entries] == [1, 2, 3]
    assert read_entry(chain(1)[0], 1).facts == {"declarations": 0}


@pytest.mark.parametrize("line", ["", "{}", "[]", "null", '{"hash": 1}', "not json"])
def test_a_line_that_is_no_entry_is_said_so(line):
    with pytest.raises(DamagedInput, match="CAM101"):
        read_entry(line, 1)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(2, 6), st.data())
def test_no_removal_move_or_change_goes_unnoticed(length, data):
    lines = chain(length)
    act = data.draw(st.sampled_from(["remove", "swap", "change"]))
    place = data.draw(st.integers(0, length - 2))
    if act == "remove":
        del lines[place]
    elif act == "swap":
        lines[place], lines[place + 1] = lines[place + 1], lines[place]
    else:
        lines[place] = lines[place].replace("intake", "inteke")
    with pytest.raises(DamagedInput):
        verify_chain(lines)
