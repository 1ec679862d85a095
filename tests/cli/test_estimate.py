"""Estimate and compare: what a person must answer first, every refusal, and what is never printed alone."""

import json
import tomllib

import numpy as np
import pytest

from denombrement.cli.estimate import DECLARATION_FILE, RESULT_FILE
from denombrement.estimation.assumptions import assumptions
from denombrement.estimation.grouping import default_groupings
from denombrement.estimation.histories import CaptureHistories, memberships


def filled(text, **changes):
    """The template as a person would fill it."""
    for each in assumptions():
        text = text.replace(f'{each.code} = ""', f'{each.code} = "holds"')
    text = text.replace("# missed = 0", "missed = 3").replace("# examined = 100", "examined = 100")
    text = text.replace('# source = ""', 'source = "contrôle de 100 personnes"')
    text = text.replace('answered_by = ""', 'answered_by = "coordination"')
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def answer(folder, said, **changes):
    said("estimate", folder)
    file = folder / DECLARATION_FILE
    file.write_text(filled(file.read_text(encoding="utf-8"), **changes), encoding="utf-8")


def entries(folder):
    lines = (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def acts(folder):
    return [entry["act"] for entry in entries(folder)]


def test_the_first_call_only_writes_the_questions(linked_copy, said):
    first = said("estimate", linked_copy, "--lang", "fr")
    assert first.code == 3
    declared = tomllib.loads((linked_copy / DECLARATION_FILE).read_text(encoding="utf-8"))
    assert set(declared["assumptions"].values()) == {""}
    assert "EL4" not in declared["categories"]


def test_unanswered_questions_are_refused_with_their_reasons(linked_copy, said):
    said("estimate", linked_copy)
    refused = said("estimate", linked_copy, "--json")
    assert refused.code == 4
    reasons = {each["reason"] for each in refused.json["refused"]}
    assert {"assumptions_unanswered", "no_match_error"} <= reasons
    assert "seen" not in refused.json
    assert not (linked_copy / "internal" / RESULT_FILE).exists()


DESIGN = {
    'territory = "province"': 'territory = "arrondissement"',
    'unit = "adult"': 'unit = "household"',
    "pathways = []": 'pathways = [["cpas", "shelter_housing"]]',
    '"EL6"': '"EL6", "EL4"',
    'matches_measured = "holds"': 'matches_measured = "broken"',
}


def test_all_that_the_design_forbids_is_said_at_once(linked_copy, said):
    answer(linked_copy, said, **DESIGN)
    refused = said("estimate", linked_copy, "--draws", 2, "--json")
    assert refused.code == 4
    reasons = {each["reason"] for each in refused.json["refused"]}
    assert reasons >= {
        "below_province", "mixed_units", "pathway", "other_lists_needed", "assumption_broken", "small_category",
    }  # fmt: skip
    assert acts(linked_copy)[-1] == "estimate_refused"


def test_refusals_are_told_in_words(linked_copy, said):
    said("estimate", linked_copy)
    refused = said("estimate", linked_copy, "--draws", 2, "--lang", "fr")
    assert refused.code == 4
    assert "Aucune estimation" in refused.out


@pytest.fixture
def large_overlaps(monkeypatch):
    """Persons seen by independent systems, many enough for an estimate, in place of the small campaign's own."""

    def draws(declared, grouping, categories):
        assert "EL4" not in categories
        lists = tuple(system.code for system in grouping.systems)
        captured = memberships(len(lists))
        chances = np.linspace(0.4, 0.25, len(lists))
        counts = np.round(1500 * np.where(captured, chances, 1 - chances).prod(axis=1))
        counts[0] = 0
        return tuple(CaptureHistories(lists, counts) for _ in range(1 + len(declared.drawn)))

    monkeypatch.setattr("denombrement.library.sightings.capture_draws", draws)


def test_an_estimate_is_ranges_with_their_conditions(linked_copy, said, large_overlaps):
    answer(linked_copy, said, five_systems="three_systems")
    result = said("estimate", linked_copy, "--draws", 2, "--json")
    assert result.code == 0, result.out
    found = result.json
    assert [line["rank"] for line in found["lines"]] == sorted(line["rank"] for line in found["lines"])
    assert found["lower_bound"]["lower"] <= found["lower_bound"]["upper"]
    assert found["models"]["lower"] < found["models"]["upper"]
    kept = (linked_copy / "internal" / RESULT_FILE).read_text(encoding="utf-8")
    assert all(line["text"] in kept for line in found["lines"])
    assert acts(linked_copy)[-2:] == ["estimate_grouping", "estimate"]
    in_words = said("estimate", linked_copy, "--draws", 1)
    assert found["lines"][0]["text"] in in_words.out


def test_another_grouping_after_a_result_is_refused(linked_copy, said, large_overlaps):
    answer(linked_copy, said, five_systems="three_systems")
    assert said("estimate", linked_copy, "--draws", 1, "--json").code == 0
    file = linked_copy / DECLARATION_FILE
    text = file.read_text(encoding="utf-8").replace('grouping = "three', 'grouping = "four')
    file.write_text(text, encoding="utf-8")
    refused = said("estimate", linked_copy, "--draws", 1, "--json")
    assert "grouping_after_results" in {each["reason"] for each in refused.json["refused"]}
    file.write_text(text.replace('grouping = "four', 'grouping = "three'), encoding="utf-8")
    assert said("estimate", linked_copy, "--draws", 1, "--json").code == 0
    assert acts(linked_copy).count("estimate_grouping") == 1


def test_the_grouping_is_journalled_before_the_result(linked_copy, said):
    answer(linked_copy, said)
    said("estimate", linked_copy, "--draws", 1, "--json")
    recorded = next(each for each in entries(linked_copy) if each["act"] == "estimate_grouping")
    assert recorded["facts"]["digest"] == default_groupings()["five_systems"].digest


def test_an_unknown_grouping_and_a_spoilt_file_are_mistakes_of_use(linked_copy, said):
    answer(linked_copy, said, five_systems="my_systems")
    assert "EST024" in said("estimate", linked_copy).err
    (linked_copy / DECLARATION_FILE).write_text("territory = ", encoding="utf-8")
    assert "EST023" in said("estimate", linked_copy).err


def test_without_deduplication_nothing_is_estimated(campaign, said):
    answer(campaign, said)
    assert "LIB003" in said("estimate", campaign).err


def test_more_partners_are_not_more_persons(said, make_campaign, tmp_path):
    same = {"persons": 120, "seed": 3}
    few = make_campaign(tmp_path / "few", **same, keep=lambda name: name.startswith("cpas"))
    all_ = make_campaign(tmp_path / "all", **same, night="2024-10-17")
    result = said("compare", all_, few, "--json")
    assert result.code == 0, result.err
    found = result.json
    assert found["verdict"] == "more_partners_not_more_persons"
    assert found["change"] == found["change_matched"] + found["change_communes"] + found["change_services"]
    assert found["ratio"]["lower"] <= 1 <= found["ratio"]["upper"]
    assert found["outputs"][0].startswith(str(all_ / "internal"))
    in_words = said("compare", few, all_, "--lang", "fr")
    assert "INTERNE" in (all_ / "internal" / "comparaisons").glob("*.txt").__next__().read_text(
        encoding="utf-8"
    )
    assert in_words.code == 0


def test_one_campaign_is_not_two(said, campaign):
    assert "EST025" in said("compare", campaign, campaign).err


def test_nothing_in_common_is_refused(said, strangers):
    refused = said("compare", *strangers, "--json")
    assert refused.code == 4
    assert {each["reason"] for each in refused.json["refused"]} == {"no_common_commune", "no_common_service"}
    assert said("compare", *strangers).code == 4


def test_a_file_of_persons_never_leaves_internal(linked_copy, said, tmp_path):
    for out in (tmp_path / "elsewhere", linked_copy / "public", linked_copy / "internal"):
        refused = said("research", linked_copy, "--out", out)
        assert refused.code == 4
        assert "PUB082" in refused.err
    assert not (tmp_path / "elsewhere").exists()


def test_the_research_file_says_its_risk_and_holds_no_pseudonym(linked_copy, said):
    done = said("research", linked_copy, "--labels", "nl", "--json")
    assert done.code == 0, done.err
    assert done.json["before"]["unique"] > 0
    assert done.json["after"]["unique"] == 0
    assert done.json["after"]["smallest"] >= 5
    folder = linked_copy / "internal" / "recherche"
    header = (folder / "personnes.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(";")
    forbidden = {
        "person",
        "code",
        "commune_night",
        "age_years",
        "believed_service",
        "household_number",
        "leaving_date",
    }
    assert not forbidden & set(header)
    assert {path.name for path in folder.iterdir()} >= {"codebook.xml", "codebook.md", "personnes.parquet"}
    last = entries(linked_copy)[-1]
    assert last["act"] == "research"
    assert last["facts"]["k"] == 5
    assert {each.split()[1] for each in last["facts"]["files"]} == {path.name for path in folder.iterdir()}
    again = said("research", linked_copy, "--lang", "fr")
    assert "0 uniques" in again.out
