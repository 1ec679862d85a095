"""Communes of the province of Luxembourg by date, arrondissements, province, NUTS3.

44 communes until 1 December 2024, 43 since the merger of Bastogne (82003) and Bertogne (82005) into Bastogne (82039) on
2 December 2024. Every look-up takes the date of the count. Codes are Statbel's (REFNIS).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from denombrement.errors import UsageProblem
from denombrement.reference._tables import read_rows
from denombrement.reference.ethos import LANGUAGES


@dataclass(frozen=True)
class _Named:
    nis: str
    name_fr: str
    name_nl: str
    name_de: str

    def name(self, language: str = "fr") -> str:
        """The name in French, Dutch or German; the French name in English.

        Raises:
            UsageProblem: REF003 for another language.
        """
        if language not in LANGUAGES:
            raise UsageProblem("REF003", languages=", ".join(LANGUAGES))
        return {"nl": self.name_nl, "de": self.name_de}.get(language, self.name_fr)


@dataclass(frozen=True)
class Territory(_Named):
    """An arrondissement or the province; ``nuts`` is NUTS3 for the first, NUTS2 for the second."""

    level: str
    parent_nis: str
    nuts: str


@dataclass(frozen=True)
class Commune(_Named):
    """A commune from ``valid_from`` to ``valid_to`` (both included; None: still valid)."""

    arrondissement_nis: str
    postcodes: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    replaced_by: str | None

    @property
    def nuts3(self) -> str:
        """NUTS3 code of its arrondissement."""
        return territory(self.arrondissement_nis).nuts

    @property
    def province_nis(self) -> str:
        """NIS code of its province."""
        return territory(self.arrondissement_nis).parent_nis

    def valid_on(self, on: date) -> bool:
        """Whether the commune exists on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@cache
def all_communes() -> tuple[Commune, ...]:
    """The 45 communes of both sides of the merger, by NIS code."""
    return tuple(_commune(row) for row in read_rows("communes.csv"))


def _commune(row: dict[str, str]) -> Commune:
    return Commune(
        nis=row["nis"],
        name_fr=row["name_fr"],
        name_nl=row["name_nl"],
        name_de=row["name_de"],
        arrondissement_nis=row["arrondissement_nis"],
        postcodes=tuple(row["postcodes"].split()),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        replaced_by=row["replaced_by"] or None,
    )


@lru_cache(maxsize=64)
def communes_on(on: date) -> tuple[Commune, ...]:
    """The communes that exist on a day, by NIS code.

    Raises:
        UsageProblem: REF015, before the first day on which the register is complete (1 January 1977).
    """
    first_day = max(each.valid_from for each in all_communes() if not predecessors(each.nis))
    if on < first_day:
        raise UsageProblem("REF015", date=on.isoformat(), first_day=first_day.isoformat())
    return tuple(each for each in all_communes() if each.valid_on(on))


def any_commune(nis: str) -> Commune:
    """The commune of a NIS code, whatever the date.

    Raises:
        UsageProblem: REF010, unknown code; REF013, the code of an arrondissement or of the province.
    """
    found = next((each for each in all_communes() if each.nis == nis), None)
    if found is not None:
        return found
    raise UsageProblem("REF013" if any(each.nis == nis for each in territories()) else "REF010")


def commune(nis: str, on: date) -> Commune:
    """The commune of a NIS code on a day.

    Raises:
        UsageProblem: REF010 or REF013 as in `any_commune`; REF014, a code that is not in force on that day.
    """
    found = any_commune(nis)
    if found not in communes_on(on):
        instead = [found.replaced_by] if found.replaced_by else [each.nis for each in predecessors(nis)]
        raise UsageProblem("REF014", nis=nis, date=on.isoformat(), instead=", ".join(map(str, instead)))
    return found


def predecessors(nis: str) -> tuple[Commune, ...]:
    """The communes that merged into this one; empty when it is not born of a merger."""
    return tuple(each for each in all_communes() if each.replaced_by == nis)


@cache
def territories() -> tuple[Territory, ...]:
    """The province and its five arrondissements, by NIS code."""
    return tuple(Territory(**row) for row in read_rows("territories.csv"))


def arrondissements() -> tuple[Territory, ...]:
    """The five arrondissements, by NIS code."""
    return tuple(each for each in territories() if each.level == "arrondissement")


def province() -> Territory:
    """The Belgian province of Luxembourg (not the Grand Duchy)."""
    return next(each for each in territories() if each.level == "province")


def territory(nis: str) -> Territory:
    """The arrondissement or province of a NIS code (``81000`` … ``85000``, ``80000``).

    Raises:
        UsageProblem: REF016, another code.
    """
    found = next((each for each in territories() if each.nis == nis), None)
    if found is None:
        raise UsageProblem("REF016")
    return found


def communes_of(territory_nis: str, on: date) -> tuple[Commune, ...]:
    """The communes of an arrondissement or of the province on a day.

    Raises:
        UsageProblem: REF016, unknown territory; REF015, too early a date.
    """
    wanted = territory(territory_nis).nis
    return tuple(each for each in communes_on(on) if wanted in (each.arrondissement_nis, each.province_nis))
