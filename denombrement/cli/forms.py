"""``denombrement forms``: every medium of the form, one personal page a service."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import click

from denombrement.campaign import CampaignFolder
from denombrement.cli.common import (
    KIT_MARK,
    OpenCampaign,
    campaign_argument,
    common_options,
    emit,
    open_campaign,
)
from denombrement.cli.language import say
from denombrement.dedup.codes import Recipe, web_tables
from denombrement.errors import UsageProblem
from denombrement.forms.page import CampaignPage, site_files
from denombrement.forms.page_script import script_hash

FORMS_FOLDER = "forms"
KIT_FOLDER = "kit-gardien"
SITE_FOLDER = "page"
HASH_FILE = "script-sha256.txt"
MEDIA = ("page", "workbook", "xlsform", "paper")
_OWNER_FILE, _OWNER_FOLDER = 0o600, 0o700


@click.command("forms", help=say("forms"))
@campaign_argument
@click.option("--address", default="", help=say("forms_address"))
@click.option(
    "--medium", "media", multiple=True, type=click.Choice(MEDIA), default=MEDIA, help=say("forms_medium")
)
@common_options
def command(path: Path, address: str, media: tuple[str, ...], *, as_json: bool) -> None:
    """Writes the pages of all services that have not refused, and the other media in the campaign's languages."""
    campaign = open_campaign(path)
    if campaign.is_kit:
        if CampaignFolder(path.resolve().parent).settings.is_file():
            raise UsageProblem("CAM016")
        campaign.keyring.make_secret()
    folder = path / FORMS_FOLDER
    folder.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
    asked, pages, kit = "page" in media, [], None
    if asked and campaign.settings.custodian and not campaign.keyring.holds_secret():
        kit = write_kit(campaign)
    elif asked:
        pages = write_pages(campaign, address)
    others = write_other_media(campaign, media)
    if not campaign.is_kit:
        with campaign.store() as store, store.act("forms") as facts:
            facts.update({"pages": len(pages), "kit": kit is not None, "media": sorted(media)})
    lines = [say("forms_done", number=len(pages), folder=folder), say("forms_secret")] if pages else []
    if kit:
        lines.append(say("forms_kit", folder=kit, custodian=campaign.settings.custodian))
    lines += [str(each) for each in others]
    outputs = [str(each) for each in (folder, *([kit] if kit else ()), *others)]
    emit({"pages": len(pages), "outputs": outputs}, lines, as_json=as_json)


def write_kit(campaign: OpenCampaign) -> Path:
    """What the custodian needs to make the pages on another computer; it holds no secret, and opens no return.

    Written again, it takes over the list of services as it is now.
    """
    folder = campaign.folder.path / KIT_FOLDER
    campaign.keyring.give_to_custodian(CampaignFolder(folder).keys)
    for name in (campaign.folder.settings.name, campaign.folder.services.name):
        _write(folder / name, (campaign.folder.path / name).read_bytes())
    _write(folder / KIT_MARK, say("kit_read_me", name=campaign.settings.name).encode())
    return folder


def write_other_media(campaign: OpenCampaign, media: Collection[str]) -> list[Path]:
    """Workbook and paper in each of the campaign's languages, and the XLSForm; none holds a secret."""
    folder, settings = campaign.folder.path / FORMS_FOLDER, campaign.settings
    written = []
    for language in settings.languages:
        if "workbook" in media:
            from denombrement.forms.workbook import workbook

            written.append(
                _write(folder / f"classeur-{language}.xlsx", workbook(settings, language=language))
            )
        if "paper" in media:
            from denombrement.forms.paper import paper

            written.append(_write(folder / f"papier-{language}.pdf", paper(settings, language=language)))
    if "xlsform" in media:
        from denombrement.forms.xlsform import xlsform

        services = list(campaign.services.values())
        written.append(_write(folder / "xlsform.xlsx", xlsform(settings, services=services)))
    return written


def write_pages(campaign: OpenCampaign, address: str) -> list[Path]:
    """One page a service, as a file for a double click and as a folder for an https host, with the script's hash.

    Each holds the campaign's secret: it is for that service alone, like its token.
    """
    keys, settings = campaign.keyring, campaign.settings
    shared = CampaignPage(
        settings,
        recipients=[key.jwk() for key in keys.recipients()],
        secret=campaign.secret(),
        identity_tables=web_tables(Recipe.load(settings.recipe)),
        address=address,
    )
    folder = campaign.folder.path / FORMS_FOLDER
    _write(folder / HASH_FILE, f"{script_hash()}\n".encode())
    asked = [each for each in campaign.services.values() if each.state != "refused"]
    (folder / SITE_FOLDER).mkdir(mode=_OWNER_FOLDER, exist_ok=True)
    for each in asked:
        token = keys.service_token(settings.id, each.id)
        _write(folder / f"{each.id}.html", shared.html(each, token).encode())
        site = folder / SITE_FOLDER / each.id
        site.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
        for name, text in site_files(shared, each, token).items():
            _write(site / name, text.encode())
    return [folder / f"{each.id}.html" for each in asked]


def _write(path: Path, content: bytes) -> Path:
    beside = path.with_suffix(".part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return beside.replace(path)
