"""Who attacks: an outsider, and everyone who knows part of the persons counted.

An insider knows its own persons, and every true cell inside its territory. What counts is what it learns about the
*others*: whoever reported the only person of a cell "learns" nothing new by seeing it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from denombrement.counts.table import TERRITORY, CountTable
from denombrement.errors import UsageProblem
from denombrement.protection.cells import CellSystem, Counts, Places

Contributions = Mapping[str, pd.DataFrame]
"""Name of a count table -> leaf cells × service: its dimensions, ``service`` and ``count`` (persons reported)."""


@dataclass(frozen=True)
class Attacker:
    """What one attacker knows beyond what is published.

    Args:
        name: ``outsider``, ``territory=…``, ``service=…``, or ``pair=`` and two joined by `` + ``.
        own: its own persons in each variable, as far as it knows (0 where its part cannot be told).
        inside: variables of which it knows the true count, being all its own.
        territory: the finest territories that it knows whole.
        service: the service that it is.
    """

    name: str
    own: Counts
    inside: NDArray[np.bool_]
    territory: frozenset[str] = frozenset()
    service: str = ""


def outsider(system: CellSystem) -> Attacker:
    """Knows what is published, and nobody counted."""
    return Attacker("outsider", np.zeros(system.size, dtype=np.int64), np.zeros(system.size, dtype=np.bool_))


def territory_insiders(system: CellSystem) -> tuple[Attacker, ...]:
    """One insider a commune, arrondissement or any other territory short of the whole."""
    seen: dict[frozenset[str], str] = {}
    for cube in system.cubes:
        tree = cube.table.hierarchies.get(TERRITORY)
        for code in tree.codes if tree else ():
            part = system.vocabulary.part(cube.table, TERRITORY, code)
            if part is not None and part[1]:
                seen.setdefault(part[1], code)
    placed = tuple(_Placed.of(system, number) for number in system.widest)
    return tuple(_of_territory(system, code, territory, placed) for territory, code in seen.items())


def service_insiders(system: CellSystem, contributions: Contributions) -> tuple[Attacker, ...]:
    """One insider a service that reported somebody.

    Raises:
        UsageProblem: PRO014, a frame that does not fit its table.
    """
    own: dict[str, Counts] = {}
    for number in system.widest:
        cube = system.cubes[number]
        frame = contributions.get(cube.table.name)
        if frame is None:
            continue
        _check(cube.table, frame)
        places, persons = cube.places(frame), frame["count"].to_numpy(dtype=np.int64)
        for service, rows in frame.groupby("service").indices.items():
            parts = own.setdefault(str(service), np.zeros(system.size, dtype=np.int64))
            system.spread(number, places[rows], persons[rows], parts)
    nowhere = np.zeros(system.size, dtype=np.bool_)
    return tuple(
        Attacker(f"service={name}", parts, nowhere, service=name) for name, parts in sorted(own.items())
    )


def one_service_cells(system: CellSystem, services: Sequence[Attacker]) -> NDArray[np.bool_]:
    """Variables all of whose persons were reported by one and the same service, and by no other."""
    total, largest = np.zeros(system.size, dtype=np.int64), np.zeros(system.size, dtype=np.int64)
    for service in services:
        total += service.own
        largest = np.maximum(largest, service.own)
    alone: NDArray[np.bool_] = (system.counts > 0) & (largest == system.counts) & (total == largest)
    return alone


@dataclass(frozen=True)
class _Placed:
    """The leaf cells of one cube's table, and the finest territories of each."""

    cube: int
    places: Places
    persons: Counts
    territories: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, system: CellSystem, number: int) -> _Placed:
        cube = system.cubes[number]
        leaves = cube.table.leaves if TERRITORY in cube.table.dimensions else cube.table.leaves.iloc[:0]
        finest = {code: system.vocabulary.finest(TERRITORY, code) for code in set(leaves.get(TERRITORY, ()))}
        return cls(
            number,
            cube.places(leaves),
            leaves["count"].to_numpy(dtype=np.int64),
            tuple(finest[code] for code in leaves.get(TERRITORY, ())),
        )


def _of_territory(
    system: CellSystem, code: str, territory: frozenset[str], placed: Sequence[_Placed]
) -> Attacker:
    own = np.zeros(system.size, dtype=np.int64)
    for each in placed:
        here = np.array([place <= territory for place in each.territories], dtype=np.bool_)
        system.spread(each.cube, each.places[here], each.persons[here], own)
    where = (system.territory_of(variable) for variable in range(system.size))
    inside = np.array([place is not None and place <= territory for place in where], dtype=np.bool_)
    return Attacker(f"{TERRITORY}={code}", own, inside, territory)


def _check(table: CountTable, frame: pd.DataFrame) -> None:
    problem = _problem(table, frame)
    if problem:
        raise UsageProblem("PRO014", table=table.name, problem=problem)


def _problem(table: CountTable, frame: pd.DataFrame) -> str:
    dimensions = list(table.dimensions)
    if sorted(frame.columns) != sorted([*dimensions, "service", "count"]):
        return "columns"
    if not all(frame[name].isin(table.hierarchies[name].leaves).all() for name in dimensions):
        return "codes"
    merged = frame.merge(table.leaves, on=dimensions, how="left", suffixes=("", "_all"))
    fits = merged["count"].between(0, merged["count_all"].fillna(0)).all()
    return "" if fits else "counts"
