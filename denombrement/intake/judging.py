"""Judges stored declarations by the questionnaire's rules, in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from denombrement.intake.model import RULE_PREFIX, Rejected
from denombrement.intake.store import Store
from denombrement.survey.rules import Check, RuleContext, load_rules
from denombrement.survey.rules.sql import sql_expression

_TABLE_OF = {"declaration": "declarations", "child": "children"}

Key = tuple[str, str]


def judge(
    store: Store, services: Sequence[str], context: RuleContext, places: Mapping[Key, str]
) -> dict[Key, Rejected]:
    """Sets aside the declarations of these services that break a rule, and notes the warnings of the others.

    Call it inside an act. ``places`` says where each declaration stood in its file.

    Returns:
        The first rule that each rejected declaration breaks, by service and declaration.
    """
    broken: dict[Key, Rejected] = {}
    for check, service, identifier, _child in _failing(store, services, context, "error"):
        key = (service, identifier)
        reason = RULE_PREFIX + check.code
        broken.setdefault(key, Rejected(places[key], check.question, reason, identifier))
    _remove(store, broken)
    _note_warnings(store, services, context)
    return broken


def _failing(
    store: Store, services: Sequence[str], context: RuleContext, level: str
) -> list[tuple[Check, str, str, int | None]]:
    checks = [check for check in load_rules().checks if check.level == level]
    found = store.rows(
        f"SELECT * FROM ({_union(checks, context)}) ORDER BY 1, 2, 3, 4", [list(services)] * len(checks)
    )
    return [(checks[rank], service, identifier, child) for rank, service, identifier, child in found]


def _note_warnings(store: Store, services: Sequence[str], context: RuleContext) -> None:
    checks = [check for check in load_rules().checks if check.level == "warning"]
    codes = [RULE_PREFIX + check.code for check in checks]
    store.rows(
        f"INSERT INTO warnings SELECT service, declaration_id, child, ?[check_rank + 1] "
        f"FROM ({_union(checks, context)})",
        [codes, *([list(services)] * len(checks))],
    )


def _union(checks: Sequence[Check], context: RuleContext) -> str:
    return " UNION ALL ".join(
        f"SELECT {rank} AS check_rank, service, declaration_id, "
        f"{'rank' if check.of == 'child' else 'NULL::INTEGER'} AS child "
        f"FROM {_TABLE_OF[check.of]} WHERE service IN (SELECT unnest(?)) AND {sql_expression(check.when, context)}"
        for rank, check in enumerate(checks)
    )


def _remove(store: Store, broken: Mapping[Key, Rejected]) -> None:
    if not broken:
        return
    for table in ("declarations", "children", "tokens"):
        store.rows(
            f"DELETE FROM {table} WHERE (service, declaration_id) IN (SELECT (unnest(?), unnest(?)))",
            [[service for service, _ in broken], [identifier for _, identifier in broken]],
        )
