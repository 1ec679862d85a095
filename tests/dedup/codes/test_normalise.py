"""Names as Belgian services type them."""

from __future__ import annotations

import unicodedata

import pytest

from denombrement.dedup.codes.normalise import name_forms
from denombrement.dedup.codes.phonetic import phonetic_key
from denombrement.dedup.codes.tables import name_tables
from denombrement.errors import DamagedInput


@pytest.mark.parametrize(
    "spellings",
    [
        ("van den Berghe", "Vandenberghe", "VAN DEN BERGHE", "Vanden Berghe", "Berghe"),
        ("El Amrani", "Elamrani", "el-amrani", "Amrani"),
        ("Al Amrani", "العمراني", "Amrani"),
        ("De Smet", "Desmet", "DE SMET", "de-smet"),
        ("D'Hondt", "D’Hondt", "D´Hondt", "Dhondt", "d' Hondt"),
        ("Ben Ali", "Benali"),
        ("Op de Beeck", "Opdebeeck", "Op De Beeck"),
        ("Van 't Hof", "van ’t hof", "Hof"),
        ("Țepeș", "Ţepeş", "Tepes"),
        ("Strauß", "STRAUSS", "Strauss"),
        ("Lefèvre", "Lefe\u0300vre", "LEFEVRE"),
        ("Щербаков", "Shcherbakov"),
    ],
)
def test_spellings_of_one_family_name_have_one_core(spellings):
    assert len({name_forms(text, "family_name").core for text in spellings}) == 1


@pytest.mark.parametrize(
    "spellings",
    [
        ("Mohamed", "Mohammed", "Muhammad", "محمد", "مُحَمَّد"),
        ("Youssef", "Yusuf", "Yousef", "يوسف"),
        ("Rachid", "Rashid", "رشيد"),
        ("Şahin", "Chahin", "Shahin"),
        ("Renaud", "Renault", "Renaut"),
        ("Ahmed", "Ahmet", "أحمد"),
        ("Djamel", "Jamal", "جمال"),
        ("Catherine", "Katrien", "Katharina"),
        ("Elias", "Ilyas", "إلياس"),
    ],
)
def test_spellings_of_one_sound_share_the_phonetic_key(spellings):
    assert len({name_forms(text, "given_name").phonetic for text in spellings}) == 1


@pytest.mark.parametrize("text", [None, "", "  ", "---", "?", "Inconnu", "ONBEKEND", "xxx", "N.N.", "12"])
def test_what_stands_for_no_name_is_missing(text):
    assert name_forms(text, "given_name") is None
    assert name_forms(text, "family_name") is None


@pytest.mark.parametrize("particle", ["Van", "El", "De", "Ben", "Dos"])
def test_a_particle_alone_is_a_name(particle):
    assert name_forms(particle, "family_name").core == particle.lower()


def test_particles_stay_in_given_names():
    assert name_forms("Abd El Kader", "given_name").words == ("abd", "el", "kader")


def test_a_word_of_civil_status_is_dropped_unless_it_ends_the_name():
    assert name_forms("Veuve Dupont", "family_name").core == "dupont"
    assert name_forms("Dupont veuve Martin", "family_name").words == ("dupont", "martin")
    assert name_forms("Dupont Ne", "family_name").words == ("dupont", "ne")


def test_a_name_made_of_mute_letters_keeps_itself_as_key():
    assert phonetic_key("h") == "h"


def test_a_name_longer_than_a_name_can_be_is_refused_without_being_repeated():
    with pytest.raises(DamagedInput) as refusal:
        name_forms("Zébulon" * 100, "given_name")
    assert refusal.value.code == "COD005"
    assert "bulon" not in str(refusal.value)


def test_only_latin_letters_and_kept_scripts_come_out():
    kept = name_tables().kept
    for code_point in range(0x30000):
        if 0xD800 <= code_point <= 0xDFFF:
            continue
        forms = name_forms(chr(code_point), "given_name")
        for letter in forms.joined if forms else "":
            assert "a" <= letter <= "z" or any(first <= ord(letter) <= last for first, last in kept)


def test_letters_of_the_tables_are_their_own_decomposition():
    for letter in name_tables().letters:
        assert unicodedata.normalize("NFKD", letter) == letter
