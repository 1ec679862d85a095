"""Where each adult slept, what the method asks about it, and whether he or she is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from denombrement.survey.questionnaire import options
from denombrement.survey.rules import RuleContext
from denombrement.synthetic.draws import (
    NONE,
    Generator,
    Integers,
    by_group,
    flagged,
    option_codes,
    pick,
    pick_options,
    read_table,
)
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.places import Places
from denombrement.synthetic.services import Services
from denombrement.synthetic.units import Units, situation_code

INSTITUTIONS = ("EL4.7", "EL4.8")


@dataclass(frozen=True)
class Nights:
    """One value per adult: answers on the night as positions in their lists (−1 not asked).

    ``commune`` is a position in the communes, ``leaving_day`` and ``eviction_day`` are days after the night, −1
    unknown or not asked.
    """

    commune: Integers
    answers: Mapping[str, Integers]
    leaving_day: Integers
    eviction_day: Integers


def make_nights(
    rng: Generator, parameters: Parameters, units: Units, *, places: Places, services: Services, night: date
) -> Nights:
    """The place of the night and the facts that decide whether an adult is in scope."""
    answers = {"place_detail": place_details(rng, parameters, units.situation)}
    answers |= _scope_answers(rng, parameters, units)
    month_days = (RuleContext(night).one_month_after - night).days
    answers["housing_on_leaving"], answers["stay_prolonged"] = _housing(rng, parameters, units)
    leaving_day, answers["leaving_when"] = _leaving(
        rng, parameters, units, answers["stay_prolonged"], month_days
    )
    evicted = units.situation == situation_code("BE7")
    within, later = option_codes("deadline", ("within_one_month", "later"))
    late = evicted & (units.outside == _outside(parameters, "eviction_after_one_month"))
    answers["eviction_when"] = np.where(evicted, np.where(late, later, within), NONE).astype(np.int8)
    known = flagged(rng, units.size, parameters.number("institution_stay", "date_known"))
    eviction_day = np.where(
        evicted & ~late & known, rng.integers(1, month_days + 1, units.size), NONE
    ).astype(np.int16)
    commune = _communes(rng, parameters, units, places, services)
    return Nights(commune, answers, leaving_day, eviction_day)


def place_details(rng: Generator, parameters: Parameters, situation: Integers) -> Integers:
    """A place that fits each situation, −1 where the question is not asked."""
    chosen = np.full(len(situation), NONE, dtype=np.int8)
    for code, rows in by_group(situation):
        table = parameters.tables.get(f"place.{options('situation')[code]}")
        if table:
            chosen[rows] = pick_options(rng, table, "place_detail", len(rows))
    return chosen


def _outside(parameters: Parameters, name: str) -> int:
    return list(parameters.table("outside")).index(name)


def _scope_answers(rng: Generator, parameters: Parameters, units: Units) -> dict[str, Integers]:
    link = pick_options(rng, parameters.shares("territory_link"), "territory_link", units.size)
    no_link = units.outside == _outside(parameters, "no_link")
    link[no_link] = option_codes("territory_link", ("none",))[0]
    reason = np.full(units.size, NONE, dtype=np.int8)
    not_homeless = units.situation == situation_code("not_homeless")
    for name, said in (
        ("housing_first_tenant", "housing_first_tenant"),
        ("poor_housing", "poor_housing"),
        ("asylum_reception", "reception_centre"),
    ):
        rows = not_homeless & (units.outside == _outside(parameters, name))
        reason[rows] = option_codes("outside_reason", (said,))[0]
    return {"territory_link": link, "outside_reason": reason}


def _leaving(
    rng: Generator, parameters: Parameters, units: Units, stay_prolonged: Integers, month_days: int
) -> tuple[Integers, Integers]:
    inside = np.isin(units.situation, option_codes("situation", INSTITUTIONS))
    within, later, unknown = option_codes("deadline", ("within_one_month", "later", "dont_know"))
    when = np.full(units.size, NONE, dtype=np.int8)
    when[inside] = within
    when[inside & (units.outside == _outside(parameters, "leaves_in_five_weeks"))] = later
    # Those whose stay is prolonged may have no date at all: they are in scope all the same.
    prolonged = stay_prolonged == option_codes("yes_no", ("yes",))[0]
    when[prolonged & flagged(rng, units.size, parameters.number("institution_stay", "no_date_in_sight"))] = (
        unknown
    )
    known = flagged(rng, units.size, parameters.number("institution_stay", "date_known"))
    day = np.where((when == within) & known, rng.integers(1, month_days + 1, units.size), NONE)
    return day.astype(np.int16), when


def _housing(rng: Generator, parameters: Parameters, units: Units) -> tuple[Integers, Integers]:
    yes, no = option_codes("yes_no", ("yes", "no"))
    inside = np.isin(units.situation, option_codes("situation", INSTITUTIONS))
    waits = units.outside == _outside(parameters, "institution_with_housing")
    housing = np.where(inside, np.where(waits, yes, no), NONE).astype(np.int8)
    hospital = units.situation == situation_code("EL4.7")
    prolonged = flagged(rng, units.size, parameters.number("institution_stay", "stay_prolonged"))
    stay = np.where(hospital, np.where(prolonged & ~waits, yes, no), NONE).astype(np.int8)
    return housing, stay


def _communes(
    rng: Generator, parameters: Parameters, units: Units, places: Places, services: Services
) -> Integers:
    """Persons in a place with a register sleep where such a service is; the others where people live."""
    table = parameters.table("geography")
    weights = np.where(places.takes_part, places.inhabitants, 0.0) ** table["persons_exponent"]
    commune = pick(rng, weights, units.size)
    registers: dict[str, list[str]] = {}
    for row in read_table("registers.csv"):
        registers.setdefault(row["situation"], []).append(row["service_type"])
    for name, types in registers.items():
        rows = np.flatnonzero(units.situation == situation_code(name))
        usable = np.where(services.of_types(tuple(types)) & services.declares, services.weight, 0.0)
        if usable.any():
            commune[rows] = services.commune[pick(rng, usable, len(rows))]
    absent = np.where(places.takes_part, 0.0, places.inhabitants)
    if absent.any():
        fixed = np.isin(units.situation, option_codes("situation", tuple(registers)))
        away = ~fixed & flagged(
            rng, units.size, parameters.number("size", "night_in_commune_not_taking_part")
        )
        commune[away] = pick(rng, absent, int(away.sum()))
    second = np.flatnonzero(units.second)
    commune[second] = commune[second - 1]
    return commune.astype(np.int16)
