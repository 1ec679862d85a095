"""``denombrement compare``: two campaigns on the communes and services that took part in both."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from denombrement.cli.common import common_options, emit
from denombrement.cli.language import say, spoken
from denombrement.errors import ProtectionRefusal

if TYPE_CHECKING:
    from denombrement.estimation.comparison import Comparison
    from denombrement.library.campaign import CampaignData

RESULT_FOLDER = "comparaisons"
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("compare", help=say("compare"))
@click.argument("one", metavar=say("dir"), type=_FOLDER)
@click.argument("other", metavar=say("dir"), type=_FOLDER)
@common_options
def command(one: Path, other: Path, *, as_json: bool) -> int:
    """Compares, the earlier night first; writes into ``internal/`` of the later campaign."""
    from denombrement.estimation.refusals import Refused
    from denombrement.library import compare, open_campaign

    campaigns = sorted((open_campaign(one), open_campaign(other)), key=lambda each: each.settings.night)
    found = compare(*campaigns)
    if isinstance(found, Refused):
        reasons = [{"reason": each.reason, "text": each.text(spoken())} for each in found.reasons]
        emit({"refused": reasons}, [each["text"] for each in reasons], as_json=as_json)
        return ProtectionRefusal.exit_code
    result, lines = _facts(found, campaigns), _lines(found, campaigns)
    output = _write(campaigns, lines)
    emit(
        {**result, "outputs": [str(output)]}, [*lines, say("compare_internal", file=output)], as_json=as_json
    )
    return 0


def _facts(found: Comparison, campaigns: list[CampaignData]) -> dict[str, Any]:
    facts = asdict(found)
    facts["verdict"] = found.verdict.value
    return {**facts, "campaigns": [each.settings.id for each in campaigns]}


def _lines(found: Comparison, campaigns: list[CampaignData]) -> list[str]:
    from denombrement.estimation.printing import comparison_lines

    names = [f"{each.settings.name} ({each.settings.night.isoformat()})" for each in campaigns]
    heading = say("compare_head", earlier=names[0], later=names[1])
    return [heading, *(line.text for line in comparison_lines(found, spoken())), say("compare_exact")]


def _write(campaigns: list[CampaignData], lines: list[str]) -> Path:
    earlier, later = campaigns
    folder = later.folder.internal / RESULT_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{earlier.settings.id}.txt"
    beside = file.with_name(file.name + ".part")
    beside.write_text("\n".join([say("estimate_mark"), *lines]) + "\n", encoding="utf-8")
    return beside.replace(file)
