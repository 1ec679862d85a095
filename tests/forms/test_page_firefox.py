"""A short run in Firefox, driven by WebDriver BiDi, which Firefox speaks without any other program."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from websockets.sync.client import connect

from benchmarks._form_page import PASSPHRASE
from denombrement.intake.sealing import open_sealed, verify_mac
from denombrement.survey.record import Return

pytestmark = pytest.mark.browser
TOKEN = "un-jeton-de-service-assez-long"
# Test tools switch the first one off, which would make local files share their storage as they do not for people.
PREFERENCES = {
    "security.fileuri.strict_origin_policy": True,
    "intl.accept_languages": "fr",
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.auto": False,
    "browser.download.folderList": 2,
}
HELPERS = """(() => {
  const real = URL.createObjectURL;
  URL.createObjectURL = (blob) => { globalThis.saved = blob; return real.call(URL, blob); };
  globalThis.until = async (test) => {
    for (let tries = 0; tries < 1200; tries += 1) {
      const found = test();
      if (found) return found;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`never: ${test} on ${document.querySelector("h1").textContent}`);
  };
  globalThis.title = (text) => until(() => document.querySelector("h1")?.textContent.startsWith(text));
  globalThis.press = (text) => until(() => [...document.querySelectorAll("button")].find((each) => each.textContent === text))
    .then((button) => button.click());
  globalThis.fill = (id, text) => {
    const input = document.getElementById(id);
    input.value = text;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    input.dispatchEvent(new Event("change", {bubbles: true}));
  };
  globalThis.pick = (id) => document.getElementById(id).click();
})()"""
JOURNEY = """(async () => {
  fill("pass-in", "PASSPHRASE"); fill("pass2-in", "PASSPHRASE");
  await press("Commencer"); await title("Vos fiches");
  await press("Nouvelle fiche"); await title("Code");
  pick("identity-status-coded");
  fill("identity-given-in", "Zoubéïda"); fill("identity-family-in", "Qwertzmann");
  fill("identity-date-day", "14"); fill("identity-date-month", "3"); fill("identity-date-year", "1987");
  pick("q-sex-woman");
  await press("Continuer"); await title("Relisez");
  await press("C’est juste\u202f: faire le code"); await until(() => document.querySelector(".mark"));
  await press("Continuer"); await title("Où la personne");
  pick("tree-when-exact"); pick("tree-where-shelter"); pick("tree-shelter-transit");
  await press("Continuer"); await title("La commune");
  fill("q-commune_night-in", "81001"); pick("q-territory_link-dont_know");
  for (const next of ["La personne", "Le ménage", "Revenus", "Votre service", "Vérifiez"]) {
    await press("Continuer"); await title(next);
  }
  await press("La fiche est terminée"); await title("Vos fiches");
  await press("Remettre…"); await title("Remettre");
  await press("Faire le fichier scellé"); await title("Le fichier est enregistré");
  const refused = await fetch("https://example.org/").then(() => false, () => true);
  return JSON.stringify({file: await saved.text(), shown: document.body.innerText, refused,
    colour: getComputedStyle(document.querySelector(".top")).backgroundColor});
})()"""
AGAIN = """(async () => {
  await title("Reprendre"); fill("pass-in", "PASSPHRASE");
  await press("Ouvrir mes fiches"); await title("Vos fiches");
  return document.querySelector(".card").innerText;
})()"""


class Firefox:
    def __init__(self, socket):
        self.socket = socket
        self.sent = 0
        self.command("session.new", {"capabilities": {}})
        self.context = self.command("browsingContext.getTree", {})["contexts"][0]["context"]

    def command(self, method, parameters):
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv(timeout=60))
            if answer.get("id") == self.sent:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, address):
        self.command(
            "browsingContext.navigate", {"context": self.context, "url": address, "wait": "complete"}
        )
        self.run(HELPERS)
        self.run("until(() => document.querySelector('h1'))")

    def run(self, script):
        target = {"context": self.context}
        made = self.command("script.evaluate", {"expression": script, "target": target, "awaitPromise": True})
        assert made["type"] == "success", made["exceptionDetails"]["text"]
        return made["result"].get("value")


@pytest.fixture
def firefox(tmp_path):
    wanted = {**PREFERENCES, "browser.download.dir": str(tmp_path)}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
    (tmp_path / "user.js").write_text("\n".join(lines))
    command = [
        "firefox-esr",
        "--headless",
        "--no-remote",
        "--profile",
        str(tmp_path),
        "--remote-debugging-port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        found = next(
            filter(None, (re.search(r"BiDi listening on (ws://\S+)", line) for line in process.stdout))
        )
        with connect(f"{found[1]}/session", max_size=None) as socket:
            yield Firefox(socket)
        process.terminate()


def test_the_journey_works_in_firefox_and_the_draft_opens_again(firefox, page_file, count):
    firefox.open(page_file.as_uri())
    made = json.loads(firefox.run(JOURNEY.replace("PASSPHRASE", PASSPHRASE)))
    opened = open_sealed(made["file"].encode(), count.keys[1:])
    assert verify_mac(opened, TOKEN)
    (declaration,) = Return.model_validate_json(opened.body).declarations
    assert (declaration.situation, declaration.age_years, declaration.sex) == ("EL3.5", 39, "woman")
    assert made["refused"]
    assert made["colour"] == "rgb(11, 79, 108)"  # the packed style sheet is let in by its hash
    assert "qwertz" not in (opened.body + made["shown"]).lower()
    firefox.open(page_file.as_uri())
    assert "à envoyer" in firefox.run(AGAIN.replace("PASSPHRASE", PASSPHRASE))
