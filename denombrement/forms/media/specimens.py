"""A specimen of each of these forms, for a made-up campaign: what goes into ``forms/`` and is checked for drift."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from denombrement.campaign import Campaign
from denombrement.forms.paper import paper
from denombrement.forms.workbook import workbook
from denombrement.forms.workbook.layout import sheet_columns
from denombrement.forms.xlsform import xlsform_sheets
from denombrement.survey.questionnaire import LANGUAGES

SPECIMEN = Campaign(id="specimen-2026-000000", name="Dénombrement (spécimen)", night=date(2026, 10, 22))
_ROWS = 20


def text_specimens() -> dict[str, str]:
    """File name -> text: the same on every machine and with every version of the libraries, hence compared to the byte."""
    sheets = xlsform_sheets(SPECIMEN)
    files = {f"xlsform/{name}.csv": _csv(rows) for name, rows in sheets.items()}
    return {**files, "classeur/colonnes.csv": _csv(_workbook_columns())}


def binary_specimens() -> dict[str, bytes]:
    """File name -> content: the paper in each language and a short workbook; another version of a library may write other bytes."""
    files = {f"papier/fiche-{language}.pdf": paper(SPECIMEN, language=language) for language in LANGUAGES}
    return {**files, "classeur/classeur-fr.xlsx": workbook(SPECIMEN, people=_ROWS)}


def _workbook_columns() -> Iterable[dict[str, str]]:
    by_language = [sheet_columns(language, for_service=True) for language in LANGUAGES]
    for columns in zip(*by_language, strict=True):
        texts = {language: each.text for language, each in zip(LANGUAGES, columns, strict=True)}
        yield {"header": columns[0].header, "kind": columns[0].kind, **texts}


def _csv(rows: Iterable[dict[str, str]]) -> str:
    listed: Sequence[dict[str, str]] = list(rows)
    columns = list(dict.fromkeys(column for row in listed for column in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue()
