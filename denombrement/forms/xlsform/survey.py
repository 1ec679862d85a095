"""The survey sheet: the questions in their order, asked under the rules, with checks at the last question involved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from denombrement.campaign import Campaign, Service
from denombrement.forms.expressions import xpath_expression
from denombrement.forms.expressions.xpath import reference
from denombrement.forms.media import hint_text, media_questions, medium_text, night_texts
from denombrement.forms.media.code_form import CodeForm
from denombrement.survey.questionnaire import Question, label
from denombrement.survey.rules import Check, Expression, RuleContext, load_rules, message
from denombrement.survey.rules.tree import And, Empty, Field

Row = dict[str, str]
ANY_CODE = "[A-Za-z0-9_.:+/=-]{4,128}"
_TYPES = {"choice": "select_one {}", "choices": "select_multiple {}", "commune": "select_one {}"}
_FIRST_DAY = "2000-01-01"


def translated(column: str, languages: Sequence[str], texts: Sequence[str]) -> Row:
    """One column a language, named as XLSForm wants: ``label::Français (fr)``."""
    names = [f"{column}::{medium_text('language_name', each)} ({each})" for each in languages]
    return {name: text for name, text in zip(names, texts, strict=True) if text}


class Survey:
    """The survey sheet of one campaign."""

    def __init__(self, campaign: Campaign, services: Sequence[Service], code_form: CodeForm | None) -> None:
        self.campaign = campaign
        self.services = services
        self.code_form = code_form
        self.context: RuleContext = campaign.rule_context
        self.rules = load_rules()

    def rows(self) -> list[Row]:
        """All rows, groups opened and closed."""
        rows = list(self._identity())
        for section, of_section in groupby(media_questions("declaration"), key=lambda each: each.section):
            rows.append(self._begin("group", f"page_{section}", self._label("section", section)))
            for each in of_section:
                rows += self._question(each) if each.kind != "children" else self._children(each)
            rows.append({"type": "end group"})
        return rows

    def _identity(self) -> Iterator[Row]:
        texts = self._texts
        yield self._begin("group", "page_identity", texts("identity_title"))
        yield {"type": "note", "name": "note_night", **texts("how_night", **night_texts(self.campaign))}
        yield {"type": "note", "name": "note_names", **texts("no_names")}
        yield from self._service()
        yield {
            "type": "select_one identity_status",
            "name": "identity_status",
            **texts("status_question"),
            "required": "yes",
        }
        pattern = self.code_form.pattern if self.code_form else ANY_CODE
        form = self.code_form
        hint = (
            self._texts("how_code", column="hint", **form.facts)
            if form
            else texts("code_hint", column="hint")
        )
        yield {
            "type": "text",
            "name": "opaque_code",
            **texts("code_question"),
            **hint,
            "required": "yes",
            "relevant": f"{reference('identity_status')} = 'coded'",
            "constraint": f"regex(., '^{pattern}$')",
            **self._texts("code_wrong", column="constraint_message"),
        }
        yield {"type": "end group"}

    def _service(self) -> Iterator[Row]:
        if len(self.services) == 1:
            yield {"type": "calculate", "name": "service", "calculation": f"'{self.services[0].id}'"}
        elif self.services:
            row = {"type": "select_one services", "name": "service", **self._texts("service_question")}
            yield {**row, "required": "yes", "appearance": "minimal"}

    def _question(self, each: Question) -> Iterator[Row]:
        checks = [check for check in self.rules.of(each.of) if check.question == each.code]
        errors = [check for check in checks if check.level == "error"]
        kind = _TYPES.get(each.kind, each.kind).format(each.options)
        row = {"type": kind, "name": each.code, **self._label("question", each.code), **self._hint(each)}
        row |= self._asked(each.code) | self._required(each, errors) | self._constraint(each, errors)
        if each.kind == "commune":
            row["appearance"] = "minimal autocomplete"
        yield row
        for check in checks:
            if check.level == "warning":
                yield self._note(check)

    def _children(self, each: Question) -> Iterator[Row]:
        yield {
            **self._begin("repeat", each.code, self._label("question", each.code)),
            **self._asked(each.code),
        }
        for of_child in media_questions("child"):
            yield from self._question(of_child)
        yield {"type": "end repeat"}
        # A group of rows takes no constraint: a note that is required and cannot be answered stops the form instead.
        for check in self.rules.of("declaration"):
            if check.question == each.code:
                yield {**self._note(check), "required": "yes", **self._told("required_message", [check])}

    def _asked(self, code: str) -> Row:
        rule = self.rules.asked.get(code)
        return {"relevant": self._truth(rule)} if rule else {}

    def _required(self, each: Question, errors: Sequence[Check]) -> Row:
        """An error that fires where the question has no answer makes it compulsory, under the rest of its condition."""
        missing = [check for check in errors if Empty(Field(each.code)) in _conditions(check.when)]
        if not missing:
            return {}
        rest = [part for part in _conditions(missing[0].when) if part != Empty(Field(each.code))]
        when = self._truth(And(tuple(rest))) if rest else "yes"
        return {"required": when, **self._told("required_message", missing[:1])}

    def _constraint(self, each: Question, errors: Sequence[Check]) -> Row:
        broken = [check for check in errors if Empty(Field(each.code)) not in _conditions(check.when)]
        truths = [f"not({self._truth(check.when, own=each.code)})" for check in broken]
        bounds: dict[str, str | int] = {}
        if each.kind == "integer":
            bounds = {"minimum": each.minimum or 0, "maximum": each.maximum or 0}
            truths.insert(0, f". >= {bounds['minimum']} and . <= {bounds['maximum']}")
        if each.kind == "date":
            truths.insert(0, f"decimal-date-time(.) > decimal-date-time('{_FIRST_DAY}')")
        if not truths:
            return {}
        row = {"constraint": " and ".join(truths)}
        if broken:
            return row | self._told("constraint_message", broken)
        return row | (self._texts("number_wrong", column="constraint_message", **bounds) if bounds else {})

    def _note(self, check: Check) -> Row:
        prefix = self._each(
            lambda language: f"{medium_text(check.level, language)} {message(check.code, language)}"
        )
        return {
            "type": "note",
            "name": f"check_{check.code}",
            **translated("label", self.campaign.languages, prefix),
            "relevant": self._truth(check.when),
        }

    def _told(self, column: str, checks: Sequence[Check]) -> Row:
        def told(language: str) -> str:
            return " / ".join(message(check.code, language) for check in checks)

        return translated(column, self.campaign.languages, self._each(told))

    def _truth(self, rule: Expression, own: str = "") -> str:
        return xpath_expression(rule, self.context, lambda code: "." if code == own else reference(code))

    def _label(self, kind: str, code: str) -> Row:
        def text(language: str) -> str:
            return label(kind, code, language).text

        return translated("label", self.campaign.languages, self._each(text))

    def _hint(self, each: Question) -> Row:
        def text(language: str) -> str:
            return hint_text(each, self.campaign, language)

        return translated("hint", self.campaign.languages, self._each(text))

    def _texts(self, key: str, *, column: str = "label", **facts: str | int) -> Row:
        return translated(
            column, self.campaign.languages, self._each(lambda language: medium_text(key, language, **facts))
        )

    def _each(self, text: Callable[[str], str]) -> list[str]:
        return [text(language) for language in self.campaign.languages]

    @staticmethod
    def _begin(kind: str, name: str, labels: Row) -> Row:
        return {"type": f"begin {kind}", "name": name, **labels}


def _conditions(rule: Expression) -> tuple[Expression, ...]:
    return rule.parts if isinstance(rule, And) else (rule,)
