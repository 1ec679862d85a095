"""The second opinion from end to end: tokens and the model's own pairs in, Splink's persons and disagreements out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from denombrement.dedup.cross_check.backends import Place, open_backend
from denombrement.dedup.cross_check.columns import Columns, columns_of
from denombrement.dedup.cross_check.disagreement import as_scored, differences
from denombrement.dedup.cross_check.grouping import forbidden, group
from denombrement.dedup.cross_check.health import examine, notices
from denombrement.dedup.cross_check.parameters import Parameters, expected_recall, prior_parameters
from denombrement.dedup.cross_check.plan import Plan, default_plan
from denombrement.dedup.cross_check.result import CrossCheck, Opinion
from denombrement.dedup.cross_check.scoring import Scored, score
from denombrement.dedup.cross_check.training import splink_failures, train
from denombrement.dedup.linkage.constraints import Constraints, Decisions, constrain
from denombrement.dedup.linkage.copies import find_copies
from denombrement.dedup.linkage.pairing import joint_values, named_pairs, of_pairs, pairs_within
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.dedup.linkage.result import Notice
from denombrement.errors import UsageProblem

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI

# Pairs that agree in everything are looked for in groups up to this size.
LARGEST_GROUP = 50
HALF = 0.5
NO_PAIR = Scored(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0))


@dataclass(frozen=True)
class _Judged:
    """Splink's pairs, and whether they can be used."""

    scored: Scored
    notices: tuple[Notice, ...]
    usable: bool
    certain_found: float


def cross_check(
    records: EncodedRecords,
    pairs: pd.DataFrame,
    *,
    decisions: Decisions | None = None,
    place: Place | None = None,
    plan: Plan | None = None,
) -> CrossCheck:
    """Lets Splink judge the same tokens; changes nothing.

    Args:
        records: declarations as tokens, as they were linked.
        pairs: the model's own, ``LinkageResult.pairs``.
        decisions: answers of humans, as they were linked.
        place: where Splink computes; DuckDB when None.
        plan: the shipped one when None.

    Raises:
        UsageProblem: LNK004 there is no declaration; LNK011, LNK012, LNK013 as ``open_backend``.
    """
    if not len(records):
        raise UsageProblem("LNK004")
    plan, place, begin = plan or default_plan(), place or Place(), time.perf_counter()
    copies = find_copies(records, decisions or Decisions())
    unique, constraints = copies.records, constrain(copies.records, copies.decisions)
    columns = columns_of(unique, plan)
    with open_backend(place) as backend:
        started = time.perf_counter()
        judged = _judge(backend, unique, constraints, columns, plan)
    ended = time.perf_counter()
    opinions = tuple(_opinion(unique, constraints, judged.scored, cut) for cut in sorted(plan.thresholds))
    both = {"model": as_scored(unique, pairs), "splink": judged.scored}
    found = differences(unique, constraints, columns, plan, joined=opinions[0].labels, **both)
    return CrossCheck(
        backend=place.backend,
        opinions=opinions,
        pairs=_pair_table(unique, judged.scored),
        disagreements=found.table,
        sure_pairs=found.sure_pairs,
        notices=judged.notices,
        usable=judged.usable,
        certain_found=judged.certain_found,
        record_id=unique.record_id,
        seconds={"start": round(started - begin, 3), "splink": round(ended - started, 3)},
        version=plan.version,
    )


def _judge(
    backend: DatabaseAPI[Any], records: EncodedRecords, constraints: Constraints, columns: Columns, plan: Plan
) -> _Judged:
    """Trains, examines the fit, scores; with the priors alone where the fit no longer finds what is certain."""
    if not columns.keys:
        return _Judged(NO_PAIR, (), usable=True, certain_found=1.0)
    prior = prior_parameters(records, columns, plan.seed)
    training = train(backend, columns, plan, prior, expected_recall(records, plan.certain))
    health = examine(training.parameters, prior, plan)
    told = tuple(notices(training, health, columns))
    certain = certain_pairs(records, constraints, columns, plan)
    for fitted, failure in ((health.parameters, "LNK117"), (prior, "LNK118")):
        scored = _scored(backend, columns, plan, fitted)
        found = found_share(scored, certain) if scored else 0.0
        if scored and found >= plan.least_certain_found:
            return _Judged(scored, told, usable=True, certain_found=found)
        told += (Notice(failure, {"percent": round(100 * found)}),)
    return _Judged(NO_PAIR, told, usable=False, certain_found=found)


def _scored(backend: DatabaseAPI[Any], columns: Columns, plan: Plan, fitted: Parameters) -> Scored | None:
    """Splink's pairs, or none where it failed; its error holds nothing that an officer could use."""
    try:
        return score(backend, columns, plan, fitted)
    except splink_failures():
        return None


def certain_pairs(
    records: EncodedRecords, constraints: Constraints, columns: Columns, plan: Plan
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that agree exactly in all that identifies; those that a service or a human decided are left out.

    None in a file that lacks a whole field: what is left might agree by chance.
    """
    known = {each.field for each in columns.comparisons}
    if not known.issuperset(plan.certain):
        return NO_PAIR.first, NO_PAIR.second
    parts = tuple((name, 0) for name in plan.certain)
    first, second = pairs_within(joint_values(records, parts), LARGEST_GROUP)
    open_ = constraints.unit[first] != constraints.unit[second]
    open_ &= ~forbidden(records, constraints, first, second)
    return first[open_], second[open_]


def found_share(scored: Scored, certain: tuple[np.ndarray, np.ndarray]) -> float:
    """Share of the certain pairs at a chance of one half or more; 1 when there is none."""
    chance = of_pairs(scored.first, scored.second, scored.chance, *certain)
    return float((chance >= HALF).mean()) if len(chance) else 1.0


def _opinion(records: EncodedRecords, constraints: Constraints, scored: Scored, threshold: float) -> Opinion:
    found = group(records, constraints, scored, threshold)
    return Opinion(
        threshold=threshold,
        persons=int(found.labels.max(initial=-1)) + 1,
        unconstrained=found.unconstrained,
        pairs=found.pairs,
        violations=found.violations,
        chains=found.chains,
        labels=found.labels,
    )


def _pair_table(records: EncodedRecords, scored: Scored) -> pd.DataFrame:
    named = named_pairs(records, scored.first, scored.second)
    frame = pd.DataFrame({**named, "splink": scored.chance})
    return frame.sort_values(["first_id", "second_id"], ignore_index=True)
