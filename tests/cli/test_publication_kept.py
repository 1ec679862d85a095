"""What a campaign publishes can be made again from what it keeps: else somebody is told."""

import json
import shutil

import duckdb
import pytest

from denombrement.cli import publishing
from denombrement.cli.common import open_campaign
from denombrement.cli.main import run
from denombrement.cli.publishing import releases
from denombrement.cli.simulate import MAILBOX
from denombrement.errors import UsageProblem
from denombrement.protection.participation import ELSEWHERE
from denombrement.protection.release import Release
from denombrement.publication.public import open_data, wall

PASSPHRASE = "quatre mots sans rapport"

PLAN = """
name = "communes"
source = "a plan for tests"
[levels]
territory = ["total", "province", "arrondissement", "commune"]
[[table]]
name = "commune"
measure = "adults"
dimensions = { territory = "commune" }
rates = true
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A campaign whose plan asks for rates by commune; tests that change it take a copy."""
    home = tmp_path_factory.mktemp("kept")
    (home / "phrase.txt").write_text(PASSPHRASE, encoding="utf-8")
    folder = home / "luxembourg-2023"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DENOMBREMENT_PASSPHRASE_FILE", str(home / "phrase.txt"))
        assert run(["new", str(folder), "--night", "2023-10-19", "--name", "Essai"]) == 0
        assert run(["simulate", str(folder), "--persons", "150", "--seed", "7"]) == 0
        returns = sorted(str(file) for file in (folder / MAILBOX).iterdir())
        assert run(["intake", str(folder), *returns]) in (0, 3)
        (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
        settings = folder / "campaign.toml"
        content = settings.read_text(encoding="utf-8")
        settings.write_text(content.replace('plan = "default"', 'plan = "plan.toml"'), encoding="utf-8")
        for command in ("protect", "map", "export"):
            assert run([command, str(folder)]) == 0
    return folder


@pytest.fixture
def copied(published, tmp_path):
    return shutil.copytree(published, tmp_path / "copy")


def test_a_plan_may_ask_for_rates_by_commune(said, published):
    assert (published / "public" / "cartes" / "taux-communes.svg").is_file()
    header = (published / "public" / "donnees" / "commune.csv").read_text("utf-8").splitlines()[0]
    assert header.endswith("value,status,inhabitants,rate_per_1000,rate_low,rate_high")
    assert said("verify", published, "--rebuild").code == 0


def test_rates_that_the_plan_no_longer_asks_for_need_a_verdict_of_their_own(said, copied):
    plan = copied / "plan.toml"
    plan.write_text(PLAN.replace("rates = true", ""), encoding="utf-8")
    assert said("map", copied).code == 4
    assert said("protect", copied).code == 0
    assert said("map", copied).code == 0
    assert not (copied / "public" / "cartes" / "taux-communes.svg").exists()
    assert not (copied / "public" / "donnees").exists(), "files of another release are dropped"
    assert said("verify", copied).code == 0


def test_files_of_a_release_that_the_campaign_does_not_keep_are_noticed(said, copied):
    with duckdb.connect(str(copied / "campaign.duckdb")) as connection:
        connection.execute("DELETE FROM releases")
    result = said("verify", copied)
    assert result.code == 5
    assert "release" in result.err


def test_rebuilding_notices_a_file_that_the_release_does_not_give(said, copied, monkeypatch):
    """Even where manifest and journal agree with it, as after a defect of the program."""
    genuine = open_data.build
    with monkeypatch.context() as patch:
        patch.setattr(open_data, "build", lambda *given: {**genuine(*given), "codes.csv": b"12 persons"})
        assert said("export", copied).code == 0
    assert said("verify", copied).code == 0
    result = said("verify", copied, "--rebuild")
    assert result.code == 5
    assert "rebuilt" in result.err


def test_nothing_public_lets_anybody_test_a_guess_of_what_the_journal_holds(said, published):
    """A line of the journal holds exact totals, and a hash of it could be compared with that of every total possible."""
    lines = [json.loads(line) for line in (published / "journal.jsonl").read_text("utf-8").splitlines()]
    counts = {line["hash"] for line in lines} | {line["previous"] for line in lines}
    text = "".join(
        file.read_text("utf-8")
        for file in (published / "public").rglob("*")
        if file.suffix in {".json", ".csv", ".html", ".svg"}
    )
    assert not [each for each in counts if each in text]
    manifest = json.loads((published / "public" / "MANIFEST.json").read_text("utf-8"))
    secret = bytes.fromhex((published / "keys" / "protection.key").read_text("utf-8"))
    newest = [line for line in lines if line["act"] == "publish"][-1]
    assert manifest["journal_head"] == wall.sealed_head(newest["previous"], secret)


def test_a_manifest_whose_place_in_the_journal_is_another_is_noticed(said, copied, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(wall, "sealed_head", lambda *_: "0" * 64)
        (copied / "public" / "MANIFEST.json").unlink()
        shutil.rmtree(copied / "public")
        assert said("export", copied).code == 0
    result = said("verify", copied)
    assert result.code == 5
    assert "journal" in result.err


def test_every_campaign_draws_by_a_secret_of_its_own(said, published, tmp_path):
    other = tmp_path / "other"
    assert said("new", other, "--night", "2023-10-19", "--name", "Autre").code == 0
    said("protect", other)
    secrets = [(folder / "keys" / "protection.key").read_text("utf-8") for folder in (published, other)]
    assert secrets[0] != secrets[1]
    assert all(len(set(secret)) > 8 for secret in secrets)


SEXES = '[[table]]\nname = "sexes"\nmeasure = "adults"\ndimensions = { sex = "all" }\n'
HEALTH = (
    '[[table]]\nname = "health"\nmeasure = "adults"\neach = "health"\n'
    'dimensions = { health_answered = "all" }\n'
)


def test_a_table_that_a_plan_drops_stays_protected_since_readers_have_it(said, copied):
    before = releases_of(copied)[-1]
    (copied / "plan.toml").write_text(PLAN.split("[[table]]", maxsplit=1)[0] + SEXES, encoding="utf-8")
    assert said("protect", copied).code == 0
    after = releases_of(copied)[-1]
    assert after.printed == ("sexes",)
    assert [table.name for table in after.planned] == ["sexes", "commune"]
    secret = bytes.fromhex((copied / "keys" / "protection.key").read_text("utf-8"))
    old, new = (Release.from_bytes(each.signed, secret) for each in (before, after))
    assert new.tables["commune"].rows == old.tables["commune"].rows
    assert said("export", copied).code == 0
    assert not (copied / "public" / "donnees" / "commune.csv").exists()


def releases_of(folder):
    with open_campaign(folder).store() as store:
        return releases(store)


def test_the_auditor_is_told_who_reported_whom_what_is_impossible_and_what_was_published(
    said, copied, monkeypatch
):
    told = {}

    def stop(tables, **given):
        told.update(given)
        raise UsageProblem("PRO010")

    monkeypatch.setattr("denombrement.cli.protect.protect", stop)
    plan = PLAN.replace("[levels]", "coalitions = 2\npairs = 5\n[levels]") + HEALTH
    (copied / "plan.toml").write_text(plan, encoding="utf-8")
    assert said("protect", copied).code == 2
    assert len(told["history"].cells) > 40
    for known in ("contributions", "shared"):
        assert {len(frame) > 0 for frame in told[known].values()} == {True}, known
    assert {"service", "other"} <= set(next(iter(told["shared"].values())).columns)
    assert {"health_answered": "unknown", "health.addiction": "mentioned"} in [
        dict(each) for each in told["impossible"]
    ]


@pytest.fixture(scope="module")
def arlon_alone(published, tmp_path_factory):
    """The same persons, of whom the services of Arlon's arrondissement alone told."""
    folder = tmp_path_factory.mktemp("alone") / "luxembourg-2023"
    phrase = published.parent / "phrase.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DENOMBREMENT_PASSPHRASE_FILE", str(phrase))
        assert run(["new", str(folder), "--night", "2023-10-19", "--name", "Essai"]) == 0
        assert run(["simulate", str(folder), "--persons", "150", "--seed", "7"]) == 0
        here = {each.id for each in open_campaign(folder).services.values() if each.commune.startswith("81")}
        files = [file for file in (folder / MAILBOX).iterdir() if file.name.rsplit("-", 1)[0] in here]
        assert files
        assert run(["intake", str(folder), *sorted(map(str, files))]) in (0, 3)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    settings = folder / "campaign.toml"
    content = settings.read_text(encoding="utf-8")
    settings.write_text(content.replace('plan = "default"', 'plan = "plan.toml"'), encoding="utf-8")
    return folder


def adults_of(folder):
    campaign = open_campaign(folder)
    with campaign.store() as store:
        return next(t for t in publishing.intended(campaign, store).counts.tables if t.measure == "adults")


def test_persons_seen_where_nobody_took_part_are_counted_around_it(arlon_alone):
    table = adults_of(arlon_alone)
    codes = set(table.leaves.loc[table.leaves["count"] > 0, "territory"])
    assert any(code.endswith(ELSEWHERE) for code in codes)
    assert not any(code.startswith(("82", "83", "84", "85")) for code in codes)


def test_a_commune_that_readers_have_a_figure_of_keeps_one(arlon_alone, published, monkeypatch):
    before = releases_of(published)[-1]
    secret = bytes.fromhex((published / "keys" / "protection.key").read_text("utf-8"))
    assert "85045" in adults_of(arlon_alone).not_counted
    monkeypatch.setattr(publishing, "last_release", lambda _: before)
    monkeypatch.setattr(publishing, "protection_secret", lambda *_: secret)
    assert "85045" not in adults_of(arlon_alone).not_counted
