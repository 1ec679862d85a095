"""The published vectors hold every implementation to the same bits."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

from denombrement.dedup.codes import Recipe, web_tables
from denombrement.dedup.codes.vectors import VECTORS, regenerated

DOCUMENT = json.loads(VECTORS.read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in DOCUMENT["cases"]}


def test_the_vectors_are_what_the_code_makes_today():
    text = VECTORS.read_text(encoding="utf-8")
    assert regenerated(text) == text, "tokens changed: that needs a new recipe name and new vectors"


def test_there_are_more_vectors_than_promised():
    assert len(CASES) == len(DOCUMENT["cases"]) >= 60


def test_a_token_can_be_made_by_hand_from_the_documented_framing():
    message = b""
    for part in (b"denombrement-1", b"vecteurs-2025", b"family_full", b"dupont"):
        message += len(part).to_bytes(4, "big") + part
    digest = hmac.new(bytes.fromhex(DOCUMENT["secret_hex"]), message, hashlib.sha256).digest()[:16]
    expected = urlsafe_b64encode(digest).decode().rstrip("=")
    assert CASES["plain"]["tokens"]["family_full"] == expected


def test_equal_cases_have_equal_codes():
    for group in (
        ("accents composed", "accents decomposed"),
        (
            "typewriter apostrophe",
            "curly apostrophe",
            "acute accent as apostrophe",
            "no apostrophe",
            "apostrophe and space",
        ),
        ("van den apart", "van den in one", "van den left out"),
        ("el apart", "el in one", "el hyphen", "el left out"),
        ("double given hyphen", "double given space", "double given in one", "non-breaking hyphen"),
        ("romanian comma below", "romanian cedilla"),
        ("greek", "greek capitals"),
        ("russian", "russian latin"),
        ("sharp s", "capital sharp s"),
    ):
        assert len({CASES[name]["code"] for name in group}) == 1, group


def test_the_page_gets_the_tables_and_the_recipe_as_plain_json():
    recipe = Recipe.load()
    tables = web_tables(recipe)
    assert json.loads(json.dumps(tables)) == tables
    assert [token[0] for token in tables["recipe"]["tokens"]] == list(recipe.token_names)
    assert tables["fields"]["family_name"]["prefixes"][0] == ["vanden", 3]
