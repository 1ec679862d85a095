"""The texts of estimates, scenarios and comparisons, in French, Dutch, German or English.

Results come as complete, ordered lines: whoever prints them cannot keep one figure and drop its conditions.
Estimates are rounded to tens; counts are given by the caller, as they are published.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import isfinite

from denombrement.estimation.assumptions import Answer, TickedAssumptions, assumptions
from denombrement.estimation.comparison import Comparison
from denombrement.estimation.intervals import Interval
from denombrement.estimation.missing import MissingPlaces
from denombrement.estimation.refusals import Refused
from denombrement.estimation.unseen import Range, Ranges, UnseenEstimate

_FINE_BELOW = 100
_THOUSANDS = {"fr": "\u202f", "nl": ".", "de": ".", "en": ","}
_DECIMAL = {"fr": ",", "nl": ",", "de": ",", "en": "."}


@dataclass(frozen=True)
class PrintedLine:
    """One line of a result: its rank in the prescribed order, its key and its text."""

    rank: int
    key: str
    text: str


def printed_lines(
    estimate: UnseenEstimate, language: str, *, published_count: int
) -> tuple[PrintedLine, ...]:
    """The result in ``fr``, ``nl``, ``de`` or ``en``, complete and in order.

    Args:
        estimate: from ``estimate_unseen``.
        language: of the texts.
        published_count: the count as it is published, after disclosure control. Estimates are rounded to tens.
    """
    return (
        _line(1, "count", language, count=_whole(published_count, language)),
        _bound_line(estimate.ranges, language),
        *_range_lines(estimate, language),
        *_assumption_lines(estimate.ticked, language),
        *_provenance_lines(estimate, language),
    )


def scenario_lines(
    result: MissingPlaces | Refused, language: str, *, about: str, facts: Mapping[str, int]
) -> tuple[PrintedLine, ...]:
    """The figure of those that took part, then the scenarios, each labelled; never a sum of both.

    Args:
        result: from ``missing.extrapolate``.
        language: of the texts.
        about: ``communes`` or ``services``.
        facts: ``part`` and ``all``: how many took part, of how many; for communes also ``year`` of the population,
            ``elsewhere`` and ``already`` (persons counted in no commune that took part).
    """
    if isinstance(result, Refused):
        return tuple(PrintedLine(1, each.reason, each.text(language)) for each in result.reasons)
    area = result.participating
    first = "communes_taking_part" if about == "communes" else "services_answering"
    shown: dict[str, str | int] = {
        **facts,
        "count": _whole(area.count, language),
        "percent": _decimal(area.exposure_percent, 1, language),
    }
    lines = [_line(1, first, language, **shown)]
    if about == "communes":
        lines.append(_line(1, "communes_not_placed", language, **facts))
    lines += [
        _line(2, f"{about}_{each.name}", language, **_scenario_ends(each.missing_places, language))
        for each in result.scenarios
    ]
    return (*lines, *(() if result.scenarios else [_line(2, "nobody_missing", language)]))


def beside_line(language: str) -> PrintedLine:
    """What every reader of scenarios must read last."""
    return _line(3, "beside", language)


def comparison_lines(comparison: Comparison, language: str) -> tuple[PrintedLine, ...]:
    """The matched panel first, then the totals and what their change is made of, then the verdict.

    For publication the comparison must have been made from protected cells (``comparison.compare_cells``).
    """
    earlier, later, ratio = comparison.earlier, comparison.later, comparison.ratio
    services = "?" if comparison.common_services is None else str(comparison.common_services)
    return (
        _line(
            1,
            "matched_panel",
            language,
            earlier=_whole(earlier.matched, language),
            later=_whole(later.matched, language),
            communes=comparison.common_communes,
            services=services,
        ),
        _line(
            2,
            "matched_ratio",
            language,
            ratio=_decimal(ratio.ratio, 2, language),
            lower=_decimal(ratio.lower, 2, language),
            upper=_decimal(ratio.upper, 2, language),
        ),
        _line(
            3,
            "change_parts",
            language,
            earlier=_whole(earlier.total, language),
            later=_whole(later.total, language),
            change=f"{comparison.change:+d}",
            matched=f"{comparison.change_matched:+d}",
            communes=f"{comparison.change_communes:+d}",
            services=f"{comparison.change_services:+d}",
        ),
        _line(4, f"verdict_{comparison.verdict.value}", language),
    )


def _bound_line(ranges: Ranges, language: str) -> PrintedLine:
    bound = ranges.lower_bound
    return _line(
        2,
        "lower_bound",
        language,
        bound=_tens(bound.point, language),
        lower=_tens(bound.lower, language),
        upper=_tens(bound.upper, language),
    )


def _range_lines(estimate: UnseenEstimate, language: str) -> list[PrintedLine]:
    ranges = estimate.ranges
    return [
        _line(3, key, language, **_ends(each, language), models=each.models, prior=estimate.prior)
        for key, each in (("models", ranges.models), ("averaging", ranges.averaging), ("aic", ranges.aic))
    ]


def _assumption_lines(ticked: TickedAssumptions, language: str) -> list[PrintedLine]:
    words = dict(zip(Answer, wording()["answers"][language].split(" | "), strict=True))
    lines = []
    for each in assumptions():
        answer = ticked.answers[each.code]
        text = each.text(language)
        if answer is not Answer.HOLDS:
            text = f"{text} {each.consequence(language)}"
        lines.append(_line(4, "assumption", language, answer=words[answer], text=text))
    return lines


def _provenance_lines(estimate: UnseenEstimate, language: str) -> list[PrintedLine]:
    rate = estimate.missed_matches
    lines = [
        _line(
            5,
            "prior",
            language,
            prior=estimate.prior,
            delta=_short(estimate.delta, language),
            largest=_whole(estimate.largest_number, language),
        ),
        _line(5, "main_grouping", language, name=estimate.design.grouping, systems=estimate.systems),
    ]
    for name, ranges in estimate.other_groupings.items():
        averaging = _ends(ranges.averaging, language)
        lines.append(
            _line(
                5,
                "grouping",
                language,
                name=name,
                **_ends(ranges.models, language),
                mean_lower=averaging["lower"],
                mean_upper=averaging["upper"],
            )
        )
    for name, reasons in estimate.refused_groupings.items():
        why = " ".join(reason.text(language) for reason in reasons)
        lines.append(_line(5, "grouping_refused", language, name=name, why=why))
    shown = _decimal(100 * rate.rate, 1, language)
    lines.append(_line(5, "match_error", language, rate=shown, source=rate.source, draws=estimate.draws))
    return lines


def _ends(each: Range, language: str) -> dict[str, str]:
    return {"lower": _tens(each.lower, language), "upper": _tens(each.upper, language)}


def _line(rank: int, key: str, language: str, **facts: str | int) -> PrintedLine:
    return PrintedLine(rank, key, wording()[key][language].format(**facts))


def _tens(value: float, language: str) -> str:
    return _whole(10 * round(value / 10), language) if isfinite(value) else "∞"


def _whole(value: float, language: str) -> str:
    return f"{round(value):,}".replace(",", _THOUSANDS[language])


def _decimal(value: float, digits: int, language: str) -> str:
    return f"{value:.{digits}f}".replace(".", _DECIMAL[language]) if isfinite(value) else "∞"


def _short(value: float, language: str) -> str:
    return f"{value:g}".replace(".", _DECIMAL[language])


def _scenario_ends(each: Interval, language: str) -> dict[str, str]:
    """To units below a hundred, since tens would hide a small place; to tens above."""
    ends = {"median": each.point, "lower": each.lower, "upper": each.upper}
    rounded = _whole if each.upper < _FINE_BELOW else _tens
    return {name: rounded(value, language) for name, value in ends.items()}


@cache
def wording() -> dict[str, dict[str, str]]:
    """Texts of the printed lines, by language."""
    data = resources.files("denombrement.estimation") / "data" / "wording.toml"
    return tomllib.loads(data.read_text(encoding="utf-8"))
