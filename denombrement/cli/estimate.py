"""``denombrement estimate``: the persons nobody saw, as ranges with their conditions, or the reasons why not."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from denombrement.cli.common import (
    OpenCampaign,
    campaign_argument,
    common_options,
    emit,
    open_campaign,
    write_internal,
    write_text,
)
from denombrement.cli.language import say, spoken
from denombrement.errors import ProtectionRefusal, Undecided
from denombrement.journal import verify_chain
from denombrement.library.sightings import DEFAULT_DRAWS

if TYPE_CHECKING:
    from denombrement.estimation.declared import Declaration
    from denombrement.estimation.grouping import Grouping
    from denombrement.estimation.histories import CaptureHistories
    from denombrement.estimation.refusals import Refused
    from denombrement.estimation.unseen import UnseenEstimate
    from denombrement.intake.store import Store

DECLARATION_FILE = "estimate.toml"
RESULT_FILE = "estimation.txt"
GROUPING_ACT, RESULT_ACT, REFUSED_ACT = "estimate_grouping", "estimate", "estimate_refused"


@click.command("estimate", help=say("estimate"))
@campaign_argument
@click.option(
    "--draws",
    type=click.IntRange(1, 1000),
    default=DEFAULT_DRAWS,
    show_default=True,
    help=say("estimate_draws"),
)
@common_options
def command(path: Path, draws: int, *, as_json: bool) -> int:
    """Writes the declaration to tick where there is none; else estimates or refuses."""
    campaign = open_campaign(path)
    file = path / DECLARATION_FILE
    if not file.is_file():
        write_declaration(campaign, file)
        emit({"outputs": [str(file)]}, [say("estimate_template", file=file)], as_json=as_json)
        return Undecided.exit_code
    outcome = run_estimate(campaign, file.read_text(encoding="utf-8"), draws)
    if "refused" in outcome:
        lines = [say("estimate_refused"), *(f"- {reason['text']}" for reason in outcome["refused"])]
        emit(outcome, lines, as_json=as_json)
        return ProtectionRefusal.exit_code
    lines = [line["text"] for line in outcome["lines"]]
    output = write_internal(campaign.folder.internal / RESULT_FILE, lines)
    emit(
        {**outcome, "outputs": [str(output)]},
        [*lines, say("estimate_internal", file=output)],
        as_json=as_json,
    )
    return 0


def write_declaration(campaign: OpenCampaign, file: Path) -> None:
    """The questions for a person to answer, before any result."""
    from denombrement.estimation.declared import declaration_template
    from denombrement.estimation.grouping import default_groupings
    from denombrement.library.groupings import studied

    text = declaration_template(default_groupings(), studied(), spoken())
    write_text(file, f"# {say('estimate_head')}\n{text}")
    with campaign.store() as store, store.act("estimate_declaration") as facts:
        facts["groupings"] = [each.digest for each in default_groupings().values()]


def run_estimate(campaign: OpenCampaign, text: str, draws: int) -> dict[str, Any]:
    """Records the grouping, then estimates under every draw of the linkage; keeps the act in the journal.

    Raises:
        UsageProblem: LIB003, deduplication was not run; EST023, EST024 or EST010, the declaration is not one.
    """
    from denombrement.counts.campaign_count import count_campaign
    from denombrement.estimation.declared import read_declaration
    from denombrement.library.groupings import grouping_named
    from denombrement.library.sightings import declared_in_draws

    declaration = read_declaration(text, grouping_recorded_first=False)
    grouping = grouping_named(declaration.design.grouping)
    with campaign.store() as store:
        # Before anything is looked at: whoever sees a result first could choose the lists that please.
        recorded = _record_grouping(store, grouping)
        count = count_campaign(store, campaign.settings, campaign.services)
        declarations = store.frame("SELECT * FROM declarations ORDER BY service, declaration_id")
        declared = declared_in_draws(count, declarations, campaign.services, draws)
        declaration = replace(
            declaration, design=replace(declaration.design, grouping_recorded_first=recorded)
        )
        result = _estimate(declared, declaration)
        outcome = _outcome(result)
        outcome |= {
            "grouping": grouping.name,
            "grouping_digest": grouping.digest,
            "draws": len(declared.drawn),
        }
        with store.act(REFUSED_ACT if "refused" in outcome else RESULT_ACT) as facts:
            facts["grouping"] = grouping.digest
            facts["declaration"] = hashlib.sha256(text.encode()).hexdigest()
            facts["draws"] = len(declared.drawn)
            if "refused" in outcome:
                facts["reasons"] = [reason["reason"] for reason in outcome["refused"]]
    return outcome


def _estimate(declared: Any, declaration: Declaration) -> UnseenEstimate | Refused:  # noqa: ANN401 - a lazy type
    from denombrement.estimation.grouping import default_groupings
    from denombrement.estimation.unseen import estimate_unseen
    from denombrement.library.sightings import capture_draws

    studied = sorted(declaration.design.categories)
    under: dict[str, tuple[CaptureHistories, ...]] = {
        name: capture_draws(declared, grouping, studied) for name, grouping in default_groupings().items()
    }
    main = under.pop(declaration.design.grouping)
    return estimate_unseen(main, declaration.design, declaration.ticked, other_groupings=under)


def _record_grouping(store: Store, grouping: Grouping) -> bool:
    """Whether this grouping stood in the journal before the first result; records it where there is none yet."""
    lines = (line for (line,) in store.rows("SELECT line FROM journal ORDER BY number"))
    entries = verify_chain(lines)
    first_result = next((each.number for each in entries if each.act == RESULT_ACT), None)
    before = [
        each.facts.get("digest")
        for each in entries
        if each.act == GROUPING_ACT and (first_result is None or each.number < first_result)
    ]
    if first_result is None and (not before or before[-1] != grouping.digest):
        with store.act(GROUPING_ACT) as facts:
            facts.update({"grouping": grouping.name, "digest": grouping.digest})
        return True
    # The last one recorded before the first result is the one that the result was made with.
    return bool(before) and before[-1] == grouping.digest


def _outcome(result: UnseenEstimate | Refused) -> dict[str, Any]:
    from denombrement.estimation.printing import printed_lines
    from denombrement.estimation.refusals import Refused

    if isinstance(result, Refused):
        reasons = [{"reason": each.reason, "text": each.text(spoken())} for each in result.reasons]
        return {"refused": reasons}
    lines = printed_lines(result, spoken(), published_count=round(result.seen))
    ranges = result.ranges
    return {
        "seen": round(result.seen),
        "lines": [{"rank": each.rank, "key": each.key, "text": each.text} for each in lines],
        "lower_bound": asdict(ranges.lower_bound),
        "models": asdict(ranges.models),
        "averaging": asdict(ranges.averaging),
        "aic": asdict(ranges.aic),
        "prior": result.prior,
    }
