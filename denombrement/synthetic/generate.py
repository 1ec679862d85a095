"""Making a province: the stages in order, each from its own stream of random numbers.

Each stage draws from a generator spawned from the seed, so that a change in one stage leaves the draws of the others
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial

import numpy as np

from denombrement.errors import UsageProblem
from denombrement.synthetic.acts import Acts, break_rules, corrections, in_second_returns, withdrawn_rows
from denombrement.synthetic.answers import World, families, say
from denombrement.synthetic.capture import captured_contacts
from denombrement.synthetic.children import Children, make_children
from denombrement.synthetic.contacts import Contacts, make_contacts
from denombrement.synthetic.draws import NONE, Generator, Integers
from denombrement.synthetic.frames import (
    children_frames,
    declarations_frame,
    declared_children_frame,
    persons_frame,
    services_frame,
)
from denombrement.synthetic.nights import make_nights
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.people import make_people
from denombrement.synthetic.places import make_places
from denombrement.synthetic.province import Province
from denombrement.synthetic.services import make_services
from denombrement.synthetic.slips import Typed, type_identities
from denombrement.synthetic.told_children import ToldChildren, tell_children
from denombrement.synthetic.units import make_units

PERSONS_AT_MOST = 2_000_000
NIGHT_2023 = date(2023, 10, 19)
STAGES = (
    "places",
    "services",
    "units",
    "people",
    "nights",
    "contacts",
    "children",
    "typing",
    "telling",
    "told",
    "acts",
    "order",
)


def generate(
    parameters: Parameters,
    persons: int,
    seed: int,
    night: date = NIGHT_2023,
    capture: Sequence[float] = (),
) -> Province:
    """A province with ``persons`` adults in scope, each declared by one service at least, and some others beside.

    Args:
        parameters: rates and shares; `default_parameters` is close to the province of October 2023.
        persons: adults in scope (1 to 2,000,000).
        seed: same parameters, persons, seed and night give the same province.
        night: reference night; decides the communes (44, or 43 from 2 December 2024).
        capture: chance that each system of services meets an adult in scope, independently (``capture.grouping_of``);
            those whom none meets are in the province and in no declaration. Empty: everybody is declared.

    Raises:
        UsageProblem: SYN005, ``persons`` out of bounds; SYN001–SYN003, parameters that do not hold; SYN008, chances
            that no grouping fits.
    """
    if not 1 <= persons <= PERSONS_AT_MOST:
        raise UsageProblem("SYN005", persons=persons, maximum=PERSONS_AT_MOST)
    streams = dict(zip(STAGES, np.random.default_rng(seed).spawn(len(STAGES)), strict=True))
    world, children = _world(streams, parameters, persons, night, capture)
    return _told(streams, parameters, world, children, seed)


def _world(
    streams: dict[str, Generator], parameters: Parameters, persons: int, night: date, capture: Sequence[float]
) -> tuple[World, Children]:
    places = make_places(streams["places"], parameters, night)
    shares = parameters.shares("declarations_per_person")
    mean = sum(capture) or sum(int(number) * share for number, share in shares.items())
    services = make_services(streams["services"], parameters, places, int(persons * mean))
    units = make_units(streams["units"], parameters, persons)
    people = make_people(streams["people"], parameters, units, night)
    nights = make_nights(streams["nights"], parameters, units, places=places, services=services, night=night)
    meet = partial(captured_contacts, chances=capture) if capture else make_contacts
    contacts = meet(
        streams["contacts"], parameters, units, commune=nights.commune, places=places, services=services
    )
    children = make_children(streams["children"], parameters, units, people.age_years, night)
    direct = np.zeros(units.size, dtype=bool)
    direct[children.parent[children.direct == 1]] = True
    ordered = _by_service(streams["order"], contacts)
    family = families(units, direct)
    return World(units, people, places, services, nights, ordered, family, night), children


def _by_service(rng: Generator, contacts: Contacts) -> Contacts:
    """Declarations of one service together, in no order within."""
    order = np.lexsort((rng.random(len(contacts.person)), contacts.service))
    return Contacts(contacts.person[order], contacts.service[order], contacts.rank[order])


def _told(
    streams: dict[str, Generator], parameters: Parameters, world: World, children: Children, seed: int
) -> Province:
    contacts = world.contacts
    typed = type_identities(streams["typing"], parameters, world.people, world.units.sex, contacts.person)
    said = say(streams["telling"], parameters, world, typed.sex)
    answers = dict(said.answers)
    told = tell_children(
        streams["told"],
        parameters,
        children=children,
        contacts=contacts,
        household=answers["household"],
        night=world.night,
    )
    broken = break_rules(streams["acts"], parameters, answers, len(contacts.person))
    known = (answers["commune_night"] != NONE) & (answers["commune_night"] < world.places.size)
    again = in_second_returns(streams["acts"], parameters, contacts.service)
    corrected = corrections(streams["acts"], parameters, broken, known & again)
    twice = withdrawn_rows(streams["acts"], parameters, broken, again)
    rows = np.sort(np.concatenate([np.arange(len(broken)), twice]), kind="stable")
    withdrawn = np.diff(rows, prepend=-1) == 0
    telling = _Telling(
        contacts=Contacts(contacts.person[rows], contacts.service[rows], contacts.rank[rows]),
        typed=Typed(**{field.name: getattr(typed, field.name)[rows] for field in fields(Typed)}),
        answers={question: codes[rows] for question, codes in answers.items()},
        disagreements=said.disagreements[rows],
        told=_told_again(told, rows),
        acts=Acts(broken[rows], corrected[rows] & ~withdrawn, withdrawn),
    )
    return _assembled(streams["order"], parameters, world, children=children, telling=telling, seed=seed)


@dataclass(frozen=True)
class _Telling:
    """All that the services say, one value per declaration, those entered twice included."""

    contacts: Contacts
    typed: Typed
    answers: dict[str, Integers]
    disagreements: Integers
    told: ToldChildren
    acts: Acts


def _told_again(told: ToldChildren, rows: Integers) -> ToldChildren:
    """The children told, in the numbering of ``rows``, where a declaration may stand twice."""
    originals, place, times = np.unique(rows, return_index=True, return_counts=True)
    first = place[np.searchsorted(originals, told.declaration)]
    again = np.flatnonzero(times[np.searchsorted(originals, told.declaration)] > 1)
    entries = np.concatenate([np.arange(len(first)), again])
    declaration = np.concatenate([first, first[again] + 1])
    order = np.argsort(declaration, kind="stable")
    entries = entries[order]
    return ToldChildren(
        declaration=declaration[order],
        child=told.child[entries],
        birth_year=told.birth_year[entries],
        sex=told.sex[entries],
        link=told.link[entries],
        other_parent=told.other_parent[entries],
        has_children=told.has_children[rows],
        disagreements=told.disagreements[rows],
    )


def _identifiers(rng: Generator, letter: str, size: int) -> list[str]:
    """Opaque identifiers in random order, so that none tells of order or kin."""
    width = max(5, len(str(size)))
    return [f"{letter}{number:0{width}d}" for number in (rng.permutation(size) + 1).tolist()]


def _assembled(
    rng: Generator, parameters: Parameters, world: World, *, children: Children, telling: _Telling, seed: int
) -> Province:
    person_ids = _identifiers(rng, "P", world.units.size)
    child_ids = _identifiers(rng, "C", children.size)
    declaration_ids = _identifiers(rng, "D", len(telling.contacts.person))
    live = telling.contacts.person[~telling.acts.withdrawn]
    persons = persons_frame(
        person_ids,
        units=world.units,
        people=world.people,
        nights=world.nights,
        places=world.places,
        households=world.family,
        outside=list(parameters.table("outside")),
        declared=np.bincount(live, minlength=world.units.size),
        origins=list(parameters.table("origin")),
    )
    child_frame, parents = children_frames(children, persons, child_ids, person_ids)
    return Province(
        night=world.night,
        seed=seed,
        parameters=parameters,
        services=services_frame(world.services, world.places),
        persons=persons.sort_values("person_id", ignore_index=True),
        children=child_frame.sort_values("child_id", ignore_index=True),
        parents=parents.sort_values(["child_id", "person_id"], ignore_index=True),
        declarations=declarations_frame(
            identifiers=declaration_ids,
            person_ids=person_ids,
            services=world.services,
            places=world.places,
            contacts=telling.contacts,
            typed=telling.typed,
            answers=telling.answers,
            disagreements=telling.disagreements,
            told=telling.told,
            acts=telling.acts,
            night=world.night,
        ),
        declared_children=declared_children_frame(telling.told, declaration_ids, child_ids),
    )
