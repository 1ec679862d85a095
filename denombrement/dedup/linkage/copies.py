"""Copies of one declaration, set aside before linkage so that sending twice never changes the count."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from denombrement.dedup.linkage.arrays import Ints
from denombrement.dedup.linkage.constraints import Decisions, Pair
from denombrement.dedup.linkage.records import EncodedRecords


@dataclass(frozen=True)
class Copies:
    """Declarations without their copies.

    Attributes:
        records: one of each, in the same order.
        kept: for each original declaration, its position in ``records``.
        decisions: human answers, about the declarations kept.
    """

    records: EncodedRecords
    kept: Ints
    decisions: Decisions


def find_copies(records: EncodedRecords, decisions: Decisions) -> Copies:
    """Declarations of one service that agree in everything, code included, are one declaration.

    Two declarations of one service on one night are two persons; but the same names, date and sex twice, to the last
    token, are one declaration entered twice, unless a human said that they are different.
    """
    content = np.column_stack([records.tokens, records.swapped, records.service, records.code])
    whole = (records.service >= 0) & (records.code >= 0)
    # An incomplete declaration is its own: two nameless ones are not each other's copies.
    mark = np.where(whole, -1, np.arange(len(records)))
    mark = _apart(records, content, mark, decisions)
    _, first, inverse = np.unique(
        np.column_stack([content, mark]), axis=0, return_index=True, return_inverse=True
    )
    representative = first[inverse.reshape(-1)]
    positions, kept = np.unique(representative, return_inverse=True)
    unique = take(records, positions.astype(np.int32))
    stand_in = {
        str(record): str(records.record_id[place])
        for record, place in zip(records.record_id, representative, strict=True)
    }
    return Copies(unique, kept.astype(np.int32), _translated(decisions, stand_in))


def take(records: EncodedRecords, positions: Ints) -> EncodedRecords:
    """The declarations at given positions."""
    return replace(
        records,
        record_id=records.record_id[positions],
        tokens=np.ascontiguousarray(records.tokens[positions]),
        swapped=np.ascontiguousarray(records.swapped[positions]),
        service=records.service[positions],
        code=records.code[positions],
    )


def _apart(records: EncodedRecords, content: Ints, mark: Ints, decisions: Decisions) -> Ints:
    """Marks of their own for declarations that a human told from their copy."""
    place = {str(record): position for position, record in enumerate(records.record_id)}
    for one, other in decisions.different:
        if one not in place or other not in place:
            continue
        a, b = place[one], place[other]
        if np.array_equal(content[a], content[b]):
            mark[a], mark[b] = a, b
    return mark


def _translated(decisions: Decisions, stand_in: dict[str, str]) -> Decisions:
    def translate(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
        found = {(stand_in.get(one, one), stand_in.get(other, other)) for one, other in pairs}
        return tuple(sorted(pair for pair in found if pair[0] != pair[1]))

    return Decisions(translate(decisions.same), translate(decisions.different))
