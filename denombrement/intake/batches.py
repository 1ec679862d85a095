"""Declarations as columns, so that storing and judging never walk over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
_IDENTITY_COLUMNS = {
    "identity_status": "status",
    "recipe": "recipe",
    "code": "code",
    "opaque_code": "opaque_code",
}


def declarations_table(services: Sequence[str], declarations: Sequence[Declaration]) -> pa.Table:
    """One row a declaration, with the columns of the store; ``services`` gives each one's service."""
    answers = [each.__dict__ for each in declarations]
    identities = [each["identity"].__dict__ for each in answers]
    kinds = declaration_columns()
    own = [name for name in kinds if name in Declaration.model_fields]
    columns = dict(zip(own, _transposed(answers, own), strict=True))
    for name, source in _IDENTITY_COLUMNS.items():
        columns[name] = [identity[source] for identity in identities]
    columns["service"] = services
    columns["children_count"] = [len(each["children"]) for each in answers]
    return pa.table({name: pa.array(columns[name], type=_ARROW_TYPES[kind]) for name, kind in kinds.items()})


def children_table(services: Sequence[str], declarations: Sequence[Declaration]) -> pa.Table:
    """One row a child as a declaration names it."""
    rows = [
        {"service": service, "declaration_id": each.declaration_id, "rank": rank, **child.__dict__}
        for service, each in zip(services, declarations, strict=True)
        if each.children
        for rank, child in enumerate(each.children)
    ]
    kinds = child_columns()
    columns = _transposed(rows, list(kinds))
    return pa.table(
        {
            name: pa.array(column, type=_ARROW_TYPES[kinds[name]])
            for name, column in zip(kinds, columns, strict=True)
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
    keys = [[service for service, _, _ in holders], [identifier for _, identifier, _ in holders]]
    columns = [*keys, *_transposed([tokens for _, _, tokens in holders], names)]
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip([*_KEYS, *names], columns, strict=True)}
    )


def _transposed(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Sequence[Any]]:
    """Columns of rows given as mappings, missing where a row lacks the name."""
    if not rows or not names:
        return [[] for _ in names]
    return list(zip(*(tuple(map(row.get, names)) for row in rows), strict=True))


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
