"""Rules as DuckDB expressions, so that a hundred thousand declarations are judged in the database.

Answers are columns named by question; several answers are a list of text; children are another table, and the
declarations' own table holds ``children_count``. Equal to the Python evaluator on random records (tested).
"""

from __future__ import annotations

from denombrement.survey.rules.context import RuleContext
from denombrement.survey.rules.tree import (
    And,
    Compare,
    Constant,
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

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def sql_expression(expression: Expression, context: RuleContext) -> str:
    """A DuckDB expression that is true, or false, never null, for each row."""
    match expression:
        case And(parts):
            return "(" + " AND ".join(sql_expression(part, context) for part in parts) + ")"
        case Or(parts):
            return "(" + " OR ".join(sql_expression(part, context) for part in parts) + ")"
        case Not(part):
            return f"(NOT {sql_expression(part, context)})"
        case Compare(name, left, right):
            return f"coalesce({_operand(left, context)} {_OPERATORS[name]} {_operand(right, context)}, false)"
        case In(operand, constants):
            listed = ", ".join(_constant(constant) for constant in constants)
            return f"coalesce({_operand(operand, context)} IN ({listed}), false)"
        case Has(Field(code), constant):
            return f"coalesce(list_contains({_column(code)}, {_constant(constant)}), false)"
        case Empty(Field(code)):
            return f"({_count(code)} = 0)" if code in _LISTS else f"({_column(code)} IS NULL)"


# Columns that hold several values; the others hold one.
_LISTS = frozenset({"children", "income", "health", "institutions", "reasons"})


def _operand(operand: Operand, context: RuleContext) -> str:
    match operand:
        case Field(code):
            return _column(code)
        case Value(constant):
            return _constant(constant)
        case Param(name):
            return f"DATE '{context.value(name).isoformat()}'"
        case Count(Field(code)):
            return _count(code)
        case Year(inner):
            return f"year({_operand(inner, context)})"
        case Minus(left, right):
            return f"({_operand(left, context)} - {_operand(right, context)})"


def _count(code: str) -> str:
    return "children_count" if code == "children" else f"coalesce(len({_column(code)}), 0)"


def _column(code: str) -> str:
    return '"' + code.replace('"', '""') + '"'


def _constant(constant: Constant) -> str:
    return str(constant) if isinstance(constant, int) else "'" + constant.replace("'", "''") + "'"
