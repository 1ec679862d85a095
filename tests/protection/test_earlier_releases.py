"""What a reader can work out from all releases of a campaign together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.counts.dimensions import hierarchy
from denombrement.counts.table import CountTable, Hierarchy
from denombrement.protection.cells import Cell
from denombrement.protection.history import PublishedCell, ReleaseHistory
from denombrement.protection.knowledge import Status
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import Refused, protect
from tests.protection.reader import Reader

LEVELS = {"territory": ("total", "arrondissement", "commune"), "category": ("total", "group", "category")}
DEPTHS = ("total", "arrondissement", "commune")


@st.composite
def territories(draw):
    """One to three arrondissements of one to three communes."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    below = {f"A{a}": tuple(f"A{a}C{c}" for c in range(size)) for a, size in enumerate(sizes)}
    return Hierarchy("territory", {"total": tuple(below), **below})


@st.composite
def categories(draw):
    """A few categories, one of which may be divided once more."""
    flat = tuple(f"EL{n}" for n in range(draw(st.integers(2, 3))))
    divided = {"EL0": ("EL0.1", "EL0.2")} if draw(st.booleans()) else {}
    return Hierarchy("category", {"total": flat, **divided})


@st.composite
def counted(draw):
    trees = {"territory": draw(territories()), "category": draw(categories())}
    cells = [(place, code) for place in trees["territory"].leaves for code in trees["category"].leaves]
    counts = draw(st.lists(st.integers(0, 9), min_size=len(cells), max_size=len(cells)))
    rows = [(*codes, count) for codes, count in zip(cells, counts, strict=True)]
    return CountTable.from_leaves("t", pd.DataFrame(rows, columns=[*trees, "count"]), trees)


planned = st.builds(
    lambda place, category: {"territory": place, "category": category},
    st.sampled_from(LEVELS["territory"]),
    st.sampled_from(LEVELS["category"]),
)
plans = st.lists(st.lists(planned, min_size=1, max_size=2, unique_by=str), min_size=2, max_size=3)


def plan_of(tables):
    return PublicationPlan(
        "p", "s", LEVELS, tuple(PlannedTable(f"t{n}", "adults", each) for n, each in enumerate(tables))
    )


def cells_of(release):
    for table in release.tables.values():
        for codes, _, _ in table.rows:
            yield dict(zip(table.dimensions, codes, strict=True))


def read_all(table, releases):
    slack = max(release.verdict.slack for release in releases)
    reader = Reader(table.hierarchies, 5 * (1 + slack) - 1)
    for release in releases:
        reader.read(release.tables.values())
    return reader


@given(counted(), plans, st.booleans())
@settings(derandomize=True, deadline=None, max_examples=10)
def test_a_later_release_never_narrows_what_an_earlier_one_printed(table, wanted, keep_secret):
    """Whatever tables come later, under whatever secret: every cell printed before stays as open as it was."""
    history, releases, before = ReleaseHistory(), [], {}
    for number, tables in enumerate(wanted):
        secret = b"one" if keep_secret else bytes([number])
        release = protect(
            [table], plan=plan_of(tables), profile=load_profile("rounding-5"), secret=secret, history=history
        )
        history = release.history
        releases.append(release)
        assert release.verdict.slack == 0
        reader = read_all(table, releases)
        for codes, ends in before.items():
            assert reader.bounds(dict(codes)) == ends
        before |= {tuple(codes.items()): reader.bounds(codes) for codes in cells_of(release)}


# Communes of both vintages: Bastogne and Bertogne became one on 2 December 2024.

BEFORE, AFTER = (hierarchy("territory", night) for night in (date(2023, 10, 19), date(2025, 10, 16)))
BASTOGNE, BERTOGNE, MERGED = "82003", "82005", "82039"
PLACES = PublicationPlan(
    "p",
    "s",
    {"territory": ("total", "province", "arrondissement", "commune")},
    (PlannedTable("communes", "adults", {"territory": "commune"}),),
)


def both_vintages(bastogne, bertogne, silent=()):
    """One count by 44 communes and by 43."""
    counts = {code: 6 + number % 9 for number, code in enumerate(BEFORE.leaves)}
    counts |= {BASTOGNE: bastogne, BERTOGNE: bertogne}
    old = pd.DataFrame({"territory": counts.keys(), "count": counts.values()})
    old = old[~old["territory"].isin(silent)]
    merged = {BASTOGNE: MERGED, BERTOGNE: MERGED}
    new = old.assign(territory=old["territory"].replace(merged)).groupby("territory", as_index=False).sum()
    return (
        CountTable.from_leaves("by 44", old, {"territory": BEFORE}, "adults", frozenset(silent)),
        CountTable.from_leaves("by 43", new, {"territory": AFTER}),
    )


def published(table, *others, **options):
    return protect([table, *others], plan=PLACES, secret=options.pop("secret", b"v"), **options)


@pytest.mark.parametrize("order", [0, 1])
def test_a_merged_commune_is_the_sum_of_its_parts_in_every_release(order):
    tables = both_vintages(7, 3)[:: -1 if order else 1]
    profile = load_profile("rounding-5")
    first = published(tables[0], tables[1], profile=profile)
    second = published(*tables[::-1], profile=profile, secret=b"w", history=first.history)
    old, new = (first, second) if order == 0 else (second, first)
    parts = [old.tables["communes"].cell(territory=code)[0] for code in (BASTOGNE, BERTOGNE)]
    assert sum(parts) == new.tables["communes"].cell(territory=MERGED)[0]
    for code in ("82000", "80000", "total"):
        values = {release.tables["communes"].cell(territory=code) for release in (first, second)}
        assert len(values) == 1


def test_a_later_vintage_does_not_give_away_what_the_earlier_one_hid():
    # Bertogne's two persons were hidden; the merged commune less Bastogne would give them away.
    old, new = both_vintages(30, 2)
    profile = replace(load_profile("suppression-3"), seconds=10)
    first = published(old, new, profile=profile)
    assert first.tables["communes"].cell(territory=BERTOGNE)[0] is None
    second = published(new, old, profile=profile, history=first.history)
    assert second.tables["communes"].cell(territory=MERGED)[0] is None
    reader = Reader({"territory": BEFORE}, 0).read(first.tables.values())
    assert reader.bounds({"territory": BERTOGNE})[0] == 0
    assert reader.bounds({"territory": BERTOGNE})[1] >= 3
    merged = reader.members({"territory": BASTOGNE}) + reader.members({"territory": BERTOGNE})
    assert reader.know_sum(merged, 32, 32).bounds({"territory": BERTOGNE}) == (2, 2)


def test_a_part_that_did_not_take_part_leaves_the_merged_commune_to_the_other():
    old, new = both_vintages(7, 3, silent=[BERTOGNE])
    release = published(old, new, profile=load_profile("rounding-5"))
    later = published(new, old, profile=load_profile("rounding-5"), secret=b"w", history=release.history)
    assert later.tables["communes"].cell(territory=MERGED) == release.tables["communes"].cell(
        territory=BASTOGNE
    )


def printed_exactly(code, count):
    return PublishedCell(Cell("adults", (("territory", code),)), Status.PUBLISHED, count, count, count)


def test_the_auditor_knows_what_earlier_releases_printed():
    """A total that harms nobody alone gives the last commune away to whoever kept the figures of the two others."""
    counts = {"A": 20, "B": 30, "C": 2}
    frame = pd.DataFrame({"territory": counts.keys(), "count": counts.values()})
    table = CountTable.from_leaves("t", frame, {"territory": Hierarchy.flat("territory", tuple(counts))})
    total = PlannedTable("total", "adults", {"territory": "total"}, exact=True)
    plan = PublicationPlan("p", "s", {"territory": ("total",)}, (total,))
    given = {"plan": plan, "profile": load_profile("rounding-5"), "secret": b"s"}
    assert protect([table], **given).verdict.passed
    history = ReleaseHistory((printed_exactly("A", 20), printed_exactly("B", 30)))
    with pytest.raises(Refused) as refusal:
        protect([table], **given, history=history)
    found = [(one.attacker, one.cell, one.low, one.high) for one in refusal.value.verdict.findings]
    assert ("outsider", "adults; territory=C", 2, 2) in found
