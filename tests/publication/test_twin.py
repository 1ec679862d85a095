"""The twin: a function of protected tables alone, which keeps them and knows nobody."""

import inspect

import numpy as np
import pandas as pd
import pytest

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import ProtectionRefusal
from denombrement.protection.plan import whole_plan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import protect
from denombrement.publication.research import twin as room
from denombrement.publication.research.twin import twin_of
from denombrement.publication.research.twin_quality import twin_risk, twin_utility

SEX, CATEGORY, AGE = ("woman", "man"), ("EL1", "EL2", "EL6"), ("young", "old")
SECRET = bytes(range(32))


def persons(seed, size=900):
    rng = np.random.default_rng(seed)
    sex = rng.choice(SEX, size, p=[0.35, 0.65])
    # Women are rarer in the street: an association that the tables show.
    category = np.where(
        sex == "woman",
        rng.choice(CATEGORY, size, p=[0.05, 0.25, 0.7]),
        rng.choice(CATEGORY, size, p=[0.4, 0.3, 0.3]),
    )
    age = rng.choice(AGE, size)
    answered = rng.random(size) < 0.7
    nothing = answered & (rng.random(size) < 0.3)
    addiction = answered & ~nothing & (rng.random(size) < 0.5)
    return pd.DataFrame({
        "sex": sex, "category": category, "age_band": age,
        "health_answered": np.where(answered, "answered", "unknown"),
        "health.none": np.where(nothing, "mentioned", "not_mentioned"),
        "health.addiction": np.where(addiction, "mentioned", "not_mentioned"),
    })  # fmt: skip


def tables_of(people, measure="adults"):
    trees = {
        "sex": Hierarchy.flat("sex", SEX), "category": Hierarchy.flat("category", CATEGORY), "age_band": Hierarchy.flat("age_band", AGE),
        "health_answered": Hierarchy.flat("health_answered", ("answered", "unknown")),
        **{name: Hierarchy.flat(name, ("mentioned", "not_mentioned")) for name in ("health.none", "health.addiction")},
    }  # fmt: skip
    wanted = [("category", "sex"), ("age_band", "sex"), ("health_answered", "health.none"),
              ("health_answered", "health.addiction"), ("category",)]  # fmt: skip
    made = []
    for names in wanted:
        leaves = people.groupby(list(names)).size().rename("count").reset_index()
        made.append(
            CountTable.from_leaves(
                "_".join(names).replace(".", "_"), leaves, {n: trees[n] for n in names}, measure
            )
        )
    return made


@pytest.fixture(scope="module")
def release():
    tables = tables_of(persons(1))
    return protect(tables, plan=whole_plan(tables), profile=load_profile("rounding-5"), secret=SECRET)


@pytest.fixture(scope="module")
def twin(release):
    return twin_of(release.tables, 7)


def test_nothing_of_a_person_goes_in():
    assert list(inspect.signature(twin_of).parameters) == ["tables", "seed"]
    source = inspect.getsource(room)
    assert "counts.campaign_count" not in source
    assert "intake" not in source


def test_the_same_tables_give_the_same_twin_whoever_the_persons_are(release, twin):
    again = twin_of(dict(reversed(release.tables.items())), 7)
    assert again.frame.equals(twin.frame)
    assert not twin_of(release.tables, 8).frame.equals(twin.frame)


def test_every_table_used_is_kept_to_the_person(release, twin):
    assert set(twin.kept) == set(release.tables)
    found = twin_utility(twin, release.tables, persons(1))
    assert found.largest_difference == 0
    crossed = twin.frame.groupby(["category", "sex"]).size()
    for (category, sex), number in crossed.items():
        assert number == release.tables["category_sex"].cell(category=category, sex=sex)[0]
    assert len(twin.frame) == release.tables["category_sex"].cell()[0]


def test_nobody_mentions_nothing_and_something(twin):
    both = (twin.frame["health.none"] == "mentioned") & (twin.frame["health.addiction"] == "mentioned")
    assert not both.any()
    assert twin.frame["health.none"].isna().equals(twin.frame["health.addiction"].isna())


def test_the_order_of_the_rows_tells_nothing(twin):
    changes = (twin.frame["category"] != twin.frame["category"].shift()).sum()
    assert changes > len(twin.frame) / 4


def test_what_no_table_crosses_is_independent(twin):
    crossed = pd.crosstab(twin.frame["category"], twin.frame["health.addiction"], normalize="index")
    assert crossed["mentioned"].std() < 0.08


def test_a_twin_meets_persons_no_oftener_than_other_twins(release, twin):
    people = persons(1, 60)
    others = [twin_of(release.tables, seed) for seed in range(20, 40)]
    risk = twin_risk(twin, others, people, ["sex", "age_band", "category"], "category")
    assert risk.met_by_chance <= risk.met_by_others + 3
    alone = twin_risk(twin, [], people, ["sex"], "category")
    assert alone.met_by_others == 0
    assert 0 < alone.guessed_percent < 100


def test_a_twin_that_copied_persons_would_be_seen(release, twin):
    rare = persons(1, 40).assign(
        age_band=[f"{i}" for i in range(40)]
    )  # everybody is alone with an age that no table has
    copied = type(twin)(rare, twin.kept, twin.left)
    risk = twin_risk(copied, [twin], rare, ["sex", "age_band"], "category")
    assert risk.unique_persons == risk.met_by_chance == 40
    assert risk.met_by_others == 0
    assert risk.guessed_percent == 100


def test_withheld_cells_leave_a_table_out_and_all_withheld_is_refused():
    tables = tables_of(persons(2, 60))
    hidden = protect(tables, plan=whole_plan(tables), profile=load_profile("suppression-5"), secret=SECRET)
    names = [
        name for name, table in hidden.tables.items() if any(value is None for _, value, _ in table.rows)
    ]
    assert names
    withheld = {name: hidden.tables[name] for name in names}
    with pytest.raises(ProtectionRefusal, match="PUB083"):
        twin_of(withheld, 1)
    rest = twin_of(hidden.tables, 1)
    assert set(names) <= set(rest.left)
    assert not set(names) & set(rest.kept)
    children = protect(tables_of(persons(1), "children"), plan=whole_plan(tables_of(persons(1), "children")),
                       profile=load_profile("rounding-5"), secret=SECRET)  # fmt: skip
    with pytest.raises(ProtectionRefusal, match="PUB083"):
        twin_of(children.tables, 1)
