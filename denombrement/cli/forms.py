"""``denombrement forms``: every medium of the form, one personal page a service."""

from __future__ import annotations

import os
from pathlib import Path

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say
from denombrement.dedup.codes import Recipe, web_tables
from denombrement.forms.page import CampaignPage

FORMS_FOLDER = "forms"
_OWNER_FILE, _OWNER_FOLDER = 0o600, 0o700


@click.command("forms", help=say("forms"))
@campaign_argument
@click.option("--address", default="", help=say("forms_address"))
@common_options
def command(path: Path, address: str, *, as_json: bool) -> None:
    """Writes the pages of all services that have not refused."""
    campaign = open_campaign(path)
    written = write_pages(campaign, address)
    folder = path / FORMS_FOLDER
    lines = [say("forms_done", number=len(written), folder=folder), say("forms_secret")]
    emit({"pages": len(written), "outputs": [str(folder)]}, lines, as_json=as_json)


def write_pages(campaign: OpenCampaign, address: str) -> list[Path]:
    """One page a service. Each holds the campaign's secret: it is for that service alone, like its token."""
    keys, settings = campaign.keyring, campaign.settings
    shared = CampaignPage(
        settings,
        recipients=[key.jwk() for key in keys.recipients()],
        secret=keys.secret(),
        identity_tables=web_tables(Recipe.load(settings.recipe)),
        address=address,
    )
    folder = campaign.folder.path / FORMS_FOLDER
    folder.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
    return [
        _write(folder / f"{each.id}.html", shared.html(each, keys.service_token(settings.id, each.id)))
        for each in campaign.services.values()
        if each.state != "refused"
    ]


def _write(path: Path, text: str) -> Path:
    beside = path.with_suffix(".part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return beside.replace(path)
