"""The report and its fact sheet as tagged PDF (PDF/UA-1): the texts go to typst as data, so none can hold an instruction."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from denombrement.publication.public.content import Document, Picture, Section
from denombrement.publication.public.printing import Printer, TableView

# A map higher than this many times its width leaves no room for its caption on a page of full width.
_TALL = 1.1
_TALL_WIDTH_PERCENT, _FULL_WIDTH_PERCENT = 72, 100


def report_pdf(page: Printer, document: Document) -> bytes:
    """The whole report: A4, tagged, the same bytes for the same figures."""
    return _compiled(page, document, "report")


def sheet_pdf(page: Printer, document: Document) -> bytes:
    """The fact sheet: one side of A4, tagged."""
    return _compiled(page, document, "sheet")


def _compiled(page: Printer, document: Document, kind: str) -> bytes:
    import typst

    template = (resources.files("denombrement.publication") / "data" / "report.typ").read_bytes()
    given = {
        "kind": kind,
        "name": page.figures.coverage.name,
        "page": page.say("page_of", number="{0}", total="{1}"),
        **_content(document),
    }
    made: bytes = typst.compile(
        template,
        format="pdf",
        pdf_standards=["ua-1"],
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[_map_fonts()]),
        sys_inputs={"content": json.dumps(given, ensure_ascii=False)},
    )
    return made


def _map_fonts() -> str:
    """Folder of the font that maps are lettered in; it comes with the library that draws them."""
    from matplotlib import get_data_path

    return f"{get_data_path()}/fonts/ttf"


def _content(document: Document) -> dict[str, Any]:
    return {
        "language": document.language,
        "title": document.title,
        "lead": document.lead,
        "tiles": [{"number": t.number, "word": t.word, "detail": t.detail} for t in document.tiles],
        "facts": list(document.facts),
        "limits_title": document.limits_title,
        "limits": list(document.limits),
        "sections": [_section(each) for each in document.sections],
        "sources": document.sources,
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "paragraphs": list(section.paragraphs),
        "pairs": section.pairs,
        "shown": [
            _picture(each) if isinstance(each, Picture) else _table(each, narrow=section.pairs)
            for each in section.shown
        ],
    }


def _table(view: TableView, *, narrow: bool) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": view.caption,
        "header": list(view.header),
        "lines": [
            {
                "label": line.label,
                "cells": list(line.cells),
                "style": line.style,
                "spans": line.spans,
                "bar": line.bar,
            }
            for line in view.lines
        ],
        "note": view.note,
        "bars": view.bars,
        "narrow": narrow,
    }


def _picture(picture: Picture) -> dict[str, Any]:
    page = picture.sheet
    tall = page.height / page.width > _TALL
    width = _TALL_WIDTH_PERCENT if tall else _FULL_WIDTH_PERCENT
    return {"kind": "picture", "svg": picture.svg, "text": picture.text, "width": width}
