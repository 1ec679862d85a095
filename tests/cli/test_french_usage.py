"""What the command line library says by itself reaches a French officer in French."""

import gettext
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from denombrement import cli

CATALOGUE = Path(cli.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "denombrement.po"


def written():
    return read_po(BytesIO(CATALOGUE.read_bytes()), locale="fr")


def texts(compiled):
    return {str(message.id): message.string for message in read_mo(compiled) if message.id}


def test_compiled_texts_are_those_written():
    fresh = BytesIO()
    write_mo(fresh, written())
    assert texts(BytesIO(CATALOGUE.with_suffix(".mo").read_bytes())) == texts(BytesIO(fresh.getvalue()))


def test_every_text_is_one_that_the_library_still_says():
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(click.__file__).parent.glob("*.py"))
    for message in written():
        said = message.id if isinstance(message.id, tuple) else (message.id,)
        assert all(f'"{text}"' in sources for text in said if text), said


def test_fields_to_fill_are_the_same_in_both_languages():
    for message in written():
        if message.id:
            originals = message.id if isinstance(message.id, tuple) else (message.id,)
            translations = message.string if isinstance(message.string, tuple) else (message.string,)
            for original, translation in zip(originals, translations, strict=True):
                assert original.count("{") == translation.count("{"), original


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--lang", "fr", "count"], "Il manque l’argument"),
    (["--lang", "fr", "cuont"], "La commande 'cuont' n’existe pas"),
    (["count", "--lang", "fr", "--nope"], "L’option '--nope' n’existe pas"),
    (["count", "a", "b", "--lang", "fr"], "Argument en trop (b)"),
    (["simulate", "a", "--persons", "x", "--lang", "fr"], "Valeur refusée pour '--persons'"),
    (["--lang", "en", "count"], "Missing argument"),
])  # fmt: skip
def test_a_mistake_of_typing_is_said_in_the_language_chosen(said, arguments, sentence):
    result = said(*arguments)
    assert result.code == 2
    assert sentence in result.err


def test_help_has_its_headings_in_the_language_chosen(said):
    assert "Emploi" in said("--lang", "fr", "--help").out
    assert "Usage" in said("--lang", "en", "--help").out


@pytest.fixture(autouse=True)
def _language_of_the_machine(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "")
    yield
    gettext.textdomain("messages")
