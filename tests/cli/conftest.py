"""Runs the command line in this process and keeps what it says."""

import json
from dataclasses import dataclass

import pytest

from denombrement.cli.main import run

PASSPHRASE = "quatre mots sans rapport"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out.strip().splitlines()[-1])


@pytest.fixture
def said(capsys, monkeypatch, tmp_path):
    """Calls a command; the passphrase is in a file, as in a script."""
    file = tmp_path / "passphrase.txt"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")
    monkeypatch.setenv("DENOMBREMENT_PASSPHRASE_FILE", str(file))
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
    assert said("new", folder, "--night", "2023-10-19", "--name", "Essai").code == 0
    return folder
