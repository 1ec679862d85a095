"""From JSON to declarations: the whole return at once where it is right, record by record where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from denombrement.errors import DamagedInput
from denombrement.intake.model import Rejected, Taken
from denombrement.survey.record import Declaration, Return

_REASONS = {
    "literal_error": "REC001",
    "greater_than_equal": "REC002",
    "less_than_equal": "REC002",
    "missing": "REC004",
    "extra_forbidden": "REC005",
    "identity_status": "REC006",
    "too_long": "REC007",
}
_FALLBACK_REASON = "REC003"
_HEADER = frozenset(Return.model_fields) - {"declarations"}


def read_header(body: str) -> tuple[str, str]:
    """Campaign and service that a return claims, before anything else of it is believed.

    Raises:
        DamagedInput: INT108 where the body is not a return.
    """
    raw = _parsed(body)
    campaign, service = raw.get("campaign"), raw.get("service")
    if not isinstance(campaign, str) or not isinstance(service, str):
        raise DamagedInput("INT108", field="campaign, service")
    return campaign, service


def validate_return(body: str) -> tuple[Return, list[Taken], list[Rejected]]:
    """A return with its valid declarations, and the records that had to be set aside.

    Raises:
        DamagedInput: INT108 where the return's own header is wrong.
    """
    try:
        whole = Return.model_validate_json(body)
    except ValidationError:
        return _record_by_record(body)
    taken = [Taken(_place(rank), each) for rank, each in enumerate(whole.declarations)]
    return whole, taken, []


def validate_records(records: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[list[Taken], list[Rejected]]:
    """Declarations from (place, record) pairs; what does not fit is set aside with its place and reason."""
    taken: list[Taken] = []
    rejected: list[Rejected] = []
    seen: set[str] = set()
    for place, record in records:
        outcome = _one(place, record)
        if isinstance(outcome, Taken) and outcome.declaration.declaration_id in seen:
            outcome = Rejected(place, "declaration_id", "REC008", outcome.declaration.declaration_id)
        if isinstance(outcome, Taken):
            seen.add(outcome.declaration.declaration_id)
            taken.append(outcome)
        else:
            rejected.append(outcome)
    return taken, rejected


def _record_by_record(body: str) -> tuple[Return, list[Taken], list[Rejected]]:
    raw = _parsed(body)
    records = raw.get("declarations")
    if not isinstance(records, list) or not records:
        raise DamagedInput("INT108", field="declarations")
    if raw.get("met_nobody", False) is not False:
        raise DamagedInput("INT108", field="met_nobody")
    taken, rejected = validate_records((_place(rank), record) for rank, record in enumerate(records))
    # The header is judged as a return that holds its valid declarations, or nobody when none is left.
    header = {name: raw[name] for name in raw if name in _HEADER}
    try:
        whole = Return.model_validate_json(orjson.dumps({**header, "met_nobody": True, "withdrawn": []}))
    except ValidationError as error:
        raise DamagedInput("INT108", field=_question(error.errors()[0]["loc"], _HEADER)) from None
    return whole.model_copy(update={"met_nobody": False}), taken, rejected


def _parsed(body: str) -> dict[str, Any]:
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise DamagedInput("INT108", field="JSON") from None
    if not isinstance(raw, dict):
        raise DamagedInput("INT108", field="JSON")
    return raw


def _one(place: str, record: object) -> Taken | Rejected:
    try:
        return Taken(place, Declaration.model_validate_json(orjson.dumps(record)))
    except ValidationError as error:
        first = _first(error.errors(include_url=False, include_input=False))
        question = _question(first["loc"], Declaration.model_fields)
        reason = _REASONS.get(first["type"], _FALLBACK_REASON)
        return Rejected(place, question, reason, _identifier(record))
    except (orjson.JSONEncodeError, TypeError):
        return Rejected(place, "", _FALLBACK_REASON)


def _first(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    # A missing part explains the record better than what else is wrong with it.
    return next((error for error in errors if error["type"] == "missing"), errors[0])


def _question(location: Sequence[int | str], known: Iterable[str]) -> str:
    # An unknown field's name may itself be somebody's name: only fields of ours are repeated.
    return str(location[0]) if location and location[0] in set(known) else ""


def _identifier(record: object) -> str:
    if not isinstance(record, Mapping):
        return ""
    identifier = record.get("declaration_id")
    try:
        checked = Declaration.model_validate(
            {"declaration_id": identifier, "identity": {"status": "not_known"}}
        )
    except ValidationError:
        return ""
    return checked.declaration_id


def _place(rank: int) -> str:
    return f"#{rank + 1}"
