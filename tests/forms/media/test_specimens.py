"""The specimens in ``forms/`` are those that the program makes today."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import openpyxl
import pytest

from denombrement.forms.media.specimens import binary_specimens, text_specimens

FORMS = Path(__file__).parents[3] / "forms"


@pytest.mark.parametrize("name", sorted(text_specimens()))
def test_the_texts_are_todays(name):
    assert (FORMS / name).read_text(encoding="utf-8") == text_specimens()[name]


@pytest.fixture(scope="module")
def made():
    return binary_specimens()


def test_the_papers_say_what_they_say_today(made, tmp_path):
    for name, data in made.items():
        if name.endswith(".pdf"):
            fresh = tmp_path / Path(name).name
            fresh.write_bytes(data)
            assert printed(FORMS / name) == printed(fresh)


def printed(file):
    return subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout


def test_the_workbook_holds_what_it_holds_today(made):
    (name,) = [each for each in made if each.endswith(".xlsx")]
    assert cells((FORMS / name).read_bytes()) == cells(made[name])


def cells(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}
