"""How fast sealed returns become stored declarations, beside pydantic alone on the same records in the same run.

``python -m benchmarks.intake --declarations 100000`` prints one JSON object: ``declarations_per_second`` of the whole
intake (opening, authenticating, validating, judging by the rules, storing), ``pydantic_declarations_per_second`` (validating
the same bodies as returns and nothing else), ``throughput_ratio`` of the two, ``peak_memory_bytes`` of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from denombrement.campaign import Campaign
from denombrement.dedup.codes import Recipe
from denombrement.intake.keyring import Keyring
from denombrement.intake.reading import FileReader
from denombrement.intake.sealing import open_sealed, seal
from denombrement.intake.sealing_keys import PrivateKey
from denombrement.intake.store import open_store
from denombrement.intake.take_in import Intake
from denombrement.survey.record import Return
from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.returns import keyed_identities, returns

PASSPHRASE = "une phrase de passe pour mesurer"  # noqa: S105 - of a folder that is thrown away
DECLARATIONS_PER_PERSON = 1.35
KIBIBYTE = 1024
CAMPAIGN = Campaign(id="benchmark-2023-000000", name="Benchmark", night=date(2023, 10, 19))


def main() -> None:
    """Makes the returns, then times pydantic alone and the whole intake on them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--declarations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), options.declarations, options.seed)))


def measure(folder: Path, declarations: int, seed: int) -> dict[str, Any]:
    """All figures; the sealed returns wait on disk, as in a mailbox."""
    keys = Keyring(folder / "keys")
    keys.make(PASSPHRASE)
    mailbox = folder / "mailbox"
    mailbox.mkdir()
    persons = max(1, round(declarations / DECLARATIONS_PER_PERSON))
    # In a process of its own: the peak of memory below is that of the intake alone.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        services = pool.submit(make_mailbox, mailbox, keys, persons, seed).result()
    private = keys.private_keys(PASSPHRASE)
    files = sorted(mailbox.iterdir())
    alone, read = time_pydantic(files, private)
    whole, taken = time_intake(folder, files, keys, private, services)
    return {
        "declarations": read,
        "taken": taken,
        "seconds": round(whole, 2),
        "declarations_per_second": round(read / whole),
        "pydantic_declarations_per_second": round(read / alone),
        "throughput_ratio": round(alone / whole, 3),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE,
        "seed": seed,
    }


def make_mailbox(mailbox: Path, keys: Keyring, persons: int, seed: int) -> frozenset[str]:
    """Sealed returns of an invented province, tokens included."""
    province = generate(default_parameters(), persons, seed, CAMPAIGN.night)
    identity = keyed_identities(keys.secret(), CAMPAIGN.id, Recipe.load(CAMPAIGN.recipe))
    recipients = keys.recipients()
    for service, body in returns(province, CAMPAIGN.id, datetime(2023, 10, 24, 10, tzinfo=UTC), identity):
        token = keys.service_token(CAMPAIGN.id, service)
        sealed = seal(orjson.dumps(body).decode(), recipients=recipients, service_token=token)
        (mailbox / f"{service}-{body['number']}").write_bytes(sealed)
    return frozenset(province.services["service_id"])


def time_pydantic(files: list[Path], private: list[PrivateKey]) -> tuple[float, int]:
    """Seconds that pydantic alone needs for the bodies, and the declarations in them; opening is not timed."""
    seconds, read = 0.0, 0
    for file in files:
        body = open_sealed(file.read_bytes(), private).body
        raw = orjson.loads(body)
        started = time.perf_counter()
        # A return with a record broken on purpose costs pydantic the same.
        with suppress(ValueError):
            Return.model_validate_json(body)
        seconds += time.perf_counter() - started
        read += len(raw.get("declarations", ()))
    return seconds, read


def time_intake(
    folder: Path, files: list[Path], keys: Keyring, private: list[PrivateKey], services: frozenset[str]
) -> tuple[float, int]:
    """Seconds of the whole intake, and the declarations it took."""
    reader = FileReader(CAMPAIGN, services, private, lambda service: keys.service_token(CAMPAIGN.id, service))
    started = time.perf_counter()
    with open_store(folder / "campaign.duckdb", folder / "journal.jsonl", create=True) as store:
        intake = Intake(store, CAMPAIGN, reader, keep=lambda _name, _data: None)
        summary = intake.run(_contents(files))
        taken = sum(each.declarations for each in summary.files)
    return time.perf_counter() - started, taken


def _contents(files: list[Path]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        yield file.name, file.read_bytes()


if __name__ == "__main__":
    main()
