"""The columns of the research file with their labels: what every format and both codebooks are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from denombrement.publication.research.plan import ANY, HIDDEN, UNKNOWN, ResearchPlan
from denombrement.publication.research.recoding import NUMBER, Recoded

MENTIONED, NOT_MENTIONED = "mentioned", "not_mentioned"


@dataclass(frozen=True)
class Variable:
    """One column.

    Args:
        name: of the column; letters, digits and underscores.
        label: its text.
        codes: code → text, in order; empty for a number.
        role: ``quasi``, ``sensitive``, ``other`` or ``number``.
    """

    name: str
    label: str
    codes: Mapping[str, str]
    role: str

    def number_of(self, code: str) -> int:
        """Rank of a code from 1, as SPSS and Stata hold it."""
        return list(self.codes).index(code) + 1


@dataclass(frozen=True, eq=False)
class ResearchFile:
    """A frame of codes (strings, empty when nobody knows) and its variables in column order."""

    frame: pd.DataFrame
    variables: tuple[Variable, ...]


@dataclass(frozen=True)
class Wording:
    """Where labels come from: of columns and of codes, in one language; ``options`` lists a question's codes in order."""

    language: str
    column: Callable[[str], str]
    code: Callable[[str, str], str]
    options: Callable[[str], Sequence[str]]


def research_file(
    recoded: Recoded, plan: ResearchPlan, several: Sequence[str], words: Wording
) -> ResearchFile:
    """The file's columns, questions with several answers as one column an answer.

    Args:
        recoded: the recoded persons.
        plan: its columns.
        several: questions with several answers.
        words: labels.
    """
    columns: dict[str, list[object]] = {NUMBER: list(recoded.frame[NUMBER])}
    variables = [Variable(NUMBER, plan.labels[NUMBER][words.language], {}, "number")]
    roles = {
        **{each.name: "quasi" for each in plan.quasi},
        **dict.fromkeys(plan.sensitive, "sensitive"),
        **dict.fromkeys(plan.other, "other"),
    }
    for name, role in roles.items():
        if name in several:
            for option in words.options(name):
                column = f"{name}_{option}"
                columns[column] = [_mention(given, option) for given in recoded.frame[name]]
                variables.append(_mention_variable(name, option, plan, words, role))
        else:
            columns[name] = list(recoded.frame[name])
            variables.append(_variable(name, recoded.frame[name], plan, words, role))
    return ResearchFile(pd.DataFrame(columns), tuple(variables))


def _mention(given: object, option: str) -> str | None:
    if not pd.api.types.is_list_like(given):
        return None
    return MENTIONED if option in list(given) else NOT_MENTIONED  # type: ignore[call-overload]


def _mention_variable(name: str, option: str, plan: ResearchPlan, words: Wording, role: str) -> Variable:
    codes = {code: plan.labels[code][words.language] for code in (MENTIONED, NOT_MENTIONED)}
    return Variable(f"{name}_{option}", f"{words.column(name)} {words.code(name, option)}", codes, role)


def _variable(name: str, values: pd.Series[str], plan: ResearchPlan, words: Wording, role: str) -> Variable:
    present = set(values.dropna())
    ours = [code for code in plan.labels if code in present and code not in {ANY, HIDDEN, UNKNOWN}]
    known = [code for code in words.options(name) if code in present and code not in ours]
    last = [code for code in (UNKNOWN, ANY, HIDDEN) if code in present and code not in known]
    rest = sorted(present - {*ours, *known, *last})
    codes = {
        code: plan.labels[code][words.language] if code in plan.labels else words.code(name, code)
        for code in (*ours, *known, *rest, *last)
    }
    own = plan.labels.get(name)
    return Variable(name, own[words.language] if own else words.column(name), codes, role)
