"""When no estimate of unseen persons may be printed, and why.

Refusal rests on facts of the design: agreement between models is no evidence, since models that agree can all be
wrong in the same direction.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import combinations

import numpy as np

from denombrement.errors import Facts, ProtectionRefusal
from denombrement.estimation.assumptions import TickedAssumptions
from denombrement.estimation.existence import Standing
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.linkage_error import MissedMatchRate, correct_missed_matches
from denombrement.estimation.loglinear import LogLinearFit, best, fit_models
from denombrement.estimation.models import Model, main_effects, two_way_models

OWN_LISTS_CATEGORIES = frozenset({"EL4", "BE7"})
TERRITORIES = ("province", "region", "country")


@dataclass(frozen=True)
class Limits:
    """Below (or above) these nothing is estimated.

    Args:
        fewest_lists, most_lists: systems of services.
        least_overlap: persons in an overlap that a model needs.
        least_seen: persons seen in the group studied.
        most_clipped_percent: share of the persons that the correction for missed matches may invent to keep
            histories from becoming negative.
    """

    fewest_lists: int = 3
    most_lists: int = 5
    least_overlap: int = 7
    least_seen: int = 200
    most_clipped_percent: float = 2.0


@dataclass(frozen=True)
class StudyDesign:
    """What a person declares about the lists, before any result.

    Args:
        territory: ``province``, ``region``, ``country``; anything else is below the province.
        unit: ``adult``; anything else (children, households, a mixture) is refused.
        categories: ETHOS Light categories of the persons studied.
        grouping: name of the grouping of services.
        grouping_recorded_first: its digest stands in the journal before the first result.
        missed_matches: measured rate of persons left split; None when nobody measured it.
        pathways: pairs of systems of which one is only the next step of the other.
        lists_made_for: categories that the lists were chosen for; empty when they are the general ones.
    """

    territory: str
    unit: str
    categories: frozenset[str]
    grouping: str
    grouping_recorded_first: bool
    missed_matches: MissedMatchRate | None
    pathways: tuple[tuple[str, str], ...] = ()
    lists_made_for: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Refusal:
    """One reason, with the limits and counts that its text names."""

    reason: str
    facts: tuple[tuple[str, Facts], ...] = ()

    def text(self, language: str) -> str:
        """The reason, in ``fr``, ``nl``, ``de`` or ``en``."""
        return refusal_texts()[self.reason][language].format(**dict(self.facts))


@dataclass(frozen=True)
class Refused:
    """No estimate: all the reasons found, most basic first. The count and the lower bound are not given either."""

    reasons: tuple[Refusal, ...]

    def as_error(self) -> ProtectionRefusal:
        """For the command line."""
        return ProtectionRefusal(
            "EST020", number=len(self.reasons), reasons=", ".join(each.reason for each in self.reasons)
        )


@cache
def refusal_texts() -> dict[str, dict[str, str]]:
    """Texts of all reasons, by language."""
    data = resources.files("denombrement.estimation") / "data" / "refusals.toml"
    return tomllib.loads(data.read_text(encoding="utf-8"))


def reasons_to_refuse(
    histories: CaptureHistories,
    design: StudyDesign,
    ticked: TickedAssumptions,
    limits: Limits | None = None,
) -> tuple[Refusal, ...]:
    """Every reason not to estimate; empty when an estimate may be made.

    Args:
        histories: as linked, not corrected.
        design: what was declared before the results.
        ticked: the answers to the assumptions.
        limits: thresholds; the usual ones when omitted.
    """
    bounds = limits or Limits()
    return (
        *_design_reasons(histories, design),
        *_assumption_reasons(ticked),
        *data_reasons(histories, bounds),
        *_correction_reasons(histories, design, bounds),
    )


def data_reasons(histories: CaptureHistories, limits: Limits | None = None) -> tuple[Refusal, ...]:
    """The reasons that the capture histories alone give."""
    bounds = limits or Limits()
    return (*_list_reasons(histories, bounds), *_overlap_reasons(histories, bounds))


def short_pairs(histories: CaptureHistories, model: Model, least: int) -> tuple[tuple[int, int], ...]:
    """Pairs whose dependence the model estimates from an overlap of fewer than ``least`` persons."""
    overlaps = histories.overlaps
    return tuple(pair for pair in model.pairs if overlaps[pair] < least)


def _refusal(reason: str, **facts: Facts) -> Refusal:
    return Refusal(reason, tuple(facts.items()))


def _list_reasons(histories: CaptureHistories, limits: Limits) -> Iterator[Refusal]:
    found = len(histories.lists)
    if found < limits.fewest_lists:
        yield _refusal("too_few_lists", least=limits.fewest_lists, found=found)
    if found > limits.most_lists:
        yield _refusal("too_many_lists", most=limits.most_lists, found=found)
    if histories.seen < limits.least_seen:
        yield _refusal("small_category", least=limits.least_seen)
    sizes = np.diag(histories.overlaps)
    empty = [name for name, size in zip(histories.lists, sizes, strict=True) if size == 0]
    if empty:
        yield _refusal("empty_list", lists=", ".join(empty))
    isolated = [name for name in _isolated(histories, limits.least_overlap) if name not in empty]
    if isolated:
        yield _refusal("isolated_list", least=limits.least_overlap, lists=", ".join(isolated))
    nested = _nested(histories)
    if nested:
        yield _refusal("nested_list", pairs=_pair_names(histories, nested))


def _isolated(histories: CaptureHistories, least: int) -> list[str]:
    shared = histories.memberships & (histories.lists_per_history > 1)[:, None]
    met_elsewhere = histories.counts @ shared
    return [name for name, met in zip(histories.lists, met_elsewhere, strict=True) if met < least]


def _nested(histories: CaptureHistories) -> list[tuple[int, int]]:
    overlaps = histories.overlaps
    sizes = np.diag(overlaps)
    return [
        (one, other)
        for one, other in combinations(range(len(sizes)), 2)
        if overlaps[one, other] > 0 and overlaps[one, other] == min(sizes[one], sizes[other])
    ]


def _overlap_reasons(histories: CaptureHistories, limits: Limits) -> Iterator[Refusal]:
    lists = len(histories.lists)
    # Tens of thousands of models are not worth fitting to lists that are refused anyway.
    models = two_way_models(lists) if lists <= limits.most_lists else (main_effects(lists),)
    fits = fit_models(histories, models)
    yield from _standing_reasons(fits[0])
    short = _short_pairs_of(histories, best(fits, "bic"), limits)
    if short:
        yield _refusal("tiny_overlap", least=limits.least_overlap, pairs=_pair_names(histories, short))


def _standing_reasons(independent: LogLinearFit) -> Iterator[Refusal]:
    if independent.standing is Standing.NO_MAXIMUM:
        yield _refusal("no_maximum")
    if independent.standing is Standing.UNIDENTIFIED:
        yield _refusal("unidentified")


def _short_pairs_of(
    histories: CaptureHistories, preferred: LogLinearFit | None, limits: Limits
) -> list[tuple[int, int]]:
    return [] if preferred is None else list(short_pairs(histories, preferred.model, limits.least_overlap))


def _pair_names(histories: CaptureHistories, pairs: list[tuple[int, int]]) -> str:
    return ", ".join(f"{histories.lists[one]} + {histories.lists[other]}" for one, other in pairs)


def _design_reasons(histories: CaptureHistories, design: StudyDesign) -> Iterator[Refusal]:
    if design.territory not in TERRITORIES:
        yield _refusal("below_province")
    if design.unit != "adult":
        yield _refusal("mixed_units")
    apart = design.categories & OWN_LISTS_CATEGORIES
    if apart and design.lists_made_for != design.categories:
        yield _refusal("other_lists_needed", categories=", ".join(sorted(apart)))
    if not design.grouping_recorded_first:
        yield _refusal("grouping_after_results")
    declared = [pair for pair in design.pathways if set(pair) <= set(histories.lists)]
    if declared:
        yield _refusal("pathway", pairs=", ".join(f"{one} + {other}" for one, other in declared))


def _assumption_reasons(ticked: TickedAssumptions) -> Iterator[Refusal]:
    if ticked.unanswered:
        yield _refusal("assumptions_unanswered", number=len(ticked.unanswered))
    if ticked.refusing:
        yield _refusal("assumption_broken", codes=", ".join(ticked.refusing))


def _correction_reasons(
    histories: CaptureHistories, design: StudyDesign, limits: Limits
) -> Iterator[Refusal]:
    if design.missed_matches is None:
        yield _refusal("no_match_error")
        return
    correction = correct_missed_matches(histories, design.missed_matches.rate)
    percent = 100 * correction.clipped / histories.seen
    if percent > limits.most_clipped_percent:
        yield _refusal(
            "correction_too_large", percent=round(percent, 1), most=f"{limits.most_clipped_percent:g}"
        )
