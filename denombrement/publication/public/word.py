"""The report as a document that the officer may edit: real headings, real tables with repeated heads, maps with text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from denombrement.publication.maps.raster import render_png
from denombrement.publication.public.content import Document, Picture
from denombrement.publication.public.printing import Line, TableView

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table, _Row

_LANGUAGE_TAGS = {"fr": "fr-BE", "nl": "nl-BE", "de": "de-BE", "en": "en-GB"}
_FONT = "Calibri"
_ACCENT, _SOFT = "1F4E79", "4D4D4D"
_MARGIN_MM, _WIDTH_MM, _MAP_WIDTH_MM = 20, 170, 130
_DOTS_PER_INCH = 200
_LONG_SIDE_MM, _SHORT_SIDE_MM = 297, 210
# Width of a column of figures, by the number of columns at most; a long word in it asks for more.
_FIGURE_WIDTHS_MM = ((2, 45), (3, 32), (6, 25), (7, 20), (20, 12))
_LABELS_MM = 34
_SMALL_FROM_COLUMNS = 8
_SMALL_POINTS, _USUAL_POINTS = 8, 9.5
# Bold letters of the widest fonts that editors fall back on, where the document's own is not installed.
_LETTER_EM, _WIDE_LETTER_EM, _WIDE_LETTERS = 0.72, 1.08, frozenset("mwMW")
_MM_PER_POINT = 25.4 / 72
_PADDING_MM = 0.8
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def report_docx(document: Document, evening: date) -> bytes:
    """The whole report as DOCX, the same bytes for the same figures.

    Args:
        document: what it says.
        evening: of the reference night; it stands as the document's date, so that no clock is in the file.
    """
    import docx

    made = docx.Document()
    _set_up(made, document, evening)
    made.add_heading(document.title, level=1)
    made.add_paragraph(document.lead, style="Subtitle")
    _add_tiles(made, document)
    for sentence in document.facts:
        made.add_paragraph(sentence)
    made.add_heading(document.limits_title, level=3)
    for limit in document.limits:
        made.add_paragraph(limit, style="List Bullet")
    for section in document.sections:
        made.add_heading(section.title, level=2)
        for sentence in section.paragraphs:
            made.add_paragraph(sentence)
        for each in section.shown:
            if isinstance(each, Picture):
                _add_picture(made, each)
            else:
                _add_table(made, each)
    made.add_paragraph(document.sources, style="Note")
    out = io.BytesIO()
    made.save(out)
    return _undated(out.getvalue())


def _set_up(made: WordDocument, document: Document, evening: date) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    about = made.core_properties
    about.title, about.author, about.comments = document.title, "", ""
    about.language = _LANGUAGE_TAGS[document.language]
    about.created = about.modified = datetime.combine(evening, time())
    page = made.sections[0]
    page.page_width, page.page_height = Mm(_SHORT_SIDE_MM), Mm(_LONG_SIDE_MM)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(_MARGIN_MM)
    note = made.styles.add_style("Note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = made.styles["Normal"]
    note.font.size, note.font.color.rgb = Pt(9), RGBColor.from_string(_SOFT)
    sizes = {
        "Normal": 10.5,
        "Heading 1": 20,
        "Heading 2": 14,
        "Heading 3": 11.5,
        "Subtitle": 10.5,
        "Caption": 10,
    }
    for name, size in sizes.items():
        style = made.styles[name]
        style.font.size, style.font.name, style.font.italic = Pt(size), _FONT, False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name.startswith("Heading") or name == "Caption":
            style.font.color.rgb, style.font.bold = RGBColor.from_string(_ACCENT), True
            style.paragraph_format.keep_with_next = True
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LANGUAGE_TAGS[document.language])
    made.styles["Normal"].element.get_or_add_rPr().append(language)


def _add_tiles(made: WordDocument, document: Document) -> None:
    """The headline numbers as a list of sentences, which every reader and every editor understands."""
    from docx.shared import Pt

    for tile in document.tiles:
        line = made.add_paragraph()
        number = line.add_run(tile.number)
        number.bold, number.font.size = True, Pt(16)
        line.add_run(f" {tile.word}" + (f" ({tile.detail})" if tile.detail else ""))


def _add_table(made: WordDocument, view: TableView) -> None:
    widths = _figure_widths_mm(view)
    lying = sum(widths) + _LABELS_MM > _WIDTH_MM
    if lying:
        _turn_page(made)
    made.add_paragraph(view.caption, style="Caption")
    table = made.add_table(rows=1, cols=len(view.header), style="Table Grid")
    _set_widths(table, widths, _LONG_SIDE_MM - 2 * _MARGIN_MM if lying else _WIDTH_MM)
    _fill(table.rows[0], view.header, bold=True, columns=len(view.header))
    _mark_head(table.rows[0])
    for line in view.lines:
        _add_line(table, line, len(view.header))
    _keep_together(table)
    made.add_paragraph(view.note, style="Note")
    if lying:
        _turn_page(made)


def _figure_widths_mm(view: TableView) -> list[float]:
    """Width of each column of figures, in which no word of its head is cut."""
    columns = len(view.header)
    usual = next(width for most, width in _FIGURE_WIDTHS_MM if columns <= most)
    em_mm = _points(columns) * _MM_PER_POINT
    longest = [max(map(_width_em, re.findall(r"[^\s-]+-?", head))) for head in view.header[1:]]
    return [max(usual, width * em_mm + 2 * _PADDING_MM) for width in longest]


def _width_em(word: str) -> float:
    return sum(_WIDE_LETTER_EM if letter in _WIDE_LETTERS else _LETTER_EM for letter in word)


def _turn_page(made: WordDocument) -> None:
    """A new page, lying after an upright one and upright after a lying one."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm

    upright = made.sections[-1].orientation == WD_ORIENT.LANDSCAPE
    page = made.add_section(WD_SECTION.NEW_PAGE)
    page.orientation = WD_ORIENT.PORTRAIT if upright else WD_ORIENT.LANDSCAPE
    sides = (Mm(_SHORT_SIDE_MM), Mm(_LONG_SIDE_MM))
    page.page_width, page.page_height = sides if upright else reversed(sides)


def _points(columns: int) -> float:
    return _SMALL_POINTS if columns > _SMALL_FROM_COLUMNS else _USUAL_POINTS


def _set_widths(table: Table, figures_mm: Sequence[float], width_mm: float) -> None:
    """Labels have what figures leave; written on every cell, since editors disagree on what they read."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    table.autofit = False
    widths_mm = (width_mm - sum(figures_mm), *figures_mm)
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths_mm, strict=True):
        # Rows to come take theirs from the column.
        column.width = cell.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(Mm(_PADDING_MM).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))  # noqa: SLF001 - the library has no name for it
    look.addprevious(margins)


def _add_line(table: Table, line: Line, columns: int) -> None:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    _keep_whole(row)
    if line.spans:
        row.cells[1].merge(row.cells[columns - 1])
    _fill(row, (line.label, *line.cells), bold=line.style in {"total", "sum"}, columns=columns)


def _keep_together(table: Table) -> None:
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _fill(row: _Row, texts: Sequence[str], *, bold: bool, columns: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    for rank, text in enumerate(texts):
        paragraph = row.cells[rank].paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
        run = paragraph.add_run(text)
        run.bold = bold
        run.font.size = Pt(_points(columns))
        if rank:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark_head(row: _Row) -> None:
    """A row that readers announce as head and that comes back on every page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - the library has no name for it
    _keep_whole(row)


def _keep_whole(row: _Row) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - the library has no name for it


def _add_picture(made: WordDocument, picture: Picture) -> None:
    from docx.shared import Mm

    page = picture.sheet
    drawn = render_png(page, picture.figure.table.title, dots_per_inch=_DOTS_PER_INCH)
    width = _MAP_WIDTH_MM if page.height > page.width else _WIDTH_MM
    shown = made.add_picture(io.BytesIO(drawn), width=Mm(width))
    shown._inline.docPr.set("descr", picture.text)  # noqa: SLF001 - the library has no name for it


def _undated(content: bytes) -> bytes:
    """The same archive without the clock's time on its entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, before.read(name))
    return out.getvalue()
