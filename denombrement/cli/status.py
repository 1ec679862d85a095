"""``denombrement status``: who answered, who said zero, who is silent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say, spoken
from denombrement.cli.set_aside import set_aside, set_aside_json, set_aside_lines
from denombrement.counts.participation import Participation, participation
from denombrement.intake.sealing import RECEIPT_CHARACTERS
from denombrement.intake.unheard import unheard_by_service
from denombrement.reference import commune

STATES = ("answered", "zero", "promised", "refused", "silent")


@click.command("status", help=say("status"))
@campaign_argument
@common_options
def command(path: Path, *, as_json: bool) -> None:
    """Prints participation."""
    campaign = open_campaign(path)
    with campaign.store() as store:
        current = store.rows("SELECT service, met_nobody, sha256 FROM returns WHERE status = 'current'")
        refused = store.rows(
            "SELECT file, reason FROM returns WHERE status IN ('refused', 'outdated') ORDER BY rank"
        )
        unheard = unheard_by_service(store)
        aside = set_aside(store, campaign.folder)
    returns = {service: met_nobody for service, met_nobody, _ in current}
    receipts = {service: sha256[:RECEIPT_CHARACTERS] for service, _, sha256 in current}
    found = participation(campaign.services, returns, campaign.settings.night)
    result = {**_as_json(campaign, found, refused), "receipts": receipts, "unheard": unheard}
    result |= set_aside_json(aside)
    lines = _lines(campaign, found, receipts)
    lines += [say("status_unheard", service=service, number=number) for service, number in unheard.items()]
    lines += [say("status_refused", file=file, code=code) for file, code in refused]
    lines += set_aside_lines(aside)
    emit(result, lines, as_json=as_json)


def _as_json(campaign: OpenCampaign, found: Participation, refused: list[tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "campaign": campaign.settings.id,
        "services": dict(found.services),
        "communes": dict(found.communes),
        "communes_participating": len(found.participating),
        "communes_total": len(found.communes),
        "refused_files": [{"file": file, "reason": reason} for file, reason in refused],
    }


def _lines(campaign: OpenCampaign, found: Participation, receipts: Mapping[str, str]) -> list[str]:
    numbers = {state: found.number_of_services(state) for state in STATES}
    lines = [
        say("status_communes", participating=len(found.participating), total=len(found.communes)),
        say("status_services", **numbers),
    ]
    width = max((len(service) for service in found.services), default=0)
    for state in STATES:
        for service, of_service in sorted(found.services.items()):
            if of_service == state:
                each = campaign.services[service]
                where = commune(each.commune, campaign.settings.night).name(spoken())
                receipt = receipts.get(service, "")
                lines.append(
                    f"  {say(f'state_{state}'):16} {service:{width}} {each.name} ({where}) {receipt}".rstrip()
                )
    return lines
