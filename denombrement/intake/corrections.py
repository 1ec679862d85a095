"""What a service is asked to correct: places and reasons, in its language, without any identity or answer."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from denombrement.campaign import Campaign, Service
from denombrement.intake.model import reason_text
from denombrement.intake.store import Store
from denombrement.survey.questionnaire import label, questions

_HEADERS = {
    "fr": ("Où", "Fiche", "Question", "Ce qui ne va pas", "Code"),
    "nl": ("Waar", "Fiche", "Vraag", "Wat er niet klopt", "Code"),
    "de": ("Wo", "Bogen", "Frage", "Was nicht stimmt", "Code"),
    "en": ("Where", "Form", "Question", "What is wrong", "Code"),
}
_WIDTHS = (14, 16, 48, 90, 26)


def correction_sheets(store: Store, services: Mapping[str, Service], campaign: Campaign) -> dict[str, bytes]:
    """One workbook a service with records set aside in its current return, a sheet for each language."""
    rows = store.rows(
        "SELECT q.service, q.place, q.declaration_id, q.question, q.reason FROM quarantine q "
        "SEMI JOIN (SELECT sha256, service FROM returns WHERE status = 'current') r USING (sha256, service) "
        "ORDER BY ALL"
    )
    by_service: dict[str, list[tuple[str, ...]]] = {}
    for service, *rest in rows:
        by_service.setdefault(service, []).append(tuple(rest))
    return {
        service: _workbook(found, campaign) for service, found in by_service.items() if service in services
    }


def _workbook(rows: Sequence[tuple[str, ...]], campaign: Campaign) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    # Texts stay texts: nothing that a file said can become a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for language in campaign.languages:
            sheet = book.add_worksheet(language.upper())
            sheet.write_row(0, 0, _HEADERS[language], bold)
            sheet.freeze_panes(1, 0)
            for column, width in enumerate(_WIDTHS):
                sheet.set_column(column, column, width, wrapped)
            for line, (place, declaration, question, reason) in enumerate(rows, start=1):
                texts = (
                    place,
                    declaration,
                    _question(question, language),
                    reason_text(reason, language),
                    reason,
                )
                sheet.write_row(line, 0, texts)
    return out.getvalue()


def _question(code: str, language: str) -> str:
    known = {each.code for each in questions()}
    return label("question", code, language).text if code in known else code
