"""Files as people make them, each with what the readers must answer: a code, or the rows."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from denombrement.errors import DamagedInput
from denombrement.intake.readers import ReadLimits, read_tables
from denombrement.intake.sealing import seal
from denombrement.intake.sealing_keys import make_private_key

OLD_WORKBOOK = (Path(__file__).parent / "data" / "fiche.xls").read_bytes()
KNOWN = {"sexe", "âge", "commune", "nuit", "sex", "age", "child_age", "child_sex", "kön"}
TEXT = "sexe;âge;commune\nwoman;34;Étalle\nman;51;Arlon\n"
WOMAN, MAN = ("woman", "34", "Étalle"), ("man", "51", "Arlon")


def is_known(text):
    return text.casefold() in KNOWN


# --- makers ------------------------------------------------------------------------------------------------------


def xlsx(*sheets, hidden=(), options=None):
    """A workbook from functions that fill a sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **(options or {})})
    for number, fill in enumerate(sheets):
        sheet = book.add_worksheet()
        fill(sheet, book)
        if number in hidden:
            sheet.hide()
    book.close()
    return buffer.getvalue()


def rows(*content):
    def fill(sheet, book):
        for number, cells in enumerate(content):
            sheet.write_row(number, 0, cells)

    return fill


HEADER = ("sexe", "âge", "commune")
FILLED = rows(HEADER, ("woman", 34, "Étalle"), ("man", 51.0, "Arlon"))
WORKBOOK = xlsx(FILLED)


def titled(sheet, book):
    sheet.merge_range("A1:C1", "Dénombrement 2025 : fiches du service", book.add_format({"bold": True}))
    sheet.write("A2", "À remplir avant le 30 novembre")
    for number, cells in enumerate((HEADER, WOMAN, MAN), start=3):
        sheet.write_row(number, 0, cells)


def offset(sheet, book):
    for number, cells in enumerate((HEADER, WOMAN), start=4):
        sheet.write_row(number, 2, cells)


def dated(sheet, book):
    sheet.write_row(0, 0, ("sexe", "nuit", "nuit du"))
    day, moment = (book.add_format({"num_format": text}) for text in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"))
    sheet.write_row(1, 0, ("woman", "24/10/2025"))
    sheet.write("A3", "man")
    sheet.write_datetime("B3", dt.date(2025, 10, 24), day)
    sheet.write_datetime("C3", dt.datetime(2025, 10, 24, 13, 5), moment)  # noqa: DTZ001 - a cell has no time zone
    sheet.write_row(3, 0, ("man", 45954))


def computed(sheet, book):
    sheet.write_row(0, 0, HEADER)
    sheet.write_formula("A2", '="wo"&"man"', None, "woman")
    sheet.write_formula("B2", "=30+4", None, 34)
    sheet.write_formula("C2", "=1/0", None, "#DIV/0!")
    sheet.write_row(2, 0, ("man", 51))
    sheet.write_formula("C3", "=A1", None, "")


def stray(sheet, book):
    FILLED(sheet, book)
    sheet.write("XFD1048576", "x")


def formatted_to_the_end(sheet, book):
    FILLED(sheet, book)
    style = book.add_format({"bg_color": "yellow"})
    for column in range(0, 16_384, 64):
        sheet.write_blank(1_048_575, column, None, style)


def charted(sheet, book):
    FILLED(sheet, book)
    bars = book.add_chart({"type": "bar"})
    bars.add_series({"values": "=Sheet1!$B$2:$B$3"})
    book.add_chartsheet("dessin").set_chart(bars)


def booleans(sheet, book):
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, (True, 34.5, "  Étalle\u00a0"))
    sheet.write_row(2, 0, ("man", "51", "\u200bArlon"))


def uncomputed():
    book = openpyxl.Workbook()
    for cells in (HEADER, ("woman", "=30+4", "Étalle")):
        book.active.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def edited_zip(data, edit):
    """The archive again, each member passed through `edit(name, content)`; ``None`` drops it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = edit(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def lying_zip():
    """A workbook whose sheet claims a few bytes and inflates to many, in both of its headers."""
    real = bytearray(
        edited_zip(WORKBOOK, lambda name, text: text + bytes(300_000) if "sheet1" in name else text)
    )
    with zipfile.ZipFile(io.BytesIO(bytes(real))) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
        size = struct.pack("<I", info.file_size)
    return bytes(real).replace(size, struct.pack("<I", 1_000))


def ods(table_xml):
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Feuille1">{table_xml}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="m"/>')
    return buffer.getvalue()


def ods_row(*cells, attributes=""):
    filled = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row {attributes}>{filled}</table:table-row>"


EMPTY_END = (
    '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row>"
)
BOMB_CELL = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell>'


def old_workbook_with_cell_at(row, column):
    """The kept .xls with its cell D1 moved elsewhere."""
    data = bytearray(OLD_WORKBOOK)
    record = data.find(struct.pack("<HHHH", 0x00FD, 10, 0, 3))
    struct.pack_into("<HH", data, record + 4, row, column)
    return bytes(data)


DIMENSIONS = struct.pack("<HHIIHHH", 0x200, 14, 0, 4, 0, 4, 0)


def compound_with_stream(name):
    """The kept .xls with its workbook stream renamed."""
    old = "Workbook".encode("utf-16-le").ljust(64, b"\0")
    new = name.encode("utf-16-le").ljust(64, b"\0")
    data = OLD_WORKBOOK.replace(old, new)
    place = data.find(new) + 64
    return data[:place] + struct.pack("<H", len(name) * 2 + 2) + data[place + 2 :]


def sealed():
    keys = [make_private_key().public for _ in range(2)]
    return seal("{}", recipients=keys, service_token="jeton-de-test-sans-valeur")


STRAY_SHEET = zipfile.ZipFile(io.BytesIO(xlsx(stray))).read("xl/worksheets/sheet1.xml")


# --- files that are refused --------------------------------------------------------------------------------------

REFUSED = {
    "no byte at all": (b"", "INT002"),
    "spaces and line ends": (b" \r\n\t\n", "INT002"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "INT002"),
    "zeros, as a full disk leaves": (bytes(5_000), "INT002"),
    "random bytes": (b"\x01\x02\x07\x1b" * 50, "INT003"),
    "a PDF": (b"%PDF-1.7\n...", "INT004"),
    "HTML renamed .xls": (b"<html><table><tr><td>sexe</td><td>commune</td></tr></table></html>", "INT005"),
    "HTML with a doctype and a mark": ("\ufeff<!DOCTYPE html>\n<html>".encode("utf-16"), "INT005"),
    "a web archive renamed .xls": (b"MIME-Version: 1.0\nContent-Type: multipart/related", "INT005"),
    "a photograph": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "INT006"),
    "a telephone's photograph": (b"\x00\x00\x00\x18ftypheic", "INT006"),
    "a scan": (b"\x89PNG\r\n\x1a\n", "INT006"),
    "a Word document": (zipped(word__document=b"", **{"word__document.xml": "<w/>"}), "INT007"),
    "an OpenDocument text": (zipped(mimetype="application/vnd.oasis.opendocument.text"), "INT007"),
    "a rich text": (b"{\\rtf1 sexe;commune}", "INT007"),
    "an old Word document": (compound_with_stream("WordDocu"), "INT007"),
    "a zip that is no workbook": (zipped(**{"fiches.csv": TEXT}), "INT008"),
    "a gzip": (gzip.compress(TEXT.encode()), "INT008"),
    "a 7z": (b"7z\xbc\xaf\x27\x1c\x00", "INT008"),
    "a workbook under a password": (compound_with_stream("EncryptedPackage"), "INT009"),
    "a truncated xlsx": (WORKBOOK[: len(WORKBOOK) // 2], "INT010"),
    "an xlsx without its first half": (WORKBOOK[len(WORKBOOK) // 2 :], "INT003"),
    "an xlsx with a flipped byte": (
        WORKBOOK[:60] + bytes([WORKBOOK[60] ^ 0xFF]) + WORKBOOK[61:],
        "INT010",
    ),
    "an xlsx without its sheet": (edited_zip(WORKBOOK, lambda n, c: None if "sheet1" in n else c), "INT010"),
    "an xlsx with broken XML": (
        edited_zip(WORKBOOK, lambda n, c: c[: len(c) // 2] if "sheet1" in n else c),
        "INT010",
    ),
    "an xlsx member of a lying size": (lying_zip(), "INT010"),
    "an xls cut short": (OLD_WORKBOOK[:2_600], "INT010"),
    "an xls of its first sector": (OLD_WORKBOOK[:512], "INT010"),
    "an xls of its first bytes": (OLD_WORKBOOK[:20], "INT010"),
    "a zip bomb": (
        edited_zip(WORKBOOK, lambda n, c: c + b" " * 50_000_000 if n.endswith("styles.xml") else c),
        "INT011",
    ),
    "a stray cell at the end of the sheet": (xlsx(stray), "INT012"),
    "a stray cell hidden behind lower case": (
        edited_zip(xlsx(stray), lambda n, c: c.replace(b'r="XFD1048576"', b"r = 'xfd1048576'")),
        "INT012",
    ),
    "a stray cell in a part that is no usual sheet": (
        edited_zip(
            WORKBOOK,
            lambda n, c: (
                STRAY_SHEET if "theme1" in n else c.replace(b"worksheets/sheet1.xml", b"theme/theme1.xml")
            ),
        ),
        "INT012",
    ),
    "a wide row of cells without place, far down": (
        edited_zip(
            WORKBOOK,
            lambda n, c: (
                c.replace(
                    b"</sheetData>",
                    b'<row r="1048576">' + b"<c><v>1</v></c>" * 16_384 + b"</row></sheetData>",
                )
                if "sheet1" in n
                else c
            ),
        ),
        "INT012",
    ),
    "an ods whose table never ends": (
        edited_zip(
            ods(ods_row(*HEADER)),
            lambda n, c: c.replace(b"</table:table>", b"<table:table>") if n == "content.xml" else c,
        ),
        "INT010",
    ),
    "an xlsx that declares entities": (
        edited_zip(
            WORKBOOK,
            lambda n, c: (
                c.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "x">]><worksheet') if "sheet1" in n else c
            ),
        ),
        "INT010",
    ),
    "an ods that repeats a filled cell": (
        ods(f'<table:table-row table:number-rows-repeated="1048576">{BOMB_CELL}</table:table-row>'),
        "INT012",
    ),
    "an ods with a cell after a million rows": (
        ods(ods_row(*["x"] * 12) + EMPTY_END + ods_row("x")),
        "INT012",
    ),
    "an xls that claims four thousand million rows": (
        OLD_WORKBOOK.replace(DIMENSIONS, struct.pack("<HHIIHHH", 0x200, 14, 0, 4_000_000_000, 0, 4, 0), 1),
        "INT010",
    ),
    "an xls with a cell in column 65,535": (old_workbook_with_cell_at(65_535, 65_535), "INT012"),
    "an xls with a cell in its last corner": (old_workbook_with_cell_at(65_535, 255), "INT012"),
    "a sealed return": (sealed(), "INT013"),
    "a compact sealed text": (b"eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA", "INT013"),
    "an encrypted ODK submission": (
        b'<data encrypted="yes"><base64EncryptedKey>AAAA</base64EncryptedKey></data>',
        "INT014",
    ),
    "an ODK submission in clear": (b'<?xml version="1.0"?><data id="x"><sexe>woman</sexe></data>', "INT015"),
    "an XML spreadsheet of 2003": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "INT015",
    ),
    "an xlsb": (zipped(**{"xl__workbook.bin": b"x"}), "INT016"),
    "a text in no known encoding": (b"sexe;commune\nwoman;\x81\x8d\n", "INT017"),
    "UTF-16 cut in the middle of a letter": (TEXT.encode("utf-16")[:-1], "INT017"),
    "a NUL in the text": (b"sexe;commune\nwoman;Ar\0lon\n", "INT018"),
    "a quote never closed": (b'sexe;commune\n"woman;Arlon\nman;Bastogne\n', "INT019"),
    "a quote closed too soon": (b'sexe;commune\nman;Arlon\n"wo"man;Arlon\n', "INT019"),
    "a quote closed by the next line's": (b'sexe;commune\nman;"Arlon\nman;"Virton"\n', "INT019"),
    "a cell without end": (b"sexe;commune\nwoman;" + b"x" * 200_000, "INT020"),
    "no header": (b"woman;34;Arlon\nman;51;Arlon\n", "INT021"),
    "one known header only": (b"sexe;truc\nwoman;x\n", "INT021"),
    "control characters in UTF-16": ("sexe;commune\n\x01\x02".encode("utf-16"), "INT003"),
    "an ods under a password": (
        edited_zip(
            ods(ods_row(*HEADER)),
            lambda n, c: (
                b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                b'<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data></manifest:encryption-data>'
                b"</manifest:file-entry></manifest:manifest>"
                if "manifest" in n
                else c
            ),
        ),
        "INT009",
    ),
    "an ods wholly encrypted": (
        zipped(**{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "encrypted-package": b"x"}),
        "INT009",
    ),
    "a workbook whose directory points elsewhere": (
        WORKBOOK.replace(b"PK\x03\x04", b"PK\x03\x05"),
        "INT010",
    ),
    "a workbook whose sheet leads nowhere": (
        edited_zip(WORKBOOK, lambda n, c: c.replace(b'r:id="rId1"', b"") if "workbook.xml" in n else c),
        "INT010",
    ),
    "a letter": (b"Bonjour,\nvoici nos fiches.\n", "INT021"),
    "a workbook of empty sheets": (xlsx(rows(), rows()), "INT021"),
    "a header and nothing under it": (b"sexe;commune\n", "INT022"),
    "a workbook with its header only": (xlsx(rows(HEADER)), "INT022"),
    "a header and empty lines": (b"sexe;commune\n;\n;\n\n", "INT022"),
    "a known header twice": (b"sexe;commune;Sexe\nwoman;Arlon;man\n", "INT023"),
    "an old list in a hidden sheet": (xlsx(FILLED, FILLED, hidden={1}), "INT025"),
    "a list in a hidden sheet alone": (xlsx(rows(("mode d'emploi",)), FILLED, hidden={1}), "INT025"),
    "too many columns": (b"sexe;commune" + b";x" * 1_500 + b"\nwoman;Arlon\n", "INT027"),
    "JSON cut short": (b'[{"sexe": "woman", "commune": ', "INT028"),
    "JSON with typographic quotes": ("[{“sexe”: “woman”}]".encode(), "INT028"),
    "JSON that is not records": (b'{"sexe": "woman", "commune": "Arlon"}', "INT029"),
    "JSON records mixed with words": (b'[{"sexe": "woman", "commune": "Arlon"}, "man"]', "INT029"),
    "JSON nested too deep": (
        json.dumps([{"a": {"b": {"c": {"d": {"e": {"sexe": "x"}}}}}}]).encode(),
        "INT029",
    ),
    "a clear return": (b'{"campaign": "x", "declarations": []}', "INT030"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_read_says_why(data, code, tmp_path):
    file = tmp_path / "fiches.xls"  # the extension says nothing
    file.write_bytes(data)
    with pytest.raises(DamagedInput) as caught:
        read_tables(file, is_known_header=is_known, limits=ReadLimits(inflated_bytes=40_000_000))
    assert caught.value.code == code
    assert caught.value.text("fr")
    assert caught.value.mend("fr")


# --- files that are read -----------------------------------------------------------------------------------------

BOTH = [(2, WOMAN), (3, MAN)]
ROWS = {
    "semicolons, UTF-8": (TEXT.encode(), BOTH),
    "semicolons, UTF-8 with its mark": (TEXT.encode("utf-8-sig"), BOTH),
    "Windows-1252": (TEXT.encode("cp1252"), BOTH),
    "UTF-16 with its mark": (TEXT.encode("utf-16"), BOTH),
    "UTF-16 little-endian without mark": (TEXT.encode("utf-16-le"), BOTH),
    "UTF-16 big-endian without mark": (TEXT.encode("utf-16-be"), BOTH),
    "UTF-32": (TEXT.encode("utf-32"), BOTH),
    "UTF-8 and Windows-1252 in one file": (
        TEXT.encode() + "man;20;Léglise\n".encode("cp1252"),
        [*BOTH, (4, ("man", "20", "Léglise"))],
    ),
    "commas": (TEXT.replace(";", ",").encode(), BOTH),
    "tabs": (TEXT.replace(";", "\t").encode(), BOTH),
    "bars": (TEXT.replace(";", "|").encode(), BOTH),
    "line ends of an old Mac": (TEXT.replace("\n", "\r").encode(), BOTH),
    "line ends of Windows": (TEXT.replace("\n", "\r\n").encode(), BOTH),
    "no last line end": (TEXT.rstrip().encode(), BOTH),
    "a sep line": (b"sep=;\n" + TEXT.encode(), [(3, WOMAN), (4, MAN)]),
    "title lines": (b"Fiches du service;;\n;;\n" + TEXT.encode(), [(4, WOMAN), (5, MAN)]),
    "empty lines between": (TEXT.replace("\nman", "\n\n;;\nman").encode(), [(2, WOMAN), (5, MAN)]),
    "quotes, doubled quotes, line ends in a cell": (
        'sexe;âge;commune\n"woman"; "34";"Ét""alle\nsuite"\nman;51;Arlon\n'.encode(),
        [(2, ("woman", "34", 'Ét"alle\nsuite')), (4, MAN)],
    ),
    "a quote inside a value": ('sexe;âge;commune\nman;51;5" rue\n'.encode(), [(2, ("man", "51", '5" rue'))]),
    "trailing separators": (TEXT.replace("\n", ";;\n").encode(), BOTH),
    "trailing separators on some lines": (TEXT.replace("34;Étalle", "34;Étalle;;;").encode(), BOTH),
    "missing last cells": ("sexe;âge;commune\nwoman;34\n".encode(), [(2, ("woman", "34", None))]),
    "spaces around everything": (
        " sexe ; âge;commune \n woman ;\t34;\u00a0Étalle \n".encode(),
        [(2, WOMAN)],
    ),
    "the header again in the middle": ((TEXT + TEXT).encode(), [*BOTH, (5, WOMAN), (6, MAN)]),
    "the header again, with more separators": (
        (TEXT + TEXT.replace("commune\n", "commune;;\n")).encode(),
        [*BOTH, (5, WOMAN), (6, MAN)],
    ),
    "codes above labels": (("sex;age;commune\n" + TEXT).encode(), [(3, WOMAN), (4, MAN)]),
    "a workbook": (WORKBOOK, BOTH),
    "a workbook with merged title rows": (xlsx(titled), [(5, WOMAN), (6, MAN)]),
    "a workbook with one sheet of a chart": (xlsx(charted), BOTH),
    "an empty hidden sheet": (xlsx(FILLED, rows(("listes",)), hidden={1}), BOTH),
    "only formats at the end of the sheet": (xlsx(formatted_to_the_end), BOTH),
    "strings without a shared table": (
        xlsx(FILLED, options={"in_memory": False, "constant_memory": True}),
        BOTH,
    ),
    "formulas, one of them failed": (
        xlsx(computed),
        [(2, ("woman", "34", "#ERROR")), (3, ("man", "51", "#ERROR"))],
    ),
    "a formula whose result is an empty text": (
        edited_zip(
            xlsx(computed), lambda n, c: c.replace(b'r="C3"', b'r="C3" t="str"') if "sheet1" in n else c
        ),
        [(2, ("woman", "34", "#ERROR")), (3, ("man", "51", None))],
    ),
    "formulas that were never computed": (uncomputed(), [(2, ("woman", "#ERROR", "Étalle"))]),
    "dates as text, as dates, as serials": (
        xlsx(dated),
        [
            (2, ("woman", "24/10/2025", None)),
            (3, ("man", "2025-10-24", "2025-10-24T13:05:00")),
            (4, ("man", "45954", None)),
        ],
    ),
    "true, half years, spaces": (xlsx(booleans), [(2, ("true", "34.5", "Étalle")), (3, MAN)]),
    "an old xls": (
        OLD_WORKBOOK,
        [
            (2, ("woman", "34", "2025-10-24", "Arlon")),
            (3, ("man", "51", "45954", "Étalle")),
            (4, ("true", None, None, None)),
        ],
    ),
    "an ods with its empty end": (ods(ods_row(*HEADER) + ods_row(*WOMAN) + EMPTY_END), [(2, WOMAN)]),
    "an ods with a failed formula": (
        ods(
            ods_row(*HEADER)
            + '<table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell '
            'office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
            "</table:table-cell></table:table-row>"
        ),
        [(2, (None, None, "#ERROR"))],
    ),
    "cells without a place of their own": (
        edited_zip(WORKBOOK, lambda n, c: re.sub(rb' r="[A-Z]+\d+"', b"", c) if "sheet1" in n else c),
        BOTH,
    ),
    "numeric codes of Kobo": (
        b"p1/sex,p1/age,_index\n1.0,34,1\n",
        [(2, ("1.0", "34", "1"))],
    ),
    "groups of ODK Central": (b"p1-sex,p1-age,KEY\nwoman,34,uuid:1\n", [(2, ("woman", "34", "uuid:1"))]),
    "JSON records": (
        json.dumps(
            [
                {"sexe": " woman ", "âge": 34.0, "commune": "Étalle"},
                {
                    "âge": 51,
                    "sexe": "man",
                    "commune": "Arlon",
                    "ok": True,
                    "why": ["a", "b"],
                    "no": None,
                    "half": 0.5,
                },
            ]
        ).encode(),
        [(1, (*WOMAN, None, None, None, None)), (2, (*MAN, "true", "a b", None, "0.5"))],
    ),
    "JSON of Kobo, with groups": (
        json.dumps(
            {"results": [{"p1": {"sexe": "woman"}, "p1/âge": 34, "commune": "Étalle", "x": []}]}
        ).encode(),
        [(1, (*WOMAN, None))],
    ),
}


@pytest.mark.parametrize(("data", "expected"), ROWS.values(), ids=ROWS)
def test_a_file_that_can_be_read_gives_its_rows_with_their_lines(data, expected, tmp_path):
    file = tmp_path / "fiches.txt"
    file.write_bytes(data)
    (table,) = read_tables(file, is_known_header=is_known)
    assert [tuple(row) for row in table.rows] == expected
    assert table.refused == ()
    assert all(len(row.cells) == len(table.header) for row in table.rows)


def test_a_shifted_row_alone_is_refused():
    data = "sexe,âge,commune\nwoman,34,Étalle\nman,51,Arlon,Belgique\nman,51,Arlon\n".encode()
    (table,) = read_tables(data, is_known_header=is_known)
    assert [row.line for row in table.rows] == [2, 4]
    assert [(error.code, error.where) for error in table.refused] == [("INT024", "l. 3, col. D")]


def test_remarks_beside_a_sheet_come_under_an_empty_header():
    fill = rows((*HEADER, None), WOMAN, (*MAN, "vu avec le chef"), WOMAN)
    (table,) = read_tables(xlsx(fill), is_known_header=is_known)
    assert table.header == (*HEADER, "")
    assert [row.cells for row in table.rows] == [(*WOMAN, None), (*MAN, "vu avec le chef"), (*WOMAN, None)]


def test_a_table_away_from_the_corner_keeps_its_true_places():
    (table,) = read_tables(xlsx(offset), is_known_header=is_known)
    assert table.header == ("", "", *HEADER)
    assert (table.header_row, table.rows[0].line) == (5, 6)
    assert table.place(6, 2) == "#1, l. 6, col. C"


def test_every_visible_sheet_with_a_header_is_a_table():
    tables = read_tables(xlsx(FILLED, rows(("note",)), FILLED), is_known_header=is_known)
    assert [(table.sheet, table.sheet_number) for table in tables] == [("Sheet1", 1), ("Sheet3", 3)]


# --- bounds ------------------------------------------------------------------------------------------------------


def refused_code(data, **limits):
    with pytest.raises(DamagedInput) as caught:
        read_tables(data, is_known_header=is_known, limits=ReadLimits(**limits))
    return caught.value.code


def test_a_line_of_200_megabytes_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "fiches.csv"
    with file.open("wb") as out:
        out.write(b"sexe;commune\n")
        for _ in range(200):
            out.write(b"x" * 1_000_000)
    assert refused_code(file) == "INT001"
    assert refused_code(file, file_bytes=2**28) == "INT020"


def test_bounds_hold_where_they_are_set_lower():
    strings = xlsx(rows(HEADER, *[("woman", "34", "Arlon" * 400)] * 200))
    assert refused_code(TEXT.encode(), file_bytes=10) == "INT001"
    assert refused_code(TEXT.encode(), rows=1) == "INT026"
    assert refused_code(TEXT.encode(), columns=2) == "INT027"
    assert refused_code(WORKBOOK, columns=2) == "INT027"
    assert refused_code(WORKBOOK, cells=5) == "INT012"
    assert refused_code(xlsx(FILLED, FILLED), sheets=1) == "INT012"
    assert refused_code(WORKBOOK, members=3) == "INT008"
    assert refused_code(strings, inflated_bytes=300_000) == "INT011"
    assert refused_code(ods(ods_row(*HEADER) + ods_row(*WOMAN)), inflated_bytes=100) == "INT011"
    assert refused_code(OLD_WORKBOOK, cells=5) == "INT012"
    assert refused_code(xlsx(rows(HEADER, WOMAN, (*WOMAN, "a", "b"))), columns=4) == "INT027"


def test_members_are_bounded_together_even_when_their_sizes_lie():
    data = bytearray(edited_zip(WORKBOOK, lambda n, c: c + b" " * 300_000 if n.endswith("styles.xml") else c))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("xl/styles.xml").file_size
    lied = bytes(data).replace(struct.pack("<I", size), struct.pack("<I", 10))
    assert refused_code(lied, inflated_bytes=100_000) == "INT011"


def test_a_missing_file_is_told_as_such(tmp_path):
    assert refused_code(tmp_path / "absent.csv") == "INT032"


def test_an_archive_member_under_a_password_is_told_as_such():
    data = bytearray(WORKBOOK)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(mark, start + 1)
    assert refused_code(bytes(data)) == "INT009"


def test_an_archive_with_another_compression_is_damaged():
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert refused_code(buffer.getvalue()) == "INT010"


def test_a_stored_archive_is_read_and_its_damage_seen():
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    (table,) = read_tables(buffer.getvalue(), is_known_header=is_known)
    assert [row.line for row in table.rows] == [2, 3]
    damaged = buffer.getvalue().replace(b"<sheetData>", b"<sheetDat@>", 1)
    assert refused_code(damaged) == "INT010"


def test_no_text_of_a_file_enters_its_error():
    marker = "Zéphyrine"
    files = [
        f"sexe;commune;sexe;{marker}\nwoman;{marker};x;x\n".encode(),
        f'sexe;{marker};commune\n"{marker};x\n'.encode(),
        f"{marker};x\n{marker};y\n".encode(),
        f'[{{"{marker}": {marker}}}]'.encode(),
        xlsx(rows(HEADER, (marker, "x", marker)), rows((marker, marker)), FILLED, hidden={2}),
    ]
    for data in files:
        with pytest.raises(DamagedInput) as caught:
            read_tables(data, is_known_header=is_known)
        assert marker not in f"{caught.value}{caught.value.as_dict('fr')}{caught.value.facts}"
    (table,) = read_tables(
        f"sexe;commune;{marker}\n{marker};x;y\nx;y;z;t\n".encode(), is_known_header=is_known
    )
    assert marker not in f"{table!r}{table.refused}"


def test_a_member_cut_inside_is_seen():
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        size = struct.pack("<I", archive.getinfo("xl/worksheets/sheet1.xml").compress_size)
    assert refused_code(WORKBOOK.replace(size, struct.pack("<I", 60))) == "INT010"


def test_a_checksum_that_lies_is_seen():
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        crc = struct.pack("<I", archive.getinfo("xl/worksheets/sheet1.xml").CRC)
    assert refused_code(WORKBOOK.replace(crc, struct.pack("<I", zlib.crc32(b"other")))) == "INT010"
