"""Names that stay, drafts that last, tabs that wait, and a page that cannot speak to anyone."""

from __future__ import annotations

import json
import ssl
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from denombrement.forms.page import site_files

pytestmark = pytest.mark.browser
TOKEN = "un-jeton-de-service-assez-long"
GIVEN, FAMILY = "Zoubéïda", "Qwertzmann"
TRACES = ("zoubéïda", "zoubeida", "qwertzman", "1987-03-14", "14031987")
ALL_STORED = """async () => {
  const found = [location.href, JSON.stringify(history.state), JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const {name} of await indexedDB.databases()) {
    const database = await new Promise((done) => { const open = indexedDB.open(name); open.onsuccess = () => done(open.result); });
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const read = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
      found.push(JSON.stringify([await read(rows.getAllKeys()), await read(rows.getAll())]));
    }
    database.close();
  }
  for (const input of document.querySelectorAll("input")) found.push(input.value);
  return found.join(" ");
}"""
ALL_KEPT = """async () => {
  for (let tries = 0; tries < 100; tries += 1) {
    const [name] = await caches.keys();
    if (name && (await (await caches.open(name)).keys()).length === 2) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
NO_STORAGE = "Object.defineProperty(window, '{name}', {{get() {{ throw new Error('off'); }}}});"


def traces_in(text):
    return [trace for trace in TRACES if trace in text.lower()]


def test_the_name_is_nowhere_once_the_code_is_made(worker):
    page = worker.page
    worker.start()
    worker.press("Nouvelle fiche")
    worker.type_identity(given=GIVEN, family=FAMILY, birth=("14", "03", "1987"))
    page.wait_for_timeout(900)  # the draft of this declaration is saved while the name is on the screen
    stored = page.evaluate(ALL_STORED)
    assert traces_in(stored.replace(GIVEN, "").replace(FAMILY, "")) == []
    worker.press("Continuer")
    worker.await_title("Relisez")
    assert traces_in(page.inner_text("dl")) != []
    assert traces_in(page.evaluate(ALL_STORED)) == []
    worker.press("C’est juste\u202f: faire le code")
    page.wait_for_selector(".mark")
    assert traces_in(page.content() + page.evaluate(ALL_STORED)) == []
    worker.goes_on("Où la personne")
    worker.sleep()
    worker.say_place()
    for title in ("La personne", "Le ménage", "Revenus", "Votre service", "Vérifiez"):
        worker.goes_on(title)
        assert traces_in(page.content() + page.evaluate(ALL_STORED)) == []
    worker.finish()
    sent = worker.hand_over()
    assert traces_in(sent.body) == []
    assert traces_in(sent.data.decode()) == []
    assert traces_in(sent.name) == []
    assert traces_in(page.title()) == []


def test_a_name_half_typed_is_gone_when_the_screen_is_left(worker):
    worker.start()
    for leave in ("Enregistrer et finir plus tard", "Toutes les fiches"):
        worker.press("Nouvelle fiche")
        worker.type_identity(given=GIVEN, family=FAMILY, birth=("14", "03", "19"))
        if leave == "Toutes les fiches":
            worker.page.go_back()
        else:
            worker.press(leave)
        worker.await_title("Vos fiches")
        assert traces_in(worker.page.content() + worker.page.evaluate(ALL_STORED)) == []
        worker.page.go_forward()
        worker.page.wait_for_timeout(100)
        assert traces_in(worker.page.content() + worker.page.evaluate(ALL_STORED)) == []
        if worker.title() != "Vos fiches":
            worker.press("Toutes les fiches")


def test_the_page_asks_nothing_of_any_network_and_the_browser_would_refuse(worker):
    worker.start()
    worker.describe()
    worker.hand_over()
    assert {address.split(":")[0] for address in worker.requests} <= {"file", "blob"}
    refused = worker.page.evaluate(
        """async () => {
          const tries = {
            fetch: () => fetch("https://example.org/"),
            beacon: () => new Promise((_, no) => { if (!navigator.sendBeacon("https://example.org/", "x")) no(); else no(); }),
            image: () => new Promise((yes, no) => { const i = new Image(); i.onload = yes; i.onerror = no; i.src = "https://example.org/x.png"; }),
            script: () => new Promise((yes, no) => { const s = document.createElement("script"); s.text = "window.injected = 1"; document.head.append(s); window.injected ? yes() : no(); }),
            markup: () => new Promise((yes) => { document.body.innerHTML = "<b>"; yes(); }),
          };
          const refused = [];
          for (const [name, go] of Object.entries(tries)) await go().catch(() => refused.push(name));
          return refused;
        }"""
    )
    assert refused == ["fetch", "beacon", "image", "script", "markup"]
    worker.faults.clear()  # the refusals just provoked
    assert {address.split(":")[0] for address in worker.requests} <= {"file", "blob", "https"}


def test_drafts_are_unreadable_in_storage_and_open_again_with_the_passphrase_only(worker):
    worker.start()
    mark = worker.describe()
    stored = worker.page.evaluate(ALL_STORED)
    assert "EL1.1" not in stored
    assert mark not in stored
    worker.page.close()
    worker.open()
    worker.await_title("Reprendre vos fiches")
    worker.unlock("une autre phrase")
    worker.page.wait_for_selector("#summary")
    assert "pas la phrase de passe" in worker.page.inner_text("#summary")
    worker.unlock()
    worker.await_title("Vos fiches")
    assert mark in worker.page.inner_text(".card h2").replace("\u00a0", "")


def test_drafts_outlive_the_browser(playwright, page_file, worker_in, tmp_path):
    arguments = {
        "executable_path": "/usr/bin/chromium",
        "args": ["--no-sandbox", "--disable-gpu"],
        "locale": "fr-BE",
    }
    first = playwright.chromium.launch_persistent_context(tmp_path / "profile", **arguments)
    person = worker_in(first, page_file.as_uri())
    person.start()
    mark = person.describe()
    first.close()
    second = playwright.chromium.launch_persistent_context(tmp_path / "profile", **arguments)
    person = worker_in(second, page_file.as_uri())
    person.unlock()
    person.await_title("Vos fiches")
    assert mark in person.page.inner_text(".card h2").replace("\u00a0", "")
    person.page.locator(".card button").first.click()
    person.await_title("Vérifiez")
    second.close()


def test_an_answer_is_kept_when_the_tab_closes_without_a_word(worker):
    worker.start()
    worker.describe_without_code()
    worker.sleep("when-exact", "where-outside")
    worker.page.wait_for_timeout(1200)
    worker.page.close()
    worker.open()
    worker.unlock()
    worker.await_title("Vos fiches")
    assert "Dehors" in worker.page.inner_text(".card")


def test_a_forgotten_passphrase_leaves_a_way_to_begin_again(worker):
    worker.start()
    worker.describe()
    worker.page.reload()
    worker.await_title("Reprendre vos fiches")
    worker.page.locator("summary").click()
    worker.press("Tout effacer")
    worker.press("Oui, tout effacer")
    worker.await_title("Dénombrement")
    assert "check" not in worker.page.evaluate(ALL_STORED)
    worker.start()
    assert worker.page.locator(".card").count() == 0


@pytest.mark.parametrize(("off", "kept"), [(["indexedDB"], True), (["indexedDB", "localStorage"], False)])
def test_without_storage_the_page_falls_back_and_a_draft_file_carries_on(hire, tmp_path, off, kept):
    with hire(off=[NO_STORAGE.format(name=name) for name in off]) as worker:
        worker.start()
        said = "Ne déplacez pas" if kept else "ne garde rien"
        assert said in worker.page.inner_text(".files")
        mark = worker.describe()
        with worker.page.expect_download() as waited:
            worker.press("Enregistrer un fichier de brouillon")
        draft = tmp_path / waited.value.suggested_filename
        waited.value.save_as(draft)
        assert traces_in(draft.read_text()) == []
        assert mark not in draft.read_text()
        assert len(json.loads(draft.read_text())["data"]) % 4 == 1  # iv, a dot, whole groups of base64
    with hire() as worker:
        worker.press("Ouvrir un fichier de brouillon")
        worker.page.set_input_files("#draft-in", draft)
        worker.page.fill("#pass-in", "pas la bonne phrase")
        worker.press("Ouvrir un fichier de brouillon")
        worker.page.wait_for_selector("#summary")
        worker.page.set_input_files("#draft-in", draft)
        worker.page.fill("#pass-in", "quatre mots bien longs")
        worker.press("Ouvrir un fichier de brouillon")
        worker.await_title("Vos fiches")
        assert mark in worker.page.inner_text(".card h2").replace("\u00a0", "")


@pytest.mark.parametrize(
    "text", ["{}", "not json", '{"format": "denombrement-draft-1", "campaign": "other", "service": "s"}']
)
def test_a_file_that_is_no_draft_of_this_form_is_refused(worker, tmp_path, text):
    worker.press("Ouvrir un fichier de brouillon")
    worker.press("Ouvrir un fichier de brouillon")
    worker.page.locator("#summary", has_text="Choisissez le fichier").wait_for()
    file = tmp_path / "x.json"
    file.write_text(text)
    worker.page.set_input_files("#draft-in", file)
    worker.press("Ouvrir un fichier de brouillon")
    worker.page.locator("#summary", has_text="pas un brouillon").wait_for()


def test_a_second_tab_waits_until_the_first_is_closed(worker):
    worker.start()
    first = worker.page
    worker.open()
    assert worker.title() == "Ce formulaire est déjà ouvert"
    first.close()
    worker.press("Réessayer")
    worker.await_title("Reprendre vos fiches")


def test_a_passphrase_too_short_or_mistyped_is_not_taken(worker):
    for first, second, said in (
        ("court", "court", "au moins 10"),
        ("assez longue", "assez longe", "pas les mêmes"),
    ):
        worker.page.fill("#pass-in", first)
        worker.page.fill("#pass2-in", second)
        worker.press("Commencer")
        worker.page.locator("#summary", has_text=said).wait_for()


class QuietHandler(SimpleHTTPRequestHandler):
    """A host that says nothing of who came."""

    def log_message(self, *_):
        pass


@pytest.fixture
def certificate(tmp_path, host_tls):
    """A host's TLS with the key whose fingerprint the browser was told to trust."""
    (tmp_path / "host.key").write_bytes(host_tls[0])
    (tmp_path / "host.pem").write_bytes(host_tls[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "host.pem", tmp_path / "host.key")
    return context


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_folder_on_a_host_works_once_the_network_is_gone(hire, count, tmp_path, certificate, scheme):
    for name, text in site_files(count.shared, count.service, TOKEN).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    handler = partial(QuietHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if scheme == "https":
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"{scheme}://localhost:{server.server_port}/"
    with hire(address) as worker:
        worker.start()
        mark = worker.describe()
        worker.page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        worker.page.evaluate(ALL_KEPT)
        server.shutdown()
        server.server_close()
        worker.page.reload()
        worker.await_title("Reprendre vos fiches")
        worker.unlock()
        worker.await_title("Vos fiches")
        assert mark in worker.page.inner_text(".card h2").replace("\u00a0", "")
        assert len(worker.hand_over().envoi.declarations) == 1
        worker.faults[:] = [fault for fault in worker.faults if "ERR_CONNECTION_REFUSED" not in fault]


def test_a_page_left_alone_locks_itself(worker):
    worker.page.clock.install()
    worker.page.reload()
    worker.start()
    worker.describe()
    worker.page.clock.fast_forward("19:00")
    assert worker.title() == "Vos fiches"
    worker.page.clock.fast_forward("02:00")
    worker.await_title("Reprendre vos fiches")


def test_two_declarations_alike_are_marked_in_the_list(worker):
    worker.start()
    worker.describe()
    assert "Doublon possible" not in worker.page.inner_text(".cards")
    worker.describe()
    assert worker.page.locator(".card .warning").count() == 2


def test_a_draft_file_never_overwrites_drafts_locked_on_the_computer(worker, tmp_path):
    worker.start()
    mark = worker.describe()
    with worker.page.expect_download() as waited:
        worker.press("Enregistrer un fichier de brouillon")
    waited.value.save_as(tmp_path / "brouillon.json")
    worker.page.get_by_role("button", name="Supprimer").click()
    worker.press("Oui, supprimer")
    worker.await_title("Vos fiches")
    assert worker.page.locator(".card").count() == 0
    worker.press("Ouvrir un fichier de brouillon")
    worker.page.set_input_files("#draft-in", tmp_path / "brouillon.json")
    worker.page.fill("#pass-in", "quatre mots bien longs")
    worker.press("Ouvrir un fichier de brouillon")
    worker.await_title("Vos fiches")
    assert mark in worker.page.inner_text(".card h2").replace("\u00a0", "")
    worker.page.reload()
    worker.await_title("Reprendre vos fiches")
    worker.page.locator("summary").click()
    assert worker.page.get_by_role("button", name="brouillon").count() == 0


def test_a_store_that_fails_is_said_and_nothing_is_lost_in_silence(worker):
    worker.start()
    worker.press("Nouvelle fiche")
    worker.check("identity-status", "not_known")
    worker.page.evaluate("() => { IDBObjectStore.prototype.put = () => { throw new Error('disk full'); }; }")
    worker.check("q-sex", "woman")
    worker.page.locator("#fault", has_text="brouillon").wait_for()
    worker.faults.clear()
