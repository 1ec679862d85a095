"""The tables of the store: their columns follow from the questionnaire, so that a new question is data."""

from __future__ import annotations

from functools import cache

from denombrement.survey.questionnaire import questions

STORE_FORMAT = "1"

_SQL_TYPES = {
    "choice": "VARCHAR",
    "commune": "VARCHAR",
    "choices": "VARCHAR[]",
    "integer": "INTEGER",
    "date": "DATE",
}

_KEY = {"service": "VARCHAR", "declaration_id": "VARCHAR"}


@cache
def declaration_columns() -> dict[str, str]:
    """Column -> SQL type of ``declarations``: one row a declaration of the current returns."""
    answers = {
        each.code: _SQL_TYPES[each.kind] for each in questions("declaration") if each.kind != "children"
    }
    identity = {
        "identity_status": "VARCHAR",
        "recipe": "VARCHAR",
        "code": "VARCHAR",
        "opaque_code": "VARCHAR",
    }
    return {**_KEY, "revision": "INTEGER", **identity, **answers, "children_count": "INTEGER"}


@cache
def child_columns() -> dict[str, str]:
    """Column -> SQL type of ``children``: one row a child as one declaration names it, ``rank`` from 0."""
    answers = {each.code: _SQL_TYPES[each.kind] for each in questions("child")}
    return {**_KEY, "rank": "INTEGER", **answers}


TABLES: dict[str, dict[str, str]] = {
    "meta": {"name": "VARCHAR PRIMARY KEY", "content": "VARCHAR"},
    "journal": {"number": "INTEGER PRIMARY KEY", "line": "VARCHAR"},
    # status: current, superseded, outdated (older than the current one), refused.
    "returns": {
        "sha256": "VARCHAR",
        "rank": "INTEGER",
        "file": "VARCHAR",
        "kind": "VARCHAR",
        "service": "VARCHAR",
        "number": "INTEGER",
        "made_at": "VARCHAR",
        "met_nobody": "BOOLEAN",
        "declarations": "INTEGER",
        "withdrawn": "INTEGER",
        "status": "VARCHAR",
        "reason": "VARCHAR",
    },
    # One row a rejected record or file; place says where, reason which code; never a value.
    "quarantine": {
        "sha256": "VARCHAR",
        "service": "VARCHAR",
        "declaration_id": "VARCHAR",
        "place": "VARCHAR",
        "question": "VARCHAR",
        "reason": "VARCHAR",
    },
    "warnings": {**_KEY, "child": "INTEGER", "reason": "VARCHAR"},
    # What the current returns take back.
    "withdrawals": dict(_KEY),
    # Declarations of other files of a service (sha256) of which its current return says nothing: two computers?
    "unheard": {**_KEY, "sha256": "VARCHAR"},
    # Columns of tokens are added as the recipe's tokens are met.
    "tokens": dict(_KEY),
}


def create_statements() -> list[str]:
    """SQL that makes an empty store."""
    every = {**TABLES, "declarations": declaration_columns(), "children": child_columns()}
    return [
        f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        for table, columns in every.items()
    ]
