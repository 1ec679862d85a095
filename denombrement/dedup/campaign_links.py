"""Deduplication of a campaign: from its store to persons, links and draws, and back into the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from denombrement.dedup.exact import name_persons
from denombrement.dedup.linkage.constraints import Decisions, Pair
from denombrement.errors import UsageProblem
from denombrement.intake.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from denombrement.dedup.linkage.records import EncodedRecords
    from denombrement.dedup.linkage.result import LinkageResult
    from denombrement.dedup.linkage.self_test import SelfTest

LINKED, EXACT = "linkage", "exact_code"
DEFAULT_SEED = 1
SEPARATOR = "/"
PURGED = "purged"
KEPT_INTERVALS = "kept_intervals"

_DECLARED = """
SELECT d.service || '/' || d.declaration_id AS record_id, d.service, d.code, d.opaque_code, d.sex, d.nationality,
    d.commune_origin AS commune, t.* EXCLUDE (service, declaration_id)
FROM declarations d LEFT JOIN tokens t USING (service, declaration_id) ORDER BY record_id
"""
# Of all that a declaration says, what two entries of it may differ by.
_OWN_NUMBERS = ("declaration_id", "revision", "case_number", "rank")


@dataclass(frozen=True)
class Links:
    """What deduplication left in the store.

    Args:
        members: ``service``, ``declaration_id``, ``person``.
        draws: one row a declaration, ``record_id`` and ``labels``: its person in each draw of the posterior; none
            after a purge.
        report: the four counts, the notices, the model's version; after a purge ``kept_intervals``, those of the count.
    """

    members: pd.DataFrame
    draws: pd.DataFrame
    report: dict[str, Any]


def declared_tokens(store: Store) -> pd.DataFrame:
    """One row a declaration: ``record_id`` (service/declaration), tokens, and what agrees within a family."""
    frame = store.frame(_DECLARED).astype(object)
    frame = frame.where(frame.notna(), None)
    known = {"sex": "dont_know", "nationality": "dont_know", "commune": "dont_know"}
    for column, unknown in known.items():
        frame[column] = frame[column].where(frame[column] != unknown, None)
    return frame


def link_campaign(
    store: Store, decisions: Decisions, *, seed: int = DEFAULT_SEED, progress: Callable[[str], object] = str
) -> LinkageResult:
    """Links the declarations of a store; writes nothing.

    Equal codes of another platform are one person, as that platform says; so are two declarations of one service that
    repeat each other in every answer and in both names, even where the birth date is not whole.

    Raises:
        UsageProblem: LNK003, LNK004, as ``linkage.engine.link``; LNK911 where the tokens were purged.
    """
    from denombrement.dedup.linkage.engine import link

    records, together = linkage_input(store, decisions)
    return link(records, decisions=together, seed=seed, progress=progress)


def linkage_input(store: Store, decisions: Decisions) -> tuple[EncodedRecords, Decisions]:
    """The declarations of a store as tokens, and all that is certain before anything is linked.

    Raises:
        UsageProblem: LNK911 where the tokens were purged.
    """
    if is_purged(store):
        raise UsageProblem("LNK911")
    frame = declared_tokens(store)
    certain = [*_opaque_pairs(frame), *_repeated_pairs(store, frame)]
    together = Decisions(decisions.same + _untorn(frame, certain, decisions), decisions.different)
    return _encoded(frame), together


def self_test_campaign(store: Store, *, seed: int = DEFAULT_SEED) -> SelfTest:
    """Finds known duplicates put among the declarations of a store; writes nothing.

    Raises:
        UsageProblem: as ``link_campaign``.
    """
    from denombrement.dedup.linkage.self_test import self_test

    if is_purged(store):
        raise UsageProblem("LNK911")
    return self_test(_encoded(declared_tokens(store)), seed=seed)


def _encoded(frame: pd.DataFrame) -> EncodedRecords:
    from denombrement.dedup.linkage.records import EncodedRecords

    tokens = frame.drop(columns="opaque_code")
    for name in ("given_full", "family_full", "birth_year", "birth_month", "birth_day"):
        if name not in tokens.columns:
            # A file in which nobody's name is known still has its column.
            tokens[name] = None
    return EncodedRecords.from_tokens(tokens)


def keep_links(store: Store, result: LinkageResult) -> None:
    """Writes persons, pairs and draws into the store with one line in the journal."""
    import pandas as pd

    draws = pd.DataFrame({"record_id": result.draws.record_id, "labels": list(result.draws.labels.T)})
    report = link_report(result)
    with store.act("dedup") as facts:
        for name, frame in (("links", result.pairs), ("linked", result.persons), ("draws", draws)):
            store.connection.register("kept", frame)
            store.rows(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM kept")
            store.connection.unregister("kept")
        for name, content in (("linked_digest", declared_digest(store)), ("link_report", json.dumps(report))):
            store.rows("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, content])
        count = result.count
        facts.update({"declarations": count.declarations, "persons": len(set(result.persons["person_id"]))})
        facts.update({"low": count.low, "high": count.high, "model": result.version})


def read_links(store: Store) -> Links | None:
    """The links of the present declarations, or none where there are none or they are of other declarations.

    Raises:
        UsageProblem: LNK918 where declarations came in after the tokens were purged: nobody can link them any more.
    """
    meta = dict(store.rows("SELECT name, content FROM meta WHERE name IN ('linked_digest', 'link_report')"))
    if meta.get("linked_digest") != declared_digest(store):
        if is_purged(store):
            raise UsageProblem("LNK918")
        return None
    linked = store.frame("SELECT record_id, person_id FROM linked ORDER BY record_id")
    keys = linked["record_id"].str.split(SEPARATOR, n=1, expand=True)
    keys.columns = ["service", "declaration_id"]
    members = name_persons(keys, linked["person_id"])
    return Links(
        members,
        store.frame("SELECT record_id, labels FROM draws ORDER BY record_id"),
        json.loads(meta["link_report"]),
    )


def declared_digest(store: Store) -> str:
    """Digest of the declarations' keys and identities (of their keys and revisions once codes were purged).

    Other declarations need another linkage.
    """
    if is_purged(store):
        kept = store.rows(
            "SELECT service, declaration_id, revision FROM declarations ORDER BY service, declaration_id"
        )
        return hashlib.sha256(json.dumps([PURGED, *kept]).encode()).hexdigest()
    rows = store.rows(
        "SELECT service, declaration_id, code, opaque_code, sex FROM declarations ORDER BY service, declaration_id"
    )
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def is_purged(store: Store) -> bool:
    """Whether the codes and tokens of the campaign were destroyed."""
    return bool(store.rows("SELECT 1 FROM meta WHERE name = ?", [PURGED]))


def link_report(result: LinkageResult) -> dict[str, Any]:
    """The four counts side by side, over all declarations, and what must be known of the fit."""
    count, occupancy = result.count, result.count.occupancy
    return {
        "declarations": count.declarations,
        "exact_codes": count.exact_codes,
        "persons": len(set(result.persons["person_id"])),
        "persons_median": count.persons,
        "persons_low": count.low,
        "persons_high": count.high,
        "low_undecided": count.low_undecided,
        "high_undecided": count.high_undecided,
        "occupancy_persons": round(occupancy.persons, 1),
        "occupancy_declarations": occupancy.declarations,
        "occupancy_crowded": occupancy.crowded,
        "undecided_pairs": int(result.pairs["undecided"].sum()),
        "contradictions": len(result.contradictions),
        "candidate_recall": float(result.candidate_recall),
        "r_hat": round(float(result.r_hat), 4),
        "passes": [{"name": each.name, "links": each.links, "active": each.active} for each in result.passes],
        "notices": [each.report() for each in result.notices],
        "model": result.version,
    }


def _opaque_pairs(frame: pd.DataFrame) -> list[Pair]:
    """Pairs that another platform holds to be one person."""
    coded = frame[frame["opaque_code"].notna()]
    first = coded.groupby("opaque_code")["record_id"].transform("first")
    later = coded["record_id"] != first
    return list(zip(first[later], coded.loc[later, "record_id"], strict=True))


def _repeated_pairs(store: Store, frame: pd.DataFrame) -> list[Pair]:
    """Declarations entered twice though they have no code: one service, every answer, child and token alike.

    Both names must be known: two nameless men of whom a street team says the same are two men.
    """
    named = frame["code"].isna() & frame["opaque_code"].isna()
    for name in ("given_full", "family_full"):
        named &= frame[name].notna() if name in frame.columns else False
    records = frame.loc[named, "record_id"]
    content = records.map(_said(store)) + _written(frame[named])
    first = records.groupby(content).transform("first")
    later = records != first
    return list(zip(first[later], records[later], strict=True))


def _said(store: Store) -> dict[str, str]:
    """All answers of each declaration without a code, its children's too, as one text."""
    declared = store.frame("SELECT * FROM declarations WHERE code IS NULL")
    children = store.frame(
        "SELECT c.* FROM children c SEMI JOIN (SELECT * FROM declarations WHERE code IS NULL) "
        "USING (service, declaration_id)"
    )
    said = dict(zip(_record_ids(declared), _written(declared), strict=True))
    for record, child in sorted(zip(_record_ids(children), _written(children), strict=True)):
        said[record] += child
    return said


def _record_ids(frame: pd.DataFrame) -> pd.Series[str]:
    records: pd.Series[str] = frame["service"] + SEPARATOR + frame["declaration_id"]
    return records


def _written(frame: pd.DataFrame) -> pd.Series[str]:
    """Each row as one text that no other content gives."""
    import pandas as pd

    kept = frame.drop(columns=[name for name in (*_OWN_NUMBERS, "record_id") if name in frame.columns])
    rows = [json.dumps(row, default=str) for row in kept.to_dict("records")]
    return pd.Series(rows, index=kept.index, dtype=object)


def _untorn(frame: pd.DataFrame, pairs: list[Pair], decisions: Decisions) -> tuple[Pair, ...]:
    """The pairs but for the groups where a human answered otherwise."""
    from denombrement.dedup.linkage.constraints import components

    place = {record: position for position, record in enumerate(frame["record_id"])}
    ends = [(place[one], place[other]) for one, other in (*decisions.same, *pairs)]
    group = components(len(frame), [one for one, _ in ends], [other for _, other in ends])
    torn = {
        int(group[place[one]])
        for one, other in decisions.different
        if group[place[one]] == group[place[other]]
    }
    return tuple(pair for pair in pairs if group[place[pair[0]]] not in torn)
