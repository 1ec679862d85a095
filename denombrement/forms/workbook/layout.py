"""Which column of the sheet holds which answer.

The first row, hidden, holds codes that intake understands in any language and any version: a question's code,
``income/work`` for one option of several, ``child_2_birth_year`` for a child. The second row holds the same in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from denombrement.campaign import Campaign
from denombrement.forms.media import WITHOUT_CODE, answer_options, media_questions, medium_text
from denombrement.survey.questionnaire import Question, label, option_label, options

CHILDREN = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet of records.

    Args:
        header: its stable code, in the hidden row.
        text: what the person reads.
        kind: check, service, code, status, or the kind of its question.
        section: the section of the form, which decides its colour.
        question: the question that it answers, if any.
        option: the one option that an x in this column means.
        child: the child's rank from 1; 0 for the adult.
        listed: name of the list of texts to choose from, if any.
    """

    header: str
    text: str
    kind: str
    section: str = ""
    question: Question | None = None
    option: str = ""
    child: int = 0
    listed: str = ""

    @property
    def is_coded(self) -> bool:
        """Whether the hidden calculation reads a code, a number or a date from it."""
        return self.question is not None and not self.option


def sheet_columns(language: str, *, for_service: bool) -> list[Column]:
    """The columns from left to right: the check, what identifies, then the questions in their order."""
    columns = [Column("", medium_text("check", language), "check")]
    if for_service:
        columns.append(Column("service", medium_text("service", language), "service"))
    columns.append(Column("code", medium_text("code", language), "code", "identity"))
    status = medium_text("identity_status", language)
    columns.append(Column("identity_status", status, "status", "identity", listed="identity_status"))
    for each in media_questions("declaration"):
        columns += _columns_of(each, language)
    return columns


def option_lists(campaign: Campaign, language: str) -> dict[str, list[tuple[str, str]]]:
    """Codes and texts of every drop-down list, by its name."""
    lists = {
        each.options: answer_options(each, campaign, language)
        for of in ("declaration", "child")
        for each in media_questions(of)
        if each.kind in {"choice", "commune"}
    }
    reasons = [(code, option_label("identity_status", code, language)) for code in WITHOUT_CODE]
    return {**lists, "identity_status": reasons}


def _columns_of(question: Question, language: str) -> Iterator[Column]:
    text = label("question", question.code, language).text
    match question.kind:
        case "choices":
            for code in options(question.options):
                header, option = f"{question.code}/{code}", option_label(question.options, code, language)
                yield Column(header, f"{text} / {option}", "mark", question.section, question, code)
        case "children":
            for rank in range(1, CHILDREN + 1):
                yield from _child_columns(rank, language)
        case _:
            listed = question.options if question.kind in {"choice", "commune"} else ""
            yield Column(question.code, text, question.kind, question.section, question, listed=listed)


def _child_columns(rank: int, language: str) -> Iterator[Column]:
    child = medium_text("child", language, number=rank)
    for each in media_questions("child"):
        text = f"{child} / {label('question', each.code, language).text}"
        header = f"child_{rank}_{each.code}"
        yield Column(header, text, each.kind, each.section, each, child=rank, listed=each.options)
