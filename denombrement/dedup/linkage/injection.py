"""Known duplicates put into a real file of tokens, to measure what is found there; the result is never touched.

No name is needed: a copy takes the tokens of its original, and faults replace some by tokens that nobody has, keeping
the blurs that such a fault would keep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from denombrement.dedup.linkage.arrays import Ints
from denombrement.dedup.linkage.records import MISSING, EncodedRecords
from denombrement.dedup.linkage.settings import Field

PREFIX = "injected/"


@dataclass(frozen=True)
class Injected:
    """A file with known duplicates at its end.

    Attributes:
        records: the declarations, then the copies; their ids begin with ``PREFIX``.
        original, copy: positions of each known pair.
    """

    records: EncodedRecords
    original: Ints
    copy: Ints


def inject(records: EncodedRecords, number: int, seed: int) -> Injected:
    """Copies of declarations drawn at random, faulty at the model's prior rates, said by another service.

    Args:
        records: declarations as tokens.
        number: how many copies; each is of another declaration.
        seed: of the draw.
    """
    generator = np.random.default_rng(seed)
    original = np.sort(generator.choice(len(records), size=min(number, len(records)), replace=False))
    tokens = records.tokens[original].copy()
    swapped = records.swapped[original].copy()
    # What is missing goes together: a copy lacks what another declaration of the file lacks.
    gaps = generator.integers(0, len(records), size=len(original))
    for index, field in enumerate(records.settings.fields):
        start, end = records.starts[index], records.starts[index + 1]
        unused = records.tokens[:, start:end].max(axis=0, initial=-1) + 1
        _spoil(tokens[:, start:end], unused, field, generator)
        tokens[records.tokens[gaps, start] < 0, start:end] = MISSING
    _turn(records, tokens, swapped, generator)
    services = int(records.service.max(initial=-1)) + 1
    ids = np.array([f"{PREFIX}{place:06d}" for place in range(len(original))], dtype=object)
    grown = replace(
        records,
        record_id=np.append(records.record_id, ids),
        tokens=np.ascontiguousarray(np.concatenate([records.tokens, tokens])),
        swapped=np.ascontiguousarray(np.concatenate([records.swapped, swapped])),
        service=np.append(records.service, np.arange(services, services + len(ids), dtype=np.int32)),
        code=np.append(records.code, np.full(len(ids), MISSING, dtype=np.int32)),
    )
    copies = np.arange(len(records), len(records) + len(ids), dtype=np.int32)
    return Injected(grown, original.astype(np.int32), copies)


def _spoil(values: Ints, unused: Ints, field: Field, generator: np.random.Generator) -> None:
    """Misses in place: tokens that nobody has at every level but the blur that the miss keeps."""
    hit = np.flatnonzero((generator.random(len(values)) < field.miss_mean) & (values[:, 0] >= 0))
    shares = np.array(field.shares)
    kept = generator.choice(len(shares), size=len(hit), p=shares / shares.sum())
    for level in range(values.shape[1]):
        changed = hit[(kept != level) | (level == 0)]
        values[changed, level] = unused[level] + np.arange(len(changed))


def _turn(records: EncodedRecords, tokens: Ints, swapped: Ints, generator: np.random.Generator) -> None:
    """Writes given and family name, or month and day, in each other's place in some copies."""
    names = [field.name for field in records.settings.fields]
    couples = (("given", "family", 0), ("month", "day", 2))
    for (first, second, place), share in zip(couples, records.settings.swap_shares, strict=True):
        rows = np.flatnonzero(generator.random(len(tokens)) < share)
        for name, column in ((first, place), (second, place + 1)):
            start, end = records.starts[names.index(name)], records.starts[names.index(name) + 1]
            own = tokens[rows, start].copy()
            tokens[rows, start:end] = MISSING
            tokens[rows, start] = swapped[rows, column]
            swapped[rows, column] = own
