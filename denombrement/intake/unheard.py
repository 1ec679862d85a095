"""Declarations that a service once handed over and of which its present state says nothing: kept in mind, never counted.

A return is a service's whole state. Two computers of one service hand over two states, of which one alone can be
current: what the other held must not go without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from denombrement.intake.model import ReadReturn
from denombrement.intake.store import Store

Key = tuple[str, str]


def stored_state(store: Store, service: str) -> frozenset[str]:
    """Declarations of which a service's current return in the store says something: held, set aside or withdrawn."""
    rows = store.rows(
        "SELECT declaration_id FROM declarations WHERE service = $1 UNION ALL "
        "SELECT declaration_id FROM withdrawals WHERE service = $1 UNION ALL "
        "SELECT declaration_id FROM quarantine SEMI JOIN (SELECT sha256, service FROM returns WHERE "
        "status = 'current') USING (sha256, service) WHERE service = $1",
        [service],
    )
    return frozenset(identifier for (identifier,) in rows)


def held_by_file(store: Store, services: Iterable[str]) -> dict[Key, str]:
    """Declarations in mind about some services (those stored, and those unheard) with the file that held each."""
    asked = list(services)
    rows = store.rows(
        "SELECT service, declaration_id, sha256 FROM declarations JOIN (SELECT service, sha256 FROM returns "
        "WHERE status = 'current') USING (service) WHERE service IN (SELECT unnest($1)) UNION ALL "
        "SELECT service, declaration_id, sha256 FROM unheard WHERE service IN (SELECT unnest($1))",
        [asked],
    )
    return {(service, identifier): sha256 for service, identifier, sha256 in rows}


def note_unheard(
    store: Store, before: Mapping[Key, str], others: Iterable[ReadReturn], current: Iterable[ReadReturn]
) -> None:
    """Writes down what the current returns do not speak of; call it inside an act, after they are stored.

    Args:
        store: the open store.
        before: ``held_by_file`` of all services concerned, before these returns came.
        others: returns that are not current: superseded in the same run, too old, or another of the same number.
        current: the new current ones. A list, which has no date, replaces all before it on purpose.
    """
    new = list(current)
    lists = {each.service for each in new if not each.made_at}
    held = {key: sha256 for key, sha256 in before.items() if key[0] not in lists}
    for each in others:
        if each.service not in lists:
            held |= {(each.service, taken.declaration.declaration_id): each.sha256 for taken in each.taken}
    services = {service for service, _ in held} | {each.service for each in new}
    store.rows("DELETE FROM unheard WHERE service IN (SELECT unnest(?))", [sorted(services)])
    spoken = {service: stored_state(store, service) for service in services}
    rows = [(*key, sha256) for key, sha256 in sorted(held.items()) if key[1] not in spoken[key[0]]]
    if rows:
        names = ("service", "declaration_id", "sha256")
        store.insert("unheard", dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def unheard_by_service(store: Store) -> dict[str, int]:
    """How many declarations of each service its current return leaves unspoken of."""
    if not store.rows("SELECT 1 FROM information_schema.tables WHERE table_name = 'unheard'"):
        return {}
    return dict(store.rows("SELECT service, count(*) FROM unheard GROUP BY service ORDER BY service"))
