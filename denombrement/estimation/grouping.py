"""Services grouped into three to five systems, as data, before any result is seen.

About a hundred services are far too many lists; the systems are the lists of the estimation. The digest of the
grouping goes into the journal before the first estimate, so that it can be shown not to have been chosen afterwards.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from denombrement.errors import UsageProblem

FEWEST_SYSTEMS, MOST_SYSTEMS = 3, 5
LANGUAGES = ("fr", "nl", "de", "en")


@dataclass(frozen=True)
class System:
    """One list of the estimation: its code, its labels in four languages, the types of service it holds."""

    code: str
    labels: tuple[tuple[str, str], ...]
    service_types: tuple[str, ...]

    def label(self, language: str) -> str:
        """Name in ``fr``, ``nl``, ``de`` or ``en``."""
        return dict(self.labels)[language]


@dataclass(frozen=True)
class Grouping:
    """Three to five systems that share no type of service.

    Raises:
        UsageProblem: EST012 (number of systems), EST013 (a type of service in two systems, or a system without).
    """

    name: str
    systems: tuple[System, ...]

    def __post_init__(self) -> None:
        if not FEWEST_SYSTEMS <= len(self.systems) <= MOST_SYSTEMS:
            raise UsageProblem("EST012", found=len(self.systems), least=FEWEST_SYSTEMS, most=MOST_SYSTEMS)
        types = [kind for system in self.systems for kind in system.service_types]
        if len(types) != len(set(types)) or any(not system.service_types for system in self.systems):
            raise UsageProblem("EST013", where=self.name)

    @property
    def system_of_type(self) -> dict[str, str]:
        """Code of the system of each type of service, in the order of the systems."""
        return {kind: system.code for system in self.systems for kind in system.service_types}

    @property
    def digest(self) -> str:
        """SHA-256 of systems and types, to be journalled before the first estimate."""
        lines = [f"{system.code}:{','.join(sorted(system.service_types))}" for system in self.systems]
        return sha256("\n".join(lines).encode()).hexdigest()


def read_groupings(text: str) -> dict[str, Grouping]:
    """Groupings of a TOML text: tables ``labels``, ``types`` and ``groupings`` (see ``data/groupings.toml``).

    Raises:
        UsageProblem: EST012, EST013, EST014 (not TOML, or a table or label missing).
    """
    try:
        content = tomllib.loads(text)
        return {
            name: Grouping(name, tuple(_system(content, code, groups) for code, groups in systems.items()))
            for name, systems in content["groupings"].items()
        }
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError) as problem:
        raise UsageProblem("EST014") from problem


@cache
def default_groupings() -> dict[str, Grouping]:
    """The groupings of the package; ``five_systems`` first."""
    data = resources.files("denombrement.estimation") / "data" / "groupings.toml"
    return read_groupings(data.read_text(encoding="utf-8"))


def _system(content: dict[str, dict[str, dict[str, str]]], code: str, groups: list[str]) -> System:
    labels = content["labels"][code]
    types = tuple(kind for group in groups for kind in content["types"][group])
    return System(code, tuple((language, labels[language]) for language in LANGUAGES), types)
