"""The numbers behind a synthetic province, read from a TOML file in which each says where it comes from.

A number is either published (its place in the table of published figures is named, and tests hold the two equal) or
assumed (a sentence says why). Tables are shares, rates or odds; some families of tables hold one per situation.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from denombrement.errors import UsageProblem
from denombrement.reference import published_figure

Table = Mapping[str, float]
SUM_TOLERANCE = 0.02
# Families of tables, one a situation.
BY_SITUATION = ("contact", "place", "confusion")


@dataclass(frozen=True, slots=True)
class Source:
    """Where one number comes from: figures ``(zone, variable, population, unit)``, or a sentence of assumption."""

    published: tuple[tuple[str, str, str, str], ...]
    assumed: str

    def published_value(self) -> float:
        """The figure as a share (percentages over 100), or the ratio of the two figures named.

        Raises:
            UsageProblem: REF040, no such figure was published.
        """
        values = [_as_number(*place) for place in self.published]
        return values[0] / values[1] if len(values) > 1 else values[0]


@dataclass(frozen=True)
class Parameters:
    """All numbers: ``tables[table][key]`` and, beside each, its source; tables by situation are ``contact.EL1``…"""

    tables: Mapping[str, Table]
    sources: Mapping[tuple[str, str], Source]

    def table(self, name: str) -> Table:
        """One table as it stands.

        Raises:
            UsageProblem: SYN001, no such table.
        """
        if name not in self.tables:
            raise UsageProblem("SYN001", table=name)
        return self.tables[name]

    def number(self, table: str, key: str) -> float:
        """One number.

        Raises:
            UsageProblem: SYN001, no such table; SYN002, no such key in it.
        """
        found = self.table(table)
        if key not in found:
            raise UsageProblem("SYN002", table=table, key=key)
        return found[key]

    def shares(self, name: str) -> dict[str, float]:
        """A table of shares, brought to a sum of exactly 1.

        Raises:
            UsageProblem: SYN001, no such table; SYN003, the shares are far from adding up to 1.
        """
        found = self.table(name)
        total = sum(found.values())
        if abs(total - 1) > SUM_TOLERANCE or min(found.values()) < 0:
            raise UsageProblem("SYN003", table=name, total=round(total, 4))
        return {key: value / total for key, value in found.items()}

    def replaced(self, changes: Mapping[str, float]) -> Parameters:
        """The same parameters with some numbers changed, named ``"errors.given_typo"``; they become assumptions.

        Raises:
            UsageProblem: SYN001 or SYN002, a name that is not a parameter.
        """
        values = {name: dict(table) for name, table in self.tables.items()}
        sources = dict(self.sources)
        for place, value in changes.items():
            table, _, key = place.partition(".")
            self.number(table, key)
            values[table][key] = value
            sources[table, key] = Source((), "set by the caller")
        return Parameters(values, sources)

    def with_errors_scaled(self, factor: float) -> Parameters:
        """Errors of identity and disagreements ``factor`` times as frequent, none above one half."""
        changes = {
            f"{table}.{key}": min(0.5, value * factor)
            for table in ("errors", "disagreements")
            for key, value in self.table(table).items()
        }
        return self.replaced(changes)


def parse_parameters(text: str) -> Parameters:
    """Parameters from the text of a TOML file laid out as the package's own.

    Raises:
        UsageProblem: SYN004, a number without a source.
    """
    values: dict[str, dict[str, float]] = {}
    sources: dict[tuple[str, str], Source] = {}
    for name, raw in _tables(tomllib.loads(text)):
        values[name] = {}
        for key, entry in raw.items():
            if key == "assumed":
                continue
            values[name][key], sources[name, key] = _entry(name, key, entry, raw.get("assumed", ""))
    return Parameters(values, sources)


@cache
def default_parameters() -> Parameters:
    """The package's parameters: a province close to that of October 2023."""
    file = resources.files("denombrement.synthetic") / "data" / "parameters.toml"
    return parse_parameters(file.read_text(encoding="utf-8"))


def _tables(raw: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    plain = [(name, table) for name, table in raw.items() if name not in BY_SITUATION]
    nested = [
        (f"{family}.{name}", table) for family in BY_SITUATION for name, table in raw.get(family, {}).items()
    ]
    return plain + nested


def _entry(table: str, key: str, entry: object, assumed: str) -> tuple[float, Source]:
    if isinstance(entry, Mapping):
        published = tuple(_place(each) for each in entry["published"])
        return float(entry["value"]), Source(published, "")
    if not assumed or not isinstance(entry, float | int):
        raise UsageProblem("SYN004", table=table, key=key)
    return float(entry), Source((), assumed)


def _place(text: str) -> tuple[str, str, str, str]:
    zone, variable, population, unit = text.split("/")
    return zone, variable, population, unit


def _as_number(zone: str, variable: str, population: str, unit: str) -> float:
    value = float(published_figure(zone, variable, population, unit).value)
    return value / 100 if unit == "percent" else value
