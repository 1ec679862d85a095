"""What the report and its one-page fact sheet say, once, whatever is made of it: page, PDF or editable document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from denombrement.publication.maps import MapFigure
from denombrement.publication.maps.captions import alternative
from denombrement.publication.maps.page import sheet
from denombrement.publication.maps.scene import Sheet
from denombrement.publication.maps.svg import svg_document
from denombrement.publication.public import profiles, sections
from denombrement.publication.public.figures import Figure
from denombrement.publication.public.printing import Printer, TableView
from denombrement.reference import arrondissements


@dataclass(frozen=True)
class Picture:
    """A map as an image of its own, so that nothing of one map can meet the rest of a page.

    Args:
        figure: the map.
        bare: without its notes, where the page around it says the same.
    """

    figure: MapFigure
    bare: bool = False

    @cached_property
    def sheet(self) -> Sheet:
        """What is drawn."""
        return sheet(self.figure, bare=self.bare)

    @cached_property
    def text(self) -> str:
        """Its text alternative."""
        return alternative(self.figure, with_table=False)

    @cached_property
    def svg(self) -> str:
        """Its drawing."""
        return svg_document(self.sheet, self.figure.table.title, self.text)


Shown = TableView | Picture | None


@dataclass(frozen=True)
class Tile:
    """A headline number: the number, its word, what it means."""

    number: str
    word: str
    detail: str


@dataclass(frozen=True)
class Section:
    """One chapter of the report.

    Args:
        id: anchor.
        title: heading.
        paragraphs: before the tables.
        shown: tables and maps in order.
        pairs: whether tables stand two by two where there is room.
    """

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    shown: tuple[TableView | Picture, ...] = ()
    pairs: bool = False


@dataclass(frozen=True)
class Document:
    """A report in one language.

    Args:
        language: of all its texts.
        title: with the headline figure.
        lead: who, when, how many communes.
        tiles: the headline numbers.
        facts: sentences that complete them.
        limits_title, limits: what to know before quoting a figure; they stand on page one.
        sections: the chapters.
        sources: printed last.
    """

    language: str
    title: str
    lead: str
    tiles: tuple[Tile, ...]
    facts: tuple[str, ...]
    limits_title: str
    limits: tuple[str, ...]
    sections: tuple[Section, ...]
    sources: str


def report(page: Printer, pictures: Mapping[str, Picture]) -> Document:
    """The whole report."""
    return _document(page, tuple(_facts(page)), _chapters(page, pictures))


def fact_sheet(page: Printer, pictures: Mapping[str, Picture]) -> Document:
    """The essentials, for one printed page: categories, then arrondissements with their map."""
    shown = (
        sections.category_table(page),
        sections.place_table(page),
        *(replace(each, bare=True) for each in maps_of(pictures, "taux", "adultes")[:1]),
    )
    chapter = Section("essentiel", page.say("sheet.heading"), (), _only(shown))
    return _document(page, (*leading(page), *list(_facts(page))[:1]), (chapter,))


def _document(page: Printer, facts: tuple[str, ...], chapters: tuple[Section, ...]) -> Document:
    coverage = page.figures.coverage
    name = coverage.name.rstrip(".")
    return Document(
        language=page.language,
        title=_title(page),
        lead=page.say(
            "lead", name=name, night=page.words.night(coverage.evening), communes=_participation(page)
        ),
        tiles=_tiles(page),
        facts=facts,
        limits_title=page.say("limits"),
        limits=tuple(_limits(page)),
        sections=chapters,
        sources=page.say("sources", name=name, year=coverage.year),
    )


def _title(page: Printer) -> str:
    persons, coverage = page.figures.persons, page.figures.coverage
    if page.figures.few:
        return page.say("title_few", least=page.figures.least_for_percent)
    if persons.value is None:
        return page.say("title_unknown")
    taking = page.words.quantity(len(coverage.participating))
    # Of a few communes, a title about the province would say what nobody knows.
    key = "title" if 2 * len(coverage.participating) >= coverage.communes_total else "title_part"
    return page.say(key, persons=page.number(persons), communes=taking)


def _participation(page: Printer) -> str:
    coverage, words = page.figures.coverage, page.words
    key = "participation" if coverage.silent else "participation.all"
    taking = words.quantity(len(coverage.participating))
    return words(key, participating=taking, total=coverage.communes_total)


def _tiles(page: Printer) -> tuple[Tile, ...]:
    """Persons, adults, children; of few persons what the rounding leaves open, of many the bounds."""
    figures = page.figures
    shown = {"persons": figures.persons, "adults": figures.adults, "children": figures.children}
    tiles = []
    for name, figure in shown.items():
        if figures.few and figure.value is not None and figures.base:
            detail = _range(page, figure)
        else:
            detail = page.say("persons_detail") if name == "persons" else _between(page, name)
        tiles.append(Tile(page.number(figure), page.say(name, n=page.quantity(figure)), detail))
    return tuple(tiles)


def _range(page: Printer, figure: Figure) -> str:
    value, reach = figure.value or 0, page.figures.reach_of(figure)
    return page.say("rounded_range", low=page.whole(max(0, value - reach)), high=page.whole(value + reach))


def _between(page: Printer, measure: str) -> str:
    low, high = page.figures.bounds(measure)
    if low.value is None or high.value is None:
        return ""
    if low.value == high.value:
        return page.say("between_close")
    return page.say("between", low=page.number(low), high=page.number(high))


def _limits(page: Printer) -> list[str]:
    figures, coverage = page.figures, page.figures.coverage
    taking = page.words.quantity(len(coverage.participating))
    key = "limit_communes" if coverage.silent else "limit_all_communes"
    found = [page.say("limit_known"), page.say(key, participating=taking, total=coverage.communes_total)]
    absent = [each.name(page.language) for each in arrondissements() if each.nis in coverage.absent]
    if absent:
        found.append(page.say("limit_places", names=", ".join(absent)))
    if figures.few:
        found.append(page.say("limit_few", least=figures.least_for_percent))
    found.append(_protection(page))
    return found if figures.few else [*found, page.say("limit_double")]


def _protection(page: Printer) -> str:
    base, reach, least = page.figures.base, page.figures.reach, page.figures.least_for_percent
    if not base:
        return page.say("limit_hidden")
    return page.say(
        "limit_rounded", base=base, reach=reach, double=2 * reach, least=least, zero=page.below(reach + 1)
    )


def _facts(page: Printer) -> list[str]:
    figures = page.figures
    adults, children = (page.quantity(figures.without_be7(who)) for who in ("adults", "children"))
    found = [page.say("without_be7", adults=adults, children=children)]
    indirect = figures.cell("children_indirect")
    if indirect.value:
        found.append(page.say("indirect", children=page.quantity(indirect)))
    return found


def leading(page: Printer) -> tuple[str, ...]:
    """Where most of them were; of two that rounding may have swapped, both; nothing of few."""
    (first, adults), (second, fewer) = sections.leading_categories(page)[:2]
    if page.figures.few or not adults.value:
        return ()
    if page.leads(adults, fewer):
        share = page.percent(adults, page.figures.adults)
        return (page.say("where_sentence", share=share, label=first, adults=page.quantity(adults)),)
    one, two = page.quantity(adults), page.quantity(fewer)
    return (page.say("where_two", first=first, second=second, one=one, two=two),)


def _chapters(page: Printer, pictures: Mapping[str, Picture]) -> tuple[Section, ...]:
    where: tuple[Shown, ...] = (sections.category_table(page), *maps_of(pictures, "categories"))
    more = (sections.situation_table(page), sections.sex_table(page))
    places: tuple[Shown, ...] = (sections.place_table(page), *maps_of(pictures, "taux", "adultes"))
    crossing: tuple[Shown, ...] = (sections.crossing_table(page), *maps_of(pictures, "enfants"))
    who = (sections.age_table(page), *profiles.profile_tables(page))
    tables: tuple[Shown, ...] = (
        *sections.commune_tables(page),
        *maps_of(pictures, "communes", "taux-communes"),
    )
    notes = _commune_notes(page) if tables else ()
    compared, missing = (sections.comparison_table(page),), (profiles.missing_table(page),)
    found = [
        Section("ou", page.say("where"), leading(page), _only((*where, *more))),
        Section("territoires", page.say("places"), (), _only((*places, *crossing))),
        Section(
            "profils",
            page.say("who"),
            (page.say("who_note_few" if page.figures.few else "who_note"),),
            _only(who),
            pairs=True,
        ),
        Section("communes", page.say("communes"), notes, _only(tables), pairs=not page.figures.rated),
        Section("ailleurs", page.say("compare"), (page.say("compare_text"),), compared),
        Section("qualite", page.say("quality"), tuple(_quality(page)), missing),
        Section("methode", page.say("method"), tuple(_method(page))),
    ]
    return tuple(each for each in found if each.paragraphs or each.shown)


def _commune_notes(page: Printer) -> tuple[str, ...]:
    figures = page.figures
    rates = page.say("communes_rates_note", year=figures.coverage.year, most=page.most_off)
    return (
        *((page.say("communes_note"),) if sections.joins_absent_communes(page) else ()),
        *((rates,) if figures.rated and not figures.few else ()),
    )


def _only(shown: tuple[Shown, ...]) -> tuple[TableView | Picture, ...]:
    return tuple(each for each in shown if each is not None)


def maps_of(pictures: Mapping[str, Picture], *stems: str) -> tuple[Picture, ...]:
    """The maps of these names that exist."""
    return tuple(pictures[stem] for stem in stems if stem in pictures)


def _quality(page: Printer) -> list[str]:
    coverage = page.figures.coverage
    about, services = coverage.declarations_about, coverage.services
    absent = sum(services[state] for state in ("promised", "refused", "silent"))
    counted = {"answered": services["answered"], "zero": services["zero"], "absent": absent}
    said = [page.say(f"quality_{key}", n=page.words.quantity(n)) for key, n in counted.items() if n]
    shares = {
        "quality_merged": coverage.merged_percent,
        "quality_quarantined": coverage.quarantined_percent,
        "quality_undecided": coverage.undecided_percent,
    }
    known = [(key, percent) for key, percent in shares.items() if percent is not None]
    return [
        *([f"{', '.join(said)}."] if said else []),
        page.say("quality_about", declarations=page.whole(about)) if about else page.say("quality_few"),
        *(page.sentence(key, percent, least=coverage.percent_step) for key, percent in known),
        *([] if known else [page.say("quality_small")]),
    ]


def _method(page: Printer) -> list[str]:
    verdict = page.figures.verdict()
    kinds = {kind: verdict["attackers"].get(kind, 0) for kind in ("outsider", "territory", "service")}
    return [
        page.say("method_night"),
        page.say("method_code"),
        page.say("method_audit", last=verdict["threshold"] - 1, **kinds),
        page.say("method_digest", digest=verdict["digest"]),
        page.say("reuse"),
    ]
