"""Who is counted: homeless or houseless in the sense of ETHOS Light and BE7, with a link to the territory.

The reasons to leave somebody out are data (``data/scope.json``), in the questionnaire's rule language: a Housing
First tenant, a detainee who leaves in more than a month, an eviction in more than a month, nobody's child alone. The
first reason that holds is the person's. Whoever is left out is still listed, with the reason: nobody is lost.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from denombrement.intake.batches import typed_answers
from denombrement.survey.rules import Expression, RuleContext, parse
from denombrement.survey.rules.sql import sql_expression

if TYPE_CHECKING:
    import pandas as pd

COUNTED = "counted"


@cache
def scope_reasons() -> dict[str, Expression]:
    """Reason code -> when it holds, in the order in which they are tried."""
    text = (resources.files("denombrement.counts") / "data" / "scope.json").read_text(encoding="utf-8")
    return {each["code"]: parse(each["when"]) for each in json.loads(text)["outside"]}


def scope_of(persons: pd.DataFrame, context: RuleContext) -> pd.Series[str]:
    """``counted``, or the reason why a person is outside the count.

    Args:
        persons: one row a person, with the questions' columns as resolution gives them.
        context: the campaign's dates.

    Returns:
        One code a row, in the same order.
    """
    import duckdb

    cases = " ".join(
        f"WHEN {sql_expression(when, context)} THEN '{code}'" for code, when in scope_reasons().items()
    )
    connection = duckdb.connect()
    try:
        connection.register("persons", typed_answers(persons.assign(rank_of_row=range(len(persons)))))
        found = connection.execute(
            f"SELECT CASE {cases} ELSE '{COUNTED}' END AS scope FROM persons ORDER BY rank_of_row"
        ).df()
    finally:
        connection.close()
    scope: pd.Series[str] = found["scope"].set_axis(persons.index)
    return scope
