"""Lists as offices keep them: columns in any language, cells as people write them, names refused."""

import io
from datetime import date

import pytest
import xlsxwriter

from denombrement.intake.lists.answers import read_choice, read_choices, read_commune, read_date, read_integer
from denombrement.intake.model import reason_text

HEADER = "service;fiche;situation;sexe;âge (en années);commune;code"
CODE = "k" * 22
NIGHT = date(2023, 10, 19)


def csv(*rows, header=HEADER, encoding="utf-8"):
    return "\r\n".join([header, *rows]).encode(encoding)


def taken(desk, data, **options):
    with desk.store() as store:
        summary = desk.take(store, ("list.csv", data), **options)
        declarations = store.rows(
            "SELECT service, declaration_id, situation, sex, age_years, commune_night, identity_status "
            "FROM declarations ORDER BY ALL"
        )
        set_aside = store.rows(
            "SELECT service, declaration_id, place, question, reason FROM quarantine ORDER BY ALL"
        )
    return summary, declarations, set_aside


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_list_is_read_in_the_encodings_that_spreadsheets_write(desk, encoding):
    row = f"cpas-arlon;7;Chez de la famille, des amis ou des tiers, faute de logement à soi;Femme;33;Arlon;{CODE}"
    _, declarations, set_aside = taken(desk, csv(row, encoding=encoding))
    assert declarations == [("cpas-arlon", "7", "EL6.12", "woman", 33, "81001", "coded")]
    assert set_aside == []


@pytest.mark.parametrize(
    "header",
    [
        "service,declaration_id,situation,sex,age_years,commune_night,code",
        "dienst,fiche,Waar heeft deze persoon de referentienacht doorgebracht?,geslacht,leeftijd,gemeente,code",
        "service,id,Wo hat diese Person die Referenznacht verbracht?,Geschlecht,alter,gemeinde,code",
        "service,id,Where did this person spend the reference night?,Sex,Age (in years),commune,code",
        "SERVICE,Fiche,Catégorie ETHOS,Genre,Âge,Commune de la nuit,Code d’identification",
    ],
)
def test_columns_are_known_by_code_by_label_in_four_languages_or_by_an_old_name(desk, header):
    _, declarations, _ = taken(desk, csv(f"cpas-arlon,7,EL6.12,man,33.0,6700,{CODE}", header=header))
    assert declarations == [("cpas-arlon", "7", "EL6.12", "man", 33, "81001", "coded")]


def test_a_cell_that_says_nothing_known_sets_its_row_aside_with_its_place(desk):
    rows = [
        f"cpas-arlon;1;EL6.12;Homme;33;Arlon;{CODE}",
        "cpas-arlon;2;sous un pont;Homme;33;Arlon;",
        "cpas-arlon;3;EL1.1;Homme;trente;Arlon;",
        "cpas-arlon;4;EL1.1;Homme;30;Atlantide;",
        "cpas-arlon;5;EL1.1;Homme;;Arlon;",
    ]
    summary, declarations, set_aside = taken(desk, csv(*rows))
    assert len(declarations) == 1
    assert summary.files[0].quarantined == 4
    assert {(place, question, reason) for _, _, place, question, reason in set_aside} == {
        ("l. 3", "situation", "REC001"),
        ("l. 4", "age_years", "REC003"),
        ("l. 5", "commune_night", "REC009"),
        ("l. 6", "age_class", "RUL.age_missing"),
    }


def test_a_list_of_several_services_is_a_return_of_each(desk):
    rows = [f"{service};1;EL1.1;Homme;30;Arlon;" for service in ("cpas-arlon", "abri-arlon")]
    summary, declarations, _ = taken(desk, csv(*rows))
    assert [each.service for each in summary.files] == ["abri-arlon", "cpas-arlon"]
    assert len(declarations) == 2


def test_the_service_of_a_list_can_be_given_by_the_officer(desk):
    data = csv("EL1.1;Homme;30", header="situation;sexe;âge")
    assert taken(desk, data)[0].files[0].error.code == "INT106"
    assert taken(desk, data, list_service="cpas-virton")[1][0][:2] == ("cpas-virton", "row-2")


def test_a_second_list_of_a_service_waits_for_the_officers_word(desk):
    first = csv("cpas-arlon;1;EL1.1;Homme;30;Arlon;")
    second = csv("cpas-arlon;2;EL2.2;Femme;30;Arlon;")
    assert taken(desk, first)[0].files[0].status == "current"
    summary, declarations, _ = taken(desk, second)
    assert summary.files[0].error.code == "INT107"
    assert [row[1] for row in declarations] == ["1"]
    summary, declarations, _ = taken(desk, second, replace_lists=True)
    assert summary.files[0].status == "current"
    assert [row[1] for row in declarations] == ["2"]


@pytest.mark.parametrize(
    "header", ["Nom", "prénom", "given_name", "Naam", "Geburtsdatum", "date de naissance", "NISS"]
)
def test_a_list_with_names_or_birth_dates_is_refused_and_not_kept(desk, header):
    data = csv("EL1.1;Homme;30;Marker", header=f"situation;sexe;âge;{header}")
    summary, declarations, _ = taken(desk, data, list_service="cpas-arlon")
    assert summary.files[0].error.code == "INT109"
    assert declarations == []
    assert not list((desk.folder / "kept").iterdir())


@pytest.mark.parametrize(
    ("header", "row", "code"),
    [
        ("sexe;âge", "Homme;30", "INT112"),
        ("situation;sexe;Sex", "EL1.1;Homme;man", "INT111"),
        ("service;fiche;situation;sexe", "nulle-part;1;EL1.1;Homme", "INT102"),
    ],
)
def test_a_list_that_cannot_be_counted_says_why(desk, header, row, code):
    summary, declarations, _ = taken(desk, csv(row, header=header), list_service="cpas-arlon")
    assert summary.files[0].error.code == code
    assert declarations == []


def test_one_column_an_option_and_children_beside_the_adult_are_understood(desk):
    header = "service;situation;sexe;âge;income/work;income/pension;health;has_children;child_1_birth_year;child_1_link"
    row = "cpas-arlon;EL3.3;Femme;30;1;;addiction mental_health;oui;2015;direct"
    with desk.store() as store:
        desk.take(store, ("list.csv", csv(row, header=header)))
        assert store.rows("SELECT income, health FROM declarations") == [
            (["work"], ["addiction", "mental_health"])
        ]
        assert store.rows("SELECT birth_year, link FROM children") == [(2015, "direct")]


def test_a_workbook_with_title_rows_above_its_header_is_read(desk):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Dénombrement")
        sheet.merge_range("A1:E1", "Liste du CPAS, octobre 2023")
        sheet.write_row(2, 0, ["Service", "Situation", "Sexe", "Âge", "Commune"])
        sheet.write_row(3, 0, ["cpas-arlon", "EL5.11", "Homme", 41, 81001])
    _, declarations, _ = taken(desk, out.getvalue())
    assert declarations == [("cpas-arlon", "row-4", "EL5.11", "man", 41, "81001", "not_known")]


def test_a_code_of_another_platform_is_taken_as_it_is(desk):
    with desk.store() as store:
        desk.take(store, ("l.csv", csv("cpas-arlon;1;EL1.1;Homme;30;Arlon;KUL-0042")))
        assert store.rows("SELECT identity_status, opaque_code FROM declarations") == [("opaque", "KUL-0042")]


@pytest.mark.parametrize(("text", "expected"), [("42", 42), ("42.0", 42), ("42,00", 42), ("+7", 7)])
def test_whole_numbers_are_read_as_spreadsheets_write_them(text, expected):
    assert read_integer(text) == expected


@pytest.mark.parametrize("text", ["", "4 2", "4.5", "quarante", "1e3", "-1"])
def test_whatever_is_not_a_whole_number_is_not_guessed(text):
    assert read_integer(text).reason == "REC003"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-10-19", "2023-10-19"),
        ("19/10/2023", "2023-10-19"),
        ("9.1.2024", "2024-01-09"),
        ("45218", "2023-10-19"),
    ],
)
def test_dates_are_read_day_first(text, expected):
    assert read_date(text) == expected


@pytest.mark.parametrize("text", ["31/02/2023", "10/19/2023", "demain", "2023-13-01"])
def test_a_date_that_does_not_exist_is_not_guessed(text):
    assert read_date(text).reason == "REC003"


def test_choices_are_read_by_code_label_or_list():
    assert read_choice("Je ne sais pas", "sex") == "dont_know"
    assert read_choice("X", "yes_no") == "yes"
    assert read_choice("faux", "yes_no") == "no"
    assert read_choice("peut-être", "yes_no").reason == "REC001"
    assert read_choices("Pension; Travail", "income") == ["pension", "work"]
    assert read_choices("work pension work", "income") == ["work", "pension"]
    assert read_choices("Chômage", "income") == ["unemployment"]
    assert read_choices("or; argent", "income").reason == "REC001"
    assert read_choices(" ; ", "income").reason == "REC001"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Bastenaken", "82003"), ("6700", "81001"), ("81001.0", "81001"), ("Hors de la province", "outside"),
     ("92094", "92094"), ("weet ik niet", "dont_know")],
)  # fmt: skip
def test_communes_are_read_by_name_postcode_or_code(text, expected):
    assert read_commune(text, NIGHT) == expected


def test_a_commune_of_another_date_is_not_guessed():
    assert read_commune("82039", NIGHT).reason == "REC009"


def test_reasons_exist_in_every_language_of_the_correction_sheets():
    for language in ("fr", "nl", "de", "en"):
        assert reason_text("REC001", language)
        assert reason_text("RUL.age_missing", language)
        assert reason_text("INT105", language)


def test_children_on_a_second_sheet_stand_with_their_parent(desk):
    parent = {
        "service": "cpas-arlon",
        "situation": "EL3.3",
        "sex": "woman",
        "age_years": 30,
        "has_children": "yes",
    }
    rows = [
        {
            **parent,
            "declaration_id": "m1",
            "children": [{"birth_year": 2015, "link": "direct"}, {"link": "indirect"}],
        },
        {**parent, "declaration_id": "m2", "children": [{"birth_year": "perhaps", "link": "direct"}]},
    ]
    import json

    with desk.store() as store:
        summary = desk.take(store, ("list.json", json.dumps(rows).encode()))
        assert store.rows("SELECT declaration_id, rank, birth_year, link FROM children ORDER BY ALL") == [
            ("m1", 0, 2015, "direct"),
            ("m1", 1, None, "indirect"),
        ]
        assert store.rows("SELECT question, reason FROM quarantine") == [("birth_year", "REC003")]
    assert summary.files[0].declarations == 1


def test_codes_tokens_and_revisions_travel_in_columns(desk):
    header = "service;fiche;revision;situation;sexe;âge;code;token_given_full;identity_status"
    rows = [
        f"cpas-arlon;1;3;EL1.1;Homme;30;{CODE};{'t' * 22};coded",
        "cpas-arlon;2;1;EL1.1;Homme;30;;;refused",
    ]
    with desk.store() as store:
        desk.take(store, ("list.csv", csv(*rows, header=header)))
        found = store.rows(
            "SELECT declaration_id, revision, identity_status, code FROM declarations ORDER BY 1"
        )
        assert found == [("1", 3, "coded", CODE), ("2", 1, "refused", None)]
        assert store.rows("SELECT given_full FROM tokens") == [("t" * 22,)]


def test_a_row_shifted_by_a_separator_is_set_aside(desk):
    rows = ["cpas-arlon;1;EL1.1;Homme;30;Arlon;", "cpas-arlon;2;EL1.1;Homme;30;Arlon;;;;more;cells"]
    summary, declarations, set_aside = taken(desk, csv(*rows))
    assert len(declarations) == 1
    assert summary.quarantined == len(set_aside) == 1
