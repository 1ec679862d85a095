from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from denombrement.errors import catalogue

LANGUAGES = ("fr", "nl", "de", "en")
ROOM = resources.files("denombrement.estimation")


def test_every_error_that_can_be_raised_has_its_text_and_none_is_left_over():
    package = Path(str(ROOM)).parent
    # The library and the command line raise some of them on the room's behalf.
    sources = [file.read_text("utf-8") for file in package.rglob("*.py")]
    raised = set(re.findall(r'"(EST\d{3})"', "".join(sources)))
    assert raised == {code for code in catalogue() if code.startswith("EST")}


@pytest.mark.parametrize("name", ["assumptions", "groupings", "refusals", "wording"])
def test_texts_exist_in_four_languages_and_name_the_same_facts(name):
    tables = tomllib.loads((ROOM / "data" / f"{name}.toml").read_text("utf-8"))
    for texts in tables["labels"].values() if name == "groupings" else tables.values():
        named = [set(re.findall(r"{(\w+)}", texts[language])) for language in LANGUAGES]
        assert all(each == named[0] for each in named)


@pytest.mark.parametrize("name", ["assumptions", "groupings", "refusals", "wording"])
def test_french_punctuation_has_its_narrow_space(name):
    for line in (ROOM / "data" / f"{name}.toml").read_text("utf-8").splitlines():
        if re.match(r"(broken_)?fr = ", line):
            assert not re.search(r"[^\u202f][:;?!%»]", line.split(" = ", 1)[1].replace("l’", ""))
