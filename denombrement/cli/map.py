"""``denombrement map``: maps from protected tables only."""

from __future__ import annotations

from pathlib import Path

import click

from denombrement.cli.common import campaign_argument, common_options, open_campaign
from denombrement.cli.language import say
from denombrement.cli.publishing import languages_option, publish, tell_published

PART = "cartes"


@click.command("map", help=say("map"))
@campaign_argument
@languages_option
@common_options
def command(path: Path, languages: tuple[str, ...], *, as_json: bool) -> None:
    """Draws the maps that may leave."""
    published = publish(open_campaign(path), PART, languages)
    done = say("map_done", number=len(published.outputs), folder=path / "public" / PART)
    tell_published(published, done, as_json=as_json)
