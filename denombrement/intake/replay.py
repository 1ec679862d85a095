"""What was taken in before, as the journal tells it: so that a store made anew from the inbox is the one that was lost."""

from __future__ import annotations

import json
from dataclasses import dataclass

from denombrement.intake.store import Store


@dataclass(frozen=True, slots=True)
class TakenBefore:
    """A file that was taken in before the store was lost.

    Args:
        rank: in the order of taking in.
        service: of a list, which does not always name it.
    """

    rank: int
    service: str | None


def taken_before(store: Store) -> dict[str, TakenBefore]:
    """SHA-256 of each file taken in before, where the store is new and its journal is not; else nothing."""
    if store.rows("SELECT 1 FROM returns LIMIT 1"):
        return {}
    found: dict[str, TakenBefore] = {}
    for (line,) in store.rows("SELECT line FROM journal ORDER BY number"):
        entry = json.loads(line)
        if entry["act"] == "intake":
            services = dict(each.split(" ", 1) for each in entry["facts"].get("lists", ()))
            for sha256 in entry["facts"]["returns"]:
                # Taken in again, a file counts where it was last.
                found.pop(sha256, None)
                found[sha256] = TakenBefore(len(found), services.get(sha256))
    return found
