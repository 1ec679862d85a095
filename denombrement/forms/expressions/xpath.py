"""Rules as XPath of the ODK XForms dialect, written as XLSForm writes it: ``${question}``.

A missing answer is the empty text there, and comparing it gives ``true`` for ``!=``: each comparison is guarded by
the presence of every answer that it reads. Equal to the Python evaluator on random records in JavaRosa, the engine of
ODK Collect and ODK Validate (tested).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

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

PathOf = Callable[[str], str]
_OPERATORS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_REPEAT = "children"


def reference(code: str) -> str:
    """An answer as XLSForm names it."""
    return "${" + code + "}"


def xpath_expression(expression: Expression, context: RuleContext, path_of: PathOf = reference) -> str:
    """An XPath expression that is true or false, whatever was left unanswered.

    Args:
        expression: the rule.
        context: the campaign's dates, which become constants.
        path_of: question code -> path; a constraint reads its own question as ``.``.
    """
    return _Writer(context, path_of).truth(expression)


class _Writer:
    def __init__(self, context: RuleContext, path_of: PathOf) -> None:
        self.context = context
        self.path_of = path_of

    def truth(self, expression: Expression) -> str:
        match expression:
            case And(parts):
                return _joined(" and ", map(self.truth, parts))
            case Or(parts):
                return _joined(" or ", map(self.truth, parts))
            case Not(part):
                return f"not({self.truth(part)})"
            case Compare(name, left, right):
                comparison = f"{self.operand(left)} {_OPERATORS[name]} {self.operand(right)}"
                return self._guarded((left, right), comparison)
            case In(operand, constants):
                own = self.operand(operand)
                listed = _joined(" or ", (f"{own} = {_constant(each)}" for each in constants))
                return self._guarded((operand,), listed)
            case Has(Field(code), constant):
                return f"selected({self.path_of(code)}, {_constant(constant)})"
            case Empty(Field(code)):
                return f"{self._count(code)} = 0" if code == _REPEAT else f"{self.path_of(code)} = ''"

    def operand(self, operand: Operand) -> str:
        match operand:
            case Field(code):
                return self._field(code)
            case Value(constant):
                return _constant(constant)
            case Param(name):
                return _day_number(f"'{self.context.value(name).isoformat()}'")
            case Count(Field(code)):
                return self._count(code)
            case Year(Param(name)):
                return str(self.context.value(name).year)
            case Year(inner):
                return f"number(format-date({self._moment(inner)}, '%Y'))"
            case Minus(left, right):
                return f"({self.operand(left)} - {self.operand(right)})"

    def _field(self, code: str) -> str:
        match question(code).kind:
            case "integer":
                return f"number({self.path_of(code)})"
            case "date":
                return _day_number(self.path_of(code))
        return self.path_of(code)

    def _moment(self, operand: Operand) -> str:
        return self.path_of(operand.code) if isinstance(operand, Field) else self.operand(operand)

    def _count(self, code: str) -> str:
        return f"count({self.path_of(code)})" if code == _REPEAT else f"count-selected({self.path_of(code)})"

    def _guarded(self, operands: Iterable[Operand], truth: str) -> str:
        fields = dict.fromkeys(
            code for each in operands if not isinstance(each, Count) for code in fields_of(each)
        )
        return _joined(" and ", [*(f"{self.path_of(code)} != ''" for code in fields), truth])


def _joined(word: str, parts: Iterable[str]) -> str:
    listed = list(parts)
    return f"({word.join(listed)})" if len(listed) > 1 else listed[0]


def _day_number(text: str) -> str:
    """Days since 1970: engines differ on how they compare dates, none on how they compare numbers."""
    return f"decimal-date-time({text})"


def _constant(constant: Constant) -> str:
    return str(constant) if isinstance(constant, int) else f"'{constant}'"
