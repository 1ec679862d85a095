"""``dedup --cross-check``: a second opinion, printed beside the result and kept nowhere."""

from __future__ import annotations

import os
from typing import Any

from denombrement.cli.common import OpenCampaign, phases
from denombrement.cli.language import say
from denombrement.cli.notices import in_words, notice_lines
from denombrement.dedup.cross_check.backends import SPARK, Place
from denombrement.dedup.cross_check.campaign import cross_check_campaign, cross_check_report
from denombrement.dedup.review.answers import standing_answers

MASTER_VARIABLE = "DENOMBREMENT_SPARK_MASTER"
FOLDER_VARIABLE = "DENOMBREMENT_SPARK_FOLDER"
# Pairs listed on the screen; a machine gets all.
LISTED = 20


def chosen_place(backend: str) -> Place:
    """Where Splink computes, from the option and the environment."""
    if backend != SPARK:
        return Place(backend)
    master = os.environ.get(MASTER_VARIABLE) or Place.master
    return Place(backend, master, os.environ.get(FOLDER_VARIABLE, ""))


def run_cross_check(campaign: OpenCampaign, place: Place, *, quiet: bool = False) -> dict[str, Any]:
    """Lets Splink judge what ``dedup`` has just linked."""
    with campaign.store() as store, phases(1, say("dedup_cross_check_progress"), as_json=quiet) as tell:
        checked = cross_check_campaign(store, standing_answers(store).decisions, place)
        tell("splink")
    report = cross_check_report(checked)
    return {**report, "notices": in_words(report["notices"])}


def cross_check_lines(report: dict[str, Any]) -> list[str]:
    """The second opinion in sentences: what it is first, then its numbers."""
    lines = [say("dedup_splink"), say("dedup_splink_habit"), *notice_lines(report["notices"])]
    if not report["usable"]:
        return lines
    lines += [
        say("dedup_splink_persons", percent=_percent(each), number=each["persons"])
        for each in report["thresholds"]
    ]
    loosest = report["thresholds"][0]
    if loosest["violations"] or loosest["chains"]:
        lines.append(say("dedup_splink_broken", percent=_percent(loosest), **_broken(loosest)))
    return lines + _disagreement_lines(report)


def _disagreement_lines(report: dict[str, Any]) -> list[str]:
    found = report["disagreements"]
    lines = [say("dedup_splink_differ", number=len(found), sure=report["sure_pairs"])]
    for pair in found[:LISTED]:
        text = "dedup_splink_two" if pair["model"] < pair["splink"] else "dedup_splink_one"
        if not pair["compared"]:
            text = "dedup_splink_unseen"
        lines.append(say(text, first=pair["first_id"], second=pair["second_id"]))
    if len(found) > LISTED:
        lines.append(say("dedup_splink_more", number=len(found) - LISTED))
    elif found:
        lines.append(say("dedup_splink_answer"))
    return lines


def _percent(opinion: dict[str, Any]) -> int:
    return round(100 * float(opinion["threshold"]))


def _broken(opinion: dict[str, Any]) -> dict[str, int]:
    return {name: opinion[name] for name in ("violations", "chains")}
