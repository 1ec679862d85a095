"""Two insiders who put together what they know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from denombrement.cli.protect import outcome
from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import UsageProblem
from denombrement.protection.audit import Attack
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.coalitions import chosen, pairs, together
from denombrement.protection.insiders import service_insiders, territory_insiders
from denombrement.protection.knowledge import Knowledge, Statement
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import Refused, protect
from denombrement.protection.verdict import AuditVerdict, Kind

TREES = {
    "territory": Hierarchy("territory", {"total": ("A1", "A2"), "A1": ("C1", "C2"), "A2": ("C3", "C4")}),
    "sex": Hierarchy.flat("sex", ("F", "H")),
}
CELLS = [("C1", "F", 9), ("C2", "F", 20), ("C3", "H", 30), ("C4", "H", 12)]
TABLE = CountTable.from_leaves("t", pd.DataFrame(CELLS, columns=[*TREES, "count"]), TREES)
# Of the nine women of C1, S1 knows five and S2 five, three of them the same: two are unknown to both.
REPORTED = pd.DataFrame(
    [("C1", "F", "S1", 5), ("C1", "F", "S2", 5), ("C2", "F", "S1", 4)], columns=[*TREES, "service", "count"]
)
SHARED = pd.DataFrame([("C1", "F", "S1", "S2", 3)], columns=[*TREES, "service", "other", "count"])
PLAN = PublicationPlan(
    "p",
    "s",
    {"territory": ("total", "a", "commune")},
    (PlannedTable("t", "adults", {"sex": "all"}, exact=True),),
)
SYSTEM = CellSystem.of([Cube.whole(TABLE)])


def insiders():
    everybody = (*territory_insiders(SYSTEM), *service_insiders(SYSTEM, {"t": REPORTED}))
    return {one.name: one for one in everybody}


def pair(one, other, shared=None):
    known = insiders()
    return together(
        (known[one], known[other]), SYSTEM, {"t": REPORTED}, {} if shared is None else {"t": shared}
    )


def cell(**codes):
    return SYSTEM.locate("adults", codes)


def test_persons_whom_two_services_both_reported_count_once():
    both = pair("service=S1", "service=S2", SHARED)
    assert both.name == "pair=service=S1 + service=S2"
    assert both.own[cell(territory="C1", sex="F")] == 7
    assert both.own[cell(sex="F")] == 11


def test_without_knowledge_of_what_they_share_two_services_share_as_few_as_can_be():
    assert pair("service=S1", "service=S2").own[cell(territory="C1")] == 9


def test_a_service_and_the_commune_where_it_works_know_the_commune_once():
    both = pair("territory=C1", "service=S1")
    assert both.own[cell(territory="C1")] == 9
    assert both.own[cell(sex="F")] == 9 + 4
    assert both.inside[cell(territory="C1", sex="H")]


def test_two_communes_know_what_their_arrondissement_knows():
    both, arrondissement = pair("territory=C1", "territory=C2"), insiders()["territory=A1"]
    assert np.array_equal(both.own, arrondissement.own)


def test_a_table_without_territories_tells_no_commune_apart():
    sexes = CountTable.from_leaves(
        "s", TABLE.leaves.groupby("sex", as_index=False)["count"].sum(), {"sex": TREES["sex"]}
    )
    system = CellSystem.of([Cube.whole(TABLE), Cube.whole(sexes)])
    frame = REPORTED.groupby(["sex", "service"], as_index=False)["count"].sum()
    both = {"t": REPORTED, "s": frame}
    known = {one.name: one for one in (*territory_insiders(system), *service_insiders(system, both))}
    joined = together((known["territory=C1"], known["service=S1"]), system, both, {})
    assert joined.own[system.locate("adults", {"sex": "F"})] == 13


def test_no_pair_is_an_insider_with_a_part_of_itself():
    names = {(one.name, other.name) for one, other in pairs(tuple(insiders().values()))}
    assert ("territory=C1", "territory=C2") in names
    assert ("territory=A1", "territory=C1") not in names
    assert ("territory=A1", "territory=C3") in names
    assert ("service=S1", "service=S2") in names
    # 6 territories and 2 services make 28 pairs; four communes lie in their arrondissement.
    assert len(names) == 24


def test_two_services_find_what_neither_finds_alone():
    said = [Statement(i, int(n), int(n)) for i, n in enumerate(SYSTEM.counts)]
    attack = Attack(SYSTEM, Knowledge.of(SYSTEM.size, said), 3)
    for name in ("service=S1", "service=S2"):
        assert not [f for f in attack.by(insiders()[name])[1] if f.kind is not Kind.GROUP]
    found = [f for f in attack.by(pair("service=S1", "service=S2", SHARED))[1] if f.kind is Kind.EXACT]
    assert ("adults; territory=C1", 2, 2) in {(f.cell, f.low, f.high) for f in found}


def test_too_many_pairs_are_tried_half_by_danger_and_half_by_chance():
    every = pairs(tuple(insiders().values()))
    few = chosen(every, SYSTEM, threshold=5, limit=5)
    assert len(few) == 5
    assert few == chosen(every, SYSTEM, threshold=5, limit=5)
    assert set(map(id, few)) <= set(map(id, every))
    assert chosen(every, SYSTEM, threshold=5, limit=100) == every
    left = {
        id(pair): int(((rest := SYSTEM.counts - pair[0].own - pair[1].own) > 0).sum() - (rest >= 5).sum())
        for pair in every
    }
    worst = max(left.values())
    assert worst > 0
    assert max(left[id(pair)] for pair in few) == worst


def released(plan, **options):
    return protect(
        [TABLE],
        plan=plan,
        profile=load_profile("rounding-3"),
        secret=b"s",
        contributions={"t": REPORTED.assign(count=[8, 7, 20])},
        shared={"t": SHARED.assign(count=7)},
        **options,
    )


def test_a_plan_that_asks_for_coalitions_is_refused_where_two_insiders_learn_a_small_count():
    # 29 women, printed exactly; S1 knows all but one of C1 and all of C2: alone it learns that one.
    with pytest.raises(Refused):
        released(PLAN)
    # Printed rounded, neither one insider nor two learn anything.
    rounded = replace(PLAN, tables=(replace(PLAN.tables[0], exact=False),))
    release = released(replace(rounded, coalitions=2))
    verdict = release.verdict
    assert (verdict.pairs, verdict.pairs_possible) == (24, 24)
    assert len(verdict.attackers) == 1 + 8 + 24
    few = released(replace(rounded, coalitions=2, pairs=6)).verdict
    assert (few.pairs, few.pairs_possible) == (6, 24)
    assert released(rounded).verdict.pairs_possible == 0
    stored = {name: value for name, value in verdict.as_dict().items() if not name.startswith("pairs")}
    assert AuditVerdict.from_dict(stored).pairs == 0


def test_coalitions_refuse_what_single_insiders_let_pass():
    cells = [(place, sex, 10) for place in ("C1", "C2", "C3", "C4") for sex in ("F", "H")]
    table = CountTable.from_leaves("t", pd.DataFrame(cells, columns=[*TREES, "count"]), TREES)
    known = pd.DataFrame(
        [("C1", "F", "S1", 9), ("C2", "F", "S1", 9), ("C3", "F", "S2", 10), ("C4", "F", "S2", 10)],
        columns=[*TREES, "service", "count"],
    )
    options = {"profile": load_profile("rounding-3"), "secret": b"s", "contributions": {"t": known}}
    assert protect([table], plan=PLAN, **options).verdict.passed
    with pytest.raises(Refused) as caught:
        protect([table], plan=replace(PLAN, coalitions=2), **options)
    findings = caught.value.verdict.findings
    assert ("pair=service=S1 + service=S2", Kind.EXACT, 2, 2) in {
        (one.attacker, one.kind, one.low, one.high) for one in findings
    }
    assert all(one.attacker.startswith("pair=") for one in findings)


def test_the_command_says_how_many_pairs_were_tried_of_how_many():
    rounded = replace(PLAN, tables=(replace(PLAN.tables[0], exact=False),))
    result, lines = outcome(released(replace(rounded, coalitions=2, pairs=6)).verdict, Path("verdict.html"))
    assert (result["pairs"], result["pairs_possible"]) == (6, 24)
    assert any("6" in line and "24" in line for line in lines)
    assert len(outcome(released(rounded).verdict, Path("verdict.html"))[1]) == len(lines) - 1


@pytest.mark.parametrize("text", ["coalitions = 3", "coalitions = 0", "pairs = 0", 'coalitions = "many"'])
def test_coalitions_that_nobody_can_try_are_refused(text):
    plan = f"name = 'x'\nsource = 'y'\n{text}\n[levels]\n[[table]]\nname = 't'\nmeasure = 'm'\ndimensions = {{}}\n"
    with pytest.raises(UsageProblem, match="PRO003"):
        PublicationPlan.from_toml(plan)
