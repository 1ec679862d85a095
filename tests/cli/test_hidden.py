"""A campaign with adults whom nobody saw, carried through every step to a printed estimate, against its truth."""

import json
from datetime import date

import pytest

import denombrement as dn
from denombrement.cli.simulate import TRUTH_FILE
from denombrement.estimation.assumptions import assumptions
from denombrement.estimation.refusals import OWN_LISTS_CATEGORIES
from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.capture import grouping_of

PERSONS, SEED, NIGHT = 560, 3, "2023-10-19"
CHANCES = (0.5, 0.45, 0.4)


@pytest.fixture(scope="module")
def linked(make_campaign, run_all, tmp_path_factory):
    options = [option for chance in CHANCES for option in ("--capture", chance)]
    folder = tmp_path_factory.mktemp("hidden") / "2023"
    make_campaign(folder, *options, night=NIGHT, persons=PERSONS, seed=SEED)
    run_all(["dedup", folder])
    return folder


def split_persons(folder):
    """Persons met by two systems or more, and how many of them the deduplication left split: what a review measures."""
    province = generate(
        default_parameters(), PERSONS, SEED, date.fromisoformat(NIGHT), capture=CHANCES
    ).declarations
    stored = dn.open_campaign(folder).declarations
    truth = province[["service_id", "declaration_id", "person_id"]].astype(str)
    truth = truth.rename(columns={"service_id": "service", "person_id": "true"})
    joined = stored[["service", "declaration_id", "person"]].astype(str).merge(truth)
    types = {each.service: each.service_type for each in dn.open_campaign(folder).services.itertuples()}
    joined["system"] = joined["service"].map(types).map(grouping_of(CHANCES).system_of_type)
    people = joined.groupby("true").agg(systems=("system", "nunique"), found=("person", "nunique"))
    several = people[people["systems"] > 1]
    return int((several["found"] > 1).sum()), len(several)


def answered(text, missed, examined):
    for each in assumptions():
        text = text.replace(f'{each.code} = ""', f'{each.code} = "holds"')
    text = text.replace("# missed = 0", f"missed = {missed}").replace(
        "# examined = 100", f"examined = {examined}"
    )
    text = text.replace('# source = ""', 'source = "vérité de la simulation"')
    text = text.replace('answered_by = ""', 'answered_by = "coordination"')
    return text.replace('grouping = "five_systems"', 'grouping = "three_systems"')


def test_an_estimate_is_printed_and_holds_the_truth(linked, said):
    missed, examined = split_persons(linked)
    assert 0 < missed < examined / 4
    assert said("estimate", linked).code == 3
    file = linked / "estimate.toml"
    file.write_text(answered(file.read_text(encoding="utf-8"), missed, examined), encoding="utf-8")
    result = said("estimate", linked, "--json")
    assert result.code == 0, result.out
    found = result.json
    truth = json.loads((linked / TRUTH_FILE).read_text(encoding="utf-8"))
    studied = sum(
        each["adults"] for code, each in truth["by_category"].items() if code not in OWN_LISTS_CATEGORIES
    )
    assert truth["hidden"] > PERSONS * 0.1
    assert found["seen"] < 0.93 * studied
    assert found["lower_bound"]["lower"] <= studied
    for printed in ("models", "averaging"):
        assert found[printed]["lower"] <= studied <= found[printed]["upper"]
        assert found[printed]["upper"] < 1.4 * studied
    assert len(found["lines"]) > len(assumptions())


def test_the_command_says_how_many_are_hidden(said, campaign):
    done = said(
        "simulate", campaign, "--persons", 60, "--capture", 0.4, "--capture", 0.4, "--capture", 0.4, "--json"
    )
    assert done.code == 0, done.err
    assert 0 < done.json["hidden"] < 40
    told = said("simulate", campaign, "--persons", 60, "--capture", 0.4, "--capture", 0.4, "--capture", 0.4)
    assert str(done.json["hidden"]) in told.out
    assert "SYN008" in said("simulate", campaign, "--capture", 0.4).err
