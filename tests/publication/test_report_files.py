"""The report as page, PDF and document: one content, so every figure is the same everywhere, and none misleads."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import docx
import pytest
from docx.shared import Mm

from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.publication.maps import State
from denombrement.publication.maps.captions import legend
from denombrement.publication.maps.wording import LANGUAGES, Wording
from denombrement.publication.public.content import Picture, fact_sheet, report
from denombrement.publication.public.labels import place_label, text
from denombrement.publication.public.maps import public_maps
from denombrement.publication.public.open_data import open_sheets
from denombrement.publication.public.printing import Printer
from denombrement.publication.public.report import file_stem
from denombrement.publication.public.verdict_page import verdict_page
from denombrement.publication.public.word import report_docx
from denombrement.publication.tiles import load_tiles
from denombrement.reference import communes_of, communes_on, published_totals

LEVELS = {"category": ("total", "without_BE7", "category", "situation")}
ARLON = tuple(each.nis for each in communes_of("81000", date(2023, 10, 19)))


class PageTables(HTMLParser):
    """Rows of every table of a page, cell by cell, and the text of everything else."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.texts, self._cell, self._hidden = [], [], None, ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"} and given.get("class") != "bar":
            self._cell = ""
        elif tag in {"style", "title"}:
            self._hidden = tag

    def handle_endtag(self, tag):
        if tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append(self._cell)
            self._cell = None
        elif tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data
        elif not self._hidden:
            self.texts.append(data)


def document_tables(content):
    """Rows of every table of a DOCX; a merged cell once."""
    for table in docx.Document(io.BytesIO(content)).tables:
        yield [
            [
                cell.text
                for rank, cell in enumerate(row.cells)
                if rank == 0 or cell._tc is not row.cells[rank - 1]._tc
            ]
            for row in table.rows
        ]


def pdf_text(content, tmp_path, *options):
    file = tmp_path / "one.pdf"
    file.write_bytes(content)
    return subprocess.run(
        ["pdftotext", *options, str(file), "-"], capture_output=True, text=True, check=True
    ).stdout


def pdf_facts(content, tmp_path, *options):
    file = tmp_path / "one.pdf"
    file.write_bytes(content)
    made = subprocess.run(["pdfinfo", *options, str(file)], capture_output=True, check=True).stdout
    return made.decode(errors="replace")


def squeezed(text):
    """Without spaces and hyphens, where layouts differ."""
    return re.sub(r"[\s\u00ad\u2010\u202f\u00a0-]", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_document_hold_the_same_tables_cell_by_cell(reports, language):
    name = f"rapport/{file_stem('rapport', language)}"
    page = PageTables(reports[f"{name}.html"].decode())
    tables = list(document_tables(reports[f"{name}.docx"]))
    assert len(tables) > 8
    assert tables == page.tables


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_holds_every_row_and_sentence_of_the_page(reports, language, tmp_path):
    name = f"rapport/{file_stem('rapport', language)}"
    page = PageTables(reports[f"{name}.html"].decode())
    rows = squeezed(pdf_text(reports[f"{name}.pdf"], tmp_path, "-raw"))
    for table in page.tables:
        for row in table[1:]:
            # A label may take two lines, around which the figures of its row come in any order.
            figures = squeezed("".join(row[1:]))
            assert figures in rows, row
            assert all(squeezed(word) in rows for word in row[0].split()), row
    document = squeezed(
        "".join(each.text for each in docx.Document(io.BytesIO(reports[f"{name}.docx"])).paragraphs)
    )
    for paragraph in docx.Document(io.BytesIO(reports[f"{name}.docx"])).paragraphs:
        for number in re.findall(r"\d[\d\u202f.,]*", paragraph.text):
            assert squeezed(number) in rows, paragraph.text
    for sentence in page.texts[1:]:
        if re.search(r"\d", sentence) and "PDF" not in sentence:
            assert squeezed(sentence) in document, sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_and_maps_of_the_page_print_the_same_figures(usual, language):
    page = Printer(usual, language)
    maps = public_maps(usual, load_tiles(usual.coverage.evening), language)
    places = report(page, {}).sections[1].shown[0]
    by_name = {line.label: line.cells for line in places.lines}
    for mark in maps["adultes"].marks:
        assert by_name[mark.name][0] == mark.shown
    for mark in maps["taux"].marks:
        assert by_name[mark.name][3] == mark.shown
    for mark in maps["enfants"].marks:
        assert by_name[mark.name][1] == mark.shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_limits_stand_on_page_one_of_a_tagged_pdf_of_its_language(reports, language, tmp_path):
    content = reports[f"rapport/{file_stem('rapport', language)}.pdf"]
    about = pdf_facts(content, tmp_path)
    assert re.search(r"Tagged:\s+yes", about)
    assert re.search(r"Title:\s+\S", about)
    assert "pdfuaid:part" in pdf_facts(content, tmp_path, "-meta")
    assert f"/Lang({language}" in content.decode("latin-1")
    first = squeezed(pdf_text(content, tmp_path, "-l", "1"))
    page = PageTables(reports[f"rapport/{file_stem('rapport', language)}.html"].decode())
    assert squeezed(text("report.limits", language)) in first
    structure = pdf_facts(content, tmp_path, "-struct")
    assert structure.count("Table") >= len(page.tables)
    assert structure.count("Figure") >= 5
    assert "TH" in structure


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fact_sheet_is_one_printed_side(reports, language, tmp_path):
    content = reports[f"rapport/{file_stem('fiche', language)}.pdf"]
    assert re.search(r"Pages:\s+1\b", pdf_facts(content, tmp_path))
    assert re.search(r"Tagged:\s+yes", pdf_facts(content, tmp_path))


def test_the_document_can_be_edited_and_read_aloud(reports):
    made = docx.Document(io.BytesIO(reports["rapport/rapport.docx"]))
    headings = [each.style.name for each in made.paragraphs if each.style.name.startswith("Heading")]
    assert headings[0] == "Heading 1"
    assert headings.count("Heading 2") >= 5
    for table in made.tables:
        assert table.rows[0]._tr.xpath(".//w:tblHeader")
    drawn = made.element.xpath("//wp:docPr")
    assert len(drawn) == 5
    assert all(each.get("descr") for each in drawn)
    assert made.core_properties.language == "fr-BE"
    assert made.core_properties.created.year == 2023, "the night, not the clock"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_in_the_head_of_an_editable_table_is_cut(reports, without_arlon, language):
    """Measured in DejaVu Sans Bold, wider than the document's own font, which editors elsewhere may lack."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans", weight="bold")
    away = report_docx(report(Printer(without_arlon, language), {}), without_arlon.coverage.evening)
    heads = 0
    for content in (reports[f"rapport/{file_stem('rapport', language)}.docx"], away):
        made = docx.Document(io.BytesIO(content))
        for table in made.tables:
            assert sum(column.width for column in table.columns) <= max(
                page.page_width - page.left_margin - page.right_margin + Mm(0.1) for page in made.sections
            )
            assert table.columns[0].width >= Mm(30)
            for cell in table.rows[0].cells[1:]:
                run = cell.paragraphs[0].runs[0]
                for word in re.findall(r"[^\s-]+-?", run.text):
                    drawn = TextPath((0, 0), word, size=run.font.size.pt, prop=font).get_extents().width
                    assert drawn < cell.width.pt - 2 * 0.8 * 72 / 25.4, word
                    heads += 1
    assert heads > 40


def test_only_a_table_too_wide_for_an_upright_page_lies(reports):
    for language in LANGUAGES:
        content = reports[f"rapport/{file_stem('rapport', language)}.docx"]
        pages = docx.Document(io.BytesIO(content)).sections
        assert all((page.page_width > page.page_height) is bool(rank % 2) for rank, page in enumerate(pages))
        assert len(pages) == (3 if language in {"nl", "de"} else 1), language


@pytest.fixture(scope="module")
def eight(figures):
    found = figures(people=8)
    none = {"merged_percent": None, "quarantined_percent": None, "undecided_percent": None}
    return replace(found, coverage=replace(found.coverage, declarations_about=0, **none))


def test_few_persons_get_no_percentage_no_rate_and_no_bound(eight):
    page = Printer(eight, "fr")
    pictures = {
        stem: Picture(each) for stem, each in public_maps(eight, load_tiles(eight.coverage.evening)).items()
    }
    assert "taux" not in pictures
    document = report(page, pictures)
    assert document.title.startswith("Moins de 100 adultes")
    printed = " ".join(
        [*document.facts, *(each.detail for each in document.tiles)]
        + [
            cell
            for s in document.sections
            if s.id != "ailleurs"
            for v in s.shown
            if not isinstance(v, Picture)
            for line in v.lines
            for cell in line.cells
        ]
        + [each for s in document.sections for each in s.paragraphs]
    )
    assert "%" not in printed
    assert "entre " not in printed
    assert any("Moins de 100 adultes ont été comptés" in each for each in document.limits)
    for tile, figure in zip(document.tiles, (eight.persons, eight.adults, eight.children), strict=True):
        reach = 8 if figure is eight.persons or tile.word.startswith("personne") else 4
        low, high = max(0, figure.value - reach), figure.value + reach
        assert tile.detail.endswith(f"de {low} à {high}")


def test_a_zero_from_rounding_is_never_printed_as_zero(eight, usual):
    for figures in (eight, usual):
        page = Printer(figures, "fr")
        pictures = {
            stem: Picture(each)
            for stem, each in public_maps(figures, load_tiles(figures.coverage.evening)).items()
        }
        for section in report(page, pictures).sections:
            for view in section.shown:
                if isinstance(view, Picture):
                    assert all(mark.shown != "0" for mark in view.figure.marks)
                else:
                    assert all(cell != "0" for line in view.lines for cell in line.cells)
    assert Printer(eight, "fr").number(eight.cell("adults", category="EL5")) == "<\u202f5"


def test_a_percentage_needs_twenty_steps_of_the_rounding_below_it(usual, figures):
    page = Printer(usual, "fr")
    small = replace(usual.adults, value=95)
    assert page.share(small, usual.adults) != "–"
    assert page.share(small, small) == "–"
    total = PlannedTable("situation", "adults", {"category": "situation"})
    plan = PublicationPlan("total", "source", LEVELS, (total,))
    exact = Printer(figures(plan, "suppression-3", people=60), "fr")
    assert exact.tells_percent(replace(small, value=60))
    assert not exact.tells_percent(replace(small, value=49))


def test_words_agree_with_their_number_in_each_language():
    said = {
        language: [f"{Wording(language).quantity(n):one|many}" for n in (0, 1, 2)] for language in LANGUAGES
    }
    assert said.pop("fr") == ["one", "one", "many"]
    assert all(forms == ["many", "one", "many"] for forms in said.values())


def test_one_service_and_one_commune_are_singular(usual):
    services = {"answered": 1, "zero": 0, "promised": 0, "refused": 0, "silent": 2}
    everyone = [each.nis for each in communes_on(usual.coverage.evening)]
    alone = replace(usual.coverage, services=services, participating=("81001",), silent=tuple(everyone[1:]))
    page = Printer(replace(usual, coverage=alone), "fr")
    document = report(page, {})
    assert "1 commune sur 44" in document.lead.replace("\u00a0", " ")
    assert any(each.startswith("1 commune sur 44 a participé") for each in document.limits)
    assert (
        document.sections[-2].paragraphs[0]
        == "1 service a déclaré au moins une personne, 2 n’ont pas répondu."
    )


@pytest.fixture(scope="module")
def without_arlon(figures):
    return figures(silent=ARLON)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_arrondissement_where_nobody_took_part_says_so_and_has_no_number(without_arlon, language):
    page = Printer(without_arlon, language)
    maps = public_maps(without_arlon, load_tiles(without_arlon.coverage.evening), language)
    name = place_label("81000", language).split(" (")[0]
    away = page.say("status.not_counted")
    document = report(page, {stem: Picture(each) for stem, each in maps.items()})
    places, crossing = (
        document.sections[1].shown[0],
        next(
            view
            for view in document.sections[1].shown
            if not isinstance(view, Picture) and len(view.header) > 6
        ),
    )
    row = next(line for line in places.lines if line.label == name)
    assert row.spans
    assert row.cells == (away,)
    column = next(rank for rank, head in enumerate(crossing.header) if head == f"{name} ({away})")
    assert {line.cells[column - 1] for line in crossing.lines} == {"–"}
    assert any(name in limit for limit in document.limits)
    for figure in maps.values():
        if figure.table.level == "arrondissement":
            assert all(m.state is State.NOT_COUNTED for m in figure.marks if m.code == "81000")
            dotted = [entry for entry in legend(figure) if entry.state is State.NOT_COUNTED]
            assert len(dotted) == 1, "one sign, one key"


def test_open_data_give_no_value_where_nobody_took_part(without_arlon):
    rows = [
        row
        for sheet in open_sheets(without_arlon)
        for row in sheet.rows
        if row.get("territory") in {"81000", *ARLON}
    ]
    assert len(rows) > 10
    assert {(row["value"], row["status"]) for row in rows} == {("", "not_counted")}


def test_a_title_of_few_communes_does_not_speak_for_the_province(figures, usual):
    kept = {"82003", "82005", "83034", "84043", "85045"}
    silent = tuple(each.nis for each in communes_on(usual.coverage.evening) if each.nis not in kept)
    some = figures(silent=silent)
    assert not some.few
    assert "dans 5 communes de la province" in report(Printer(some, "fr"), {}).title


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_map_title_claims_a_lead_only_where_rounding_cannot_have_made_it(usual, language):
    evening = usual.coverage.evening
    title = public_maps(usual, load_tiles(evening), language)["adultes"].table.title
    found = sorted(
        usual.in_territory("adults", code).value for code in ("81000", "82000", "83000", "84000", "85000")
    )
    clear = found[-1] - usual.reach > found[-2] + usual.reach
    assert (str(found[-1]) in title) == clear
    wide = replace(usual, release=replace(usual.release, verdict=replace(usual.release.verdict, slack=40)))
    assert str(found[-1]) not in public_maps(wide, load_tiles(evening), language)[
        "adultes"
    ].table.title.replace(Wording(language).number(usual.adults.value), "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_zones_of_other_counts_are_named_in_the_page_s_language(usual, language):
    table = next(s for s in report(Printer(usual, language), {}).sections if s.id == "ailleurs").shown[0]
    names = {line.label for line in table.lines}
    assert len(table.lines) == len(published_totals()) + 1
    wanted = {"fr": "Anvers", "nl": "Luik", "de": "Deutschsprachige Gemeinschaft", "en": "Ghent"}
    assert wanted[language] in names


def test_places_of_one_name_are_told_apart():
    assert place_label("81000", "fr") == "Arlon (arrondissement)"
    assert place_label("81001", "fr") == "Arlon (commune)"
    assert place_label("81001", "de") == "Arlon (Gemeinde)"
    assert place_label("84059", "fr") == place_label("84059", "en")


def test_the_verdict_page_speaks_french_and_tells_places_apart(usual):
    households = PlannedTable("household", "adults", {"household": "all"})
    plan = PublicationPlan("default", "source", {"category": ("total", "category")}, (households,))
    page = verdict_page("Essai", usual.release.verdict, plan, load_profile(), "digest")
    assert "Default of this package" not in page
    assert "Adultes\u202f: Ménage" in page
    assert "toutes les modalités" in page
    named = [cell.cell for cell in usual.release.verdict.narrowest]
    for code, shown in (("81000", "Arlon (arrondissement)"), ("81001", "Arlon (commune)")):
        if any(f"territory={code}" in name for name in named):
            assert shown in page


def test_the_fact_sheet_says_the_leading_category_and_the_limits(usual):
    document = fact_sheet(Printer(usual, "fr"), {})
    assert "%" in document.facts[0] or "trop proches" in document.facts[0]
    assert document.limits == report(Printer(usual, "fr"), {}).limits


@pytest.mark.parametrize("language", LANGUAGES)
def test_maps_and_tables_have_one_word_for_each_state(language):
    words = Wording(language)
    assert words("short.not_counted") == text("status.not_counted", language)
    assert words("short.protected") == text("short.protected", language)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1200])
def test_axe_finds_nothing_to_mend_in_report_sheet_and_verdict(reports, usual, tmp_path, browser, width):
    from axe_playwright_python.sync_playwright import Axe

    plan = PublicationPlan("p", "s", {}, (PlannedTable("household", "adults", {"household": "all"}),))
    pages = {
        "report": reports["rapport/rapport.html"],
        "sheet": reports["rapport/fiche-nl.html"],
        "verdict": verdict_page("Essai", usual.release.verdict, plan, load_profile(), "digest").encode(),
    }
    for name, content in pages.items():
        file = tmp_path / f"{name}.html"
        file.write_bytes(content)
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(file.as_uri())
        results = Axe().run(page)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide), f"{name} scrolls sideways"
        page.close()
