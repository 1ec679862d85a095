"""One person's answers from several declarations: ordered rules, and a record of what each one decided.

The default order (a proposal of ours: the Belgian rule is not published) believes the exact night before the two
weeks around it, the place's own register before others, a form filled in with the person before one without, and
last the most severe situation. ``dont_know`` and a missing answer never win over an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from denombrement.errors import UsageProblem
from denombrement.intake.batches import typed_answers
from denombrement.reference import categories, category_of
from denombrement.survey.questionnaire import DONT_KNOW, Question, options, questions

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

UNKNOWN = "unknown"
NOT_HOMELESS = "not_homeless"
ASK = "ask"
# Column with the rank of the service's return among all, the earliest first.
RETURNED = "returned_rank"
_NEVER = 2**31 - 1

# Answers about the place go together: they come from the declaration whose situation is believed.
WITH_SITUATION = ( "place_detail", "night_precision", "situation_source", "commune_night", "leaving_when",
    "leaving_date", "housing_on_leaving", "stay_prolonged", "eviction_when", "eviction_date", "outside_reason",
    "overrule_reason", "person_present",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolved:
    """Persons and what had to be decided about them.

    Args:
        persons: one row a person: ``person``, ``declarations`` (their number), ``services``, ``believed_service`` and
            ``believed_declaration`` (whose situation is kept), and every question of the declaration.
        decisions: one row a person and question on which declarations disagree: ``person``, ``question``, ``rule``
            (the rule that settled it; ``ask`` where none did), ``answers`` (how many different ones).
    """

    persons: pd.DataFrame
    decisions: pd.DataFrame

    @property
    def undecided(self) -> int:
        """Persons whose situation no rule settled: a human must."""
        asked = (self.decisions["rule"] == ASK) & (self.decisions["question"] == "situation")
        return int(asked.sum())


def resolve(declarations: pd.DataFrame, members: pd.DataFrame, rules: Sequence[str]) -> Resolved:
    """Settles each person's answers.

    Args:
        declarations: the columns of the store's ``declarations``.
        members: ``service``, ``declaration_id``, ``person``, as deduplication gives them.
        rules: names of rules, the first that settles wins.

    Raises:
        UsageProblem: LNK902 for an unknown rule.
    """
    with _ranked(declarations, members, rules) as connection:
        return Resolved(_persons(connection), _decisions(connection, rules))


def resolve_persons(declarations: pd.DataFrame, members: pd.DataFrame, rules: Sequence[str]) -> pd.DataFrame:
    """The persons of ``resolve`` without the record of what was decided, for trying other rules and partitions.

    Args:
        declarations: as in ``resolve``; ``returned_rank`` too for the rules that ask which return came first.
        members: as in ``resolve``.
        rules: also those of ``ALTERNATIVE_RULES``.

    Raises:
        UsageProblem: LNK902 for an unknown rule.
    """
    with _ranked(declarations, members, rules) as connection:
        return _persons(connection)


@contextmanager
def _ranked(
    declarations: pd.DataFrame, members: pd.DataFrame, rules: Sequence[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose table ``ranked`` has each person's declarations, the believed one first."""
    import duckdb

    known = (*RULES, *(ALTERNATIVE_RULES if RETURNED in declarations.columns else ()))
    unknown = [rule for rule in rules if rule not in known]
    if unknown:
        raise UsageProblem("LNK902", rule=unknown[0], known=", ".join(RULES))
    connection = duckdb.connect()
    try:
        connection.register("severities", _severities())
        connection.register("declared", typed_answers(declarations))
        connection.register("members", members)
        _rank(connection, rules)
        yield connection
    finally:
        connection.close()


def believing_order(declarations: pd.DataFrame, rules: Sequence[str]) -> pd.DataFrame:
    """``service`` and ``declaration_id`` of all declarations, the one to believe before the others first.

    Whoever turns out to be one person, the first of its declarations in this order is the one that ``resolve`` believes.
    """
    import duckdb

    connection = duckdb.connect()
    try:
        connection.register("severities", _severities())
        connection.register("declared", typed_answers(declarations))
        order = ", ".join([*_rule_keys(rules), "service", "declaration_id"])
        return connection.execute(
            f"SELECT service, declaration_id FROM declared LEFT JOIN severities USING (situation) ORDER BY {order}"
        ).df()
    finally:
        connection.close()


def _rule_keys(rules: Sequence[str]) -> list[str]:
    # A situation that is not known is behind any that is, whatever the rules.
    return [
        "CASE WHEN severity IS NULL THEN 1 ELSE 0 END",
        *({**RULES, **ALTERNATIVE_RULES}[rule]() for rule in rules),
    ]


def _is_known(column: str) -> str:
    return f"({column} IS NOT NULL AND {column} <> '{DONT_KNOW}')"


RULES: dict[str, Callable[[], str]] = {
    "exact_night": lambda: (
        "CASE night_precision WHEN 'exact_night' THEN 0 WHEN 'within_two_weeks' THEN 1 ELSE 2 END"
    ),
    "own_register": lambda: (
        "CASE situation_source WHEN 'own_register' THEN 0 WHEN 'worker_saw' THEN 1 "
        "WHEN 'person_said' THEN 2 WHEN 'third_party' THEN 3 ELSE 4 END"
    ),
    "person_present": lambda: "CASE person_present WHEN 'with_person' THEN 0 ELSE 1 END",
    "most_severe": lambda: "severity",
}
# Only to see what they would change: no campaign is settled by them. A return of unknown date is behind the others.
ALTERNATIVE_RULES: dict[str, Callable[[], str]] = {
    "least_severe": lambda: "-severity",
    "first_return": lambda: f"coalesce({RETURNED}, {_NEVER})",
    "last_return": lambda: f"coalesce(-{RETURNED}, {_NEVER})",
}


def _severities() -> pd.DataFrame:
    import pandas as pd

    order = [category.code for category in categories() if category.code != UNKNOWN] + [NOT_HOMELESS]
    rank = {code: position for position, code in enumerate(order)}
    situations = _situations()
    return pd.DataFrame(
        {
            "situation": situations,
            "severity": [rank[code if code == NOT_HOMELESS else category_of(code)] for code in situations],
        }
    )


def _situations() -> list[str]:
    return [code for code in options("situation") if code != UNKNOWN]


def _rank(connection: duckdb.DuckDBPyConnection, rules: Sequence[str]) -> None:
    keys = _rule_keys(rules)
    listed = ", ".join(f"{key} AS rule_{rank}" for rank, key in enumerate(keys))
    order = ", ".join(f"rule_{rank}" for rank in range(len(keys)))
    connection.execute(
        f"""CREATE TEMP TABLE ranked AS
        WITH keyed AS (
            SELECT person, declared.*, severity, {listed}
            FROM members JOIN declared USING (service, declaration_id) LEFT JOIN severities USING (situation))
        SELECT *, row_number() OVER ranking AS place, first_value(situation) OVER ranking AS believed_situation
        FROM keyed WINDOW ranking AS (PARTITION BY person ORDER BY {order}, service, declaration_id)"""
    ).fetchall()


def _persons(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    answers = ", ".join(
        _kept(each)
        for each in questions("declaration")
        if each.code != "situation" and each.kind != "children"
    )
    return connection.execute(
        f"""SELECT person, count(*)::INTEGER AS declarations, count(DISTINCT service)::INTEGER AS services,
            arg_min(service, place) AS believed_service, arg_min(declaration_id, place) AS believed_declaration,
            coalesce(any_value(believed_situation), '{UNKNOWN}') AS situation, {answers}
        FROM ranked GROUP BY person ORDER BY person"""
    ).df()


def _kept(question: Question) -> str:
    """The best-placed known answer; about the place, only from declarations that tell of the place believed."""
    known = _known_filter(question.kind, question.code)
    if question.code in WITH_SITUATION:
        known += " AND situation IS NOT DISTINCT FROM believed_situation"
    return f"arg_min({question.code}, place) FILTER ({known}) AS {question.code}"


def _known_filter(kind: str, column: str) -> str:
    if kind in {"integer", "date"}:
        return f"{column} IS NOT NULL"
    if kind == "choices":
        return f"{column} IS NOT NULL AND {column} <> ['{DONT_KNOW}']"
    return _is_known(column)


def _decisions(connection: duckdb.DuckDBPyConnection, rules: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    parts = [_disagreements(connection, "situation", "severity IS NOT NULL", rules)]
    for each in questions("declaration"):
        if each.code in {"situation", *WITH_SITUATION} or each.kind not in {"choice", "commune"}:
            continue
        parts.append(_disagreements(connection, each.code, _is_known(each.code), rules))
    every = pd.concat(parts, ignore_index=True)
    return every.sort_values(["person", "question"], ignore_index=True)


def _disagreements(
    connection: duckdb.DuckDBPyConnection, column: str, known: str, rules: Sequence[str]
) -> pd.DataFrame:
    """Persons whose declarations give several answers, and the rule that put the last rival behind the winner."""
    behind = " ".join(
        f"WHEN rival.rule_{rank} > winner.rule_{rank} THEN {rank}" for rank in range(1, len(rules) + 1)
    )
    never = len(rules) + 1
    names = [*rules, ASK]
    return connection.execute(
        f"""WITH known AS (SELECT * FROM ranked WHERE {known}),
        winner AS (SELECT * FROM known QUALIFY row_number() OVER (PARTITION BY person ORDER BY place) = 1),
        rival AS (SELECT known.* FROM known JOIN winner USING (person) WHERE known.{column} <> winner.{column})
        SELECT person, '{column}' AS question, ?[max(CASE {behind or "WHEN false THEN 0"} ELSE {never} END)] AS rule,
            (count(DISTINCT rival.{column}) + 1)::INTEGER AS answers
        FROM rival JOIN winner USING (person) GROUP BY person""",
        [names],
    ).df()
