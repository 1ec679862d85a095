"""A service's own list in Excel, read, coded and sealed inside the page: the names stay there."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from openpyxl import load_workbook

from denombrement.dedup.codes import Identity, Recipe, identity_tokens, mnemonic_tokens
from denombrement.forms.workbook import workbook as blank_workbook
from denombrement.survey.questionnaire import option_label

pytestmark = pytest.mark.browser
SECRET = bytes(range(32))
RECIPE = Recipe.load("denombrement-1")
CODES = [
    "",
    "code",
    "identity_status",
    "situation",
    "night_precision",
    "commune_night",
    "leaving_when",
    "leaving_date",
    "sex",
    "age_years",
    "has_children",
    "income/work",
    "income/other",
    "child_1_birth_year",
    "child_1_link",
]
WORDS = [
    "Contrôle",
    "Code",
    "Identité",
    "Où cette personne a-t-elle passé la nuit de référence ?",
    *["…"] * 11,
]
HOSPITAL = "Dans un hôpital, une clinique psychiatrique ou une maison de soins"
OUTSIDE = option_label("situation", "EL1.1", "fr")
NIGHT, MONTH = "De la nuit de référence exactement", "Dans le mois qui suit la nuit de référence"
TOGETHER = "Avec cette personne, dans la même situation"


@pytest.fixture
def workbook(tmp_path):
    def write(*rows, name="liste.xlsx"):
        place = tmp_path / name
        with xlsxwriter.Workbook(place) as book:
            book.add_worksheet("Mode d’emploi").write(0, 0, "Lisez-moi")
            sheet = book.add_worksheet("Fiches")
            days = book.add_format({"num_format": "dd/mm/yyyy"})
            for rank, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(rank, column, value, days)
                    elif value not in {"", None}:
                        sheet.write(rank, column, value)
        return place

    return write


def read_in(worker, place):
    worker.press("Reprendre une liste Excel")
    worker.page.set_input_files("#workbook-in", place)
    worker.press("Lire la liste")


def found(worker):
    return worker.page.locator("#workbook-read").inner_text()


def test_a_filled_in_workbook_is_read_coded_and_sealed(worker, workbook, count):
    place = workbook(
        CODES,
        WORDS,
        [
            "ok",
            "JE-BER-14031987-M",
            "",
            HOSPITAL,
            NIGHT,
            "Bastogne",
            MONTH,
            date(2026, 11, 2),
            "Homme",
            39,
            "Oui",
            "x",
            "x",
            2015,
            TOGETHER,
        ],
        ["ok", "", "La personne refuse : comptée sans code", OUTSIDE, NIGHT, "Hors de la province"],
    )
    worker.start()
    read_in(worker, place)
    assert "Lignes lues : 2, dont à corriger : 0" in found(worker).replace("\u202f", " ")
    worker.press("Reprendre ces fiches")
    worker.await_title("Vos fiches")
    sent = worker.hand_over()
    first, second = sorted(sent.envoi.declarations, key=lambda each: each.situation, reverse=True)
    expected = mnemonic_tokens("JE-BER-14031987-M", SECRET, count.campaign.id, RECIPE)
    assert first.identity.tokens == expected.tokens
    answers = first.model_dump(exclude={"declaration_id", "identity"}, exclude_none=True)
    assert answers == {
        "revision": 1,
        "situation": "EL4.7",
        "night_precision": "exact_night",
        "commune_night": "82039",
        "leaving_when": "within_one_month",
        "leaving_date": date(2026, 11, 2),
        "sex": "man",
        "age_years": 39,
        "has_children": "yes",
        "children": ({"birth_year": 2015, "link": "direct"},),
        "income": ("work", "other"),
    }
    assert (second.identity.status, second.situation, second.sex) == ("refused", "EL1.1", "dont_know")


def test_names_of_a_list_become_codes_and_stay_in_the_page(worker, workbook, count):
    place = workbook(
        ["Nom de famille", "Voornaam", "Date de naissance", "Geschlecht", "situation", "Âge (en années)"],
        ["Qwertzmann & fils", "Zoubéïda", date(1987, 3, 14), "Frau", "EL3.3", 39],
        ["Lambert", "Paul", "14/03/1961", "man", "EL3.3", 65],
    )
    worker.start()
    read_in(worker, place)
    assert "dont à corriger : 0" in found(worker).replace("\u202f", " ")
    worker.press("Reprendre ces fiches")
    worker.await_title("Vos fiches")
    sent = worker.hand_over()
    expected = {
        identity_tokens(identity, SECRET, count.campaign.id, RECIPE).code
        for identity in (
            Identity("Zoubéïda", "Qwertzmann & fils", 1987, 3, 14, "woman"),
            Identity("Paul", "Lambert", 1961, 3, 14, "man"),
        )
    }
    assert {each.identity.code for each in sent.envoi.declarations} == expected
    everywhere = (worker.page.content() + sent.body).lower()
    assert "qwertzmann" not in everywhere
    assert "zoubéïda" not in everywhere


def test_errors_of_the_list_are_said_by_line_and_the_rest_is_kept_to_finish(worker, workbook):
    place = workbook(
        CODES,
        WORDS,
        ["", "JE-BER-14031987-M", "", "sous un pont", NIGHT, "", "", "", "", 39],
        ["", "illisible", "", OUTSIDE, NIGHT, "", "", "", "Homme", "trente"],
        ["", "MA-DUP-01021990-F", "", OUTSIDE, NIGHT],
    )
    worker.start()
    read_in(worker, place)
    said = found(worker).replace("\u202f", " ")
    assert "Lignes lues : 3, dont à corriger : 2" in said
    assert "Ligne 3 : Où cette personne" in said
    assert "Ligne 4 :" in said
    assert "Ce code est illisible" in said
    worker.press("Reprendre ces fiches")
    worker.await_title("Vos fiches")
    assert worker.page.locator(".tag.incomplete").count() == 2
    assert len(worker.hand_over().envoi.declarations) == 1


def test_a_list_that_holds_a_national_number_or_the_children_of_a_refusal_says_so(worker, workbook):
    place = workbook(
        [*CODES, "case_number"],
        ["", "JE-BER-14031987-M", "", OUTSIDE, NIGHT, *[""] * 4, 39, *[""] * 5, "87031412345"],
        ["", "", "refused", OUTSIDE, NIGHT, *[""] * 5, "Oui", "", "", 2015, TOGETHER],
    )
    worker.start()
    read_in(worker, place)
    said = found(worker).replace("\u202f", " ")
    assert "dont à corriger : 2" in said
    assert "Numéro de dossier dans votre service : cette réponse" in said
    assert "ni enfants" in said
    worker.press("Reprendre ces fiches")
    worker.await_title("Vos fiches")
    made = worker.hand_over().body
    assert "87031412345" not in made
    assert '"children":[{' not in made


def test_the_same_list_read_again_corrects_and_does_not_double(worker, workbook):
    worker.start()
    for situation in ("EL1.1", "EL2.2"):
        place = workbook(CODES, ["", "JE-BER-14031987-M", "", situation, NIGHT, "", "", "", "", 39])
        read_in(worker, place)
        worker.page.locator("#workbook-read").wait_for()
        worker.press("Reprendre ces fiches")
        worker.await_title("Vos fiches")
        sent = worker.hand_over()
        worker.back_to_list()
    (made,) = sent.envoi.declarations
    assert (made.situation, made.revision) == ("EL2.2", 2)


def test_what_is_no_workbook_of_ours_is_refused(worker, workbook, tmp_path):
    worker.start()
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", " " * 40_000_000)
    (tmp_path / "text.xlsx").write_text("not a workbook")
    (tmp_path / "word.xlsx").write_bytes(other.getvalue())
    (tmp_path / "bomb.xlsx").write_bytes(bomb.getvalue())
    for place in (
        workbook(["a", "b"]),
        *(tmp_path / name for name in ("text.xlsx", "word.xlsx", "bomb.xlsx")),
    ):
        read_in(worker, place)
        worker.page.locator("#summary", has_text="pas un classeur").wait_for()
        worker.press("Toutes les fiches")


def test_the_campaigns_own_workbook_filled_in_is_read(worker, count, tmp_path):
    book = load_workbook(io.BytesIO(blank_workbook(count.campaign, language="de", service=count.service)))
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[1]}
    filled = {
        "code": "JE-BER-14031987-M",
        "situation": option_label("situation", "EL6.12", "de"),
        "place_detail": option_label("place_detail", "family", "de"),
        "night_precision": option_label("night_precision", "within_two_weeks", "de"),
        "has_children": option_label("yes_no", "yes", "de"),
        "reasons/eviction": "x",
        "child_1_birth_year": 2016,
        "child_1_link": option_label("child_link", "direct", "de"),
        "child_2_link": option_label("child_link", "indirect", "de"),
    }
    for name, value in filled.items():
        sheet.cell(4, columns[name], value)
    book.save(tmp_path / "mappe.xlsx")
    worker.start()
    read_in(worker, tmp_path / "mappe.xlsx")
    assert "Lignes lues : 1, dont à corriger : 0" in found(worker).replace("\u202f", " ")
    worker.press("Reprendre ces fiches")
    worker.await_title("Vos fiches")
    (made,) = worker.hand_over().envoi.declarations
    assert (made.situation, made.place_detail, made.reasons) == ("EL6.12", "family", ("eviction",))
    assert [(each.birth_year, each.link) for each in made.children] == [(2016, "direct"), (None, "indirect")]
