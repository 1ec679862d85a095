from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import DamagedInput
from denombrement.intake.readers import (
    Kind,
    RawRow,
    RawTable,
    children_of,
    column_letter,
    excel_serial_to_iso,
    header_names,
    identify,
    is_repeat,
    read_clear_return,
    read_tables,
    workbook,
)
from denombrement.intake.readers.tables import clean_text, column_number

OLD_WORKBOOK = (Path(__file__).parent / "data" / "fiche.xls").read_bytes()


def is_known(text):
    return text.casefold() in {"sexe", "commune", "sex", "age", "child_age"}


def code_of(call, *arguments, **options):
    with pytest.raises(DamagedInput) as caught:
        call(*arguments, **options)
    return caught.value.code


# --- small parts -------------------------------------------------------------------------------------------------


@given(st.integers(0, 20_000))
@settings(derandomize=True, deadline=None)
def test_column_letters_and_numbers_are_opposites(number):
    assert column_number(column_letter(number)) == number


def test_columns_are_named_as_a_spreadsheet_names_them():
    assert [column_letter(number) for number in (0, 25, 26, 701, 702, 16_383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45954", "2025-10-24"),
        ("10000", "1927-05-18"),
        ("2025", None),
        ("34", None),
        ("045954", None),
        ("04595", None),
        ("4595a", None),
        ("４５９５４", None),
        ("", None),
    ],
)
def test_a_serial_number_of_five_digits_is_a_date(text, expected):
    assert excel_serial_to_iso(text) == expected


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  x ", "x"),
        ("\u00a0x\u202f", "x"),
        ("\u200b x \ufeff", "x"),
        ("\u200b", None),
        ("", None),
        (" \n", None),
    ],
)
def test_spaces_and_invisible_marks_around_a_text_go(raw, clean):
    assert clean_text(raw) == clean


def test_a_header_has_names_with_and_without_its_groups():
    assert header_names("p1/sex") == ("p1/sex", "sex")
    assert header_names("p1-p2-age") == ("p1-p2-age", "age")
    assert header_names("g/p1-sex") == ("g/p1-sex", "p1-sex", "sex")
    assert header_names("Province d'origine - autre") == ("Province d'origine - autre",)
    assert RawTable("", ("p1/sex", "age", ""), 1, []).short_header == ("sex", "age", "")


def test_a_text_file_has_no_sheet_to_name():
    assert RawTable("", ("sex",), 1, []).place(4) == "l. 4"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"protected": "", "ciphertext": ""', Kind.SEALED),
        (b'{"met_nobody": true}', Kind.CLEAR_RETURN),
        ('\ufeff{"declarations": []}'.encode("utf-16"), Kind.CLEAR_RETURN),
        (b"[]", Kind.RECORDS),
        (b"a;b", Kind.DELIMITED),
        (OLD_WORKBOOK, Kind.XLS),
    ],
)
def test_a_file_is_known_by_its_content(data, kind):
    assert identify(data).kind is kind


def test_a_clear_return_is_given_as_its_text():
    assert read_clear_return('\ufeff{"declarations": []}'.encode()) == '{"declarations": []}'
    assert code_of(read_clear_return, b"a;b") == "INT029"


def test_a_panic_of_the_compiled_library_is_damage_and_an_interruption_is_not():
    panic = type("PanicException", (BaseException,), {})

    def fail(problem):
        raise problem

    assert code_of(workbook._without_panic, lambda: fail(panic())) == "INT010"
    for problem in (KeyboardInterrupt, ValueError):
        with pytest.raises(problem):
            workbook._without_panic(lambda problem=problem: fail(problem))


class _Sheet:
    def __init__(self, rows):
        self.iter_rows = lambda: rows


def test_rows_are_numbered_whether_or_not_the_library_gives_the_empty_ones_above():
    assert [number for number, _ in workbook._numbered(_Sheet([[""], [""], ["a"]]), 2)] == [0, 1, 2]
    assert [number for number, _ in workbook._numbered(_Sheet([["a"], [""], ["b"]]), 2)] == [2, 3, 4]


def test_the_memory_of_texts_is_bounded(monkeypatch):
    monkeypatch.setattr("denombrement.intake.readers.tables._MEMO_ENTRIES", 1)
    monkeypatch.setattr("denombrement.intake.readers.workbook._REMEMBERED_NUMBERS", 1)
    rows = read_tables(b"sexe;commune\na;b\nc;d\n", is_known_header=is_known)[0].rows
    assert [row.cells for row in rows] == [("a", "b"), ("c", "d")]
    numbers = workbook._NumberTexts()
    assert [numbers[value] for value in (1.0, 2.0, 2.5, 1.0)] == ["1", "2", "2.5", "1"]


def test_what_is_no_decoding_error_is_not_ours_to_mend():
    with pytest.raises(UnicodeEncodeError):
        "é".encode("ascii", "denombrement-windows-1252")


# --- old compound files ------------------------------------------------------------------------------------------

PLACES = st.integers(0, len(OLD_WORKBOOK) * 8 - 1)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(PLACES)
def test_a_flipped_bit_in_an_old_workbook_never_breaks_the_reader(bit):
    data = bytearray(OLD_WORKBOOK)
    data[bit // 8] ^= 1 << bit % 8
    try:
        read_tables(bytes(data), is_known_header=is_known)
    except DamagedInput:
        return


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(0, len(OLD_WORKBOOK) - 1))
def test_a_cut_old_workbook_never_breaks_the_reader(size):
    try:
        read_tables(OLD_WORKBOOK[:size], is_known_header=is_known)
    except DamagedInput:
        return


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_raise_anything_but_damaged_input(data):
    with pytest.raises(DamagedInput):
        read_tables(data, is_known_header=is_known)


def patched(place, form, *values):
    data = bytearray(OLD_WORKBOOK)
    struct.pack_into(form, data, place, *values)
    return bytes(data)


def test_broken_chains_of_an_old_workbook_are_damage():
    directory = 48
    assert code_of(identify, patched(directory, "<I", 0x00FFFFFF)) == "INT010"
    first_fat = struct.unpack_from("<I", OLD_WORKBOOK, 76)[0]
    fat = (first_fat + 1) * 512
    start = struct.unpack_from("<I", OLD_WORKBOOK, directory)[0]
    assert code_of(identify, patched(fat + 4 * start, "<I", start)) == "INT010"


# --- repeats -----------------------------------------------------------------------------------------------------


def table(header, *rows, sheet="fiches"):
    return RawTable(sheet, header, 1, [RawRow(line, cells) for line, cells in enumerate(rows, start=2)])


ADULTS = table(("sex", "_index", "_uuid"), ("woman", "1", "u1"), ("man", "2", "u2"), ("man", None, None))


def test_children_come_by_the_line_of_their_parent():
    children = table(("child_age", "_parent_index"), ("3", "1"), ("5", "2"), ("7", "1"), sheet="children")
    joined = children_of(ADULTS, children)
    assert is_repeat(children)
    assert not is_repeat(ADULTS)
    assert {line: [row.cells[0] for row in rows] for line, rows in joined.by_parent_line.items()} == {
        2: ["3", "7"],
        3: ["5"],
    }
    assert joined.orphans == ()


def test_the_identifier_of_a_submission_goes_before_its_index():
    children = table(("child_age", "_parent_index", "_submission__uuid"), ("3", "1", "u2"))
    assert list(children_of(ADULTS, children).by_parent_line) == [3]


def test_the_keys_of_odk_central_join_too():
    adults = table(("sex", "KEY"), ("woman", "uuid:1"))
    children = table(("child_age", "PARENT_KEY"), ("3", "uuid:1"))
    assert list(children_of(adults, children).by_parent_line) == [2]


def test_a_child_without_parent_is_kept_apart():
    children = table(
        ("child_age", "_parent_index", "_parent_table_name"),
        ("3", "9", "fiches"),
        ("4", None, None),
        ("5", "1", "other"),
        ("6", "1", "fiches"),
    )
    joined = children_of(ADULTS, children)
    assert [row.cells[0] for row in joined.orphans] == ["3", "4", "5"]
    assert [row.cells[0] for row in joined.by_parent_line[2]] == ["6"]


def test_tables_without_a_common_key_or_with_a_parent_twice_are_not_joined():
    children = table(("child_age", "_parent_index"), ("3", "1"))
    assert code_of(children_of, table(("sex",), ("woman",)), children) == "INT031"
    twice = table(("sex", "_index"), ("woman", "1"), ("man", "1"))
    assert code_of(children_of, twice, children) == "INT031"


def test_nested_json_gives_two_tables_that_join():
    records = [
        {"sex": "woman", "commune": "Arlon", "children": [{"child_age": 3, "sex": "girl"}, {"child_age": 5}]},
        {"sex": "man", "commune": "Virton"},
        {"sex": "man", "commune": "Virton", "children": [{"g": {"child_age": 7}}]},
    ]
    adults, children = read_tables(json.dumps(records).encode(), is_known_header=is_known)
    assert (adults.sheet, children.sheet) == ("", "children")
    joined = children_of(adults, children)
    assert {line: len(rows) for line, rows in joined.by_parent_line.items()} == {1: 2, 3: 1}


def test_a_kobo_workbook_gives_the_adults_and_their_children(tmp_path):
    import xlsxwriter

    file = tmp_path / "export.xlsx"
    book = xlsxwriter.Workbook(file)
    adults, children = book.add_worksheet("fiche"), book.add_worksheet("children")
    adults.write_row(0, 0, ("start", "p1/sex", "p1/age", "_uuid", "_index"))
    adults.write_row(1, 0, ("2025-10-24", "woman", 34, "u1", 1))
    adults.write_row(2, 0, ("2025-10-24", "man", 51, "u2", 2))
    children.write_row(0, 0, ("children/child_age", "_index", "_parent_table_name", "_parent_index"))
    children.write_row(1, 0, (3, 1, "fiche", 2))
    book.close()
    parent, child = read_tables(file, is_known_header=is_known)
    assert parent.short_header[1:3] == ("sex", "age")
    assert {line: rows[0].cells[0] for line, rows in children_of(parent, child).by_parent_line.items()} == {
        3: "3"
    }
