"""Random draws shared by the stages: quotas instead of free draws wherever a published figure is to be met."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from denombrement.survey.questionnaire import options

Generator = np.random.Generator
Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

NONE = -1


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Rows of a data file of this package."""
    file = resources.files("denombrement.synthetic") / "data" / name
    yield from csv.DictReader(file.read_text(encoding="utf-8").splitlines())


def quota(rng: Generator, weights: Floats | Sequence[float], size: int) -> Integers:
    """``size`` positions in ``weights``, shuffled, as close to the shares as whole numbers allow."""
    shares = np.clip(np.asarray(weights, dtype=float), 0, None)
    exact = shares / shares.sum() * size
    counts = np.floor(exact).astype(np.int64)
    # The remainder goes to the largest fractions; the tiny random part breaks ties without favour.
    fractions = exact - counts + rng.random(len(counts)) * 1e-9
    counts[np.argsort(-fractions)[: size - int(counts.sum())]] += 1
    return np.asarray(rng.permutation(np.repeat(np.arange(len(counts)), counts)), dtype=np.int64)


def pick(rng: Generator, weights: Floats | Sequence[float], size: int) -> Integers:
    """``size`` independent positions in ``weights``."""
    bounds = np.cumsum(np.asarray(weights, dtype=float))
    found = np.searchsorted(bounds, rng.random(size) * bounds[-1], side="right")
    return np.asarray(found.clip(0, len(bounds) - 1), dtype=np.int64)


def option_codes(list_name: str, names: Sequence[str]) -> Integers:
    """Positions of option codes in their list."""
    known = options(list_name)
    return np.array([known.index(name) for name in names], dtype=np.int8)


def quota_options(rng: Generator, shares: Mapping[str, float], list_name: str, size: int) -> Integers:
    """A quota of options of a list, as positions in it."""
    return option_codes(list_name, list(shares))[quota(rng, list(shares.values()), size)]


def pick_options(rng: Generator, shares: Mapping[str, float], list_name: str, size: int) -> Integers:
    """Independent options of a list, as positions in it."""
    return option_codes(list_name, list(shares))[pick(rng, list(shares.values()), size)]


def flagged(rng: Generator, size: int, rate: float) -> Flags:
    """Independent flags."""
    return rng.random(size) < rate


def spread(rng: Generator, weights: Floats, count: int) -> Integers:
    """``count`` distinct positions with chances proportional to their weights (systematic sampling, random order)."""
    count = min(count, int(np.count_nonzero(weights)))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    order = rng.permutation(len(weights))
    chances = _inclusion(weights[order], count)
    # The sum is a whole number: rounding it away must neither add nor lose one.
    sums = np.cumsum(chances)
    sums[-1] = count
    chosen = np.diff(np.floor(sums + rng.random()), prepend=0.0) > 0
    return np.asarray(order[chosen], dtype=np.int64)


def _inclusion(weights: Floats, count: int) -> Floats:
    """Chances of inclusion that add up to ``count``, none above one."""
    chances = np.asarray(weights, dtype=float) * (count / weights.sum())
    while (chances > 1 + 1e-9).any():
        certain = chances >= 1
        rest = np.where(certain, 0.0, chances)
        chances = np.where(certain, 1.0, rest * ((count - certain.sum()) / rest.sum()))
    return np.asarray(np.minimum(chances, 1.0), dtype=float)


def by_group(groups: Integers) -> Iterator[tuple[int, Integers]]:
    """Each group that occurs, with the positions of its members."""
    if not len(groups):
        return
    order = np.argsort(groups, kind="stable")
    values, starts = np.unique(groups[order], return_index=True)
    yield from zip(values.tolist(), np.split(order, starts[1:]), strict=True)


def fitted(seed: Floats, rows: Floats, columns: Floats) -> Floats:
    """The table with these margins that keeps the odds of ``seed`` (iterative proportional fitting)."""
    table = np.asarray(seed, dtype=float).copy()
    for _ in range(200):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= columns / table.sum(axis=0)
    return table
