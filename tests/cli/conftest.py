"""Runs the command line in this process, keeps what it says, and has campaigns ready that took time to make."""

import json
import shutil
from dataclasses import dataclass

import pytest

from denombrement.cli.main import run

PASSPHRASE = "quatre mots sans rapport"
NIGHT = "2023-10-19"
# What every plan of a test starts with; its tables follow, few, for the auditor's time grows with them.
PLAN_HEAD = """name = "small"
source = "Un plan court, pour aller vite."
[levels]
territory = ["total", "province", "arrondissement", "commune"]
category = ["total", "without_BE7", "category", "situation"]
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def passphrase_file(tmp_path_factory):
    """As in a script: a passphrase is never an argument."""
    file = tmp_path_factory.mktemp("passphrase") / "passphrase.txt"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return file


@pytest.fixture
def said(capsys, monkeypatch, passphrase_file):
    """Calls a command and keeps its answer."""
    monkeypatch.setenv("DENOMBREMENT_PASSPHRASE_FILE", str(passphrase_file))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


@pytest.fixture
def campaign(said, tmp_path):
    """A fresh campaign's folder."""
    folder = tmp_path / "luxembourg-2023"
    assert said("new", folder, "--night", NIGHT, "--name", "Essai").code == 0
    return folder


def good_exit_codes(command):
    # 3: something was set aside, or a pair is undecided, as may be with every invented province.
    return {0, 3} if command in {"intake", "dedup"} else {0}


@pytest.fixture(scope="session")
def run_all(passphrase_file):
    """Calls one command after the other, none of which may fail: ``run_all(["new", folder], …)``."""

    def call(*commands):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DENOMBREMENT_PASSPHRASE_FILE", str(passphrase_file))
            for command in commands:
                assert run([str(part) for part in command]) in good_exit_codes(command[0]), command[0]

    return call


@pytest.fixture(scope="session")
def make_campaign(run_all):
    """Makes a campaign of an invented province and takes in its returns: all, or those whose name ``keep`` likes."""

    def make(folder, *options, persons, seed, night=NIGHT, keep=lambda name: True):
        run_all(["new", folder, "--night", night, "--name", f"Essai {night}"])
        run_all(["simulate", folder, "--persons", persons, "--seed", seed, *options])
        files = [file for file in sorted((folder / "mailbox").iterdir()) if keep(file.name)]
        run_all(["intake", folder, *files, "--json"])
        return folder

    return make


@pytest.fixture(scope="session")
def intact_campaign(make_campaign, tmp_path_factory):
    """A small campaign with all its returns taken in, not deduplicated. Tests take a copy, and leave this as it is."""
    return make_campaign(tmp_path_factory.mktemp("intact") / "2023", persons=200, seed=4)


@pytest.fixture(scope="session")
def linked_campaign(intact_campaign, run_all, tmp_path_factory):
    """The same campaign, deduplicated. Tests take a copy of this too."""
    folder = copied(intact_campaign, tmp_path_factory.mktemp("linked") / "2023")
    run_all(["dedup", folder])
    return folder


@pytest.fixture(scope="session")
def strangers(make_campaign, tmp_path_factory):
    """Two campaigns without a commune or a service in common; nothing is ever written about such a pair."""
    place, few = tmp_path_factory.mktemp("strangers"), {"persons": 30, "seed": 1}
    arlon = make_campaign(place / "2023", **few, keep=lambda name: name.startswith("cpas-arlon-"))
    virton = make_campaign(
        place / "2024", **few, night="2024-10-17", keep=lambda name: name.startswith("cpas-virton-")
    )
    return arlon, virton


@pytest.fixture(scope="module")
def counted(intact_campaign, tmp_path_factory):
    """A copy for one file of tests, which may write into it."""
    return copied(intact_campaign, tmp_path_factory.mktemp("counted") / "2023")


@pytest.fixture
def linked_copy(linked_campaign, tmp_path):
    """A deduplicated copy for one test, which may change it."""
    return copied(linked_campaign, tmp_path / "copy")


def copied(folder, place):
    # The returns stay behind: nothing but a lost store asks for them again.
    return shutil.copytree(folder, place, ignore=shutil.ignore_patterns("inbox", "mailbox"))


@pytest.fixture(scope="session")
def use_plan():
    """Makes a plan of these tables the campaign's: ``use_plan(folder, tables)``."""

    def use(folder, tables):
        (folder / "plan.toml").write_text(PLAN_HEAD + tables, encoding="utf-8")
        settings = folder / "campaign.toml"
        text = settings.read_text(encoding="utf-8")
        text = text.replace('plan = "default"', 'plan = "plan.toml"')
        assert 'plan = "plan.toml"' in text
        settings.write_text(text, encoding="utf-8")

    return use
