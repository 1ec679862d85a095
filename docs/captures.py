# ruff: noqa: INP001
"""The pictures of the service's guide, taken from the page itself: ``python docs/captures.py``.

Makes the French page of an invented service with keys of its own, goes through it in Debian's Chromium as a social
worker would, and writes the pictures that ``docs/fr/guide-service.md`` shows into ``docs/fr/images/``. Nothing is
drawn or retouched, so a picture can only show what the page says; the receipt and the file name change at each run,
because sealing is random. Every person and every name is invented.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import FloatRect, Page, sync_playwright

from denombrement.campaign import Campaign, Service
from denombrement.dedup.codes import Recipe, web_tables
from denombrement.forms.page import page_html
from denombrement.intake.sealing_keys import make_private_key

IMAGES = Path(__file__).parent / "fr" / "images"
CHROMIUM = "/usr/bin/chromium"
WIDTH_PIXELS = 800
MARGIN_PIXELS = 8
COLOURS = 64
PASSPHRASE = "quatre mots bien longs"  # noqa: S105 - locks invented declarations alone
DAY_OF_ENTRY = datetime(2026, 10, 26, 9, tzinfo=UTC)
Person = tuple[str, str, tuple[str, str, str], str]
OTHERS: tuple[tuple[Person, tuple[str, ...]], ...] = (
    (("Jan", "Peeters", ("21", "8", "1969"), "man"), ("when-exact", "where-outside")),
    (
        ("Amina", "Benali", ("30", "11", "1994"), "woman"),
        ("when-exact", "where-shelter", "shelter-refuge"),
    ),
)
SHOWN: Person = ("Marie", "Dupont", ("14", "3", "1987"), "woman")


def invented_page() -> str:
    """The page of a service that does not exist, for a count that nobody holds the keys of."""
    campaign = Campaign(id="exemple-2026-abc123", name="Dénombrement Exemple 2026", night=date(2026, 10, 22))
    return page_html(
        campaign,
        Service(id="service-exemple", name="Service Exemple", type="cpas", commune="81001", state="invited"),
        recipients=[make_private_key().public.jwk() for _ in range(2)],
        secret=bytes(range(32)),
        token="un-jeton-de-service-invente",  # noqa: S106 - proves nothing: the service is invented
        identity_tables=web_tables(Recipe.load(campaign.recipe)),
        address="denombrement@exemple.invalid",
    )


class Worker:
    """A social worker who reads the screen, and takes a picture of it now and then."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, text: str, title: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).first.click()
        self.page.locator("h1", has_text=title).wait_for()

    def tick(self, *fields: str) -> None:
        for field in fields:
            self.page.check(f'[id="{field}"]')

    def picture(self, name: str, top: str, bottom: str) -> None:
        """What lies between two elements of the screen, its width whole."""
        first, last = (self.page.locator(each).first.bounding_box() for each in (top, bottom))
        if first is None or last is None:
            raise LookupError(name)
        scrolled = self.page.evaluate("scrollY")
        start = max(0, first["y"] + scrolled - MARGIN_PIXELS)
        end = last["y"] + last["height"] + scrolled + MARGIN_PIXELS
        clip = FloatRect(x=0, y=start, width=WIDTH_PIXELS, height=end - start)
        shot = self.page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")
        image = Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        image.save(IMAGES / f"{name}.png", optimize=True)

    def make_code(self, person: Person, *, pictured: bool = False) -> None:
        given, family, birth, sex = person
        self.press("Nouvelle fiche", "Code d’identification")
        self.tick("identity-status-coded", f"q-sex-{sex}")
        self.page.fill("#identity-given-in", given)
        self.page.fill("#identity-family-in", family)
        for part, text in zip(("day", "month", "year"), birth, strict=True):
            self.page.fill(f"#identity-date-{part}", text)
        self.press("Continuer", "Relisez")
        if pictured:
            self.picture("relecture", "h1", "main .actions")
        self.press("C’est juste\u202f: faire le code", "Code d’identification")
        self.page.locator(".mark").wait_for()

    def say_where(self, *answers: str) -> None:
        self.press("Continuer", "Où la personne a dormi")
        self.tick(*(f"tree-{each}" for each in answers))

    def say_place(self) -> None:
        self.press("Continuer", "La commune et le territoire")
        self.page.select_option("#q-commune_night-in", "81001")
        self.tick("q-territory_link-lives_here")

    def go_to_check(self) -> None:
        for title in ("La personne", "Le ménage", "Revenus", "Votre service", "Vérifiez vos réponses"):
            self.press("Continuer", title)


def go_through(worker: Worker) -> None:
    page = worker.page
    worker.picture("ouverture", ".top", "main section")
    for field in ("pass", "pass2"):
        page.fill(f"#{field}-in", PASSPHRASE)
    worker.press("Commencer", "Vos fiches")
    for person, answers in OTHERS:
        worker.make_code(person)
        worker.say_where(*answers)
        worker.say_place()
        worker.go_to_check()
        worker.press("La fiche est terminée", "Vos fiches")
    worker.make_code(SHOWN, pictured=True)
    worker.picture("repere", ".caption", ".outcome")
    worker.say_where("when-exact", "where-night_shelter")
    worker.picture("nuit", "fieldset:has(#tree-where-outside)", ".tree .outcome")
    worker.tick("q-person_present-with_person")
    worker.say_place()
    worker.tick("q-situation_source-person_said")
    page.select_option("#q-commune_origin-in", "81001")
    worker.go_to_check()
    worker.picture("verification", ".caption", "#check-situation")
    worker.press("La fiche est terminée", "Vos fiches")
    worker.picture("liste", ".banner", ".card >> nth=1")
    worker.press("Remettre…", "Remettre vos fiches")
    with page.expect_download():
        worker.press("Faire le fichier scellé", "Le fichier est enregistré")
    worker.picture("remise", "h1", "main .outcome")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder) / "formulaire.html"
        file.write_text(invented_page(), encoding="utf-8")
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(
            viewport={"width": WIDTH_PIXELS, "height": 900}, device_scale_factor=1, locale="fr-BE"
        )
        page.set_default_timeout(120_000)
        page.clock.set_fixed_time(DAY_OF_ENTRY)
        page.goto(file.as_uri())
        page.locator("#pass-in").wait_for()
        go_through(Worker(page))
        browser.close()


if __name__ == "__main__":
    main()
