"""Pairs within blocks of equal values, without a loop over declarations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from denombrement.dedup.linkage.arrays import Doubles, Ints, Longs
from denombrement.dedup.linkage.records import MISSING, EncodedRecords


def joint_values(records: EncodedRecords, parts: tuple[tuple[str, int], ...]) -> Longs:
    """One integer per declaration for several fields at given levels, -1 where any is missing."""
    values = np.zeros(len(records), dtype=np.int64)
    missing = np.zeros(len(records), dtype=bool)
    for field, level in parts:
        codes = records.column(field, level)
        missing |= codes == MISSING
        values = values * (int(codes.max(initial=0)) + 2) + codes
        # Renumbered at each step, so that many parts never overflow.
        values = np.unique(values, return_inverse=True)[1].astype(np.int64)
    return np.where(missing, MISSING, values)


def blocks(values: Longs, largest: int) -> tuple[Ints, Ints]:
    """Declarations in blocks of two and more, and not more than `largest`; begin of each block and the end."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(values) else np.zeros(0, int)
    sizes = np.diff(np.append(begins, len(ordered)))
    good = (ordered[begins] != MISSING) & (sizes > 1) & (sizes <= largest)
    inside = np.repeat(good, sizes)
    return order[inside].astype(np.int32), np.append(0, np.cumsum(sizes[good])).astype(np.int32)


def pairs_within(values: Longs, largest: int) -> tuple[Ints, Ints]:
    """All pairs of declarations with equal values, ``first < second``, blocks above `largest` left out."""
    order, starts = blocks(values, largest)
    block = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    first, second = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for lag in range(1, int(np.diff(starts).max(initial=0))):
        same = np.flatnonzero(block[lag:] == block[:-lag])
        first.append(order[same])
        second.append(order[same + lag])
    one, other = np.concatenate(first), np.concatenate(second)
    return np.minimum(one, other), np.maximum(one, other)


def pair_count(starts: Ints) -> int:
    """How many pairs the blocks hold."""
    sizes = np.diff(starts).astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def of_pairs(first: Ints, second: Ints, values: Doubles, one: Ints, other: Ints) -> Doubles:
    """Values of known pairs (sorted, ``first < second``) looked up for wanted pairs in any order; 0 where unknown."""
    known = pair_keys(first, second)
    wanted = pair_keys(np.minimum(one, other), np.maximum(one, other))
    if not len(known):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    result: Doubles = np.where(known[place] == wanted, values[place], 0.0)
    return result


def pair_keys(first: Ints, second: Ints) -> Longs:
    """One integer per pair, in the order of the pairs."""
    return first.astype(np.int64) * (np.int64(1) << 32) + second


def either_order(records: EncodedRecords, one: str, other: str, first: int) -> Longs:
    """One integer for two fields in whichever order they were written, -1 where one is missing.

    ``first`` is their place in ``swapped``.
    """
    straight = np.stack([records.column(one), records.column(other)]).astype(np.int64)
    turned = records.swapped[:, first : first + 2].T.astype(np.int64)
    width = int(max(straight.max(initial=0), turned.max(initial=0))) + 1
    plain = straight[0] * width + straight[1]
    swapped = np.where((turned >= 0).all(axis=0), turned[0] * width + turned[1], plain)
    return np.where((straight >= 0).all(axis=0), np.minimum(plain, swapped), MISSING)


def named_pairs(records: EncodedRecords, first: Ints, second: Ints) -> dict[str, npt.NDArray[np.object_]]:
    """``first_id``, ``second_id`` of pairs of positions, the smaller id first."""
    one, other = records.record_id[first], records.record_id[second]
    turned = one.astype(str) > other.astype(str)
    return {"first_id": np.where(turned, other, one), "second_id": np.where(turned, one, other)}
