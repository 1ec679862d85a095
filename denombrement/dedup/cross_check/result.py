"""What the second opinion says, beside the model's own; nothing of it enters the count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from denombrement.dedup.linkage.arrays import Ints
from denombrement.dedup.linkage.result import Notice

DISAGREEMENT_COLUMNS = ("first_id", "second_id", "model", "splink", "compared")


@dataclass(frozen=True)
class Opinion:
    """Persons at one threshold.

    Attributes:
        threshold: chance from which a pair is followed.
        persons: groups, two declarations of one service and human answers respected.
        unconstrained: groups if they were not.
        pairs: Splink's pairs at the threshold and above.
        violations: those that one service declared, or that a human told apart.
        chains: other pairs that were not followed, since they would join persons known to be different.
        labels: the group of each declaration of ``CrossCheck.record_id``.
    """

    threshold: float
    persons: int
    unconstrained: int
    pairs: int
    violations: int
    chains: int
    labels: Ints


@dataclass(frozen=True)
class CrossCheck:
    """Splink on the tokens, beside the model.

    Attributes:
        backend: where Splink ran: ``duckdb`` or ``spark``.
        opinions: persons at each threshold, loosest first.
        pairs: ``first_id``, ``second_id``, ``splink``: every pair at the least chance and above.
        disagreements: pairs on which the two differ strongly, the most different first; ``splink`` is 0 for a pair that
            Splink gave less than the least chance, and ``compared`` says whether it looked at it at all. Pairs that a
            service or a human decided are not among them.
        sure_pairs: pairs of which at least one of the two is sure.
        notices: what was wrong with Splink's fit, and what stood in.
        usable: false where not even the priors found the pairs that agree in everything: no opinion then.
        certain_found: share of the pairs agreeing in everything that Splink holds to be one person; 1 without such.
        record_id: the declarations that are no copies.
        seconds: time by phase.
        version: of the plan.
    """

    backend: str
    opinions: tuple[Opinion, ...]
    pairs: pd.DataFrame
    disagreements: pd.DataFrame
    sure_pairs: int
    notices: tuple[Notice, ...]
    usable: bool
    certain_found: float
    record_id: npt.NDArray[np.object_]
    seconds: dict[str, float]
    version: str

    @property
    def differing_share(self) -> float:
        """Strong disagreements among the pairs of which at least one of the two is sure."""
        return len(self.disagreements) / self.sure_pairs if self.sure_pairs else 0.0
