"""The review's words, as data in ``texts.toml``: French, Dutch, German, English."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from denombrement.dedup.review.evidence import AGREES, DIFFERS, EXACTLY, Finding

LANGUAGES = ("fr", "nl", "de", "en")
CERTAIN_PERCENT = 100


def text(key: str, language: str, **facts: object) -> str:
    """A text in one of the four languages.

    Raises:
        KeyError: no such text or language.
    """
    return texts()[key][language].format(**facts)


def chance_text(chance: float, language: str) -> str:
    """A chance in percent; a model is never certain, so that neither 100 % nor 0 % is ever said."""
    percent = round(100 * chance)
    if percent >= CERTAIN_PERCENT:
        return text("chance_nearly_certain", language)
    return (
        text("chance_number", language, percent=percent) if percent else text("chance_nearly_none", language)
    )


def finding_text(finding: Finding, language: str) -> str:
    """A finding in words: its verdict, and how near or what is unknown."""
    verdict = text(finding.verdict, language)
    if finding.verdict == DIFFERS or (finding.verdict, finding.how) == (AGREES, EXACTLY):
        return verdict
    colon = "\N{NARROW NO-BREAK SPACE}:" if language == "fr" else ":"
    return f"{verdict}{colon} {text(f'how_{finding.how}', language)}"


@cache
def texts() -> dict[str, dict[str, str]]:
    """All texts: key, then language."""
    data = (resources.files(__package__) / "texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)
