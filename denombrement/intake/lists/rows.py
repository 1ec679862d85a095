"""From the rows of a list to records, column by column; what a cell does not say rejects its row, with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from denombrement.errors import DamagedInput
from denombrement.intake.lists.answers import (
    CHECKED,
    Misunderstood,
    read_choice,
    read_integer,
    reader_of,
)
from denombrement.intake.lists.headers import Column, columns_of, require_compulsory
from denombrement.intake.model import Rejected, Taken
from denombrement.intake.readers import RawRow, RawTable, children_of, is_repeat
from denombrement.intake.validation import validate_records
from denombrement.survey.questionnaire import question

# A code written by hand -> what it gives of an identity (``code``, ``tokens``); None where the text is no such code.
ReadMnemonic = Callable[[str], Mapping[str, Any] | None]
_TOKEN_CODE = re.compile(r"^[A-Za-z0-9_-]{22}$")
_TEXTS = frozenset({"service", "declaration_id", "code", "opaque_code", "token"})


@dataclass
class ServiceRows:
    """What a list says of one service."""

    taken: list[Taken] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass
class _Record:
    place: str
    line: int
    answers: dict[str, Any]
    problem: Rejected | None = None


def read_list(
    tables: Sequence[RawTable],
    *,
    night: date,
    recipe: str,
    service: str | None = None,
    read_mnemonic: ReadMnemonic | None = None,
) -> dict[str, ServiceRows]:
    """Records of a list, by service.

    Args:
        tables: as the readers give them: one table of adults, and perhaps one of their children.
        night: the reference night, which decides the communes.
        recipe: recipe of the codes that the list holds.
        service: the service of every row, where the list does not say.
        read_mnemonic: turns a code written by hand into tokens where it is read, so that it is not stored, or raises
            where it cannot; without it, such a code is kept as another platform's would be.

    Returns:
        Service id -> its valid and rejected rows. A row without a service is under the empty id.

    Raises:
        DamagedInput: INT031, INT106, INT109 to INT112; what ``read_mnemonic`` raises.
    """
    adults = [table for table in tables if not is_repeat(table)]
    repeats = [table for table in tables if is_repeat(table)]
    by_service: dict[str, ServiceRows] = {}
    for table in adults:
        records = list(_records(table, night, recipe, read_mnemonic))
        for repeat in repeats:
            _add_children(records, table, repeat, night)
        for name, group in _by_service(records, service).items():
            rows = by_service.setdefault(name, ServiceRows())
            taken, rejected = validate_records(
                (each.place, each.answers) for each in group if not each.problem
            )
            rows.taken += taken
            rows.rejected += rejected + [each.problem for each in group if each.problem]
        _reject_unreadable(by_service, table, service)
    return by_service


def _records(
    table: RawTable, night: date, recipe: str, read_mnemonic: ReadMnemonic | None
) -> Iterator[_Record]:
    columns = columns_of(table)
    require_compulsory(columns)
    cells = [(column, _column_answers(column, table.rows, night)) for column in columns]
    for rank, row in enumerate(table.rows):
        record = _Record(table.place(row.line), row.line, {})
        for column, answers in cells:
            _set(record, column, answers[rank])
        _name(record, row.line)
        record.answers["identity"] = _identity(record.answers, recipe, read_mnemonic)
        yield record


def _column_answers(column: Column, rows: Sequence[RawRow], night: date) -> list[Any]:
    """Answers of one column; equal cells are read once."""
    read = _cell_reader(column, night)
    memo: dict[str | None, Any] = {None: None}
    answers = []
    for row in rows:
        text = row.cells[column.place] if column.place < len(row.cells) else None
        if text not in memo:
            memo[text] = read(text)
        answers.append(memo[text])
    return answers


def _cell_reader(column: Column, night: date) -> Any:  # noqa: ANN401 - one reader a kind of column
    if column.option:
        return _is_checked if column.name != "token" else str
    if column.name in _TEXTS:
        return str
    if column.name == "identity_status":
        return lambda text: read_choice(text, column.name)
    if column.name == "revision":
        return read_integer
    return reader_of(question(column.name), night)


def _is_checked(text: str) -> bool:
    return text.lower() in CHECKED or text == "1.0"


def _set(record: _Record, column: Column, answer: Any) -> None:  # noqa: ANN401 - any kind of answer
    if answer is None:
        return
    if isinstance(answer, Misunderstood):
        if record.problem is None:
            record.problem = Rejected(record.place, column.name, answer.reason)
    elif column.name == "token":
        record.answers.setdefault("tokens", {})[column.option] = answer
    elif column.option:
        # Exports give an answer twice: all its options in one column, and each in its own.
        if answer and column.option not in record.answers.setdefault(column.name, []):
            record.answers[column.name].append(column.option)
    elif column.child:
        children = record.answers.setdefault("children_by_rank", {})
        children.setdefault(column.child, {})[column.name] = answer
    else:
        record.answers[column.name] = answer


def _name(record: _Record, line: int) -> None:
    answers = record.answers
    children = answers.pop("children_by_rank", None)
    if children:
        answers["children"] = [children[rank] for rank in sorted(children)]
    if "declaration_id" not in answers:
        number = answers.get("case_number")
        answers["declaration_id"] = f"case-{number}" if number else f"row-{line}"
    if record.problem:
        record.problem = Rejected(
            record.problem.place,
            record.problem.question,
            record.problem.reason,
            _safe(answers["declaration_id"]),
        )


def _safe(identifier: str) -> str:
    return identifier if re.fullmatch(r"(case|row)-[0-9]+", identifier) else ""


def _identity(answers: dict[str, Any], recipe: str, read_mnemonic: ReadMnemonic | None) -> dict[str, Any]:
    code, opaque = answers.pop("code", None), answers.pop("opaque_code", None)
    tokens = answers.pop("tokens", {})
    status = answers.pop("identity_status", None)
    if code and not _TOKEN_CODE.match(code):
        opaque, code = code, None
    written = read_mnemonic(opaque) if opaque and read_mnemonic and not (code or tokens) else None
    if written:
        return {"status": "coded", "recipe": recipe, **written}
    if code or tokens:
        return {"status": "coded", "recipe": recipe, "code": code, "tokens": tokens}
    if opaque:
        return {"status": "opaque", "opaque_code": opaque}
    return {"status": status or "not_known"}


def _by_service(records: Sequence[_Record], service: str | None) -> Mapping[str, list[_Record]]:
    groups: dict[str, list[_Record]] = {}
    for record in records:
        name = record.answers.pop("service", None) or service
        if name is None:
            raise DamagedInput("INT106", where=record.place)
        groups.setdefault(name, []).append(record)
    return groups


def _add_children(records: Sequence[_Record], adults: RawTable, repeat: RawTable, night: date) -> None:
    family = children_of(adults, repeat)
    columns = columns_of(repeat)
    by_line = {record.line: record for record in records}
    for line, rows in family.by_parent_line.items():
        record = by_line[line]
        for row in rows:
            child = _Record(repeat.place(row.line), row.line, {})
            for column in columns:
                _set(child, column, _column_answers(column, [row], night)[0])
            record.answers.setdefault("children", []).append(child.answers)
            record.problem = record.problem or child.problem
    for orphan in family.orphans:
        raise DamagedInput("INT031", where=repeat.place(orphan.line))


def _reject_unreadable(by_service: dict[str, ServiceRows], table: RawTable, service: str | None) -> None:
    for refusal in table.refused:
        name = service or next(iter(by_service), "")
        by_service.setdefault(name, ServiceRows()).rejected.append(Rejected(refusal.where, "", "REC010"))
