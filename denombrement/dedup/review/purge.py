"""Destroys what could still name or find anybody: codes, tokens, draws. The persons found stay, and can be counted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from denombrement.dedup.campaign_links import KEPT_INTERVALS, PURGED, declared_digest, is_purged, read_links
from denombrement.dedup.review.answers import history
from denombrement.errors import UsageProblem
from denombrement.intake.store import Store


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed from the store.

    Args:
        codes: declarations that bore a code.
        tokens: tokens, all columns together.
        draws: declarations in the draws.
        digests: identity digests of human answers.
        removed_digest: SHA-256 over all codes and tokens removed; nothing can be found back from it.
    """

    codes: int
    tokens: int
    draws: int
    digests: int
    removed_digest: str


def purge_store(
    store: Store, *, intervals: Mapping[str, Any], removed_files: Mapping[str, str]
) -> Purged | None:
    """Removes codes, tokens, draws and identity digests in one act; nothing where that was done before.

    Args:
        store: the open store.
        intervals: what the count's intervals were, kept in place of the draws.
        removed_files: SHA-256 by name of the files that will be removed.

    Raises:
        UsageProblem: LNK910 where the present declarations were not deduplicated: nothing could be counted after.
    """
    if is_purged(store):
        return None
    links = read_links(store)
    if links is None:
        raise UsageProblem("LNK910")
    removed = _removed(store)
    with store.act("purge") as facts:
        store.rows("UPDATE declarations SET code = NULL, opaque_code = NULL")
        store.rows("CREATE OR REPLACE TABLE tokens (service VARCHAR, declaration_id VARCHAR)")
        store.rows("DELETE FROM draws")
        if removed.digests:
            store.rows("UPDATE review_answers SET first_digest = '', second_digest = ''")
        store.rows("INSERT OR REPLACE INTO meta VALUES (?, ?)", [PURGED, removed.removed_digest])
        report = json.dumps({**links.report, KEPT_INTERVALS: intervals})
        for name, content in (("link_report", report), ("linked_digest", declared_digest(store))):
            store.rows("UPDATE meta SET content = ? WHERE name = ?", [content, name])
        facts.update({"codes": removed.codes, "tokens": removed.tokens, "removed": removed.removed_digest})
        facts["files"] = sorted(f"{sha256} {name}" for name, sha256 in removed_files.items())
    return removed


def rewrite_store(path: Path) -> None:
    """Writes the closed store anew: a database keeps what was deleted in its free pages until they are used again."""
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)
    connection = duckdb.connect()
    try:
        for name, file, mode in (("old", path, " (READ_ONLY)"), ("fresh", beside, "")):
            escaped = str(file).replace("'", "''")
            connection.execute(f"ATTACH '{escaped}' AS {name}{mode}").fetchall()
        connection.execute("COPY FROM DATABASE old TO fresh").fetchall()
    finally:
        connection.close()
    beside.chmod(path.stat().st_mode)
    beside.replace(path)


def _removed(store: Store) -> Purged:
    codes = store.rows(
        "SELECT service, declaration_id, code, opaque_code FROM declarations "
        "WHERE code IS NOT NULL OR opaque_code IS NOT NULL ORDER BY service, declaration_id"
    )
    tokens = store.rows("SELECT * FROM tokens ORDER BY service, declaration_id")
    digest = hashlib.sha256(json.dumps([codes, tokens]).encode()).hexdigest()
    number = sum(value is not None for row in tokens for value in row[2:])
    ((draws,),) = store.rows("SELECT count(*) FROM draws")
    return Purged(len(codes), number, int(draws), 2 * len(history(store)), digest)
