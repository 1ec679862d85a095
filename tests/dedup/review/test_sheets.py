"""The questions in Excel, answered and read back; and the call sheet, which tells no service of another."""

import io

import openpyxl
import pytest

from denombrement.dedup.review.answers import DIFFERENT, SAME, UNSURE, identities, keep_answers
from denombrement.dedup.review.phone import phone_sheet
from denombrement.dedup.review.queue import build_queue
from denombrement.dedup.review.sheet import MAXIMUM_SHEET_BYTES, read_sheet, review_sheet
from denombrement.dedup.review.texts import LANGUAGES, text
from denombrement.errors import DamagedInput

A, A2, B, B2 = "cpas-arlon/a", "abri-arlon/a2", "cpas-arlon/b", "cpas-virton/b2"
ANNES, BRUNOS = (A2, A), (B, B2)
NAMES = {"cpas-arlon": "CPAS d’Arlon"}


def filled(data, *answers):
    book = openpyxl.load_workbook(io.BytesIO(data))
    for row, answer in enumerate(answers, start=3):
        book.active.cell(row, 1).value = answer
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_come_back_in_any_language(linked, language):
    queue, known = build_queue(linked), identities(linked)
    data = review_sheet(queue, NAMES, known, language)
    read = read_sheet(filled(data, text(SAME, language), text(DIFFERENT, language)), queue, known)
    assert read.answers == {ANNES: SAME, BRUNOS: DIFFERENT}
    assert (read.unanswered, read.unknown, read.changed) == (0, 0, 0)


def test_empty_strange_and_stale_rows_are_counted_apart(linked, send, link):
    queue, known = build_queue(linked), identities(linked)
    data = review_sheet(queue, NAMES, known, "fr")
    assert read_sheet(data, queue, known).unanswered == 2
    assert read_sheet(filled(data, "peut-être", "Même personne"), queue, known).unknown == 1
    later = {**known, A: "another"}
    read = read_sheet(filled(data, "Même personne", "Même personne"), queue, later)
    assert (read.changed, read.answers) == (1, {BRUNOS: SAME})
    keep_answers(linked, {ANNES: SAME}, who="AB")
    assert read_sheet(filled(data, "Même personne"), build_queue(linked), known).unknown == 1


@pytest.mark.parametrize("data", [b"", b"no workbook", b" " * (MAXIMUM_SHEET_BYTES + 1)])
def test_what_is_no_review_sheet_is_refused(linked, data):
    with pytest.raises(DamagedInput, match="LNK912"):
        read_sheet(data, build_queue(linked), identities(linked))


def test_a_workbook_with_other_columns_is_refused(linked):
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append(["b"])
    book.save(out)
    with pytest.raises(DamagedInput, match="LNK912"):
        read_sheet(out.getvalue(), build_queue(linked), identities(linked))


def test_a_question_without_a_chance_has_an_empty_cell(linked):
    keep_answers(linked, {("abri-arlon/c", "cpas-virton/d"): UNSURE}, who="AB")
    data = review_sheet(build_queue(linked), {}, identities(linked), "fr")
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert rows[4][8] in {None, ""}


def test_a_chance_is_a_number_unless_it_would_claim_certainty(store, link):
    link(store, {ANNES: 0.9967, BRUNOS: 0.2}, [[ANNES], [BRUNOS]], persons=[ANNES])
    keep_answers(store, {ANNES: UNSURE}, who="AB")
    data = review_sheet(build_queue(store), {}, identities(store), "en")
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert {row[8] for row in rows[2:]} == {"more than 99 %", 20}


def test_a_service_s_call_sheet_holds_its_own_numbers_alone(linked, desk):
    keep_answers(linked, {BRUNOS: UNSURE}, who="AB")
    services = {name: each for name, each in desk.services.items() if name != "abri-arlon"}
    book = openpyxl.load_workbook(io.BytesIO(phone_sheet(build_queue(linked), services, "fr")))
    officer, *own = book.worksheets
    assert [row[3] for row in officer.iter_rows(min_row=3, values_only=True)] == ["b", "a2"]
    held = {sheet.title: [row[0] for row in sheet.iter_rows(min_row=4, values_only=True)] for sheet in own}
    assert held == {"1 abri-arlon": ["a2"], "2 cpas-arlon": ["a", "b"], "3 cpas-virton": ["b2"]}
    for sheet in own:
        words = " ".join(str(cell) for row in sheet.values for cell in row if cell)
        others = [name for name in held if name != sheet.title]
        assert not any(name.split(" ")[1] in words for name in others)
        assert "diffère" not in words


def test_two_numbers_of_one_pair_at_one_service_are_on_one_sheet(linked, desk):
    keep_answers(linked, {(A, B): UNSURE}, who="AB")
    book = openpyxl.load_workbook(io.BytesIO(phone_sheet(build_queue(linked), desk.services, "fr")))
    numbers = [row[0] for row in book["2 cpas-arlon"].iter_rows(min_row=4, values_only=True)]
    assert numbers == ["a", "b"]
