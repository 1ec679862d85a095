"""What was written comes back: random tables through each format, and through a second library."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import orjson
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.intake.readers import excel_serial_to_iso, read_tables

HEADER = ("sexe", "âge", "commune", "autre")
TEXTS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"], exclude_characters="\ufeff"
    ),
    max_size=12,
)
CELLS = st.one_of(
    TEXTS, st.sampled_from(["woman", "man", "Étalle", 'a"b', "x;y", "x,y", "deux\nlignes", "", " "])
)
TABLES = st.lists(st.tuples(*[CELLS] * len(HEADER)), min_size=1, max_size=8)


def is_known(text):
    return text in HEADER


def expected(rows):
    clean = [tuple(cell.strip() or None for cell in row) for row in rows]
    return [row for row in clean if any(row)]


def cells_of(data):
    (table,) = read_tables(data, is_known_header=is_known)
    assert table.header == HEADER
    assert table.refused == ()
    return [row.cells for row in table.rows]


SOMETHING = ("woman", "34", "Arlon", "x")


@settings(derandomize=True, deadline=None, max_examples=120)
@given(
    TABLES,
    st.sampled_from(";,\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_delimited_text_comes_back(rows, separator, encoding, line_end):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator=line_end)
    writer.writerows([HEADER, SOMETHING, *rows])
    assert cells_of(buffer.getvalue().encode(encoding)) == [SOMETHING, *expected(rows)]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(TABLES)
def test_a_workbook_comes_back_as_a_second_library_reads_it(rows):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, cells in enumerate([HEADER, SOMETHING, *rows]):
        for column, cell in enumerate(cells):
            sheet.write_string(number, column, cell)
    book.close()
    other = openpyxl.load_workbook(io.BytesIO(buffer.getvalue())).active.iter_rows(
        min_row=2, values_only=True
    )
    seen = [
        tuple(cell.strip() or None if cell else None for cell in (*row, *[None] * 4)[:4]) for row in other
    ]
    assert cells_of(buffer.getvalue()) == [row for row in seen if any(row)]
    assert cells_of(buffer.getvalue()) == [SOMETHING, *expected(rows)]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(TABLES)
def test_json_records_come_back(rows):
    records = [dict(zip(HEADER, row, strict=True)) for row in (SOMETHING, *rows)]
    assert cells_of(orjson.dumps(records)) == [SOMETHING, *expected(rows)]


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.lists(st.dates(dt.date(1928, 1, 1), dt.date(2172, 1, 1)), min_size=1, max_size=5))
def test_a_date_is_the_same_with_or_without_its_format(days):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet, style = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEADER)
    for number, day in enumerate(days, start=1):
        sheet.write_datetime(number, 0, day, style)
        sheet.write_datetime(number, 1, day, book.add_format({"num_format": "0"}))
        sheet.write_row(number, 2, ("Arlon", "x"))
    sheet.write_row(len(days) + 1, 0, SOMETHING)
    book.close()
    for cells, day in zip(cells_of(buffer.getvalue()), days, strict=False):
        assert cells[0] == excel_serial_to_iso(cells[1]) == day.isoformat()
