"""What each service answers about a person: the truth as it knows it, gaps, and disagreements between services.

The service that knows best (rank 0) tells the right situation, commune and children; others may not. Answers stay
within the rules: what is not asked is not answered, and no two answers contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from denombrement.survey.questionnaire import options
from denombrement.synthetic.contacts import Contacts
from denombrement.synthetic.draws import (
    NONE,
    Flags,
    Generator,
    Integers,
    by_group,
    flagged,
    option_codes,
    pick,
    pick_options,
    read_table,
)
from denombrement.synthetic.nights import INSTITUTIONS, Nights, place_details
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.people import AGE_BOUNDS_YEARS, CHOICES, People
from denombrement.synthetic.places import Places
from denombrement.synthetic.services import Services
from denombrement.synthetic.units import COUPLE, Units, situation_code

Answers = dict[str, Integers]
# Below this age a slip could make a minor of an adult.
YOUNGEST_SLIP_YEARS = 20
DISAGREEMENTS = (
    "situation_differs",
    "situation_unknown",
    "commune_differs",
    "commune_unknown",
    "household_differs",
    "age_slip",
)


@dataclass(frozen=True)
class World:
    """All that is true, for those who tell it."""

    units: Units
    people: People
    places: Places
    services: Services
    nights: Nights
    contacts: Contacts
    family: Integers
    night: date


@dataclass(frozen=True)
class Said:
    """Answers per declaration, and which of them disagree with the truth (bits of `DISAGREEMENTS`)."""

    answers: Mapping[str, Integers]
    disagreements: Integers


def say(rng: Generator, parameters: Parameters, world: World, sex: Integers) -> Said:
    """The answers of every declaration; ``sex`` is the one typed."""
    teller = _Teller(rng, parameters, world)
    answers: Answers = {"sex": sex}
    teller.situation(answers)
    teller.scope(answers)
    teller.circumstances(answers)
    teller.communes(answers)
    teller.age(answers)
    teller.nationality(answers)
    teller.household(answers)
    teller.life(answers)
    teller.service(answers)
    return Said(answers, teller.disagreements)


class _Teller:
    """Fills the answers of all declarations, question by question, in the order of the form."""

    def __init__(self, rng: Generator, parameters: Parameters, world: World) -> None:
        self.rng, self.parameters, self.world = rng, parameters, world
        self.person = world.contacts.person
        self.size = len(self.person)
        self.disagreements = np.zeros(self.size, dtype=np.int16)
        # Who is out of scope is told by one service, as it is: the method's traps stay sharp.
        self.may_differ = (world.contacts.rank > 0) & (world.units.outside[self.person] < 0)

    def flagged(self, table: str, key: str, where: Flags | None = None) -> Flags:
        flags = flagged(self.rng, self.size, self.parameters.number(table, key))
        return flags if where is None else flags & where

    def note(self, kind: str, rows: Flags) -> None:
        self.disagreements[rows] |= 1 << DISAGREEMENTS.index(kind)

    def pick(self, table: str) -> Integers:
        return pick_options(self.rng, self.parameters.shares(table), table, self.size)

    def situation(self, answers: Answers) -> None:
        true = self.world.units.situation[self.person]
        said = true.copy()
        differs = self.flagged("disagreements", "situation_differs", self.may_differ)
        said[differs] = _confused(self.rng, self.parameters, said[differs])
        unknown = self.flagged("disagreements", "situation_unknown", self.may_differ)
        said[unknown] = situation_code("unknown")
        self.note("situation_unknown", unknown & (true != said))
        self.note("situation_differs", differs & ~unknown & (true != said))
        answers["situation"] = said
        detail = self.world.nights.answers["place_detail"][self.person].copy()
        changed = said != true
        detail[changed] = place_details(self.rng, self.parameters, said[changed])
        centre = self.world.units.outside[self.person] == list(self.parameters.table("outside")).index(
            "asylum_reception"
        )
        asked = said != situation_code("not_homeless")
        detail[centre & asked] = option_codes("place_detail", ("reception_centre",))[0]
        answers["place_detail"] = detail

    def scope(self, answers: Answers) -> None:
        nights, said = self.world.nights, answers["situation"]
        asked_of = {
            "leaving_when": INSTITUTIONS,
            "housing_on_leaving": INSTITUTIONS,
            "stay_prolonged": INSTITUTIONS[:1],
            "eviction_when": ("BE7",),
            "outside_reason": ("not_homeless",),
        }
        within = option_codes("deadline", ("within_one_month",))[0]
        for question, situations in asked_of.items():
            asked = np.isin(said, option_codes("situation", situations))
            answers[question] = np.where(asked, nights.answers[question][self.person], NONE).astype(np.int8)
        # A person whom another service takes for evicted is so within the month.
        evicted = (said == situation_code("BE7")) & (answers["eviction_when"] == NONE)
        answers["eviction_when"][evicted] = within
        for question, deadline, days in (
            ("leaving_date", "leaving_when", nights.leaving_day),
            ("eviction_date", "eviction_when", nights.eviction_day),
        ):
            answers[question] = np.where(answers[deadline] == within, days[self.person], NONE).astype(
                np.int16
            )
        answers["territory_link"] = nights.answers["territory_link"][self.person]

    def circumstances(self, answers: Answers) -> None:
        without, with_ = option_codes("person_present", ("without_person", "with_person"))
        answers["person_present"] = np.where(
            self.flagged("answers", "without_person"), without, with_
        ).astype(np.int8)
        (own,) = option_codes("situation_source", ("own_register",))
        source = self.pick("situation_source")
        answers["situation_source"] = np.where(
            self._keeps_register(answers["situation"]), own, source
        ).astype(np.int8)
        (exact,) = option_codes("night_precision", ("exact_night",))
        precision = np.where(answers["situation_source"] == own, exact, self.pick("night_precision"))
        asked = ~np.isin(answers["situation"], option_codes("situation", ("not_homeless", "BE7")))
        answers["night_precision"] = np.where(asked, precision, NONE).astype(np.int8)

    def communes(self, answers: Answers) -> None:
        places = self.world.places
        true = self.world.nights.commune[self.person]
        weights = np.where(places.takes_part, places.inhabitants, 0.0)
        differs = self.flagged("disagreements", "commune_differs", self.may_differ)
        said = np.where(differs, pick(self.rng, weights, self.size), true)
        unknown = self.flagged("disagreements", "commune_unknown", self.may_differ)
        outside, dont_know = places.size, places.size + 1
        said = np.where(unknown, dont_know, said)
        self.note("commune_unknown", unknown)
        self.note("commune_differs", ~unknown & (said != true))
        homeless = answers["situation"] != situation_code("not_homeless")
        answers["commune_night"] = np.where(homeless, said, NONE).astype(np.int16)
        shares = self.parameters.shares("commune_origin")
        kind = pick(self.rng, list(shares.values()), self.size)
        origins = np.stack(
            [
                true,
                pick(self.rng, places.inhabitants, self.size),
                np.full(self.size, outside),
                np.full(self.size, dont_know),
            ]
        )
        answers["commune_origin"] = origins[kind, np.arange(self.size)].astype(np.int16)

    def age(self, answers: Answers) -> None:
        true = self.world.people.age_years[self.person]
        slips = self.flagged("disagreements", "age_slip", self.may_differ & (true > YOUNGEST_SLIP_YEARS))
        age = np.where(slips, true + self.rng.choice([-2, -1, 1, 2], self.size), true)
        self.note("age_slip", slips)
        class_only = self.flagged("answers", "age_class_only")
        answers["age_years"] = np.where(class_only, NONE, age).astype(np.int16)
        answers["age_class"] = np.where(class_only, age_classes(age), NONE).astype(np.int8)

    def nationality(self, answers: Answers) -> None:
        people = self.world.people.answers
        for question in ("nationality", "birth_country"):
            answers[question] = self._with_gaps(people[question][self.person], question)
        belgian, unknown = option_codes("nationality", ("belgian", "dont_know"))
        (dont_know,) = option_codes("residence_status", ("dont_know",))
        status = self._with_gaps(people["residence_status"][self.person], "residence_status")
        known = (answers["nationality"] != NONE) & (answers["nationality"] != unknown)
        status = np.where(known, status, dont_know)
        answers["residence_status"] = np.where(answers["nationality"] == belgian, NONE, status).astype(
            np.int8
        )

    def household(self, answers: Answers) -> None:
        family = self.world.family[self.person]
        alone, couple, other, dont_know = option_codes("household", ("alone", "couple", "other", "dont_know"))
        differs = self.flagged("disagreements", "household_differs", self.may_differ)
        simple = np.isin(family, (alone, couple, other))
        said = np.where(differs & simple, np.where(family == alone, other, alone), family)
        self.note("household_differs", said != family)
        unknown = self.flagged("answers", "dont_know")
        answers["household"] = np.where(unknown, dont_know, said).astype(np.int8)
        answers["household_number"] = np.where(answers["household"] == alone, NONE, self._household_numbers())

    def life(self, answers: Answers) -> None:
        people = self.world.people.answers
        answers["duration"] = self._with_gaps(people["duration"][self.person], "duration")
        for question in CHOICES:
            mask = people[question][self.person]
            dont_know = 1 << options(question).index("dont_know")
            mask = np.where(self.flagged("answers", "dont_know"), dont_know, mask)
            answers[question] = np.where(self.flagged("answers", "missing"), 0, mask).astype(np.int32)

    def service(self, answers: Answers) -> None:
        yes, no = option_codes("yes_no", ("yes", "no"))
        met = self.flagged("together", "cpas_contact")
        answers["cpas_contact"] = self._with_gaps(np.where(met, yes, no), "yes_no")
        answers["service_relation"] = self.pick("service_relation")
        answers["origin_of_demand"] = self.pick("origin_of_demand")
        given = self.flagged("together", "case_number_given")
        answers["case_number"] = np.where(given, self.rng.integers(1, 999_999, self.size), NONE).astype(
            np.int32
        )

    def _with_gaps(self, codes: Integers, list_name: str) -> Integers:
        """Some answers become *don't know*, some are left out; a question not asked stays so."""
        unknown = self.flagged("answers", "dont_know", codes != NONE)
        codes = np.where(unknown, options(list_name).index("dont_know"), codes)
        return np.where(self.flagged("answers", "missing"), NONE, codes).astype(np.int8)

    def _keeps_register(self, situation: Integers) -> Flags:
        kinds = self.world.services.type[self.world.contacts.service]
        keeps = np.zeros(self.size, dtype=bool)
        for row in read_table("registers.csv"):
            (kind,) = option_codes("service_type", (row["service_type"],))
            keeps |= (situation == situation_code(row["situation"])) & (kinds == kind)
        return keeps

    def _household_numbers(self) -> Integers:
        """A number where both adults of a pair are declared by one service: the same for both."""
        units, service = self.world.units, self.world.contacts.service
        paired = np.flatnonzero(units.relation[self.person] > 0)
        keys = units.unit[self.person[paired]].astype(np.int64) * self.world.services.size + service[paired]
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        together = paired[counts[inverse] > 1]
        numbers = np.full(self.size, NONE, dtype=np.int16)
        for _, rows in by_group(service[together]):
            _, rank = np.unique(units.unit[self.person[together[rows]]], return_inverse=True)
            numbers[together[rows]] = rank + 1
        return numbers


def age_classes(age_years: Integers) -> Integers:
    """Position of each age in the list of age classes."""
    known = options("age_class")
    lower = [0, *(bounds[0] for bounds in AGE_BOUNDS_YEARS.values())]
    classes = np.array([known.index("under_18"), *(known.index(name) for name in AGE_BOUNDS_YEARS)])
    return np.asarray(classes[np.searchsorted(lower, age_years, side="right") - 1], dtype=np.int8)


def families(units: Units, with_direct_children: Flags) -> Integers:
    """The true answer on the household of each adult."""
    alone, couple, with_children, couple_with, other = option_codes(
        "household", ("alone", "couple", "with_children", "couple_with_children", "other")
    )
    of_unit = np.zeros(int(units.unit.max()) + 1, dtype=bool)
    of_unit[units.unit[with_direct_children]] = True
    has = of_unit[units.unit]
    paired = np.where(units.relation == COUPLE, np.where(has, couple_with, couple), other)
    single = np.where(has, with_children, alone)
    return np.asarray(np.where(units.relation == 0, single, paired), dtype=np.int8)


def _confused(rng: Generator, parameters: Parameters, situation: Integers) -> Integers:
    """Another situation that a service less close might give."""
    said = situation.copy()
    for code, rows in by_group(situation):
        table = parameters.table(f"confusion.{options('situation')[code]}")
        said[rows] = pick_options(rng, table, "situation", len(rows))
    return said
