"""The shipped tables: whole, sorted, sourced; their DataFrames; their errors; nothing heavy at import."""

from __future__ import annotations

import string
import subprocess
import sys
from datetime import date
from importlib import resources

import pytest

from denombrement import reference
from denombrement.errors import DamagedInput, UsageProblem, catalogue

DATA = resources.files("denombrement.reference") / "data"
TABLES = sorted(file.name for file in DATA.iterdir() if file.name.endswith(".csv"))
OCTOBER_2023 = date(2023, 10, 19)


def test_every_table_has_a_source_with_its_digest():
    assert sorted(reference.file_sources()) == TABLES
    reference.verify_tables()


def test_sources_say_title_publisher_licence_address_and_date():
    for source in [*reference.file_sources().values(), *reference.origins().values()]:
        assert all([source.title, source.publisher, source.licence, source.date])
        assert source.address.startswith("https://")


def test_a_changed_table_is_refused(monkeypatch):
    changed = {"communes.csv": reference.file_sources()["population.csv"]}
    monkeypatch.setattr("denombrement.reference._tables.file_sources", lambda: changed)
    with pytest.raises(DamagedInput) as caught:
        reference.verify_tables()
    assert (caught.value.code, caught.value.where) == ("REF050", "communes.csv")


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_utf8_with_plain_line_ends_sorted_and_without_doubles(name):
    raw = (DATA / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    lines = raw.decode("utf-8").splitlines()
    rows = [tuple(row.values()) for row in reference._tables.read_rows(name)]
    assert len(rows) == len(lines) - 1
    assert rows == sorted(set(rows))
    assert all(value == value.strip() for row in rows for value in row)


def test_labels_of_the_full_typology_cover_the_crosswalk():
    labelled = {row["code"] for row in reference._tables.read_rows("ethos_full_labels.csv")}
    assert labelled == {row.code for row in reference.crosswalk_rows()}


def test_tables_for_analysts_hold_what_the_functions_answer():
    light = reference.ethos_light_table()
    assert list(light["code"]) == [each.code for each in reference.living_situations()]
    assert list(light.columns) == [
        "code",
        "category",
        "position",
        "severity",
        "hidden",
        "own_line",
        "residual",
    ]
    assert list(reference.categories_table()["code"]) == [each.code for each in reference.categories()]
    assert len(reference.labels_table()) == 80
    assert len(reference.crosswalk_table()) == 24
    assert len(reference.published_figures_table()) == len(reference.published_figures())


def test_the_table_of_communes_is_that_of_its_date():
    assert len(reference.communes_table()) == 45
    table = reference.communes_table(OCTOBER_2023).set_index("nis")
    assert len(table) == 44
    assert table.loc["81001", "nuts3"] == "BE341"
    assert table.loc["81001", "postcodes"] == "6700 6704 6706"


@pytest.mark.parametrize(("on", "known_2023"), [(OCTOBER_2023, 42), (date(2025, 10, 16), 43)])
def test_the_table_of_population_never_holds_a_place_twice(on, known_2023):
    table = reference.population_table(on)
    assert not table.duplicated(["nis", "year"]).any()
    assert (table["year"] == 2023).sum() == known_2023
    assert table.loc[table["year"] == 2020, "population"].sum() == 286_752


def test_every_error_of_this_room_has_texts_in_both_languages_with_the_same_places():
    entries = {code: texts for code, texts in catalogue().items() if code.startswith("REF")}
    assert len(entries) >= 15
    for texts in entries.values():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(texts[key]) if name} for key in ("fr", "en")
        ]
        mends = [
            {name for _, name, _, _ in string.Formatter().parse(texts[f"mend_{key}"]) if name}
            for key in ("fr", "en")
        ]
        assert places[0] == places[1]
        assert mends[0] == mends[1]


@pytest.mark.parametrize(
    "call",
    [
        lambda: reference.category("x"),
        lambda: reference.to_light("x"),
        lambda: reference.label("EL1", "it"),
        lambda: reference.to_light("E9.1", reference.Facts(OCTOBER_2023, eviction_date=date(2023, 1, 1))),
        lambda: reference.find_commune("x", OCTOBER_2023),
        lambda: reference.find_commune("6700 Virton", OCTOBER_2023),
        lambda: reference.find_commune("Luxembourg", OCTOBER_2023),
        lambda: reference.any_commune("80000"),
        lambda: reference.commune("82039", OCTOBER_2023),
        lambda: reference.communes_on(date(1950, 1, 1)),
        lambda: reference.territory("x"),
        lambda: reference.vintage_code("82039", OCTOBER_2023),
        lambda: reference.to_vintage({"82003": 1}, date(2025, 1, 1)),
        lambda: reference.population_sum(["82039", "82003"], 2023),
        lambda: reference.population("81001", 2021),
        lambda: reference.population("82003", 2023),
        lambda: reference.published_figures("x"),
    ],
)
def test_every_error_can_be_told_in_french_and_in_english(call):
    with pytest.raises(UsageProblem) as caught:
        call()
    for language in ("fr", "en"):
        told = caught.value.as_dict(language)
        assert "{" not in told["text"] + told["mend"]


def test_every_public_name_is_there_and_others_are_not():
    assert all(getattr(reference, name) is not None for name in reference.__all__)
    assert not hasattr(reference, "no_such_name")


def test_importing_it_loads_nothing_heavy():
    heavy = "{'pandas', 'numpy', 'pydantic', 'duckdb', 'click'}"
    script = f"import sys, denombrement.reference; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
