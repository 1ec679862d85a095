"""Which declarations are compared at all: every pair of a small file, measured keys in a large one."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Flags, Ints, Longs
from denombrement.dedup.linkage.beliefs import evidence_of
from denombrement.dedup.linkage.injection import Injected, inject
from denombrement.dedup.linkage.kernel_pair import Beliefs, Evidence
from denombrement.dedup.linkage.kernel_pairs import all_pairs, block_pairs
from denombrement.dedup.linkage.pairing import blocks, either_order, joint_values, of_pairs, pair_count
from denombrement.dedup.linkage.records import MISSING, EncodedRecords
from denombrement.dedup.linkage.settings import Key

WORKERS = 2
STRIPS = 16
# Known duplicates that measure the keys of a large file: enough for a recall known to half a point.
INJECTED = 4000
# Keys that find less than this are no search: the count is not corrected beyond it.
LEAST_RECALL = 0.5


@dataclass(frozen=True)
class Candidates:
    """Pairs worth the sampler's time, as positions in the records, ``first < second``, sorted.

    Attributes:
        first, second: the declarations.
        weight: log likelihood ratio of one person against two, before the sampler learns from the file.
        keys: how each key was used: name, pairs compared, or why it was left out. Empty when all pairs were.
        recall: share of injected duplicates found by the keys; 1 when all pairs were compared.
        injected: how many duplicates were injected; 0 when all pairs were compared.
        mass: per declaration, likelihood ratios of the pairs that were not kept, added up (each pair once); None when
            keys were used.
        partner: per declaration, the likeliest of these pairs' other declaration, -1 when there is none.
    """

    first: Ints
    second: Ints
    weight: Doubles
    keys: tuple[tuple[str, str, int], ...] = ()
    recall: float = 1.0
    injected: int = 0
    mass: Doubles | None = None
    partner: Ints | None = None

    def __len__(self) -> int:
        return len(self.first)


def find_candidates(records: EncodedRecords, evidence: Evidence, beliefs: Beliefs) -> Candidates:
    """All pairs whose weight could matter; blocked by keys above ``settings.all_pairs_up_to`` declarations."""
    threshold = math.log(max(2, len(records))) + records.settings.candidate_margin
    if len(records) <= records.settings.all_pairs_up_to:
        return _every_pair(records, evidence, beliefs, threshold)
    return _keyed_pairs(records, beliefs, threshold)


def _every_pair(
    records: EncodedRecords, evidence: Evidence, beliefs: Beliefs, threshold: float
) -> Candidates:
    size = len(records)
    # Rows grow with their number: strips of equal area keep both cores busy to the end.
    bounds = (np.sqrt(np.linspace(0, 1, STRIPS + 1)) * size).astype(int)
    mass, best = np.zeros(size), np.full(size, -np.inf)
    partner = np.full(size, MISSING, dtype=np.int32)
    weak = thin(records)

    def strip(bound: tuple[int, int]) -> tuple[Ints, Ints, Doubles]:
        begin, end = bound
        return all_pairs(evidence, beliefs, begin, end, threshold, records.service, weak, mass, best, partner)

    with ThreadPoolExecutor(WORKERS) as pool:
        strips = list(pool.map(strip, pairwise(bounds.tolist())))
    return replace(_sorted(strips, ()), mass=mass, partner=partner)


def thin(records: EncodedRecords) -> Flags:
    """Declarations with less than two of given name, family name and two parts of the birth date."""
    dates = sum((records.column(field) >= 0).astype(int) for field in ("year", "month", "day"))
    names = sum((records.column(field) >= 0).astype(int) for field in ("given", "family"))
    result: Flags = names + (np.asarray(dates) >= 2).astype(int) < 2  # noqa: PLR2004
    return result


def _sorted(parts: list[tuple[Ints, Ints, Doubles]], keys: tuple[tuple[str, str, int], ...]) -> Candidates:
    nothing = (np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    parts = [nothing, *parts]
    first = np.concatenate([part[0] for part in parts])
    second = np.concatenate([part[1] for part in parts])
    weight = np.concatenate([part[2] for part in parts])
    order = np.lexsort((second, first))
    return Candidates(first[order], second[order], weight[order], keys)


def _keyed_pairs(plain: EncodedRecords, beliefs: Beliefs, threshold: float) -> Candidates:
    """Pairs of a large file by keys; known duplicates are searched along, to measure what the keys find."""
    settings = plain.settings
    known = inject(plain, INJECTED, seed=len(plain))
    records = known.records
    evidence = evidence_of(records)
    keys = np.stack([key_values(records, key) for key in settings.keys])
    usable = np.zeros(keys.shape, dtype=np.bool_)
    parts: list[tuple[Ints, Ints, Doubles]] = []
    used: list[tuple[str, str, int]] = []
    for row, key in enumerate(settings.keys):
        order, starts = blocks(keys[row], settings.largest_block)
        pairs = pair_count(starts)
        if pairs > settings.pairs_per_declaration * len(records):
            used.append((key.name, "too_many", pairs))
            continue
        usable[row, order] = True
        search = partial(block_pairs, evidence, beliefs, keys, usable, row, order)
        parts += _in_strips(search, starts, (threshold, records.service))
        used.append((key.name, "used", pairs))
    return _without_known(_sorted(parts, tuple(used)), known, len(plain))


def key_values(records: EncodedRecords, key: Key) -> Longs:
    """One integer per declaration; two that agree in all parts of the key, in either order if it says so, share it."""
    if not key.turned:
        return joint_values(records, key.parts)
    return either_order(records, "given", "family", 0)


def _without_known(found: Candidates, known: Injected, size: int) -> Candidates:
    """The genuine pairs, and the share of known duplicates with an identity that the search found."""
    measured = ~thin(known.records)[known.copy] & ~thin(known.records)[known.original]
    first, second = known.original[measured], known.copy[measured]
    met = of_pairs(found.first, found.second, np.ones(len(found)), first, second)
    genuine = found.second < size
    return replace(
        found,
        first=found.first[genuine],
        second=found.second[genuine],
        weight=found.weight[genuine],
        recall=max(LEAST_RECALL, float(met.mean())) if len(met) else 1.0,
        injected=len(met),
    )


def _in_strips(
    search: Callable[..., tuple[Ints, Ints, Doubles]], starts: Ints, rest: tuple[float, Ints]
) -> list[tuple[Ints, Ints, Doubles]]:
    """A search of blocks, strip by strip, on both cores."""
    cuts = np.unique(np.linspace(0, len(starts) - 1, STRIPS + 1).astype(int))
    strips = [starts[begin : end + 1] for begin, end in pairwise(cuts.tolist())]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda strip: search(strip, *rest), strips))
