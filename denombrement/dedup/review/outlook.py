"""What answers do to the number of persons: which pair moves it most, and the interval if the officer stops now.

The draws of the linkage are conditioned on the answers, one connected group of undecided pairs at a time (groups are
nearly independent, and a draw that agrees with twenty answers at once may not exist).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from denombrement.dedup.linkage.constraints import Pair, components
from denombrement.dedup.linkage.interval import interval
from denombrement.dedup.linkage.settings import default_settings
from denombrement.dedup.review.answers import DIFFERENT, SAME

if TYPE_CHECKING:
    import pandas as pd

Labels = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Expected:
    """95 % interval of the number of persons."""

    low: int
    high: int


class Outlook:
    """The draws, seen through the pairs to review."""

    def __init__(self, draws: pd.DataFrame, pairs: Sequence[Pair], report: Mapping[str, Any]) -> None:
        """Prepares the groups of pairs.

        Args:
            draws: ``record_id``, ``labels``, as ``campaign_links.read_links`` gives them.
            pairs: pairs to review; both declarations are in the draws.
            report: ``persons_low``, ``persons_high``, ``declarations``.
        """
        labels = np.stack(draws["labels"].to_list()).T.astype(np.int32)
        place = {record: position for position, record in enumerate(draws["record_id"])}
        self._place = {pair: (place[pair[0]], place[pair[1]]) for pair in pairs}
        ends = np.array(list(self._place.values()), dtype=np.int64).reshape(-1, 2)
        group = components(labels.shape[1], ends[:, 0], ends[:, 1])
        self._labels = labels
        self._group = {pair: int(group[one]) for pair, (one, _) in self._place.items()}
        self._members = {each: np.flatnonzero(group == each) for each in sorted(set(self._group.values()))}
        self._persons = np.array([len(np.unique(row)) for row in labels], dtype=np.int64)
        self._settings = default_settings()
        self._most = int(report["declarations"])
        low, high = interval(self._persons, self._most, self._settings)
        # What an earlier version's interval added to that of the draws stays added.
        self._added = report["persons_low"] - low, report["persons_high"] - high

    def expected(self, answers: Mapping[Pair, str]) -> Expected:
        """The interval, were the count made with these answers; pairs that are not to review are left out."""
        persons = self._persons.copy()
        for group, members in self._members.items():
            said = {
                self._place[pair]: verdict
                for pair, verdict in answers.items()
                if self._group.get(pair) == group and verdict in {SAME, DIFFERENT}
            }
            if said:
                own = self._labels[:, members]
                persons += _conditioned(self._labels, members, said) - _distinct(own)
        low, high = interval(persons, self._most, self._settings)
        low, high = low + self._added[0], high + self._added[1]
        return Expected(min(low, high), max(low, high))

    def effect(self, pair: Pair) -> float:
        """How much an answer narrows the number of persons: expected fall of its variance, in persons squared."""
        one, other = self._place[pair]
        together = self._labels[:, one] == self._labels[:, other]
        chance = float(together.mean())
        if chance in {0.0, 1.0}:
            return 0.0
        persons = _distinct(self._labels[:, self._members[self._group[pair]]])
        shift = float(persons[together].mean() - persons[~together].mean())
        return chance * (1.0 - chance) * shift * shift


def _distinct(labels: Labels) -> Counts:
    ordered = np.sort(labels, axis=1)
    result: Counts = 1 + (np.diff(ordered, axis=1) != 0).sum(axis=1, dtype=np.int64)
    return result


def _conditioned(
    labels: Labels, members: npt.NDArray[np.int64], said: Mapping[tuple[int, int], str]
) -> Counts:
    """Persons in one group in each draw, drawn again from the draws that agree with the answers."""
    agreeing = np.ones(len(labels), dtype=bool)
    for (one, other), verdict in said.items():
        agreeing &= (labels[:, one] == labels[:, other]) == (verdict == SAME)
    own = labels[:, members]
    if not agreeing.any():
        return _distinct(_forced(labels, said)[:, members])
    persons = _distinct(own)
    stand_in = np.flatnonzero(agreeing)[np.arange(len(labels)) % int(agreeing.sum())]
    result: Counts = persons[np.where(agreeing, np.arange(len(labels)), stand_in)]
    return result


def _forced(labels: Labels, said: Mapping[tuple[int, int], str]) -> Labels:
    """The draws with the answers written over them, where no draw agrees with all of them."""
    forced = labels.copy()
    unused = int(labels.max()) + 1
    for (one, other), verdict in sorted(said.items(), key=lambda item: item[1] != SAME):
        apart = forced[:, one] != forced[:, other]
        if verdict == SAME:
            forced = np.where(
                apart[:, None] & (forced == forced[:, [other]]), forced[:, [one]], forced
            ).astype(np.int32)
        else:
            forced[~apart, other] = unused
            unused += 1
    return forced
