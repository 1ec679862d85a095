import base64
import hashlib
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from denombrement.publication.maps import draw_map, map_page, rate_table, territory_names
from denombrement.publication.maps.captions import tabulated
from denombrement.publication.tiles import load_tiles

TILES = load_tiles(date(2023, 10, 19))
CATEGORIES = (("EL1", "Dans l’espace public"), ("EL2", "En hébergement d’urgence"))


class Page(HTMLParser):
    """Collects what a page holds: tags with attributes, table rows, identifiers."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self._cell = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self._cell = ""

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self.rows[-1].append(self._cell)
            self._cell = None


def figures(map_table):
    rates = rate_table(
        map_table(),
        dict.fromkeys(territory_names("commune", TILES.on), 3000),
        title="Taux",
        denominator="Statbel",
    )
    small = map_table("arrondissement", categories=CATEGORIES)
    return [
        draw_map(rates, TILES),
        draw_map(map_table("arrondissement", audit=""), TILES, kind="circles", internal=True, language="de"),
        draw_map(small, TILES, kind="small_multiples", language="nl"),
    ]


def test_the_twin_table_prints_every_figure_of_the_map_and_nothing_else(map_table):
    for figure in figures(map_table):
        rows = Page(map_page(figure)).rows
        expected = {}
        for panel in figure.panels:
            for mark in panel.marks:
                expected.setdefault(mark.name, []).append(tabulated(figure, mark))
        assert {row[0]: row[1:] for row in rows[1:]} == expected
        assert len(rows) == len(expected) + 1


def test_the_page_loads_nothing_runs_nothing_and_hides_nothing(map_table):
    for figure in figures(map_table):
        text = map_page(figure)
        page = Page(text)
        names = {name for _, attributes in page.tags for name in attributes}
        assert {"script", "link", "img", "iframe", "object", "form"}.isdisjoint(tag for tag, _ in page.tags)
        assert not [name for name in names if name.startswith(("on", "data-", "src", "style"))]
        assert "http" not in re.sub(r"http-equiv", "", text)
        assert "<!--" not in text
        style = re.search(r"<style>(.*)</style>", text, re.DOTALL).group(1)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'sha256-{digest}'" in text


def test_what_is_spoken_of_a_territory_is_what_its_row_prints(map_table):
    figure = figures(map_table)[0]
    page = Page(map_page(figure))
    rows = {row[0]: row[1] for row in page.rows[1:]}
    links = [
        attributes
        for tag, attributes in page.tags
        if tag == "a" and attributes.get("id", "").startswith("map-")
    ]
    assert len(links) == 44
    for link in links:
        name, value = link["aria-label"].split("\u202f: ")
        assert rows[name] == value
        assert link["href"] == f"#row-{link['id'].removeprefix('map-')}"


def test_every_reference_inside_the_page_has_its_target(map_table):
    for figure in figures(map_table):
        tags = Page(map_page(figure)).tags
        identifiers = [attributes["id"] for _, attributes in tags if "id" in attributes]
        assert len(identifiers) == len(set(identifiers))
        aims = [attributes["href"][1:] for _, attributes in tags if "href" in attributes]
        aims += [
            value[5:-1]
            for _, attributes in tags
            for value in attributes.values()
            if str(value).startswith("url(#")
        ]
        assert set(aims) <= set(identifiers)


def test_the_page_is_in_the_language_of_the_map(map_table):
    for figure, words in zip(
        figures(map_table), ("Les mêmes chiffres", "Dieselben Zahlen", "Dezelfde"), strict=True
    ):
        text = map_page(figure)
        assert f'<html lang="{figure.wording.language}">' in text
        assert words in text


def test_markup_in_titles_sources_and_categories_stays_text(map_table):
    nasty = "</title><script>x</script><b onclick='y'>"
    table = map_table(
        "arrondissement",
        title=nasty,
        sources=(nasty,),
        notes=(nasty,),
        categories=(("EL1", nasty), ("EL2", nasty)),
    )
    page = Page(map_page(draw_map(table, TILES, kind="small_multiples")))
    assert {"script", "b"}.isdisjoint(tag for tag, _ in page.tags)


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, map_table, tmp_path):
    pages = []

    def open_page(rank, width):
        path = tmp_path / f"map{rank}.html"
        path.write_text(map_page(figures(map_table)[rank]), encoding="utf-8")
        page = chromium.new_page(viewport={"width": width, "height": 800})
        pages.append(page)
        page.messages = []
        page.on("console", lambda message: page.messages.append(message.text))
        page.goto(path.as_uri())
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize("width", [360, 1200])
def test_axe_finds_nothing_to_mend(opened, rank, width):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(rank, width)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.messages == []


@pytest.mark.browser
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_phone_shows_the_page_without_sideways_scrolling(opened, rank):
    page = opened(rank, 360)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


@pytest.mark.browser
def test_the_keyboard_leads_from_the_map_to_the_row_and_back(opened):
    page = opened(0, 800)
    page.focus("#map-81001")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "row-81001"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id").startswith("map-8")


@pytest.mark.browser
def test_the_page_prints_on_one_or_two_sheets(opened):
    page = opened(1, 800)
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) in (1, 2)


@pytest.mark.parametrize("rank", [1, 2])
def test_sample_circles_have_the_scale_of_the_map(map_table, rank):
    figure = figures(map_table)[rank]
    width = 0.0
    radii = {"#08519c": [], "#ffffff": []}
    for tag, attributes in Page(map_page(figure)).tags:
        if tag == "svg":
            width = float(attributes.get("viewbox", "0 0 1 1").split()[2])
        if tag == "circle" and attributes["fill"] in radii:
            radii[attributes["fill"]].append(float(attributes["r"]) / width)
    highest = max(mark.share or 0 for mark in figure.marks)
    assert max(radii["#ffffff"]) * highest**0.5 == pytest.approx(max(radii["#08519c"]), rel=0.01)
