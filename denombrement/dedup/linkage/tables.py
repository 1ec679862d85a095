"""The tables of a linkage: persons, candidate pairs with their chances, drawn partitions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from denombrement.dedup.linkage.arrays import Doubles, Ints
from denombrement.dedup.linkage.candidates import Candidates
from denombrement.dedup.linkage.chain import Chain
from denombrement.dedup.linkage.constraints import Constraints
from denombrement.dedup.linkage.copies import Copies
from denombrement.dedup.linkage.kernel_sampler import Graph
from denombrement.dedup.linkage.pairing import named_pairs, of_pairs
from denombrement.dedup.linkage.passes import PassResult
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.dedup.linkage.result import Draws
from denombrement.dedup.linkage.unmet import Unmet, draw_unmet, drawn_missed


@dataclass(frozen=True)
class Findings:
    """All that one linkage worked out, before it is put into words.

    Attributes:
        records: the declarations as they came; ``copies`` those linked.
        constraints: of humans, on the declarations linked.
        candidates: pairs compared.
        passes: deterministic rules.
        graph: units and their candidate pairs.
        chains: what the sampler left.
        unmet: duplicates that no candidate pair can show.
    """

    records: EncodedRecords
    copies: Copies
    constraints: Constraints
    candidates: Candidates
    passes: tuple[PassResult, ...]
    graph: Graph
    chains: list[Chain]
    unmet: Unmet

    @property
    def posterior(self) -> Doubles:
        """Chance of one person for each pair of units of the graph."""
        kept = sum(len(chain.counts) for chain in self.chains)
        result: Doubles = np.sum([chain.together for chain in self.chains], axis=0) / kept
        return result


def person_table(found: Findings, labels: Ints) -> pd.DataFrame:
    """``record_id``, ``person_id`` from a label per unit; sorted by ``record_id``."""
    unit = found.constraints.unit[found.copies.kept]
    frame = pd.DataFrame({"record_id": found.records.record_id, "label": labels[unit]})
    frame = frame.sort_values("record_id", ignore_index=True)
    frame["person_id"] = frame.groupby("label")["record_id"].transform("first")
    return frame[["record_id", "person_id"]]


def pair_table(found: Findings) -> pd.DataFrame:
    """One row a candidate pair of declarations; see ``LinkageResult.pairs``."""
    candidates, unit = found.candidates, found.constraints.unit
    one, other = unit[candidates.first], unit[candidates.second]
    chance = of_pairs(found.graph.pair_first, found.graph.pair_second, found.posterior, one, other)
    joined = one == other
    low, high = found.records.settings.undecided
    names = _pass_names(found.passes)
    pairs = zip(candidates.first.tolist(), candidates.second.tolist(), strict=True)
    return pd.DataFrame(
        {
            **named_pairs(found.copies.records, candidates.first, candidates.second),
            "weight": candidates.weight,
            "posterior": np.where(joined, 1.0, chance),
            "undecided": (chance > low) & (chance < high) & ~joined,
            "passes": [names.get(pair, ()) for pair in pairs],
        }
    ).sort_values(["first_id", "second_id"], ignore_index=True)


def draw_table(found: Findings) -> Draws:
    """Drawn partitions of the declarations as they came, unmet duplicates joined."""
    generator = np.random.default_rng(len(found.copies.records))
    unit, rows = found.constraints.unit, [row for chain in found.chains for row in chain.labels]
    missed = drawn_missed(found.candidates, found.records.settings, len(rows), generator)
    rows = [
        draw_unmet(found.unmet, found.graph, unit, row, generator, missed=float(share))
        for row, share in zip(rows, missed, strict=True)
    ]
    labels = np.array(rows, dtype=np.int32)
    counts = np.array([len(np.unique(row)) for row in rows], dtype=np.int64)
    return Draws(record_id=found.records.record_id, labels=labels[:, found.copies.kept], counts=counts)


def _pass_names(passes: tuple[PassResult, ...]) -> dict[tuple[int, int], tuple[str, ...]]:
    found: dict[tuple[int, int], tuple[str, ...]] = defaultdict(tuple)
    for entry in passes:
        for pair in zip(entry.first.tolist(), entry.second.tolist(), strict=True):
            found[pair] += (entry.name,)
    return dict(found)
