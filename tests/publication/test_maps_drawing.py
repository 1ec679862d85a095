import re
import struct
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from denombrement.publication.maps import (
    State,
    draw_map,
    map_page,
    map_svg,
    rate_table,
    render_map,
    save_map,
    style,
    territory_names,
)
from denombrement.publication.maps.captions import circle_steps, legend, notes
from denombrement.publication.maps.page import sample_circles, sheet
from denombrement.publication.maps.panel import chord
from denombrement.publication.maps.scene import Disc, Letters, text_width, wrap
from denombrement.publication.maps.svg import svg_document
from denombrement.publication.shapes import Shape
from denombrement.publication.tiles import load_tiles

NIGHT, LATER = date(2023, 10, 19), date(2025, 10, 23)
TILES = load_tiles(NIGHT)
SVG = "{http://www.w3.org/2000/svg}"
CATEGORIES = (("EL1", "Dans l’espace public"), ("EL2", "En hébergement d’urgence"), ("EL3", "En foyer"))


def rates(table, inhabitants=2000):
    codes = territory_names(table.level, table.on)
    return rate_table(table, dict.fromkeys(codes, inhabitants), title=table.title, denominator="Statbel 2023")


def svg_of(figure):
    return svg_document(sheet(figure), figure.table.title, "Carte")


def territories(svg):
    """Spoken name -> patterns and fills of its area."""
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]
    return {
        group.find(f"{SVG}title").text: [path.get("fill") for path in group.findall(f"{SVG}path")]
        for group in groups
    }


def lightness(colour):
    return 116 * style.luminance(colour) ** (1 / 3) - 16


@pytest.mark.parametrize("kind", ["choropleth", "circles"])
def test_the_four_states_never_look_alike(map_table, kind):
    table = rates(map_table()) if kind == "choropleth" else map_table()
    figure = draw_map(table, TILES, kind=kind)
    looks = {state: set() for state in State}
    fills = territories(svg_of(figure))
    for mark in figure.marks:
        (drawn,) = [fill for name, fill in fills.items() if name.startswith(f"{mark.name}\u202f:")]
        looks[mark.state].add(tuple(drawn))
    assert looks[State.PROTECTED] == {("#f4f4f4", "url(#hatch)")}
    assert looks[State.NOT_COUNTED] == {("#e3e3e3", "url(#dots)")}
    assert looks[State.TRUE_ZERO] == {("#ffffff",)}
    assert looks[State.VALUE].isdisjoint({("#ffffff",)})
    assert all(len(look) == 1 for look in looks[State.VALUE])


def test_the_legend_says_how_many_territories_are_in_each_class_and_state(map_table):
    figure = draw_map(rates(map_table()), TILES)
    entries = legend(figure)
    assert sum(entry.number for entry in entries) == 44
    assert [entry.state for entry in entries[-3:]] == [State.TRUE_ZERO, State.PROTECTED, State.NOT_COUNTED]
    assert entries[-1].number == 10
    assert entries[0].label == "moins de\u00a010"


def test_a_state_that_does_not_occur_is_not_in_the_legend(map_table):
    table = map_table("arrondissement")
    full = replace(table, cells=tuple(replace(c, value=10, state=State.VALUE) for c in table.cells))
    labels = [entry.label for entry in legend(draw_map(full, TILES, kind="circles"))]
    assert labels == ["communes qui n’ont pas participé"]
    everyone = replace(full, absent_communes=(), communes_participating=44)
    figure = draw_map(everyone, TILES, kind="circles")
    assert legend(figure) == ()
    assert "les 44\u00a0communes" in svg_of(figure)


def test_the_same_classes_serve_two_years(map_table):
    first, second = (
        draw_map(rates(map_table(value_of=value)), TILES)
        for value in (lambda rank: rank, lambda rank: 90 * rank)
    )
    assert first.classes == second.classes
    assert [entry.label for entry in legend(first)] == [entry.label for entry in legend(second)]


def test_circles_are_proportional_by_area_and_largest_first(map_table):
    figure = draw_map(map_table(), TILES, kind="circles")
    discs = [item for item in sheet(figure).items if isinstance(item, Disc) and item.fill == style.CIRCLE]
    values = sorted((cell.value for cell in figure.table.cells if cell.state is State.VALUE), reverse=True)
    assert [disc.radius**2 / discs[0].radius ** 2 for disc in discs] == pytest.approx(
        [value / values[0] for value in values]
    )


def test_the_scale_of_circles_can_be_shared_between_years(map_table):
    table = map_table("arrondissement", value_of=lambda rank: 7 * rank + 1)
    assert draw_map(table, TILES, kind="circles").largest == 15
    assert draw_map(table, TILES, kind="circles", largest=500).largest == 500
    assert circle_steps(draw_map(table, TILES, kind="circles", largest=500)) == (500, 200, 50)
    nothing = replace(table, cells=tuple(replace(c, value=0, state=State.TRUE_ZERO) for c in table.cells))
    assert draw_map(nothing, TILES, kind="circles").largest == 1


def test_small_maps_share_one_scale_and_one_legend(map_table):
    table = map_table("arrondissement", categories=CATEGORIES)
    counts = draw_map(table, TILES, kind="small_multiples")
    radii = {}
    for item in sheet(counts).items:
        if isinstance(item, Disc) and item.fill == style.CIRCLE:
            radii.setdefault(round(item.radius, 6), 0)
    assert len(radii) == len({c.value for c in table.cells if c.state is State.VALUE})
    shaded = svg_of(draw_map(rates(table), TILES, kind="small_multiples"))
    assert shaded.count("Personnes pour 10\u202f000\u00a0habitants") == 1
    assert all(label in shaded for _, label in CATEGORIES[:1])


@pytest.mark.parametrize("kind", ["choropleth", "circles"])
def test_nothing_finer_than_the_printed_figure_is_in_any_file(map_table, kind):
    """Two tables that print the same give the same bytes, so no digit beyond the printed ones can be read anywhere."""
    scale = 5 if kind == "choropleth" else 1
    tables = [
        map_table("arrondissement", value_of=lambda rank, e=e: 10 * rank + 7 + e) for e in (0, 0.004 * scale)
    ]
    if kind == "choropleth":
        tables = [rates(table, 10_000) for table in tables]
    files = [render_map(draw_map(table, TILES, kind=kind)) for table in tables]
    assert files[0] == files[1]


@pytest.mark.parametrize("write", [svg_of, map_page])
def test_every_figure_spoken_is_one_the_table_prints(map_table, write):
    figure = draw_map(rates(map_table()), TILES)
    spoken = re.findall(r"<title>([^<]*\u202f: [^<]*)</title>", write(figure))
    assert len(spoken) == 44
    assert {each.split("\u202f: ")[1].split(" (")[0] for each in spoken} == {
        mark.shown for mark in figure.marks
    }


def test_areas_in_the_svg_carry_no_attribute_of_their_own(map_table):
    root = ET.fromstring(svg_of(draw_map(map_table(), TILES, kind="circles")))
    assert all(not group.attrib for group in root.iter(f"{SVG}g"))
    names = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith(("data", "on", "style", "class"))]


def test_a_title_with_markup_and_dollars_stays_text(map_table):
    title = '<script>alert(1)</script> & "x" $\\frac{1}{2}$ d\'Étalle'
    figure = draw_map(map_table("arrondissement", title=title), TILES, kind="circles")
    files = render_map(figure)
    root = ET.fromstring(files["svg"].decode())
    assert root.find(f"{SVG}title").text == title
    assert not list(root.iter(f"{SVG}script"))
    assert b"<script>" not in files["html"]


def test_an_internal_map_carries_its_banner_in_every_language(map_table):
    words = {"fr": "INTERNE", "nl": "INTERN", "de": "INTERN", "en": "INTERNAL"}
    for language, word in words.items():
        table = map_table("arrondissement", audit="")
        figure = draw_map(table, TILES, kind="circles", language=language, internal=True)
        assert svg_of(figure).count(f">{word}\u00a0–") == 2
    public = draw_map(map_table("arrondissement"), TILES, kind="circles")
    assert "INTERNE" not in svg_of(public)


def test_the_sheet_says_coverage_rounding_sources_and_that_tiles_have_no_scale(map_table):
    figure = draw_map(rates(map_table("arrondissement", notes=("Chiffres provisoires.",))), TILES)
    lines = notes(figure)
    assert lines[0] == "Chiffres provisoires."
    assert any(line.startswith("N’ont pas participé\u202f: Attert, Daverdisse, Erezée") for line in lines)
    assert any("multiple de\u00a05" in line for line in lines)
    assert any("Statbel 2023" in line for line in lines)
    assert any("sans échelle" in line for line in lines)
    assert any("dénombrement 2023" in line for line in lines)
    assert "34\u00a0communes sur\u00a044 · nuit du 19 au 20 octobre 2023" in svg_of(figure)
    assert "km" not in svg_of(figure)


def test_the_drawing_of_43_communes_explains_the_two_tiles_of_bastogne(map_table):
    table = map_table(vintage=LATER)
    assert any(
        "deux pour Bastogne" in line for line in notes(draw_map(table, load_tiles(LATER), kind="circles"))
    )


def test_names_are_lettered_in_the_language_of_the_map(map_table):
    dutch = svg_of(draw_map(map_table("arrondissement"), TILES, kind="circles", language="nl"))
    assert ">Aarlen<" in dutch
    assert ">Bastenaken<" in dutch
    assert ">Vaux/Sûre<" in svg_of(draw_map(map_table(), TILES, kind="circles", language="nl"))


def test_shades_darken_at_every_step_and_carry_legible_lettering():
    for number in (2, 3, 4, 5):
        steps = [lightness(shade) for shade in style.shades(number)]
        assert all(before - after >= 7 for before, after in pairwise(steps))
    for background in (*style.shades(5), *style.STATE_FILLS.values()):
        light, dark = sorted(
            (style.luminance(background), style.luminance(style.ink_on(background))), reverse=True
        )
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_saving_writes_four_whole_files_and_the_same_ones_again(map_table, tmp_path):
    figure = draw_map(map_table("arrondissement"), TILES, kind="circles")
    paths = save_map(figure, tmp_path / "maps", "carte")
    assert [path.name for path in paths] == ["carte.html", "carte.pdf", "carte.png", "carte.svg"]
    before = {path: path.read_bytes() for path in paths}
    assert save_map(figure, tmp_path / "maps", "carte") == paths
    assert {path: path.read_bytes() for path in paths} == before
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == [path.name for path in paths]
    assert before[paths[1]].startswith(b"%PDF")


def test_the_png_is_180_mm_wide_at_300_dots_per_inch(map_table):
    png = render_map(draw_map(map_table("arrondissement"), TILES, kind="circles"))["png"]
    assert struct.unpack(">I", png[16:20])[0] == pytest.approx(180 / 25.4 * 300, abs=1)
    at = png.index(b"pHYs") + 4
    assert struct.unpack(">I", png[at : at + 4])[0] == pytest.approx(300 / 0.0254, abs=1)


def test_lines_break_at_ordinary_spaces_only():
    assert wrap("un deux trois", 1, 6) == ("un deux", "trois") or wrap("un deux trois", 1, 6) == (
        "un",
        "deux",
        "trois",
    )
    assert wrap("pour 10\u202f000\u00a0habitants", 3, 10) == ("pour", "10\u202f000\u00a0habitants")
    assert text_width("M", 2) > text_width("i", 2)


def test_no_lettering_leaves_the_sheet(map_table):
    for table in (map_table("arrondissement", categories=CATEGORIES), map_table(categories=CATEGORIES)):
        page = sheet(draw_map(rates(table), TILES, kind="small_multiples"))
        for item in page.items:
            if isinstance(item, Letters):
                width = text_width(item.text, item.size, bold=item.bold)
                start = item.x - {"start": 0, "middle": width / 2, "end": width}[item.side]
                assert start >= 0
                assert start + width <= page.width
                assert 0 <= item.y <= page.height


def test_the_width_at_the_anchor_is_twice_the_narrower_side():
    square = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
    assert chord(Shape("x", "x", (square,), (1.0, 2.0))) == 2.0
    assert chord(Shape("x", "x", (square,), (9.0, 9.0))) == 0.0


def test_an_arrondissement_without_any_participating_commune_is_still_drawn(map_table):
    table = map_table("arrondissement")
    gone = ("81001", "81003", "81004", "81013", "81015")
    cells = tuple(
        replace(cell, value=None, state=State.NOT_COUNTED) if cell.territory == "81000" else cell
        for cell in table.cells
    )
    lone = replace(table, cells=cells, absent_communes=gone, communes_participating=39)
    figure = draw_map(lone, TILES, kind="circles")
    assert figure.marks[0].shown == "pas de participation"
    assert [entry.number for entry in legend(figure)][-1] == 5


def test_small_maps_of_communes_keep_circles_and_zeros_without_lettering_them(map_table):
    page = sheet(draw_map(map_table(categories=CATEGORIES), TILES, kind="small_multiples"))
    lettered = [item.text for item in page.items if isinstance(item, Letters) and item.size < 2]
    assert set(lettered) == {"0"}
    assert all(item.size > 0 for item in page.items if isinstance(item, Letters))


def test_settings_of_a_notebook_do_not_reach_the_map(map_table):
    import matplotlib as mpl

    drawn = draw_map(map_table("arrondissement"), TILES, kind="circles")
    plain = render_map(drawn)
    theirs = {"figure.constrained_layout.use": True, "font.size": 30, "savefig.bbox": "tight"}
    with mpl.rc_context(theirs):
        assert render_map(drawn) == plain
        assert mpl.rcParams["font.size"] == 30


def test_sample_circles_too_close_to_be_read_are_left_out(map_table):
    figure = draw_map(map_table("arrondissement", categories=CATEGORIES), TILES, kind="small_multiples")
    samples = [item for item in sample_circles(figure, 0, 0, 20).items if isinstance(item, Disc)]
    assert 1 <= len(samples) < len(circle_steps(figure))


def test_an_arrondissement_is_lettered_clear_of_absent_communes(map_table):
    table = map_table("arrondissement", absent_communes=("82003", "82005"), communes_participating=42)
    figure = draw_map(table, TILES, kind="circles")
    discs = [item for item in sheet(figure).items if isinstance(item, Disc) and item.fill == style.CIRCLE]
    usual = draw_map(replace(table, absent_communes=(), communes_participating=44), TILES, kind="circles")
    before = [item for item in sheet(usual).items if isinstance(item, Disc) and item.fill == style.CIRCLE]
    moved = [(a.x, b.x) for a, b in zip(discs, before, strict=True) if abs(a.x - b.x) > 1]
    assert len(moved) == 1


def test_unnecessary_notes_are_not_printed(map_table):
    table = map_table(
        "arrondissement", rounding_base=None, sources=(), absent_communes=(), communes_participating=44
    )
    assert notes(draw_map(table, TILES, kind="circles")) == (
        "Carte schématique sans échelle\u202f: un hexagone par commune.",
    )


@pytest.mark.parametrize(("reach", "said"), [(0, 4), (9, 9)])
def test_a_map_says_how_far_rounding_went(map_table, reach, said):
    table = map_table("arrondissement", rounding_base=5, rounding_reach=reach)
    printed = " ".join(notes(draw_map(table, TILES, kind="circles"))).replace("\u00a0", " ")
    assert f"un multiple de 5, à {said} près au plus" in printed


def test_several_maps_fit_in_one_page(map_table):
    figure = draw_map(map_table("arrondissement"), TILES, kind="circles")
    page = f"<div>{map_svg(figure, 'a-')}{map_svg(figure, 'b-')}</div>"
    identifiers = re.findall(r' id="([^"]*)"', page)
    assert len(identifiers) == len(set(identifiers)) == 10
    assert set(re.findall(r"url\(#([^)]*)\)", page)) <= set(identifiers)
