"""The questions as an Excel sheet to be answered away from this computer, and its answers read back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from denombrement.dedup.linkage.constraints import Pair
from denombrement.dedup.review.answers import VERDICTS, pair_key
from denombrement.dedup.review.queue import Queue, ReviewPair
from denombrement.dedup.review.session import why_text
from denombrement.dedup.review.texts import CERTAIN_PERCENT, LANGUAGES, chance_text, finding_text, text
from denombrement.errors import DamagedInput

FIRST_ROW = 2
MAXIMUM_SHEET_BYTES = 20_000_000
_ANSWER_COLUMN, _PAIR_COLUMN, _CHECK_COLUMN = 0, 1, 2
_HEADS = ("column_answer", "column_pair", "column_check")
_WIDTHS = (22, 34, 12, 44, 30, 16, 30, 16, 12)


@dataclass(frozen=True, slots=True)
class SheetAnswers:
    """What a sheet said.

    Args:
        answers: verdict of each pair.
        unanswered: rows left empty.
        unknown: rows whose pair is not asked any more, or whose answer is none of those offered.
        changed: rows about an identity corrected since the sheet was written.
    """

    answers: dict[Pair, str]
    unanswered: int
    unknown: int
    changed: int


def review_sheet(queue: Queue, services: Mapping[str, str], known: Mapping[str, str], language: str) -> bytes:
    """A workbook with one row a question and a list of answers to choose from.

    Args:
        queue: the questions.
        services: name of each service by its id.
        known: digest of each declaration's identity (``answers.identities``).
        language: one of the four.
    """
    import xlsxwriter

    out = io.BytesIO()
    # Texts stay texts: nothing that a file said can become a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(text("sheet", language))
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.write_string(0, 0, text("sheet_help", language))
        parts = list(dict.fromkeys(found.part for each in queue.pairs for found in each.findings))
        sheet.write_row(1, 0, _heads(parts, language), bold)
        sheet.freeze_panes(FIRST_ROW, 1)
        for column in range(len(_WIDTHS) + len(parts)):
            sheet.set_column(column, column, (*_WIDTHS, *(20 for _ in parts))[column], wrapped)
        sheet.set_column(_PAIR_COLUMN, _CHECK_COLUMN, 4, wrapped)
        for line, each in enumerate(queue.pairs, start=FIRST_ROW):
            sheet.write_row(line, 0, _row(each, parts, services, known, language))
            choices = [text(verdict, language) for verdict in VERDICTS]
            sheet.data_validation(line, 0, line, 0, {"validate": "list", "source": choices})
    return out.getvalue()


def read_sheet(data: bytes, queue: Queue, known: Mapping[str, str]) -> SheetAnswers:
    """Answers from a sheet that ``review_sheet`` wrote, in any of the four languages.

    Raises:
        DamagedInput: LNK912 where it is no such sheet.
    """
    asked = {pair_key(each.pair): each.pair for each in queue.pairs}
    words = {text(verdict, each): verdict for each in LANGUAGES for verdict in VERDICTS}
    answers: dict[Pair, str] = {}
    unanswered = unknown = changed = 0
    for row in _read_rows(data):
        said, key, check = (str(row[column]).strip() for column in range(len(_HEADS)))
        pair, verdict = asked.get(key), words.get(said)
        if not said:
            unanswered += bool(key)
        elif pair is None or verdict is None:
            unknown += 1
        elif check != _check(pair, known):
            changed += 1
        else:
            answers[pair] = verdict
    return SheetAnswers(answers, unanswered, unknown, changed)


def _heads(parts: Sequence[str], language: str) -> list[str]:
    sides = [
        text(key, language, which=which) for which in ("A", "B") for key in ("column_service", "declaration")
    ]
    return [
        *(text(key, language) for key in (*_HEADS, "column_why")),
        *sides,
        text("column_chance", language),
        *(text(f"part_{part}", language) for part in parts),
    ]


def _row(
    each: ReviewPair,
    parts: Sequence[str],
    services: Mapping[str, str],
    known: Mapping[str, str],
    language: str,
) -> list[Any]:
    sides = []
    for record in each.pair:
        service, number = record.split("/", 1)
        sides += [services.get(service, service), number]
    words = {found.part: finding_text(found, language) for found in each.findings}
    chance = "" if each.chance is None else _chance(each.chance, language)
    return [
        "",
        pair_key(each.pair),
        _check(each.pair, known),
        why_text(each, language),
        *sides,
        chance,
        *(words.get(part, "") for part in parts),
    ]


def _chance(chance: float, language: str) -> int | str:
    """A number, so that the column can be sorted; words where it would claim certainty."""
    percent = round(100 * chance)
    return percent if 0 < percent < CERTAIN_PERCENT else chance_text(chance, language)


def _check(pair: Pair, known: Mapping[str, str]) -> str:
    """Eight digits that change when one of the two identities does."""
    both = "\x1f".join(known[record] for record in pair)
    return hashlib.sha256(f"check\x1f{both}".encode()).hexdigest()[:8]


def _read_rows(data: bytes) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    heads = {tuple(text(key, language) for key in _HEADS) for language in LANGUAGES}
    if len(data) > MAXIMUM_SHEET_BYTES:
        raise DamagedInput("LNK912")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError):
        raise DamagedInput("LNK912") from None
    if len(rows) < FIRST_ROW or tuple(rows[FIRST_ROW - 1][: len(_HEADS)]) not in heads:
        raise DamagedInput("LNK912")
    return rows[FIRST_ROW:]
