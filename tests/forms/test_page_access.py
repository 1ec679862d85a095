"""Every screen in every language: axe, 320 pixels, targets of 44, the keyboard alone, paper."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe

from benchmarks._form_page import PASSPHRASE

pytestmark = pytest.mark.browser
AXE = Axe()
LANGUAGES = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}
REREAD = "C’est juste\u202f: faire le code"
WIDTHS_PIXELS = (320, 1280)
SMALL_TARGETS = """() => [...document.querySelectorAll("button, select, summary, input, .option label")]
  .filter((each) => each.checkVisibility() && !(each.matches("input[type=radio], input[type=checkbox]")))
  .filter((each) => each.getBoundingClientRect().height < 44)
  .map((each) => each.outerHTML.slice(0, 80))"""


def screens(worker):
    """Walks through every screen of the form, in French, and stops at each."""
    yield from first_screens(worker)
    yield from questionnaire(worker)
    yield from last_screens(worker)
    yield from lists_and_doors(worker)


def first_screens(worker):
    yield "welcome"
    worker.press("Commencer")
    worker.page.wait_for_selector("#summary")
    yield "welcome with an error"
    worker.press("Ouvrir un fichier de brouillon")
    yield "draft"
    worker.press("Page précédente")
    worker.press("Nous n’avons rencontré personne")
    yield "confirm that nobody was met"
    worker.press("Annuler")
    worker.start()
    yield "empty list"


def questionnaire(worker):
    worker.press("Nouvelle fiche")
    worker.is_held_back()
    yield "identity with an error"
    worker.type_identity(given="Jean PIERRE", family="van den Berghe", birth=("3", "4", "1987"), sex="man")
    yield "identity with hints"
    worker.press("Continuer")
    worker.await_title("Relisez")
    yield "read once more"
    worker.press(REREAD)
    worker.page.wait_for_selector(".mark")
    yield "code made"
    worker.goes_on("Où la personne a dormi")
    worker.is_held_back()
    yield "situation with an error"
    worker.sleep("when-exact", "where-care", "care_home-no", "care_leaving-yes")
    worker.page.locator("summary", has_text="pas la bonne").click()
    type_leaving(worker, "31", "2", "2026")
    worker.press("Continuer")
    yield "situation answered, with a date that does not exist"
    type_leaving(worker, "", "", "")
    worker.goes_on("La commune et le territoire")
    worker.is_held_back()
    yield "territory with errors"
    worker.page.select_option("#q-commune_night-in", "81001")
    worker.check("q-territory_link", "lives_here")
    worker.goes_on("La personne")
    yield "person"
    worker.goes_on("Le ménage")
    worker.check("q-has_children", "yes")
    worker.page.fill("#q-child0-birth_year-in", "6")
    worker.is_held_back()
    yield "household with errors"
    worker.page.fill("#q-child0-birth_year-in", "2020")
    worker.check("q-child0-link", "indirect")
    for title in ("Revenus", "Votre service", "Vérifiez"):
        worker.goes_on(title)
        yield title
    worker.finish()


def type_leaving(worker, *parts):
    for name, text in zip(("day", "month", "year"), parts, strict=True):
        worker.page.fill(f"#q-leaving_date-{name}", text)


def last_screens(worker):
    worker.press("Nouvelle fiche")
    worker.type_identity(given="Jean Pierre", family="van den Berghe", birth=("3", "4", "1987"), sex="man")
    worker.press("Continuer")
    worker.press(REREAD)
    worker.page.wait_for_selector("#twins")
    yield "twins"
    worker.press("Toutes les fiches")
    worker.await_title("Vos fiches")
    yield "list"
    worker.press("Remettre…")
    yield "handing over"
    worker.press("Toutes les fiches")
    worker.hand_over()
    yield "done"
    worker.back_to_list()
    yield "list with a file to send"
    worker.press("Je l’ai envoyé")
    worker.page.locator(".banner.calm").wait_for()
    yield "list with a file sent"
    worker.page.get_by_role("button", name="Retirer").first.click()
    yield "confirm a withdrawal"
    worker.press("Annuler")
    worker.page.get_by_role("button", name="Supprimer").first.click()
    yield "confirm a deletion"
    worker.press("Annuler")
    worker.press("Tout effacer")
    yield "confirm to erase all"
    worker.press("Annuler")
    worker.press("Notice pour la personne")
    yield "notice"
    worker.press("Toutes les fiches")


def lists_and_doors(worker):
    worker.press("Reprendre une liste Excel")
    worker.press("Lire la liste")
    worker.page.wait_for_selector("#summary")
    yield "workbook with an error"
    worker.page.set_input_files("#workbook-in", small_list())
    worker.press("Lire la liste")
    worker.page.wait_for_selector("#workbook-read")
    yield "workbook read, with a line to correct"
    worker.press("Toutes les fiches")
    worker.press("Saisie rapide de fiches papier")
    yield "fast entry"
    worker.press("Enregistrer et passer à la suivante")
    worker.page.wait_for_selector("#summary")
    yield "fast entry with errors"
    worker.press("Toutes les fiches")
    worker.page.reload()
    worker.await_title("Reprendre vos fiches")
    yield "unlock"
    worker.unlock("une autre phrase")
    worker.page.wait_for_selector("#summary")
    yield "unlock with an error"
    worker.open()
    yield "open in another tab"


def small_list():
    """A list of two persons, the second without a situation."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("Fiches")
        for rank, row in enumerate(
            (["code", "situation", "sex"], ["JE-BER-14031987-M", "EL2.2"], ["MA-DUP-00001990-F"])
        ):
            sheet.write_row(rank, 0, row)
    return {"name": "liste.xlsx", "mimeType": "application/octet-stream", "buffer": made.getvalue()}


def speak(worker, code):
    worker.page.get_by_role("button", name=LANGUAGES[code], exact=True).click()
    worker.page.locator(f"html[lang={code}]").wait_for(state="attached")


def violations(page):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(({violations}) => violations)")
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


def typed_state(worker):
    return worker.page.evaluate(
        """() => [...document.querySelectorAll("main input, main select")].filter((each) => each.type !== "file")
          .map((each) => [each.id, each.type === "radio" || each.type === "checkbox" ? each.checked : each.value])"""
    )


@pytest.mark.parametrize("width", WIDTHS_PIXELS)
def test_every_screen_in_every_language_passes_axe_and_keeps_its_answers(hire, width):
    with hire(viewport={"width": width, "height": 640}) as worker:
        worker.page.fill("#pass-in", "à moitié")
        for screen in screens(worker):
            if screen == "person":
                worker.page.fill("#q-age_years-in", "trente")
            before = typed_state(worker)
            for code in ("nl", "de", "en", "fr"):
                speak(worker, code)
                assert typed_state(worker) == before, (screen, code)
                assert violations(worker.page) == [], (screen, code)
                assert worker.page.evaluate("document.documentElement.scrollWidth") <= width, (screen, code)
                assert worker.page.evaluate(SMALL_TARGETS) == [], (screen, code)
            if screen == "person":
                worker.page.fill("#q-age_years-in", "30")


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(worker):
    worker.start()
    worker.press("Nouvelle fiche")
    worker.check("identity-status", "coded")
    worker.is_held_back()
    assert worker.page.evaluate("document.activeElement.id") == "summary"
    links = worker.page.locator("#summary a").all_inner_texts()
    beside = [text.split(": ", 1)[1] for text in worker.page.locator("p.error").all_inner_texts()]
    assert sorted(links) == sorted(each.strip() for each in beside)
    worker.page.locator("#summary a").first.click()
    assert worker.page.evaluate("document.activeElement.id") == "identity-given-in"
    assert "#" not in worker.page.url


class Keyboard:
    """Only keys; where the focus is, is all that is read."""

    def __init__(self, page):
        self.page = page

    def focused(self):
        return self.page.evaluate("document.activeElement.id || document.activeElement.innerText")

    def reach(self, wanted):
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if wanted in self.focused():
                return
        raise AssertionError(wanted)

    def type_in(self, field, text):
        self.reach(field)
        self.page.keyboard.type(text)

    def choose(self, field, downs=0):
        self.reach(field)
        self.page.keyboard.press("Space")
        for _ in range(downs):
            self.page.keyboard.press("ArrowDown")

    def press(self, text):
        self.reach(text)
        self.page.keyboard.press("Enter")


def test_a_declaration_is_made_and_handed_over_with_the_keyboard_alone(worker):
    keys = Keyboard(worker.page)
    keys.type_in("pass-in", PASSPHRASE)
    keys.type_in("pass2-in", PASSPHRASE)
    worker.page.keyboard.press("Enter")
    worker.await_title("Vos fiches")
    keys.press("Nouvelle fiche")
    keys.choose("identity-status-coded")
    keys.type_in("identity-given-in", "Marie")
    keys.type_in("identity-family-in", "Dupont")
    keys.type_in("identity-date-day", "14")
    keys.type_in("identity-date-month", "3")
    keys.type_in("identity-date-year", "1987")
    keys.choose("q-sex-woman")
    keys.press("Continuer")
    worker.await_title("Relisez")
    keys.press(REREAD)
    worker.page.wait_for_selector(".mark")
    keys.press("Continuer")
    worker.await_title("Où la personne a dormi")
    keys.choose("tree-when-exact", downs=1)
    keys.choose("tree-where-outside", downs=1)
    keys.choose("tree-makeshift-tent", downs=0)
    keys.press("Continuer")
    worker.await_title("La commune")
    keys.reach("q-commune_night-in")
    worker.page.keyboard.type("Arlon")
    keys.choose("q-territory_link-lives_here")
    for title in ("La personne", "Le ménage", "Revenus", "Votre service", "Vérifiez"):
        keys.press("Continuer")
        worker.await_title(title)
    keys.press("La fiche est terminée")
    worker.await_title("Vos fiches")
    keys.press("Remettre…")
    worker.await_title("Remettre")
    with worker.page.expect_download() as waited:
        keys.press("Faire le fichier scellé")
    worker.await_title("Le fichier est enregistré")
    (made,) = worker.sealed(waited.value).envoi.declarations
    assert (made.situation, made.night_precision, made.commune_night) == (
        "EL5.11",
        "within_two_weeks",
        "81001",
    )


def test_the_packed_style_sheet_is_let_in_by_its_hash(worker):
    colour = worker.page.evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor")
    assert colour == "rgb(11, 79, 108)"


def test_each_screen_begins_with_the_focus_on_its_title(worker):
    worker.start()
    assert worker.page.evaluate("document.activeElement.tagName") == "H1"
    worker.press("Nouvelle fiche")
    assert worker.page.evaluate("document.activeElement.innerText") == "Code d’identification"


def test_a_declaration_prints_without_buttons_and_on_white(worker):
    worker.start()
    worker.describe()
    worker.page.locator(".card button").first.click()
    worker.await_title("Vérifiez")
    worker.page.emulate_media(media="print")
    assert worker.page.locator("button:visible").count() == 0
    assert worker.page.locator("dd:visible").count() > 10
    assert worker.page.pdf().startswith(b"%PDF")


def test_the_page_speaks_the_language_of_the_browser_at_first_and_remembers_the_choice(hire):
    with hire() as worker:
        assert worker.page.evaluate("document.documentElement.lang") == "fr"
        speak(worker, "de")
        worker.page.reload()
        worker.page.locator("html[lang=de] h1").wait_for()
        assert "Zählung" in worker.title()
