"""From JSON to declarations: the whole return at once where it is right, record by record where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Self

import orjson
from pydantic import GetCoreSchemaHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, core_schema

from denombrement.errors import DamagedInput
from denombrement.intake.model import Rejected, Taken
from denombrement.survey.record import Declaration, Return, check_state

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


Believe = Callable[[str, str], None]


def validate_return(body: str, believe: Believe) -> tuple[Return, list[Taken], list[Rejected]]:
    """A return with its valid declarations, and the records that had to be set aside.

    Args:
        body: JSON text of the return.
        believe: called with the campaign and the service that the body claims, before anything else of it is judged;
            raises where they cannot be believed.

    Raises:
        DamagedInput: INT108 where the return's own header is wrong, and whatever ``believe`` raises.
    """
    try:
        whole = _Forgiving.model_validate_json(body)
    except ValidationError:
        return _record_by_record(_parsed(body), believe)
    believe(whole.campaign, whole.service)
    taken: list[Taken] = []
    rejected: list[Rejected] = []
    for rank, record in enumerate(whole.declarations):
        outcome = _one(_place(rank), record)
        _sort(outcome, taken, rejected)
    return whole, taken, rejected


class _OrAnything:
    """Marks items that stay as they came where they are wrong: one pass finds the right ones and leaves the others."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.union_schema([handler(source), core_schema.any_schema()], mode="left_to_right")


class _Forgiving(Return):
    """A return that may hold wrong declarations."""

    declarations: tuple[Annotated[Declaration, _OrAnything()], ...] = ()

    @model_validator(mode="after")
    def _state_is_clear(self) -> Self:
        right = tuple(each for each in self.declarations if isinstance(each, Declaration))
        if right or not self.declarations:
            check_state(right, self.withdrawn, met_nobody=self.met_nobody)
        return self


def _sort(outcome: Taken | Rejected, taken: list[Taken], rejected: list[Rejected]) -> None:
    if isinstance(outcome, Taken):
        taken.append(outcome)
    else:
        rejected.append(outcome)


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
        _sort(outcome, taken, rejected)
    return taken, rejected


def _record_by_record(raw: Mapping[str, Any], believe: Believe) -> tuple[Return, list[Taken], list[Rejected]]:
    believe(raw["campaign"], raw["service"])
    records = raw.get("declarations")
    if not isinstance(records, list) or not records:
        raise DamagedInput("INT108", field="declarations")
    if raw.get("met_nobody", False) is not False:
        raise DamagedInput("INT108", field="met_nobody")
    taken, rejected = validate_records((_place(rank), record) for rank, record in enumerate(records))
    # The header is judged as that of a return from somebody who met nobody.
    header = {name: raw[name] for name in raw if name != "declarations"}
    try:
        whole = Return.model_validate({**header, "met_nobody": True, "withdrawn": []})
    except ValidationError as error:
        raise DamagedInput("INT108", field=_question(error.errors()[0]["loc"], Return.model_fields)) from None
    return whole.model_copy(update={"met_nobody": False}), taken, rejected


def _parsed(body: str) -> dict[str, Any]:
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise DamagedInput("INT108", field="JSON") from None
    if not isinstance(raw, dict):
        raise DamagedInput("INT108", field="JSON")
    if not all(isinstance(raw.get(name), str) for name in ("campaign", "service")):
        raise DamagedInput("INT108", field="campaign, service")
    return raw


def _one(place: str, record: object) -> Taken | Rejected:
    if isinstance(record, Declaration):
        return Taken(place, record)
    try:
        return Taken(place, Declaration.model_validate(record))
    except ValidationError as error:
        first = _first(error.errors(include_url=False, include_input=False))
        question = _question(first["loc"], Declaration.model_fields)
        reason = _REASONS.get(first["type"], _FALLBACK_REASON)
        return Rejected(place, question, reason, _identifier(record))


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
