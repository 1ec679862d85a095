"""Adults whom no service may see: each system of services meets each adult in scope with a chance of its own.

The usual province declares everybody once at least. Here the declarations are drawn the other way round, system by
system and independently, so that some adults stay hidden: the truth that an estimate of persons nobody saw is held
against. Within a system the service is drawn as usual, by situation and distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from denombrement.errors import UsageProblem
from denombrement.estimation.grouping import Grouping, default_groupings
from denombrement.synthetic.contacts import Contacts, Drawer, plausible_weights
from denombrement.synthetic.draws import Generator, Integers, option_codes
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.places import Places, nearness
from denombrement.synthetic.services import SILENT, Services
from denombrement.synthetic.units import Units

Capture = Mapping[str, float]
"""System of services → chance that it meets an adult."""


def grouping_of(chances: Sequence[float]) -> Grouping:
    """The package's grouping with as many systems as there are chances.

    Raises:
        UsageProblem: SYN008, there is no such grouping, or a chance is not above 0 and below 1.
    """
    known = {len(each.systems): each for each in default_groupings().values()}
    if len(chances) not in known or not all(0 < each < 1 for each in chances):
        raise UsageProblem("SYN008", fewest=min(known), most=max(known))
    return known[len(chances)]


def captured_contacts(
    rng: Generator,
    parameters: Parameters,
    units: Units,
    *,
    chances: Sequence[float],
    commune: Integers,
    places: Places,
    services: Services,
) -> Contacts:
    """Declarations of the adults whom a system met; those out of scope are declared once, as usual.

    Args:
        rng: stream of the contacts.
        parameters: which types of service see which situations.
        units: adults.
        chances: one a system, in the order of the grouping.
        commune: of the night, a position in ``places``.
        places: communes.
        services: services.
    """
    weights, near = plausible_weights(parameters, services), nearness(parameters, places)
    systems = grouping_of(chances).systems
    persons, chosen = [], []
    for system, chance in zip(systems, chances, strict=True):
        met = np.flatnonzero((units.outside < 0) & (rng.random(units.size) < chance))
        inside = np.isin(services.type, option_codes("service_type", system.service_types))
        # Services of the other systems are as if silent while this one draws.
        alone = replace(services, answer=np.where(inside, services.answer, SILENT))
        if not alone.declares.any():
            continue
        drawer = Drawer(rng, weights * inside, near, alone)
        persons.append(met)
        chosen.append(drawer.draw(units.situation[met], commune[met]))
    others = np.flatnonzero(units.outside >= 0)
    persons.append(others)
    chosen.append(Drawer(rng, weights, near, services).draw(units.situation[others], commune[others]))
    return _ranked(rng, np.concatenate(persons), np.concatenate(chosen))


def _ranked(rng: Generator, person: Integers, service: Integers) -> Contacts:
    """Contacts in order of persons; which of a person's services knows best is drawn."""
    order = np.lexsort((rng.random(len(person)), person))
    person, service = person[order], service[order]
    first = np.searchsorted(person, person, side="left")
    return Contacts(person, service.astype(np.int32), (np.arange(len(person)) - first).astype(np.int8))
