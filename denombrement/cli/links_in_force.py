"""What ``count`` and ``protect`` say before any figure: that the links behind it are not those of today."""

from __future__ import annotations

from collections.abc import Sequence

from denombrement.cli.common import OpenCampaign
from denombrement.cli.language import say
from denombrement.dedup.campaign_links import EXACT, LINKED, read_links


def method_in_force(campaign: OpenCampaign) -> str:
    """How a count made now would tell persons apart: by links, or by exact code alone."""
    with campaign.store() as store:
        return EXACT if read_links(store) is None else LINKED


def answers_not_applied(campaign: OpenCampaign, method: str) -> int:
    """Reviewers' answers given since ``dedup`` last ran: what it found knows nothing of them.

    None are missing from a count by exact code, which looks at no answer: that is said instead.
    """
    if method == EXACT:
        return 0
    with campaign.store() as store:
        acts = store.verify_journal()
    last = max((entry.number for entry in acts if entry.act == "dedup"), default=0)
    later = (entry.facts["answers"] for entry in acts if entry.act == "review" and entry.number > last)
    return sum(len(answers) for answers in later if isinstance(answers, Sequence))


def warning_lines(method: str, answers: int, command: str) -> list[str]:
    """The warnings in sentences.

    Args:
        method: how persons were told apart.
        answers: given in ``review`` and not applied.
        command: what to run again once ``dedup`` has run.
    """
    if method == EXACT:
        return [say("count_by_code", command=command)]
    return [say("count_not_applied", answers=answers, command=command)] if answers else []
