"""Errors: coded, in two languages, complete, and never a carrier of what a record says."""

import re
from pathlib import Path

import pytest

from denombrement import errors
from denombrement.errors import (
    DamagedInput,
    DenombrementError,
    ProtectionRefusal,
    Undecided,
    UsageProblem,
    catalogue,
)

PACKAGE = Path(errors.__file__).parent
CODE = re.compile(r'"([A-Z]{3}[0-9]{3})"')


def sources():
    return {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}


def test_every_code_that_is_raised_is_in_the_catalogue():
    used = {code for text in sources().values() for code in CODE.findall(text)}
    assert used <= set(catalogue())


def test_every_error_says_what_and_how_to_mend_in_french_and_english():
    for code, texts in catalogue().items():
        for key in ("fr", "en", "mend_fr", "mend_en"):
            assert texts[key].strip(), (code, key)


def test_texts_of_one_error_name_the_same_facts():
    for code, texts in catalogue().items():
        french, english = (set(re.findall(r"{(\w+)", texts[a] + texts[b])) for a, b in
                           (("fr", "mend_fr"), ("en", "mend_en")))  # fmt: skip
        assert french == english, code


def test_an_unknown_code_is_a_defect_at_once():
    with pytest.raises(KeyError):
        DenombrementError("XXX999")


def test_an_error_knows_its_place_and_speaks_two_languages():
    error = DamagedInput("CAM005", where="services.csv", line=3, column="type", allowed="cpas")
    assert error.as_dict("fr")["where"] == "services.csv"
    assert "ligne 3" in error.text("fr")
    assert "line 3" in error.text("de")
    assert error.mend("fr") != error.mend("en")
    assert str(error).startswith("CAM005: ")


def test_exit_codes_are_stable():
    codes = {each: each.exit_code for each in (UsageProblem, Undecided, ProtectionRefusal, DamagedInput)}
    assert list(codes.values()) == [2, 3, 4, 5]


def test_a_code_defined_twice_is_a_defect(tmp_path, monkeypatch):
    for name in ("a.toml", "b.toml", "readme.txt"):
        (tmp_path / name).write_text('[AAA001]\nfr="x"\nen="x"\nmend_fr="x"\nmend_en="x"\n', encoding="utf-8")
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path.parent)
    (tmp_path.parent / "error_catalogue").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="AAA001"):
        catalogue.__wrapped__()
