"""Adults whom no service meets: as many as the chances say, in the truth and in no declaration."""

import numpy as np
import pytest

from denombrement.errors import UsageProblem
from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.capture import grouping_of
from denombrement.synthetic.truth import truth_counts

CHANCES = (0.5, 0.4, 0.3)


@pytest.fixture(scope="module")
def province():
    return generate(default_parameters(), 4000, 11, capture=CHANCES)


def seen_by_system(province):
    """Adults in scope × systems."""
    types = province.services.set_index("service_id")["type"].astype(str)
    systems = types.map(grouping_of(CHANCES).system_of_type)
    rows = province.declarations.assign(system=province.declarations["service_id"].map(systems))
    inside = province.persons.loc[province.persons["in_scope"], "person_id"]
    rows = rows[rows["person_id"].isin(inside)]
    return rows.groupby("person_id", observed=True)["system"].agg(set).reindex(inside)


def test_every_system_meets_its_share_and_the_rest_is_hidden(province):
    seen = seen_by_system(province)
    for system, chance in zip(grouping_of(CHANCES).systems, CHANCES, strict=True):
        share = np.mean([isinstance(each, set) and system.code in each for each in seen])
        assert share == pytest.approx(chance, abs=0.03)
    assert seen.isna().mean() == pytest.approx(0.5 * 0.6 * 0.7, abs=0.02)


def test_the_hidden_are_in_the_truth(province):
    adults = province.persons[province.persons["in_scope"]]
    assert truth_counts(province)["adults"] == len(adults) == 4000
    assert (adults["declarations"] == 0).sum() == seen_by_system(province).isna().sum()


def test_systems_meet_persons_independently(province):
    seen = seen_by_system(province)
    first, second, _ = (system.code for system in grouping_of(CHANCES).systems)
    on = np.array([[isinstance(e, set) and code in e for code in (first, second)] for e in seen])
    assert abs(np.corrcoef(on.T)[0, 1]) < 0.05


def test_without_chances_nobody_is_hidden_and_nothing_changes():
    usual, asked = (generate(default_parameters(), 300, 4, **extra) for extra in ({}, {"capture": ()}))
    assert usual.declarations.equals(asked.declarations)
    assert (usual.persons["declarations"] > 0).all()


@pytest.mark.parametrize("chances", [(0.5, 0.5), (0.2,) * 6, (0.5, 0.0, 0.5), (1.0, 0.5, 0.5)])
def test_chances_that_fit_no_grouping_are_refused(chances):
    with pytest.raises(UsageProblem, match="SYN008"):
        generate(default_parameters(), 10, 1, capture=chances)
