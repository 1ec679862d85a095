"""``denombrement new``: a campaign's folder with keys, secret and a template of services."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from denombrement.campaign import (
    Campaign,
    CampaignFolder,
    Service,
    campaign_text,
    new_campaign_id,
    services_text,
)
from denombrement.cli.common import campaign_argument, common_options, emit, passphrase, passphrase_option
from denombrement.cli.language import say
from denombrement.errors import UsageProblem
from denombrement.intake.keyring import Keyring
from denombrement.intake.store import open_store

_OWNER_FOLDER = 0o700
_EXAMPLE = Service("exemple-cpas", "CPAS (exemple, à remplacer)", "cpas", "81001", "invited")


@click.command("new", help=say("new"))
@campaign_argument
@click.option("--night", required=True, help=say("new_night"))
@click.option("--name", default="Dénombrement", help=say("new_name"))
@click.option("--custodian", default="", help=say("new_custodian"))
@passphrase_option
@common_options
def command(
    path: Path, night: str, name: str, custodian: str, passphrase_file: Path | None, *, as_json: bool
) -> None:
    """Creates the campaign."""
    phrase = passphrase(passphrase_file, confirm=True)
    campaign = create_campaign(path, night, name, phrase, [_EXAMPLE], custodian=custodian)
    lines = [say("new_done", folder=path), say("new_spare")]
    if custodian:
        lines.append(say("new_without_secret", custodian=custodian, folder=path))
    emit(
        {
            "campaign": campaign.id,
            "night": campaign.night.isoformat(),
            "custodian": custodian,
            "outputs": [str(path)],
        },
        lines,
        as_json=as_json,
    )


def create_campaign(
    path: Path, night: str, name: str, secret_phrase: str, services: list[Service], *, custodian: str = ""
) -> Campaign:
    """Writes the folder; refuses one that already holds something. With a custodian, no secret is made here.

    Raises:
        UsageProblem: CAM010 (folder not empty), CAM013 (short passphrase), CAM014 (no date).
    """
    folder = CampaignFolder(path)
    if path.exists() and any(path.iterdir()):
        raise UsageProblem("CAM010")
    evening = _date(night)
    campaign = Campaign(id=new_campaign_id(name, evening), name=name, night=evening, custodian=custodian)
    path.mkdir(mode=_OWNER_FOLDER, parents=True, exist_ok=True)
    Keyring(folder.keys).make(secret_phrase, with_secret=not custodian)
    for each in (folder.inbox, folder.internal, folder.public):
        each.mkdir(parents=True, exist_ok=True)
    folder.settings.write_text(campaign_text(campaign), encoding="utf-8")
    # With its mark, so that a spreadsheet on Windows shows the accents.
    folder.services.write_text(services_text(services), encoding="utf-8-sig")
    with open_store(folder.store, folder.journal, create=True) as store, store.act("new") as facts:
        facts.update({"campaign": campaign.id, "night": campaign.night.isoformat()})
    return campaign


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem("CAM014") from None
