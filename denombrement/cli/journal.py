"""``denombrement journal``: read the journal, or prove it whole."""

from __future__ import annotations

from pathlib import Path

import click

from denombrement.cli.common import campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say


@click.command("journal", help=say("journal"))
@campaign_argument
@click.option("--verify", is_flag=True, help=say("journal_verify"))
@common_options
def command(path: Path, *, verify: bool, as_json: bool) -> None:
    """Prints the journal after checking it; a journal that does not hold is an error."""
    campaign = open_campaign(path)
    with campaign.store() as store:
        entries = store.verify_journal()
    lines = [] if verify else [f"{each.number:4} {each.at} {each.act}" for each in entries]
    lines.append(say("journal_intact", entries=len(entries)))
    result = {"intact": True, "entries": len(entries), "head": entries[-1].hash if entries else ""}
    emit(result, lines, as_json=as_json)
