"""What KoboToolbox and ODK give back of a filled-in XLSForm, read by intake."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date

import pytest
import xlsxwriter

from denombrement.campaign import Campaign
from denombrement.dedup.codes import Identity, Recipe, identity_tokens, mnemonic_tokens
from denombrement.errors import DamagedInput
from denombrement.forms.xlsform import xlsform_sheets
from denombrement.intake.reading import FileReader
from denombrement.survey.questionnaire import LANGUAGES, options, question, questions
from denombrement.survey.rules import RuleContext

NIGHT = date(2023, 10, 19)
CAMPAIGN = Campaign(id="luxembourg-2023-abc123", name="Dénombrement Luxembourg 2023", night=NIGHT)
NAMES = {"fr": "Français (fr)", "nl": "Nederlands (nl)", "de": "Deutsch (de)", "en": "English (en)"}
CODES = [each.code for each in questions("declaration") if each.code != "overrule_reason"]
PEOPLE = 25
IDENTITY = {"identity_status": "coded", "opaque_code": "JE-BER-14031987-M"}


class Export:
    """A server's export: by XML names (language None) or by labels, with groups or without."""

    def __init__(self, language=None, *, groups=False, multiples="both"):
        self.column = f"label::{NAMES[language]}" if language else "name"
        self.groups = groups
        self.multiples = multiples
        sheets = xlsform_sheets(CAMPAIGN)
        self.labels = {
            (row["list_name"], row["name"]): row[self.column] if language else row["name"]
            for row in sheets["choices"]
        }
        self.adult, self.child = self._fields(sheets["survey"])

    def _fields(self, survey):
        """(name, type, header) of each question of an adult, and of a child."""
        adult, child, path, inside = [], [], [], False
        for row in survey:
            kind = row["type"]
            if kind.startswith("begin"):
                path.append(row[self.column])
                inside = inside or kind == "begin repeat"
            elif kind.startswith("end"):
                inside = inside and kind != "end repeat"
                path.pop()
            else:
                header = "/".join([*path, row[self.column]]) if self.groups else row[self.column]
                (child if inside else adult).append((row["name"], kind, header))
        return adult, child

    def headers(self, fields):
        return [header for field in fields for header, _ in self._cells(field, {})]

    def cells(self, fields, record):
        return [cell for field in fields for _, cell in self._cells(field, record)]

    def _cells(self, field, record):
        name, kind, header = field
        answer = record.get(name)
        listed = kind.partition(" ")[2]
        if kind == "note":
            return [(header, None)]
        if not kind.startswith("select_multiple"):
            return [(header, self._cell(listed, answer, name))]
        chosen = answer or []
        offered = [code for of, code in self.labels if of == listed]
        separate = [
            (f"{header}/{self.labels[listed, code]}", float(code in chosen) if answer else None)
            for code in offered
        ]
        together = [(header, " ".join(self.labels[listed, code] for code in chosen) or None)]
        return {"both": together + separate, "together": together, "separate": separate}[self.multiples]

    def _cell(self, listed, answer, name):
        if listed:
            code = f"be{answer}" if name.startswith("commune") and str(answer).isdigit() else answer
            return self.labels.get((listed, code))
        # Numbers come back as 1.0.
        return float(answer) if isinstance(answer, int) else answer


def prepared(records):
    """Records as a form gives them: what an empty list or an unasked question leaves is nothing."""
    made = []
    for record in records:
        kept = {code: answer for code, answer in record.items() if code in CODES and answer not in (None, [])}
        children = [{"link": "dont_know", **child} for child in record.get("children", [])]
        lists = [code for code in kept if question(code).kind == "choices"]
        # A server writes the options in the order of the form.
        kept |= {code: in_order(code, kept[code]) for code in lists}
        made.append({**kept, "children": children, **IDENTITY, "household_number": 12})
    return made


def in_order(code, chosen):
    return [option for option in options(code) if option in chosen]


@pytest.fixture(scope="module")
def records(engines):
    return prepared(engines.random_records(PEOPLE, RuleContext(NIGHT), seed=5))


def kobo(export, records):
    """A workbook as KoboToolbox makes it: children on a second sheet, joined by an index and a uuid."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    adults, children = book.add_worksheet(CAMPAIGN.name[:31]), book.add_worksheet("children")
    meta = [
        "_id",
        "_uuid",
        "_submission_time",
        "_validation_status",
        "_notes",
        "_status",
        "__version__",
        "_index",
    ]
    joins = ["_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid"]
    put(adults, 0, ["start", *export.headers(export.adult), *meta], days)
    put(children, 0, [*export.headers(export.child), *joins], days)
    line = 0
    for rank, record in enumerate(records, 1):
        about = [
            1000 + rank,
            f"uuid-{rank}",
            "2023-10-20T10:00:00",
            None,
            None,
            "submitted_via_web",
            "v1",
            rank,
        ]
        put(adults, rank, ["2023-10-20", *export.cells(export.adult, record), *about], days)
        for child in record["children"]:
            line += 1
            join = [line, CAMPAIGN.name[:31], rank, 1000 + rank, f"uuid-{rank}"]
            put(children, line, [*export.cells(export.child, child), *join], days)
    book.close()
    return file.getvalue()


def put(sheet, row, cells, days):
    for column, cell in enumerate(cells):
        if isinstance(cell, date):
            sheet.write_datetime(row, column, cell, days)
        elif cell is not None:
            sheet.write(row, column, cell)


def read(data):
    reader = FileReader(CAMPAIGN, {"cpas-arlon"}, [], lambda _service: "", "cpas-arlon")
    (envoi,) = reader("export", data)
    assert list(envoi.rejected) == []
    return [each.declaration for each in envoi.taken]


def assert_same(declarations, records):
    for made, record in zip(declarations, records, strict=True):
        assert made.identity.opaque_code == IDENTITY["opaque_code"]
        for code in CODES:
            got = getattr(made, code)
            if code == "children":
                assert [child.model_dump(exclude_none=True) for child in got] == record["children"]
            else:
                assert (list(got) if isinstance(got, tuple) else got) == record.get(code)


@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize("language", [None, *LANGUAGES])
@pytest.mark.parametrize("multiples", ["both", "separate"])
def test_kobo_exports_by_names_or_labels_with_groups_or_without(records, language, groups, multiples):
    export = Export(language, groups=groups, multiples=multiples)
    assert_same(read(kobo(export, records)), records)


def test_a_kobo_export_with_several_answers_in_one_column(records):
    assert_same(read(kobo(Export(multiples="together"), records)), records)


def test_the_records_that_kobos_interface_gives(records):
    """JSON: groups in the names, children as a list inside."""
    export = Export(groups=True, multiples="together")
    made = []
    for rank, record in enumerate(records):
        flat = dict(
            zip(export.headers(export.adult), map(as_json, export.cells(export.adult, record)), strict=True)
        )
        children = [
            dict(
                zip(
                    export.headers(export.child), map(as_json, export.cells(export.child, child)), strict=True
                )
            )
            for child in record["children"]
        ]
        made.append(
            {
                "_id": rank,
                "_uuid": f"u{rank}",
                **drop(flat),
                "page_household/children": [*map(drop, children)],
            }
        )
    assert_same(read(json.dumps({"count": len(made), "results": made}).encode()), records)


def as_json(cell):
    return cell.isoformat() if isinstance(cell, date) else str(int(cell)) if isinstance(cell, float) else cell


def drop(row):
    return {name: cell for name, cell in row.items() if cell is not None}


def central(records):
    """The files of ODK Central's export: groups joined by a hyphen, children in a file of their own."""
    export = Export(groups=True, multiples="together")
    headers = [header.replace("/", "-") for header in export.headers(export.adult)]
    adults = [["SubmissionDate", *headers, "KEY", "SubmitterName"]]
    children = [[name for name, _, _ in export.child] + ["PARENT_KEY", "KEY"]]
    for rank, record in enumerate(records):
        cells = [as_text(cell) for cell in export.cells(export.adult, record)]
        adults.append(["2023-10-20T10:00:00.000Z", *cells, f"uuid:{rank}", "app"])
        for place, child in enumerate(record["children"]):
            own = [as_text(cell) for cell in export.cells(export.child, child)]
            children.append([*own, f"uuid:{rank}", f"uuid:{rank}/children[{place + 1}]"])
    return {f"{CAMPAIGN.id}.csv": csv_bytes(adults), f"{CAMPAIGN.id}-children.csv": csv_bytes(children)}


def as_text(cell):
    return "" if cell is None else as_json(cell)


def csv_bytes(rows):
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_the_archive_of_odk_central_with_children_in_a_second_file(records):
    files = central(records)
    assert_same(read(zipped(files)), records)
    assert_same(read(zipped({"media/photo.jpg": b"x", **dict(reversed(files.items()))})), records)


def test_the_csv_of_odk_central_where_nobody_has_children(records):
    alone = [{**record, "children": []} for record in records]
    assert_same(read(central(alone)[f"{CAMPAIGN.id}.csv"]), alone)


@pytest.mark.parametrize("name", ["autre.csv", "notes.txt", f"{CAMPAIGN.id}-children.pdf"])
def test_an_archive_of_other_files_is_no_export(records, name):
    files = central(records)
    main = f"{CAMPAIGN.id}.csv"
    with pytest.raises(DamagedInput, match="INT008"):
        read(zipped({main: files[main], name: b"x"}))


def test_a_child_without_a_parent_is_not_lost_unseen(records):
    files = central(records)
    name = f"{CAMPAIGN.id}-children.csv"
    files[name] += b",,direct,,uuid:gone,uuid:gone/children[1]\r\n"
    with pytest.raises(DamagedInput, match="INT031"):
        read(zipped(files))


def test_a_number_of_children_alone_sets_the_record_aside():
    reader = FileReader(CAMPAIGN, {"cpas-arlon"}, [], lambda _service: "", "cpas-arlon")
    (envoi,) = reader("export", b"situation,sex,children\nEL6.12,man,2\nEL6.12,man,\n")
    assert [each.reason for each in envoi.rejected] == ["REC003"]
    assert len(envoi.taken) == 1


@pytest.mark.parametrize("text", ["work salary", "Travail Salaire", "work " * 200, "…"])
def test_options_that_nobody_knows_set_the_record_aside(text):
    reader = FileReader(CAMPAIGN, {"cpas-arlon"}, [], lambda _service: "", "cpas-arlon")
    (envoi,) = reader("export", f"situation,sex,income\nEL6.12,man,{text}\n".encode())
    assert [each.reason for each in envoi.rejected] == ["REC001"]


def test_a_mnemonic_becomes_tokens_where_it_is_read():
    """The same code as the person's page makes; the letters and the date themselves go no further."""
    recipe, secret = Recipe.load(CAMPAIGN.recipe), bytes(range(32))

    def read_mnemonic(text):
        try:
            made = mnemonic_tokens(text, secret, CAMPAIGN.id, recipe)
        except DamagedInput:
            return None
        return {"code": made.code, "tokens": made.tokens}

    reader = FileReader(CAMPAIGN, {"cpas-arlon"}, [], lambda _service: "", "cpas-arlon", read_mnemonic)
    rows = (
        "situation,sex,opaque_code\nEL6.12,man,JE-BER-14031987-M\nEL6.12,man,other-platform-7\nEL6.12,man,\n"
    )
    (envoi,) = reader("export", rows.encode())
    coded, opaque, none = (each.declaration.identity for each in envoi.taken)
    person = Identity(
        given_name="Jean", family_name="Bernard", birth_year=1987, birth_month=3, birth_day=14, sex="man"
    )
    assert coded.code == identity_tokens(person, secret, CAMPAIGN.id, recipe).code
    assert coded.tokens
    assert coded.opaque_code is None
    assert (opaque.status, opaque.opaque_code) == ("opaque", "other-platform-7")
    assert none.status == "not_known"
