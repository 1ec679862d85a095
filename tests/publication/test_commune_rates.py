"""Rates by commune: only where the plan asks for them, only from published counts, and none that rounding makes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.protection.knowledge import Status
from denombrement.publication.maps import State
from denombrement.publication.maps.captions import legend
from denombrement.publication.maps.classes import measure
from denombrement.publication.maps.style import PATTERNS, STATE_FILLS
from denombrement.publication.maps.wording import LANGUAGES
from denombrement.publication.public.content import Picture, report
from denombrement.publication.public.figures import Figure, Figures, Rate
from denombrement.publication.public.maps import public_maps
from denombrement.publication.public.open_data import build, open_sheets
from denombrement.publication.public.printing import Printer
from denombrement.publication.tiles import load_tiles

TINY, UNKNOWN_POPULATION, OPEN = "84029", "82003", "81001"


@pytest.fixture(scope="module")
def rated(usual):
    """The usual figures with rates by commune; one commune is tiny, and of one the population is not known."""
    communes = usual.coverage.participating
    people = {nis: 4_000 + 1_217 * rank for rank, nis in enumerate(communes) if nis != UNKNOWN_POPULATION}
    inhabitants = {**usual.coverage.inhabitants, **people, TINY: 1_728}
    del inhabitants[UNKNOWN_POPULATION]
    coverage = replace(usual.coverage, inhabitants=inhabitants)
    return replace(usual, coverage=coverage, rated=frozenset({"communes"}))


def tiles_of(figures):
    return load_tiles(figures.coverage.evening)


def rate_map(figures, language="fr"):
    return public_maps(figures, tiles_of(figures), language)["taux-communes"]


def marks_of(figures, language="fr"):
    return {mark.code: mark for mark in rate_map(figures, language).marks}


def lines_of(figures, language="fr"):
    document = report(Printer(figures, language), {})
    section = next(each for each in document.sections if each.id == "communes")
    return {line.label: line.cells for table in section.shown for line in table.lines}


def rows_of(figures):
    text = build(figures, tiles_of(figures))["communes.csv"].decode()
    return {row["territory"]: row for row in csv.DictReader(io.StringIO(text))}


def with_value(figures, code, value, status):
    """The same figures with another published figure for one commune."""
    tables = {"communes": figures.release.tables["communes"]}
    changed = replace(figures, release=replace(figures.release, tables=tables))
    # A protected table cannot be altered, which is the point of it; what is printed of one is replaced here.
    changed.__dict__["_printed"] = {
        "communes": {**figures._printed["communes"], (code,): Figure(value, status)}
    }
    return changed


def test_a_plan_that_does_not_ask_for_rates_has_none_by_commune(usual):
    assert "taux-communes" not in public_maps(usual, tiles_of(usual))
    assert len(lines_of(usual)["Attert"]) == 1
    assert "rate_per_1000" not in rows_of(usual)[OPEN]


def test_rates_are_those_of_the_published_counts_and_of_nothing_else(rated):
    """Whoever multiplies a rate by the population gets the published count back, and its range the rounding's own."""
    checked = 0
    for row in rows_of(rated).values():
        if not row["inhabitants"]:
            assert not row["rate_per_1000"] + row["rate_low"] + row["rate_high"]
            continue
        people, value = int(row["inhabitants"]), int(row["value"])
        ends = [Fraction(1000 * count, people) for count in (value, max(0, value - 4), value + 4)]
        told = ends[2] - ends[0] <= 1
        wanted = [f"{float(end):.2f}" for end in ends]
        assert [row["rate_per_1000"], row["rate_low"], row["rate_high"]] == [wanted[0] * told, *wanted[1:]]
        checked += told
    assert checked > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_map_table_and_open_data_print_the_same_rates(rated, language):
    page, lines, rows, marks = (
        Printer(rated, language),
        lines_of(rated, language),
        rows_of(rated),
        marks_of(rated, language),
    )
    compared = 0
    for code, mark in marks.items():
        line, given = lines[mark.name], rows[code]["rate_per_1000"]
        if mark.state is State.VALUE:
            assert line[2] == mark.shown
            if not mark.shown.startswith("<"):
                found = rated.in_territory("adults", code)
                assert line[2] == page.words.number(rated.rate(found, code).value, 1)
                assert abs(float(given) - rated.rate(found, code).value) <= 0.005
            compared += 1
        else:
            assert mark.shade is None
            assert not given
            assert mark.state is State.NOT_COUNTED or line[2] == page.say("no_percent")
    assert compared > 30


def test_a_commune_too_small_for_a_rate_says_so_and_shows_its_range(rated):
    for code in (TINY, UNKNOWN_POPULATION):
        mark = marks_of(rated)[code]
        assert (mark.state, mark.shown) == (State.NO_RATE, "sans taux")
    cells = lines_of(rated)[marks_of(rated)[TINY].name]
    assert cells[2] == "–"
    assert re.fullmatch(r"\d+,\d\u00a0à\u00a0\d+,\d", cells[3])
    assert lines_of(rated)["Bastogne"][1:] == ("–", "–", "–")


def test_a_rate_of_a_rounded_zero_is_below_something_and_never_zero(rated):
    nobody = with_value(rated, OPEN, 0, Status.ROUNDED)
    mark, people = marks_of(nobody)[OPEN], rated.coverage.inhabitants[OPEN]
    bound = float(mark.shown.removeprefix("<\u202f").replace(",", "."))
    assert 5000 / people <= bound < 5000 / people + 0.1
    assert (mark.state, mark.shade) == (State.VALUE, 0)
    assert bound <= measure("adults_per_1000").breaks[0], "the shade is true of all that the 0 may stand for"
    assert any("de 0 à 4 personnes" in note for note in rate_map(nobody).table.notes)


def test_withheld_true_zero_absent_and_imprecise_are_four_signs(rated):
    shown = {
        State.PROTECTED: marks_of(with_value(rated, OPEN, None, Status.PROTECTED))[OPEN],
        State.TRUE_ZERO: marks_of(with_value(rated, OPEN, 0, Status.TRUE_ZERO))[OPEN],
        State.NOT_COUNTED: marks_of(rated)["81003"],
        State.NO_RATE: marks_of(rated)[TINY],
    }
    assert {state: mark.state for state, mark in shown.items()} == {state: state for state in shown}
    assert len({mark.shown for mark in shown.values()}) == len(shown)
    assert len({(STATE_FILLS[state], PATTERNS.get(state)) for state in State}) == len(State)
    entries = {entry.state: entry.number for entry in legend(rate_map(rated)) if entry.shade is None}
    assert entries == {State.NO_RATE: 2, State.NOT_COUNTED: 2}


def test_exact_figures_have_rates_without_a_range(rated):
    exact = with_value(rated, TINY, 9, Status.PUBLISHED)
    assert marks_of(exact)[TINY].shown == "5,2"
    assert Printer(exact, "fr").rate_range(Figure(9, Status.PUBLISHED), TINY) == "5,2"


def test_the_printed_range_holds_every_rate_that_rounding_leaves_open(rated):
    page = Printer(rated, "en")
    for code in rated.coverage.participating:
        people = rated.coverage.inhabitants.get(code)
        if people:
            found = rated.in_territory("adults", code)
            low, high = map(float, page.rate_range(found, code).split("\u00a0to\u00a0"))
            assert low * people <= 1000 * max(0, found.value - 4)
            assert high * people >= 1000 * (found.value + 4)
            assert high - low <= 8000 / people + 0.2


@given(st.integers(200, 60_000), st.integers(0, 400), st.sampled_from([3, 5, 10]))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_a_shade_is_at_most_one_class_away_from_that_of_any_count_it_may_stand_for(people, steps, base):
    value, reach = steps * base, base - 1
    rate = Rate(*(1000 * count / people for count in (value, max(0, value - reach), value + reach)))
    if not Figures.tells_rate(None, rate):
        assert 1000 * reach > people
        return
    classes = measure("adults_per_1000").classes(by_category=False)
    for count in range(max(0, value - reach), value + reach + 1):
        assert abs(classes.index(1000 * count / people) - classes.index(rate.value)) <= 1


def test_few_adults_have_no_rate_by_commune_either(figures, rated):
    few = replace(figures(people=8), rated=rated.rated)
    assert few.few
    assert "taux-communes" not in public_maps(few, tiles_of(few))
    assert "rate_per_1000" not in rows_of(few)[OPEN]
    assert not any("taux" in each for each in report(Printer(few, "fr"), {}).sections[3].paragraphs)


def test_an_arrondissement_of_which_a_small_commune_alone_took_part_has_no_rate_either(rated):
    inhabitants = {**rated.coverage.inhabitants, "81000": 1_990}
    small = replace(rated, coverage=replace(rated.coverage, inhabitants=inhabitants))
    marks = {mark.code: mark for mark in public_maps(small, tiles_of(small))["taux"].marks}
    assert marks["81000"].state is State.NO_RATE
    places = report(Printer(small, "fr"), {}).sections[1].shown[0]
    assert next(line for line in places.lines if line.label == "Arlon").cells[3] == "–"


def test_a_map_of_rates_by_commune_ranks_nobody(rated):
    figure = rate_map(rated)
    assert figure.table.title == "Adultes sans chez-soi pour 1\u202f000 habitants, par commune"
    assert any("classement" in note for note in figure.table.notes)
    assert not any("classement" in n for n in public_maps(rated, tiles_of(rated))["taux"].table.notes)


def test_the_package_describes_the_columns_of_rates(rated):
    sheet = next(each for each in open_sheets(rated) if each.name == "communes")
    assert sheet.header[-5:] == ["status", "inhabitants", "rate_per_1000", "rate_low", "rate_high"]
    assert [each.rated for each in open_sheets(rated)].count(True) == 1


def test_asking_for_rates_is_part_of_what_a_manifest_names(usual):
    signed, secret = usual.release.to_bytes(b"secret"), b"secret"
    given = signed, secret, usual.coverage, list(usual.release.tables)
    assert Figures.of(*given).audit != Figures.of(*given, rated=["communes"]).audit


def test_the_drawing_holds_no_figure_but_the_rates_and_the_legend(rated):
    figure = rate_map(rated)
    drawn = re.findall(r">([^<>]*)</(?:text|tspan)>", Picture(figure, bare=True).svg)
    alone = {each for each in drawn if re.fullmatch(r"[<\d\s\u202f,.]+", unescape(each))}
    assert len(alone) > 20
    assert alone <= {mark.shown for mark in figure.marks if mark.state is State.VALUE}
