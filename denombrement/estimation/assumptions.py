"""The assumptions of an estimate, each answered by a person before anything but the count is printed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from denombrement.errors import UsageProblem


class Answer(StrEnum):
    """What the person who knows the field says of an assumption."""

    HOLDS = "holds"
    DOUBTFUL = "doubtful"
    BROKEN = "broken"


@dataclass(frozen=True)
class Assumption:
    """One assumption: its code, texts in four languages, what happens when it does not hold.

    Args:
        code: stable name.
        texts: text by language; ``broken_fr`` and so on hold the consequence.
        refuses: no estimate may be printed when it is broken.
    """

    code: str
    texts: tuple[tuple[str, str], ...]
    refuses: bool

    def text(self, language: str) -> str:
        """The assumption, in ``fr``, ``nl``, ``de`` or ``en``."""
        return dict(self.texts)[language]

    def consequence(self, language: str) -> str:
        """What becomes of the figures when it does not hold."""
        return dict(self.texts)[f"broken_{language}"]


@dataclass(frozen=True)
class TickedAssumptions:
    """Answers, by whom and when.

    Args:
        answers: assumption code → answer; those left out are unanswered.
        answered_by: role of the person who answered (never a person counted).
        answered_on: ISO date.

    Raises:
        UsageProblem: EST015 (codes that no assumption has).
    """

    answers: Mapping[str, Answer]
    answered_by: str
    answered_on: str

    def __post_init__(self) -> None:
        unknown = set(self.answers) - {assumption.code for assumption in assumptions()}
        if unknown:
            raise UsageProblem("EST015", unknown=len(unknown))

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Codes without an answer, in the printed order."""
        return tuple(each.code for each in assumptions() if each.code not in self.answers)

    @property
    def refusing(self) -> tuple[str, ...]:
        """Codes answered "broken" that forbid an estimate."""
        return tuple(
            each.code
            for each in assumptions()
            if each.refuses and self.answers.get(each.code) is Answer.BROKEN
        )


@cache
def assumptions() -> tuple[Assumption, ...]:
    """All assumptions, in the order in which they are printed."""
    data = resources.files("denombrement.estimation") / "data" / "assumptions.toml"
    content = tomllib.loads(data.read_text(encoding="utf-8"))
    return tuple(
        Assumption(
            code,
            tuple((key, text) for key, text in texts.items() if key != "when_broken"),
            texts["when_broken"] == "refuse",
        )
        for code, texts in content.items()
    )
