"""The tables of the report on who people are: a profile a question, and how many answers are unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from denombrement.counts.asked import NOT_ASKED
from denombrement.counts.dimensions import AGE_BAND, CATEGORY, SEX, SITUATION, UNKNOWN
from denombrement.counts.table import TERRITORY
from denombrement.protection.tables import ProtectedTable
from denombrement.publication.public.figures import Figure
from denombrement.publication.public.labels import code_label, dimension_label
from denombrement.publication.public.planned import ANSWERED, BOUND, MENTIONED, YES
from denombrement.publication.public.printing import Line, Printer, TableView, largest
from denombrement.publication.public.sections import head_texts, prints
from denombrement.survey.questionnaire import options, question

_NO_PROFILE = {CATEGORY, TERRITORY, BOUND, SITUATION}


def profile_tables(page: Printer) -> list[TableView]:
    """One table a question: answers, their share of the known ones, how many are unknown and how many not asked."""
    single = [_single_table(page, table) for table in _single(page)]
    return [*single, *(_answers_table(page, asked) for asked in _asked(page))]


def _single(page: Printer) -> Iterator[ProtectedTable]:
    for table in page.figures.release.tables.values():
        if table.measure == "adults" and len(table.dimensions) == 1:
            (dimension,) = table.dimensions
            if dimension not in _NO_PROFILE:
                yield table


def _single_table(page: Printer, table: ProtectedTable) -> TableView:
    (dimension,) = table.dimensions
    found = {
        code: page.figures.cell("adults", **{dimension: code}) for code in table.hierarchies[dimension].leaves
    }
    missing = {code: found.pop(code) for code in (UNKNOWN, NOT_ASKED) if code in found}
    known = page.figures.adults
    for figure in missing.values():
        known = known.minus(figure)
    rows = [(code_label(dimension, code, page.language), figure) for code, figure in found.items()]
    return _profile(page, dimension, rows, known, missing)


def _asked(page: Printer) -> list[str]:
    """Questions with several answers that the plan prints."""
    names = [name for table in page.figures.release.tables.values() for name in table.dimensions]
    return list(dict.fromkeys(name.split(".")[0] for name in names if "." in name))


def _answers_table(page: Printer, asked: str) -> TableView:
    tables = page.figures.release.tables.values()
    printed = {name for table in tables for name in table.dimensions}
    dimensions = [name for code in options(question(asked).options) if (name := f"{asked}.{code}") in printed]
    answered = f"{asked}{ANSWERED}"
    rows = [
        (
            dimension_label(name, page.language),
            page.figures.cell("adults", **{name: MENTIONED, answered: YES}),
        )
        for name in dimensions
    ]
    known = page.figures.cell("adults", **{answered: YES})
    missing = {
        code: page.figures.cell("adults", **{answered: code})
        for code in (UNKNOWN, NOT_ASKED)
        if prints(page, "adults", answered, code)
    }
    return _profile(page, asked, rows, known, missing)


def _profile(
    page: Printer,
    dimension: str,
    rows: Sequence[tuple[str, Figure]],
    known: Figure,
    missing: Mapping[str, Figure],
) -> TableView:
    top, told = largest([figure for _, figure in rows]), page.tells_percent(known)

    def line(name: str, figure: Figure, share: str, style: str = "", bar: float | None = None) -> Line:
        return Line(name, (page.number(figure), *([share] if told else [])), style, bar=bar)

    lines = [
        line(name, figure, page.share(figure, known), bar=page.bar(figure, top)) for name, figure in rows
    ]
    lines += [
        line(page.say(f"code.{code}"), figure, page.say("no_percent"), "total")
        for code, figure in missing.items()
    ]
    name = dimension_label(dimension, page.language)
    caption = page.say("profile_caption", dimension=name, known=page.quantity(known))
    heads = ("col_answer", "col_adults", *(["col_known_percent"] if told else []))
    note = "" if told or page.figures.few else page.say("few_known", least=page.figures.least_for_percent)
    return TableView(caption, head_texts(page, heads), tuple(lines), note, bars=told)


def missing_table(page: Printer) -> TableView:
    """How many adults each question was asked of, and of how many of them the answer is unknown."""
    adults = page.figures.adults
    told = page.tells_percent(adults)
    lines = []
    for name, dimension in _asked_about(page):
        unknown, asked = page.figures.cell("adults", **{dimension: UNKNOWN}), _asked_of(page, dimension)
        share = (page.share(unknown, asked),) if told else ()
        cells = (page.number(asked), page.number(unknown), *share)
        lines.append(Line(dimension_label(name, page.language), cells))
    heads = ("col_question", "col_asked", "col_unknown", *(["col_asked_percent"] if told else []))
    caption = page.say("missing_caption", adults=page.quantity(adults))
    return TableView(caption, head_texts(page, heads), tuple(lines))


def _asked_of(page: Printer, dimension: str) -> Figure:
    """The adults whom the question of a dimension concerned."""
    if not prints(page, "adults", dimension, NOT_ASKED):
        return page.figures.adults
    return page.figures.adults.minus(page.figures.cell("adults", **{dimension: NOT_ASKED}))


def _asked_about(page: Printer) -> Iterator[tuple[str, str]]:
    """Every dimension with an unknown row: its name, and the dimension that holds the row."""
    for name in (CATEGORY, TERRITORY, SEX, AGE_BAND):
        if prints(page, "adults", name, UNKNOWN):
            yield name, name
    for table in _single(page):
        yield table.dimensions[0], table.dimensions[0]
    for asked in _asked(page):
        yield asked, f"{asked}{ANSWERED}"
