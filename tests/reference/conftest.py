"""The facts folder that the tables are checked against, where it is at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

FACTS = Path(__file__).parents[2] / ".." / "shared" / "reference"


@pytest.fixture(scope="session")
def facts():
    """Reads a table of ``../shared/reference``."""
    if not FACTS.is_dir():
        pytest.skip(
            "the folder ../shared is absent: the tables cannot be compared with the facts they come from"
        )

    def read(name):
        with (FACTS / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
