"""``denombrement demo``: from nothing to a finished count, on an invented province."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import common_options, emit, open_campaign
from denombrement.cli.count import count_lines, run_count
from denombrement.cli.dedup import dedup_lines, run_dedup
from denombrement.cli.intake import take_in, write_correction_sheets
from denombrement.cli.language import say
from denombrement.cli.new import create_campaign
from denombrement.cli.protect import run_protect
from denombrement.cli.publishing import publish
from denombrement.cli.simulate import DEFAULT_PERSONS, DEFAULT_SEED, MAILBOX, TRUTH_FILE, simulate_campaign
from denombrement.publication.public.parts import PARTS

NIGHT = "2023-10-19"
NAME = "Dénombrement de démonstration"
PASSPHRASE_FILE = "phrase-de-passe-demo.txt"  # noqa: S105 - the name of a file
PASSPHRASE_BYTES = 18


@click.command("demo", help=say("demo"))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), help=say("demo_out")
)
@click.option(
    "--persons", type=click.IntRange(1, 1_000_000), default=DEFAULT_PERSONS, help=say("simulate_persons")
)
@click.option("--seed", type=int, default=DEFAULT_SEED, help=say("simulate_seed"))
@common_options
def command(out: Path, persons: int, seed: int, *, as_json: bool) -> None:
    """Runs every stage and sets the count beside the truth."""
    phrase = _make_passphrase(out)
    campaign = open_campaign(out)
    simulated = simulate_campaign(campaign, persons, seed)
    campaign = open_campaign(out)
    taken = take_in(campaign, sorted((out / MAILBOX).iterdir()), phrase, quiet=as_json)
    sheets = write_correction_sheets(campaign)
    linked = run_dedup(campaign, quiet=as_json)
    result, outputs = run_count(campaign, quiet=as_json)
    _, verdict = run_protect(campaign)
    published = [path for part in PARTS for path in publish(campaign, part).outputs]
    truth = json.loads((out / TRUTH_FILE).read_text(encoding="utf-8"))
    summary = {
        **result.summary(),
        "files": taken.by_status,
        "outputs": [str(path) for path in [*outputs, *sheets, verdict, *published]],
        "truth": truth,
    }
    lines = [
        say("simulate_done", folder=out / MAILBOX, seed=seed, **simulated),
        *dedup_lines(linked),
        *count_lines(summary, campaign.folder.internal),
        *_truth_lines(summary, truth),
        say("demo_done", report=campaign.folder.internal / "rapport.html"),
        say("demo_public", number=len(published), folder=campaign.folder.public, verdict=verdict),
    ]
    emit(summary, lines, as_json=as_json)


def _make_passphrase(out: Path) -> str:
    phrase = secrets.token_urlsafe(PASSPHRASE_BYTES)
    create_campaign(out, NIGHT, NAME, phrase, [])
    # Kept beside the campaign only because every person in it is invented.
    file = out / "keys" / PASSPHRASE_FILE
    file.touch(mode=0o600)
    file.write_text(phrase, encoding="utf-8")
    return phrase


def _truth_lines(summary: dict[str, Any], truth: dict[str, Any]) -> list[str]:
    by_code = truth["exact_code"]["adults"]
    difference, reasons = f"{by_code - truth['adults']:+d}", reasons_text(truth["differences"])
    return [
        say("demo_truth", adults=truth["adults"], children=truth["children"]),
        say("demo_difference", difference=f"{summary['adults'] - truth['adults']:+d}"),
        say("demo_exact", adults=by_code, difference=difference, reasons=reasons),
    ]


def reasons_text(differences: Mapping[str, int]) -> str:
    """Why a count by exact code is off, in words, what moves it most first; reasons that move nothing are left out."""
    moving = sorted(differences.items(), key=lambda each: -abs(each[1]))
    return ", ".join(f"{say(f'difference_{reason}')} {number:+d}" for reason, number in moving if number)
