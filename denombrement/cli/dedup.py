"""``denombrement dedup``: declarations become persons, with an interval and what needs a human."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import (
    OpenCampaign,
    campaign_argument,
    common_options,
    emit,
    open_campaign,
    phases,
)
from denombrement.cli.cross_check import chosen_place, cross_check_lines, run_cross_check
from denombrement.cli.language import say
from denombrement.cli.notices import in_words, notice_lines
from denombrement.dedup.campaign_links import (
    DEFAULT_SEED,
    keep_links,
    link_campaign,
    link_report,
    self_test_campaign,
)
from denombrement.dedup.cross_check.backends import BACKENDS, DUCKDB, check_place
from denombrement.dedup.review.answers import standing_answers
from denombrement.errors import Undecided

# Candidates, sampling, persons.
PHASES = 3


@click.command("dedup", help=say("dedup"))
@campaign_argument
@click.option("--seed", type=int, default=DEFAULT_SEED, help=say("dedup_seed"))
@click.option("--self-test", "is_test", is_flag=True, help=say("dedup_self_test"))
@click.option("--cross-check", "is_checked", is_flag=True, help=say("dedup_cross_check"))
@click.option("--cross-check-on", "backend", type=click.Choice(BACKENDS), help=say("dedup_cross_check_on"))
@common_options
def command(
    path: Path, seed: int, *, is_test: bool, is_checked: bool, backend: str | None, as_json: bool
) -> int:
    """Links, keeps the links, prints four counts side by side, and a second opinion where asked."""
    place = chosen_place(backend or DUCKDB) if is_checked or backend else None
    if place:
        # Before the long run, not after it.
        check_place(place)
    if is_test:
        tested = run_self_test(open_campaign(path), seed=seed)
        emit(tested, [say("dedup_self_tested", **tested)], as_json=as_json)
        return 0
    campaign = open_campaign(path)
    report = run_dedup(campaign, seed=seed, quiet=as_json)
    lines = dedup_lines(report)
    if place:
        report["cross_check"] = run_cross_check(campaign, place, quiet=as_json)
        lines += cross_check_lines(report["cross_check"])
    emit(report, lines, as_json=as_json)
    return Undecided.exit_code if report["undecided_pairs"] or report["contradictions"] else 0


def run_dedup(campaign: OpenCampaign, *, seed: int = DEFAULT_SEED, quiet: bool = False) -> dict[str, Any]:
    """Links a campaign's declarations as its reviewers answered, and keeps the result."""
    with campaign.store() as store, phases(PHASES, say("dedup_progress"), as_json=quiet) as tell:
        answers = standing_answers(store)
        result = link_campaign(store, answers.decisions, seed=seed, progress=tell)
        keep_links(store, result)
    report = link_report(result)
    return {
        **report,
        "notices": in_words(report["notices"]),
        "answers": len(answers.in_force),
        "answers_changed": len(answers.changed),
        "answers_gone": len(answers.gone),
        "seconds": result.seconds,
        "seed": seed,
    }


def run_self_test(campaign: OpenCampaign, *, seed: int = DEFAULT_SEED) -> dict[str, Any]:
    """Measures on a campaign's own file, with duplicates put in; leaves the campaign as it was."""
    with campaign.store() as store:
        tested = self_test_campaign(store, seed=seed)
    return {
        "injected": tested.injected,
        "found": tested.found,
        "strayed": tested.strayed,
        "recall": round(tested.recall, 4),
        "precision": round(tested.precision, 4),
        "count_error_percent": tested.count_error_percent,
        "seed": seed,
    }


def dedup_lines(report: dict[str, Any]) -> list[str]:
    """The counts in sentences, and warnings in words."""
    lines = [
        say("dedup_declarations", number=report["declarations"]),
        say("dedup_exact", number=report["exact_codes"]),
        say(
            "dedup_model",
            number=report["persons_median"],
            low=report["persons_low"],
            high=report["persons_high"],
        ),
        say("dedup_tables", number=report["persons"]),
        say(
            "dedup_occupancy",
            number=round(report["occupancy_persons"]),
            declarations=report["occupancy_declarations"],
        ),
        say("dedup_undecided", number=report["undecided_pairs"]),
    ]
    if report["occupancy_crowded"]:
        lines.append(say("dedup_crowded", number=report["occupancy_crowded"]))
    if report["answers"]:
        lines.append(say("dedup_answers", number=report["answers"]))
    if report["answers_changed"] or report["answers_gone"]:
        lines.append(say("dedup_reopened", changed=report["answers_changed"], gone=report["answers_gone"]))
    return lines + notice_lines(report["notices"])
