"""Rules as data, and their evaluators in Python and in SQL; the forms hold those for the other engines."""

from denombrement.survey.rules.catalogue import Check, RuleBook, load_rules, message
from denombrement.survey.rules.context import RuleContext
from denombrement.survey.rules.python import compile_expression, findings
from denombrement.survey.rules.tree import Expression, fields_of, parse

__all__ = [
    "Check",
    "Expression",
    "RuleBook",
    "RuleContext",
    "compile_expression",
    "fields_of",
    "findings",
    "load_rules",
    "message",
    "parse",
]
