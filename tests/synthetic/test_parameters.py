"""Each number says where it comes from, and the published ones are what was published."""

from __future__ import annotations

import pytest

from denombrement.errors import UsageProblem
from denombrement.reference import published_figure
from denombrement.synthetic import default_parameters, parse_parameters
from denombrement.synthetic.slips import FAULTS

PARAMETERS = default_parameters()
PUBLISHED = [place for place, source in PARAMETERS.sources.items() if source.published]


@pytest.mark.parametrize(("table", "key"), PUBLISHED, ids=".".join)
def test_a_published_number_is_the_figure_it_names(table, key):
    source = PARAMETERS.sources[table, key]
    assert PARAMETERS.number(table, key) == pytest.approx(source.published_value(), abs=5e-5)


def test_every_number_has_a_source():
    numbers = {(table, key) for table, values in PARAMETERS.tables.items() for key in values}
    assert set(PARAMETERS.sources) == numbers
    assert all(source.published or len(source.assumed) > 3 for source in PARAMETERS.sources.values())


def test_the_published_street_share_is_that_of_the_province_in_2023():
    assert (
        PARAMETERS.number("situation", "EL1.1") * 100
        == published_figure("lux2023", "EL1", "adults", "percent").value
    )


@pytest.mark.parametrize("category", ["EL4", "EL5"])
def test_living_situations_add_up_to_the_published_share_of_their_category(category):
    shares = PARAMETERS.table("situation")
    total = sum(share for name, share in shares.items() if name.startswith(category))
    assert total == pytest.approx(PARAMETERS.number("category", category))


@pytest.mark.parametrize(
    "table",
    [
        "situation",
        "sex",
        "age_class",
        "origin",
        "residence",
        "kin",
        "children_category",
        "outside",
        "services",
    ],
)
def test_tables_of_shares_add_up_to_one(table):
    assert sum(PARAMETERS.shares(table).values()) == pytest.approx(1)


def test_every_error_rate_is_an_error_kind():
    assert set(PARAMETERS.table("errors")) == set(FAULTS)


def test_a_number_without_a_source_is_refused():
    with pytest.raises(UsageProblem, match="SYN004"):
        parse_parameters("[errors]\ngiven_typo = 0.1\n")


def test_a_number_that_is_none_is_refused():
    with pytest.raises(UsageProblem, match="SYN004"):
        parse_parameters('[errors]\nassumed = "so"\ngiven_typo = "often"\n')


def test_shares_far_from_one_are_refused():
    parameters = parse_parameters('[sex]\nassumed = "so"\nwoman = 0.3\nman = 0.3\n')
    with pytest.raises(UsageProblem, match="SYN003"):
        parameters.shares("sex")


def test_unknown_tables_and_keys_are_refused():
    with pytest.raises(UsageProblem, match="SYN001"):
        PARAMETERS.table("weather")
    with pytest.raises(UsageProblem, match="SYN002"):
        PARAMETERS.number("errors", "weather")
    with pytest.raises(UsageProblem, match="SYN002"):
        PARAMETERS.replaced({"errors.weather": 0.1})


def test_a_replaced_number_is_an_assumption_and_the_original_stays():
    changed = PARAMETERS.replaced({"situation.EL1.1": 0.5})
    assert changed.number("situation", "EL1.1") == 0.5
    assert changed.sources["situation", "EL1.1"].published == ()
    assert PARAMETERS.number("situation", "EL1.1") == 0.043


def test_errors_can_be_scaled_up_to_one_half():
    scaled = PARAMETERS.with_errors_scaled(3)
    assert scaled.number("errors", "given_typo") == pytest.approx(0.18)
    assert scaled.number("errors", "other_name_used") == 0.5
    assert PARAMETERS.with_errors_scaled(0).number("disagreements", "situation_differs") == 0
