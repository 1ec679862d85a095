"""What a campaign publishes can be made again from what it keeps: else somebody is told."""

import shutil

import duckdb
import pytest

from denombrement.cli.main import run
from denombrement.cli.simulate import MAILBOX
from denombrement.publication.public import open_data

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
