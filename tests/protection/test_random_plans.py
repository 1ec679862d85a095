"""Random hierarchies, linked tables and plans: no outsider and no insider pins a small count, and all sums hold."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import protect
from tests.protection.reader import Reader

LEVELS = {
    "territory": ("total", "arrondissement", "commune"),
    "category": ("total", "group", "category"),
    "sex": ("total", "sex"),
}


@st.composite
def persons(draw):
    """A few dozen persons by commune, category and sex, and the trees of the three."""
    sizes = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2))
    below = {f"A{a}": tuple(f"A{a}C{c}" for c in range(size)) for a, size in enumerate(sizes)}
    divided = {"EL0": ("EL0.1", "EL0.2")} if draw(st.booleans()) else {}
    trees = {
        "territory": Hierarchy("territory", {"total": tuple(below), **below}),
        "category": Hierarchy("category", {"total": ("EL0", "EL1"), **divided}),
        "sex": Hierarchy.flat("sex", ("F", "H")),
    }
    cells = [
        (place, code, sex)
        for place in trees["territory"].leaves
        for code in trees["category"].leaves
        for sex in trees["sex"].leaves
    ]
    counts = draw(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 6, 13]), min_size=len(cells), max_size=len(cells))
    )
    rows = [(*codes, count) for codes, count in zip(cells, counts, strict=True)]
    return CountTable.from_leaves("all", pd.DataFrame(rows, columns=[*trees, "count"]), trees)


wanted = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(levels) for name, levels in LEVELS.items()}
).filter(len)


def linked(whole, dimensions):
    """A count table of its own over some dimensions, as a campaign makes one for each question."""
    names = ["territory", *(name for name in dimensions if name != "territory")]
    leaves = whole.leaves.groupby(names, as_index=False)["count"].sum()
    return CountTable.from_leaves("_".join(names), leaves, {name: whole.hierarchies[name] for name in names})


def insiders(whole):
    """The outsider, and whoever knows one commune or one arrondissement."""
    tree = whole.hierarchies["territory"]
    return ["", *(code for code in tree.codes if code != tree.root)]


def attack(whole, release, insider):
    """A reader who also knows every person of one territory."""
    verdict = release.verdict
    reader = Reader(whole.hierarchies, verdict.base * (1 + verdict.slack) - 1).read(release.tables.values())
    own = whole.leaves.iloc[:0]
    if insider:
        places = whole.hierarchies["territory"].leaves_under(insider)
        own = whole.leaves[whole.leaves["territory"].isin(places)]
        for place in places:
            for code in whole.hierarchies["category"].leaves:
                for sex in whole.hierarchies["sex"].leaves:
                    count = whole.cell(territory=place, category=code, sex=sex)
                    reader.know({"territory": place, "category": code, "sex": sex}, count, count)
    return reader, CountTable.from_leaves("own", own, whole.hierarchies)


@given(persons(), st.lists(wanted, min_size=1, max_size=3, unique_by=str), st.sampled_from([3, 5]))
@settings(derandomize=True, deadline=None, max_examples=12)
def test_nobody_pins_a_small_count_and_every_sum_holds(whole, tables, base):
    plan = PublicationPlan(
        "p", "s", LEVELS, tuple(PlannedTable(f"t{n}", "adults", each) for n, each in enumerate(tables))
    )
    counted = {table.name: table for table in (linked(whole, each) for each in tables)}
    profile = load_profile(f"rounding-{base}")
    release = protect(list(counted.values()), plan=plan, profile=profile, secret=b"random")
    assert release.verdict.slack == 0
    values: dict[frozenset[tuple[str, str]], int] = {}
    for table in release.tables.values():
        for codes, value, _ in table.rows:
            cell = frozenset(pair for pair in zip(table.dimensions, codes, strict=True) if pair[1] != "total")
            assert values.setdefault(cell, value) == value
        assert_sums(table)
    for insider in insiders(whole):
        reader, own = attack(whole, release, insider)
        for cell in values:
            others = whole.cell(**dict(cell)) - own.cell(**dict(cell))
            if 0 < others < base:
                low, high = (end - own.cell(**dict(cell)) for end in reader.bounds(dict(cell)))
                assert low <= others <= high
                assert low < 1 or high >= base, (insider, cell)


def assert_sums(table):
    printed = {codes: value for codes, value, _ in table.rows}
    for codes, value in printed.items():
        for axis, tree in enumerate(table.hierarchies.values()):
            below = tree.children.get(codes[axis], ())
            parts = [printed[(*codes[:axis], child, *codes[axis + 1 :])] for child in below]
            assert not parts or sum(parts) == value
