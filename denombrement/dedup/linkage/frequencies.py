"""How rare each value is: the chance that another declaration holds it by accident."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from denombrement.dedup.linkage.arrays import Floats, Ints
from denombrement.dedup.linkage.records import MISSING, EncodedRecords

# A value seen nowhere else still belongs to somebody (Jeffreys).
UNSEEN = 0.5


def shares(codes: Ints, extra: Ints | None = None) -> npt.NDArray[np.float64]:
    """Share of each value among the present ones, indexed by its integer.

    Args:
        codes: a column, -1 missing.
        extra: other integers that must have a share though they may never occur in ``codes``.
    """
    top = max(int(codes.max(initial=-1)), int(extra.max(initial=-1)) if extra is not None else -1) + 1
    counts = np.bincount(codes[codes >= 0], minlength=max(top, 1)) + UNSEEN
    result: npt.NDArray[np.float64] = counts / counts.sum()
    return result


def value_shares(records: EncodedRecords) -> Floats:
    """Share of each record's value, level by level; 1 where missing.

    Names are weighed within a nationality where the model says so: given name, family name and origin go together,
    and two strangers of one origin agree more often than the whole file suggests. A nationality with few
    declarations borrows from the whole file (shrinkage).
    """
    found = np.ones(records.tokens.shape, dtype=np.float32)
    nationality = records.column("nationality")
    for index, field in enumerate(records.settings.fields):
        for level in range(records.starts[index], records.starts[index + 1]):
            codes = records.tokens[:, level]
            share = np.append(shares(codes), 1.0)[codes]
            if field.by_nationality:
                share = _within(codes, nationality, share, records.settings.nationality_shrinkage)
            found[:, level] = share
    return found


def _within(
    codes: Ints, groups: Ints, share: npt.NDArray[np.float64], weight: float
) -> npt.NDArray[np.float64]:
    known = (codes != MISSING) & (groups != MISSING)
    if not known.any():
        return share
    width = int(codes.max()) + 1
    _, inverse, counts = np.unique(
        groups[known].astype(np.int64) * width + codes[known], return_inverse=True, return_counts=True
    )
    sizes = np.bincount(groups[known])
    result = share.copy()
    result[known] = (counts[inverse] + weight * share[known]) / (sizes[groups[known]] + weight)
    return result
