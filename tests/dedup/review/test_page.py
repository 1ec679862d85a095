"""The page and its server: this computer alone, our script alone, no name, keyboard, undo."""

import http.client
import json
import threading
from contextlib import contextmanager

import pytest

from denombrement.dedup.campaign_links import declared_tokens
from denombrement.dedup.review.answers import DIFFERENT, SAME, UNSURE, history, keep_answers, kept_decisions
from denombrement.dedup.review.page import page_policy, review_page
from denombrement.dedup.review.queue import build_queue
from denombrement.dedup.review.server import MAXIMUM_BODY_BYTES, ReviewServer
from denombrement.dedup.review.session import ReviewSession
from denombrement.dedup.review.texts import LANGUAGES
from denombrement.errors import DamagedInput, UsageProblem

A, A2, B, B2 = "cpas-arlon/a", "abri-arlon/a2", "cpas-arlon/b", "cpas-virton/b2"
ANNES, BRUNOS = (A2, A), (B, B2)
NAMES = {"cpas-arlon": "CPAS d’Arlon"}


@pytest.fixture
def session(linked):
    return ReviewSession(build_queue(linked), NAMES, lambda answers: keep_answers(linked, answers, who="AB"))


@contextmanager
def served(session):
    with ReviewServer(session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def ask(server, method, path, body=None, **headers):
    host, port = server.server_address
    connection = http.client.HTTPConnection(host, port, timeout=20)
    sent = {"Origin": server.origin, "Content-Type": "application/json", **headers}
    content = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
    connection.request(method, path, content, {name.replace("_", "-"): value for name, value in sent.items()})
    reply = connection.getresponse()
    read = reply.read()
    connection.close()
    return reply, read


def test_a_sitting_answers_undoes_and_ends(session, linked):
    first = session.state("fr")["pair"]
    assert session.answer(first["key"], SAME)
    second = session.state("fr")
    assert (second["answered"], second["total"]) == (1, 2)
    assert session.answer(second["pair"]["key"], UNSURE)
    assert session.state("fr")["pair"] is None
    assert session.undo()
    assert session.state("fr")["pair"]["key"] == second["pair"]["key"]
    assert session.given == {ANNES: SAME}
    assert session.undo()
    assert not session.undo()
    assert kept_decisions(linked).same == ()
    assert len(history(linked)) == 4


def test_an_unknown_pair_or_verdict_is_no_answer(session, linked):
    assert not session.answer("0" * 32, SAME)
    assert not session.answer(session.state("fr")["pair"]["key"], "withdrawn")
    assert history(linked) == []


def test_an_answer_that_could_not_be_kept_is_not_counted(linked):
    def refuse(answers):
        raise DamagedInput("CAM104")

    session = ReviewSession(build_queue(linked), NAMES, refuse)
    with pytest.raises(DamagedInput):
        session.answer(session.state("fr")["pair"]["key"], SAME)
    assert session.answered == 0


def test_what_is_shown_holds_neither_name_nor_token_in_any_language(session, linked):
    rows = declared_tokens(linked).drop(columns=["record_id", "service", "sex", "nationality", "commune"])
    secrets = {value for column in rows for value in rows[column].dropna()} | {"Anne", "Dupont", "Dupond"}
    for language in LANGUAGES:
        shown = json.dumps(session.state(language), ensure_ascii=False)
        assert not any(secret in shown for secret in secrets)
    assert session.state("it")["language"] == "fr"
    assert "CPAS d’Arlon" in json.dumps(session.state("fr"), ensure_ascii=False)


def test_earlier_answers_contradictions_and_one_service_are_said(linked):
    keep_answers(linked, {ANNES: SAME, (A, B): SAME, (A2, B): DIFFERENT}, who="AB")
    session = ReviewSession(build_queue(linked), NAMES, lambda answers: None)
    state = session.state("fr")
    assert "1 contradiction" in state["contradictions"]
    assert "AB" in state["pair"]["why"]
    seen = []
    while state["pair"]:
        seen += state["pair"]["notes"]
        session.answer(state["pair"]["key"], UNSURE)
        state = session.state("fr")
    assert any("même service" in note for note in seen)


def test_the_server_serves_its_page_and_state_behind_the_token(session):
    with served(session) as server:
        assert server.server_address[0] == "127.0.0.1"
        reply, page = ask(server, "GET", f"/{server.token}/")
        assert (reply.status, page.decode()) == (200, review_page())
        assert reply.headers["Content-Security-Policy"] == page_policy()
        assert reply.headers["Cache-Control"] == "no-store"
        reply, state = ask(server, "GET", f"/{server.token}/state?lang=nl")
        assert json.loads(state)["language"] == "nl"


@pytest.mark.parametrize("path", ["/", "/state", "/{wrong}/", "/{token}", "/{token}/else", "/é/"])
def test_without_the_token_nothing_is_there(session, path):
    with served(session) as server:
        address = path.format(token=server.token, wrong="x" * len(server.token)).replace("é", "%C3%A9")
        assert ask(server, "GET", address)[0].status == 404
        assert ask(server, "POST", address, {})[0].status == 404


def test_another_host_or_origin_is_refused(session, linked):
    key = session.state("fr")["pair"]["key"]
    with served(session) as server:
        act = f"/{server.token}/answer"
        assert ask(server, "GET", f"/{server.token}/", Host="evil.example")[0].status == 404
        assert ask(server, "POST", act, {"pair": key, "verdict": SAME}, Host="localhost:1")[0].status == 404
        wrong = ask(server, "POST", act, {"pair": key, "verdict": SAME}, Origin="http://evil.example")
        assert wrong[0].status == 403
        form = ask(server, "POST", act, b"pair=x", Content_Type="text/plain")
        assert form[0].status == 400
    assert history(linked) == []


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b" " * (MAXIMUM_BODY_BYTES + 1), {"pair": "x", "verdict": "same"}]
)
def test_a_body_that_is_no_answer_is_refused(session, body):
    with served(session) as server:
        assert ask(server, "POST", f"/{server.token}/answer", body)[0].status == 400


def test_answers_undo_and_finish_go_through_the_server(session, linked):
    # DuckDB connections belong to the thread that uses them: the server's threads take turns.
    key = session.state("fr")["pair"]["key"]
    with ReviewServer(session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        assert ask(server, "POST", f"/{server.token}/answer", {"pair": key, "verdict": SAME})[0].status == 200
        assert ask(server, "POST", f"/{server.token}/undo", {})[0].status == 200
        assert ask(server, "POST", f"/{server.token}/undo", {})[0].status == 400
        assert ask(server, "POST", f"/{server.token}/finish", {})[0].status == 200
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert [each.verdict for each in history(linked)] == ["same", "withdrawn"]


def test_a_store_open_elsewhere_is_told_to_the_page(linked):
    def refuse(answers):
        raise DamagedInput("CAM104")

    session = ReviewSession(build_queue(linked), NAMES, refuse)
    key = session.state("fr")["pair"]["key"]
    with served(session) as server:
        reply, content = ask(server, "POST", f"/{server.token}/answer", {"pair": key, "verdict": SAME})
        assert (reply.status, json.loads(content)) == (503, {"error": "CAM104"})


def test_a_defect_says_nothing_that_could_hold_the_token(linked, capsys):
    def fail(answers):
        raise ValueError("x")

    session = ReviewSession(build_queue(linked), NAMES, fail)
    key = session.state("fr")["pair"]["key"]
    with served(session) as server, pytest.raises(http.client.RemoteDisconnected):
        ask(server, "POST", f"/{server.token}/answer", {"pair": key, "verdict": SAME})
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_a_port_that_is_taken_is_said(session):
    with ReviewServer(session) as server, pytest.raises(UsageProblem, match="LNK917"):
        ReviewServer(session, port=server.server_address[1])


def test_the_page_asks_for_nothing_from_elsewhere():
    page = review_page()
    assert "http" not in page.replace("http-equiv", "")
    assert "unsafe" not in page_policy()
    assert page_policy().count("sha256-") == 2


@pytest.mark.browser
def test_pairs_are_answered_by_keyboard_in_a_real_browser(session, linked):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect, sync_playwright

    problems = []
    with served(session) as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{server.address}?lang=fr")
        expect(page.locator("#progress")).to_have_text("Paire 1 sur 2")
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.keyboard.press("s")
        expect(page.locator("#progress")).to_have_text("Paire 2 sur 2")
        page.keyboard.press("z")
        expect(page.locator("#progress")).to_have_text("Paire 1 sur 2")
        page.keyboard.press("d")
        expect(page.locator("#progress")).to_have_text("Paire 2 sur 2")
        page.keyboard.press("u")
        expect(page.locator("#nothing")).to_be_visible()
        page.click("#languages [lang=de]")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        page.click("#finish")
        expect(page.locator("#tools")).to_be_hidden()
        browser.close()
    assert problems == []
    assert [each.verdict for each in history(linked)] == ["same", "withdrawn", "different", "unsure"]
