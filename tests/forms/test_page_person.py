"""The last look at a name, the age that a date tells, children, and the same words and counts everywhere."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


def fresh(worker):
    worker.start()
    worker.press("Nouvelle fiche")


def test_the_identity_is_shown_once_before_it_is_erased(worker):
    fresh(worker)
    worker.type_identity(given="Marie", family="Dupond", birth=("14", "3", "1987"))
    worker.press("Continuer")
    worker.await_title("Relisez")
    said = worker.page.inner_text("main")
    assert all(each in said for each in ("Marie", "Dupond", "14 mars 1987", "Femme"))
    assert worker.page.locator(".mark").count() == 0
    worker.press("Corriger")
    assert worker.page.input_value("#identity-family-in") == "Dupond"
    worker.page.fill("#identity-family-in", "Dupont")
    worker.press("Continuer")
    worker.await_title("Relisez")
    assert "Dupont" in worker.page.inner_text("dl")
    worker.press("C’est juste\u202f: faire le code")
    worker.page.wait_for_selector(".mark")
    assert "Dupon" not in worker.page.content()


def test_the_last_look_survives_another_language_and_not_another_screen(worker):
    fresh(worker)
    worker.type_identity(given="Marie", family="Dupond", birth=("14", "3", "1987"))
    worker.press("Continuer")
    worker.await_title("Relisez")
    worker.page.get_by_role("button", name="Deutsch", exact=True).click()
    worker.await_title("Noch einmal lesen")
    assert "14. März 1987" in worker.page.inner_text("dl")
    worker.page.get_by_role("button", name="Français", exact=True).click()
    worker.press("Toutes les fiches")
    worker.page.go_back()
    worker.await_title("Code")
    assert "Dupond" not in worker.page.content()
    assert worker.page.locator("input:checked").count() == 0


def test_a_date_that_does_not_exist_is_refused_before_the_last_look(worker):
    fresh(worker)
    worker.type_identity(given="Marie", family="Dupont", birth=("31", "2", "1987"))
    worker.press("Continuer")
    worker.page.locator("#summary", has_text="ne peut pas exister").wait_for()


@pytest.mark.parametrize(
    ("birth", "years", "group"),
    [
        (("14", "3", "1987"), "39", None),
        (("", "3", "1987"), "39", None),
        (("", "12", "1987"), "38", None),
        (("", "10", "1986"), "", ""),  # the month of the night: 39 or 40, of two groups
        (("", "", "1981"), "", "from_40_to_49"),
        (("1", "1", "1981"), "", "from_40_to_49"),
        (("", "", "1986"), "", ""),
        (("", "", ""), "", ""),
    ],
)
def test_an_age_or_an_age_group_is_told_by_as_much_of_the_date_as_is_known(person_page, birth, years, group):
    assert person_page(birth) == (years, group)


@pytest.fixture(scope="module")
def person_page(hire):
    with hire() as worker:
        worker.start()

        def read(birth):
            worker.press("Nouvelle fiche")
            worker.make_code(given="Marie", family="Dupont", birth=birth)
            worker.goes_on("Où la personne a dormi")
            worker.sleep()
            worker.say_place()
            worker.goes_on("La personne")
            group = worker.page.locator("#q-age_class-in")
            found = (
                worker.page.input_value("#q-age_years-in"),
                group.input_value() if group.is_visible() else None,
            )
            worker.press("Toutes les fiches")
            return found

        yield read


def test_a_partial_birth_date_is_said_to_make_a_weaker_code(worker):
    fresh(worker)
    worker.type_identity(given="Marie", family="Dupont", birth=("", "", "1987"))
    assert "plus sûr" in worker.page.inner_text("#identity-hints")
    worker.press("Continuer")
    worker.await_title("Relisez")
    assert "? / ? / 1987" in worker.page.inner_text("dl")
    assert "tranche d’âge" in worker.page.inner_text(".warning")


def at_the_household(worker):
    fresh(worker)
    worker.check("identity-status", "not_known")
    worker.check("q-sex", "woman")
    worker.goes_on("Où la personne a dormi")
    worker.sleep()
    worker.say_place()
    worker.goes_on("La personne")
    worker.page.select_option("#q-age_class-in", "dont_know")
    worker.goes_on("Le ménage")


def test_a_child_opens_at_once_is_a_girl_or_a_boy_and_an_age_is_not_a_year(worker):
    at_the_household(worker)
    worker.check("q-has_children", "yes")
    child = worker.page.locator("#q-child0-child_sex")
    assert "Fille" in child.inner_text()
    assert "Femme" not in child.inner_text()
    worker.page.fill("#q-child0-birth_year-in", "6")
    worker.check("q-child0-link", "direct")
    worker.is_held_back()
    assert "2020 ou en 2019" in worker.page.inner_text("#summary")
    assert worker.page.locator("#summary a").count() == 1
    assert "2020 ou en 2019" in worker.page.inner_text("#q-child0-birth_year")
    worker.page.fill("#q-child0-birth_year-in", "1850")
    worker.press("Continuer")
    worker.page.locator("#summary", has_text="de 1990 à 2100").wait_for()
    worker.page.fill("#q-child0-birth_year-in", "2020")
    worker.goes_on("Revenus")


def test_an_opened_child_that_is_not_there_leaves_nothing_behind(worker):
    at_the_household(worker)
    worker.check("q-has_children", "yes")
    worker.check("q-has_children", "no")
    worker.goes_on("Revenus", "Votre service", "Vérifiez")
    worker.finish()
    (made,) = worker.hand_over().raw["declarations"]
    assert (made["has_children"], made.get("children", [])) == ("no", [])


def test_the_number_of_unanswered_questions_is_the_number_of_lines_that_say_so(worker):
    at_the_household(worker)
    worker.check("q-has_children", "yes")
    worker.check("q-child0-link", "direct")
    worker.goes_on("Revenus", "Votre service", "Vérifiez")

    def said():
        found = re.search(
            r"Sans réponse\u202f» : (\d+)".replace(" :", "\u202f:"), worker.page.inner_text("main")
        )
        return int(found[1]) if found else 0

    lines = worker.page.locator("dd", has_text="Sans réponse")
    assert said() == lines.count() > 10
    worker.press("Mettre «\u202fje ne sais pas\u202f» partout où c’est vide")
    worker.page.locator("section.inset").wait_for(state="detached")
    assert lines.count() == 0
    assert worker.page.locator("dt", has_text="Enfant 1").count() == 3


def test_the_list_tells_who_is_who_without_a_name(worker):
    worker.start()
    worker.describe("when-exact", "where-makeshift", "makeshift-tent")
    worker.describe(given="Paul", family="Martin", birth=("1", "2", "1970"), sex="man")
    cards = worker.page.locator(".card").all_inner_texts()
    assert "Homme, 56 ans" in cards[0]
    assert "Femme, 39 ans" in cards[1]
    assert "Sous tente" in cards[1]
    assert all("pas encore dans un fichier" in card for card in cards)
    assert not re.search("Marie|Dupont|Paul|Martin", " ".join(cards))


def test_the_hand_over_says_that_another_computer_is_not_in_the_file_and_offers_the_draft(worker):
    worker.start()
    worker.describe()
    worker.press("Remettre…")
    worker.await_title("Remettre vos fiches")
    assert "les fiches d’un autre ordinateur n’y sont pas" in worker.page.inner_text("details")
    with worker.page.expect_download() as waited:
        worker.press("Enregistrer un fichier de brouillon")
    assert waited.value.suggested_filename.startswith("brouillon-")
