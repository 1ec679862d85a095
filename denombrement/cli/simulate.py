"""``denombrement simulate``: sealed returns of an invented province, into a campaign made for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from denombrement.campaign import Service, services_text
from denombrement.cli.common import (
    OpenCampaign,
    campaign_argument,
    common_options,
    emit,
    open_campaign,
)
from denombrement.cli.language import say

if TYPE_CHECKING:
    from denombrement.synthetic import Province

DEFAULT_PERSONS, DEFAULT_SEED = 1021, 2023
MAILBOX, TRUTH_FILE = "mailbox", "truth.json"
DAYS_AFTER_NIGHT = 5


@click.command("simulate", help=say("simulate"))
@campaign_argument
@click.option(
    "--persons", type=click.IntRange(1, 1_000_000), default=DEFAULT_PERSONS, help=say("simulate_persons")
)
@click.option("--seed", type=int, default=DEFAULT_SEED, help=say("simulate_seed"))
@click.option("--capture", type=float, multiple=True, help=say("simulate_capture"))
@common_options
def command(path: Path, persons: int, seed: int, capture: tuple[float, ...], *, as_json: bool) -> None:
    """Writes the mailbox, the services and the truth."""
    campaign = open_campaign(path)
    facts = simulate_campaign(campaign, persons, seed, capture)
    lines = [say("simulate_done", seed=seed, folder=path / MAILBOX, **facts)]
    if capture:
        lines.append(say("simulate_hidden", hidden=facts["hidden"], persons=persons))
    emit(
        {**facts, "seed": seed, "outputs": [str(path / MAILBOX), str(path / TRUTH_FILE)]},
        lines,
        as_json=as_json,
    )


def simulate_campaign(
    campaign: OpenCampaign, persons: int, seed: int, capture: Sequence[float] = ()
) -> dict[str, int]:
    """Generates the province, seals its returns into ``mailbox/`` and keeps the truth in ``truth.json``.

    Nothing but tests, benchmarks and the demonstration's last lines reads the truth.
    """
    from denombrement.synthetic import default_parameters, generate

    province = generate(default_parameters(), persons, seed, campaign.settings.night, capture)
    services = _services(province)
    campaign.folder.services.write_text(services_text(services.values()), encoding="utf-8-sig")
    written = _write_returns(campaign, province)
    truth = _truth(campaign, province)
    (campaign.folder.path / TRUTH_FILE).write_text(json.dumps(truth, indent=1), encoding="utf-8")
    facts = {"returns": written, "services": len(services)}
    return {**facts, "hidden": truth["hidden"]} if capture else facts


def _write_returns(campaign: OpenCampaign, province: Province) -> int:
    from denombrement.dedup.codes import Recipe
    from denombrement.intake.sealing import seal
    from denombrement.synthetic.returns import keyed_identities, returns

    settings, keys = campaign.settings, campaign.keyring
    mailbox = campaign.folder.path / MAILBOX
    mailbox.mkdir(exist_ok=True)
    identity = keyed_identities(campaign.secret(), settings.id, Recipe.load(settings.recipe))
    made_at = datetime.combine(settings.night + timedelta(days=DAYS_AFTER_NIGHT), time(10), UTC)
    recipients = keys.recipients()
    written = 0
    # One return at a time: a million persons would not fit in memory as bodies.
    for service, body in returns(province, settings.id, made_at, identity):
        text = orjson.dumps(body).decode()
        token = keys.service_token(settings.id, service)
        sealed = seal(text, recipients=recipients, service_token=token)
        (mailbox / f"{service}-{body['number']}.denombrement").write_bytes(sealed)
        written += 1
    return written


def _services(province: Province) -> Mapping[str, Service]:
    frame = province.services
    rows = zip(
        frame["service_id"], frame["name"], frame["type"], frame["commune"], frame["state"], strict=True
    )
    return {
        str(identifier): Service(str(identifier), str(name), str(kind), str(commune), str(state))
        for identifier, name, kind, commune, state in rows
    }


def _truth(campaign: OpenCampaign, province: Province) -> dict[str, Any]:
    from denombrement.dedup.codes import Recipe
    from denombrement.synthetic.truth import differences, exact_code_truth, truth_counts

    recipe = Recipe.load(campaign.settings.recipe)
    adults = province.persons[province.persons["in_scope"]]
    off = differences(province, recipe)
    # One line a reason: how many adults the exact code adds or hides because of it.
    by_reason = (off["counted"] - 1).groupby(off["main_reason"]).sum()
    return {
        **truth_counts(province),
        "hidden": int((adults["declarations"] == 0).sum()),
        "exact_code": exact_code_truth(province, recipe),
        "differences": {str(reason): int(number) for reason, number in by_reason.sort_index().items()},
    }
