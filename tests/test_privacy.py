"""Promise 3: no log line, error text, progress bar or sheet shows a value from a record."""

import json
import logging

import pytest

from denombrement.cli.main import run
from denombrement.dedup.codes import Identity, Recipe, identity_tokens

MARKER = "Zkwyqx"
NIGHT = "2023-10-19"
CAMPAIGN_ANSWERS = {"situation": "EL6.12", "sex": "man", "age_years": 40}

MARKED_BODIES = [
    {"declaration_id": f"{MARKER} x"},
    {"declaration_id": "a", "situation": MARKER},
    {"declaration_id": "b", MARKER: "x"},
    {"declaration_id": "c", "age_years": MARKER},
    {"declaration_id": "d", "commune_night": MARKER},
    {"declaration_id": "e", "income": [MARKER]},
    {"declaration_id": "f", "children": [{"link": MARKER}]},
    {"declaration_id": "g", "children": MARKER},
    {"declaration_id": "h", "identity": {"status": MARKER}},
    {"declaration_id": "i", "identity": {"status": "coded", "recipe": "r", "code": MARKER}},
    {"declaration_id": "j", "identity": {"status": "coded", "recipe": "r", "tokens": {MARKER: MARKER}}},
    {"declaration_id": "k", "leaving_date": MARKER},
    MARKER,
]
MARKED_LISTS = [
    f"service;situation;sexe;âge\nexemple-cpas;{MARKER};Homme;40\n",
    f"service;situation;sexe;{MARKER}\nexemple-cpas;EL1.1;Homme;{MARKER}\n",
    f"service;situation;sexe;nom\nexemple-cpas;EL1.1;Homme;{MARKER}\n",
    f"service;situation;sexe;âge\n{MARKER};EL1.1;Homme;40\n",
    f"{MARKER};{MARKER}\n{MARKER};1987-03-14\n",
    f'service;situation;sexe;âge\nexemple-cpas;"{MARKER};Homme;40\n',
    f"{MARKER}",
    f"<html>{MARKER}</html>",
    "{" + MARKER,
    json.dumps([{"situation": MARKER, "sex": "man", "service": "exemple-cpas"}]),
    json.dumps({"campaign": MARKER, "service": MARKER, "declarations": [{MARKER: MARKER}]}),
]


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    phrase = tmp_path / "phrase.txt"
    phrase.write_text("quatre mots sans rapport", encoding="utf-8")
    monkeypatch.setenv("DENOMBREMENT_PASSPHRASE_FILE", str(phrase))
    folder = tmp_path / "campaign"
    assert run(["new", str(folder), "--night", NIGHT]) == 0
    return folder


def returns(folder):
    """Marked returns in clear and in lists, as files that a mailbox could hold."""
    import tomllib

    settings = tomllib.loads((folder / "campaign.toml").read_text(encoding="utf-8"))
    head = {"schema_version": "1", "campaign": settings["id"], "service": "exemple-cpas", "made_with": "test",
            "made_at": "2023-10-24T10:00:00Z"}  # fmt: skip
    good = {"identity": {"status": "refused"}, **CAMPAIGN_ANSWERS}
    for number, marked in enumerate(MARKED_BODIES, start=1):
        record = {**good, **marked} if isinstance(marked, dict) else marked
        yield f"{number}.json", json.dumps({**head, "number": number, "declarations": [record]})
    yield (
        "header.json",
        json.dumps(
            {**head, "number": 50, "language": MARKER, "declarations": [{**good, "declaration_id": "z"}]}
        ),
    )
    for number, text in enumerate(MARKED_LISTS):
        yield f"{number}.csv", text


def test_nothing_of_a_record_appears_in_what_the_program_says_or_writes(campaign, tmp_path, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    mailbox = tmp_path / "mailbox"
    mailbox.mkdir()
    for name, text in returns(campaign):
        (mailbox / name).write_text(text, encoding="utf-8")
    quick = (["intake", str(campaign), str(mailbox)], ["status", str(campaign)], ["journal", str(campaign)])
    for language in ("fr", "en"):
        for json_flag in ([], ["--json"]):
            for command in quick:
                assert run([*command, "--lang", language, *json_flag]) in {0, 2, 3, 5}
    assert run(["count", str(campaign), "--lang", "fr"]) in {0, 3}
    said = capfd.readouterr()
    assert MARKER not in said.out + said.err + caplog.text
    for path in [campaign / "journal.jsonl", *(campaign / "internal").rglob("*")]:
        if path.is_file():
            assert MARKER.encode() not in path.read_bytes(), path.name


def test_an_identity_shows_nothing_when_it_is_printed_or_fails(capsys):
    identity = Identity(MARKER, MARKER, 1987, 3, 14, "man")
    assert MARKER not in repr(identity)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever error, its text is what matters
        identity_tokens(
            Identity(MARKER, MARKER, 1987, 13, 14, "man"), bytes(32), "c-2023", Recipe.load("denombrement-1")
        )
    assert MARKER not in str(caught.value)
    assert "1987" not in str(caught.value)
