from __future__ import annotations

import pandas as pd
import pytest

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import UsageProblem
from denombrement.protection import plan as plans
from denombrement.protection.plan import (
    PlannedTable,
    PublicationPlan,
    cubes_of,
    whole_plan,
)
from denombrement.protection.profiles import Profile, load_profile, names
from denombrement.publication.public.planned import campaign_plan_text

PLACES = Hierarchy("territory", {"total": ("A1", "A2"), "A1": ("C1", "C2"), "A2": ("C3",)})
CATEGORIES = Hierarchy("category", {"total": ("EL1", "EL2"), "EL1": ("EL1.1", "EL1.2"), "EL2": ("EL2.2",)})
SEX = Hierarchy.flat("sex", ("F", "H"))
ANSWER = ("yes", "no", "unknown")


def empty(name, *trees, measure="adults"):
    columns = {tree.dimension: [] for tree in trees}
    return CountTable.from_leaves(
        name, pd.DataFrame({**columns, "count": []}), {t.dimension: t for t in trees}, measure
    )


BASE = empty("base", PLACES, CATEGORIES, SEX)


PLAN = PublicationPlan(
    "p",
    "s",
    {"territory": ("province", "arrondissement", "commune"), "category": ("total", "category", "situation")},
    (
        PlannedTable("category_sex", "adults", {"category": "category", "sex": "all"}),
        PlannedTable("crossing", "adults", {"territory": "arrondissement", "category": "category"}),
        PlannedTable("commune_total", "adults", {"territory": "commune"}),
        PlannedTable("situation", "adults", {"category": "situation"}, optional=True),
        PlannedTable("children_category", "children", {"category": "category"}, optional=True),
        PlannedTable("income", "adults", {}, each="income", optional=True),
        PlannedTable("health", "adults", {}, each="health", optional=True),
    ),
)


def test_the_default_plan_prints_nothing_finer_by_commune_than_totals():
    plan = PublicationPlan.from_toml(campaign_plan_text())
    assert plan.source
    by_commune = [t for t in plan.tables if t.dimensions.get("territory") == "commune"]
    assert [set(table.dimensions) for table in by_commune] == [{"territory"}]
    assert not any(table.exact for table in plan.tables)


def test_the_default_plan_prints_every_profile_with_its_missing_answers():
    plan = PublicationPlan.from_toml(campaign_plan_text())
    answers = {name for table in plan.tables for name in table.dimensions} - {
        "territory",
        "category",
        "bound",
    }
    severally = {table.each for table in plan.tables if table.each}
    assert answers >= {
        "sex", "age_band", "household", "has_children", "nationality", "residence_status", "duration"
    }  # fmt: skip
    assert severally == {"income", "health", "institutions", "reasons"}
    assert answers >= {f"{question}_answered" for question in severally}


def test_a_plan_prints_what_the_campaign_has():
    health = [
        empty(name, PLACES, Hierarchy.flat(f"health.{name}", ANSWER)) for name in ("mental", "addiction")
    ]
    children = empty("children", PLACES, CATEGORIES, measure="children")
    resolved = PLAN.resolved([BASE, children, *health])
    assert [one.name for one in resolved] == [
        "category_sex",
        "crossing",
        "commune_total",
        "situation",
        "children_category",
        "health_addiction",
        "health_mental",
    ]
    assert resolved[0].dimensions == ("category", "sex")
    assert resolved[0].cube.codes["category"] == ("total", "EL1", "EL2")
    assert resolved[3].cube.codes["category"] == CATEGORIES.codes
    assert list(resolved[2].rows()) == [{"territory": code} for code in PLACES.codes]


def test_what_is_not_optional_must_be_there():
    with pytest.raises(UsageProblem, match="PRO012"):
        PLAN.resolved([empty("commune", PLACES)])


def test_a_level_deeper_than_the_table_prints_its_leaves():
    flat = empty("flat", Hierarchy.flat("territory", ("A1", "A2")))
    plan = PublicationPlan(
        "p",
        "s",
        {"territory": ("province", "arrondissement", "commune")},
        (PlannedTable("t", "adults", {"territory": "commune"}),),
    )
    assert plan.resolved([flat])[0].cube.codes["territory"] == ("total", "A1", "A2")


RATES = (
    "name='x'\nsource='y'\n[levels]\nterritory=['total', 'commune']\n"
    "[[table]]\nname='t'\nrates=true\nmeasure='{}'\ndimensions={{{}}}\n"
)


def test_rates_by_commune_are_asked_for_in_the_plan():
    (table,) = PublicationPlan.from_toml(RATES.format("adults", "territory='commune'")).tables
    assert table.rates
    assert not PlannedTable("t", "adults", {"territory": "commune"}).rates


@pytest.mark.parametrize(
    ("measure", "dimensions"),
    [
        ("children", "territory='commune'"),
        ("adults", "territory='commune', sex='all'"),
        ("adults", "category='all'"),
        ("adults", "territory='commune'}\neach='income'\n#{"),
    ],
)
def test_rates_of_anything_but_adults_by_commune_are_refused(measure, dimensions):
    with pytest.raises(UsageProblem, match="PRO003"):
        PublicationPlan.from_toml(RATES.format(measure, dimensions))


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "name = 'x'",
        "name='x'\nsource='y'\nlevels={}\n[[table]]\nname='t'\nmeasure='m'\ndimensions={}\ncolour='red'",
        "name='x'\nsource='y'\nlevels=1\ntable=[]",
        "name='x'\nsource='y'\nlevels={}\ntable=[]",
        "name='x'\nsource='y'\nlevels={}\n[[table]]\nname='t'\nmeasure='m'\ndimensions={territory='commune'}",
        "name='x'\nsource='y'\nlevels={}\n"
        + 2 * "[[table]]\nname='t'\nmeasure='m'\ndimensions={territory='all'}\n",
    ],
)
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(UsageProblem, match="PRO003"):
        PublicationPlan.from_toml(text)


def test_tables_of_the_same_persons_share_their_crossings(monkeypatch):
    by_place = empty("places", PLACES)
    resolved = PLAN.resolved([by_place, BASE])
    assert resolved[2].cube.table is by_place
    joint, *printed = cubes_of(resolved)
    # Commune totals have a count of their own, yet what they say of each commune's categories is reasoned about.
    assert (joint.table, joint.depths) == (BASE, {"territory": 2, "category": 2, "sex": 1})
    assert [cube.table for cube in printed] == [one.cube.table for one in resolved]
    assert len(cubes_of(resolved, [BASE])) == len(cubes_of(resolved)) + 1
    monkeypatch.setattr(plans, "_LARGEST_JOINT_CUBE", 20)
    narrow, *_ = cubes_of(resolved)
    assert narrow.size <= 20


def test_the_whole_plan_prints_every_cell():
    (resolved,) = whole_plan([BASE]).resolved([BASE])
    assert resolved.cube.size == 6 * 6 * 3


def test_profiles_are_named_sourced_and_frozen():
    assert "rounding-5" in names()
    for name in names():
        profile = load_profile(name)
        assert profile.source
        with pytest.raises(AttributeError):
            profile.base = 1
    assert load_profile().method == "rounding"
    with pytest.raises(UsageProblem, match="PRO002"):
        load_profile("none")


def test_a_base_that_just_reaches_the_threshold_will_do():
    assert Profile("own", "rounding", 5, "me", base=3).base == 3


def test_a_controller_s_own_choice_says_so():
    own = load_profile().derived(threshold=4, base=7)
    assert (own.threshold, own.base, own.name) == (4, 7, "rounding-5 (threshold 4, base 7)")
    assert "controller" in own.source
    assert load_profile().derived() == load_profile()
    assert load_profile("suppression-3").derived(threshold=4).name == "suppression-3 (threshold 4)"


@pytest.mark.parametrize(
    "settings",
    [
        {"method": "rounding", "threshold": 1, "base": 5},
        {"method": "rounding", "threshold": 5, "base": 2},
        # A printed 3 stands for 1 to 5 persons, who are all fewer than 6.
        {"method": "rounding", "threshold": 6, "base": 3},
        {"method": "perturbation", "threshold": 5, "base": 5},
        {"method": "suppression", "threshold": 5, "source": ""},
    ],
)
def test_parameters_that_do_not_fit_are_refused(settings):
    with pytest.raises(UsageProblem, match="PRO002"):
        Profile(**{"name": "own", "source": "me", **settings})
