"""Test vectors: hard identities with everything that is made of them, under a published test secret.

``vectors.json`` holds any other implementation, ours in JavaScript first, to the same bits. The inputs in the file
are written by hand; all the rest is made again from them by :func:`regenerated`:

    python -c "from denombrement.dedup.codes.vectors import *; VECTORS.write_text(regenerated(VECTORS.read_text()))"
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from denombrement.dedup.codes.dates import resolve_birth_date
from denombrement.dedup.codes.identity import Identity
from denombrement.dedup.codes.mnemonic import file_mark, write_mnemonic
from denombrement.dedup.codes.normalise import NameForms, name_forms
from denombrement.dedup.codes.recipe import Recipe
from denombrement.dedup.codes.tokens import identity_tokens
from denombrement.errors import DamagedInput

VECTORS = Path(__file__).with_name("vectors.json")


def regenerated(text: str) -> str:
    """The text of the vectors file, all outputs made again from its inputs.

    Args:
        text: a vectors file: ``secret_hex``, ``campaign_id``, ``recipe`` and ``cases`` with ``id`` and ``identity``.
    """
    document = json.loads(text)
    recipe = Recipe.load(document["recipe"])
    secret = bytes.fromhex(document["secret_hex"])
    document["cases"] = [_case(case, secret, document["campaign_id"], recipe) for case in document["cases"]]
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _case(case: dict[str, Any], secret: bytes, campaign_id: str, recipe: Recipe) -> dict[str, Any]:
    typed = {"id": case["id"], "identity": case["identity"]}
    identity = Identity(**case["identity"])
    try:
        made = identity_tokens(identity, secret, campaign_id, recipe)
    except DamagedInput as problem:
        return {**typed, "error": problem.code}
    date = resolve_birth_date(identity.birth_year, identity.birth_month, identity.birth_day)
    return {
        **typed,
        "given_name": _forms(name_forms(identity.given_name, "given_name")),
        "family_name": _forms(name_forms(identity.family_name, "family_name")),
        "birth_date": [date.year, date.month, date.day],
        "mnemonic": write_mnemonic(identity, recipe),
        "file_mark": file_mark(made),
        "code": made.code,
        "tokens": made.tokens,
    }


def _forms(forms: NameForms | None) -> dict[str, Any] | None:
    if forms is None:
        return None
    return {
        "joined": forms.joined,
        "core": forms.core,
        "words": list(forms.words),
        "phonetic": forms.phonetic,
    }
