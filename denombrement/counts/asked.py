"""Who was asked a question at all: the questionnaire's own conditions, applied to the persons counted.

A blank means two things. Somebody to whom a question does not apply (a Belgian's residence status) was *not asked*; of
somebody else without an answer it is *unknown*. The conditions are those by which every form shows or hides its
questions (``survey/data/rules.json``), so that report and forms cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from denombrement.counts.table import Hierarchy
from denombrement.dedup.resolution import NOT_HOMELESS, UNKNOWN
from denombrement.survey.questionnaire import DONT_KNOW, question
from denombrement.survey.rules import Expression, RuleContext, compile_expression, fields_of, load_rules

if TYPE_CHECKING:
    import pandas as pd

NOT_ASKED = "not_asked"
# What the dimensions of questions and of situations join under ``unknown``.
_JOINED = (None, DONT_KNOW, UNKNOWN, NOT_HOMELESS)


def condition_of(code: str) -> Expression | None:
    """When a question is asked; None where everybody is."""
    return load_rules().asked.get(code)


def was_asked(persons: pd.DataFrame, code: str, night: date) -> pd.Series[bool]:
    """Whether the question concerned each person.

    Check that the answers which decide (``nationality`` for ``residence_status``) are those kept for the person: where
    two declarations disagree, the one believed decides, even if the other one holds an answer.

    Args:
        persons: one row a person, with the questions' columns as resolution gives them.
        code: the question.
        night: the reference night.
    """
    import pandas as pd

    rule = condition_of(code)
    if rule is None:
        return pd.Series(data=True, index=persons.index)
    verdict = compile_expression(rule, RuleContext(night))
    given = persons[sorted(fields_of(rule))].astype("object")
    given = given.where(given.notna(), None)
    # The rule is asked once of each combination of answers: there are few, whatever the number of persons.
    kind, _ = pd.factorize(pd.MultiIndex.from_frame(given.astype(str)))
    first = pd.Series(kind).drop_duplicates().index
    rows = given.iloc[first].itertuples(index=False, name=None)
    asked = np.array([verdict(dict(zip(given.columns, row, strict=True))) for row in rows], dtype=np.bool_)
    return pd.Series(asked[kind], index=persons.index, dtype=bool)


def deciding_question(code: str) -> str | None:
    """The question with one answer out of a list that alone decides whether another one is asked."""
    rule = condition_of(code)
    fields = () if rule is None else tuple(fields_of(rule))
    alone = len(fields) == 1 and question(fields[0]).kind == "choice"
    return fields[0] if alone else None


def contradictions(
    code: str, answers: Hierarchy, deciding: Hierarchy, night: date
) -> Iterator[Mapping[str, str]]:
    """Codes that nobody can have together, because one decides whether the other is asked.

    Args:
        code: the question, with a condition on one other.
        answers: codes of the question, ``not_asked`` among them.
        deciding: codes of the question that decides.
        night: the reference night.
    """
    rule, field = condition_of(code), deciding_question(code)
    if rule is None or field is None:
        return
    verdict = compile_expression(rule, RuleContext(night))
    for decided in deciding.leaves:
        said: Iterable[str | None] = _JOINED if decided == UNKNOWN else (decided,)
        outcomes = {verdict({field: each}) for each in said}
        for answer in answers.leaves if len(outcomes) == 1 else ():
            if (answer == NOT_ASKED) in outcomes:
                yield {deciding.dimension: decided, answers.dimension: answer}
