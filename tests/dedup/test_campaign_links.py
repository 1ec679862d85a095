"""Deduplication of a campaign's store: kept with its draws, and used only for the declarations it was made from."""

import numpy as np
import pandas as pd
import pytest

from denombrement.counts.campaign_count import count_campaign
from denombrement.counts.draws import drawn_counts
from denombrement.dedup.campaign_links import keep_links, link_campaign, link_report, read_links
from denombrement.dedup.codes import Identity, Recipe, identity_tokens
from denombrement.dedup.linkage.constraints import Decisions
from denombrement.dedup.resolution import believing_order, resolve
from denombrement.errors import UsageProblem
from denombrement.intake.batches import declarations_table
from denombrement.survey.record import Declaration
from denombrement.survey.record import Identity as KeyedIdentity

RULES = ("exact_night", "own_register", "person_present", "most_severe")
NAMES = [
    ("Anne", "Dupont"),
    ("Jean", "Leroy"),
    ("Fatima", "El Amrani"),
    ("Luc", "Martin"),
    ("Piet", "De Smet"),
]


def coded(desk, name, born, sex="man"):
    identity = Identity(*name, *born, sex)
    made = identity_tokens(identity, desk.keys.secret(), desk.campaign.id, Recipe.load("denombrement-1"))
    content = {"status": "coded", "recipe": made.recipe, "tokens": dict(made.tokens)}
    return content if made.code is None else {**content, "code": made.code}


def declared(desk, identifier, identity, **answers):
    return {**desk.declaration(identifier, **answers), "identity": identity}


@pytest.fixture
def told(desk):
    """Five persons, one of them told of by two services with a typo, one with a code of another platform twice."""
    people = [
        declared(desk, f"d{rank}", coded(desk, name, (1960 + 7 * rank, 3 + rank, 5 + rank)))
        for rank, name in enumerate(NAMES)
    ]
    opaque = {"status": "opaque", "opaque_code": "KUL-0042"}
    again = declared(desk, "x1", coded(desk, ("Anne", "Dupond"), (1960, 3, 5)), situation="EL2.2")
    with desk.store() as store:
        desk.take(store, ("a", desk.sealed(declarations=[*people, declared(desk, "p", opaque)])))
        desk.take(store, ("b", desk.sealed("abri-arlon", declarations=[again, declared(desk, "q", opaque)])))
        yield store


def test_a_typo_and_a_code_of_another_platform_are_no_second_person(desk, told):
    keep_links(told, link_campaign(told, Decisions()))
    links = read_links(told)
    person = links.members.set_index(["service", "declaration_id"])["person"]
    assert person["cpas-arlon", "d0"] == person["abri-arlon", "x1"]
    assert person["cpas-arlon", "p"] == person["abri-arlon", "q"]
    assert links.members["person"].nunique() == 6
    found = count_campaign(told, desk.campaign, desk.services)
    summary = found.summary()
    assert (summary["method"], summary["adults"]) == ("linkage", 6)
    assert summary["adults_low"] <= 6 <= summary["adults_high"]
    assert summary["by_category"]["EL2"]["adults_low"] <= summary["by_category"]["EL2"]["adults"]
    assert summary["linkage"]["declarations"] == 8


def test_the_same_store_gives_the_same_links(told):
    first, second = (link_campaign(told, Decisions()) for _ in range(2))
    assert link_report(first) == link_report(second)
    pd.testing.assert_frame_equal(first.persons, second.persons)


def test_links_are_forgotten_when_declarations_change(desk, told):
    assert read_links(told) is None
    keep_links(told, link_campaign(told, Decisions()))
    assert read_links(told) is not None
    desk.take(told, ("c", desk.sealed("cpas-virton", declarations=[desk.declaration("n", code=None)])))
    assert read_links(told) is None
    assert count_campaign(told, desk.campaign, desk.services).method == "exact_code"


def test_persons_of_whom_no_name_is_known_stay_apart(desk):
    with desk.store() as store:
        desk.take(
            store, ("a", desk.sealed(declarations=[desk.declaration(f"d{k}", code=None) for k in range(3)]))
        )
        result = link_campaign(store, Decisions())
        assert result.persons["person_id"].nunique() == 3


def test_without_declarations_there_is_nothing_to_link(desk):
    with desk.store() as store, pytest.raises(UsageProblem, match="LNK004"):
        link_campaign(store, Decisions())


def test_the_believing_order_puts_first_whom_resolution_believes():
    answers = [
        {"situation": "unknown", "night_precision": "exact_night"},
        {"situation": "EL6.12", "night_precision": "within_two_weeks"},
        {"situation": "EL1.1", "night_precision": "exact_night", "situation_source": "third_party"},
        {"situation": "EL3.6", "night_precision": "exact_night", "situation_source": "own_register"},
    ]
    refused = KeyedIdentity(status="refused")
    records = [
        Declaration(declaration_id=f"d{k}", identity=refused, **each) for k, each in enumerate(answers)
    ]
    frame = declarations_table(["s"] * len(records), records).to_pandas()
    order = believing_order(frame, RULES)
    assert order["declaration_id"].tolist() == ["d3", "d2", "d1", "d0"]
    person = resolve(frame, frame[["service", "declaration_id"]].assign(person="p"), RULES).persons
    assert person["believed_declaration"].tolist() == ["d3"]


def test_a_drawn_count_counts_each_person_where_its_believed_declaration_is():
    declared_rows = pd.DataFrame(
        {"scope": ["counted", "counted", "no_link", "counted"], "category": ["EL1", "EL2", "EL1", "EL6"]}
    )
    labels = np.array([[0, 0, 1, 2], [0, 1, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3]], dtype=np.int32)
    found = drawn_counts(declared_rows, labels)
    assert (found.by_category["EL2"].low, found.by_category["EL2"].high) == (0, 1)
    assert (found.by_category["EL1"].low, found.by_category["EL1"].high) == (1, 1)
    # Draws hold 2 or 3 adults, most often 3; three declarations are in scope, and no more persons can be.
    assert (found.adults.low, found.adults.high) == (2, 3)


def test_two_persons_of_one_name_and_year_whose_answers_differ_stay_two(desk):
    ahmad = coded(desk, ("Ahmad", "Karimi"), (1999, None, None))
    told_of = [
        declared(desk, "x", ahmad),
        declared(desk, "y", ahmad, age_years=24),
        declared(desk, "z", ahmad),
    ]
    others = [
        declared(desk, f"d{k}", coded(desk, name, (1960 + 7 * k, 3 + k, 5 + k)))
        for k, name in enumerate(NAMES)
    ]
    with desk.store() as store:
        desk.take(store, ("a", desk.sealed(declarations=[*told_of, *others])))
        keep_links(store, link_campaign(store, Decisions()))
        members = read_links(store).members.set_index("declaration_id")["person"]
    assert members["x"] == members["z"] != members["y"]
