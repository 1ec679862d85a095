"""``denombrement protect``: disclosure control of everything that the plan prints, and its audit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say
from denombrement.cli.links_in_force import answers_not_applied, method_in_force, warning_lines
from denombrement.cli.publishing import (
    PLAN_FILE,
    Intended,
    intended,
    keep_release,
    last_release,
    protection_secret,
    written_beside,
)
from denombrement.errors import Undecided, UsageProblem
from denombrement.intake.store import Store
from denombrement.protection.release import Refused, Release, protect
from denombrement.protection.verdict import AuditVerdict
from denombrement.publication.public.pages import french_spaces
from denombrement.publication.public.planned import campaign_plan_text
from denombrement.publication.public.verdict_page import verdict_page

VERDICT_FILE = "verdict.html"


@click.command("protect", help=say("protect"))
@campaign_argument
@click.option("--write-plan", is_flag=True, help=say("protect_write_plan"))
@common_options
def command(path: Path, *, write_plan: bool, as_json: bool) -> int:
    """Protects, attacks, writes the verdict's page; ``public/`` stays as it is."""
    campaign = open_campaign(path)
    if write_plan:
        file = write_plan_file(campaign)
        emit({"outputs": [str(file)]}, [say("protect_plan_written", file=file)], as_json=as_json)
        return 0
    release, page = run_protect(campaign)
    result, lines = outcome(release.verdict, page)
    counted_by = method_in_force(campaign)
    waiting = answers_not_applied(campaign, counted_by)
    emit(
        {**result, "counted_by": counted_by, "answers_not_applied": waiting},
        [*warning_lines(counted_by, waiting, "protect"), *lines],
        as_json=as_json,
    )
    return Undecided.exit_code if waiting else 0


def write_plan_file(campaign: OpenCampaign) -> Path:
    """The plan as a file of the campaign, for the controller to change; never overwrites one.

    Raises:
        UsageProblem: PUB057, there is one.
    """
    file = campaign.folder.path / PLAN_FILE
    if file.exists():
        raise UsageProblem("PUB057", where=PLAN_FILE)
    with written_beside(file) as beside:
        beside.write_text(campaign_plan_text(), encoding="utf-8")
    return file


def run_protect(campaign: OpenCampaign) -> tuple[Release, Path]:
    """Protects the present count; the same count, plan and profile give the release already kept.

    Returns:
        The release and the verdict's page.

    Raises:
        Refused: PRO005, an attacker would learn a small count; the page says which.
    """
    with campaign.store() as store:
        wanted = intended(campaign, store)
        secret = protection_secret(campaign, store)
        kept = last_release(store)
        if kept is not None and kept.intended == wanted.digest:
            release = Release.from_bytes(kept.signed, secret)
            return release, _write_page(campaign, wanted, release.verdict)
        return _protect_anew(campaign, store, wanted, secret)


def _protect_anew(
    campaign: OpenCampaign, store: Store, wanted: Intended, secret: bytes
) -> tuple[Release, Path]:
    try:
        release = protect(
            wanted.counts.tables,
            plan=wanted.plan,
            profile=wanted.profile,
            secret=secret,
            history=wanted.history,
            contributions=wanted.counts.contributions,
            shared=wanted.counts.shared,
            impossible=wanted.counts.impossible,
        )
    except Refused as refusal:
        _write_page(campaign, wanted, refusal.verdict)
        with store.act("protect_refused") as facts:
            facts.update({**_facts(refusal.verdict), "counts": wanted.digest})
        raise
    signed = release.to_bytes(secret)
    with store.act("protect") as facts:
        keep_release(store, wanted, signed)
        facts.update({**_facts(release.verdict), "counts": wanted.digest})
        facts["release"] = hashlib.sha256(signed).hexdigest()
    return release, _write_page(campaign, wanted, release.verdict)


def _facts(verdict: AuditVerdict) -> dict[str, Any]:
    return {
        "method": verdict.method,
        "profile": verdict.profile,
        "draws": verdict.draws,
        "attackers": len(verdict.attackers),
        "pairs": verdict.pairs,
        "pairs_possible": verdict.pairs_possible,
        "findings": len(verdict.findings),
        "cells": verdict.cells,
        "moved": verdict.moved,
    }


def _write_page(campaign: OpenCampaign, wanted: Intended, verdict: AuditVerdict) -> Path:
    text = verdict_page(campaign.settings.name, verdict, wanted.plan, wanted.profile, wanted.digest)
    page = campaign.folder.internal / VERDICT_FILE
    with written_beside(page) as beside:
        beside.write_text(french_spaces(text), encoding="utf-8")
    return page


def outcome(verdict: AuditVerdict, page: Path) -> tuple[dict[str, Any], list[str]]:
    """What a passed audit prints: as data, and in sentences."""
    result = {**_facts(verdict), "passed": verdict.passed, "outputs": [str(page)]}
    lines = [say("protect_passed", attackers=len(verdict.attackers), cells=verdict.printed)]
    if verdict.pairs_possible:
        lines.append(say("protect_pairs", pairs=verdict.pairs, possible=verdict.pairs_possible))
    if verdict.moved:
        lines.append(say("protect_moved", moved=verdict.moved))
    if verdict.slack:
        reach = verdict.base * (1 + verdict.slack) - 1
        lines.append(say("protect_coarser", reach=reach, usual=verdict.base - 1))
    return result, [*lines, say("protect_page", page=page)]
