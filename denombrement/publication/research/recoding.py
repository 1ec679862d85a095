"""Persons made coarser until nobody stands out: k-anonymity and l-diversity by recoding, the risk measured twice.

Every combination of levels is tried from the least loss of detail up (full-domain recoding, Samarati 2001); groups that
remain too small or too alike have their quasi-identifiers hidden, and no person is ever dropped. Groups must hold at
least l different known answers to each sensitive question (distinct l-diversity, Machanavajjhala et al. 2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from denombrement.errors import ProtectionRefusal
from denombrement.publication.research.plan import HIDDEN, UNKNOWN, ResearchPlan

Numbers = NDArray[np.int64]

NUMBER = "number"
_HUNDRED = 100


@dataclass(frozen=True)
class Risk:
    """What someone who knows the quasi-identifiers of a person learns. The file is a count: no sampling hides anyone.

    Args:
        persons: rows.
        groups: different combinations of quasi-identifiers.
        unique: persons alone in their group.
        below_k: persons in groups of fewer than k.
        smallest: persons in the smallest group.
        mean_chance: mean probability of picking the right row (groups over persons).
        alike: persons in groups with fewer than l known answers to a sensitive question.
    """

    persons: int
    groups: int
    unique: int
    below_k: int
    smallest: int
    mean_chance: float
    alike: int


@dataclass(frozen=True, eq=False)
class Recoded:
    """The research file.

    Args:
        frame: ``number``, the quasi-identifiers recoded, sensitive and other columns; sorted by content, so that the
            order of the rows tells nothing.
        levels: quasi-identifier → level chosen (0: as coded).
        hidden: persons whose quasi-identifiers are hidden.
        before: risk on the full detail.
        after: risk on the file.
    """

    frame: pd.DataFrame
    levels: dict[str, int]
    hidden: int
    before: Risk
    after: Risk


def recode(persons: pd.DataFrame, plan: ResearchPlan, arrondissements: dict[str, str]) -> Recoded:
    """The coarsening that loses least and reaches k and l.

    Args:
        persons: one row a person counted: quasi-identifiers in their full detail, sensitive and other columns; answers to
            questions with several answers as lists.
        plan: columns and thresholds.
        arrondissements: NIS code of a commune → of its arrondissement.

    Raises:
        ProtectionRefusal: PUB081, fewer persons than k, or all of them answer alike.
    """
    source = persons.astype(object).where(persons.notna(), None)
    source = source.assign(
        arrondissement=source["territory"].map(lambda code: arrondissements.get(str(code), UNKNOWN))
    )
    names = [each.name for each in plan.quasi]
    exact = source[names].map(lambda code: UNKNOWN if code is None else str(code)).reset_index(drop=True)
    answers = source[list(plan.sensitive)].map(_as_answer).reset_index(drop=True)
    before = measure(
        source[[each.raw for each in plan.quasi]].reset_index(drop=True).astype(str), answers, plan
    )
    for levels in _from_least_loss(plan):
        coarse = pd.DataFrame(
            {
                each.name: exact[each.name].map(lambda code, e=each, at=level: e.recoded(code, at))
                for each, level in zip(plan.quasi, levels, strict=True)
            }
        )
        weak = _weak(coarse, answers, plan)
        if weak.sum() * _HUNDRED > plan.hidden_percent_at_most * len(coarse):
            continue
        coarse[weak] = HIDDEN
        if not _weak(coarse, answers, plan).any():
            after = measure(coarse, answers, plan)
            chosen = dict(zip(names, levels, strict=True))
            return Recoded(_file(coarse, source, plan), chosen, int(weak.sum()), before, after)
    raise ProtectionRefusal("PUB081", k=plan.k, l=plan.least_diversity)


def measure(quasi: pd.DataFrame, answers: pd.DataFrame, plan: ResearchPlan) -> Risk:
    """The risk of a file with these quasi-identifiers and sensitive answers."""
    group, sizes = _groups(quasi)
    groups = len(np.unique(group))
    return Risk(
        persons=len(quasi),
        groups=groups,
        unique=int((sizes == 1).sum()),
        below_k=int((sizes < plan.k).sum()),
        smallest=int(sizes.min()) if len(sizes) else 0,
        mean_chance=groups / len(quasi) if len(quasi) else 0.0,
        alike=int(_alike(quasi, answers, plan).sum()),
    )


def _from_least_loss(plan: ResearchPlan) -> Iterator[tuple[int, ...]]:
    every = product(*(range(each.levels) for each in plan.quasi))
    yield from sorted(every, key=lambda levels: (_loss(plan, levels), levels))


def _loss(plan: ResearchPlan, levels: Sequence[int]) -> float:
    return sum(each.loss(level) for each, level in zip(plan.quasi, levels, strict=True))


def _groups(quasi: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """Group of each person, and the number of persons in it."""
    keys = np.stack([pd.factorize(quasi[name])[0] for name in quasi.columns], axis=1)
    _, group, sizes = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(group, dtype=np.int64), np.asarray(sizes[group], dtype=np.int64)


def _weak(quasi: pd.DataFrame, answers: pd.DataFrame, plan: ResearchPlan) -> NDArray[np.bool_]:
    return np.asarray((_groups(quasi)[1] < plan.k) | _alike(quasi, answers, plan), dtype=np.bool_)


def _alike(quasi: pd.DataFrame, answers: pd.DataFrame, plan: ResearchPlan) -> NDArray[np.bool_]:
    group, _ = _groups(quasi)
    alike = np.zeros(len(group), dtype=np.bool_)
    for name in answers.columns:
        given = pd.factorize(answers[name])[0]
        known = np.unique(np.stack([group[given >= 0], given[given >= 0]], axis=1), axis=0)
        different = np.bincount(known[:, 0], minlength=len(group))[group]
        # Where nobody's answer is known there is nothing to learn.
        alike |= (different > 0) & (different < plan.least_diversity)
    return alike


def _as_answer(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value
    return "+".join(sorted(str(each) for each in value)) if hasattr(value, "__iter__") else str(value)


def _file(coarse: pd.DataFrame, source: pd.DataFrame, plan: ResearchPlan) -> pd.DataFrame:
    kept = source[[*plan.sensitive, *plan.other]].reset_index(drop=True)
    frame = pd.concat([coarse, kept], axis=1)
    order = frame.map(lambda value: _as_answer(value) or "").sort_values(list(frame.columns)).index
    frame = frame.loc[order].reset_index(drop=True)
    frame.insert(0, NUMBER, range(1, len(frame) + 1))
    return frame
