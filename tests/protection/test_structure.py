"""What every reader knows before anything is published: combinations of answers that nobody can give."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.history import Recalled
from denombrement.protection.knowledge import Statement, Status
from denombrement.protection.plan import whole_plan
from denombrement.protection.profiles import load_profile
from denombrement.protection.release import protect
from denombrement.publication.public.planned import PlannedCounts

TREES = {
    "income_answered": Hierarchy.flat("income_answered", ("answered", "unknown")),
    "income.wage": Hierarchy.flat("income.wage", ("mentioned", "not_mentioned")),
}
ROWS = [("answered", "mentioned", 2), ("answered", "not_mentioned", 61), ("unknown", "not_mentioned", 18)]
TABLE = CountTable.from_leaves("t", pd.DataFrame(ROWS, columns=[*TREES, "count"]), TREES)
IMPOSSIBLE = ({"income_answered": "unknown", "income.wage": "mentioned"},)
NEVER = {"income_answered": "unknown", "income.wage": "mentioned"}


def test_who_did_not_answer_mentioned_nothing():
    assert PlannedCounts((TABLE,), {}, {}).impossible == IMPOSSIBLE


def test_every_cell_within_an_impossible_combination_is_found():
    system = CellSystem.of([Cube.whole(TABLE)])
    assert system.cells_within(IMPOSSIBLE) == {system.locate("adults", NEVER)}
    assert system.cells_within([{"income_answered": "unknown"}]) == {
        system.locate("adults", {"income_answered": "unknown", **codes})
        for codes in ({}, {"income.wage": "mentioned"}, {"income.wage": "not_mentioned"})
    }
    assert system.cells_within([{"another": "question"}]) == frozenset()


def test_an_impossible_cell_is_known_to_be_empty_and_never_hidden():
    before = Recalled((), {}, frozenset({3, 4}), frozenset(), 0)
    known = (Statement(3, 0, 0),)
    after = Recalled(known, {3: 0}, frozenset({4}), frozenset({3}), 0, frozenset({3}))
    assert before.with_empty(frozenset({3})) == after


@pytest.mark.parametrize("profile", ["rounding-5", "suppression-5"])
def test_an_impossible_cell_is_published_as_a_true_zero(profile):
    options = {
        "plan": whole_plan([TABLE]),
        "profile": replace(load_profile(profile), seconds=5),
        "secret": b"s",
    }
    release = protect([TABLE], impossible=IMPOSSIBLE, **options)
    assert release.tables["t"].cell(**NEVER) == (0, Status.TRUE_ZERO)
    again = protect([TABLE], impossible=IMPOSSIBLE, history=release.history, **options)
    assert again.tables["t"].rows == release.tables["t"].rows
    without = protect([TABLE], **options)
    assert without.tables["t"].cell(**NEVER)[1] is not (Status.TRUE_ZERO if profile == "rounding-5" else None)


def test_services_that_reported_the_same_persons_are_found():
    from denombrement.publication.public.planned import _reported_twice

    reported = pd.DataFrame(
        {"person": [1, 1, 1, 2, 2], "persons": 1, "sex": list("FFFHH"), "service": ["a", "b", "c", "a", "b"]}
    )
    rows = _reported_twice(reported, ["sex"]).to_records(index=False).tolist()
    assert rows == [("F", "a", "b", 1), ("F", "a", "c", 1), ("F", "b", "c", 1), ("H", "a", "b", 1)]
