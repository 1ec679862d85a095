"""``denombrement boundaries add|fetch``: real boundaries for a campaign's maps."""

from __future__ import annotations

from pathlib import Path

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.count import BOUNDARIES_FILE
from denombrement.cli.language import say

_FILE = click.Path(path_type=Path, exists=True)


@click.group("boundaries", help=say("boundaries"))
def command() -> None:
    """The group of both."""


@command.command("add", help=say("boundaries_add"))
@campaign_argument
@click.argument("file", type=_FILE)
@click.option("--credit", required=True, help=say("boundaries_credit"))
@click.option("--column", default="", help=say("boundaries_column"))
@common_options
def add(path: Path, file: Path, credit: str, column: str, *, as_json: bool) -> None:
    """Checks and keeps a boundary file."""
    _add(open_campaign(path), file, credit, column, as_json=as_json)


@command.command("fetch", help=say("boundaries_fetch"))
@campaign_argument
@click.option("--address", required=True, help=say("boundaries_address"))
@click.option("--sha256", required=True, help=say("boundaries_sha256"))
@click.option("--credit", required=True, help=say("boundaries_credit"))
@common_options
def fetch(path: Path, address: str, sha256: str, credit: str, *, as_json: bool) -> None:
    """Downloads, checks and keeps a boundary file."""
    from denombrement.publication.boundary_import import fetch_boundary_file

    campaign = open_campaign(path)
    file = fetch_boundary_file(address, sha256, campaign.folder.path / "downloads")
    _add(campaign, file, credit, "", as_json=as_json)


def _add(campaign: OpenCampaign, file: Path, credit: str, column: str, *, as_json: bool) -> None:
    from denombrement.publication.boundaries import boundaries_json
    from denombrement.publication.boundary_import import import_boundaries

    found = import_boundaries(file, campaign.settings.night, credit=credit, nis_column=column)
    kept = campaign.folder.path / BOUNDARIES_FILE
    beside = kept.with_suffix(".part")
    beside.write_text(boundaries_json(found), encoding="utf-8")
    beside.replace(kept)
    with campaign.store() as store, store.act("boundaries") as facts:
        facts["communes"] = len(found.communes)
    result = {"communes": len(found.communes), "outputs": [str(kept)]}
    emit(result, [say("boundaries_done", communes=len(found.communes))], as_json=as_json)
