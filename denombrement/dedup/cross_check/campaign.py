"""The second opinion on a campaign's own links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from denombrement.dedup.campaign_links import linkage_input
from denombrement.dedup.cross_check.backends import Place
from denombrement.dedup.linkage.constraints import Decisions
from denombrement.intake.store import Store

if TYPE_CHECKING:
    from denombrement.dedup.cross_check.result import CrossCheck

_LINKS = "SELECT first_id, second_id, posterior FROM links ORDER BY first_id, second_id"


def cross_check_campaign(store: Store, decisions: Decisions, place: Place) -> CrossCheck:
    """Compares the links kept by the last ``dedup`` with Splink's; writes nothing.

    Raises:
        UsageProblem: LNK911 where the tokens were purged; as ``second_opinion.cross_check``.
    """
    from denombrement.dedup.cross_check.second_opinion import cross_check

    records, together = linkage_input(store, decisions)
    return cross_check(records, store.frame(_LINKS), decisions=together, place=place)


def cross_check_report(checked: CrossCheck) -> dict[str, Any]:
    """What is printed: numbers, notices, and the disagreements by the declarations' ids."""
    return {
        "program": "splink",
        "backend": checked.backend,
        "changes_the_count": False,
        "usable": checked.usable,
        "thresholds": [
            {
                "threshold": each.threshold,
                "persons": each.persons,
                "persons_unconstrained": each.unconstrained,
                "pairs": each.pairs,
                "violations": each.violations,
                "chains": each.chains,
            }
            for each in checked.opinions
        ],
        "disagreements": checked.disagreements.round(4).to_dict("records"),
        "sure_pairs": checked.sure_pairs,
        "differing_share": round(checked.differing_share, 5),
        "certain_found": round(checked.certain_found, 4),
        "notices": [each.report() for each in checked.notices],
        "seconds": checked.seconds,
        "plan": checked.version,
    }
