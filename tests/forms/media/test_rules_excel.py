"""The rules as spreadsheet formulas, recalculated by LibreOffice, give Python's verdicts."""

from __future__ import annotations

import io
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from denombrement.forms.expressions import excel_expression
from denombrement.forms.workbook.sheet import PlainWorksheet
from denombrement.survey.questionnaire import question, questions

RECORDS = 1_000
ANSWERS = [each for each in questions("declaration") if each.kind != "children"]
OF_CHILD = list(questions("child"))
MOST_CHILDREN = 3


@dataclass(frozen=True)
class Row:
    """One line of a sheet of codes: an answer a column; several answers are codes between bars; then the children."""

    line: int
    child: int | None = None

    def _cell(self, column):
        return f"${xl_col_to_name(column)}{self.line}"

    def answer(self, code):
        if self.child is not None:
            return self._cell(column_of_child(self.child) + OF_CHILD.index(question(code)))
        return self._cell(ANSWERS.index(question(code)))

    def has(self, code, option):
        return f'ISNUMBER(SEARCH("|{option}|",{self.answer(code)}))'

    def count(self, code):
        if code == "children":
            return self._cell(len(ANSWERS))
        # « |a||b| »: two bars a code.
        return f'(LEN({self.answer(code)})-LEN(SUBSTITUTE({self.answer(code)},"|","")))/2'


def column_of_child(rank):
    return len(ANSWERS) + 1 + rank * len(OF_CHILD)


def put(sheet, line, column, value, dates):
    if isinstance(value, list):
        sheet.write_string(line, column, "".join(f"|{code}|" for code in value))
    elif hasattr(value, "isoformat"):
        sheet.write_datetime(line, column, value, dates)
    elif value is not None:
        sheet.write(line, column, value)


def formulas(engines, line):
    """The verdicts of one line, in the order in which they are read back."""
    for of, tree in engines.expressions.values():
        ranks = range(MOST_CHILDREN) if of == "child" else [None]
        for rank in ranks:
            yield excel_expression(tree, engines.context, Row(line, rank))


def book(engines, records):
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"in_memory": True})
    codes, verdicts = made.add_worksheet("codes"), made.add_worksheet("verdicts", PlainWorksheet)
    dates = made.add_format({"num_format": "yyyy-mm-dd"})
    for line, record in enumerate(records):
        for column, each in enumerate(ANSWERS):
            put(codes, line, column, record.get(each.code), dates)
        children = record.get("children", [])
        codes.write_number(line, len(ANSWERS), len(children))
        for rank, child in enumerate(children):
            for column, each in enumerate(OF_CHILD, column_of_child(rank)):
                put(codes, line, column, child.get(each.code), dates)
        for column, formula in enumerate(formulas(engines, line + 1)):
            # On the other sheet, as in the workbook that services fill in.
            verdicts.write_formula(line, column, "=" + formula.replace("$", "codes!$"))
    made.close()
    return file.getvalue()


def laid_out(engines, verdicts, children):
    wanted = []
    for name, (of, _) in engines.expressions.items():
        truths = verdicts[name] if of == "child" else [verdicts[name]]
        wanted += truths
        # A child who is not there is not judged; its columns are empty and are not read.
        wanted += [None] * (MOST_CHILDREN - children if of == "child" else 0)
    return wanted


def test_libreoffice_and_python_agree_on_random_records(engines, tmp_path):
    records = engines.random_records(RECORDS)
    rows, _ = engines.recalculated(book(engines, records), tmp_path, sheet=2)
    expected = engines.expected(records)
    seen = set()
    for record, texts, verdicts in zip(records, rows, expected, strict=True):
        assert set(texts) <= {"TRUE", "FALSE"}  # never an error
        wanted = laid_out(engines, verdicts, len(record.get("children", [])))
        for text, truth in zip(texts, wanted, strict=True):
            assert truth is None or (text == "TRUE") == truth
        seen |= {name for name, truth in verdicts.items() if truth and (truth is True or any(truth))}
    assert seen == set(engines.expressions)


def test_a_text_pasted_where_a_number_belongs_is_no_number(engines, tmp_path):
    # In a spreadsheet, any text is greater than any number.
    pasted = [{"age_years": text, "leaving_date": text} for text in ("texte", "17 ans", "#")]
    rows, _ = engines.recalculated(book(engines, pasted), tmp_path, sheet=2)
    columns = {"child": MOST_CHILDREN, "declaration": 1}
    names = [name for name, (of, _) in engines.expressions.items() for _ in range(columns[of])]
    for texts in rows:
        verdicts = dict(zip(names, texts, strict=True))
        assert set(texts) <= {"TRUE", "FALSE"}
        for name in ("check_minor", "check_leaving_date_too_late", "other_ne_number", "other_year_of_answer"):
            assert verdicts[name] == "FALSE"
