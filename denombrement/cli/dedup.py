"""``denombrement dedup``: declarations become persons, with an interval and what needs a human."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say, spoken
from denombrement.dedup.campaign_links import DEFAULT_SEED, keep_links, link_campaign, link_report
from denombrement.dedup.linkage.constraints import Decisions
from denombrement.errors import Undecided


@click.command("dedup", help=say("dedup"))
@campaign_argument
@click.option("--seed", type=int, default=DEFAULT_SEED, help=say("dedup_seed"))
@common_options
def command(path: Path, seed: int, *, as_json: bool) -> int:
    """Links, keeps the links, prints four counts side by side."""
    report = run_dedup(open_campaign(path), seed=seed)
    emit(report, dedup_lines(report), as_json=as_json)
    return Undecided.exit_code if report["undecided_pairs"] or report["contradictions"] else 0


def run_dedup(campaign: OpenCampaign, *, seed: int = DEFAULT_SEED) -> dict[str, Any]:
    """Links a campaign's declarations and keeps the result."""
    with campaign.store() as store:
        result = link_campaign(store, Decisions(), seed=seed)
        keep_links(store, result)
    return {**link_report(result), "seconds": result.seconds, "seed": seed}


def dedup_lines(report: dict[str, Any]) -> list[str]:
    """The counts in sentences, and warnings in words."""
    lines = [
        say("dedup_declarations", number=report["declarations"]),
        say("dedup_exact", number=report["exact_codes"]),
        say("dedup_model", number=report["persons"], low=report["persons_low"], high=report["persons_high"]),
        say(
            "dedup_occupancy",
            number=round(report["occupancy_persons"]),
            declarations=report["occupancy_declarations"],
        ),
        say("dedup_undecided", number=report["undecided_pairs"]),
    ]
    return lines + [f"  {notice['code']}: {notice[spoken()]}" for notice in report["notices"]]
