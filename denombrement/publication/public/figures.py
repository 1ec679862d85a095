"""Every published figure, from one place: protected tables, and facts about services and communes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from denombrement.counts.dimensions import CATEGORY, SERVICE_TERRITORY, WITHOUT_BE7
from denombrement.counts.table import TERRITORY
from denombrement.errors import ProtectionRefusal
from denombrement.protection.knowledge import Status
from denombrement.protection.release import Release
from denombrement.protection.tables import ProtectedTable
from denombrement.publication.public.coverage import Coverage, printing_rules
from denombrement.publication.public.planned import (
    ADULTS_BOUNDS,
    BOUND,
    CHILDREN_BOUNDS,
    DOUBTFUL,
    POSSIBLE,
)

TERRITORY_LEVELS = ("total", "province", "arrondissement", "commune")
PLACES = (TERRITORY, SERVICE_TERRITORY)


@dataclass(frozen=True)
class Figure:
    """One printed figure.

    Args:
        value: persons; None when protected or not counted.
        status: how it is published.
        parts: how many rounded counts it adds up, each of which may be off by the reach of the rounding.
    """

    value: int | None
    status: Status
    parts: int = 1

    def __add__(self, other: Figure) -> Figure:
        if self.value is None or other.value is None:
            return Figure(None, self.status if self.status is other.status else Status.PROTECTED)
        status = self.status if self.status is other.status else Status.ROUNDED
        return Figure(self.value + other.value, status, self.parts + other.parts)

    def minus(self, other: Figure) -> Figure:
        """The difference, never below 0."""
        if self.value is None or other.value is None:
            return Figure(None, Status.PROTECTED)
        return Figure(max(0, self.value - other.value), self.status, self.parts + other.parts)


@dataclass(frozen=True)
class Rate:
    """Adults per 1,000 inhabitants of the communes that took part, from a published count.

    Args:
        value: of the published count.
        low, high: of the least and the largest count that it may stand for; what chance does to one night comes on top.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """What maps, report and open data take their figures from.

    Args:
        release: tables that the auditor passed; there are no other.
        coverage: facts that concern no person.
        audit: digest of the signed release and of the facts; keyed by the signature, so that nobody can guess the
            verdict's details from it.
        rated: names of the tables whose rates by commune the plan asks for.

    Raises:
        ProtectionRefusal: PUB051, the release holds a table without a passed verdict.
    """

    release: Release
    coverage: Coverage
    audit: str
    rated: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        tables = self.release.tables.values()
        genuine = all(isinstance(table, ProtectedTable) for table in tables)
        if not genuine or not self.release.verdict.passed:
            raise ProtectionRefusal("PUB051")

    @property
    def base(self) -> int:
        """Base of the rounding; 0 for suppression."""
        return self.release.verdict.base

    @property
    def reach(self) -> int:
        """How far a rounded count may be from the count itself; 0 for suppression."""
        return self.base * (1 + self.release.verdict.slack) - 1 if self.base else 0

    def reach_of(self, figure: Figure) -> int:
        """How far a printed figure may be from the count."""
        return self.reach * figure.parts if figure.status is Status.ROUNDED else 0

    def may_be_nobody(self, figure: Figure) -> bool:
        """Whether a 0 comes from rounding, so that it must not be printed as one."""
        return figure.value == 0 and figure.status is Status.ROUNDED and self.reach > 0

    @property
    def least_for_percent(self) -> int:
        """Persons below which nothing is computed from a count."""
        rules = printing_rules()["percentages"]
        return self.base * rules["least_steps"] if self.base else rules["least_exact"]

    @property
    def few(self) -> bool:
        """Whether so few adults were counted that percentages, rates and bounds would mislead."""
        return self.adults.value is not None and self.adults.value < self.least_for_percent

    @classmethod
    def of(
        cls,
        signed: bytes,
        secret: bytes,
        coverage: Coverage,
        printed: Collection[str],
        *,
        rated: Collection[str] = (),
    ) -> Figures:
        """The figures of a signed release.

        Args:
            signed: the release's file.
            secret: the campaign's protection secret.
            coverage: facts that concern no person.
            printed: the tables to print; others were protected because readers have them from before.
            rated: those of them whose rates by commune the plan asks for.

        Raises:
            ProtectionRefusal: PRO007, altered or signed with another secret.
        """
        release = Release.from_bytes(signed, secret)
        tables = {name: table for name, table in release.tables.items() if name in printed}
        facts = json.dumps([coverage.to_json(), sorted(tables), sorted(rated)])
        digest = hashlib.sha256(signed + facts.encode()).hexdigest()
        return cls(replace(release, tables=tables), coverage, digest, frozenset(rated))

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
            if known and wanted in (printed := self._printed[table.name]):
                return printed[wanted]
        return Figure(None, Status.PROTECTED)

    def rows(self, table: ProtectedTable) -> Iterator[tuple[tuple[str, ...], Figure]]:
        """Every printed cell of a table, in its order: its codes and its figure."""
        yield from self._printed[table.name].items()

    @cached_property
    def _printed(self) -> dict[str, dict[tuple[str, ...], Figure]]:
        return {
            table.name: {
                codes: self._shown(table, codes, Figure(value, status)) for codes, value, status in table.rows
            }
            for table in self.release.tables.values()
        }

    def _shown(self, table: ProtectedTable, codes: tuple[str, ...], found: Figure) -> Figure:
        """Where nobody took part there is no figure, and a 0 least of all."""
        places = {code for name, code in zip(table.dimensions, codes, strict=True) if name in PLACES}
        silent = places & set(self.coverage.silent)
        empty = places & self.coverage.absent and not found.value
        return Figure(None, Status.NOT_COUNTED) if silent or empty else found

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

    def rate(self, figure: Figure, code: str) -> Rate | None:
        """A published count per 1,000 inhabitants; None where either is missing, or where few adults were counted."""
        people = self.coverage.inhabitants.get(code)
        if figure.value is None or not people or self.few:
            return None
        reach = self.reach_of(figure)
        low, high = max(0, figure.value - reach), figure.value + reach
        return Rate(*(1000 * count / people for count in (figure.value, low, high)))

    def tells_rate(self, rate: Rate | None) -> bool:
        """Whether a rate is one: rounding moves it by no more than the narrowest class of the maps is wide."""
        return rate is not None and rate.high - rate.value <= printing_rules()["rates"]["most_off_per_1000"]
