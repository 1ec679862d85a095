"""What can go wrong, in one leaf module: a code, the place, and how to mend it.

Texts are data (``error_catalogue/*.toml``, one file a stage), in French and in English. An error never holds a
value of a record: ``where`` names a file, a line or a known column, and ``facts`` hold limits, counts and codes of
ours. Tests build the expected text from the code, so that prose may change freely.
"""

from __future__ import annotations

from functools import cache
from typing import ClassVar

Facts = str | int | float


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All known errors: code -> ``fr``, ``en``, ``mend_fr``, ``mend_en``.

    Raises:
        ValueError: two catalogue files define the same code.
    """
    import tomllib
    from importlib import resources

    entries: dict[str, dict[str, str]] = {}
    folder = resources.files("denombrement") / "error_catalogue"
    for file in sorted(folder.iterdir(), key=lambda path: path.name):
        if not file.name.endswith(".toml"):
            continue
        for code, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in entries:
                raise ValueError(code)
            entries[code] = texts
    return entries


class DenombrementError(Exception):
    """An error that the user can mend.

    Args:
        code: a code of the catalogue, such as ``INT004``; an unknown one raises ``KeyError`` at once.
        where: file name, sheet, line, known column; never a value of a record.
        facts: what the text's braces name: limits, counts, codes of ours.
    """

    exit_code: ClassVar[int] = 5

    def __init__(self, code: str, *, where: str = "", **facts: Facts) -> None:
        self.code = code
        self.where = where
        self.facts = facts
        super().__init__(f"{code}: {self.text('en')}" + (f" ({where})" if where else ""))

    def text(self, language: str = "fr") -> str:
        """What happened, in French or (any other language) in English."""
        return self._line("fr" if language == "fr" else "en")

    def mend(self, language: str = "fr") -> str:
        """What the user can do about it."""
        return self._line("mend_fr" if language == "fr" else "mend_en")

    def as_dict(self, language: str = "fr") -> dict[str, str]:
        """For ``--json`` and the quarantine: code, where, text, mend."""
        return {
            "code": self.code,
            "where": self.where,
            "text": self.text(language),
            "mend": self.mend(language),
        }

    def _line(self, key: str) -> str:
        return catalogue()[self.code][key].format(**self.facts)


class UsageProblem(DenombrementError):
    """The command or the call cannot be understood or does not apply here."""

    exit_code = 2


class Undecided(DenombrementError):
    """Something was quarantined or waits for a human."""

    exit_code = 3


class ProtectionRefusal(DenombrementError):
    """Refused to protect the persons counted."""

    exit_code = 4


class DamagedInput(DenombrementError):
    """A file or the store is damaged, forged or not ours."""

    exit_code = 5
