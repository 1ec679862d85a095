"""What the page needs to make the same codes: the tables of this package as one JSON-ready value."""

from __future__ import annotations

from typing import Any

from denombrement.dedup.codes.dates import EARLIEST_YEAR, LATEST_YEAR
from denombrement.dedup.codes.mnemonic import mnemonic_signs
from denombrement.dedup.codes.recipe import Recipe
from denombrement.dedup.codes.tables import FieldRules, name_tables


def web_tables(recipe: Recipe) -> dict[str, Any]:
    """Tables, signs and recipe for ``identity.js``; plain lists, texts and numbers, no secret in it.

    Args:
        recipe: the campaign's recipe.
    """
    tables = name_tables()
    signs = mnemonic_signs()
    return {
        "longestName": tables.longest_name_characters,
        "apostrophes": tables.apostrophes,
        "separators": tables.separators,
        "lower": tables.lower,
        "sequences": [list(entry) for entry in tables.sequences],
        "letters": tables.letters,
        "kept": [list(ends) for ends in tables.kept],
        "placeholders": sorted(tables.placeholders),
        "fields": {name: _field(rules) for name, rules in tables.fields.items()},
        "phonetic": [list(rule) for rule in tables.phonetic],
        "years": [EARLIEST_YEAR, LATEST_YEAR],
        "mnemonic": {
            "missing": signs.missing,
            "separator": signs.separator,
            "sexWritten": signs.sex_written,
            "sexRead": signs.sex_read,
        },
        "recipe": _recipe(recipe),
    }


def _field(rules: FieldRules) -> dict[str, Any]:
    return {
        "dropped": [list(words) for words in rules.dropped],
        "attached": sorted(rules.attached),
        "prefixes": [list(prefix) for prefix in rules.prefixes],
    }


def _recipe(recipe: Recipe) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "parts": {
            name: part.model_dump(exclude_defaults=True, mode="json") for name, part in recipe.parts.items()
        },
        "letters": list(recipe.mnemonic.letters),
        "tokens": [[token.name, token.domain, list(token.parts)] for token in recipe.tokens],
    }
