"""The public report and its one-page fact sheet, in four languages, from protected tables alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from denombrement.publication.maps import MapFigure
from denombrement.publication.maps.captions import alternative
from denombrement.publication.maps.page import sheet
from denombrement.publication.maps.svg import svg_document
from denombrement.publication.public import sections
from denombrement.publication.public.figures import Figures
from denombrement.publication.public.maps import public_maps
from denombrement.publication.public.pages import environment
from denombrement.publication.public.printing import Printer, TableView
from denombrement.publication.shapes import Geometry

LANGUAGES = {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}


@dataclass(frozen=True)
class Picture:
    """A map as an image of its own, with its text alternative."""

    source: str
    text: str


Shown = TableView | Picture | None


@dataclass(frozen=True)
class Section:
    """One chapter of the report.

    Args:
        id: anchor.
        title: heading.
        paragraphs: before the tables.
        tables: tables and maps in order.
        pairs: whether tables stand two by two where there is room.
        notes: after the tables.
    """

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Shown, ...] = ()
    pairs: bool = False
    notes: tuple[str, ...] = ()


def build(figures: Figures, geometry: Geometry) -> dict[str, bytes]:
    """File name -> content: report and fact sheet in each language, French first."""
    files: dict[str, bytes] = {}
    for language in LANGUAGES:
        page = Printer(figures, language)
        pictures = {
            stem: _picture(figure) for stem, figure in public_maps(figures, geometry, language).items()
        }
        files[report_file(language)] = report_page(page, pictures).encode()
        files[sheet_file(language)] = fact_sheet(page, pictures).encode()
    return files


def report_file(language: str) -> str:
    """Name of the report in a language."""
    return "rapport.html" if language == "fr" else f"rapport-{language}.html"


def sheet_file(language: str) -> str:
    """Name of the fact sheet in a language."""
    return "fiche.html" if language == "fr" else f"fiche-{language}.html"


def report_page(page: Printer, pictures: Mapping[str, Picture]) -> str:
    """The whole report as one self-contained HTML page."""
    template = environment().get_template("report.html.j2")
    others = [(report_file(code), code, name) for code, name in LANGUAGES.items() if code != page.language]
    return template.render(**_opening(page), sections=_sections(page, pictures), others=others)


def fact_sheet(page: Printer, pictures: Mapping[str, Picture]) -> str:
    """The essentials on one printed page."""
    template = environment().get_template("fact_sheet.html.j2")
    label, adults = sections.leading_category(page)
    leading = page.say(
        "where_sentence",
        share=page.percent(adults, page.figures.adults),
        label=label.lower(),
        adults=page.number(adults),
    )
    return template.render(
        **_opening(page),
        leading=leading,
        categories=sections.category_table(page),
        places=sections.place_table(page),
        picture=pictures.get("taux"),
        report=report_file(page.language),
    )


def _opening(page: Printer) -> dict[str, object]:
    """Title, headline and limits: the same on the report and on the sheet."""
    figures, coverage = page.figures, page.figures.coverage
    persons = figures.persons
    title = page.say("title", persons=page.number(persons))
    return {
        "say": page.say,
        "language": page.language,
        "title": title if persons.value is not None else page.say("title_unknown"),
        "lead": page.say(
            "lead",
            name=coverage.name.rstrip("."),
            night=page.words.night(coverage.evening),
            communes=_communes(page),
        ),
        "tiles": _tiles(page),
        "limits": _limits(page),
        "without": _without(page),
        "sources": page.say("sources", name=coverage.name.rstrip("."), year=coverage.year),
    }


def _communes(page: Printer) -> str:
    coverage = page.figures.coverage
    key = "participation" if coverage.silent else "participation.all"
    return page.words(key, participating=len(coverage.participating), total=coverage.communes_total)


def _tiles(page: Printer) -> list[tuple[str, str, str]]:
    """The three headline numbers: number, word, what it means."""
    figures = page.figures
    between = {}
    for measure in ("adults", "children"):
        low, high = figures.bounds(measure)
        both = low.value is not None and high.value is not None
        between[measure] = page.say("between", low=page.number(low), high=page.number(high)) if both else ""
    return [
        (page.number(figures.persons), page.say("persons"), page.say("persons_detail")),
        (page.number(figures.adults), page.say("adults"), between["adults"]),
        (page.number(figures.children), page.say("children"), between["children"]),
    ]


def _limits(page: Printer) -> list[str]:
    figures, coverage = page.figures, page.figures.coverage
    taking = page.say(
        "limit_communes" if coverage.silent else "limit_all_communes",
        participating=len(coverage.participating),
        total=coverage.communes_total,
    )
    reach = figures.base * (1 + figures.release.verdict.slack) - 1
    protection = (
        page.say("limit_rounded", base=figures.base, reach=reach, double=2 * reach)
        if figures.base
        else page.say("limit_hidden")
    )
    return [page.say("limit_known"), taking, protection, page.say("limit_double")]


def _without(page: Printer) -> list[str]:
    figures = page.figures
    adults, children = (page.number(figures.without_be7(who)) for who in ("adults", "children"))
    indirect = page.number(figures.cell("children_indirect"))
    return [
        page.say("without_be7", adults=adults, children=children),
        page.say("indirect", children=indirect),
    ]


def _sections(page: Printer, pictures: Mapping[str, Picture]) -> list[Section]:
    label, adults = sections.leading_category(page)
    leading = page.say(
        "where_sentence",
        share=page.percent(adults, page.figures.adults),
        label=label.lower(),
        adults=page.number(adults),
    )
    where: tuple[Shown, ...] = (sections.category_table(page), *maps_of(pictures, "categories"))
    more = (sections.situation_table(page), sections.sex_table(page))
    places: tuple[Shown, ...] = (sections.place_table(page), *maps_of(pictures, "taux", "adultes"))
    crossing: tuple[Shown, ...] = (sections.crossing_table(page), *maps_of(pictures, "enfants"))
    who = (sections.age_table(page), *sections.profile_tables(page))
    tables: tuple[Shown, ...] = (
        *sections.commune_tables(page),
        *maps_of(pictures, "communes"),
    )
    communes = (page.say("communes_note"),) if tables and page.figures.coverage.silent else ()
    found = [
        Section("ou", page.say("where"), (leading,), (*where, *more)),
        Section("territoires", page.say("places"), (), (*places, *crossing)),
        Section("profils", page.say("who"), (page.say("who_note"),), who, pairs=True),
        Section("communes", page.say("communes"), communes, tables, pairs=True),
        Section(
            "ailleurs", page.say("compare"), (page.say("compare_text"),), (sections.comparison_table(page),)
        ),
        Section("qualite", page.say("quality"), tuple(_quality(page)), (sections.missing_table(page),)),
        Section("methode", page.say("method"), tuple(_method(page))),
    ]
    return [each for each in found if each.paragraphs or any(each.tables)]


def maps_of(pictures: Mapping[str, Picture], *stems: str) -> tuple[Picture, ...]:
    """The maps of these names that exist."""
    return tuple(pictures[stem] for stem in stems if stem in pictures)


def _quality(page: Printer) -> list[str]:
    coverage = page.figures.coverage
    services = coverage.services
    absent = sum(services[state] for state in ("promised", "refused", "silent"))
    about = coverage.declarations_about
    return [
        page.say("quality_services", answered=services["answered"], zero=services["zero"], absent=absent),
        page.say("quality_about", declarations=page.whole(about)) if about else page.say("quality_few"),
        page.sentence("quality_merged", coverage.merged_percent),
        page.sentence("quality_quarantined", coverage.quarantined_percent),
        page.sentence("quality_undecided", coverage.undecided_percent),
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


def _picture(figure: MapFigure) -> Picture:
    words = alternative(figure, with_table=False)
    drawing = svg_document(sheet(figure), figure.table.title, words)
    return Picture("data:image/svg+xml;base64," + b64encode(drawing.encode()).decode(), words)
