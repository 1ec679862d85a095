"""``dedup --cross-check``: beside the result, never in it."""

import re

import pytest

from denombrement.cli.common import open_campaign
from denombrement.cli.cross_check import LISTED, chosen_place, cross_check_lines, run_cross_check
from denombrement.cli.language import say
from denombrement.cli.notices import in_words
from denombrement.dedup.cross_check import backends
from denombrement.dedup.cross_check.backends import Place
from denombrement.dedup.linkage.settings import default_settings
from denombrement.intake.store import open_store


def stored(folder):
    with open_store(folder / "campaign.duckdb", folder / "journal.jsonl") as store:
        tables = [name for (name,) in store.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")]
        return {name: store.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in tables}


def test_a_second_opinion_writes_nothing(linked_copy):
    before, journal = stored(linked_copy), (linked_copy / "journal.jsonl").read_bytes()
    files = sorted(str(path) for path in linked_copy.rglob("*"))
    report = run_cross_check(open_campaign(linked_copy), Place(), quiet=True)
    assert report["usable"]
    assert stored(linked_copy) == before
    assert (linked_copy / "journal.jsonl").read_bytes() == journal
    assert sorted(str(path) for path in linked_copy.rglob("*")) == files


def test_it_is_printed_beside_the_result_in_words_and_for_machines(said, linked_copy):
    shown = said("dedup", linked_copy, "--cross-check")
    assert shown.code in {0, 3}
    lines = shown.out.splitlines()
    assert say("dedup_splink") in lines
    assert say("dedup_splink_habit") in lines
    report = said("dedup", linked_copy, "--cross-check-on", "duckdb", "--json").json
    checked = report["cross_check"]
    assert checked["changes_the_count"] is False
    assert (checked["program"], checked["backend"]) == ("splink", "duckdb")
    persons = [each["persons"] for each in checked["thresholds"]]
    assert persons == sorted(persons)
    assert 0.95 * report["persons_low"] <= persons[0] <= 1.05 * report["persons_high"]
    for each in checked["thresholds"]:
        percent = round(100 * each["threshold"])
        assert say("dedup_splink_persons", percent=percent, number=each["persons"]) in lines
    plain = said("dedup", linked_copy, "--json").json
    assert "cross_check" not in plain
    changing = {"seconds", "cross_check"}
    assert {name: plain[name] for name in plain.keys() - changing} == {
        name: report[name] for name in report.keys() - changing
    }


@pytest.mark.parametrize("backend", ["duckdb", "spark"])
def test_what_is_not_installed_is_said_before_the_long_run(said, linked_copy, monkeypatch, backend):
    missing, extra = {"duckdb": ("splink", "cross-check"), "spark": ("pyspark", "spark")}[backend]
    real = backends.find_spec
    monkeypatch.setattr(backends, "find_spec", lambda name: None if name == missing else real(name))
    journal = (linked_copy / "journal.jsonl").read_bytes()
    refused = said("dedup", linked_copy, "--cross-check-on", backend)
    assert refused.code == 2
    assert f"denombrement[{extra}]" in refused.err
    assert (linked_copy / "journal.jsonl").read_bytes() == journal


def test_the_environment_names_the_cluster(monkeypatch):
    monkeypatch.delenv("DENOMBREMENT_SPARK_MASTER", raising=False)
    monkeypatch.delenv("DENOMBREMENT_SPARK_FOLDER", raising=False)
    assert chosen_place("duckdb") == Place("duckdb")
    assert chosen_place("spark") == Place("spark", "local[*]", "")
    monkeypatch.setenv("DENOMBREMENT_SPARK_MASTER", "spark://count.example:7077")
    monkeypatch.setenv("DENOMBREMENT_SPARK_FOLDER", "hdfs:///count")
    assert chosen_place("spark") == Place("spark", "spark://count.example:7077", "hdfs:///count")


def invented(disagreements=(), *, usable=True, violations=0, chains=0, notices=()):
    threshold = {"threshold": 0.5, "persons": 90, "violations": violations, "chains": chains}
    return {
        "usable": usable, "notices": list(notices), "thresholds": [threshold],
        "disagreements": list(disagreements), "sure_pairs": 40,
    }  # fmt: skip


def pair(number, model, splink, *, compared=True):
    return {
        "first_id": f"a/{number}",
        "second_id": f"b/{number}",
        "model": model,
        "splink": splink,
        "compared": compared,
    }


def test_an_unusable_opinion_gives_no_number():
    notice = {"code": "LNK118", "fr": "Rien.", "en": "Nothing."}
    lines = cross_check_lines(invented(usable=False, notices=[notice]))
    assert lines == [say("dedup_splink"), say("dedup_splink_habit"), "  LNK118: Nothing."]


def test_every_way_of_differing_has_its_sentence():
    lines = cross_check_lines(
        invented([pair(1, 0.99, 0.0), pair(2, 0.99, 0.0, compared=False), pair(3, 0.0, 0.98)], chains=2)
    )
    assert say("dedup_splink_broken", percent=50, violations=0, chains=2) in lines
    assert lines[-4:] == [
        say("dedup_splink_one", first="a/1", second="b/1"),
        say("dedup_splink_unseen", first="a/2", second="b/2"),
        say("dedup_splink_two", first="a/3", second="b/3"),
        say("dedup_splink_answer"),
    ]


def test_a_screen_lists_some_and_says_how_many_more():
    lines = cross_check_lines(invented([pair(number, 0.99, 0.0) for number in range(LISTED + 3)]))
    assert lines[-1] == say("dedup_splink_more", number=3)
    assert sum("a/" in line for line in lines) == LISTED
    assert cross_check_lines(invented())[-1] == say("dedup_splink_differ", number=0, sure=40)


def test_notices_name_fields_rules_and_keys_in_words_and_keep_the_codes():
    told = in_words(
        [
            {"code": "LNK113", "facts": {"fields": "year+month+day+sex"}},
            {"code": "LNK114", "facts": {"fields": "month, day, nationality"}},
            {"code": "LNK116", "facts": {"keys": "first letters, month and day / sounds"}},
            {"code": "LNK101", "facts": {"field": "given"}},
            {"code": "LNK104", "facts": {"rule": "without sex"}},
            {"code": "LNK117", "facts": {"percent": 70}},
        ]
    )
    assert "année de naissance, mois de naissance, jour de naissance, sexe" in told[0]["fr"]
    assert "(mois de naissance, jour de naissance, nationalité)" in told[1]["fr"]
    assert "premières lettres, mois et jour / prononciation" in told[2]["fr"]
    assert "« prénom »" in told[3]["fr"]
    assert "« tout sauf le sexe »" in told[4]["fr"]
    assert "70 %" in told[5]["fr"]
    assert "(month of birth, day of birth, nationality)" in told[1]["en"]
    assert told[1]["facts"] == {"fields": "month, day, nationality"}


def test_every_field_rule_and_key_of_the_model_has_words():
    settings = default_settings()
    names = {
        "field": [each.name for each in settings.fields],
        "rule": [each.name for each in settings.passes],
        "keys": [each.name for each in settings.keys],
    }
    for fact, code in (("field", "LNK101"), ("rule", "LNK104"), ("keys", "LNK116")):
        told = in_words([{"code": code, "facts": {fact: name}} for name in names[fact]])
        assert len({each["fr"] for each in told}) == len({each["en"] for each in told}) == len(names[fact])


def test_a_campaigns_own_notices_are_in_words(linked_copy):
    report = run_cross_check(open_campaign(linked_copy), Place(), quiet=True)
    told = " ".join(notice["fr"] for notice in report["notices"] if notice["facts"])
    assert told
    assert not re.search(r"\b(day|month|year|given|family|nationality|sex)\b", told)
