"""Declarations as columns, so that storing and judging never walk over rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from denombrement.intake.tables import child_columns, declaration_columns
from denombrement.survey.record import Declaration

if TYPE_CHECKING:
    import pandas as pd

_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "INTEGER": pa.int32(),
    "DATE": pa.date32(),
}
_KEYS = ("service", "declaration_id")


def declarations_table(services: Sequence[str], declarations: Sequence[Declaration]) -> pa.Table:
    """One row a declaration, with the columns of the store; ``services`` gives each one's service."""
    answers = [each.__dict__ for each in declarations]
    identities = [each["identity"].__dict__ for each in answers]
    columns: dict[str, Any] = {}
    for name, kind in declaration_columns().items():
        if name == "service":
            column: Sequence[Any] = services
        elif name == "identity_status":
            column = [identity["status"] for identity in identities]
        elif name in {"recipe", "code", "opaque_code"}:
            column = [identity[name] for identity in identities]
        elif name == "children_count":
            column = [len(each["children"]) for each in answers]
        else:
            column = [each[name] for each in answers]
        columns[name] = pa.array(column, type=_ARROW_TYPES[kind])
    return pa.table(columns)


def children_table(services: Sequence[str], declarations: Sequence[Declaration]) -> pa.Table:
    """One row a child as a declaration names it."""
    rows = [
        (service, each.declaration_id, rank, child.__dict__)
        for service, each in zip(services, declarations, strict=True)
        for rank, child in enumerate(each.children)
    ]
    fixed = {"service": 0, "declaration_id": 1, "rank": 2}
    return pa.table(
        {
            name: pa.array(
                [row[fixed[name]] if name in fixed else row[3][name] for row in rows], type=_ARROW_TYPES[kind]
            )
            for name, kind in child_columns().items()
        }
    )


def tokens_table(services: Sequence[str], declarations: Sequence[Declaration]) -> pa.Table:
    """One row a declaration that has tokens, one column a token, in the order of their names."""
    holders = [
        (service, each.declaration_id, each.identity.tokens)
        for service, each in zip(services, declarations, strict=True)
        if each.identity.tokens
    ]
    names = sorted(set().union(*(tokens.keys() for _, _, tokens in holders)))
    columns = {key: pa.array([row[rank] for row in holders], pa.string()) for rank, key in enumerate(_KEYS)}
    for name in names:
        columns[name] = pa.array([tokens.get(name) for _, _, tokens in holders], pa.string())
    return pa.table(columns)


@cache
def key_columns() -> tuple[str, ...]:
    """What names a declaration in every table of the store."""
    return _KEYS


def typed_answers(frame: pd.DataFrame) -> pa.Table:
    """A frame of answers with the types of the store, also where a column holds nothing.

    Without it an empty column has no type of its own, and comparing it with a code fails.
    """
    kinds = declaration_columns()
    columns = {
        name: pa.array(frame[name].tolist(), type=_ARROW_TYPES[kinds[name]], from_pandas=True)
        if name in kinds
        else pa.array(frame[name], from_pandas=True)
        for name in frame.columns
    }
    return pa.table(columns)
