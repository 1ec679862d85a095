"""Whatever people and spreadsheets write for a commune finds it, or says why not; nothing is guessed."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import UsageProblem
from denombrement.reference import communes_on, find_commune, fold, territory

OCTOBER_2023 = date(2023, 10, 19)
OCTOBER_2025 = date(2025, 10, 16)


def without_accents(text):
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


MANGLE = {
    "as written": lambda name: name,
    "capitals": str.upper,
    "small letters": str.lower,
    "no accents": without_accents,
    "decomposed accents": lambda name: unicodedata.normalize("NFD", name),
    "spaces for hyphens": lambda name: name.replace("-", " "),
    "long dashes": lambda name: name.replace("-", "–"),
    "hyphens spaced": lambda name: name.replace("-", " - "),
    "spaces around": lambda name: f"\t{name}\u00a0 ",
    "spaces doubled": lambda name: name.replace(" ", "  "),
    "abbreviated saint": lambda name: name.replace("Saint-", "St. ").replace("Sainte-", "Ste-"),
    "abbreviated sur": lambda name: name.replace("-sur-", " s/"),
    "a town": lambda name: f"Ville de {name}",
    "a commune": lambda name: f"commune d'{name}",
    "wide letters": lambda name: name.replace("A", "\uff21"),
}


@settings(derandomize=True, deadline=None, max_examples=400)
@given(
    on=st.sampled_from([OCTOBER_2023, OCTOBER_2025]),
    language=st.sampled_from(["fr", "nl", "de"]),
    how=st.lists(st.sampled_from(sorted(MANGLE)), min_size=1, max_size=2),
    data=st.data(),
)
def test_a_name_is_found_however_it_is_written(on, language, how, data):
    wanted = data.draw(st.sampled_from(communes_on(on)))
    name = wanted.name(language)
    for each in how:
        name = MANGLE[each](name)
    if how.count("a town") + how.count("a commune") < 2:
        assert find_commune(name, on) == wanted


@pytest.mark.parametrize("on", [OCTOBER_2023, OCTOBER_2025])
def test_every_code_and_postcode_is_found_in_every_shape(on):
    for each in communes_on(on):
        for number in (each.nis, *each.postcodes):
            shapes = [
                number,
                int(number),
                float(number),
                f"{number}.0",
                f"{number},00",
                f" {number} ",
                f"be{number}",
            ]
            shapes += [
                f"BE-{number}",
                f"B-{number}",
                f"{number} {each.name_fr}",
                f"{each.name_nl} ({number})",
            ]
            assert {find_commune(shape, on) for shape in shapes} == {each}


def test_the_suffix_that_statbel_adds_is_the_arrondissement_or_the_province():
    for each in communes_on(OCTOBER_2023):
        arrondissement = territory(each.arrondissement_nis).name_fr
        for suffix in (f" ({arrondissement})", f"({arrondissement.upper()})", ", Luxembourg", " (Luxemburg)"):
            assert find_commune(each.name_fr + suffix, OCTOBER_2023) == each


@pytest.mark.parametrize(
    ("typed", "nis"),
    [
        ("Arel", "81001"),
        ("Aarlen", "81001"),
        ("Bastnach", "82003"),
        ("Étalle", "85009"),
        ("ÉREZÉE", "83013"),
        ("Libramont", "84077"),
        ("Marche", "83034"),
        ("la roche", "83031"),
        ("Gemeinde Bastnach", "82003"),
        ("6704 Arlon", "81001"),
    ],
)
def test_names_in_daily_use_are_known(typed, nis):
    assert find_commune(typed, OCTOBER_2023).nis == nis


def test_the_date_of_the_count_decides_between_the_two_bastognes():
    for typed in ("Bastogne", "Bastenaken", "6600", "6600 Bastogne"):
        assert find_commune(typed, OCTOBER_2023).nis == "82003"
        assert find_commune(typed, OCTOBER_2025).nis == "82039"
    for typed in ("Bertogne", "6688", "6686 Bertogne"):
        assert find_commune(typed, OCTOBER_2023).nis == "82005"
        assert find_commune(typed, OCTOBER_2025).nis == "82039"


@pytest.mark.parametrize(
    ("typed", "on", "code"),
    [
        ("", OCTOBER_2023, "REF010"),
        ("   ", OCTOBER_2023, "REF010"),
        (float("nan"), OCTOBER_2023, "REF010"),
        ("Bruxelles", OCTOBER_2023, "REF010"),
        ("Arlo", OCTOBER_2023, "REF010"),
        ("99999", OCTOBER_2023, "REF010"),
        ("1000", OCTOBER_2023, "REF010"),
        ("670", OCTOBER_2023, "REF010"),
        (6700.5, OCTOBER_2023, "REF010"),
        ("8100181001", OCTOBER_2023, "REF010"),
        ("6700 Bruxelles", OCTOBER_2023, "REF010"),
        ("Saint-Léger (Pecq)", OCTOBER_2023, "REF010"),
        ("Arlon (Virton)", OCTOBER_2023, "REF010"),
        ("6700 Virton", OCTOBER_2023, "REF011"),
        ("6700 6760", OCTOBER_2023, "REF011"),
        ("Luxembourg", OCTOBER_2023, "REF012"),
        ("LUXEMBURG ", OCTOBER_2023, "REF012"),
        ("Lëtzebuerg", OCTOBER_2023, "REF012"),
        ("Province de Luxembourg", OCTOBER_2023, "REF012"),
        ("Grand-Duché de Luxembourg", OCTOBER_2023, "REF012"),
        ("Luxembourg (Belgique)", OCTOBER_2023, "REF012"),
        ("Luxembourg, Luxembourg", OCTOBER_2023, "REF012"),
        ("Province de Luxembourg 80000", OCTOBER_2023, "REF013"),
        ("80000", OCTOBER_2023, "REF013"),
        (82000.0, OCTOBER_2023, "REF013"),
        ("82039", OCTOBER_2023, "REF014"),
        ("82003", OCTOBER_2025, "REF014"),
        ("Arlon", date(1960, 1, 1), "REF015"),
    ],
)
def test_what_cannot_be_decided_raises_with_its_reason(typed, on, code):
    with pytest.raises(UsageProblem) as caught:
        find_commune(typed, on)
    assert caught.value.code == code


@settings(derandomize=True, deadline=None, max_examples=300)
@given(typed=st.text(max_size=30))
def test_any_text_finds_a_commune_or_raises_a_coded_error_that_does_not_repeat_it(typed):
    marked = f"zzmarker {typed}"
    with pytest.raises(UsageProblem) as caught:
        find_commune(marked, OCTOBER_2023)
    for language in ("fr", "en"):
        assert "zzmarker" not in str(caught.value.as_dict(language))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(typed=st.text(max_size=30))
def test_folding_twice_changes_nothing(typed):
    once = fold(typed)
    if not once.startswith(("commune ", "ville ", "gemeente ", "stad ", "stadt ", "gemeinde ")):
        assert fold(once) == once
