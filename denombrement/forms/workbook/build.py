"""Writes the workbook: instructions, records, and two hidden sheets, for the lists and for the calculation."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from denombrement.campaign import Campaign, Service
from denombrement.errors import UsageProblem
from denombrement.forms.media import hint_text, medium_text, night_texts
from denombrement.forms.media.code_form import DEFAULT_CODE_FORM, CodeForm
from denombrement.forms.workbook.calculation import FIRST_ROW, Calculation, CalculationColumn, letter
from denombrement.forms.workbook.layout import CHILDREN, Column, option_lists, sheet_columns
from denombrement.forms.workbook.styles import Styles, column_width
from denombrement.survey.questionnaire import option_label, question

PEOPLE = 300
MAXIMUM_PEOPLE = 2_000
# In the order of the work: what goes where, then what to do with it.
_INSTRUCTIONS = (
    "how_1", "how_2", "how_code", "how_3", "how_4", "how_5", "how_6", "how_7", "how_8", "how_9", "how_page", "how_10",
)  # fmt: skip
_CALCULATION, _LISTS = "calc", "lists"
# A fixed moment: the same campaign gives the same bytes.
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
_PROTECTION = {
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
    "select_locked_cells": True,
}
_HINT_CHARACTERS = 255
_LINE_POINTS, _LINE_CHARACTERS = 17, 84
# Two lines of the check in small letters; six of a heading.
_ROW_POINTS, _HEADER_POINTS = 28, 104


def workbook(
    campaign: Campaign,
    *,
    language: str = "fr",
    service: Service | None = None,
    people: int = PEOPLE,
    code_form: CodeForm = DEFAULT_CODE_FORM,
) -> bytes:
    """The workbook (XLSX) of a campaign in one language.

    It holds no formula that sends or fetches anything, and no column for a name: the column ``code`` takes a
    code of the campaign's recipe, its mnemonic, or a code of another platform. ``denombrement intake`` reads it when it comes back filled in.

    Args:
        campaign: the night decides the dates of the rules and the communes.
        language: language of the texts and of the answers.
        service: whose workbook it is; its id is then in every filled row. Without one, intake has to be told.
        people: number of rows with a check; rows beyond are read too.
        code_form: how many letters the recipe's mnemonic has; the instructions say so.

    Raises:
        UsageProblem: FRM501 unknown language; FRM502 number of rows out of bounds.
    """
    if not 1 <= people <= MAXIMUM_PEOPLE:
        raise UsageProblem("FRM502", most=MAXIMUM_PEOPLE)
    return _Builder(campaign, language, service, people, code_form).build()


class _Builder:
    def __init__(
        self, campaign: Campaign, language: str, service: Service | None, people: int, code_form: CodeForm
    ) -> None:
        import xlsxwriter

        from denombrement.forms.workbook.sheet import PlainWorksheet

        self.campaign = campaign
        self.language = language
        self.service = service
        self.people = people
        self.code_form = code_form
        self.last_row = FIRST_ROW + people - 1
        self.columns = sheet_columns(language, for_service=service is not None)
        self.lists = option_lists(campaign, language)
        self.calculation = Calculation(
            campaign, language, self.columns, self.text("sheet_records"), self.last_row
        )
        self.file = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.file, {"in_memory": True})
        self.sheet_class = PlainWorksheet
        self.styles = Styles(self.book, medium_text("date_format", language))

    def text(self, key: str, **facts: str | int) -> str:
        return medium_text(key, self.language, **facts)

    def build(self) -> bytes:
        self.book.set_properties({"title": self.campaign.name, "created": _MADE_AT})
        instructions = self.book.add_worksheet(self.text("sheet_instructions"))
        records = self.book.add_worksheet(self.text("sheet_records"), self.sheet_class)
        self._write_instructions(instructions)
        self._write_lists(self.book.add_worksheet(_LISTS))
        self._write_calculation(self.book.add_worksheet(_CALCULATION, self.sheet_class))
        self._write_records(records)
        self.book.close()
        return self.file.getvalue()

    def _write_instructions(self, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
        facts: dict[str, str | int] = {
            "sheet": self.text("sheet_records"),
            "check": self.text("check"),
            "in_order": self.text("in_order"),
            "refused": option_label("identity_status", "refused", self.language),
            "people": self.people,
            "children": CHILDREN,
            **self.code_form.facts,
        }
        lines = [self.campaign.name, self.text("how_night", **night_texts(self.campaign))]
        lines += [self.text("how_service", service=self.service.name)] if self.service else []
        lines += [self.text(key, **facts) for key in _INSTRUCTIONS]
        sheet.set_column(0, 0, 82)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, self.text("how_title"), self.styles.title)
        for row, line in enumerate(lines, 1):
            sheet.set_row(row, _LINE_POINTS * (1 + len(line) // _LINE_CHARACTERS))
            sheet.write_string(row, 0, line, self.styles.instruction)
        sheet.protect("", {"select_locked_cells": True})
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _write_lists(self, sheet: Any) -> None:  # noqa: ANN401
        names = dict(self._listed_names())
        for column, (name, values) in enumerate(names.items()):
            for row, value in enumerate(values):
                sheet.write_string(row, column, value)
            place = letter(column)
            self.book.define_name(name, f"={_LISTS}!${place}$1:${place}${len(values)}")
        sheet.protect("", {})
        sheet.very_hidden()

    def _listed_names(self) -> Iterator[tuple[str, list[str]]]:
        for name, pairs in self.lists.items():
            yield f"texts_{name}", [text for _, text in pairs]
            yield f"codes_{name}", [code for code, _ in pairs]
        made, prefix = self.calculation.made, self.text("error")
        unreadable = self.text("unreadable")
        yield (
            "message_unreadable",
            [f"{prefix} {unreadable} ({made[place].name})" for place in self.calculation.answers],
        )
        yield "message_verdicts", [made[place].message for place in self.calculation.verdicts]

    def _write_calculation(self, sheet: Any) -> None:  # noqa: ANN401
        for column, each in enumerate(self.calculation.made):
            for row in range(FIRST_ROW, self.last_row + 1):
                sheet.write_formula(row - 1, column, self.calculation.row_formula(each, row), None, "")
        sheet.protect("", {})
        sheet.very_hidden()

    def _write_records(self, sheet: Any) -> None:  # noqa: ANN401
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.set_default_row(_ROW_POINTS)
        sheet.set_row(1, _HEADER_POINTS)
        for place, column in enumerate(self.columns):
            self._write_column(sheet, place, column)
        self._grey(sheet)
        self._colour_check(sheet)
        sheet.freeze_panes(FIRST_ROW - 1, 1)
        sheet.protect("", _PROTECTION)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(1)
        sheet.repeat_columns(0)
        sheet.activate()
        first_input = next(place for place, each in enumerate(self.columns) if each.section)
        sheet.set_selection(FIRST_ROW - 1, first_input, FIRST_ROW - 1, first_input)

    def _write_column(self, sheet: Any, place: int, column: Column) -> None:  # noqa: ANN401
        hidden = {"hidden": True} if column.kind == "service" else {}
        sheet.set_column(place, place, column_width(column.kind), self.styles.cell(column.kind), hidden)
        sheet.write_string(0, place, column.header)
        sheet.write_string(1, place, column.text, self.styles.header(column.section))
        if column.section:
            sheet.data_validation(FIRST_ROW - 1, place, self.last_row - 1, place, self._validation(column))
            return
        for row in range(FIRST_ROW, self.last_row + 1):
            formula = self._outcome(row) if column.kind == "check" else self._service(row)
            sheet.write_formula(row - 1, place, formula, self.styles.cell(column.kind), "")

    def _outcome(self, row: int) -> str:
        return f"={_CALCULATION}!${letter(len(self.calculation.made) - 1)}{row}"

    def _service(self, row: int) -> str:
        identifier = self.service.id if self.service else ""
        return f'=IF({_CALCULATION}!$A{row}="","","{identifier}")'

    def _validation(self, column: Column) -> dict[str, Any]:
        rule = self._rule(column)
        hint = hint_text(column.question, self.campaign, self.language) if column.question else ""
        if hint:
            rule |= {"input_message": hint[:_HINT_CHARACTERS]}
        return rule

    def _rule(self, column: Column) -> dict[str, Any]:
        if column.listed:
            return self._told("pick", {"validate": "list", "source": f"=texts_{column.listed}"})
        match column.kind:
            case "mark":
                return self._told("mark", {"validate": "list", "source": ["x"]})
            case "code":
                length = {"validate": "length", "criteria": "between", "minimum": 4, "maximum": 128}
                return self._told("code", length, message=self.text("code_rule"))
            case "date":
                days = {"minimum": datetime(2010, 1, 1), "maximum": datetime(2060, 1, 1)}  # noqa: DTZ001 - a day
                return self._told("date", {"validate": "date", "criteria": "between", **days})
        asked = column.question or question(column.header)
        bounds = {"minimum": asked.minimum or 0, "maximum": asked.maximum or 0}
        told = self.text("number", **bounds)
        return self._told("number", {"validate": "integer", "criteria": "between", **bounds}, message=told)

    def _told(self, key: str, rule: Mapping[str, Any], message: str = "") -> dict[str, Any]:
        return {
            **rule,
            "ignore_blank": True,
            "error_title": self.text(f"{key}_title"),
            "error_message": message or self.text(key),
        }

    def _grey(self, sheet: Any) -> None:  # noqa: ANN401
        for place in self.calculation.asked:
            asked: CalculationColumn = self.calculation.made[place]
            cells = [rank for rank, each in enumerate(self.columns) if _belongs(each, asked.asks)]
            if not cells:
                continue
            formula = f"={_CALCULATION}!${letter(place)}{FIRST_ROW}=FALSE"
            rule = {"type": "formula", "criteria": formula, "format": self.styles.greyed}
            sheet.conditional_format(FIRST_ROW - 1, cells[0], self.last_row - 1, cells[-1], rule)

    def _colour_check(self, sheet: Any) -> None:  # noqa: ANN401
        for key, style in self.styles.outcomes.items():
            rule = {"type": "text", "criteria": "begins with", "value": self.text(key), "format": style}
            sheet.conditional_format(FIRST_ROW - 1, 0, self.last_row - 1, 0, rule)


def _belongs(column: Column, asked: str) -> bool:
    if asked == "children":
        return column.child > 0
    return column.question is not None and column.question.code == asked
