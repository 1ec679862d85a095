"""What linkage says: who is one person, how sure, and how many persons there are, with an interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from denombrement.dedup.linkage.occupancy import Occupancy
from denombrement.dedup.linkage.passes import PassResult
from denombrement.errors import catalogue

PERSON_COLUMNS = ("record_id", "person_id")
PAIR_COLUMNS = ("first_id", "second_id", "weight", "posterior", "undecided", "passes")


@dataclass(frozen=True)
class Notice:
    """Something the officer must know about a fit; texts are in the catalogue."""

    code: str
    facts: dict[str, str | int | float] = field(default_factory=dict)

    def text(self, language: str = "fr") -> str:
        """What happened, in French or English."""
        return catalogue()[self.code]["fr" if language == "fr" else "en"].format(**self.facts)

    def report(self) -> dict[str, Any]:
        """Code, facts and both texts, as reports keep them."""
        return {"code": self.code, "facts": dict(self.facts), "fr": self.text("fr"), "en": self.text("en")}


@dataclass(frozen=True)
class Count:
    """Persons among the declarations.

    Attributes:
        persons: the point: median of the posterior.
        low, high: 95 % interval of the posterior, widened by the calibration.
        low_undecided, high_undecided: persons if every undecided pair were one person, or none.
        declarations: raw declarations.
        exact_codes: distinct exact codes, each declaration without one counted as a person.
        occupancy: estimate from birth dates, without any linkage.
    """

    persons: int
    low: int
    high: int
    low_undecided: int
    high_undecided: int
    declarations: int
    exact_codes: int
    occupancy: Occupancy


@dataclass(frozen=True)
class Draws:
    """Partitions drawn from the posterior: the same draws feed every table.

    Attributes:
        record_id: the declarations, in the order of the columns of ``labels``.
        labels: one row a draw; declarations with one label are one person in that draw.
        counts: persons in each draw.
    """

    record_id: npt.NDArray[np.object_]
    labels: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class LinkageResult:
    """Everything one linkage leaves.

    Attributes:
        persons: ``record_id``, ``person_id``, sorted by ``record_id``; a person's id is the smallest of its records'.
        pairs: candidate pairs of declarations with ``weight`` (log likelihood ratio before learning), ``posterior``
            (chance of one person), ``undecided`` and the names of the ``passes`` that join them.
        count: persons, with interval and the counts beside it.
        draws: partitions for tables.
        passes: the deterministic passes on this file.
        notices: what went wrong or must be known; a degenerate fit is always here.
        contradictions: groups of declarations whose human answers cannot all hold.
        keys: keys of the candidate search and pairs each compared; empty when all pairs were.
        candidate_recall: share of injected duplicates that the candidate search found.
        r_hat: agreement of the chains on the number of persons (1 is perfect).
        misses: fitted chance of a miss per field.
        seconds: time by phase.
        version: version of the model.
    """

    persons: pd.DataFrame
    pairs: pd.DataFrame
    count: Count
    draws: Draws
    passes: tuple[PassResult, ...]
    notices: tuple[Notice, ...]
    contradictions: tuple[tuple[str, ...], ...]
    keys: tuple[tuple[str, str, int], ...]
    candidate_recall: float
    r_hat: float
    misses: dict[str, float]
    seconds: dict[str, float]
    version: str
