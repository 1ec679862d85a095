"""What holds for every identity, in any script, with any part missing."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.dedup.codes import (
    Identity,
    Recipe,
    identity_tokens,
    mnemonic_tokens,
    tokens_frame,
    write_mnemonic,
)
from denombrement.dedup.codes.dates import resolve_birth_date
from denombrement.dedup.codes.normalise import name_forms
from denombrement.dedup.codes.tokens import part_values
from denombrement.errors import DamagedInput

SECRET = bytes(range(32))
RECIPE = Recipe.load("denombrement-1")
ALPHABET = (
    "abcdefghijklmnopqrstuvwxyzABCDEZÀÉÎÖÜßçñøœłđşğıİțșřžőþ -'’´.10αβγουΣςбгжйъщЯіґاآلعوييمحمدשלוםა"
    "გრიለሐመ小明कि가ヤ😀\u0301\u200b"
)
names = st.one_of(st.none(), st.text(alphabet=ALPHABET, max_size=24), st.text(max_size=12))


def possible(date):
    try:
        resolve_birth_date(*date)
    except DamagedInput:
        return False
    return True


dates = st.tuples(
    st.one_of(st.none(), st.integers(1900, 2010)),
    st.one_of(st.none(), st.integers(1, 12)),
    st.one_of(st.none(), st.integers(1, 31)),
).filter(possible)
identities = st.builds(
    lambda given_name, family_name, date, sex: Identity(given_name, family_name, *date, sex),
    names,
    names,
    dates,
    st.sampled_from(["woman", "man", "x", "dont_know"]),
)
thorough = settings(derandomize=True, deadline=None, max_examples=150)


def all_tokens(identity, campaign="a", recipe=RECIPE):
    made = identity_tokens(identity, SECRET, campaign, recipe)
    return ({"code": made.code} if made.code else {}) | made.tokens


@thorough
@given(names)
def test_normalising_twice_changes_nothing(text):
    for field in ("given_name", "family_name"):
        forms = name_forms(text, field)
        if forms is not None:
            assert name_forms(forms.core, field).core == forms.core
            assert name_forms(forms.joined, "given_name").joined == forms.joined


@thorough
@given(names)
def test_composition_of_accents_does_not_matter(text):
    if text is not None:
        forms = name_forms(text, "family_name")
        assert name_forms(unicodedata.normalize("NFC", text), "family_name") == forms
        assert name_forms(unicodedata.normalize("NFD", text), "family_name") == forms


@thorough
@given(identities)
def test_a_token_is_there_if_and_only_if_all_its_parts_are(identity):
    parts = part_values(identity, RECIPE)
    expected = [token.name for token in RECIPE.tokens if all(part in parts for part in token.parts)]
    assert list(all_tokens(identity)) == expected


@thorough
@given(identities)
def test_tokens_agree_within_a_domain_only(identity):
    domains = {token.name: token.domain for token in RECIPE.tokens}
    seen = {}
    for name, token in all_tokens(identity).items():
        assert seen.setdefault(token, domains[name]) == domains[name]


@thorough
@given(identities)
def test_campaigns_and_recipes_share_no_token(identity):
    other_recipe = RECIPE.model_copy(update={"name": "other-1"})
    first = set(all_tokens(identity).values())
    assert not first & set(all_tokens(identity, campaign="b").values())
    assert not first & set(all_tokens(identity, recipe=other_recipe).values())


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(identities, max_size=12))
def test_a_frame_gives_the_tokens_of_each_record(people):
    columns = ["given_name", "family_name", "birth_year", "birth_month", "birth_day", "sex"]
    rows = [[getattr(person, column) for column in columns] for person in people]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    made = tokens_frame(frame, SECRET, "a", RECIPE)
    assert tuple(made.columns) == RECIPE.token_names
    records = [
        {name: token for name, token in row.items() if token is not None} for row in made.to_dict("records")
    ]
    assert records == [all_tokens(person) for person in people]


@thorough
@given(identities)
def test_a_mnemonic_gives_a_part_of_the_same_tokens_and_the_same_code(identity):
    made = mnemonic_tokens(write_mnemonic(identity, RECIPE), SECRET, "a", RECIPE)
    whole = identity_tokens(identity, SECRET, "a", RECIPE)
    assert made.code == whole.code
    assert made.tokens.items() <= whole.tokens.items()


@thorough
@given(identities)
def test_what_leaves_is_the_recipe_s_name_and_tokens(identity):
    made = identity_tokens(identity, SECRET, "a", RECIPE)
    leaving = [*made.tokens.values(), *([made.code] if made.code else [])]
    assert made.recipe == RECIPE.name
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in leaving)


@thorough
@given(st.sampled_from(["Zyxwvut", "Юрьевна", "زهرة"]), st.integers(), st.integers(13, 99), st.integers())
def test_no_error_repeats_what_was_typed(marker, year, month, day):
    identity = Identity(marker, marker * 60, year, month, day)
    for fail in (
        lambda: identity_tokens(identity, SECRET, "a", RECIPE),
        lambda: identity_tokens(Identity(marker, marker * 60), SECRET, "a", RECIPE),
        lambda: mnemonic_tokens(marker, SECRET, "a", RECIPE),
        lambda: Identity(sex=marker),
    ):
        with pytest.raises(DamagedInput) as refusal:
            fail()
        told = (
            str(refusal.value.as_dict("fr"))
            + str(refusal.value.as_dict("en"))
            + repr(refusal.value.__cause__)
        )
        assert marker not in told
