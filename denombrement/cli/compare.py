"""``denombrement compare``: two campaigns on the communes and services that took part in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from denombrement.cli.common import common_options, emit, write_text
from denombrement.cli.language import say, spoken
from denombrement.errors import ProtectionRefusal

if TYPE_CHECKING:
    from denombrement.campaign import Campaign
    from denombrement.estimation.comparison import Comparison
    from denombrement.estimation.refusals import Refused

RESULT_FOLDER = "comparaisons"
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("compare", help=say("compare"))
@click.argument("one", metavar=say("dir"), type=_FOLDER)
@click.argument("other", metavar=say("dir"), type=_FOLDER)
@click.option("--public", "published", is_flag=True, help=say("compare_public"))
@common_options
def command(one: Path, other: Path, *, published: bool, as_json: bool) -> int:
    """Compares, the earlier night first; exact figures go into ``internal/`` of the later campaign."""
    if published:
        from denombrement.cli.compare_public import compare_published

        return compare_published(one, other, as_json=as_json)
    from denombrement.estimation.refusals import Refused
    from denombrement.library import compare, open_campaign

    campaigns = sorted((open_campaign(one), open_campaign(other)), key=lambda each: each.settings.night)
    found = compare(*campaigns)
    if isinstance(found, Refused):
        return emit_refused(found, as_json=as_json)
    settings = [each.settings for each in campaigns]
    result = comparison_facts(found, settings)
    lines = [*comparison_text(found, settings), say("compare_exact")]
    folder = campaigns[1].folder.internal / RESULT_FOLDER
    output = write_comparison(folder, settings, [say("estimate_mark"), *lines])
    emit(
        {**result, "outputs": [str(output)]}, [*lines, say("compare_internal", file=output)], as_json=as_json
    )
    return 0


def emit_refused(found: Refused, *, as_json: bool) -> int:
    """Says why two campaigns cannot be compared."""
    reasons = [{"reason": each.reason, "text": each.text(spoken())} for each in found.reasons]
    emit({"refused": reasons}, [each["text"] for each in reasons], as_json=as_json)
    return ProtectionRefusal.exit_code


def comparison_facts(found: Comparison, settings: Sequence[Campaign]) -> dict[str, Any]:
    """For ``--json``."""
    return {
        **asdict(found),
        "verdict": found.verdict.value,
        "campaigns": [each.id for each in settings],
    }


def comparison_text(found: Comparison, settings: Sequence[Campaign]) -> list[str]:
    """The comparison in sentences, under both names."""
    from denombrement.estimation.printing import comparison_lines

    names = [f"{each.name} ({each.night.isoformat()})" for each in settings]
    heading = say("compare_head", earlier=names[0], later=names[1])
    return [heading, *(line.text for line in comparison_lines(found, spoken()))]


def write_comparison(folder: Path, settings: Sequence[Campaign], lines: Sequence[str]) -> Path:
    """Writes into a folder, in a file named after the earlier campaign."""
    return write_text(folder / f"{settings[0].id}.txt", "\n".join(lines) + "\n")
