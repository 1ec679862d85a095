"""Which declarations are compared at all: every pair of a small file, measured keys in a large one."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles, Ints
from denombrement.dedup.linkage.kernel_likelihood import Beliefs, Evidence
from denombrement.dedup.linkage.kernel_pairs import all_pairs, block_pairs
from denombrement.dedup.linkage.pairing import blocks, joint_values, pair_count
from denombrement.dedup.linkage.records import EncodedRecords

WORKERS = 2
STRIPS = 16


@dataclass(frozen=True)
class Candidates:
    """Pairs worth the sampler's time, as positions in the records, ``first < second``, sorted.

    Attributes:
        first, second: the declarations.
        weight: log likelihood ratio of one person against two, before the sampler learns from the file.
        keys: how each key was used: name, pairs compared, or why it was left out. Empty when all pairs were.
        recall: share of injected duplicates found by the keys; 1 when all pairs were compared.
    """

    first: Ints
    second: Ints
    weight: Doubles
    keys: tuple[tuple[str, str, int], ...] = ()
    recall: float = 1.0

    def __len__(self) -> int:
        return len(self.first)


def find_candidates(records: EncodedRecords, evidence: Evidence, beliefs: Beliefs) -> Candidates:
    """All pairs whose weight could matter; blocked by keys above ``settings.all_pairs_up_to`` declarations."""
    threshold = math.log(max(2, len(records))) + records.settings.candidate_margin
    if len(records) <= records.settings.all_pairs_up_to:
        return _every_pair(evidence, beliefs, len(records), threshold)
    return _keyed_pairs(records, evidence, beliefs, threshold)


def _every_pair(evidence: Evidence, beliefs: Beliefs, size: int, threshold: float) -> Candidates:
    # Rows grow with their number: strips of equal area keep both cores busy to the end.
    bounds = (np.sqrt(np.linspace(0, 1, STRIPS + 1)) * size).astype(int)
    with ThreadPoolExecutor(WORKERS) as pool:
        strips = list(
            pool.map(
                lambda strip: all_pairs(evidence, beliefs, strip[0], strip[1], threshold),
                pairwise(bounds.tolist()),
            )
        )
    return _sorted(strips, ())


def _sorted(parts: list[tuple[Ints, Ints, Doubles]], keys: tuple[tuple[str, str, int], ...]) -> Candidates:
    first = np.concatenate([part[0] for part in parts])
    second = np.concatenate([part[1] for part in parts])
    weight = np.concatenate([part[2] for part in parts])
    order = np.lexsort((second, first))
    return Candidates(first[order], second[order], weight[order], keys)


def _keyed_pairs(
    records: EncodedRecords, evidence: Evidence, beliefs: Beliefs, threshold: float
) -> Candidates:
    settings = records.settings
    keys = np.stack([joint_values(records, key.parts) for key in settings.keys])
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
        parts += _in_strips(search, starts, threshold)
        used.append((key.name, "used", pairs))
    return _sorted(parts, tuple(used))


def _in_strips(
    search: Callable[[Ints, float], tuple[Ints, Ints, Doubles]], starts: Ints, threshold: float
) -> list[tuple[Ints, Ints, Doubles]]:
    """A search of blocks, strip by strip, on both cores."""
    cuts = np.unique(np.linspace(0, len(starts) - 1, STRIPS + 1).astype(int))
    strips = [starts[begin : end + 1] for begin, end in pairwise(cuts.tolist())]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda strip: search(strip, threshold), strips))
