"""The public report and its one-page fact sheet as files: a page, a tagged PDF, and a document that the officer may edit."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from denombrement.publication.public.content import Document, Picture, fact_sheet, report
from denombrement.publication.public.figures import Figures
from denombrement.publication.public.maps import public_maps
from denombrement.publication.public.pages import environment
from denombrement.publication.public.printing import Printer
from denombrement.publication.public.typeset import report_pdf, sheet_pdf
from denombrement.publication.public.word import report_docx
from denombrement.publication.shapes import Geometry

LANGUAGES = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}


def build(figures: Figures, geometry: Geometry, languages: Sequence[str] = ("fr",)) -> dict[str, bytes]:
    """File name -> content: the report as HTML, PDF and DOCX and its fact sheet as HTML and PDF, in each language."""
    files: dict[str, bytes] = {}
    for language in languages:
        page = Printer(figures, language)
        pictures = {
            stem: Picture(figure) for stem, figure in public_maps(figures, geometry, language).items()
        }
        whole, short = report(page, pictures), fact_sheet(page, pictures)
        name, sheet = file_stem("rapport", language), file_stem("fiche", language)
        files[f"{name}.html"] = report_page(page, whole, languages).encode()
        files[f"{name}.pdf"] = report_pdf(page, whole)
        files[f"{name}.docx"] = report_docx(whole, figures.coverage.evening)
        files[f"{sheet}.html"] = sheet_page(page, short).encode()
        files[f"{sheet}.pdf"] = sheet_pdf(page, short)
    return files


def file_stem(name: str, language: str) -> str:
    """Name of a file in a language; French needs no mark."""
    return name if language == "fr" else f"{name}-{language}"


def report_page(page: Printer, document: Document, languages: Sequence[str] = ("fr",)) -> str:
    """The whole report as one self-contained HTML page, with links to the other files written with it."""
    others = [
        (code, f"{file_stem('rapport', code)}.html", LANGUAGES[code])
        for code in languages
        if code != page.language
    ]
    return environment().get_template("report.html.j2").render(**_given(page, document), others=others)


def sheet_page(page: Printer, document: Document) -> str:
    """The fact sheet as one self-contained HTML page that prints on one side."""
    return environment().get_template("fact_sheet.html.j2").render(**_given(page, document))


def _given(page: Printer, document: Document) -> dict[str, object]:
    return {
        "doc": document,
        "say": page.say,
        "source": _source,
        "name": file_stem("rapport", page.language),
        "sheet": file_stem("fiche", page.language),
    }


def _source(picture: Picture) -> str:
    return "data:image/svg+xml;base64," + b64encode(picture.svg.encode()).decode()
