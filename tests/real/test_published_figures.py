"""Declarations built to published tables give those tables back to the unit."""

import pytest

from denombrement.counts.campaign_count import count_campaign
from denombrement.reference import published_figures

ROWS_OF_GENT = {
    "EL1": ("EL1.1",), "EL2_EL3_EL4": ("EL2.2", "EL3.3", "EL4.7"), "EL5": ("EL5.10",), "EL6": ("EL6.12",),
    "BE7": ("BE7",), "unknown": ("unknown",),
}  # fmt: skip


def figures(zone):
    return {
        (row.variable, row.population): int(row.value)
        for row in published_figures(zone)
        if row.unit == "persons"
    }


def families(desk, row, situations, adults, children):
    """As many adults as published, each with at most two of the children, no two children alike."""
    for rank in range(adults):
        share = children * (rank + 1) // adults - children * rank // adults
        situation = situations[rank % len(situations)]
        facts = {"leaving_when": "within_one_month"} if situation.startswith("EL4") else {}
        kids = [
            {"birth_year": 2006 + (rank + k) % 17, "child_sex": "woman", "link": "direct"}
            for k in range(share)
        ]
        record = desk.declaration(
            f"{row.replace('_', '-')}-{rank}", code=None, situation=situation, children=kids, **facts
        )
        yield {**record, "has_children": "yes" if kids else "no"}


def counted(desk, records):
    with desk.store() as store:
        summary = desk.take(store, ("zone", desk.sealed(declarations=list(records))))
        assert summary.quarantined == 0
        return count_campaign(store, desk.campaign, desk.services).summary()


def test_gent_2020_comes_back_row_by_row(desk):
    published = figures("gent2020")
    records = [
        record
        for row, situations in ROWS_OF_GENT.items()
        for record in families(desk, row, situations, published[row, "adults"], published[row, "children"])
    ]
    found = counted(desk, records)
    assert (found["adults"], found["children"]) == (1472, 401)
    assert found["total"] == published["total", "all"]
    for row in ROWS_OF_GENT:
        for population in ("adults", "children"):
            parts = [found["by_category"][code][population] for code in row.split("_")]
            assert sum(parts) == published[row, population], (row, population)
    assert found["adults_without_BE7"] == 1472 - published["BE7", "adults"]


def test_arlon_2020_gives_149_adults_and_69_children(desk):
    published = figures("arlon2020")
    known = {"EL1": "EL1.1", "EL3": "EL3.3", "EL6": "EL6.12"}
    records = []
    for row, situation in known.items():
        children = published.get((row, "children"), 0)
        records += families(desk, row, (situation,), published[row, "adults"], children)
    left = [
        published["total", who] - sum(published.get((row, who), 0) for row in known)
        for who in ("adults", "children")
    ]
    records += families(desk, "rest", ("EL5.10",), *left)
    found = counted(desk, records)
    assert (found["adults"], found["children"], found["total"]) == (149, 69, 218)


@pytest.mark.parametrize("zone", ["lux2023", "arlon2020", "gent2020", "namur2021", "tournai2022"])
def test_published_adults_and_children_add_up(zone):
    found = figures(zone)
    assert found["total", "adults"] + found["total", "children"] == found["total", "all"]
