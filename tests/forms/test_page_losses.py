"""Nothing that a worker said is lost, cut or left out without a word; what must not be kept is not."""

from __future__ import annotations

import json
import re

import pytest

from denombrement.forms.page_definition import read_texts, sleeping_tree
from denombrement.survey.questionnaire import label

pytestmark = pytest.mark.browser

FIRST_TEXTS = ("page_texts", "sleeping_tree")


def said_by_whom(worker, way, sex="woman"):
    worker.press("Nouvelle fiche")
    worker.check("identity-status", way)
    if sex and way != "refused":
        worker.check("q-sex", sex)
    worker.goes_on("Où la personne a dormi")


def with_age(worker, age="65"):
    worker.goes_on("La personne")
    worker.page.fill("#q-age_years-in", age)
    worker.goes_on("Le ménage")


def change(worker, title):
    worker.page.get_by_role("button", name=f"Modifier {title}").click()
    worker.await_title(title)


def handed(worker):
    worker.finish()
    return worker.hand_over().raw["declarations"]


def test_the_place_shown_as_chosen_is_in_the_record_after_a_refusal_was_taken_back(worker):
    worker.start()
    said_by_whom(worker, "refused")
    worker.sleep("when-exact", "where-makeshift", "makeshift-car")
    worker.goes_on("La commune et le territoire")
    for title in ("Où la personne", "Code"):
        worker.press("Page précédente")
        worker.await_title(title)
    worker.press("Refaire le code")
    worker.check("identity-status", "not_known")
    assert worker.page.locator("#q-sex input:checked").count() == 0
    worker.check("q-sex", "woman")
    worker.goes_on("La commune et le territoire")
    worker.press("Page précédente")
    worker.await_title("Où la personne")
    assert worker.page.is_checked("#tree-makeshift-car")
    worker.say_place()
    with_age(worker)
    worker.goes_on("Revenus", "Votre service", "Vérifiez")
    assert (
        "Sans réponse"
        not in worker.page.locator("#check-situation div", has_text="De quel lieu").inner_text()
    )
    (made,) = handed(worker)
    assert (made["place_detail"], made["sex"], made["age_years"]) == ("car", "woman", 65)


def at_the_household(worker):
    worker.start()
    said_by_whom(worker, "not_known")
    worker.sleep("when-exact", "where-outside")
    worker.say_place()
    with_age(worker)


def with_a_child(worker):
    at_the_household(worker)
    worker.check("q-has_children", "yes")
    worker.page.fill("#q-child0-birth_year-in", "2020")
    worker.check("q-child0-link", "direct")
    worker.goes_on("Revenus", "Votre service", "Vérifiez")
    change(worker, "Code d’identification")
    worker.press("Refaire le code")
    worker.check("identity-status", "refused")
    assert "ni enfants" in worker.page.inner_text("p.inset")
    worker.press("Continuer")
    worker.await_title("Effacer ses enfants")


def test_children_described_are_not_given_up_for_a_refusal_unless_the_worker_says_so(worker):
    with_a_child(worker)
    assert "ne seront pas comptés" in worker.page.inner_text("main")
    worker.press("Annuler")
    worker.await_title("Code")
    worker.press("Toutes les fiches")
    worker.page.locator(".card button").first.click()
    worker.await_title("Vérifiez")
    (made,) = handed(worker)
    assert made["children"] == [{"birth_year": 2020, "link": "direct"}]


def test_a_refusal_confirmed_leaves_the_category_alone(worker):
    with_a_child(worker)
    worker.press("Oui, effacer")
    worker.await_title("Où la personne")
    worker.goes_on("Vérifiez")
    (made,) = handed(worker)
    del made["declaration_id"]
    assert made == {
        "revision": 1,
        "identity": {"status": "refused"},
        "situation": "EL1.1",
        "night_precision": "exact_night",
        "commune_night": "dont_know",
        "sex": "dont_know",
        "age_class": "dont_know",
    }


def test_fast_entry_does_not_give_up_children_for_a_refusal(worker):
    worker.start()
    worker.press("Saisie rapide de fiches papier")
    worker.check("identity-status", "refused")
    worker.page.select_option("#q-situation-in", "EL1.1")
    worker.check("q-has_children", "yes")
    worker.check("q-child0-link", "direct")
    worker.press("Enregistrer et passer à la suivante")
    worker.page.locator("#identity-status .error", has_text="ni enfants").wait_for()
    assert worker.page.locator("#summary a").first.get_attribute("href") == "#identity-status"
    worker.check("q-has_children", "no")
    worker.press("Enregistrer et passer à la suivante")
    worker.page.locator("p[role=status]", has_text="enregistrée").wait_for()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("20260145", "Tapez un nombre de 1 à 999999."),
        ("2026/0145", "Tapez seulement des chiffres"),
        ("61031212345", "Numéro national"),
        ("61.03.12-123.45", "Numéro national"),
        ("610312", "date de naissance"),
    ],
)
def test_a_case_number_is_refused_whole_and_never_cut(case_number, typed, said):
    assert said in case_number(typed)


@pytest.fixture(scope="module")
def case_number(hire):
    with hire() as worker:
        at_the_household(worker)
        worker.goes_on("Revenus", "Votre service")

        def read(typed):
            worker.page.fill("#q-case_number-in", typed)
            worker.is_held_back()
            return worker.page.inner_text("#summary") + worker.page.inner_text("#q-case_number")

        yield read
        worker.page.fill("#q-case_number-in", "202601")
        worker.goes_on("Vérifiez")
        (made,) = handed(worker)
        assert made["case_number"] == 202601


def test_a_number_of_the_national_register_is_not_even_kept_in_a_draft(worker):
    at_the_household(worker)
    worker.goes_on("Revenus", "Votre service")
    worker.page.fill("#q-case_number-in", "61031212345")
    worker.is_held_back()
    assert worker.page.input_value("#q-case_number-in") == "*"
    worker.page.fill("#q-case_number-in", "")
    worker.goes_on("Vérifiez")
    (made,) = handed(worker)
    assert "case_number" not in made


def test_what_was_put_aside_is_to_be_completed_and_leaves_only_after_it_is_said(worker):
    worker.start()
    worker.press("Nouvelle fiche")
    worker.make_code(given="Marie", family="Dupont", birth=("14", "3", "1987"))
    worker.goes_on("Où la personne a dormi")
    worker.sleep("when-exact", "where-outside")
    worker.goes_on("La commune et le territoire")
    worker.put_aside()
    assert "À compléter" in worker.page.inner_text(".card")
    worker.press("Remettre…")
    worker.await_title("Remettre vos fiches")
    box = worker.page.locator(".warning")
    assert "sans ce qui manque" in box.inner_text()
    box.locator("button").click()
    worker.await_title("La commune et le territoire")
    worker.page.locator("#summary", has_text="commune").wait_for()
    worker.page.select_option("#q-commune_night-in", "dont_know")
    worker.check("q-territory_link", "lives_here")
    worker.goes_on("La personne", "Le ménage", "Revenus", "Votre service", "Vérifiez")
    worker.finish()
    assert "Prête" in worker.page.inner_text(".card")


def test_what_was_put_aside_may_still_leave(worker):
    worker.start()
    said_by_whom(worker, "refused")
    worker.sleep("when-exact", "where-outside")
    worker.put_aside()
    (made,) = worker.hand_over().raw["declarations"]
    assert made["situation"] == "EL1.1"
    assert "commune_night" not in made


def test_someone_not_counted_is_told_apart_from_the_number_handed_over(worker):
    worker.start()
    worker.describe()
    said_by_whom(worker, "not_known", "man")
    worker.sleep("when-exact", "where-own_home", "own_home-housing_first")
    worker.goes_on("Vérifiez")
    worker.finish()
    worker.press("Remettre…")
    worker.await_title("Remettre vos fiches")
    said = worker.page.inner_text("main")
    assert re.search(r"Fiches dans le fichier\s: 1\.", said)
    assert re.search(r"hors du total\s: 1\.", said)
    assert worker.page.locator(".warning").count() == 0
    worker.press("Toutes les fiches")
    made = {each["situation"]: each for each in worker.hand_over().raw["declarations"]}
    tenant = made["not_homeless"]
    assert (tenant["outside_reason"], tenant["sex"], tenant["age_class"]) == (
        "housing_first_tenant",
        "man",
        "dont_know",
    )


def test_a_correction_leads_back_to_the_check_in_one_screen(worker):
    at_the_household(worker)
    worker.goes_on("Revenus", "Votre service", "Vérifiez")
    change(worker, "La personne")
    worker.page.fill("#q-age_years-in", "64")
    worker.goes_on("Vérifiez")
    assert "64" in worker.page.inner_text("#check-person")


def test_an_approximate_age_is_led_to_the_age_groups(worker):
    worker.start()
    said_by_whom(worker, "not_known")
    worker.sleep("when-exact", "where-outside")
    worker.say_place()
    worker.goes_on("La personne")
    assert "choisissez la tranche d’âge" in worker.page.inner_text("#q-age_years")
    worker.page.fill("#q-age_years-in", "environ 30")
    worker.is_held_back()
    assert worker.page.locator("#summary a").count() == 1
    worker.page.fill("#q-age_years-in", "")
    worker.page.select_option("#q-age_class-in", "from_30_to_39")
    worker.goes_on("Le ménage")


def test_a_given_name_alone_is_said_to_be_too_little(worker):
    worker.start()
    worker.press("Nouvelle fiche")
    worker.type_identity(given="Luc", sex="man")
    worker.press("Continuer")
    worker.await_title("Relisez")
    assert "Trop peu pour reconnaître" in worker.page.inner_text(".warning")


def test_an_ordinary_date_is_not_doubted_and_a_short_year_is_said_once_beside_the_field(worker):
    worker.start()
    worker.press("Nouvelle fiche")
    worker.type_identity(given="Marie", family="Dupont", birth=("12", "3", "61"))
    assert worker.page.inner_text("#identity-hints") == ""
    worker.is_held_back()
    assert worker.page.inner_text("main").count("quatre chiffres") == 2  # the summary, and its field
    worker.page.fill("#identity-date-year", "1961")
    worker.press("Continuer")
    worker.await_title("Relisez")
    assert "inversés" not in worker.page.inner_text("main")


def test_a_date_to_come_has_an_example_to_come(worker):
    worker.start()
    said_by_whom(worker, "not_known")
    worker.sleep("when-exact", "where-own_home", "own_home-month")
    assert "pas celle du jugement" in worker.page.inner_text("#tree-own_home")
    assert "22 11 2026" in worker.page.inner_text("#q-eviction_date")


def test_an_eviction_without_a_date_names_no_month_alone_and_no_box_that_is_not_there(worker):
    worker.start()
    said_by_whom(worker, "not_known")
    worker.sleep("when-exact", "where-own_home", "own_home-date_unknown")
    box = worker.page.inner_text(".outcome")
    assert "sans date connue" in box
    assert "changez cette réponse" in box
    assert "complétez" not in box


def test_living_all_year_on_a_campsite_is_no_choice_by_the_words_alone():
    texts, nodes = read_texts("sleeping_tree"), sleeping_tree()["nodes"]
    for kind in ("campsite", "holiday_park"):
        assert "même toute l’année" in texts[f"a.makeshift.{kind}"]["fr"]
        assert nodes["makeshift"][kind]["next"] == "caravan"
    assert all("permanent" not in text.lower() for text in texts["a.caravan.choice"].values())
    assert {nodes["caravan"][answer]["situation"] for answer in ("lack", "dont_know")} == {"EL5.9"}
    assert nodes["caravan"]["choice"]["situation"] == "not_homeless"


def test_no_french_text_has_a_wide_space_before_a_colon():
    texts = [text for name in FIRST_TEXTS for text in (each["fr"] for each in read_texts(name).values())]
    assert "\u00a0:" not in json.dumps(texts, ensure_ascii=False)
    assert "\u00a0:" not in label("option", "refused", "fr", list_name="identity_status").text
