"""The rules themselves, read from ``data/rules.json``: what is asked, what is an error, what is a warning."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from denombrement.errors import UsageProblem
from denombrement.survey.questionnaire import read_rows
from denombrement.survey.rules.tree import Expression, parse


@dataclass(frozen=True, slots=True)
class Check:
    """A check of answers together: a problem where ``when`` is true.

    ``level`` is ``error`` (the record cannot be counted as it is) or ``warning``; ``question`` is the last question
    involved, where a form shows the message; ``of`` is ``declaration`` or ``child``.
    """

    code: str
    level: str
    of: str
    question: str
    when: Expression


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules of one version: ``asked`` says when a question is asked (absent: always)."""

    version: str
    asked: dict[str, Expression]
    checks: tuple[Check, ...]

    def of(self, of: str) -> tuple[Check, ...]:
        """Checks of a ``declaration`` or of a ``child``."""
        return tuple(check for check in self.checks if check.of == of)


@cache
def load_rules() -> RuleBook:
    """The rules of the package."""
    text = (resources.files("denombrement.survey") / "data" / "rules.json").read_text(encoding="utf-8")
    raw = json.loads(text)
    return RuleBook(
        version=raw["version"],
        asked={code: parse(node) for code, node in raw["asked"].items()},
        checks=tuple(
            Check(each["code"], each["level"], each["of"], each["question"], parse(each["when"]))
            for each in raw["checks"]
        ),
    )


def message(code: str, language: str) -> str:
    """What a form or a correction sheet says when the check fails.

    Raises:
        UsageProblem: SUR003 where there is no such text.
    """
    text = _messages().get((code, language))
    if text is None:
        raise UsageProblem("SUR003", text_code=code, language=language)
    return text


@cache
def _messages() -> dict[tuple[str, str], str]:
    return {(row["code"], row["language"]): row["message"] for row in read_rows("rule_messages.csv")}
