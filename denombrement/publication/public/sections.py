"""The tables of the report on situations and places, each from the figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from denombrement.counts.dimensions import AGE_BAND, CATEGORY, SEX, UNKNOWN, WITHOUT_BE7
from denombrement.counts.table import TERRITORY
from denombrement.protection.knowledge import Status
from denombrement.protection.participation import ELSEWHERE
from denombrement.protection.tables import ProtectedTable
from denombrement.publication.maps.wording import NARROW_SPACE
from denombrement.publication.public.figures import Figure
from denombrement.publication.public.labels import code_label, dimension_label
from denombrement.publication.public.printing import Line, Printer, TableView, largest
from denombrement.reference import arrondissements, categories, communes_of, fold, province, published_totals

_RATE_HEADS = ("col_people", "col_rate_short", "col_rate_range")


def category_table(page: Printer) -> TableView:
    """The seven rows and unknown: adults, their share, children, both."""
    figures = page.figures
    codes = [each.code for each in categories()]
    adults = {code: figures.cell("adults", category=code) for code in [*codes, WITHOUT_BE7]}
    children = {code: figures.cell("children", category=code) for code in [*codes, WITHOUT_BE7]}
    top = largest([adults[code] for code in codes])

    def line(code: str, style: str = "") -> Line:
        name = code_label(CATEGORY, code, page.language)
        cells = _adults_and_children(page, adults[code], children[code])
        return Line(name, cells, style, bar=None if style else page.bar(adults[code], top))

    total = Line(page.say("col_total"), _adults_and_children(page, figures.adults, figures.children), "sum")
    lines = [*(line(code) for code in codes), line(WITHOUT_BE7, "total"), total]
    told = page.tells_percent(figures.adults)
    heads = ("col_category", "col_adults", *(["col_percent"] if told else []), "col_children", "col_total")
    note = page.say("where_note" if told else "where_note_few", adults=page.number(figures.adults))
    return TableView(page.say("where_caption"), head_texts(page, heads), tuple(lines), note, bars=told)


def _adults_and_children(page: Printer, adults: Figure, children: Figure) -> tuple[str, ...]:
    everybody = page.figures.adults
    share = (page.share(adults, everybody),) if page.tells_percent(everybody) else ()
    return (page.number(adults), *share, page.number(children), page.number(adults + children))


def situation_table(page: Printer) -> TableView | None:
    """Adults by living situation, under their categories."""
    if not prints(page, "adults", CATEGORY, "EL2.2"):
        return None
    adults = page.figures.adults
    lines = []
    for each in categories():
        below = [code for code in each.living_situations if code != each.code]
        for code, style in [(each.code, "total"), *((code, "sub") for code in below)]:
            found = page.figures.cell("adults", category=code)
            share = (page.share(found, adults),) if page.tells_percent(adults) else ()
            lines.append(Line(code_label(CATEGORY, code, page.language), (page.number(found), *share), style))
    heads = ("col_category", "col_adults", *(["col_percent"] if page.tells_percent(adults) else []))
    return TableView(page.say("situations_caption"), head_texts(page, heads), tuple(lines))


def sex_table(page: Printer) -> TableView | None:
    """Adults by category and sex."""
    table = _first(page, "adults", {CATEGORY, SEX})
    if table is None:
        return None
    sexes = table.hierarchies[SEX].leaves
    codes = [*(each.code for each in categories()), "total"]
    lines = [
        Line(
            code_label(CATEGORY, code, page.language),
            tuple(page.number(_cell(page, code, sex)) for sex in (*sexes, "total")),
            "sum" if code == "total" else "",
        )
        for code in codes
    ]
    header = (page.say("col_category"), *_codes(page, SEX, (*sexes, "total")))
    return TableView(page.say("sexes_caption"), header, tuple(lines))


def _cell(page: Printer, code: str, sex: str) -> Figure:
    return page.figures.cell("adults", category=code, sex=sex)


def place_table(page: Printer) -> TableView | None:
    """Persons by arrondissement, with inhabitants and rates; then those elsewhere, unknown, and the total."""
    figures, coverage = page.figures, page.figures.coverage
    if not figures.prints("adults", TERRITORY, "arrondissement"):
        return None
    lines = []
    for code in [*_parts(page), province().nis, "outside", UNKNOWN]:
        adults, children = (figures.in_territory(who, code) for who in ("adults", "children"))
        people = coverage.inhabitants.get(code)
        line = page.line(code_label(TERRITORY, code, page.language), (adults, children))
        if not line.spans:
            shown = page.whole(people) if people else page.say("no_percent")
            line = replace(line, cells=(*line.cells, shown, page.rate(adults, code)))
        lines.append(replace(line, style="total" if code == province().nis else ""))
    none = page.say("no_percent")
    totals = (page.number(figures.adults), page.number(figures.children), none, none)
    lines.append(Line(page.say("col_total"), totals, "sum"))
    heads = ("col_place", "col_adults", "col_children", "col_inhabitants", "col_rate")
    note = page.say("places_note", year=coverage.year)
    return TableView(page.say("places_caption"), head_texts(page, heads), tuple(lines), note)


def _parts(page: Printer) -> list[str]:
    """The arrondissements, and the places that join those where nobody took part."""
    printed = {
        code
        for table in page.figures.release.tables.values()
        for code in getattr(table.hierarchies.get(TERRITORY), "depth_of", {})
    }
    wide = [f"{code}{ELSEWHERE}" for code in (province().nis, "total")]
    return [*(each.nis for each in arrondissements()), *(code for code in wide if code in printed)]


def crossing_table(page: Printer) -> TableView | None:
    """Adults by category and arrondissement; the head of a column says where nobody took part."""
    if not page.figures.prints("adults", TERRITORY, "arrondissement", CATEGORY):
        return None
    places = [*_parts(page), "outside", UNKNOWN, "total"]
    codes = [*(each.code for each in categories()), "total"]
    found = {
        (code, place): page.figures.cell("adults", territory=place, category=code)
        for code in codes
        for place in places
    }
    away = {place for place in places if all(_away(found[code, place]) for code in codes)}
    lines = [
        Line(
            code_label(CATEGORY, code, page.language),
            tuple(_shown(page, found[code, place], absent=place in away) for place in places),
            "sum" if code == "total" else "",
        )
        for code in codes
    ]
    heads = [code_label(TERRITORY, place, page.language) for place in places]
    said = page.say("status.not_counted")
    marked = [
        f"{head} ({said})" if place in away else head for place, head in zip(places, heads, strict=True)
    ]
    return TableView(page.say("crossing_caption"), (page.say("col_category"), *marked), tuple(lines))


def _away(figure: Figure) -> bool:
    return figure.status is Status.NOT_COUNTED


def _shown(page: Printer, figure: Figure, *, absent: bool) -> str:
    return page.say("no_percent") if absent else page.number(figure)


def age_table(page: Printer) -> TableView | None:
    """Adults by age and sex."""
    table = _first(page, "adults", {AGE_BAND, SEX})
    if table is None:
        return None
    sexes = (*table.hierarchies[SEX].leaves, "total")
    lines = [
        Line(
            code_label(AGE_BAND, age, page.language),
            tuple(page.number(page.figures.cell("adults", age_band=age, sex=sex)) for sex in sexes),
            "sum" if age == "total" else "",
        )
        for age in (*table.hierarchies[AGE_BAND].leaves, "total")
    ]
    header = (dimension_label(AGE_BAND, page.language), *_codes(page, SEX, sexes))
    return TableView(page.say("age_caption"), header, tuple(lines))


def commune_tables(page: Printer) -> list[TableView]:
    """Adults by commune, one table an arrondissement."""
    if not page.figures.prints("adults", TERRITORY, "commune"):
        return []
    return [_communes_of(page, each.nis) for each in arrondissements()]


def joins_absent_communes(page: Printer) -> bool:
    """Whether a table of communes has a row for the absent ones of an arrondissement."""
    return any(prints(page, "adults", TERRITORY, f"{each.nis}{ELSEWHERE}") for each in arrondissements())


def _communes_of(page: Printer, part: str) -> TableView:
    evening = page.figures.coverage.evening
    here = sorted(communes_of(part, evening), key=lambda each: fold(each.name(page.language)))
    shared = f"{part}{ELSEWHERE}"
    joined = [shared] if prints(page, "adults", TERRITORY, shared) else []
    lines = [
        _commune_line(
            page,
            code,
            page.say("col_total") if code == part else code_label(TERRITORY, code, page.language),
            "sum" if code == part else "",
        )
        for code in [*(each.nis for each in here), *joined, part]
    ]
    heads = ("col_commune", "col_adults", *(_RATE_HEADS if page.figures.rated else ()))
    return TableView(code_label(TERRITORY, part, page.language), head_texts(page, heads), tuple(lines))


def _commune_line(page: Printer, code: str, label: str, style: str) -> Line:
    adults, people = page.figures.in_territory("adults", code), page.figures.coverage.inhabitants.get(code)
    line = page.line(label, [adults], style)
    if not page.figures.rated or line.spans:
        return line
    shown = page.whole(people) if people else page.say("no_percent")
    return replace(line, cells=(*line.cells, shown, page.rate(adults, code), page.rate_range(adults, code)))


def comparison_table(page: Printer) -> TableView:
    """This count beside the totals that others have published."""
    figures = page.figures
    ours = (figures.adults, figures.children, figures.persons)
    lines = [
        Line(
            page.say("this_count"),
            (
                str(figures.coverage.evening.year),
                *(page.number(each) for each in ours),
                page.share(figures.children, figures.persons),
            ),
            "total",
        )
    ]
    others = sorted(published_totals(), key=lambda each: (-each.year, fold(page.say(f"zone.{each.id}"))))
    for each in others:
        numbers = (each.adults, each.children, each.total)
        share = page.words.number(100 * each.children / each.total)
        zone = page.say(f"zone.{each.id}")
        lines.append(Line(zone, (str(each.year), *(page.whole(number) for number in numbers), share)))
    heads = ("col_zone", "col_year", "col_adults", "col_children", "col_total", "col_child_share")
    between = f"{NARROW_SPACE}; " if page.language == "fr" else "; "
    sources = between.join(sorted({_site(source) for each in others for source in each.sources} - {""}))
    note = page.say("compare_note", sources=sources)
    return TableView(page.say("compare_caption"), head_texts(page, heads), tuple(lines), note)


def _site(source: str) -> str:
    """The publisher of a source; sums that were checked name none."""
    host = source.removeprefix("https://").split("/")[0].removeprefix("www.").removeprefix("plus.")
    first = host.replace(";", " ").split()[0]
    return first if "." in first and not first[0].isdigit() else ""


def leading_categories(page: Printer) -> list[tuple[str, Figure]]:
    """The categories by number of adults, as a sentence wants them; those without a situation of one's own left out."""
    codes = [each.code for each in categories() if each.code != UNKNOWN]
    found = {code: page.figures.cell("adults", category=code) for code in codes}
    ordered = sorted(codes, key=lambda code: -(found[code].value or 0))
    return [(lower_first(code_label(CATEGORY, code, page.language)), found[code]) for code in ordered]


def lower_first(label: str) -> str:
    """A label inside a sentence; German keeps its nouns."""
    return label[:1].lower() + label[1:]


def prints(page: Printer, measure: str, dimension: str, code: str) -> bool:
    """Whether any published table of a measure has a code."""
    return any(
        table.measure == measure and code in getattr(table.hierarchies.get(dimension), "depth_of", {})
        for table in page.figures.release.tables.values()
    )


def _first(page: Printer, measure: str, dimensions: set[str]) -> ProtectedTable | None:
    tables = page.figures.release.tables.values()
    return next((t for t in tables if t.measure == measure and set(t.dimensions) == dimensions), None)


def head_texts(page: Printer, keys: Sequence[str]) -> tuple[str, ...]:
    """Heads of columns in the page's language."""
    return tuple(page.say(key) for key in keys)


def _codes(page: Printer, dimension: str, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code_label(dimension, code, page.language) for code in codes)
