"""A campaign, its pages on disk, and a browser that plays the social worker."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from playwright.sync_api import sync_playwright

from benchmarks._form_page import BROWSER_ARGUMENTS, CHROMIUM, PASSPHRASE, SECRET
from denombrement.campaign import Campaign, Service
from denombrement.dedup.codes import Recipe, web_tables
from denombrement.forms.page import CampaignPage
from denombrement.intake.sealing import open_sealed, receipt, verify_mac
from denombrement.intake.sealing_keys import make_private_key
from denombrement.survey.record import Return

NIGHT = date(2026, 10, 22)
TOKEN = "un-jeton-de-service-assez-long"
REREAD = "C’est juste : faire le code"
SAVED = "Le fichier est enregistré, pas encore envoyé"


DESCRIBE = """async ({given, family, birth, sex, steps}) => {
  const until = async (test) => {
    for (let tries = 0; tries < 3000; tries += 1) {
      const found = test();
      if (found) return found;
      await new Promise((done) => setTimeout(done, 10));
    }
    throw new Error(`never: ${test}`);
  };
  const title = (text) => until(() => document.querySelector("h1")?.textContent.startsWith(text));
  const press = async (text) =>
    (await until(() => [...document.querySelectorAll("button")].find((each) => each.textContent === text))).click();
  const pick = (id) => document.getElementById(id).click();
  const fill = (id, text) => {
    document.getElementById(id).value = text;
    document.getElementById(id).dispatchEvent(new Event("input"));
  };
  await press("Nouvelle fiche"); await title("Code");
  pick("identity-status-coded");
  fill("identity-given-in", given); fill("identity-family-in", family);
  ["day", "month", "year"].forEach((part, rank) => fill(`identity-date-${part}`, birth[rank]));
  pick(`q-sex-${sex}`);
  await press("Continuer"); await title("Relisez"); await press("C’est juste : faire le code");
  const mark = (await until(() => document.querySelector(".mark"))).textContent.replace("\u00a0", "");
  await press("Continuer"); await title("Où la personne");
  for (const step of steps) pick(`tree-${step}`);
  await press("Continuer"); await title("La commune");
  for (const [question, code] of [["commune_night", "dont_know"], ["territory_link", "lives_here"]]) {
    const place = document.getElementById(`q-${question}`);
    const choice = place.querySelector("select") || place.querySelector(`input[value=${code}]`);
    if (choice.matches("select")) { choice.value = code; choice.dispatchEvent(new Event("change")); }
    else choice.click();
  }
  for (const next of ["La personne", "Le ménage", "Revenus", "Votre service", "Vérifiez"]) {
    await press("Continuer"); await title(next);
  }
  await press("La fiche est terminée"); await title("Vos fiches");
  return mark;
}"""


@pytest.fixture(scope="session")
def modules():
    """The texts of the modules of the page's script."""
    web = resources.files("denombrement.forms") / "web"
    files = [each for each in web.iterdir() if each.name.endswith(".js") and each.name != "worker.js"]
    return {each.name: each.read_text(encoding="utf-8") for each in files}


@pytest.fixture(scope="module")
def count():
    """A campaign with its two keys, its shared page and one service."""
    keys = [make_private_key(), make_private_key()]
    campaign = Campaign(id="luxembourg-2026-abc123", name="Dénombrement Luxembourg 2026", night=NIGHT)
    tables = web_tables(Recipe.load(campaign.recipe))
    shared = CampaignPage(campaign, [key.public.jwk() for key in keys], SECRET, tables)
    service = Service(id="cpas-arlon", name="CPAS d’Arlon", type="cpas", commune="81001", state="invited")
    return SimpleNamespace(keys=keys, campaign=campaign, shared=shared, service=service, tables=tables)


@pytest.fixture(scope="module")
def page_file(count, tmp_path_factory):
    place = tmp_path_factory.mktemp("form") / "formulaire.html"
    place.write_text(count.shared.html(count.service, TOKEN), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def playwright():
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def host_tls():
    """Key and certificate of a host on this machine, and the fingerprint by which the browser may trust it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret, certificate.public_bytes(Encoding.PEM), b64encode(sha256(public).digest()).decode()


@pytest.fixture(scope="module")
def chromium(playwright, host_tls):
    trust = f"--ignore-certificate-errors-spki-list={host_tls[2]}"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*BROWSER_ARGUMENTS, trust])
    yield browser
    browser.close()


@pytest.fixture
def worker(chromium, page_file, count):
    """A social worker in a fresh browser, before an unopened page."""
    with at_work(chromium, page_file.as_uri(), count) as person:
        yield person


@pytest.fixture(scope="module")
def hire(chromium, page_file, count):
    """Other circumstances: ``with hire(address, off=scripts, **context options) as worker``."""

    def employ(address=None, **options):
        return at_work(chromium, address or page_file.as_uri(), count, **options)

    return employ


@pytest.fixture(scope="module")
def worker_in(count):
    """A social worker in a browser that the test has started itself."""
    return lambda context, address: Worker(context, address, count).open()


@contextmanager
def at_work(browser, address, count, *, off=(), **options):
    context = browser.new_context(
        **{"viewport": {"width": 1280, "height": 900}, "locale": "fr-BE", **options}
    )
    for script in off:
        context.add_init_script(script)
    person = Worker(context, address, count)
    person.open()
    yield person
    context.close()
    assert person.faults == []


class Worker:
    """What a social worker does with the page, by what the screen says."""

    def __init__(self, context, address, count):
        self.context = context
        self.address = address
        self.count = count
        self.faults = []
        self.requests = []
        self.page = None

    def open(self):
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(self.address)
        self.page.wait_for_selector("h1")
        return self

    def _note(self, message):
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def press(self, text):
        self.page.get_by_role("button", name=text, exact=True).first.click()

    def title(self):
        return self.page.locator("h1").inner_text()

    def await_title(self, text):
        self.page.locator("h1", has_text=re.compile("^" + re.escape(text))).wait_for()

    def start(self, passphrase=PASSPHRASE):
        self.page.fill("#pass-in", passphrase)
        self.page.fill("#pass2-in", passphrase)
        self.press("Commencer")
        self.await_title("Vos fiches")

    def unlock(self, passphrase=PASSPHRASE):
        self.page.fill("#pass-in", passphrase)
        self.press("Ouvrir mes fiches")

    def check(self, field, code):
        self.page.check(f'[id="{field}-{code}"]')

    def goes_on(self, *titles):
        """Through the screens of these titles, one after the other."""
        for title in titles:
            self.press("Continuer")
            self.await_title(title)

    def is_held_back(self):
        """Wants to go on, and gets the summary of what is missing or wrong."""
        self.press("Continuer")
        self.page.wait_for_selector("#summary")

    def put_aside(self):
        self.press("Enregistrer et finir plus tard")
        self.await_title("Vos fiches")

    def finish(self):
        """From the last look at the declaration to the list."""
        self.press("La fiche est terminée")
        self.await_title("Vos fiches")

    def type_identity(self, *, given="", family="", birth=("", "", ""), sex="woman"):
        self.check("identity-status", "coded")
        self.page.fill("#identity-given-in", given)
        self.page.fill("#identity-family-in", family)
        for part, text in zip(("day", "month", "year"), birth, strict=True):
            self.page.fill(f"#identity-date-{part}", text)
        self.check("q-sex", sex)

    def make_code(self, **identity):
        self.type_identity(**identity)
        self.press("Continuer")
        self.await_title("Relisez")
        self.press(REREAD)
        self.page.wait_for_selector(".mark")
        return self.page.inner_text(".mark").replace("\u00a0", "")

    def describe(
        self,
        *steps,
        birth=("14", "3", "1987"),
        given="Marie",
        family="Dupont",
        sex="woman",
    ):
        """A whole declaration, by the tree's answers; optional questions stay empty. In one go, to save time."""
        typed = {"given": given, "family": family, "birth": birth, "sex": sex}
        return self.page.evaluate(DESCRIBE, {**typed, "steps": steps or ("when-exact", "where-outside")})

    def describe_without_code(self, status="not_known", *, sex="woman"):
        """A new declaration about somebody without a name, up to the tree; whoever refuses is not asked for a sex."""
        self.press("Nouvelle fiche")
        self.check("identity-status", status)
        if status != "refused":
            self.check("q-sex", sex)
        self.goes_on("Où la personne a dormi")

    def sleep(self, *steps):
        for step in steps or ("when-exact", "where-outside"):
            self.check("tree", step)

    def say_place(self, *, commune="dont_know", link="lives_here"):
        """Leaves the tree for the page of the commune and answers it."""
        self.goes_on("La commune et le territoire")
        self.page.select_option("#q-commune_night-in", commune)
        if self.page.locator("#q-territory_link").count():
            self.check("q-territory_link", link)

    def back_to_list(self):
        """From the screen that follows the file; it is not said to be sent."""
        self.press("Je l’enverrai plus tard")
        self.await_title("Vos fiches")

    def hand_over(self):
        self.press("Remettre…")
        self.await_title("Remettre vos fiches")
        button = self.page.locator("button.primary")
        with self.page.expect_download() as waited:
            button.click()
        self.await_title(SAVED)
        return self.sealed(waited.value)

    def sealed(self, download):
        """The file as intake sees it, with what the screen says of it."""
        data = Path(download.path()).read_bytes()
        opened = open_sealed(data, self.count.keys[1:])
        assert verify_mac(opened, TOKEN)
        return SimpleNamespace(
            name=download.suggested_filename,
            data=data,
            body=opened.body,
            envoi=Return.model_validate_json(opened.body),
            raw=json.loads(opened.body),
            receipt=receipt(data),
            shown=self.page.inner_text(".mark"),
        )
