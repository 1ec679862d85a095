"""Children of the adults in scope: those who share their parents' situation, and those whose other parent has a home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from denombrement.survey.questionnaire import options
from denombrement.synthetic.draws import (
    Floats,
    Generator,
    Integers,
    flagged,
    option_codes,
    pick,
    pick_options,
    spread,
)
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.units import COUPLE, MAN, SEXES, Units, X

YOUNGEST_PARENT_YEARS = 16


@dataclass(frozen=True)
class Children:
    """Children (one value each) and their links to adults (``link_…``, one value per child and parent).

    ``direct`` is 1 for a child who shares a parent's situation; ``sex`` is a position in ``options("sex")``; link
    answers are positions in ``options("child_link")`` and ``options("other_parent")``.
    """

    parent: Integers
    direct: Integers
    birth_year: Integers
    sex: Integers
    link_child: Integers
    link_person: Integers
    link_answer: Integers
    link_other_parent: Integers

    @property
    def size(self) -> int:
        """Children in all."""
        return len(self.parent)


def make_children(
    rng: Generator, parameters: Parameters, units: Units, age_years: Integers, night: date
) -> Children:
    """Children with direct link by category and household, then those with an indirect link."""
    adults = int((units.outside < 0).sum())
    direct_parents = _direct_parents(rng, parameters, units, age_years, adults)
    indirect_parents = _indirect_parents(rng, parameters, units, age_years, len(direct_parents))
    parent = np.concatenate([direct_parents, indirect_parents])
    direct = np.concatenate([np.ones(len(direct_parents)), np.zeros(len(indirect_parents))]).astype(np.int8)
    oldest = np.clip(_younger_parent(units, age_years)[parent] - YOUNGEST_PARENT_YEARS, 0, 17)
    age = np.floor(rng.random(len(parent)) * (oldest + 1)).astype(np.int64)
    birth_year = night.year - age - (rng.random(len(parent)) < _rest_of_year(night)) * (age > 0)
    girl, boy = option_codes("sex", ("woman", "man"))
    sex = np.where(flagged(rng, len(parent), parameters.number("children", "girl")), girl, boy)
    child, person, answer, other = _links(rng, parameters, units, parent=parent, direct=direct)
    kept = (answer == option_codes("child_link", ("direct",))[0]) | (
        age_years[person] - age[child] >= YOUNGEST_PARENT_YEARS
    )
    child, person, answer, other = (each[kept] for each in (child, person, answer, other))
    return Children(
        parent, direct, birth_year.astype(np.int16), sex.astype(np.int8), child, person, answer, other
    )


def _younger_parent(units: Units, age_years: Integers) -> Integers:
    """Age of each adult, or of the partner where he or she is younger."""
    younger = age_years.copy()
    second = np.flatnonzero((units.second == 1) & (units.relation == COUPLE))
    both = np.minimum(age_years[second], age_years[second - 1])
    younger[second] = younger[second - 1] = both
    return younger


def _rest_of_year(night: date) -> float:
    return (date(night.year, 12, 31) - night).days / 365


def _heads(units: Units) -> Integers:
    """One adult per family: those alone, and the first of each couple."""
    return np.flatnonzero(
        (units.outside < 0) & ((units.relation == 0) | ((units.relation == COUPLE) & (units.second == 0)))
    )


def _direct_parents(
    rng: Generator, parameters: Parameters, units: Units, age_years: Integers, adults: int
) -> Integers:
    """One entry per child: quotas of children by category, families drawn within."""
    sizes = parameters.shares("children_per_family")
    mean = sum(int(size) * share for size, share in sizes.items())
    children = round(adults * parameters.number("size", "children_direct_per_adult"))
    heads = _heads(units)
    categories = np.array([name.split(".")[0] for name in options("situation")])
    chosen = []
    for name, share in parameters.shares("children_category").items():
        odds = _parent_odds(parameters, units, heads) * (categories[units.situation[heads]] == name)
        families = round(children * share / mean)
        parents = heads[spread(rng, odds * (age_years[heads] > YOUNGEST_PARENT_YEARS + 1), families)]
        chosen.append(_with_children(rng, parents, sizes, round(children * share)))
    return np.concatenate(chosen)


def _parent_odds(parameters: Parameters, units: Units, heads: Integers) -> Floats:
    by_sex = np.array([parameters.number("parent_odds", sex) for sex in SEXES])
    odds = by_sex[np.minimum(units.sex[heads], X)]
    couple = units.relation[heads] == COUPLE
    return np.where(couple, parameters.number("parent_odds", "couple"), odds)


def _with_children(rng: Generator, parents: Integers, sizes: dict[str, float], wanted: int) -> Integers:
    """Each parent as often as he or she has children; families grow or shrink by one until the number is right."""
    if not len(parents):
        return np.empty(0, dtype=np.int64)
    drawn = np.array([int(size) for size in sizes])[pick(rng, list(sizes.values()), len(parents))]
    largest = max(int(size) for size in sizes)
    wanted = min(max(wanted, len(parents)), largest * len(parents))
    while (gap := wanted - int(drawn.sum())) != 0:
        room = np.flatnonzero(drawn < largest) if gap > 0 else np.flatnonzero(drawn > 1)
        rows = rng.permutation(room)[: abs(gap)]
        drawn[rows] += 1 if gap > 0 else -1
    return np.repeat(parents, drawn)


def _indirect_parents(
    rng: Generator, parameters: Parameters, units: Units, age_years: Integers, direct: int
) -> Integers:
    sizes = parameters.shares("children_per_family")
    mean = sum(int(size) * share for size, share in sizes.items())
    wanted = round(direct * parameters.number("size", "children_indirect_per_direct"))
    man, woman = (parameters.number("children", f"indirect_{sex}_odds") for sex in ("man", "woman"))
    odds = (
        np.where(units.sex == MAN, man, woman) * (units.outside < 0) * (age_years > YOUNGEST_PARENT_YEARS + 3)
    )
    return _with_children(rng, spread(rng, odds, round(wanted / mean)), sizes, wanted)


def _links(
    rng: Generator, parameters: Parameters, units: Units, *, parent: Integers, direct: Integers
) -> tuple[Integers, Integers, Integers, Integers]:
    """What each parent would say of the child: both adults of a couple, and now and then a parent elsewhere."""
    of_direct, of_indirect = option_codes("child_link", ("direct", "indirect"))
    housed, homeless_too = option_codes("other_parent", ("housed", "homeless_too"))
    child = np.arange(len(parent))
    couple = (units.relation[parent] == COUPLE) & (direct == 1)
    lone = pick_options(rng, _lone_shares(parameters), "other_parent", len(parent))
    elsewhere = flagged(rng, len(parent), parameters.number("children", "other_parent_housed"))
    other = np.where(
        direct == 1, lone, np.where(elsewhere, housed, option_codes("other_parent", ("dont_know",))[0])
    )
    two_homes = (
        (direct == 1)
        & ~couple
        & flagged(rng, len(parent), parameters.number("together", "child_of_two_homes"))
    )
    other = np.where(couple | two_homes, homeless_too, other)
    answer = np.where(direct == 1, of_direct, of_indirect)
    fathers = np.flatnonzero((units.outside < 0) & (units.relation == 0) & (units.sex == MAN))
    absent = rng.choice(fathers, int(two_homes.sum())) if len(fathers) else np.empty(0, dtype=np.int64)
    absent_of = child[two_homes][: len(absent)]
    keep = absent != parent[absent_of]
    return (
        np.concatenate([child, child[couple], absent_of[keep]]),
        np.concatenate([parent, parent[couple] + 1, absent[keep]]),
        np.concatenate([answer, answer[couple], np.full(int(keep.sum()), of_indirect)]).astype(np.int8),
        np.concatenate([other, other[couple], np.full(int(keep.sum()), homeless_too)]).astype(np.int8),
    )


def _lone_shares(parameters: Parameters) -> dict[str, float]:
    housed = parameters.number("children", "lone_parent_other_parent_housed")
    none = parameters.number("children", "lone_parent_other_parent_none")
    return {"housed": housed, "none": none, "dont_know": 1 - housed - none}
