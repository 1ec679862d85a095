"""The returns of the services, as the plain values their forms would seal: whole states, zero returns, corrections.

Built from columns, without a model per row, so that a million declarations cost seconds; tests hold every body equal
to what the record's model accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from denombrement.dedup.codes.frame import tokens_frame
from denombrement.dedup.codes.recipe import Recipe
from denombrement.errors import UsageProblem
from denombrement.survey.record import SCHEMA_VERSION
from denombrement.synthetic.draws import Texts
from denombrement.synthetic.frames import DATES, NUMBERS
from denombrement.synthetic.people import CHOICES
from denombrement.synthetic.province import ANSWERS, IDENTITY, Province

Body = dict[str, Any]
IdentityFunction = Callable[[pd.DataFrame], Sequence[Mapping[str, Any]]]
SECOND_RETURN_AFTER = timedelta(hours=1)
MADE_WITH = "denombrement-synthetic 1"
FIRST_KNOWN_LATER = "commune_night"


def returns(
    province: Province, campaign_id: str, made_at: datetime, identity: IdentityFunction
) -> Iterator[tuple[str, Body]]:
    """Every return, in the order in which it was made, as ``(service_id, body)``.

    A body is valid for `denombrement.survey.record.Return` once dates are read from text; it is ready for ``orjson``.
    Services that are silent or refuse give none; those that met nobody say so; those that correct or withdraw a
    declaration give a second one an hour later, which holds their whole state.

    Args:
        province: made by `generate`.
        campaign_id: identifier of the campaign.
        made_at: moment of the first returns, with its time zone.
        identity: gives the ``Identity`` (status ``coded`` or ``not_known``) of each row of a service's declarations, in
            order, from the columns ``given_name, family_name, birth_year, birth_month, birth_day, sex``; see
            `keyed_identities`. Persons who refused, or of whom nothing is known, are filled in here.

    Raises:
        UsageProblem: SYN006, another number of identities than of rows.
    """
    spans = _spans(province)
    children = _children(province)
    first, later = made_at.isoformat(), (made_at + SECOND_RETURN_AFTER).isoformat()
    answered = province.services["answer"].isin(["declares", "zero"])
    for service_id in province.services.loc[answered, "service_id"]:
        span = spans.get(service_id)
        head = _head(campaign_id, service_id)
        if span is None:
            yield service_id, {**head, "number": 1, "made_at": first, "met_nobody": True}
            continue
        rows = province.declarations.iloc[span]
        bodies = _declarations(rows, identity, children)
        second = rows["corrected"].to_numpy() | rows["withdrawn"].to_numpy()
        yield (
            service_id,
            {**head, "number": 1, "made_at": first, "declarations": _first(rows, bodies)},
        )
        if second.any():
            state = _second(rows, bodies)
            yield service_id, {**head, "number": 2, "made_at": later, **state}


def keyed_identities(secret: bytes, campaign_id: str, recipe: Recipe) -> IdentityFunction:
    """An identity function that keys names and dates as the forms do.

    Args:
        secret: the campaign's 32-byte secret.
        campaign_id: identifier of the campaign.
        recipe: which tokens are made.
    """

    def identities(rows: pd.DataFrame) -> list[Body]:
        return identities_of_tokens(tokens_frame(rows, secret, campaign_id, recipe), recipe.name)

    return identities


def identities_of_tokens(tokens: pd.DataFrame, recipe_name: str) -> list[Body]:
    """Identities from a frame of tokens (``code`` first, ``None`` where a part is missing), one per row."""
    names = [name for name in tokens.columns if name != "code"]
    codes = tokens["code"].tolist()
    columns = [tokens[name].tolist() for name in names]
    found: list[Body] = []
    for code, *values in zip(codes, *columns, strict=True):
        kept = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        if code is None and not kept:
            found.append({"status": "not_known"})
            continue
        entry: Body = {"status": "coded", "recipe": recipe_name, "tokens": kept}
        found.append(entry if code is None else {**entry, "code": code})
    return found


def _head(campaign_id: str, service_id: str) -> Body:
    return {
        "schema_version": SCHEMA_VERSION,
        "campaign": campaign_id,
        "service": service_id,
        "made_with": MADE_WITH,
        "language": "fr",
    }


def _spans(province: Province) -> dict[str, slice]:
    """Where each service's declarations stand: they are sorted by service."""
    column = province.declarations["service_id"].cat
    values, starts, counts = np.unique(column.codes.to_numpy(), return_index=True, return_counts=True)
    return {
        str(column.categories[value]): slice(int(start), int(start + count))
        for value, start, count in zip(values.tolist(), starts.tolist(), counts.tolist(), strict=True)
    }


def _children(province: Province) -> dict[str, list[Body]]:
    """The children listed, by declaration."""
    frame = province.declared_children
    by_declaration: dict[str, list[Body]] = {}
    for declaration_id, birth_year, child_sex, link, other_parent in zip(
        frame["declaration_id"].tolist(),
        frame["birth_year"].tolist(),
        *(frame[column].tolist() for column in ("child_sex", "link", "other_parent")),
        strict=True,
    ):
        child = {"birth_year": birth_year, "child_sex": child_sex, "link": link, "other_parent": other_parent}
        by_declaration.setdefault(declaration_id, []).append(child)
    return by_declaration


def _declarations(
    rows: pd.DataFrame, identity: IdentityFunction, children: Mapping[str, list[Body]]
) -> list[Body]:
    """The declarations of one service; a question without an answer is left out."""
    identities = _identities(rows, identity)
    columns = [_values(question, rows[question]).tolist() for question in ANSWERS]
    bodies = []
    for declaration_id, revision, who, *values in zip(
        rows["declaration_id"].tolist(), rows["revision"].tolist(), identities, *columns, strict=True
    ):
        body: Body = {"declaration_id": declaration_id, "revision": revision, "identity": who}
        body.update([pair for pair in zip(ANSWERS, values, strict=True) if pair[1] is not None])
        if declaration_id in children:
            body["children"] = children[declaration_id]
        bodies.append(body)
    return bodies


def _identities(rows: pd.DataFrame, identity: IdentityFunction) -> list[Mapping[str, Any]]:
    given = identity(rows[list(IDENTITY)])
    if len(given) != len(rows):
        raise UsageProblem("SYN006", given=len(given), expected=len(rows))
    statuses = rows["identity_status"].tolist()
    return [
        each if status == "coded" else {"status": status}
        for each, status in zip(given, statuses, strict=True)
    ]


def _values(question: str, column: pd.Series[Any]) -> Texts:
    """The column as plain values, ``None`` where there is no answer."""
    if question in NUMBERS:
        numbers = column.astype(object)
        return np.asarray(numbers.where(column.notna(), None), dtype=object)
    if question in DATES:
        texts = np.datetime_as_string(column.to_numpy().astype("datetime64[D]")).astype(object)
        texts[column.isna().to_numpy()] = None
        return texts
    categories = [*column.cat.categories, None]
    values = np.empty(len(categories), dtype=object)
    for position, category in enumerate(categories):
        values[position] = category.split(" ") if category is not None and question in CHOICES else category
    return np.asarray(values[column.cat.codes.to_numpy()], dtype=object)


def _first(rows: pd.DataFrame, bodies: list[Body]) -> list[Body]:
    """The first state: what is corrected later is still unknown, what is withdrawn later still there."""
    corrected = rows["corrected"].tolist()
    return [
        {**body, "revision": 1, FIRST_KNOWN_LATER: "dont_know"} if later else body
        for body, later in zip(bodies, corrected, strict=True)
    ]


def _second(rows: pd.DataFrame, bodies: list[Body]) -> Body:
    withdrawn = rows["withdrawn"].tolist()
    kept = [body for body, out in zip(bodies, withdrawn, strict=True) if not out]
    gone = [
        {"declaration_id": body["declaration_id"], "revision": body["revision"] + 1}
        for body, out in zip(bodies, withdrawn, strict=True)
        if out
    ]
    return {"declarations": kept, "withdrawn": gone}
