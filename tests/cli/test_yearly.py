"""A yearly form is a file: every line counts persons once, nobody is lost, and another region's form needs no code."""

import csv

import pandas as pd
import pytest

from denombrement.errors import UsageProblem
from denombrement.library.yearly import labelled_figures, load_profile, parse_profile, yearly_figures

OTHER_REGION = """
name = "autre-region"
title = { fr = "Formulaire inventé", en = "Invented form" }
[[table]]
code = "A1"
column = "sex"
title = { fr = "Genre", en = "Gender" }
line = [
  { code = "01", label = { fr = "Féminin", en = "Female" }, values = ["woman"] },
  { code = "02", label = { fr = "Autre", en = "Other" }, values = ["man", "x"] },
]
[[table]]
code = "B7"
column = "health"
title = { fr = "Santé", en = "Health" }
line = [
  { code = "care", label = { fr = "Soins", en = "Care" }, values = ["addiction", "mental_health", "chronic_illness"] },
  { code = "none", label = { fr = "Aucun", en = "None" }, values = ["none", "physical_disability", "intellectual_disability"] },
]
[[table]]
code = "C2"
column = "age_years"
title = { fr = "Jeunes", en = "Young" }
line = [
  { code = "young", label = { fr = "Moins de 30 ans", en = "Under 30" }, ages = [18, 29] },
  { code = "old", label = { fr = "30 ans et plus", en = "30 and over" }, ages = [30, 120] },
  { code = "asked_elsewhere", label = { fr = "Mineurs", en = "Minors" }, values = [] },
]
"""


def people():
    persons = pd.DataFrame({
        "person": ["a", "b", "c", "d"], "sex": ["woman", "man", "x", None],
        "health": [["addiction", "mental_health"], ["none"], None, ["dont_know"]],
        "age_years": pd.array([19, 29, 64, None], dtype="Int64"),
    })  # fmt: skip
    sightings = pd.DataFrame(
        {
            "person": ["a", "a", "a", "b", "c", "d"],
            "service_type": ["cpas", "cpas", "prison", "cpas", "other", "other"],
        }
    )
    return persons, sightings


def figures(text=OTHER_REGION):
    profile = parse_profile(text)
    frame = yearly_figures(profile, *people())
    return {(row.table, row.line): row.persons for row in frame.itertuples()}


def test_another_regions_form_needs_no_code():
    found = figures()
    assert found["persons", "persons"] == 4
    assert (found["A1", "01"], found["A1", "02"], found["A1", "unknown"]) == (1, 2, 1)
    assert (found["C2", "young"], found["C2", "old"], found["C2", "unknown"]) == (2, 1, 1)


def test_a_person_with_two_answers_on_one_line_is_counted_once():
    found = figures()
    assert (found["B7", "care"], found["B7", "none"], found["B7", "unknown"]) == (1, 1, 2)


def test_what_the_count_does_not_ask_has_no_figure():
    assert figures()["C2", "asked_elsewhere"] is pd.NA


def test_services_used_count_persons_not_declarations():
    profile = load_profile("relais-social")
    used = next(table for table in profile.tables if table.code == "services_used")
    frame = yearly_figures(
        parse_profile(OTHER_REGION.replace('column = "sex"', 'column = "service_type"').replace('"woman"', '"cpas"')
                      .replace('"man", "x"', '"prison", "other"')), *people(),
    )  # fmt: skip
    assert list(frame.loc[frame["table"] == "A1", "persons"]) == [2, 3, 0]
    assert {"night_shelter", "day_centre"} <= {value for line in used.lines for value in line.answers}


@pytest.mark.parametrize(("old", "new", "code"), [
    ('"man", "x"', '"man"', "LIB007"),
    ('column = "sex"', 'column = "no_such_column"', "LIB007"),
    ("ages = [30, 120]", "ages = [30, 60]", "LIB007"),
    ("ages = [30, 120]", "ages = [29, 120]", "LIB006"),
    ('"man", "x"', '"man", "woman"', "LIB006"),
    ('code = "02"', 'code = "01"', "LIB006"),
    ('code = "02"', 'code = "unknown"', "LIB006"),
    ('code = "B7"', 'code = "A1"', "LIB006"),
    ('column = "health"', "", "LIB006"),
    ('name = "autre-region"', "", "LIB006"),
    ("[[table]]", "[[tables]]", "LIB006"),
    ("= {", "=", "LIB006"),
])  # fmt: skip
def test_a_form_that_would_lose_or_double_somebody_is_refused(old, new, code):
    assert old in OTHER_REGION
    with pytest.raises(UsageProblem, match=code):
        figures(OTHER_REGION.replace(old, new))


def test_an_empty_form_is_none():
    with pytest.raises(UsageProblem, match="LIB006"):
        parse_profile('name = "x"\ntable = []\ntitle = { fr = "x", en = "x" }')


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_line_has_a_label(language):
    profile = parse_profile(OTHER_REGION)
    named = labelled_figures(profile, yearly_figures(profile, *people()), language)
    assert named["label"].str.len().min() > 0


def test_the_form_of_the_package_takes_everybody(counted, said):
    result = said("yearly", counted, "--json")
    assert result.code == 0, result.err
    adults = said("count", counted, "--json").json["adults"]
    found = {(table, line): number for table, line, number in result.json["figures"]}
    assert found["persons", "persons"] == adults
    for table in ("sex", "age", "household", "nationality", "origin_of_demand"):
        assert sum(number for (code, _), number in found.items() if code == table) == adults
    assert found["services_used", "social_emergency"] is None
    assert found["services_used", "unknown"] == 0
    file = counted / "internal" / "declaration-annuelle" / "relais-social.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert int(rows[0]["persons"]) == adults
    assert '"yearly"' in (counted / "journal.jsonl").read_text(encoding="utf-8")
    told = said("yearly", counted, "--lang", "fr").out
    assert "pas d'une année" in told
    assert "Origine de la demande" in told


def test_a_form_from_a_file_is_used_and_an_unknown_one_refused(counted, said, tmp_path):
    file = tmp_path / "autre.toml"
    file.write_text(OTHER_REGION, encoding="utf-8")
    result = said("yearly", counted, "--profile", file, "--json")
    assert result.code == 0, result.err
    assert result.json["profile"] == "autre-region"
    assert (counted / "internal" / "declaration-annuelle" / "autre-region.csv").is_file()
    assert "LIB005" in said("yearly", counted, "--profile", "no-such-form").err
