from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.protection.audit import Attack
from denombrement.protection.candidates import Candidate, Sheet
from denombrement.protection.cells import Cell, CellSystem, Cube
from denombrement.protection.coalitions import pairs, together
from denombrement.protection.history import PublishedCell, ReleaseHistory
from denombrement.protection.insiders import outsider, service_insiders, territory_insiders
from denombrement.protection.knowledge import UNBOUNDED, Knowledge, Rules, Statement, Status
from denombrement.protection.plan import PlannedTable, PublicationPlan, cubes_of, whole_plan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import Refused, Release, protect
from denombrement.protection.tables import SEAL, ProtectedTable
from denombrement.protection.verdict import AuditVerdict, Kind

SECRET = b"the campaign's protection secret"
LEVELS = {"territory": ("province", "arrondissement", "commune"), "category": ("total", "category")}
COARSE = PublicationPlan(
    "coarse",
    "statistics",
    LEVELS,
    (
        PlannedTable(
            "category_sex", "adults", {"territory": "province", "category": "category", "sex": "all"}
        ),
        PlannedTable("arrondissement", "adults", {"territory": "arrondissement", "category": "category"}),
        PlannedTable("commune", "adults", {"territory": "commune"}),
    ),
)
PROFILE = load_profile("rounding-5")

COMMUNES = ("C1", "C2", "C3", "C4")
TREES = {
    "territory": Hierarchy("territory", {"total": ("A1", "A2"), "A1": COMMUNES[:2], "A2": COMMUNES[2:]}),
    "category": Hierarchy.flat("category", ("EL1", "EL2", "EL3")),
    "sex": Hierarchy.flat("sex", ("F", "H")),
}
ORDER = [
    (place, category, sex) for place in COMMUNES for category in ("EL1", "EL2", "EL3") for sex in ("F", "H")
]


def small_table(counts, *, name="base", silent=()):
    frame = pd.DataFrame(
        [(*codes, n) for codes, n in zip(ORDER, counts, strict=True)], columns=[*TREES, "count"]
    )
    return CountTable.from_leaves(
        name, frame[~frame["territory"].isin(silent)], TREES, "adults", frozenset(silent)
    )


def released(table, plan=COARSE, **options):
    return protect([table], plan=plan, profile=options.pop("profile", PROFILE), secret=SECRET, **options)


COUNTS = [1, 4, 2, 9, 0, 7, 3, 3, 8, 12, 0, 1, 0, 0, 2, 5, 6, 1, 11, 2, 4, 4, 0, 3]
counts_of_a_province = st.lists(st.integers(0, 9), min_size=24, max_size=24)


def value_of(release, name, **codes):
    return release.tables[name].cell(**codes)[0]


def test_the_same_cell_has_the_same_value_in_every_table():
    release = released(small_table(COUNTS))
    total = value_of(release, "commune")
    assert value_of(release, "category_sex") == value_of(release, "arrondissement") == total
    assert value_of(release, "category_sex", category="EL1") == value_of(
        release, "arrondissement", category="EL1"
    )
    assert value_of(release, "commune", territory="A1") == value_of(release, "arrondissement", territory="A1")


@given(counts_of_a_province)
@settings(derandomize=True, deadline=None, max_examples=20)
def test_every_published_total_is_the_sum_of_its_published_parts(counts):
    release = released(small_table(counts))
    for table in release.tables.values():
        values = {codes: value for codes, value, _ in table.rows}
        for codes, value in values.items():
            for axis, tree in enumerate(table.hierarchies.values()):
                below = tree.children.get(codes[axis], ())
                parts = [values[(*codes[:axis], child, *codes[axis + 1 :])] for child in below]
                assert not parts or sum(parts) == value


@given(counts_of_a_province, st.sampled_from([3, 5]))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_no_attacker_pins_a_small_count(counts, base):
    table = small_table(counts)
    release = released(table, profile=load_profile(f"rounding-{base}"))
    system = CellSystem.of([Cube.whole(table)])
    rules = Rules(base * (1 + release.verdict.slack) - 1)
    said = [
        Statement(
            system.locate("adults", dict(zip(one.dimensions, codes, strict=True))),
            *rules.interval(status, value),
        )
        for one in release.tables.values()
        for codes, value, status in one.rows
    ]
    attack = Attack(system, Knowledge.of(system.size, said), base)
    for attacker in (outsider(system), *territory_insiders(system)):
        for variable in np.flatnonzero(system.counts - attacker.own > 0):
            others = int(system.counts[variable] - attacker.own[variable])
            if others >= base:
                continue
            ((low, high),) = attack.bounds(attacker, [variable])
            low, high = np.ceil(low - 1e-6), np.floor(high + 1e-6)
            assert low <= others <= high
            assert low < 1 or high >= base


def test_the_province_holds_against_everybody(province):
    release = released(province["2d"], plan=whole_plan([province["2d"]]))
    verdict = release.verdict
    assert verdict.passed
    assert (verdict.cells, verdict.printed, verdict.relations, verdict.slack) == (320, 320, 88, 0)
    assert [one.name for one in verdict.attackers][:2] == ["outsider", "territory=A1"]
    assert len(verdict.attackers) == 1 + 5 + 34
    assert min(interval.high - interval.low for interval in verdict.narrowest) >= 4
    assert not verdict.services_known


def test_two_insiders_together_find_what_two_insiders_can(province):
    table = province["arr3d"]
    release = released(table, plan=whole_plan([table]))
    system = CellSystem.of([Cube.whole(table)])
    rules = Rules(4)
    said = [
        Statement(
            system.locate("adults", dict(zip(table.dimensions, codes, strict=True))),
            *rules.interval(status, value),
        )
        for codes, value, status in release.tables["arr3d"].rows
    ]
    attack = Attack(system, Knowledge.of(system.size, said), 5)
    every = [together(pair, system, {}, {}) for pair in pairs(territory_insiders(system))]
    assert len(every) == 10
    assert all(attack.by(pair)[0].passed for pair in every)


def contributions(table):
    rows = [(*codes, f"S{n % 3}", n) for *codes, n in table.leaves.itertuples(index=False)]
    return pd.DataFrame(rows, columns=[*table.dimensions, "service", "count"])


def test_services_are_insiders_when_their_contributions_are_given():
    table = small_table(COUNTS)
    release = released(table, contributions={"base": contributions(table)})
    names = {one.name for one in release.verdict.attackers}
    assert {"service=S0", "service=S1", "service=S2"} <= names
    assert release.verdict.services_known
    assert release.verdict.passed


def test_contributions_must_fit_the_table():
    table = small_table(COUNTS)
    good = contributions(table)
    wrong = {
        "columns": good.drop(columns="service"),
        "codes": good.assign(sex="X"),
        "counts": good.assign(count=good["count"] + 1),
    }
    for problem, frame in wrong.items():
        with pytest.raises(UsageProblem) as caught:
            released(table, contributions={"base": frame})
        assert (caught.value.code, caught.value.facts["problem"]) == ("PRO014", problem)


def test_insiders_of_a_table_without_territories_know_what_the_others_tell():
    sexes = CountTable.from_leaves(
        "sexes",
        small_table(COUNTS).leaves.groupby("sex", as_index=False)["count"].sum(),
        {"sex": TREES["sex"]},
    )
    ages = Hierarchy.flat("age_class", ("18-29", "30+"))
    by_age = pd.DataFrame({"age_class": ["18-29", "30+"], "count": [31, sum(COUNTS) - 31]})
    table = CountTable.from_leaves("ages", by_age, {"age_class": ages})
    plan = replace(COARSE, tables=(*COARSE.tables, PlannedTable("ages", "adults", {"age_class": "all"})))
    both = [small_table(COUNTS), sexes, table]
    release = protect(both, plan=plan, profile=PROFILE, secret=SECRET)
    assert release.verdict.passed
    system = CellSystem.of([Cube.whole(one) for one in both])
    insider = territory_insiders(system)[1]
    assert insider.own[system.locate("adults", {})] == sum(COUNTS[:6])
    assert insider.own[system.locate("adults", {"sex": "F"})] == sum(COUNTS[:6:2])
    assert insider.own[system.locate("adults", {"age_class": "30+"})] == 0


def test_a_service_s_parts_are_added_up():
    table = small_table(COUNTS)
    system = CellSystem.of([Cube.whole(table)])
    services = service_insiders(system, {"base": contributions(table)})
    assert np.array_equal(sum(one.own for one in services), system.counts)
    assert service_insiders(system, {}) == ()


def test_the_same_inputs_give_the_same_release():
    first, second = released(small_table(COUNTS)), released(small_table(COUNTS))
    assert first.to_bytes(b"k") == second.to_bytes(b"k")


def test_a_second_release_keeps_every_value_and_narrows_nothing():
    table = small_table(COUNTS)
    first = released(table, plan=replace(COARSE, tables=COARSE.tables[:2]))
    second = protect([table], plan=COARSE, profile=PROFILE, secret=b"another secret", history=first.history)
    for name, before in first.tables.items():
        assert before.rows == second.tables[name].rows
    third = protect([table], plan=COARSE, profile=PROFILE, secret=b"a third", history=second.history)
    assert third.history == second.history
    assert third.verdict.narrowest == second.verdict.narrowest
    assert (second.verdict.earlier, second.verdict.moved) == (len(first.history.cells), 0)


@given(counts_of_a_province)
@settings(derandomize=True, deadline=None, max_examples=15)
def test_releases_after_releases_stay_safe_and_equal(counts):
    table = small_table(counts)
    history, seen = ReleaseHistory(), {}
    for number, tables in enumerate((COARSE.tables[1:], COARSE.tables[:1], COARSE.tables)):
        plan = replace(COARSE, tables=tables)
        release = protect([table], plan=plan, profile=PROFILE, secret=bytes([number]), history=history)
        history = release.history
        for published in release.tables.values():
            for codes, value, _ in published.rows:
                key = tuple(
                    sorted((d, c) for d, c in zip(published.dimensions, codes, strict=True) if c != "total")
                )
                assert seen.setdefault(key, value) == value
        assert release.verdict.passed


def test_a_count_that_has_changed_since_may_get_another_value():
    first = released(small_table(COUNTS))
    grown = [count + (20 if number == 0 else 0) for number, count in enumerate(COUNTS)]
    second = protect([small_table(grown)], plan=COARSE, profile=PROFILE, secret=SECRET, history=first.history)
    assert second.verdict.moved > 0
    assert value_of(second, "commune") >= 95


@pytest.mark.parametrize(
    ("status", "value", "low", "high", "known"),
    [
        (Status.ROUNDED, 100, 96, 104, (0, 95)),
        (Status.ROUNDED, 80, 76, 84, (85, UNBOUNDED)),
        (Status.PUBLISHED, 80, 80, 80, (0, UNBOUNDED)),
    ],
)
def test_readers_see_that_a_value_had_to_change_and_on_which_side(status, value, low, high, known):
    system = CellSystem.of([Cube.whole(small_table(COUNTS))])
    assert system.counts[system.locate("adults", {})] == 88
    history = ReleaseHistory((PublishedCell(Cell("adults", ()), status, value, low, high),))
    recalled = history.recalled(system)
    assert recalled.moved == 1
    assert [(said.low, said.high) for said in recalled.statements] == [known]


def test_an_earlier_release_is_attacked_together_with_this_one():
    table = small_table(COUNTS)
    fine = PublicationPlan(
        "fine", "x", LEVELS, (PlannedTable("sexes", "adults", {"territory": "commune", "sex": "all"}),)
    )
    first = released(table, plan=fine)
    coarse = replace(COARSE, tables=COARSE.tables[2:])
    second = released(table, plan=coarse, history=first.history)
    # The earlier table's cells are back in the system although this plan does not print them.
    assert second.verdict.cells > second.verdict.printed
    assert second.verdict.earlier == len(first.history.cells)
    totals = table.leaves.groupby("territory", as_index=False)["count"].sum()
    without_sex = CountTable.from_leaves("t", totals, {"territory": TREES["territory"]})
    with pytest.raises(ProtectionRefusal) as caught:
        released(without_sex, plan=coarse, history=first.history)
    assert caught.value.code == "PRO008"


def test_the_base_cannot_change_between_releases():
    first = released(small_table(COUNTS))
    with pytest.raises(ProtectionRefusal) as caught:
        released(small_table(COUNTS), history=first.history, profile=load_profile("rounding-3"))
    assert (caught.value.code, caught.value.facts["earlier"]) == ("PRO009", 5)


def test_exact_province_totals_may_stand_beside_rounded_cells():
    exact = PlannedTable("headline", "adults", {"territory": "province", "category": "category"}, exact=True)
    release = released(small_table(COUNTS), plan=replace(COARSE, tables=(*COARSE.tables, exact)))
    assert release.tables["headline"].cell() == (sum(COUNTS), Status.PUBLISHED)
    assert value_of(release, "commune") % 5 == 0
    again = released(
        small_table(COUNTS), plan=replace(COARSE, tables=(*COARSE.tables, exact)), history=release.history
    )
    assert again.tables["commune"].rows == release.tables["commune"].rows


def test_exact_commune_figures_are_refused_with_a_verdict():
    exact = PlannedTable(
        "all", "adults", {"territory": "commune", "category": "category", "sex": "all"}, exact=True
    )
    with pytest.raises(Refused) as caught:
        released(small_table(COUNTS), plan=replace(COARSE, tables=(exact,)))
    verdict = caught.value.verdict
    assert (caught.value.code, caught.value.exit_code) == ("PRO005", 4)
    assert not verdict.passed
    assert verdict.draws == PROFILE.draws
    assert {finding.kind for finding in verdict.findings} >= {Kind.EXACT}
    assert {finding.attacker for finding in verdict.findings} > {"outsider"}


def test_showing_zeros_beside_rounded_small_counts_is_refused():
    shown = replace(PROFILE, name="zeros", zeros_shown=True, draws=2)
    with pytest.raises(Refused):
        released(small_table(COUNTS), plan=whole_plan([small_table(COUNTS)]), profile=shown)
    harmless = [10 if count else 0 for count in COUNTS]
    release = released(small_table(harmless), plan=COARSE, profile=shown)
    # Nothing here is small, so zeros may be shown.
    assert {row[2] for table in release.tables.values() for row in table.rows} == {Status.ROUNDED}
    empty = [0 if place == "C3" else 10 for place, *_ in ORDER]
    release = released(small_table(empty), plan=replace(COARSE, tables=COARSE.tables[2:]), profile=shown)
    assert release.tables["commune"].cell(territory="C3") == (0, Status.TRUE_ZERO)


def test_territories_below_a_minimum_have_no_row():
    plan = replace(
        COARSE,
        tables=(
            *COARSE.tables[2:],
            PlannedTable("profile", "adults", {"territory": "commune", "sex": "all"}, minimum_persons=25),
        ),
    )
    release = released(small_table(COUNTS), plan=plan)
    printed = release.tables["profile"]
    for place in COMMUNES:
        total = value_of(release, "commune", territory=place)
        value, status = printed.cell(territory=place, sex="F")
        assert (status is Status.PROTECTED) == (total < 25)
        assert (value is None) == (total < 25)


def test_readers_know_the_total_for_which_a_row_was_withheld():
    """The rule is published, so a missing row says that the total was small; the auditor grants its figure as well."""
    profile = PlannedTable("profile", "adults", {"territory": "commune", "sex": "all"}, minimum_persons=25)
    (resolved,) = PublicationPlan("p", "s", LEVELS, (profile,)).resolved([small_table(COUNTS)])
    system = CellSystem.of(cubes_of([resolved]))
    candidate = Candidate.of(
        system,
        (Sheet.of(resolved, system),),
        lambda number: (Status.ROUNDED, 5 * (int(system.counts[number]) // 5)),
        Rules(4),
    )
    known = Knowledge.of(system.size, candidate.statements())
    for place, least, most in (("C1", 16, 24), ("C3", 6, 14)):
        total, women = (
            system.locate("adults", {"territory": place, **codes}) for codes in ({}, {"sex": "F"})
        )
        assert (known.lower[total], known.upper[total]) == (least, most)
        assert known.upper[women] == UNBOUNDED


def test_a_territory_that_did_not_take_part_is_marked_everywhere():
    release = released(small_table(COUNTS, silent=["C2"]))
    assert release.tables["commune"].cell(territory="C2") == (None, Status.NOT_COUNTED)
    assert release.tables["commune"].not_counted == {"C2"}
    frame = release.tables["commune"].frame()
    assert list(frame["status"]).count("not_counted") == 1
    assert frame.loc[frame["territory"] == "C2", "value"].isna().all()
    assert not (release.tables["category_sex"].frame()["status"] == "not_counted").any()


def test_a_table_of_one_figure_can_be_protected():
    plan = replace(COARSE, tables=(PlannedTable("total", "adults", {"territory": "province"}),))
    release = released(small_table(COUNTS), plan=plan)
    assert release.tables["total"].dimensions == ()
    assert release.tables["total"].cell()[0] in (85, 90)
    assert len(release.tables["total"].frame()) == 1


# The wall


def test_nobody_else_can_make_a_protected_table():
    good = released(small_table(COUNTS)).tables["commune"]
    with pytest.raises(ProtectionRefusal, match="PRO006"):
        ProtectedTable("x", "adults", good.hierarchies, good.rows, good.not_counted, good.verdict, object())
    with pytest.raises(ProtectionRefusal, match="PRO006"):
        replace(good, seal=object())


def test_values_that_the_audit_did_not_see_are_refused_even_with_the_seal():
    good = released(small_table(COUNTS)).tables["commune"]
    altered = ((good.rows[0][0], 93, Status.PUBLISHED), *good.rows[1:])
    with pytest.raises(ProtectionRefusal, match="PRO006"):
        replace(good, rows=altered, seal=SEAL)
    failed = replace(good.verdict, attackers=())
    with pytest.raises(ProtectionRefusal, match="PRO006"):
        replace(good, verdict=failed, seal=SEAL)


def test_a_release_survives_its_file_and_no_other_hand():
    release = released(small_table(COUNTS, silent=["C2"]))
    data = release.to_bytes(SECRET)
    assert Release.from_bytes(data, SECRET) == release
    with pytest.raises(ProtectionRefusal, match="PRO007"):
        Release.from_bytes(data, b"another campaign")
    with pytest.raises(ProtectionRefusal, match="PRO007"):
        Release.from_bytes(data.replace(b"rounded", b"published", 1), SECRET)
    for damaged in (b"", b"[]", b"{}"):
        with pytest.raises(ProtectionRefusal, match="PRO007"):
            Release.from_bytes(damaged, SECRET)


def test_a_history_survives_json_and_damage_is_noticed():
    history = released(small_table(COUNTS)).history
    assert ReleaseHistory.from_dict(json.loads(json.dumps(history.as_dict()))) == history
    for damaged in ({}, {"cells": [["adults"]]}, {"cells": [["adults", [], "guessed", 1, 0, 1]]}):
        with pytest.raises(ProtectionRefusal, match="PRO007"):
            ReleaseHistory.from_dict(damaged)


def test_the_public_part_of_a_verdict_names_no_cell():
    verdict = released(small_table(COUNTS)).verdict
    assert AuditVerdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict
    text = json.dumps(verdict.public())
    assert "category=" not in text
    assert '"passed": true' in text


def test_a_table_is_placed_only_in_a_system_that_has_its_cells():
    (resolved,) = whole_plan([small_table(COUNTS)]).resolved([small_table(COUNTS)])
    coarse = CellSystem.of([Cube(small_table(COUNTS), {"territory": 1})])
    with pytest.raises(KeyError):
        Sheet.of(resolved, coarse)


def test_a_cell_that_is_not_printed_is_an_error():
    table = released(small_table(COUNTS)).tables["commune"]
    with pytest.raises(UsageProblem, match="PRO015"):
        table.cell(territory="C9")
    with pytest.raises(UsageProblem, match="PRO015"):
        table.cell(sex="F")


def test_progress_tells_steps_and_no_figures():
    told = []
    released(small_table(COUNTS), progress=lambda *step: told.append(step))
    assert told[0] == ("audit", 0, 7)


# Suppression


def test_suppression_protects_from_insiders_too_or_refuses(province):
    table = province["arr3d"]
    profile = replace(load_profile("suppression-3"), seconds=12)
    release = protect([table], plan=whole_plan([table]), profile=profile, secret=SECRET)
    assert release.verdict.passed
    assert release.verdict.hidden >= 23
    assert release.verdict.draws > 1
    assert {status for _, _, status in release.tables["arr3d"].rows} == {
        Status.PUBLISHED,
        Status.PROTECTED,
        Status.TRUE_ZERO,
    }
    again = protect(
        [table], plan=whole_plan([table]), profile=profile, secret=SECRET, history=release.history
    )
    hidden = {codes for codes, _, status in release.tables["arr3d"].rows if status is Status.PROTECTED}
    still = {codes for codes, _, status in again.tables["arr3d"].rows if status is Status.PROTECTED}
    assert hidden == still


def test_suppression_may_show_zeros_where_that_is_safe():
    small = {("C1", "EL1"): 0, ("C3", "EL2"): 2}
    table = small_table([small.get((place, category), 40) for place, category, _ in ORDER])
    plan = PublicationPlan(
        "p", "x", LEVELS, (PlannedTable("t", "adults", {"territory": "commune", "category": "category"}),)
    )
    profile = replace(load_profile("suppression-5"), zeros_shown=True, seconds=10)
    release = protect([table], plan=plan, profile=profile, secret=SECRET)
    assert release.tables["t"].cell(territory="C1", category="EL1") == (0, Status.TRUE_ZERO)
    assert release.tables["t"].cell(territory="C3", category="EL2") == (None, Status.PROTECTED)


def test_a_shared_code_cannot_be_hidden_where_zeros_are_shown():
    table = small_table([0 if codes == ("C1", "EL1", "F") else 40 for codes in ORDER])
    profile = replace(load_profile("suppression-5"), zeros_shown=True, seconds=10)
    with pytest.raises(ProtectionRefusal, match="PRO011"):
        protect([table], plan=whole_plan([table]), profile=profile, secret=SECRET)


def test_suppression_leaves_no_cell_of_one_service_exact():
    counts = [20 + number for number in range(24)]
    table = small_table(counts)
    one = pd.DataFrame([("C1", "EL1", "F", "S1", 20)], columns=[*TREES, "service", "count"])
    profile = replace(load_profile("suppression-3"), seconds=10, weights="persons")
    plan = whole_plan([table])
    release = protect([table], plan=plan, profile=profile, secret=SECRET, contributions={"base": one})
    assert release.tables["base"].cell(territory="C1", category="EL1", sex="F") == (None, Status.PROTECTED)
    without = protect([table], plan=plan, profile=profile, secret=SECRET)
    assert without.tables["base"].cell(territory="C1", category="EL1", sex="F") == (20, Status.PUBLISHED)


def test_suppression_hides_that_all_persons_of_a_territory_share_a_code():
    counts = [30 if category == "EL1" or place != "C1" else 0 for place, category, _ in ORDER]
    table = small_table(counts)
    plan = PublicationPlan(
        "p", "x", LEVELS, (PlannedTable("t", "adults", {"territory": "commune", "category": "category"}),)
    )
    profile = replace(load_profile("suppression-3"), seconds=10)
    release = protect([table], plan=plan, profile=profile, secret=SECRET)
    hidden = {codes for codes, _, status in release.tables["t"].rows if status is Status.PROTECTED}
    assert any(place == "C1" and category in ("EL2", "EL3") for place, category in hidden)
