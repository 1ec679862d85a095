"""The campaign's keys and secret on disk: made once, read with the passphrase, never printed.

``officer`` and ``spare`` are the two recipients of returns. ``campaign.secret`` makes the codes and belongs to the
custodian; ``tokens.key`` makes each service's token. The folder and its files are readable by their owner alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from denombrement.errors import UsageProblem
from denombrement.intake.sealing_keys import (
    PrivateKey,
    PublicKey,
    lock_private_key,
    make_private_key,
    read_public_key,
    unlock_private_key,
)

RECIPIENTS = ("officer", "spare")
SECRET_FILE, TOKENS_FILE = "campaign.secret", "tokens.key"
SECRET_BYTES = 32
MINIMUM_PASSPHRASE_CHARACTERS = 12
_OWNER_FILE, _OWNER_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True)
class Keyring:
    """The files of ``keys/``."""

    folder: Path

    def make(self, passphrase: str, *, with_secret: bool = True) -> None:
        """Makes two key pairs, the key of the services' tokens, and the campaign's secret unless a custodian does.

        Raises:
            UsageProblem: CAM013 for a passphrase that is too short.
        """
        if len(passphrase) < MINIMUM_PASSPHRASE_CHARACTERS:
            raise UsageProblem("CAM013", minimum=MINIMUM_PASSPHRASE_CHARACTERS)
        self.folder.mkdir(mode=_OWNER_FOLDER, parents=True, exist_ok=True)
        for name in RECIPIENTS:
            key = make_private_key()
            self._write(f"{name}.private.pem", lock_private_key(key, passphrase))
            self._write(f"{name}.public.json", json.dumps(key.public.jwk(), indent=1).encode())
        self._write(TOKENS_FILE, base64.urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)))
        if with_secret:
            self.make_secret()

    def make_secret(self) -> None:
        """Makes the campaign's secret where there is none: on the custodian's computer, if there is a custodian."""
        if not self.holds_secret():
            self._write(SECRET_FILE, base64.urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)))

    def give_to_custodian(self, folder: Path) -> None:
        """Copies what the pages need besides the secret: public keys, and the key of the services' tokens.

        A copy that is there is kept: it is of the same campaign, and may already have its secret beside it.
        """
        kit = Keyring(folder)
        folder.mkdir(mode=_OWNER_FOLDER, parents=True, exist_ok=True)
        for name in (*(f"{each}.public.json" for each in RECIPIENTS), TOKENS_FILE):
            if not (folder / name).is_file():
                kit._write(name, self._read(name))

    def recipients(self) -> list[PublicKey]:
        """Public keys that every return is sealed to."""
        return [read_public_key(json.loads(self._read(f"{name}.public.json"))) for name in RECIPIENTS]

    def private_keys(self, passphrase: str, names: Sequence[str] = RECIPIENTS[:1]) -> list[PrivateKey]:
        """Private keys, unlocked; the officer's alone by default.

        Raises:
            UsageProblem: SEA013 or SEA014, no passphrase or a wrong one; CAM012, no such key.
            DamagedInput: SEA015, a file that is no locked key.
        """
        return [unlock_private_key(self._read(f"{name}.private.pem"), passphrase) for name in names]

    def holds_secret(self) -> bool:
        """Whether the campaign's secret is here: with its custodian it need not be."""
        return (self.folder / SECRET_FILE).is_file()

    def secret(self) -> bytes:
        """The campaign's secret, 32 bytes: needed to make codes, never to count."""
        return base64.urlsafe_b64decode(self._read(SECRET_FILE))

    def service_token(self, campaign_id: str, service_id: str) -> str:
        """The token that authenticates one service's returns of one campaign."""
        key = base64.urlsafe_b64decode(self._read(TOKENS_FILE))
        digest = hmac.digest(key, f"{campaign_id}\x1f{service_id}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def answer_mark(self, text: str) -> str:
        """Keyed digest of an identity for the journal; a purge destroys the key, and the mark means nothing any more."""
        key = base64.urlsafe_b64decode(self._read(TOKENS_FILE))
        return hmac.digest(key, f"answer\x1f{text}".encode(), hashlib.sha256).hex()[:32]

    def _read(self, name: str) -> bytes:
        file = self.folder / name
        if not file.is_file():
            raise UsageProblem("CAM012", key=name)
        return file.read_bytes()

    def _write(self, name: str, content: bytes) -> None:
        # Opened with its permissions, so that there is no moment at which others can read it.
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
