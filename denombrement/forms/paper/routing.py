"""When a question is asked, in words: ``Seulement si la réponse 2 est a, b ou c.``"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from denombrement.errors import UsageProblem
from denombrement.forms.media import medium_text
from denombrement.survey.questionnaire import option_label, options, question, questions
from denombrement.survey.rules import fields_of, load_rules
from denombrement.survey.rules.tree import (
    And,
    Compare,
    Constant,
    Empty,
    Expression,
    Field,
    In,
    Not,
    Value,
)

# Beyond this many options, an answer to which other questions refer bears a letter.
_QUOTED_OPTIONS = 6
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def has_letters(list_name: str) -> bool:
    """Whether the options of a list are shown with letters: long lists that decide what else is asked."""
    routed = {code for rule in load_rules().asked.values() for code in fields_of(rule)}
    lists = {each.options for each in questions("declaration") if each.code in routed}
    return list_name in lists and len(options(list_name)) > _QUOTED_OPTIONS


def option_letter(list_name: str, code: str) -> str:
    """Letter of an option on paper: its rank in the list."""
    return _LETTERS[options(list_name).index(code)]


@dataclass(frozen=True, slots=True)
class Routing:
    """Words for rules, in one language; ``numbers`` are those of the questions on the sheet."""

    language: str
    numbers: Mapping[str, int]

    def only_if(self, rule: Expression) -> str:
        """The sentence under a question.

        Raises:
            UsageProblem: FRM504 where a rule is of a form that nobody has put into words.
        """
        return self._text("only_if", condition=self._words(rule))

    def _words(self, rule: Expression) -> str:
        match rule:
            case And(parts):
                return f" {self._text('rule_and')} ".join(map(self._words, parts))
            case Empty(Field(code)):
                return self._text("rule_unanswered", number=self.numbers[code])
            case Not(Empty(Field(code))):
                return self._text("rule_answered", number=self.numbers[code])
            case Not(inner):
                return self._answer(inner, "rule_is_not")
        return self._answer(rule, "rule_is")

    def _answer(self, rule: Expression, key: str) -> str:
        match rule:
            case Compare("eq", Field(code), Value(constant)):
                return self._text(key, number=self.numbers[code], values=self._values(code, [constant]))
            case In(Field(code), constants):
                return self._text(key, number=self.numbers[code], values=self._values(code, constants))
        raise UsageProblem("FRM504")

    def _values(self, code: str, constants: Sequence[Constant]) -> str:
        names = [self._value(question(code).options, str(constant)) for constant in constants]
        last = f" {self._text('rule_or')} ".join([", ".join(names[:-1]), names[-1]])
        return last if len(names) > 1 else names[0]

    def _value(self, list_name: str, code: str) -> str:
        if has_letters(list_name):
            return option_letter(list_name, code)
        return self._text("quote", text=option_label(list_name, code, self.language))

    def _text(self, key: str, **facts: str | int) -> str:
        return medium_text(key, self.language, **facts)
