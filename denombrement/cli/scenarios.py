"""``denombrement scenarios``: what communes and services that stayed away may hold, beside the count and never in it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from denombrement.cli.common import campaign_argument, common_options, emit, open_campaign, write_internal
from denombrement.cli.language import say, spoken

if TYPE_CHECKING:
    from denombrement.estimation.missing import MissingPlaces
    from denombrement.estimation.refusals import Refused
    from denombrement.library.places import AbsentCommunes, SilentServices

RESULT_FILE = "scenarios.txt"
DRAWS = 20_000


@click.command("scenarios", help=say("scenarios"))
@campaign_argument
@click.option("--seed", type=int, default=1, show_default=True, help=say("scenarios_seed"))
@common_options
def command(path: Path, seed: int, *, as_json: bool) -> None:
    """Prints the participating area first, then labelled scenarios; writes into ``internal/`` alone."""
    from denombrement.counts.campaign_count import count_campaign
    from denombrement.library.places import absent_communes, silent_services

    campaign = open_campaign(path)
    with campaign.store() as store:
        count = count_campaign(store, campaign.settings, campaign.services)
        communes = absent_communes(count, draws=DRAWS, seed=seed)
        services = silent_services(count, campaign.services, draws=DRAWS, seed=seed)
        with store.act("scenarios") as facts:
            facts.update({"seed": seed, "draws": DRAWS, "population_year": communes.year})
    lines = _lines(communes, services)
    output = write_internal(campaign.folder.internal / RESULT_FILE, lines)
    result = {
        "communes": _facts(communes.result),
        "services": _facts(services.result),
        "already_counted": communes.already_counted,
        "elsewhere": communes.elsewhere,
        "population_year": communes.year,
        "outputs": [str(output)],
    }
    emit(result, [*lines, say("estimate_internal", file=output)], as_json=as_json)


def _lines(communes: AbsentCommunes, services: SilentServices) -> list[str]:
    from denombrement.estimation.printing import beside_line, scenario_lines

    of_communes = {
        "part": communes.participating, "all": communes.communes, "year": communes.year,
        "elsewhere": communes.elsewhere, "already": communes.already_counted,
    }  # fmt: skip
    of_services = {"part": services.answered, "all": services.services}
    printed = [
        *scenario_lines(communes.result, spoken(), about="communes", facts=of_communes),
        *scenario_lines(services.result, spoken(), about="services", facts=of_services),
        beside_line(spoken()),
    ]
    return [line.text for line in printed]


def _facts(result: MissingPlaces | Refused) -> dict[str, Any]:
    from denombrement.estimation.refusals import Refused

    if isinstance(result, Refused):
        return {"refused": [each.reason for each in result.reasons]}
    return asdict(result)
