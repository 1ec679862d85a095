"""Which language the command line speaks, and what it says (``texts.toml``)."""

from __future__ import annotations

import gettext
import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

SPOKEN = ("fr", "en")
LIBRARY_TEXTS = "denombrement"
_chosen = {"language": "en"}


def choose_language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Language from ``--lang`` (before anything else is parsed, since help texts need it), else from the locale."""
    asked = ""
    for rank, argument in enumerate(arguments):
        if argument == "--lang" and rank + 1 < len(arguments):
            asked = arguments[rank + 1]
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    language = asked or locale[:2].lower()
    _chosen["language"] = language if language in SPOKEN else "en"
    return _chosen["language"]


def translate_library() -> None:
    """Makes click's own sentences ("Missing argument…") speak the language chosen; those without a translation stay English."""
    gettext.bindtextdomain(LIBRARY_TEXTS, str(Path(__file__).parent / "locale"))
    gettext.textdomain(LIBRARY_TEXTS)
    os.environ["LANGUAGE"] = spoken()


def spoken() -> str:
    """The language chosen."""
    return _chosen["language"]


def say(key: str, **facts: object) -> str:
    """A text in the language chosen.

    Raises:
        KeyError: no such text.
    """
    return say_in(spoken(), key, **facts)


def say_in(language: str, key: str, **facts: object) -> str:
    """A text in one of the two languages.

    Raises:
        KeyError: no such text.
    """
    return _texts()[key][language].format(**facts)


@cache
def _texts() -> dict[str, dict[str, str]]:
    text = (resources.files("denombrement.cli") / "texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
