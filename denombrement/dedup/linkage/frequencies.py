"""How rare each value is: the chance that another declaration holds it by accident."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from denombrement.dedup.linkage.arrays import Flags, Floats, Ints, Longs
from denombrement.dedup.linkage.pairing import pairs_within
from denombrement.dedup.linkage.records import MISSING, EncodedRecords

# A value seen nowhere else still belongs to somebody (Jeffreys).
UNSEEN = 0.5
# Declarations of a group that are enough to see how often strangers share both names.
NAMESAKE_SAMPLE = 50_000
DATE = ("year", "month", "day")


def shares(codes: Ints | Longs, extra: Ints | None = None) -> npt.NDArray[np.float64]:
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

    Names are weighed within groups where the model says so: a given name goes with a sex, and names with an origin, so
    that two strangers of one sex and nationality agree more often than the whole file suggests. A group with few
    declarations borrows from the larger group around it (shrinkage).
    """
    found = np.ones(records.tokens.shape, dtype=np.float32)
    for index, field in enumerate(records.settings.fields):
        groups = list(_nested(records, field.within))
        for level in range(records.starts[index], records.starts[index + 1]):
            codes = records.tokens[:, level]
            share = np.append(shares(codes), 1.0)[codes]
            for group in groups:
                share = _within(codes, group, share, records.settings.shrinkage)
            found[:, level] = share
    return found


def _nested(records: EncodedRecords, names: tuple[str, ...]) -> Iterator[Longs]:
    """Groups by the first field, then by the first two, and so on; a declaration without one stays where it was."""
    group = np.zeros(len(records), dtype=np.int64)
    for name in names:
        codes = records.column(name)
        finer = np.where(codes == MISSING, 0, codes + 1)
        group = np.unique(group * (int(finer.max(initial=0)) + 1) + finer, return_inverse=True)[1]
        yield np.where(codes == MISSING, MISSING, group)


def _within(
    codes: Ints, groups: Longs, share: npt.NDArray[np.float64], weight: float
) -> npt.NDArray[np.float64]:
    known = (codes != MISSING) & (groups != MISSING)
    if not known.any():
        return share
    width = int(codes.max()) + 1
    _, inverse, counts = np.unique(
        groups[known] * width + codes[known], return_inverse=True, return_counts=True
    )
    sizes = np.bincount(groups[known])
    result = share.copy()
    result[known] = (counts[inverse] + weight * share[known]) / (sizes[groups[known]] + weight)
    return result


def namesake_excess(records: EncodedRecords) -> Floats:
    """Half the log of how much more often strangers share both names than each name's frequency says.

    Given and family name go together with an origin that no field tells. Pairs of one sex and nationality whose communes
    differ, and whose birth dates differ in all three parts, are strangers but for very few: those with both names are
    counted, and compared with what independence gives. Declarations without nationality are compared with the whole
    file. Without communes nothing can be told: one person under an invented date looks the same.
    """
    nationality = records.column("nationality")
    found = np.full(len(records), _half_excess(records, np.ones(len(records), dtype=bool)), dtype=np.float32)
    for code in range(int(nationality.max(initial=MISSING)) + 1):
        found[nationality == code] = _half_excess(records, nationality == code)
    return found


def _half_excess(records: EncodedRecords, group: Flags) -> float:
    columns = {name: records.column(name) for name in ("given", "family", "commune", *DATE)}
    rows = np.flatnonzero(group & np.all([codes >= 0 for codes in columns.values()], axis=0))
    rows = rows[:: max(1, len(rows) // NAMESAKE_SAMPLE)]
    # Unknown sexes stand together: a file may have none.
    columns["sex"] = records.column("sex") + 1
    parts = {name: codes[rows].astype(np.int64) for name, codes in columns.items()}
    given, family, year = (_strangers(parts, name) for name in (("given",), ("family",), ()))
    both = pairs_within(_joint(parts, ("sex", "given", "family")), len(rows))
    apart = [parts[name][both[0]] != parts[name][both[1]] for name in ("commune", *DATE)]
    differing = [1.0 - float((shares(parts[name]) ** 2).sum()) for name in ("commune", "month", "day")]
    expected = given * family / max(1.0, year) * math.prod(differing)
    weight = records.settings.namesake_weight
    excess = (int(np.all(apart, axis=0).sum()) + weight) / (expected + weight)
    return 0.5 * math.log(max(1.0, excess))


def _strangers(parts: dict[str, Longs], names: tuple[str, ...]) -> float:
    """Pairs of one sex that agree in given fields and were not born in one year."""
    same, born = _joint(parts, ("sex", *names)), _joint(parts, ("sex", *names, "year"))
    return float(_agreeing(same) - _agreeing(born))


def _joint(parts: dict[str, Longs], names: tuple[str, ...]) -> Longs:
    values = np.zeros(len(parts["sex"]), dtype=np.int64)
    for name in names:
        values = np.unique(values * (int(parts[name].max(initial=0)) + 1) + parts[name], return_inverse=True)[
            1
        ]
    return values


def _agreeing(values: Longs) -> int:
    counts = np.bincount(values)
    return int((counts * (counts - 1) // 2).sum())
