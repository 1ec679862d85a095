"""``denombrement export``: the open data, from protected tables only."""

from __future__ import annotations

from pathlib import Path

import click

from denombrement.cli.common import campaign_argument, common_options, open_campaign
from denombrement.cli.language import say
from denombrement.cli.publishing import publish, tell_published

PART = "donnees"


@click.command("export", help=say("export"))
@campaign_argument
@common_options
def command(path: Path, *, as_json: bool) -> None:
    """Writes the data package that may leave."""
    published = publish(open_campaign(path), PART)
    done = say("export_done", number=len(published.outputs), folder=path / "public" / PART)
    tell_published(published, done, as_json=as_json)
