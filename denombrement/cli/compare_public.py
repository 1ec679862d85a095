"""``denombrement compare --public``: two campaigns compared on protected cells alone."""

from __future__ import annotations

from pathlib import Path

from denombrement.cli.common import OpenCampaign, emit, open_campaign
from denombrement.cli.compare import (
    RESULT_FOLDER,
    comparison_facts,
    comparison_text,
    emit_refused,
    write_comparison,
)
from denombrement.cli.language import say
from denombrement.cli.panels import drop_panel, keep_panel
from denombrement.cli.protect import run_protect
from denombrement.counts.campaign_count import count_campaign
from denombrement.errors import ProtectionRefusal, UsageProblem
from denombrement.estimation.comparison import (
    CampaignSightings,
    Comparison,
    PanelCells,
    compare_campaigns,
    compare_cells,
    mergers_until,
)
from denombrement.estimation.refusals import Refused
from denombrement.library.panels import Panel, common_panels, protected_cells
from denombrement.library.sightings import campaign_sightings


def compare_published(one: Path, other: Path, *, as_json: bool) -> int:
    """Protects the common ground of both campaigns with all that they print, then compares what may be published."""
    earlier, later = sorted((open_campaign(one), open_campaign(other)), key=lambda each: each.settings.night)
    found = publishable(earlier, later)
    if isinstance(found, Refused):
        return emit_refused(found, as_json=as_json)
    settings = [earlier.settings, later.settings]
    lines = [
        *comparison_text(found, settings),
        say("compare_margin", margin=found.margin),
        say("compare_published"),
    ]
    output = write_comparison(later.folder.path / RESULT_FOLDER, settings, lines)
    result = {**comparison_facts(found, settings), "outputs": [str(output)]}
    emit(result, [*lines, say("compare_publishable", file=output)], as_json=as_json)
    return 0


def publishable(earlier: OpenCampaign, later: OpenCampaign) -> Comparison | Refused:
    """The comparison that protected cells give, or why there is none.

    Raises:
        UsageProblem: EST025, both are one campaign.
        ProtectionRefusal: PRO005 or another, a campaign with this table besides cannot be protected: nothing of it is
            published; EST026, the profile withholds a cell.
    """
    if earlier.settings.id == later.settings.id:
        raise UsageProblem("EST025")
    before, after = _sightings(earlier), _sightings(later)
    merged = mergers_until(later.settings.night)
    exact = compare_campaigns(before, after, replaced_by=merged)
    if isinstance(exact, Refused):
        return exact
    panels = common_panels(before, after, (earlier.settings.id, later.settings.id), merged)
    protected = [_protected(*each) for each in zip((earlier, later), panels, strict=True)]
    return compare_cells(
        protected[0][0],
        protected[1][0],
        common_communes=exact.common_communes,
        common_services=exact.common_services,
        margin=max(margin for _, margin in protected),
    )


def _sightings(campaign: OpenCampaign) -> CampaignSightings:
    with campaign.store() as store:
        return campaign_sightings(count_campaign(store, campaign.settings, campaign.services))


def _protected(campaign: OpenCampaign, panel: Panel) -> tuple[PanelCells, int]:
    with campaign.store() as store:
        is_new = keep_panel(store, panel)
    try:
        release, _ = run_protect(campaign)
    except ProtectionRefusal:
        # One that readers have already must stay: a later release has to know it.
        if is_new:
            with campaign.store() as store:
                drop_panel(store, panel)
        raise
    return protected_cells(release.tables[panel.dimension])
