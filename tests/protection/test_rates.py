from __future__ import annotations

import pandas as pd
import pytest

from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import UsageProblem
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import load_profile
from denombrement.protection.rates import rates, shares
from denombrement.protection.release import protect

TREES = {
    "territory": Hierarchy.flat("territory", ("C1", "C2", "C3")),
    "sex": Hierarchy.flat("sex", ("F", "H", "unknown")),
}
ROWS = [("C1", "F", 30), ("C1", "H", 50), ("C1", "unknown", 20), ("C3", "F", 5), ("C3", "H", 10)]


@pytest.fixture(scope="module")
def table():
    frame = pd.DataFrame(ROWS, columns=["territory", "sex", "count"])
    counted = CountTable.from_leaves("t", frame, TREES, "adults", frozenset({"C2"}))
    plan = PublicationPlan(
        "p",
        "s",
        {},
        (
            PlannedTable("t", "adults", {"territory": "all", "sex": "all"}),
            PlannedTable("sex", "adults", {"sex": "all"}),
        ),
    )
    return protect([counted], plan=plan, profile=load_profile(), secret=b"s").tables


def row(frame, **codes):
    chosen = frame
    for name, code in codes.items():
        chosen = chosen[chosen[name] == code]
    return chosen.iloc[0]


def test_shares_come_from_protected_values_and_name_their_denominator(table):
    frame = shares(table["t"], "sex")
    assert row(frame, territory="C1", sex="F")[["denominator", "percent"]].tolist() == [100, 30.0]
    assert row(frame, territory="C1", sex="total")["percent"] == 100.0
    assert pd.isna(row(frame, territory="C2", sex="F")["percent"])


def test_a_code_left_out_of_the_denominator_gets_no_share(table):
    frame = shares(table["t"], "sex", without=["unknown"])
    assert row(frame, territory="C1", sex="F")[["denominator", "percent"]].tolist() == [80, 37.5]
    assert pd.isna(row(frame, territory="C1", sex="unknown")["percent"])


def test_a_table_of_one_dimension_has_shares_too(table):
    frame = shares(table["sex"], "sex")
    assert row(frame, sex="total")["denominator"] == 115
    assert row(frame, sex="H")["percent"] == pytest.approx(100 * 60 / 115)


def test_rates_use_the_population_given(table):
    frame = rates(table["t"], {"C1": 20_000, "total": 60_000})
    assert row(frame, territory="C1", sex="total")["rate"] == pytest.approx(5.0)
    assert row(frame, territory="total", sex="total")["population"] == 60_000
    assert pd.isna(row(frame, territory="C3", sex="total")["rate"])


def test_what_the_table_does_not_print_has_no_share_and_no_rate(table):
    with pytest.raises(UsageProblem, match="PRO015"):
        shares(table["sex"], "age")
    with pytest.raises(UsageProblem, match="PRO015"):
        shares(table["sex"], "sex", without=["X"])
    with pytest.raises(UsageProblem, match="PRO015"):
        rates(table["sex"], {})
