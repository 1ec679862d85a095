"""Communes and services that stayed away: the figure first, labelled scenarios after it, never one sum."""

import re

import pytest

from denombrement.campaign import CampaignFolder
from denombrement.counts.campaign_count import count_campaign
from denombrement.counts.table import TERRITORY
from denombrement.estimation.missing import MissingPlaces, Places, extrapolate
from denombrement.estimation.printing import beside_line, scenario_lines
from denombrement.intake.store import open_store
from denombrement.library.places import absent_communes, service_places, silent_services

LANGUAGES = ("fr", "nl", "de", "en")
FACTS = {"part": 2, "all": 3, "year": 2023, "elsewhere": 0, "already": 0}


@pytest.fixture(scope="module")
def folder(counted):
    return CampaignFolder(counted)


@pytest.fixture(scope="module")
def count(folder):
    with open_store(folder.store, folder.journal) as store:
        return count_campaign(store, folder.load(), folder.load_services())


def test_the_figure_comes_first_and_no_scenario_is_added_to_it(folder, said):
    result = said("scenarios", folder.path, "--json")
    assert result.code == 0, result.err
    found = result.json
    counted = found["communes"]["participating"]["count"]
    adults = said("count", folder.path, "--json").json["adults"]
    assert counted + found["already_counted"] + found["elsewhere"] == adults
    names = [each["name"] for each in found["communes"]["scenarios"]]
    assert names == ["equal", "half", "double"]
    told = said("scenarios", folder.path, "--lang", "fr").out.splitlines()
    assert told[0].startswith("Dans les ")
    assert "C'est le chiffre" in told[0]
    assert sum("Scénario" in line for line in told) == 6
    assert "ne s'ajoute ni" in told[-2]
    written = (folder.path / "internal" / "scenarios.txt").read_text(encoding="utf-8")
    assert "INTERNE" in written
    assert told[0] in written
    assert '"act":"scenarios"' in folder.journal.read_text(encoding="utf-8").replace(" ", "")


def test_a_commune_that_stayed_away_informs_no_rate_even_where_somebody_slept_there(count):
    found = absent_communes(count, draws=500)
    silent = count.participation.silent
    slept = count.counted.counted[TERRITORY].isin(silent).sum()
    assert found.already_counted == slept
    area = found.result.participating
    assert area.count == count.adults - found.already_counted - found.elsewhere
    # 82003 and 82005 are known together: 44 communes are 43 places.
    assert area.places in {found.participating, found.participating - 1}
    assert all(each.missing_places.lower >= slept for each in found.result.scenarios)


def test_whoever_is_already_counted_is_in_every_scenario_of_the_communes(count):
    places = extrapolate(small_places(), draws=500, already_counted=400)
    assert all(each.missing_places.lower == 400 for each in places.scenarios)


def test_services_of_absent_communes_are_left_to_the_communes(folder, count):
    services = folder.load_services()
    places = service_places(count, services)
    communes = {services[code].commune for code in places.frame["code"]}
    assert communes <= set(count.participation.participating)
    found = silent_services(count, services, draws=500)
    assert isinstance(found.result, MissingPlaces)
    assert found.answered < found.services
    alone = found.result.participating.count
    assert 0 < alone < count.adults


def small_places(missing=2):
    import pandas as pd

    took_part = [True] * 6 + [False] * missing
    counts = [4.0, 6, 5, 7, 3, 5] + [None] * missing
    frame = pd.DataFrame({"code": [f"p{i}" for i in range(len(counts))], "kind": "commune", "exposure": 1000.0,
                          "took_part": took_part, "count": counts}).astype({"count": "float64"})  # fmt: skip
    return Places(frame)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_says_that_it_is_a_scenario_or_the_figure(language):
    found = extrapolate(small_places(), draws=500)
    for about in ("communes", "services"):
        lines = scenario_lines(found, language, about=about, facts=FACTS)
        assert [line.rank for line in lines] == sorted(line.rank for line in lines)
        assert "30" in lines[0].text
        assert not re.search(r"[{}]", " ".join(line.text for line in lines))
    assert beside_line(language).text


def test_nothing_missing_and_too_little_to_extrapolate_are_said():
    complete = scenario_lines(extrapolate(small_places(0)), "fr", about="services", facts=FACTS)
    assert complete[-1].key == "nobody_missing"
    too_few = extrapolate(Places(small_places().frame.tail(5)))
    refused = scenario_lines(too_few, "fr", about="communes", facts=FACTS)
    assert [line.key for line in refused] == ["few_participants"]


def test_refused_scenarios_are_told_by_the_command(said, campaign, monkeypatch):
    assert said("simulate", campaign, "--persons", 2, "--seed", 1).code == 0
    assert said("intake", campaign, campaign / "mailbox", "--json").code in {0, 3}
    monkeypatch.setattr("denombrement.estimation.missing.FEWEST_UNITS", 10_000)
    result = said("scenarios", campaign, "--json")
    assert result.code == 0
    assert result.json["communes"] == {"refused": ["few_participants"]}
