from __future__ import annotations

import struct

import pytest

from denombrement.errors import DamagedInput
from denombrement.intake.readers import compound

FREE, END = 0xFFFFFFFF, 0xFFFFFFFE
NUMBER, MULTIPLE, PASSWORD = 0x0203, 0x00BD, 0x002F


def record(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


def cell(row, column):
    return record(NUMBER, struct.pack("<HHHd", row, column, 0, 1.0))


def entry(name, kind, first, size):
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HB", len(text) + 2 if name else 0, kind)
        + bytes(49)
        + struct.pack("<IQ", first, size)
    )


def numbers(*values):
    return struct.pack("<128I", *values, *[FREE] * (128 - len(values)))


def compound_file(stream, *, streams=("Workbook",), root=True, far_fat=False, mini_first=0, size=None):
    """A compound file whose one small stream lies in the mini stream.

    Sectors: 0 the FAT, 1 the directory, 2 the mini FAT, 3 the list of FAT sectors, 4 and on the mini stream.
    """
    container = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    last = 3 + len(container) // 512
    chain = [*range(5, last + 1), END]
    minis = -(-len(stream) // 64)
    directory = entry("Root Entry", 5 if root else 1, 4, len(container))
    for name in streams:
        directory += entry(name, 2, mini_first, len(stream) if size is None else size)
    header = compound.SIGNATURE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIII", 0, 1, 1, 0, 4096, 2)
    header += struct.pack("<III", 1, 3 if far_fat else END, 1 if far_fat else 0)
    header += struct.pack("<109I", *([FREE] if far_fat else [0]), *[FREE] * 108)
    difat = struct.pack("<128I", 0, *[FREE] * 126, END)
    return b"".join(
        [
            header,
            numbers(0xFFFFFFFD, END, END, 0xFFFFFFFC, *chain),
            directory.ljust(512, b"\0")[:512],
            numbers(*range(1, minis), END),
            difat,
            container,
        ]
    )


def scan(data, limit_cells=65_536 * 256):
    return compound.scan_workbook(data, limit_cells)


def code_of(data):
    with pytest.raises(DamagedInput) as caught:
        scan(data)
    return caught.value.code


GOOD = cell(0, 0) + cell(65_535, 255) + record(0x000A, b"") * 200


@pytest.mark.parametrize("far_fat", [False, True])
def test_a_workbook_inside_the_format_passes(far_fat):
    data = compound_file(GOOD, far_fat=far_fat)
    scan(data)
    assert compound.stream_names(data) >= {"Root Entry", "Workbook"}


def test_a_cell_beyond_the_format_is_refused():
    assert code_of(compound_file(GOOD + cell(0, 256))) == "INT012"


def test_a_sheet_that_spans_more_than_the_limit_is_refused():
    data = compound_file(cell(0, 0) + cell(99, 9) + record(0x000A, b"") * 100)
    assert scan(data, 1_000) == {}
    with pytest.raises(DamagedInput) as caught:
        scan(data, 999)
    assert caught.value.code == "INT012"


def test_a_run_of_cells_that_ends_beyond_the_format_is_refused():
    run = record(MULTIPLE, struct.pack("<HHHHH", 0, 250, 0, 0, 300))
    assert code_of(compound_file(GOOD + run)) == "INT012"
    scan(compound_file(GOOD + record(MULTIPLE, struct.pack("<HHHHH", 0, 250, 0, 0, 251))))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        struct.pack("<IIHHH", 0, 65_537, 0, 1, 0),
        struct.pack("<IIHHH", 2, 1, 0, 1, 0),
        struct.pack("<IIHHH", 0, 1, 3, 2, 0),
        struct.pack("<HHHH", 0, 1, 0, 257),
    ],
)
def test_an_extent_outside_the_format_is_damage(content):
    assert code_of(compound_file(record(0x0200, content) + GOOD)) == "INT010"


def test_an_extent_inside_the_format_passes_in_both_of_its_forms():
    both = record(0x0200, struct.pack("<IIHHH", 0, 65_536, 0, 256, 0)) + record(
        0x0200, struct.pack("<HHHHH", 0, 9, 0, 4, 0)
    )
    assert scan(compound_file(both + GOOD)) == {}


def test_a_cell_record_too_short_to_place_anything_is_passed_over():
    scan(compound_file(GOOD + record(NUMBER, b"\xff")))


def test_a_locked_workbook_is_told_as_such():
    assert code_of(compound_file(record(PASSWORD, b"\0\0") + GOOD)) == "INT009"


@pytest.mark.parametrize(
    "data",
    {
        "no workbook": compound_file(GOOD, streams=("Other",)),
        "no root": compound_file(GOOD, root=False),
        "a chain out of the file": compound_file(GOOD, mini_first=127 * 64),
        "a stream longer than its chain": compound_file(GOOD, size=4_000),
        "a stream out of the FAT": compound_file(GOOD, size=5_000, mini_first=4_000),
        "a sector that is not there": compound_file(GOOD)[: 512 * 4],
        "sectors of another size": compound_file(GOOD)[:30] + b"\x05\x00" + compound_file(GOOD)[32:],
        "a header cut short": compound_file(GOOD)[:60],
    }.values(),
)
def test_a_broken_compound_file_is_damaged(data):
    assert code_of(data) == "INT010"


def test_a_list_of_sectors_that_turns_in_circles_ends():
    data = bytearray(compound_file(GOOD, far_fat=True))
    struct.pack_into("<I", data, 512 * 5 - 4, 3)
    scan(bytes(data))


def test_failed_formulas_are_placed_in_their_sheet():
    formula = struct.pack("<HHH", 4, 2, 0) + b"\x02\x00\x07\x00\x00\x00\xff\xff" + bytes(8)
    text_formula = struct.pack("<HHH", 4, 3, 0) + b"\x00\x00\x00\x00\x00\x00\xff\xff" + bytes(8)
    error, truth = (struct.pack("<HHHBB", 5, 1, 0, 1, kind) for kind in (1, 0))
    failing = record(6, formula) + record(6, text_formula) + record(0x0205, error) + record(0x0205, truth)
    assert scan(compound_file(failing)) == {0: frozenset({(4, 2), (5, 1)})}
    # The second sheet of the list begins first in the file.
    filler = record(0x000A, b"")
    placed = (
        record(0x0085, struct.pack("<IH", 60, 0)) + record(0x0085, struct.pack("<IH", 28, 0)) + filler * 2
    )
    assert len(placed) == 28
    first = record(0x0205, error) + filler * 5
    assert len(first) == 32
    data = compound_file(placed + first + record(6, formula))
    assert scan(data) == {1: frozenset({(5, 1)}), 0: frozenset({(4, 2)})}
    assert scan(compound_file(record(0x0085, b"\0") + GOOD)) == {}
