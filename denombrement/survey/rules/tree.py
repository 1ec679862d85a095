"""The expression tree in which rules are written.

Grammar, as JSON::

    expression := {"and": [expression, …]} | {"or": [expression, …]} | {"not": expression}
                | {"eq" | "ne" | "lt" | "le" | "gt" | "ge": [operand, operand]}
                | {"in": [operand, [constant, …]]} | {"has": [field, constant]} | {"empty": field}
    operand    := {"field": code} | {"value": constant} | {"param": name} | {"count": field}
                | {"year": operand} | {"minus": [operand, operand]}

A comparison with a missing operand is false (``ne`` too), so that ``not (a eq b)`` is true where ``a`` is missing and
``a ne b`` is not. ``empty`` asks for absence: none, "" or an empty list. The count of nothing is 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from denombrement.errors import UsageProblem

COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
Constant = str | int


@dataclass(frozen=True, slots=True)
class Field:
    """The answer to a question."""

    code: str


@dataclass(frozen=True, slots=True)
class Value:
    """A constant."""

    constant: Constant


@dataclass(frozen=True, slots=True)
class Param:
    """A date of the campaign: ``night``, ``one_month_after``, ``two_weeks_before``."""

    name: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many values an answer holds."""

    field: Field


@dataclass(frozen=True, slots=True)
class Year:
    """Calendar year of a date."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Minus:
    """Difference of two numbers."""

    left: Operand
    right: Operand


Operand = Field | Value | Param | Count | Year | Minus


@dataclass(frozen=True, slots=True)
class And:
    """True where all parts are."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one part is."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is false."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands and one of ``COMPARISONS``; false where either is missing."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class In:
    """True where the operand is one of the constants."""

    operand: Operand
    constants: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """True where an answer of several values holds the constant."""

    field: Field
    constant: Constant


@dataclass(frozen=True, slots=True)
class Empty:
    """True where there is no answer."""

    field: Field


Expression = And | Or | Not | Compare | In | Has | Empty


def parse(node: Mapping[str, Any]) -> Expression:
    """Reads an expression from its JSON form.

    Raises:
        UsageProblem: SUR010 for anything outside the grammar.
    """
    name, body = _only_item(node)
    if name in {"and", "or"} and isinstance(body, list) and body:
        parts = tuple(parse(part) for part in body)
        return And(parts) if name == "and" else Or(parts)
    if name in COMPARISONS:
        left, right = _pair(body)
        return Compare(name, _operand(left), _operand(right))
    match name:
        case "not":
            return Not(parse(body))
        case "in":
            operand, constants = _pair(body)
            return In(_operand(operand), tuple(constants))
        case "has":
            field, constant = _pair(body)
            return Has(_field(field), _value(constant).constant)
        case "empty":
            return Empty(_field(body))
        case _:
            raise UsageProblem("SUR010", operator=name)


def fields_of(expression: Expression | Operand) -> Iterator[str]:
    """Codes of the questions that an expression looks at, in order, with repeats."""
    match expression:
        case Field(code):
            yield code
        case And(parts) | Or(parts):
            for part in parts:
                yield from fields_of(part)
        case Compare(_, left, right) | Minus(left, right):
            yield from fields_of(left)
            yield from fields_of(right)
        case Not(inner) | In(inner, _) | Has(inner, _) | Empty(inner) | Count(inner) | Year(inner):
            yield from fields_of(inner)
        case Value() | Param():
            return


def _operand(node: Mapping[str, Any]) -> Operand:
    name, body = _only_item(node)
    match name:
        case "field":
            return Field(str(body))
        case "value":
            return _value(node)
        case "param":
            return Param(str(body))
        case "count":
            return Count(_field(body))
        case "year":
            return Year(_operand(body))
        case "minus":
            left, right = _pair(body)
            return Minus(_operand(left), _operand(right))
        case _:
            raise UsageProblem("SUR010", operator=name)


def _field(node: Mapping[str, Any]) -> Field:
    name, body = _only_item(node)
    if name != "field":
        raise UsageProblem("SUR010", operator=name)
    return Field(str(body))


def _value(node: Mapping[str, Any]) -> Value:
    name, body = _only_item(node)
    if name != "value" or isinstance(body, bool) or not isinstance(body, str | int):
        raise UsageProblem("SUR010", operator=name)
    return Value(body)


def _only_item(node: object) -> tuple[str, Any]:
    if not isinstance(node, Mapping) or len(node) != 1:
        raise UsageProblem("SUR010", operator="?")
    name, body = next(iter(node.items()))
    return str(name), body


def _pair(body: object) -> tuple[Any, Any]:
    if not isinstance(body, list) or len(body) != 2:  # noqa: PLR2004 - a pair
        raise UsageProblem("SUR010", operator="[]")
    return body[0], body[1]
