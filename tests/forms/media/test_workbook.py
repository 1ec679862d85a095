"""The workbook: filled in by a service, recalculated by LibreOffice, read by intake."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from denombrement.campaign import Campaign, Service
from denombrement.errors import DamagedInput, UsageProblem
from denombrement.forms.expressions.excel import MAXIMUM_FORMULA_CHARACTERS
from denombrement.forms.media import answer_options, media_questions, medium_text
from denombrement.forms.media.code_form import CodeForm
from denombrement.forms.workbook import CHILDREN, workbook
from denombrement.forms.workbook.layout import sheet_columns
from denombrement.intake.lists.headers import is_known_header, personal_headers
from denombrement.intake.reading import FileReader
from denombrement.survey.questionnaire import LANGUAGES, label, option_label, options
from denombrement.survey.rules import RuleContext, findings, load_rules, message

FIRST_ROW = 3
PEOPLE = 30
ASKED = [each.code for each in media_questions("declaration")]
NIGHT = date(2023, 10, 19)
CONTEXT = RuleContext(NIGHT)
CAMPAIGN = Campaign(id="luxembourg-2023-abc123", name="Essai", night=NIGHT)
SERVICE = Service("cpas-arlon", "CPAS d’Arlon", "cpas", "81001", "invited")


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def records_sheet(book, language):
    return book[medium_text("sheet_records", language)]


def headers(sheet):
    return {cell.value: cell.column for cell in sheet[1] if cell.value}


def shown(code, question, language):
    """The answer as the drop-down list shows it."""
    if question.kind in {"choice", "commune"}:
        return dict(answer_options(question, CAMPAIGN, language))[code]
    return code


def type_in(sheet, row, record, language):
    """Fills a row in as a person would: from the lists, an x for each of several answers."""
    places = headers(sheet)
    for each in media_questions("declaration"):
        if record.get(each.code) is None:
            continue
        if each.kind == "choices":
            for option in record[each.code]:
                sheet.cell(row, places[f"{each.code}/{option}"], "x")
        elif each.kind == "children":
            for rank, child in enumerate(record["children"], 1):
                type_child(sheet, row, rank, child, language)
        else:
            sheet.cell(row, places[each.code], shown(record[each.code], each, language))
    for name in ("code", "identity_status"):
        if record.get(name):
            sheet.cell(row, places[name], record[name])


def type_child(sheet, row, rank, child, language):
    places = headers(sheet)
    for each in media_questions("child"):
        if child.get(each.code) is not None:
            sheet.cell(row, places[f"child_{rank}_{each.code}"], shown(child[each.code], each, language))


def fill(records, language, *, service=SERVICE, people=PEOPLE):
    book = opened(workbook(CAMPAIGN, language=language, service=service, people=people))
    sheet = records_sheet(book, language)
    for row, record in enumerate(records, FIRST_ROW):
        type_in(sheet, row, record, language)
    return saved(book)


def plausible(record):
    """As the record's own model wants it, with the children that the sheet has room for and a child who has answers."""
    children = [child for child in record.get("children", [])[:CHILDREN] if child]
    kept = {code: answer for code, answer in record.items() if code not in {"children", "overrule_reason"}}
    # An x column cannot say "no answer chosen", nor a list in another order than the sheet's.
    for code in ("income", "health", "institutions", "reasons"):
        if code in kept:
            kept[code] = [option for option in options(code) if option in kept[code]] or None
    return {**kept, "children": children, "code": "A" * 22}


def expected_check(record, context, language):
    own, children = findings(record, load_rules(), context)
    failed = [(check, None) for check in own] + [(check, rank) for rank, check in children]
    order = {check.code: place for place, check in enumerate(load_rules().checks)}
    failed.sort(key=lambda each: (each[0].level != "error", order[each[0].code], each[1] or 0))
    if not failed:
        return medium_text("in_order", language)
    check, rank = failed[0]
    who = "" if rank is None else f"{medium_text('child', language, number=rank + 1)}: "
    return f"{medium_text(check.level, language)} {who}{message(check.code, language)}"


def simple(**answers):
    return {
        "situation": "EL6.12",
        "sex": "man",
        "age_years": 40,
        "commune_night": "81001",
        "code": "A" * 22,
        **answers,
    }


def pasted_over():
    """Texts that the lists do not offer, pasted over them."""
    book = opened(fill([simple(), simple(), simple(), simple(income=["work"])], "fr"))
    sheet = records_sheet(book, "fr")
    places = headers(sheet)
    sheet.cell(FIRST_ROW, places["sex"], "dame")
    sheet.cell(FIRST_ROW + 1, places["age_years"], "quarante")
    sheet.cell(FIRST_ROW + 2, places["leaving_date"], 2023)
    sheet.cell(FIRST_ROW + 3, places["income/pension"], "oui")
    return saved(book)


def without_code():
    refused = {**simple(), "code": None, "identity_status": option_label("identity_status", "refused", "fr")}
    return fill([refused, {**simple(), "code": None}], "fr")


@pytest.fixture(scope="module")
def drawn(engines):
    """Language -> random records and one that is in order."""
    return {
        language: [
            *map(plausible, engines.random_records(PEOPLE - 1, CONTEXT, seed=ord(language[0]))),
            simple(household="alone"),
        ]
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def returned(engines, drawn, tmp_path_factory):
    """What really comes back from a service: every workbook filled in, then opened and saved by LibreOffice."""
    folder = tmp_path_factory.mktemp("workbooks")
    books = {language: fill(records, language) for language, records in drawn.items()}
    books |= {
        "one person": fill([simple()], "fr", people=100),
        "no service": fill([simple()], "fr", service=None),
        "pasted": pasted_over(),
        "without code": without_code(),
    }
    files = []
    (folder / "in").mkdir()
    for name, data in books.items():
        files.append(folder / "in" / f"{name}.xlsx")
        files[-1].write_bytes(data)
    complaints = engines.soffice(folder, "xlsx", *files)
    return {name: (folder / f"{name}.xlsx").read_bytes() for name in books} | {"complaints": complaints}


def read(data, list_service=None):
    reader = FileReader(CAMPAIGN, {"cpas-arlon", "abri-arlon"}, [], lambda _service: "", list_service)
    (envoi,) = reader("classeur.xlsx", data)
    return envoi


def checks(data, language, number):
    sheet = records_sheet(openpyxl.load_workbook(io.BytesIO(data), data_only=True), language)
    return [sheet.cell(row, 1).value for row in range(FIRST_ROW, FIRST_ROW + number)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_says_in_words_what_python_says(returned, drawn, language):
    said = checks(returned[language], language, PEOPLE)
    assert said == [expected_check(record, CONTEXT, language) for record in drawn[language]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_service_typed_reaches_intake(returned, drawn, language):
    envoi = read(returned[language])
    assert (envoi.service, envoi.kind, list(envoi.rejected)) == ("cpas-arlon", "workbook", [])
    for taken, record in zip(envoi.taken, drawn[language], strict=True):
        assert taken.declaration.identity.code == "A" * 22
        assert answers_of(taken.declaration) == {code: record.get(code) or None for code in ASKED}


def answers_of(declaration):
    children = [child.model_dump(exclude_none=True) for child in declaration.children]
    answers = {code: getattr(declaration, code) for code in ASKED}
    lists = {code: list(answer) for code, answer in answers.items() if isinstance(answer, tuple)}
    return {**answers, **lists, "children": children or None}


def test_empty_rows_stay_empty_and_nobody_is_invented(returned):
    envoi = read(returned["one person"])
    assert (len(envoi.taken), len(envoi.rejected)) == (1, 0)


def test_libreoffice_opens_it_without_a_warning(returned):
    # What it says of a missing Java is not about the file.
    assert [line for line in returned["complaints"].splitlines() if "java" not in line] == []


def test_a_workbook_for_no_service_needs_to_be_told_whose_it_is(returned):
    assert read(returned["no service"], "abri-arlon").service == "abri-arlon"
    with pytest.raises(DamagedInput, match="INT106"):
        read(returned["no service"])


def test_what_was_pasted_over_a_list_is_noticed_in_words(returned):
    names = [label("question", code, "fr").text for code in ("sex", "age_years", "leaving_date", "income")]
    unreadable = f"{medium_text('error', 'fr')} {medium_text('unreadable', 'fr')}"
    assert checks(returned["pasted"], "fr", 4) == [f"{unreadable} ({name})" for name in names]


def test_a_refusal_is_counted_without_code_and_a_missing_code_is_asked_for(returned):
    envoi = read(returned["without code"])
    assert [each.declaration.identity.status for each in envoi.taken] == ["refused", "not_known"]
    refused, forgotten = checks(returned["without code"], "fr", 2)
    assert refused == medium_text("in_order", "fr")
    assert medium_text("code_missing", "fr") in forgotten


def test_no_column_takes_a_name_and_every_column_is_known_to_intake():
    for language in LANGUAGES:
        columns = sheet_columns(language, for_service=True)
        assert not {each.header for each in columns} & personal_headers()
        assert all(is_known_header(each.header) for each in columns if each.header)
        assert len({each.header for each in columns}) == len(columns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_and_texts_stay_under_the_limits_of_excel(language):
    book = opened(workbook(CAMPAIGN, language=language, service=SERVICE, people=2))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    assert len(cell.value) <= MAXIMUM_FORMULA_CHARACTERS
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.errorTitle) <= 32
            assert len(rule.error) <= 255
        assert len(sheet.title) <= 31
    # The look-up would take these signs for wildcards.
    lists = book["lists"]
    texts = [cell.value for row in lists.iter_rows() for cell in row if cell.value]
    assert not [text for text in texts if set("*~") & set(text)]


def test_the_same_campaign_gives_the_same_bytes_and_sheets_that_cannot_be_spoilt():
    data = workbook(CAMPAIGN, service=SERVICE, people=3)
    assert data == workbook(CAMPAIGN, service=SERVICE, people=3)
    book = opened(data)
    assert [sheet.sheet_state for sheet in book] == ["visible", "visible", "veryHidden", "veryHidden"]
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book)
    sheet = records_sheet(book, "fr")
    assert sheet.row_dimensions[1].hidden
    assert sheet.cell(FIRST_ROW, 1).protection.locked
    assert not sheet.column_dimensions["C"].protection.locked


def test_the_instructions_say_how_the_recipe_writes_its_code():
    data = workbook(CAMPAIGN, people=1, code_form=CodeForm(given_letters=1, family_letters=4))
    lines = [row[0].value for row in opened(data)[medium_text("sheet_instructions", "fr")].iter_rows()]
    assert medium_text("how_code", "fr", example="J-BERB-14031987-M", given=1, family=4) in lines
    assert medium_text("how_page", "fr") in lines


def test_dates_and_communes_follow_the_reference_night():
    after = CAMPAIGN.model_copy(update={"night": date(2026, 10, 22)})
    before, later = (
        {cell.value for column in opened(workbook(each, people=1))["lists"].iter_cols() for cell in column}
        for each in (CAMPAIGN, after)
    )
    assert "Bertogne" in before
    assert "Bertogne" not in later


@pytest.mark.parametrize("people", [0, 2_001])
def test_too_many_rows_or_none_are_refused(people):
    with pytest.raises(UsageProblem, match="FRM502"):
        workbook(CAMPAIGN, people=people)


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageProblem, match="FRM501"):
        workbook(CAMPAIGN, language="lb")
