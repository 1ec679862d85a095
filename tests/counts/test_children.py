"""Children: counted once, with bounds where declarations cannot tell."""

import pytest

from denombrement.counts.children import count_children
from denombrement.dedup.resolution import resolve

RULES = ("most_severe",)


@pytest.fixture
def count(told):
    def run(*rows):
        declarations, children, members = told(*rows)
        persons = resolve(declarations, members, RULES).persons
        return count_children(children, members, declarations, persons)

    return run


def bounds(found, link="direct"):
    return tuple(found.total(link, column) for column in ("children_low", "children", "children_high"))


def kid(year=None, sex=None, link="direct", **more):
    return {"birth_year": year, "child_sex": sex, "link": link, **more}


def parent(*children, **answers):
    return {"situation": "EL3.3", "commune_night": "81001", "children": children, **answers}


def test_a_child_named_by_two_services_is_one(count):
    row = parent(kid(2015, "woman"))
    assert bounds(count(("a", "X", row), ("b", "X", row))) == (1, 1, 1)


def test_twins_are_two(count):
    row = parent(kid(2015, "woman"), kid(2015, "woman"))
    assert bounds(count(("a", "X", row), ("b", "X", row))) == (2, 2, 2)


def test_lists_that_differ_are_put_together(count):
    found = count(("a", "X", parent(kid(2015, "woman"))), ("b", "X", parent(kid(2018, "man"))))
    assert bounds(found) == (1, 2, 2)


def test_an_unknown_child_may_be_one_already_named(count):
    found = count(("a", "X", parent(kid(2015, "woman"), kid())), ("b", "X", parent(kid(2018, "man"))))
    assert bounds(found) == (2, 2, 3)


def test_a_child_elsewhere_is_not_in_the_headline(count):
    found = count(
        ("a", "X", parent(kid(2015, "woman", "indirect"), kid(2016, "man"), kid(2017, "man", "dont_know")))
    )
    assert bounds(found) == (1, 1, 1)
    assert found.total("indirect") == 1
    assert found.total("dont_know") == 1


def test_partners_with_one_household_number_share_their_children(count):
    row = parent(kid(2015, "woman"), kid(), household_number=4)
    found = count(("a", "X", row), ("a", "Y", row))
    assert bounds(found) == (2, 2, 4)


def test_a_household_number_means_nothing_between_two_services(count):
    row = parent(kid(2015, None), household_number=4)
    assert bounds(count(("a", "X", row), ("b", "Y", row)))[1] == 2


def test_two_homeless_parents_told_of_by_two_services_share_a_child_that_agrees_in_full(count):
    row = parent(kid(2015, "woman"), household="couple_with_children")
    assert bounds(count(("a", "X", row), ("b", "Y", row))) == (1, 1, 2)
    alone = parent(kid(2015, "woman", other_parent="homeless_too"))
    assert bounds(count(("a", "X", alone), ("b", "Y", alone))) == (1, 1, 2)


@pytest.mark.parametrize(
    "other",
    [{"commune_night": "85045"}, {"situation": "EL6.12"}, {"household": "alone"}],
)
def test_parents_who_may_not_be_together_are_counted_apart_with_a_lower_bound(count, other):
    row = parent(kid(2015, "woman"), household="couple_with_children")
    assert bounds(count(("a", "X", row), ("b", "Y", {**row, **other}))) == (1, 2, 2)


def test_children_of_persons_who_are_not_counted_are_not(told):
    declarations, children, members = told(("a", "X", parent(kid(2015, "woman"))))
    persons = resolve(declarations, members, RULES).persons.iloc[:0]
    assert bounds(count_children(children, members, declarations, persons)) == (0, 0, 0)
