"""The hidden sheet: answers turned back into codes, rules into verdicts, the first problem of a row into words.

Row by row beside the records, and read by position (``INDEX(…, ROW())``), so that cutting and pasting cells cannot make
a check look at another person. An empty row gives the empty text everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from denombrement.campaign import Campaign
from denombrement.forms.expressions import excel_expression
from denombrement.forms.media import media_questions, medium_text
from denombrement.forms.workbook.layout import CHILDREN, Column
from denombrement.survey.rules import Check, RuleContext, load_rules, message

UNREADABLE = "#"
FIRST_ROW = 3
# Plausible serial numbers of days, 2009 to 2064: a year or an age in a cell for dates is not one.
_FIRST_DAY, _LAST_DAY = 40_000, 60_000


@dataclass(frozen=True, slots=True)
class CalculationColumn:
    """One column of the hidden sheet: ``formula`` for the first row of records (others shift ``$A3`` to their row).

    ``name`` is what a message calls the column when its cell is not understood; ``message`` what the check says where
    the formula is true; ``asks`` the question whose cells are grey where it is false.
    """

    formula: str
    name: str = ""
    message: str = ""
    asks: str = ""


def letter(column: int) -> str:
    """Name of a column of a spreadsheet, from 0."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


class Calculation:
    """The hidden sheet of one workbook.

    Args:
        campaign: its night gives the dates.
        language: language of the messages.
        columns: the sheet of records.
        sheet: name of the sheet of records.
        last_row: last row that is looked at.
    """

    def __init__(
        self, campaign: Campaign, language: str, columns: Sequence[Column], sheet: str, last_row: int
    ) -> None:
        self.language = language
        self.columns = columns
        self.sheet = sheet
        self.last_row = last_row
        self._place: dict[tuple[str, int], int] = {}
        self._child = 0
        self.made = [CalculationColumn(self._is_filled())]
        self.answers = self._add(self._answer_columns())
        self.asked = self._add(self._asked_columns(campaign.rule_context))
        self.verdicts = self._add(self._verdict_columns(campaign.rule_context))
        self.made.append(CalculationColumn(self._outcome()))

    def answer(self, code: str) -> str:
        """Cell with the code of an answer; see `denombrement.forms.expressions.ExcelCells`."""
        return self._own(self._place[code, self._child])

    def has(self, code: str, option: str) -> str:
        """Whether the option's column is marked."""
        (column,) = (
            place
            for place, each in enumerate(self.columns)
            if each.question and each.question.code == code and each.option == option
        )
        return f'{self._record_cell(column)}="x"'

    def count(self, code: str) -> str:
        """Number of marks, or of children who have any answer."""
        return f"N({self._own(self._place[code, 0])})"

    def row_formula(self, column: CalculationColumn, row: int) -> str:
        """The column's formula in one row."""
        return "=" + column.formula.replace("{row}", str(row))

    def _add(self, columns: Iterator[CalculationColumn]) -> range:
        start = len(self.made)
        for each in columns:
            self.made.append(each)
        return range(start, len(self.made))

    def _is_filled(self) -> str:
        first = next(place for place, each in enumerate(self.columns) if each.section)
        return f'IF(COUNTA({self._record_cells(first, len(self.columns) - 1)})>0,1,"")'

    def _answer_columns(self) -> Iterator[CalculationColumn]:
        start = len(self.made)
        made = 0
        for place, each in enumerate(self.columns):
            if each.kind == "status" or each.is_coded:
                code = each.question.code if each.question else each.header
                self._place[code, each.child] = start + made
                yield CalculationColumn(self._if_filled(self._code_of(place, each)), name=each.text)
                made += 1
        for question in media_questions("declaration"):
            if question.kind in {"choices", "children"}:
                self._place[question.code, 0] = start + made
                yield self._count_column(question.code)
                made += 1

    def _code_of(self, place: int, column: Column) -> str:
        cell = self._record_cell(place)
        return f'IF({cell}="","",IFERROR({self._reading(cell, column)},"{UNREADABLE}"))'

    def _reading(self, cell: str, column: Column) -> str:
        if column.listed:
            return f"INDEX(codes_{column.listed},MATCH({cell},texts_{column.listed},0))"
        question = column.question
        low, high = _FIRST_DAY, _LAST_DAY
        if question is not None and question.minimum is not None and question.maximum is not None:
            low, high = question.minimum, question.maximum
        fits = f"AND(ISNUMBER({cell}),{cell}>={low},{cell}<={high},{cell}=INT({cell}))"
        return f'IF({fits},{cell},"{UNREADABLE}")'

    def _count_column(self, code: str) -> CalculationColumn:
        if code == "children":
            counts = [f"(COUNTA({self._child_cells(rank)})>0)" for rank in range(1, CHILDREN + 1)]
            return CalculationColumn(self._if_filled("+".join(counts)))
        places = [place for place, each in enumerate(self.columns) if each.option and _code(each) == code]
        cells = self._record_cells(places[0], places[-1])
        marks = f'COUNTIF({cells},"x")'
        name = self.columns[places[0]].text.partition(" / ")[0]
        wrong = f'IF(COUNTA({cells})={marks},{marks},"{UNREADABLE}")'
        return CalculationColumn(self._if_filled(wrong), name=name)

    def _asked_columns(self, context: RuleContext) -> Iterator[CalculationColumn]:
        for code, rule in load_rules().asked.items():
            yield CalculationColumn(self._if_filled(excel_expression(rule, context, self)), asks=code)

    def _verdict_columns(self, context: RuleContext) -> Iterator[CalculationColumn]:
        for level in ("error", "warning"):
            prefix = medium_text(level, self.language)
            for check in load_rules().checks:
                if check.level == level:
                    yield from self._verdicts_of(check, context, prefix)
        missing = f'AND({self._record_cell(self._place_of("code"))}="",{self._own(self._place["identity_status", 0])}="")'
        text = f"{medium_text('warning', self.language)} {medium_text('code_missing', self.language)}"
        yield CalculationColumn(self._if_filled(missing), message=text)

    def _verdicts_of(self, check: Check, context: RuleContext, prefix: str) -> Iterator[CalculationColumn]:
        text = message(check.code, self.language)
        for rank in range(1, CHILDREN + 1) if check.of == "child" else (0,):
            self._child = rank
            truth = excel_expression(check.when, context, self)
            self._child = 0
            if rank:
                truth = f"AND(COUNTA({self._child_cells(rank)})>0,{truth})"
            who = f"{medium_text('child', self.language, number=rank)}: " if rank else ""
            yield CalculationColumn(self._if_filled(truth), message=f"{prefix} {who}{text}")

    def _outcome(self) -> str:
        answers, verdicts = self._own_range(self.answers), self._own_range(self.verdicts)
        unreadable = f'INDEX(message_unreadable,MATCH("{UNREADABLE}",{answers},0))'
        broken = f"INDEX(message_verdicts,MATCH(TRUE,{verdicts},0))"
        in_order = medium_text("in_order", self.language)
        return self._if_filled(f'IFERROR({unreadable},IFERROR({broken},"{in_order}"))')

    def _place_of(self, header: str) -> int:
        return next(place for place, each in enumerate(self.columns) if each.header == header)

    def _child_cells(self, rank: int) -> str:
        places = [place for place, each in enumerate(self.columns) if each.child == rank]
        return self._record_cells(places[0], places[-1])

    def _record_cell(self, place: int) -> str:
        name = letter(place)
        return f"INDEX({self.sheet}!${name}$1:${name}${self.last_row},ROW())"

    def _record_cells(self, first: int, last: int) -> str:
        return f"INDEX({self.sheet}!${letter(first)}$1:${letter(last)}${self.last_row},ROW(),0)"

    def _own(self, place: int) -> str:
        return f"${letter(place)}{{row}}"

    def _own_range(self, places: range) -> str:
        return f"{self._own(places[0])}:{self._own(places[-1])}"

    def _if_filled(self, formula: str) -> str:
        return f'IF({self._own(0)}="","",{formula})'


def _code(column: Column) -> str:
    return column.question.code if column.question else ""
