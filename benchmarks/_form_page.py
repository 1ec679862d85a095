"""What the benchmark and the tests of the count form share: how a browser is started, and drafts that Python writes."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from denombrement.campaign import Campaign, Service
from denombrement.dedup.codes import Identity, Recipe, file_mark, identity_tokens

CHROMIUM = "/usr/bin/chromium"
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECRET = bytes(range(32))
PASSPHRASE = "quatre mots bien longs"  # noqa: S105 - locks invented drafts alone
DRAFT_FORMAT = "denombrement-draft-1"
ROUNDS = 600_000
LETTERS = 26
CREATED_MS = 1_792_000_000_000


def draft_file(rows: Sequence[dict[str, Any]], campaign: Campaign, service: Service, number: int) -> str:
    """A draft file as the page writes it, made by Python: the format is ours to keep.

    Args:
        rows: declarations as the page holds them (`draft_row`).
        campaign: whose draft it is.
        service: whose draft it is.
        number: of the last file made from it.
    """
    salt, iv = os.urandom(16), os.urandom(12)
    key = PBKDF2HMAC(SHA256(), 32, salt, ROUNDS).derive(PASSPHRASE.encode())
    clear = json.dumps({"last": {}, "number": number, "rows": rows}).encode()
    locked = AESGCM(key).encrypt(iv, clear, DRAFT_FORMAT.encode())
    salt_text, iv_text, locked_text = (base64.b64encode(data).decode() for data in (salt, iv, locked))
    header = {"format": DRAFT_FORMAT, "campaign": campaign.id, "service": service.id}
    return json.dumps({**header, "salt": salt_text, "rounds": ROUNDS, "data": f"{iv_text}.{locked_text}"})


def draft_row(rank: int, campaign: Campaign) -> dict[str, Any]:
    """An invented declaration as the page holds it; every rank is another person."""
    first, last = (chr(ord("a") + part) for part in (rank % LETTERS, rank // LETTERS % LETTERS))
    born = (1950 + rank % 50, 1 + rank % 12, 2 + rank % 26)
    identity = Identity(f"Prénom{first}", f"Nom{last}", *born, "man")
    made = identity_tokens(identity, SECRET, campaign.id, Recipe.load(campaign.recipe))
    return {
        "id": f"row-{rank}",
        "revision": 1,
        "handed": 0,
        "sent": 0,
        "withdrawn": False,
        "identity": {"status": "coded", "recipe": made.recipe, "code": made.code, "tokens": made.tokens},
        "mark": file_mark(made),
        "answers": {"situation": "EL2.2", "night_precision": "exact_night", "sex": "man", "age_years": 40},
        "raw": {},
        "seen": [],
        "tree": [],
        "direct": True,
        "created": CREATED_MS + rank,
        "changed": CREATED_MS + rank,
    }
