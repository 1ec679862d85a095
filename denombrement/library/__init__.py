"""The library's public surface: a campaign as typed, labelled tables; what is not named here is private.

``import denombrement as dn; c = dn.open_campaign(path)``. See ``docs/library.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from denombrement.library.campaign import CampaignData, open_campaign
from denombrement.library.columns import code_label, column_label, labelled

if TYPE_CHECKING:
    from denombrement.estimation.comparison import Comparison
    from denombrement.estimation.refusals import Refused

__all__ = ["CampaignData", "code_label", "column_label", "compare", "labelled", "open_campaign"]


def compare(one: CampaignData, other: CampaignData) -> Comparison | Refused:
    """Two campaigns on the communes and services that they have in common, the earlier night first.

    Raises:
        UsageProblem: EST025, both are one campaign.
    """
    from denombrement.errors import UsageProblem
    from denombrement.estimation.comparison import compare_campaigns, mergers_until

    if one.settings.id == other.settings.id:
        raise UsageProblem("EST025")
    earlier, later = sorted((one, other), key=lambda each: each.settings.night)
    return compare_campaigns(earlier.panel(), later.panel(), replaced_by=mergers_until(later.settings.night))
