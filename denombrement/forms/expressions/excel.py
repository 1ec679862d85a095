"""Rules as spreadsheet formulas, for Excel and LibreOffice.

An unanswered cell holds nothing or the empty text. ``AND`` does not stop at the first false part there and a text is
greater than any number, so that each comparison asks first whether what it reads is of its kind, and counts an error
as false. Equal to the Python evaluator on random records recalculated by LibreOffice (tested).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from denombrement.survey.questionnaire import question
from denombrement.survey.rules import Expression, RuleContext, fields_of
from denombrement.survey.rules.tree import (
    And,
    Compare,
    Constant,
    Count,
    Empty,
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

MAXIMUM_FORMULA_CHARACTERS = 8_192
_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_NUMBERS = frozenset({"integer", "date"})
_LISTS = frozenset({"choices", "children"})


class ExcelCells(Protocol):
    """Where the answers of one row are."""

    def answer(self, code: str) -> str:
        """Reference to the cell that holds an answer's code, number or date; empty where there is none."""

    def has(self, code: str, option: str) -> str:
        """Formula that is true where an answer of several values holds the option."""

    def count(self, code: str) -> str:
        """Formula that counts the values of an answer, or the children."""


def excel_expression(expression: Expression, context: RuleContext, cells: ExcelCells) -> str:
    """A formula, without its ``=``, that is TRUE or FALSE, never an error."""
    return _Writer(context, cells).truth(expression)


class _Writer:
    def __init__(self, context: RuleContext, cells: ExcelCells) -> None:
        self.context = context
        self.cells = cells

    def truth(self, expression: Expression) -> str:
        match expression:
            case And(parts):
                return _call("AND", map(self.truth, parts))
            case Or(parts):
                return _call("OR", map(self.truth, parts))
            case Not(part):
                return f"NOT({self.truth(part)})"
            case Compare(name, left, right):
                comparison = f"{self.operand(left)}{_OPERATORS[name]}{self.operand(right)}"
                return self._guarded((left, right), comparison)
            case In(operand, constants):
                own = self.operand(operand)
                listed = _call("OR", (f"{own}={_constant(each)}" for each in constants))
                return self._guarded((operand,), listed)
            case Has(Field(code), constant):
                return self.cells.has(code, str(constant))
            case Empty(Field(code)):
                return self._empty(code)

    def operand(self, operand: Operand) -> str:
        match operand:
            case Field(code):
                return self.cells.answer(code)
            case Value(constant):
                return _constant(constant)
            case Param(name):
                moment = self.context.value(name)
                return f"DATE({moment.year},{moment.month},{moment.day})"
            case Count(Field(code)):
                return self.cells.count(code)
            case Year(Param(name)):
                return str(self.context.value(name).year)
            case Year(inner):
                return f"YEAR({self.operand(inner)})"
            case Minus(left, right):
                return f"({self.operand(left)}-{self.operand(right)})"

    def _empty(self, code: str) -> str:
        if question(code).kind in _LISTS:
            return f"{self.cells.count(code)}=0"
        return f'{self.cells.answer(code)}=""'

    def _guarded(self, operands: Iterable[Operand], truth: str) -> str:
        fields = dict.fromkeys(
            code for each in operands if not isinstance(each, Count) for code in fields_of(each)
        )
        parts = [*(self._present(code) for code in fields), truth]
        return f"IFERROR({_call('AND', parts)},FALSE)" if fields else truth

    def _present(self, code: str) -> str:
        cell = self.cells.answer(code)
        return f"ISNUMBER({cell})" if question(code).kind in _NUMBERS else f'{cell}<>""'


def _call(name: str, parts: Iterable[str]) -> str:
    listed = list(parts)
    return f"{name}({','.join(listed)})" if len(listed) > 1 else listed[0]


def _constant(constant: Constant) -> str:
    return str(constant) if isinstance(constant, int) else f'"{constant}"'
