"""The reference evaluator: rules over one record given as a mapping from question code to answer.

Dates are ``datetime.date``, several answers a sequence of codes, children a sequence of mappings, and a question
without answer is ``None`` or absent.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from denombrement.survey.rules.catalogue import Check, RuleBook
from denombrement.survey.rules.context import RuleContext
from denombrement.survey.rules.tree import (
    And,
    Compare,
    Count,
    Empty,
    Expression,
    Field,
    Has,
    In,
    Minus,
    Not,
    Operand,
    Or,
    Param,
    Value,
    Year,
)

Answers = Mapping[str, Any]
Verdict = Callable[[Answers], bool]
Reading = Callable[[Answers], Any]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def compile_expression(expression: Expression, context: RuleContext) -> Verdict:
    """A function from one record's answers to the expression's truth."""
    match expression:
        case And(parts):
            return _all([compile_expression(part, context) for part in parts])
        case Or(parts):
            return _any([compile_expression(part, context) for part in parts])
        case Not(part):
            inner = compile_expression(part, context)
            return lambda answers: not inner(answers)
        case Compare(name, left, right):
            return _compare(_OPERATORS[name], _reading(left, context), _reading(right, context))
        case In(operand, constants):
            return _member(_reading(operand, context), frozenset(constants))
        case Has(Field(code), constant):
            return lambda answers: constant in (answers.get(code) or ())
        case Empty(Field(code)):
            return lambda answers: answers.get(code) in (None, "", (), [])


def findings(
    answers: Answers, rules: RuleBook, context: RuleContext
) -> tuple[list[Check], list[tuple[int, Check]]]:
    """The checks that a record fails: its own, and those of its children with the child's rank from 0."""
    own = [check for check in rules.of("declaration") if compile_expression(check.when, context)(answers)]
    children = [
        (rank, check)
        for rank, child in enumerate(answers.get("children") or ())
        for check in rules.of("child")
        if compile_expression(check.when, context)(child)
    ]
    return own, children


def _all(verdicts: list[Verdict]) -> Verdict:
    return lambda answers: all(verdict(answers) for verdict in verdicts)


def _any(verdicts: list[Verdict]) -> Verdict:
    return lambda answers: any(verdict(answers) for verdict in verdicts)


def _compare(compare: Callable[[Any, Any], bool], left: Reading, right: Reading) -> Verdict:
    def verdict(answers: Answers) -> bool:
        first, second = left(answers), right(answers)
        return first is not None and second is not None and compare(first, second)

    return verdict


def _member(reading: Reading, constants: frozenset[str | int]) -> Verdict:
    return lambda answers: reading(answers) in constants


def _reading(operand: Operand, context: RuleContext) -> Reading:
    match operand:
        case Field(code):
            return lambda answers: answers.get(code)
        case Value(constant):
            return lambda _answers: constant
        case Param(name):
            date_of_campaign = context.value(name)
            return lambda _answers: date_of_campaign
        case Count(Field(code)):
            return lambda answers: len(answers.get(code) or ())
        case Year(inner):
            return _year(_reading(inner, context))
        case Minus(left, right):
            return _minus(_reading(left, context), _reading(right, context))


def _year(reading: Reading) -> Reading:
    def year(answers: Answers) -> int | None:
        moment: date | None = reading(answers)
        return None if moment is None else moment.year

    return year


def _minus(left: Reading, right: Reading) -> Reading:
    def difference(answers: Answers) -> int | None:
        first, second = left(answers), right(answers)
        return None if first is None or second is None else first - second

    return difference
