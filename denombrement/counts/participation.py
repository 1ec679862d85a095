"""Who answered: a service's silence is no zero, and a commune whose services are silent did not take part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from denombrement.campaign import Service
from denombrement.reference import communes_on, vintage_code

ANSWERED, ZERO, SILENT, REFUSED, PROMISED = "answered", "zero", "silent", "refused", "promised"


@dataclass(frozen=True, slots=True)
class Participation:
    """State of every service and of every commune of the territory.

    Args:
        services: service -> ``answered``, ``zero`` (met nobody), ``refused``, ``promised`` or ``silent``.
        communes: NIS code -> ``answered`` (a service answered), ``zero`` (all that answered met nobody), ``refused``
            (all refused) or ``silent`` (no answer, or no service there).
    """

    services: Mapping[str, str]
    communes: Mapping[str, str]

    @property
    def participating(self) -> frozenset[str]:
        """Communes that took part: at least one of their services answered, be it to say zero."""
        return frozenset(nis for nis, state in self.communes.items() if state in {ANSWERED, ZERO})

    @property
    def silent(self) -> frozenset[str]:
        """Communes that did not take part."""
        return frozenset(self.communes) - self.participating

    def number_of_services(self, state: str) -> int:
        """How many services are in a state."""
        return sum(each == state for each in self.services.values())


def participation(services: Mapping[str, Service], returns: Mapping[str, bool], night: date) -> Participation:
    """Participation from the officer's list and the current returns.

    Args:
        services: the officer's list by id.
        returns: service -> whether its current return says that it met nobody.
        night: the reference night, which decides the communes.
    """
    states = {each.id: _state(each, returns.get(each.id)) for each in services.values()}
    communes = {commune.nis: SILENT for commune in communes_on(night)}
    for nis in communes:
        here = {states[each.id] for each in services.values() if vintage_code(each.commune, night) == nis}
        communes[nis] = _of_commune(here)
    return Participation(states, communes)


def _state(service: Service, met_nobody: bool | None) -> str:  # noqa: FBT001 - absent, false or true
    if met_nobody is not None:
        return ZERO if met_nobody else ANSWERED
    return {"refused": REFUSED, "promised": PROMISED}.get(service.state, SILENT)


def _of_commune(states: set[str]) -> str:
    for state in (ANSWERED, ZERO):
        if state in states:
            return state
    return REFUSED if states == {REFUSED} else SILENT
