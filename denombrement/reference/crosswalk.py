"""From the full ETHOS typology (``E1.1`` … ``E13.1``) to ETHOS Light.

The mapping is not a function: institutions, eviction, squats, campsites and reception centres depend on facts that the
full code does not hold. The answer then lists the facts that are missing; nothing is ever guessed.

Rules: institutions count when the stay is prolonged for lack of housing, or when the person leaves within one month
without housing; ``BE7`` when the eviction falls within one month of the reference night. ``status`` says how sure the
reading is (*standard*, *BE…* for Belgian usage, *inferred* to be confirmed).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Literal

from denombrement.errors import UsageProblem
from denombrement.reference._tables import read_rows


class Fact(StrEnum):
    """What a full ETHOS code does not say; each value is a field of `Facts`."""

    REFERENCE_NIGHT = "reference_night"
    LEAVING_DATE = "leaving_date"
    HOUSING_ON_LEAVING = "housing_on_leaving"
    STAY_PROLONGED = "stay_prolonged"
    EVICTION_DATE = "eviction_date"
    STAYING = "staying"
    ON_CAMPSITE = "on_campsite"
    CAMPSITES_COUNTED = "campsites_counted"
    RECEPTION_COUNTED = "reception_counted"


@dataclass(frozen=True)
class Facts:
    """What is known beside the full code; None means not known.

    Attributes:
        reference_night: the evening's date of the reference night.
        leaving_date: when the person leaves the institution; ``date.max`` when no departure is planned.
        housing_on_leaving: a dwelling is available on leaving.
        stay_prolonged: the stay lasts longer than needed for lack of housing.
        eviction_date: when the dwelling must be left; ``date.max`` when no date is set.
        staying: ``without_lease`` (squat, no lease) or ``with_relatives`` (relatives, friends, others).
        on_campsite: the mobile home stands on a campsite or in a zone of *habitat permanent*.
        campsites_counted: the campaign counts campsites and *habitat permanent*.
        reception_counted: the campaign counts reception centres and migrant workers (full ETHOS 5).
    """

    reference_night: date | None = None
    leaving_date: date | None = None
    housing_on_leaving: bool | None = None
    stay_prolonged: bool | None = None
    eviction_date: date | None = None
    staying: Literal["without_lease", "with_relatives"] | None = None
    on_campsite: bool | None = None
    campsites_counted: bool | None = None
    reception_counted: bool | None = None


@dataclass(frozen=True)
class InLight:
    """Counted in ``category``; ``living_situation`` is None where Light has none (children's institutions, ``E6.3``)."""

    category: str
    living_situation: str | None
    status: str


@dataclass(frozen=True)
class Outside:
    """Not in ETHOS Light; ``own_line`` when the campaign nevertheless reports it on a separate line."""

    status: str
    own_line: bool = False


@dataclass(frozen=True)
class NeedsFact:
    """Undecided until these facts are given."""

    facts: tuple[Fact, ...]


Answer = InLight | Outside | NeedsFact
# A rule's verdict: counted or not, or the facts it still needs.
_Verdict = bool | tuple[Fact, ...]


@dataclass(frozen=True)
class CrosswalkRow:
    """One full ETHOS code, the rule that decides, and what it becomes when that rule says it is counted."""

    code: str
    rule: str
    category: str
    living_situation: str
    note: str
    status: str


@cache
def crosswalk_rows() -> tuple[CrosswalkRow, ...]:
    """The 24 codes of the full typology with the rule of each."""
    return tuple(CrosswalkRow(**row) for row in read_rows("ethos_crosswalk.csv"))


def to_light(code: str, facts: Facts | None = None) -> Answer:
    """Convert a full ETHOS code, given the facts at hand.

    Args:
        code: ``E1.1`` … ``E13.1``; a bare number is refused, since it means three things.
        facts: what else is known.

    Raises:
        UsageProblem: REF002 for an unknown code; REF004 when a leaving or eviction date lies before the reference
            night, which contradicts the code.
    """
    row = next((each for each in crosswalk_rows() if each.code == code), None)
    if row is None:
        raise UsageProblem("REF002")
    return _RULES[row.rule](row, facts or Facts())


def one_month_after(night: date) -> date:
    """The same day of the next month, or that month's last day: the last day that is within one month."""
    year, month = (night.year + 1, 1) if night.month == 12 else (night.year, night.month + 1)  # noqa: PLR2004
    return date(year, month, min(night.day, calendar.monthrange(year, month)[1]))


def _within_a_month(facts: Facts, fact: Fact) -> _Verdict:
    when: date | None = getattr(facts, fact)
    night = facts.reference_night
    if when == date.max:
        return False
    if when is None or night is None:
        return _missing(facts, fact, Fact.REFERENCE_NIGHT)
    if when < night:
        raise UsageProblem("REF004", fact=fact.value, night=night.isoformat())
    return when <= one_month_after(night)


def _missing(facts: Facts, *wanted: Fact) -> tuple[Fact, ...]:
    return tuple(fact for fact in wanted if getattr(facts, fact) is None)


def _leaves_without_housing(facts: Facts) -> _Verdict:
    soon = _within_a_month(facts, Fact.LEAVING_DATE)
    if facts.housing_on_leaving or soon is False:
        return False
    needed = _missing(facts, Fact.HOUSING_ON_LEAVING) + (() if soon is True else soon)
    return needed or True


def _prolonged_or_leaves(facts: Facts) -> _Verdict:
    if facts.stay_prolonged:
        return True
    leaving = _leaves_without_housing(facts)
    if facts.stay_prolonged is not None or leaving is True:
        return leaving
    return (Fact.STAY_PROLONGED, *(leaving or ()))


def _campsite(facts: Facts) -> _Verdict:
    if facts.on_campsite is False or facts.campsites_counted:
        return True
    if facts.on_campsite and facts.campsites_counted is False:
        return False
    return _missing(facts, Fact.ON_CAMPSITE, Fact.CAMPSITES_COUNTED)


def _decided_by(verdict: Callable[[Facts], _Verdict]) -> Callable[[CrosswalkRow, Facts], Answer]:
    def answer(row: CrosswalkRow, facts: Facts) -> Answer:
        found = verdict(facts)
        if isinstance(found, tuple):
            return NeedsFact(found)
        return (
            InLight(row.category, row.living_situation or None, row.status) if found else Outside(row.status)
        )

    return answer


def _reception(row: CrosswalkRow, facts: Facts) -> Answer:
    if facts.reception_counted is None:
        return NeedsFact((Fact.RECEPTION_COUNTED,))
    return Outside(row.status, own_line=facts.reception_counted)


def _squat_or_relatives(row: CrosswalkRow, facts: Facts) -> Answer:
    if facts.staying is None:
        return NeedsFact((Fact.STAYING,))
    if facts.staying == "with_relatives":
        return to_light("E8.1")
    return InLight(row.category, row.living_situation, row.status)


_RULES: dict[str, Callable[[CrosswalkRow, Facts], Answer]] = {
    "direct": _decided_by(lambda _: True),
    "outside": _decided_by(lambda _: False),
    "leaving": _decided_by(_leaves_without_housing),
    "prolonged_or_leaving": _decided_by(_prolonged_or_leaves),
    "eviction": _decided_by(lambda facts: _within_a_month(facts, Fact.EVICTION_DATE)),
    "campsite_local": _decided_by(_campsite),
    "ethos_5_local": _reception,
    "squat_or_relatives": _squat_or_relatives,
}
