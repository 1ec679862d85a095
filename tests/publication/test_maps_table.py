from dataclasses import replace
from datetime import date

import pytest

from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.publication.maps import MapCell, State, draw_map, rate_table, territory_names
from denombrement.publication.tiles import load_tiles

NIGHT, LATER = date(2023, 10, 19), date(2025, 10, 23)
INHABITANTS = dict.fromkeys(territory_names("commune", NIGHT), 2000)


def refusal(call, *arguments, **keywords):
    with pytest.raises((UsageProblem, ProtectionRefusal)) as caught:
        call(*arguments, **keywords)
    return caught.value.code


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (3, State.PROTECTED),
        (0, State.NOT_COUNTED),
        (None, State.VALUE),
        (-1, State.VALUE),
        (1, State.TRUE_ZERO),
        (None, State.TRUE_ZERO),
    ],
)
def test_a_value_that_contradicts_its_state_cannot_exist(value, state):
    assert refusal(MapCell, "81001", value, state) == "PUB002"


def test_a_published_zero_from_rounding_is_a_value():
    assert MapCell("81001", 0, State.VALUE).state is State.VALUE


def test_a_missing_territory_is_refused_and_named(map_table):
    table = map_table()
    with pytest.raises(UsageProblem) as caught:
        replace(table, cells=table.cells[1:])
    assert caught.value.code == "PUB003"
    assert caught.value.facts["missing"] == "81001"


def test_a_territory_given_twice_or_of_another_date_is_refused(map_table):
    table = map_table()
    extra = MapCell("82039", 5, State.VALUE)
    assert refusal(replace, table, cells=(*table.cells, extra)) == "PUB003"
    assert refusal(replace, table, cells=(*table.cells, table.cells[0])) == "PUB003"


def test_participation_must_agree_with_the_absent_communes(map_table):
    table = map_table()
    assert refusal(replace, table, communes_participating=40) == "PUB008"
    assert refusal(replace, table, communes_participating=45, absent_communes=()) == "PUB008"
    assert refusal(replace, table, absent_communes=("99999",)) == "PUB008"


def test_an_unknown_level_or_measure_is_refused(map_table):
    assert refusal(map_table, measure_name="weight") == "PUB005"
    assert refusal(territory_names, "quartier", NIGHT) == "PUB005"


def test_names_follow_the_language():
    assert territory_names("arrondissement", NIGHT, "nl")["82000"] == "Bastenaken"
    assert territory_names("commune", NIGHT, "en")["82003"] == "Bastogne"


def test_a_rate_is_hidden_wherever_its_count_is(map_table):
    counts = map_table()
    rates = rate_table(counts, INHABITANTS, title="Taux", denominator="Statbel 2023")
    assert [cell.state for cell in rates.cells] == [cell.state for cell in counts.cells]
    for count, rate in zip(counts.cells, rates.cells, strict=True):
        assert rate.value == (count.value * 5 if count.state is State.VALUE else count.value)
    assert rates.audit == counts.audit


def test_a_rate_needs_counts_and_inhabitants(map_table):
    counts = map_table()
    rates = rate_table(counts, INHABITANTS, title="Taux", denominator="Statbel 2023")
    assert refusal(rate_table, rates, INHABITANTS, title="", denominator="") == "PUB004"
    assert (
        refusal(rate_table, counts, INHABITANTS, title="", denominator="", measure_name="adults") == "PUB004"
    )
    assert refusal(rate_table, counts, {}, title="", denominator="") == "PUB009"


def test_a_public_map_needs_the_auditors_verdict(map_table):
    table = map_table(audit="")
    assert refusal(draw_map, table, load_tiles(NIGHT), kind="circles") == "PUB001"
    assert draw_map(table, load_tiles(NIGHT), kind="circles", internal=True).internal


def test_counts_are_never_shaded_and_rates_never_circles(map_table):
    tiles = load_tiles(NIGHT)
    rates = rate_table(map_table(), INHABITANTS, title="Taux", denominator="Statbel 2023")
    assert refusal(draw_map, map_table(), tiles, kind="choropleth") == "PUB004"
    assert refusal(draw_map, rates, tiles, kind="circles") == "PUB004"
    categories = (("EL1", "Rue"), ("EL2", "Urgence"))
    assert refusal(draw_map, map_table(categories=categories), tiles, kind="circles") == "PUB004"
    assert refusal(draw_map, map_table(), tiles, kind="pie") == "PUB005"


def test_tiles_of_another_date_are_refused(map_table):
    assert refusal(draw_map, map_table(), load_tiles(LATER), kind="circles") == "PUB007"


def test_a_count_of_44_communes_can_be_shown_on_the_later_43(map_table):
    table = map_table(vintage=LATER)
    figure = draw_map(table, load_tiles(LATER), kind="circles")
    assert len(figure.marks) == 43
