"""Which services to call about which of their own case numbers, without telling one what another said."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from denombrement.campaign import Service
from denombrement.dedup.review.answers import UNSURE
from denombrement.dedup.review.queue import Queue, ReviewPair
from denombrement.dedup.review.texts import text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    Formats = tuple[Format, Format]

_LONGEST_SHEET_NAME = 31


def phone_sheet(queue: Queue, services: Mapping[str, Service], language: str) -> bytes:
    """A workbook: the officer's own list of pairs first, then one sheet a service, to be read out to it.

    A service's sheet holds its own case numbers and the same request for each: neither the other service, nor what
    agrees or differs. Pairs answered "I do not know" come first.

    Args:
        queue: the questions.
        services: services by id, with their contacts.
        language: one of the four.
    """
    import xlsxwriter

    pairs = sorted(queue.pairs, key=lambda each: not _unsure(each))
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        formats = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        _officer_sheet(book.add_worksheet(text("calls", language)), pairs, services, language, formats)
        for rank, (service, numbers) in enumerate(_own_numbers(pairs).items(), start=1):
            name = f"{rank} {service}"[:_LONGEST_SHEET_NAME]
            _service_sheet(book.add_worksheet(name), services.get(service), numbers, language, formats)
    return out.getvalue()


def _unsure(each: ReviewPair) -> bool:
    return each.answer is not None and each.answer.verdict == UNSURE


def _own_numbers(pairs: list[ReviewPair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in pairs:
        for record in each.pair:
            service, number = record.split("/", 1)
            numbers = found.setdefault(service, [])
            if number not in numbers:
                numbers.append(number)
    # Sorted: the order of the pairs would tell a reader of two sheets which numbers go together.
    return {service: sorted(numbers) for service, numbers in sorted(found.items())}


def _officer_sheet(
    sheet: Worksheet,
    pairs: list[ReviewPair],
    services: Mapping[str, Service],
    language: str,
    formats: Formats,
) -> None:
    bold, wrapped = formats
    sheet.write_string(0, 0, text("calls_help", language))
    side = [
        [text(key, language, which=which) for key in ("column_service", "contact", "number")]
        for which in ("A", "B")
    ]
    sheet.write_row(1, 0, [text("column_pair", language), *side[0], *side[1]], bold)
    sheet.freeze_panes(2, 0)
    for column, width in enumerate((8, 34, 34, 18, 34, 34, 18)):
        sheet.set_column(column, column, width, wrapped)
    for line, each in enumerate(pairs, start=2):
        cells: list[str] = []
        for record in each.pair:
            service, number = record.split("/", 1)
            known = services.get(service)
            cells += [known.name if known else service, known.contact if known else "", number]
        sheet.write_row(line, 0, [line - 1, *cells])


def _service_sheet(
    sheet: Worksheet, service: Service | None, numbers: list[str], language: str, formats: Formats
) -> None:
    bold, wrapped = formats
    sheet.write_string(0, 0, f"{service.name} {service.contact}".strip() if service else "", bold)
    sheet.write_string(1, 0, text("call_help", language))
    sheet.write_row(2, 0, [text(key, language) for key in ("call_number", "call_check", "call_done")], bold)
    for column, width in enumerate((24, 80, 18)):
        sheet.set_column(column, column, width, wrapped)
    for line, number in enumerate(numbers, start=3):
        sheet.write_row(line, 0, [number, text("call_parts", language), ""])
