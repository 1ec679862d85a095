"""What many rooms need: a campaign with keys, and declarations as a service would send them."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from denombrement.campaign import Campaign, Service
from denombrement.intake.keyring import Keyring
from denombrement.intake.reading import FileReader
from denombrement.intake.sealing import seal
from denombrement.intake.store import open_store
from denombrement.intake.take_in import Intake

PASSPHRASE = "quatre mots sans rapport"
NIGHT = date(2023, 10, 19)


@dataclass(frozen=True)
class Desk:
    """The officer's desk in a test: keys, settings, services, and a store in a temporary folder."""

    folder: Path
    keys: Keyring
    campaign: Campaign
    services: dict
    private_keys: list

    def declaration(self, identifier="d1", code="A", **answers):
        identity = (
            {"status": "coded", "recipe": "denombrement-1", "code": code * 22}
            if code
            else {"status": "refused"}
        )
        known = {"situation": "EL6.12", "sex": "man", "age_years": 40, "commune_night": "81001"}
        return {"declaration_id": identifier, "identity": identity, **known, **answers}

    def body(self, service="cpas-arlon", number=1, declarations=None, **head):
        declarations = [self.declaration()] if declarations is None else declarations
        return {
            "schema_version": "1", "campaign": self.campaign.id, "service": service, "number": number,
            "made_at": "2023-10-24T10:00:00Z", "made_with": "test 1", "language": "fr",
            "declarations": declarations, **head,
        }  # fmt: skip

    def sealed(self, service="cpas-arlon", number=1, declarations=None, token=None, **head):
        body = json.dumps(self.body(service, number, declarations, **head))
        token = token or self.keys.service_token(self.campaign.id, service)
        return seal(body, recipients=self.keys.recipients(), service_token=token)

    def reader(self, list_service=None):
        return FileReader(
            self.campaign,
            frozenset(self.services),
            self.private_keys,
            lambda service: self.keys.service_token(self.campaign.id, service),
            list_service,
        )

    def store(self):
        return open_store(self.folder / "campaign.duckdb", self.folder / "journal.jsonl", create=True)

    def take(self, store, *files, list_service=None, replace_lists=False):
        """Takes (name, bytes) pairs in; gives the outcomes."""
        kept = self.folder / "kept"
        kept.mkdir(exist_ok=True)
        reader = self.reader(list_service)
        intake = Intake(
            store, self.campaign, reader, keep=lambda name, data: (kept / name).write_bytes(data),
            replace_lists=replace_lists,
        )  # fmt: skip
        return intake.run(files)


@pytest.fixture(scope="session")
def keyring(tmp_path_factory):
    keys = Keyring(tmp_path_factory.mktemp("campaign") / "keys")
    keys.make(PASSPHRASE)
    return keys


@pytest.fixture(scope="session")
def private_keys(keyring):
    # Unlocking is slow on purpose: once for all tests.
    return keyring.private_keys(PASSPHRASE)


@pytest.fixture
def desk(tmp_path, keyring, private_keys):
    services = {
        "cpas-arlon": Service("cpas-arlon", "CPAS d’Arlon", "cpas", "81001", "invited"),
        "abri-arlon": Service("abri-arlon", "Abri", "night_shelter", "81001", "promised"),
        "cpas-virton": Service("cpas-virton", "CPAS de Virton", "cpas", "85045", "invited"),
        "prison-marche": Service("prison-marche", "Prison", "prison", "83034", "refused"),
    }
    campaign = Campaign(id="luxembourg-2023-abc123", name="Essai", night=NIGHT)
    return Desk(tmp_path, keyring, campaign, services, private_keys)
