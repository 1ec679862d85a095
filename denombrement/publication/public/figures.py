"""Every published figure, from one place: protected tables, and facts about services and communes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.dimensions import CATEGORY, WITHOUT_BE7
from denombrement.counts.table import TERRITORY
from denombrement.errors import ProtectionRefusal
from denombrement.protection.knowledge import Status
from denombrement.protection.release import Release
from denombrement.protection.tables import ProtectedTable
from denombrement.publication.public.planned import (
    ADULTS_BOUNDS,
    BOUND,
    CHILDREN_BOUNDS,
    DOUBTFUL,
    POSSIBLE,
)
from denombrement.reference import (
    arrondissements,
    communes_of,
    nearest_population_year,
    population_sum,
    province,
    rate_areas,
)

_HUNDRED = 100
TERRITORY_LEVELS = ("total", "province", "arrondissement", "commune")


@dataclass(frozen=True)
class Coverage:
    """Facts that may leave and concern no person: who took part, and how the count was made.

    Shares are whole percents of totals that are not published, so that no count can be worked back from them.

    Args:
        campaign: identifier; ``name`` is what people read.
        night: evening of the reference night.
        participating, silent: NIS codes of the communes that did and did not take part.
        services: number of services by state.
        declarations_about: declarations received, to the nearest hundred.
        merged_percent: declarations of an adult already declared.
        quarantined_percent: records set aside, of all received.
        undecided_percent: adults on whose situation no rule could decide.
        year: of the population.
        inhabitants: NIS code of the province, of each arrondissement and commune -> inhabitants of the communes that
            took part.
        inhabitants_all: the same over all communes.
    """

    campaign: str
    name: str
    night: str
    participating: tuple[str, ...]
    silent: tuple[str, ...]
    services: Mapping[str, int]
    declarations_about: int
    merged_percent: int
    quarantined_percent: int
    undecided_percent: int
    year: int
    inhabitants: Mapping[str, int]
    inhabitants_all: Mapping[str, int]

    @classmethod
    def of(cls, count: CampaignCount) -> Coverage:
        """What may be said about a count besides its protected tables."""
        summary = count.summary()
        taking = count.participation
        received = summary["declarations"] + summary["quarantined"]
        year = nearest_population_year(count.campaign.night.year).used
        inside, every = _inhabitants(count, year)
        return cls(
            campaign=count.campaign.id,
            name=count.campaign.name,
            night=count.campaign.night.isoformat(),
            participating=tuple(sorted(taking.participating)),
            silent=tuple(sorted(taking.silent)),
            services=dict(summary["services"]),
            declarations_about=round(summary["declarations"] / _HUNDRED) * _HUNDRED,
            merged_percent=_percent(summary["merged"], summary["declarations"]),
            quarantined_percent=_percent(summary["quarantined"], received),
            undecided_percent=_percent(summary["undecided"], summary["adults"]),
            year=year,
            inhabitants=inside,
            inhabitants_all=every,
        )

    @classmethod
    def from_json(cls, text: str) -> Coverage:
        """The inverse of :meth:`to_json`."""
        stored = json.loads(text)
        return cls(
            **{**stored, "participating": tuple(stored["participating"]), "silent": tuple(stored["silent"])}
        )

    def to_json(self) -> str:
        """For the store."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @property
    def evening(self) -> date:
        """The reference night."""
        return date.fromisoformat(self.night)

    @property
    def inhabitants_taking_part(self) -> frozenset[str]:
        """Codes of communes that took part, and of territories with such a commune."""
        return frozenset(self.inhabitants) | frozenset(self.participating)

    @property
    def communes_total(self) -> int:
        """Communes of the province on the night."""
        return len(self.participating) + len(self.silent)


def _percent(part: int, whole: int) -> int:
    return round(_HUNDRED * part / whole) if whole else 0


def _inhabitants(count: CampaignCount, year: int) -> tuple[dict[str, int], dict[str, int]]:
    """Inhabitants of communes that took part and of all; areas counted together take part together."""
    night = count.campaign.night
    areas = rate_areas(night, year)
    taking = count.participation.participating
    inside = {nis for area in areas if taking.intersection(area.communes) for nis in area.communes}
    groups = {each.nis: [c.nis for c in communes_of(each.nis, night)] for each in arrondissements()}
    groups[province().nis] = [nis for below in groups.values() for nis in below]
    groups |= {area.communes[0]: list(area.communes) for area in areas if len(area.communes) == 1}
    every = {code: population_sum(below, year) for code, below in groups.items()}
    found = {code: [nis for nis in below if nis in inside] for code, below in groups.items()}
    return {code: population_sum(below, year) for code, below in found.items() if below}, every


@dataclass(frozen=True)
class Figure:
    """One printed figure: its value in persons (empty when protected or not counted) and its status."""

    value: int | None
    status: Status

    def __add__(self, other: Figure) -> Figure:
        if self.value is None or other.value is None:
            return Figure(None, Status.PROTECTED)
        if self.status is other.status:
            return Figure(self.value + other.value, self.status)
        return Figure(self.value + other.value, Status.ROUNDED)

    def minus(self, other: Figure) -> Figure:
        """The difference, never below 0."""
        if self.value is None or other.value is None:
            return Figure(None, Status.PROTECTED)
        return Figure(max(0, self.value - other.value), self.status)


@dataclass(frozen=True)
class Figures:
    """What maps, report and open data take their figures from.

    Args:
        release: tables that the auditor passed; there are no other.
        coverage: facts that concern no person.
        audit: digest of the signed release and of the facts; keyed by the signature, so that nobody can guess the
            verdict's details from it.

    Raises:
        ProtectionRefusal: PUB051, the release holds a table without a passed verdict.
    """

    release: Release
    coverage: Coverage
    audit: str

    def __post_init__(self) -> None:
        tables = self.release.tables.values()
        genuine = all(isinstance(table, ProtectedTable) for table in tables)
        if not genuine or not self.release.verdict.passed:
            raise ProtectionRefusal("PUB051")

    @property
    def base(self) -> int:
        """Base of the rounding; 0 for suppression."""
        return self.release.verdict.base

    @classmethod
    def of(cls, signed: bytes, secret: bytes, coverage: Coverage, printed: Collection[str]) -> Figures:
        """The figures of a signed release.

        Args:
            signed: the release's file.
            secret: the campaign's protection secret.
            coverage: facts that concern no person.
            printed: the tables to print; others were protected because readers have them from before.

        Raises:
            ProtectionRefusal: PRO007, altered or signed with another secret.
        """
        release = Release.from_bytes(signed, secret)
        tables = {name: table for name, table in release.tables.items() if name in printed}
        facts = json.dumps([coverage.to_json(), sorted(tables)])
        digest = hashlib.sha256(signed + facts.encode()).hexdigest()
        return cls(replace(release, tables=tables), coverage, digest)

    def verdict(self) -> dict[str, Any]:
        """What may be said of the audit beside the figures.

        Neither the attackers' own results nor the number of draws: how many small cells there are is told to nobody.
        """
        whole = self.release.verdict
        kinds = [one.name.split("=")[0] for one in whole.attackers]
        said = ("method", "profile", "threshold", "base", "slack", "cells", "printed", "relations", "passed")
        return {
            **{name: getattr(whole, name) for name in said},
            "attackers": {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)},
            "digest": self.audit,
        }

    def table(self, name: str) -> ProtectedTable | None:
        """A table of the plan; None when the plan does not print it."""
        return self.release.tables.get(name)

    def cell(self, measure: str, **codes: str) -> Figure:
        """One cell, from whichever table prints it: all print the same value.

        A cell that no table prints is as good as protected.
        """
        for table in self.release.tables.values():
            known = table.measure == measure and codes.keys() <= table.hierarchies.keys()
            wanted = tuple(codes.get(name, tree.root) for name, tree in table.hierarchies.items())
            if known and wanted in (printed := _rows(table)):
                return printed[wanted]
        return Figure(None, Status.PROTECTED)

    def prints(self, measure: str, dimension: str, level: str, *others: str) -> bool:
        """Whether a table goes down to a level of territories, with some other dimensions."""
        depth = TERRITORY_LEVELS.index(level)
        return any(
            table.measure == measure
            and {dimension, *others} <= table.hierarchies.keys()
            and max(table.hierarchies[dimension].depth_of.values()) >= depth
            for table in self.release.tables.values()
        )

    @property
    def adults(self) -> Figure:
        """Adults counted."""
        return self.cell("adults")

    @property
    def children(self) -> Figure:
        """Children who share the situation of a parent counted."""
        return self.cell("children")

    @property
    def persons(self) -> Figure:
        """Adults and children."""
        return self.adults + self.children

    def bounds(self, measure: str) -> tuple[Figure, Figure]:
        """Low and high bound of adults or children."""
        name = ADULTS_BOUNDS if measure == "adults" else CHILDREN_BOUNDS
        doubtful, possible = (self.cell(name, **{BOUND: each}) for each in (DOUBTFUL, POSSIBLE))
        return self.cell(measure).minus(doubtful), self.cell(measure) + possible

    def without_be7(self, measure: str) -> Figure:
        """Without the persons threatened with eviction."""
        return self.cell(measure, **{CATEGORY: WITHOUT_BE7})

    def in_territory(self, measure: str, code: str) -> Figure:
        """Persons who spent the night in a territory."""
        return self.cell(measure, **{TERRITORY: code})

    def per_1000(self, figure: Figure, code: str) -> float | None:
        """A published number per 1,000 inhabitants of the communes that took part; None where there is none."""
        people = self.coverage.inhabitants.get(code)
        return None if figure.value is None or not people else 1000 * figure.value / people


def _rows(table: ProtectedTable) -> dict[tuple[str, ...], Figure]:
    return {codes: Figure(value, status) for codes, value, status in table.rows}
