"""``denombrement status``: who answered, who said zero, who is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from denombrement.cli.common import OpenCampaign, campaign_argument, common_options, emit, open_campaign
from denombrement.cli.language import say, spoken
from denombrement.counts.participation import Participation, participation
from denombrement.reference import commune
from denombrement.survey.questionnaire import option_label

STATES = ("answered", "zero", "promised", "refused", "silent")


@click.command("status", help=say("status"))
@campaign_argument
@common_options
def command(path: Path, *, as_json: bool) -> None:
    """Prints participation."""
    campaign = open_campaign(path)
    with campaign.store() as store:
        returns = dict(store.rows("SELECT service, met_nobody FROM returns WHERE status = 'current'"))
        refused = store.rows(
            "SELECT file, reason FROM returns WHERE status IN ('refused', 'outdated') ORDER BY rank"
        )
    found = participation(campaign.services, returns, campaign.settings.night)
    emit(_as_json(campaign, found, refused), _lines(campaign, found), as_json=as_json)


def _as_json(campaign: OpenCampaign, found: Participation, refused: list[tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "campaign": campaign.settings.id,
        "services": dict(found.services),
        "communes": dict(found.communes),
        "communes_participating": len(found.participating),
        "communes_total": len(found.communes),
        "refused_files": [{"file": file, "reason": reason} for file, reason in refused],
    }


def _lines(campaign: OpenCampaign, found: Participation) -> list[str]:
    numbers = {state: found.number_of_services(state) for state in STATES}
    lines = [
        say("status_communes", participating=len(found.participating), total=len(found.communes)),
        say("status_services", **numbers),
    ]
    for state in ("silent", "promised", "refused"):
        for service, of_service in sorted(found.services.items()):
            if of_service == state:
                each = campaign.services[service]
                kind = option_label("service_type", each.type, spoken())
                where = commune(each.commune, campaign.settings.night).name(spoken())
                lines.append(f"  {state:9} {service:24} {kind}, {where}")
    return lines
