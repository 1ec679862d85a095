"""What a map finds, for its title: only what stays true however the counts were rounded."""

from __future__ import annotations

from collections.abc import Sequence

from denombrement.publication.maps import territory_names
from denombrement.publication.public import sections
from denombrement.publication.public.figures import Figure
from denombrement.publication.public.labels import place_label
from denombrement.publication.public.printing import Printer
from denombrement.publication.shapes import Level
from denombrement.reference import province

Named = tuple[str, Figure]


def of_rates(page: Printer) -> str:
    """The highest rate, or how far the rates spread; empty where there is none."""
    figures, coverage = page.figures, page.figures.coverage
    named = territory_names("arrondissement", coverage.evening, page.language)
    found = {code: figures.in_territory("adults", code) for code in named}
    rates = {code: figures.rate(figure, code) for code, figure in found.items()}
    told = {code: rate for code, rate in rates.items() if rate is not None and figures.tells_rate(rate)}
    known = sorted((rate.value, code) for code, rate in told.items())
    if not known:
        return ""
    shown = {code: page.rate(found[code], code) for code in told}
    low, high = shown[known[0][1]], shown[known[-1][1]]
    if low == high:
        return page.say("map.rates.one", rate=high)
    (below, second), (above, first) = known[-2:]
    apart = sum(told[code].high - told[code].value for code in (first, second))
    if above - below > apart:
        return page.say("map.rates.leader", name=place_label(first, page.language), rate=shown[first])
    return page.say("map.rates.range", low=low, high=high)


def of_counts(page: Printer, measure: str, level: Level) -> str:
    """The territory with most persons, if rounding cannot have put it there; else that none stands out."""
    total = page.figures.in_territory(measure, province().nis)
    codes = territory_names(level, page.figures.coverage.evening)
    named = [(place_label(code, page.language), page.figures.in_territory(measure, code)) for code in codes]
    first = _leader(page, named, total)
    if first:
        return page.say(
            f"map.leader.{measure}", name=first[0], n=page.number(first[1]), total=page.number(total)
        )
    if level == "commune" or not page.tells_percent(total):
        return ""
    return page.say(f"map.spread.{measure}", total=page.number(total))


def of_categories(page: Printer) -> str:
    """The category with most adults, if rounding cannot have put it there."""
    named = [(label[:1].upper() + label[1:], figure) for label, figure in sections.leading_categories(page)]
    first = _leader(page, named, page.figures.adults)
    total = page.number(page.figures.adults)
    return (
        page.say("map.leader.category", name=first[0], n=page.number(first[1]), total=total) if first else ""
    )


def _leader(page: Printer, named: Sequence[Named], total: Figure) -> Named | None:
    ordered = sorted(named, key=lambda each: -(each[1].value or 0))
    counted = [each for each in ordered if each[1].value is not None]
    if len(counted) < 2 or not page.tells_percent(total):  # noqa: PLR2004 - one is no comparison
        return None
    return counted[0] if page.leads(counted[0][1], counted[1][1]) else None
