from datetime import date

import pandas as pd
import pytest

from denombrement.counts.dimensions import hierarchy
from denombrement.counts.table import CountTable, Hierarchy
from denombrement.protection.participation import Places
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import protect
from denombrement.publication.maps import MapCell, MapTable, State, territory_names
from denombrement.publication.public.coverage import Coverage
from denombrement.publication.public.figures import Figures
from denombrement.publication.public.parts import build_part
from denombrement.publication.tiles import load_tiles
from denombrement.reference import communes_on

NIGHT = date(2023, 10, 19)
ABSENT = ("81003", "81013", "82009", "82038", "83013", "84016", "84029", "84075", "85026", "85047")


def state_of(rank):
    """Every fifth cell is a true zero, the next one protected, so that each state is on each map."""
    return {3: State.TRUE_ZERO, 4: State.PROTECTED}.get(rank % 5, State.VALUE)


def cells_of(level, on, categories, absent, value_of):
    for shift, category in enumerate(categories):
        for rank, code in enumerate(territory_names(level, on)):
            state = State.NOT_COUNTED if code in absent else state_of(rank + shift)
            value = {State.VALUE: value_of(rank), State.TRUE_ZERO: 0}.get(state)
            yield MapCell(code, value, state, category)


@pytest.fixture
def map_table():
    def build(level="commune", measure_name="persons", categories=(), value_of=None, **fields):
        on = fields.get("vintage") or fields.get("night") or NIGHT
        codes = tuple(code for code, _ in categories) or ("",)
        cells = cells_of(level, on, codes, ABSENT, value_of or (lambda rank: 5 * rank + 5))
        return MapTable(
            **{
                "title": "Personnes sans chez-soi",
                "measure_name": measure_name,
                "level": level,
                "night": NIGHT,
                "cells": tuple(cells),
                "communes_participating": 34,
                "communes_total": 44,
                "categories": categories,
                "absent_communes": ABSENT,
                "sources": ("dénombrement 2023",),
                "rounding_base": 5,
                "audit": "sha256:verdict",
            }
            | fields
        )

    return build


SECRET = b"secret"
LEVELS = {
    "territory": ("total", "province", "arrondissement", "commune"),
    "category": ("total", "without_BE7", "category", "situation"),
}
FULL_PLAN = PublicationPlan(
    "test",
    "a plan for tests",
    LEVELS,
    (
        PlannedTable("crossing", "adults", {"territory": "arrondissement", "category": "category"}),
        PlannedTable("situation", "adults", {"category": "situation"}),
        PlannedTable("communes", "adults", {"territory": "commune"}),
        PlannedTable("children_category", "children", {"category": "category"}),
        PlannedTable("children_arrondissement", "children", {"territory": "arrondissement"}),
        PlannedTable("household", "adults", {"household": "all"}),
        PlannedTable("adults_bounds", "adults_bounds", {"bound": "all"}),
        PlannedTable("children_bounds", "children_bounds", {"bound": "all"}),
    ),
)


def leaves(communes, people, situations=("EL1.1", "EL2.2", "EL3.3", "EL6.12", "BE7", "unknown")):
    """Every commune has a few persons of each situation, and small numbers among them, until there are enough."""
    left = people
    for rank, commune in enumerate(communes):
        for step, situation in enumerate(situations):
            number = min(left, (rank * 7 + step * 5) % 11)
            left -= number
            if number:
                yield {"territory": commune, "category": situation, "count": number}


def shared_out(total, codes):
    """A total over codes, each next one a third of what is left."""
    for _ in codes[:-1]:
        yield total // 3
        total -= total // 3
    yield total


@pytest.fixture(scope="session")
def counted():
    """Count tables of an invented province; ``people`` adults at most."""

    def build(silent=("81003", "84010"), people=10_000):
        communes = [each.nis for each in communes_on(NIGHT) if each.nis not in silent]
        category = Hierarchy("category", hierarchy("situation", NIGHT).children)
        places = Places.of(hierarchy("territory", NIGHT), silent)
        trees = {"territory": places.hierarchy, "category": category}
        frame = pd.DataFrame(list(leaves(communes, people)))
        adults = CountTable.from_leaves("adults_table", frame, trees, "adults", frozenset(silent))
        halved = frame.assign(count=frame["count"] // 2)
        children = CountTable.from_leaves("children_table", halved, trees, "children", frozenset(silent))
        household = hierarchy("household", NIGHT)
        total = int(frame["count"].sum())
        alone = pd.DataFrame(
            {"household": household.leaves, "count": list(shared_out(total, household.leaves))}
        )
        bound = {"bound": Hierarchy.flat("bound", ("doubtful", "possible"))}
        doubts = pd.DataFrame({"bound": ["doubtful", "possible"], "count": [18, 3]})
        return (
            adults,
            children,
            CountTable.from_leaves("household", alone, {"household": household}, "adults"),
            CountTable.from_leaves("adults_bounds", doubts, bound, "adults_bounds"),
            CountTable.from_leaves("children_bounds", doubts, bound, "children_bounds"),
        )

    return build


@pytest.fixture(scope="session")
def coverage():
    """Facts about who took part."""

    def build(silent=("81003", "84010")):
        below = {each.nis: each.arrondissement_nis for each in communes_on(NIGHT)}
        taking = tuple(nis for nis in below if nis not in silent)
        people = dict.fromkeys(taking, 6000)
        for nis in taking:
            people[below[nis]] = people.get(below[nis], 0) + 6_000
        people["80000"] = 6_000 * len(taking)
        services = {"answered": 40, "zero": 3, "promised": 1, "refused": 0, "silent": 2}
        return Coverage(
            "c-1", "Essai", "2023-10-19", taking, tuple(silent), services, 800, 12, 0, 0, 2023, people, people
        )

    return build


@pytest.fixture(scope="session")
def figures(counted, coverage):
    """Figures that passed the auditor: of a plan, a profile, the communes that stayed silent, and so many adults.

    The same ones are protected and attacked once for all tests.
    """
    kept = {}

    def build(plan=FULL_PLAN, profile="rounding-5", silent=("81003", "84010"), people=10_000):
        key = repr((plan, profile, silent, people))
        if key not in kept:
            tables = counted(silent, people)
            release = protect(tables, plan=plan, profile=load_profile(profile), secret=SECRET)
            rated = [table.name for table in plan.tables if table.rates]
            signed = release.to_bytes(SECRET)
            kept[key] = Figures.of(signed, SECRET, coverage(silent), list(release.tables), rated=rated)
        return kept[key]

    return build


@pytest.fixture(scope="session")
def usual(figures):
    return figures()


@pytest.fixture(scope="session")
def reports(usual):
    """Every file of the report in every language."""
    return build_part("rapport:fr,nl,de,en", usual, load_tiles(NIGHT)).files
