"""The officer's part of deduplication on the command line: review, explain, purge, and dedup with decisions kept."""

import json
import re
import threading
import urllib.request
from dataclasses import replace

import duckdb
import pytest

from denombrement.cli import review
from denombrement.cli.explain import explanation_lines
from denombrement.cli.language import choose_language
from denombrement.cli.main import run
from denombrement.cli.purge import CERTIFICATE
from denombrement.cli.simulate import MAILBOX
from denombrement.dedup.review.explanation import Explanation, Link

# A plan that is quick to protect.
CHILDREN_TABLE = """
[[table]]
name = "children"
measure = "children"
dimensions = { territory = "total" }
"""


@pytest.fixture
def linked(said, campaign):
    """A small campaign, deduplicated; its first two declarations of one service and of another."""
    said("simulate", campaign, "--persons", 30, "--seed", 7)
    said("intake", campaign, campaign / MAILBOX)
    assert said("dedup", campaign).code in {0, 3}
    return campaign


def records(campaign):
    with duckdb.connect(str(campaign / "campaign.duckdb"), read_only=True) as store:
        return store.execute("SELECT record_id, person_id FROM linked ORDER BY record_id").fetchall()


def lonely(campaign):
    """Two declarations of different persons and services."""
    (first, _), *others = records(campaign)
    return first, next(record for record, _ in others if record.split("/")[0] != first.split("/")[0])


def test_an_answer_by_hand_is_kept_applied_explained_and_taken_back(said, linked):
    one, other = lonely(linked)
    assert said("review", linked, "--same", one, other, "--who", "AB", "--json").json["answered"] == 1
    waiting = said("explain", linked, one, "--lang", "fr").out
    assert "sera appliquée" in waiting
    assert f"Situation retenue : celle de la fiche {one}" in waiting
    again = said("dedup", linked, "--lang", "en")
    assert "Human answers applied: 1" in again.out
    assert dict(records(linked))[one] == dict(records(linked))[other]
    told = said("explain", linked, one, "--lang", "fr").out
    assert "Même personne" in told
    assert "AB" in told
    as_json = said("explain", linked, one, "--json").json
    assert as_json["answers"][0]["state"] == "applied"
    said("review", linked, "--undo", one, other)
    said("dedup", linked)
    assert "n'est plus en vigueur" in said("explain", linked, one, "--lang", "fr").out


def test_an_explanation_never_gives_a_model_certainty():
    choose_language(["--lang=en"])
    link = Link(("a/1", "b/1"), "model", 0.9999, (), ())
    doubt = replace(link, pair=("a/1", "c/1"), chance=0.001)
    found = Explanation("a/1", ("a/1", "b/1"), "a/1", (link,), (doubt,), (), (), is_purged=False)
    told = "\n".join(explanation_lines(found))
    assert "more than 99 % chance" in told
    assert "less than 1 % chance" in told
    assert "100" not in told


def test_a_count_says_which_answers_it_does_not_know_yet(said, linked):
    one, other = lonely(linked)
    before = said("count", linked, "--json").json
    assert before["answers_not_applied"] == 0
    said("review", linked, "--same", one, other)
    ignored = said("count", linked, "--lang", "fr")
    assert ignored.code == 3
    assert ignored.out.startswith("ATTENTION : des réponses de « review » (1) ne sont pas dans ces chiffres")
    late = said("count", linked, "--json").json
    assert (late["answers_not_applied"], late["merged"]) == (1, before["merged"])
    said("dedup", linked)
    after = said("count", linked, "--json").json
    assert (after["answers_not_applied"], after["merged"]) == (0, before["merged"] + 1)


def test_protection_says_before_publishing_which_answers_are_not_in_the_figures(said, linked, use_plan):
    use_plan(linked, CHILDREN_TABLE)
    before = said("protect", linked, "--lang", "fr")
    assert (before.code, "ATTENTION" in before.out) == (0, False)
    said("review", linked, "--same", *lonely(linked))
    counted = said("count", linked, "--lang", "fr").out.splitlines()[0]
    warned = said("protect", linked, "--lang", "fr")
    assert warned.code == 3
    assert warned.out.splitlines()[0] == counted.replace("« count »", "« protect »") != counted
    as_json = said("protect", linked, "--json")
    assert (as_json.code, as_json.json["answers_not_applied"], as_json.json["passed"]) == (3, 1, True)
    said("dedup", linked)
    assert said("protect", linked, "--json").json["answers_not_applied"] == 0


def test_protection_says_that_nothing_was_deduplicated(said, campaign, use_plan):
    said("simulate", campaign, "--persons", 30, "--seed", 7)
    said("intake", campaign, campaign / MAILBOX)
    use_plan(campaign, CHILDREN_TABLE)
    result = said("protect", campaign, "--lang", "en")
    assert result.out.startswith("WARNING: counted by exact code")
    assert said("protect", campaign, "--json").json["counted_by"] == "exact_code"


def test_a_contradiction_is_said_and_exits_with_three(said, linked):
    one, other = lonely(linked)
    third = next(
        r for r, _ in records(linked) if r.split("/")[0] not in {one.split("/")[0], other.split("/")[0]}
    )
    said("review", linked, "--same", one, other, "--same", other, third)
    result = said("review", linked, "--different", one, third, "--lang", "fr")
    assert result.code == 3
    assert "Contradictions entre réponses : 1." in result.out
    assert said("dedup", linked, "--json").json["contradictions"] == 1


def test_sheets_go_out_and_come_in(said, linked, tmp_path):
    one, other = lonely(linked)
    said("review", linked, "--unsure", one, other)
    sheet, calls = tmp_path / "sheet.xlsx", tmp_path / "calls.xlsx"
    out = said("review", linked, "--export", sheet, "--phone", calls, "--json").json
    assert out["pairs"] >= 1
    assert all((tmp_path / name).stat().st_size for name in ("sheet.xlsx", "calls.xlsx"))
    back = said("review", linked, "--import", sheet, "--json").json
    assert back["unanswered"] == out["pairs"]
    assert said("review", linked, "--phone", calls, "--lang", "fr").code == 0


def test_the_page_keeps_each_answer_while_the_store_stays_free(said, linked, monkeypatch, capsys):
    one, other = lonely(linked)
    said("review", linked, "--unsure", one, other)
    opened = []
    ready = threading.Event()
    monkeypatch.setattr(review.webbrowser, "open", lambda address: (opened.append(address), ready.set()))
    codes = []
    sitting = threading.Thread(target=lambda: codes.append(run(["review", str(linked), "--who", "AB"])))
    sitting.start()
    assert ready.wait(60)
    base = re.sub(r"\?.*", "", opened[0])
    with urllib.request.urlopen(f"{base}state?lang=fr") as reply:
        total = json.load(reply)["total"]
    assert total >= 1
    for act, verdict in (("answer", "same"), ("finish", "")):
        with urllib.request.urlopen(f"{base}state") as reply:
            pair = json.load(reply)["pair"]
        body = json.dumps({"pair": pair["key"] if pair else "", "verdict": verdict}).encode()
        headers = {"Content-Type": "application/json", "Origin": base.rsplit("/", 2)[0]}
        with urllib.request.urlopen(urllib.request.Request(base + act, body, headers)) as reply:
            assert json.load(reply) == {"done": True}
    sitting.join(timeout=60)
    assert codes == [0]
    assert "1 answers kept" in capsys.readouterr().out


def test_ctrl_c_ends_a_sitting_as_finish_does(said, linked, monkeypatch):
    from denombrement.dedup.review.server import ReviewServer

    def interrupted(self, poll_interval=0.5):
        raise KeyboardInterrupt

    monkeypatch.setattr(ReviewServer, "serve_forever", interrupted)
    result = said("review", linked, "--no-browser")
    assert result.code == 0
    assert "http://127.0.0.1:" in result.err


def test_a_purge_certifies_and_the_count_stays_the_same(said, linked):
    one, other = lonely(linked)
    said("forms", linked)
    said("review", linked, "--same", one, other)
    said("dedup", linked)
    before = said("count", linked, "--json").json
    assert "LNK915" in said("purge", linked).err
    done = said("purge", linked, "--yes", "--json").json
    certificate = (linked / CERTIFICATE).read_text(encoding="utf-8")
    assert done["journal_head"] in certificate
    assert not (linked / "keys" / "campaign.secret").exists()
    left = [
        file
        for folder in ("inbox", "forms", MAILBOX)
        for file in (linked / folder).rglob("*")
        if file.is_file()
    ]
    assert left == []
    after = said("count", linked, "--json").json
    for key in ("adults", "adults_low", "adults_high", "children", "by_category", "merged", "method"):
        assert after[key] == before[key], key
    assert said("purge", linked, "--yes").code == 0
    assert "LNK911" in said("dedup", linked).err
    assert "LNK911" in said("dedup", linked, "--self-test").err
    assert "détruits" in said("explain", linked, one, "--lang", "fr").out
    assert said("journal", linked, "--verify", "--json").json["intact"] is True


def test_a_campaign_without_links_is_not_purged(said, campaign):
    said("simulate", campaign, "--persons", 10)
    said("intake", campaign, campaign / MAILBOX)
    assert "LNK910" in said("purge", campaign, "--yes").err
    assert (campaign / "keys" / "campaign.secret").exists()


def test_the_self_test_prints_what_was_found_and_writes_nothing(said, linked):
    before = (linked / "journal.jsonl").read_bytes()
    tested = said("dedup", linked, "--self-test", "--json")
    assert tested.code == 0
    assert tested.json["injected"] >= 1
    assert (linked / "journal.jsonl").read_bytes() == before
