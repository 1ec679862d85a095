"""Each rule of the protection, by an attack that succeeds without it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.protection.audit import Attack
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.insiders import service_insiders
from denombrement.protection.knowledge import Knowledge, Statement, Status
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.rates import rates, shares
from denombrement.protection.release import Refused, protect
from denombrement.protection.verdict import Kind
from tests.protection.reader import Reader

COMMUNES = ("C1", "C2", "C3", "C4")
TREES = {
    "territory": Hierarchy("territory", {"total": ("A1", "A2"), "A1": COMMUNES[:2], "A2": COMMUNES[2:]}),
    "category": Hierarchy.flat("category", ("EL1", "EL2", "EL3")),
}
SUPPRESSION = replace(load_profile("suppression-3"), seconds=10)
ROUNDING = load_profile("rounding-5")
LEVELS = {"territory": ("total", "arrondissement", "commune"), "category": ("total", "category")}
CROSSED = PublicationPlan(
    "p", "s", LEVELS, (PlannedTable("t", "adults", {"territory": "commune", "category": "category"}),)
)


def table(*counts):
    cells = [(place, category) for place in COMMUNES for category in ("EL1", "EL2", "EL3")]
    rows = [(*codes, count) for codes, count in zip(cells, counts, strict=True)]
    return CountTable.from_leaves("t", pd.DataFrame(rows, columns=[*TREES, "count"]), TREES)


def released(counted, profile, plan=CROSSED, **options):
    return protect([counted], plan=plan, profile=profile, secret=b"rules", **options)


def reader(release, reach=0, **options):
    return Reader(TREES, reach, **options).read(release.tables.values())


def exact_reader(counted):
    """A reader of all true counts but those below the threshold: what naive hiding prints."""
    attack = Reader(TREES, 0)
    cube = Cube.whole(counted)
    for codes, count in zip(cube.cells(), cube.totals(counted.leaves).tolist(), strict=True):
        if not 0 < count < 3:
            attack.know(codes, count, count)
    return attack


# Small counts


SPARSE = table(2, 20, 30, 25, 1, 30, 30, 20, 22, 14, 17, 40)


def test_hiding_small_cells_alone_gives_them_away_and_suppression_does_not():
    hidden = {"territory": "C1", "category": "EL1"}
    assert exact_reader(SPARSE).bounds(hidden) == (2, 2)
    low, high = reader(released(SPARSE, SUPPRESSION)).bounds(hidden)
    assert low == 0
    assert high >= 3


def test_rounding_leaves_every_small_cell_open():
    attack = reader(released(SPARSE, ROUNDING), reach=4)
    for place, category, count in SPARSE.leaves.itertuples(index=False):
        low, high = attack.bounds({"territory": place, "category": category})
        assert low <= count <= high
        assert count >= 5 or low == 0 or high >= 5


# "All persons of this commune are in one category"


ALIKE = table(30, 0, 0, 30, 20, 10, 30, 20, 15, 12, 40, 30)


def others_than(attack, place, category):
    """How many persons of a place may be in another category."""
    whole, part = (
        attack.members(codes) for codes in ({"territory": place}, {"territory": place, "category": category})
    )
    return attack.ends(whole - part)


def test_suppression_hides_that_all_persons_of_a_commune_are_in_one_category():
    assert others_than(exact_reader(ALIKE), "C1", "EL1") == (0, 0)
    assert others_than(reader(released(ALIKE, SUPPRESSION)), "C1", "EL1")[1] >= 1


def test_rounding_leaves_open_whether_all_persons_of_a_commune_are_in_one_category():
    assert others_than(reader(released(ALIKE, ROUNDING), reach=4), "C1", "EL1")[1] >= 1


def test_exact_figures_of_such_a_commune_are_refused():
    exact = replace(CROSSED, tables=(replace(CROSSED.tables[0], exact=True),))
    with pytest.raises(Refused) as caught:
        released(ALIKE, ROUNDING, exact)
    assert {finding.kind for finding in caught.value.verdict.findings} == {Kind.GROUP}


def test_who_is_one_of_such_a_group_learns_nothing_of_the_others_either():
    system = CellSystem.of([Cube.whole(ALIKE)])
    said = [Statement(number, int(n), int(n)) for number, n in enumerate(system.counts)]
    one = pd.DataFrame([("C1", "EL1", "S1", 3)], columns=[*TREES, "service", "count"])
    (service,) = service_insiders(system, {"t": one})
    _, findings = Attack(system, Knowledge.of(system.size, said), 5).by(service)
    assert ("adults; territory=C1", Kind.GROUP) in {(f.cell, f.kind) for f in findings}


# One service


MANY = table(20, 30, 25, 30, 20, 10, 30, 20, 15, 12, 40, 30)
ALONE = pd.DataFrame([("C1", "EL1", "S1", 20)], columns=[*TREES, "service", "count"])


def test_a_cell_of_one_service_is_not_given_away_exactly():
    cell = {"territory": "C1", "category": "EL1"}
    assert reader(released(MANY, SUPPRESSION)).bounds(cell) == (20, 20)
    low, high = reader(released(MANY, SUPPRESSION, contributions={"t": ALONE})).bounds(cell)
    assert low < 20 < high
    exact = replace(CROSSED, tables=(replace(CROSSED.tables[0], exact=True),))
    assert released(MANY, ROUNDING, exact).verdict.passed
    with pytest.raises(Refused) as caught:
        released(MANY, ROUNDING, exact, contributions={"t": ALONE})
    assert {finding.kind for finding in caught.value.verdict.findings} == {Kind.EXACT}


# Rates and percentages


INHABITANTS = {"C1": 5_312, "C2": 9_871, "C3": 4_120, "C4": 17_733}


def test_a_rate_gives_back_the_rounded_count_and_not_the_true_one():
    from_truth = {
        place: round(SPARSE.cell(territory=place, category="EL1") / people * 1_000, 2)
        for place, people in INHABITANTS.items()
    }
    # Two decimals of a rate of true counts are enough to work the count back.
    assert round(from_truth["C1"] * INHABITANTS["C1"] / 1_000) == 2
    release = released(SPARSE, ROUNDING)
    printed = rates(release.tables["t"], INHABITANTS).set_index(["territory", "category"])
    for place, people in INHABITANTS.items():
        row = printed.loc[(place, "EL1")]
        assert round(row["rate"] * people / 1_000) == row["value"]
        assert row["value"] % 5 == 0


def test_what_is_withheld_has_no_rate_and_no_percentage():
    hidden = released(SPARSE, SUPPRESSION).tables["t"]
    for frame, column in ((rates(hidden, INHABITANTS), "rate"), (shares(hidden, "category"), "percent")):
        withheld = frame["status"] == "protected"
        assert withheld.any()
        assert frame.loc[withheld, column].isna().all()


def test_a_percentage_gives_back_rounded_counts_and_not_true_ones():
    frame = shares(released(SPARSE, ROUNDING).tables["t"], "category").dropna(subset="percent")
    worked_back = (frame["percent"] * frame["denominator"] / 100).round()
    assert (worked_back == frame["value"]).all()
    assert (worked_back % 5 == 0).all()


# True zeros


def test_showing_zeros_tells_that_all_other_cells_hold_somebody():
    # 0 stands for 0 to 4; once true zeros have a sign of their own, a rounded 0 stands for 1 to 4.
    counted = table(0, 20, 30, 1, 20, 30, 1, 20, 20, 1, 20, 40)
    release = released(counted, ROUNDING)
    small = {place: release.tables["t"].cell(territory=place, category="EL1")[0] for place in COMMUNES[1:]}
    low = [place for place, value in small.items() if value == 0]
    assert low
    told, untold = reader(release, reach=4, zeros_shown=True), reader(release, reach=4)
    without = told.know({"territory": "C1", "category": "EL1"}, 0, 10)
    cell = {"territory": low[0], "category": "EL1"}
    assert untold.bounds(cell)[0] == 0
    assert without.bounds(cell)[0] == 1
    assert without.bounds(cell)[1] < 5
    with pytest.raises(Refused) as caught:
        released(counted, replace(ROUNDING, name="shown", zeros_shown=True, draws=3))
    assert Kind.SMALL in {f.kind for f in caught.value.verdict.findings if f.attacker == "outsider"}


def test_a_true_zero_and_a_small_count_look_alike_when_rounded():
    statuses = {status for _, _, status in released(ALIKE, ROUNDING).tables["t"].rows}
    assert statuses == {Status.ROUNDED}
