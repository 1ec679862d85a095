"""Who lives with whom, who sleeps where, and of which sex: the frame of the adults before they get a name.

Adults in scope come first: couples, then kin, then persons alone; the adults whom services meet and who are not
counted come last. Situations and sexes are quotas, so that the published margins hold at any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denombrement.survey.questionnaire import options
from denombrement.synthetic.draws import (
    Floats,
    Generator,
    Integers,
    fitted,
    option_codes,
    pick,
    quota,
)
from denombrement.synthetic.parameters import Parameters

RELATIONS = (
    "alone",
    "couple",
    "siblings",
    "parent_and_adult_child",
    "father_and_son_same_initials",
    "twins",
)
ALONE, COUPLE, SIBLINGS, PARENT_CHILD, FATHER_SON, TWINS = range(len(RELATIONS))
# Places where two adults of a household are not kept together.
APART = ("EL3.6", "EL4.7", "EL4.8")
SEXES = ("woman", "man", "x")
WOMAN, MAN, X = range(len(SEXES))


@dataclass(frozen=True)
class Units:
    """One value per adult.

    ``unit`` is the household, ``relation`` a position in `RELATIONS`, ``second`` marks the second adult of a pair,
    ``sex`` is a position in ``options("sex")`` (the same as in `SEXES`), ``situation`` one in ``options("situation")``,
    ``outside`` a position in the table of the same name, −1 for adults in scope.
    """

    unit: Integers
    relation: Integers
    second: Integers
    sex: Integers
    situation: Integers
    outside: Integers

    @property
    def size(self) -> int:
        """Adults in all."""
        return len(self.unit)


def make_units(rng: Generator, parameters: Parameters, adults: int) -> Units:
    """Adults in scope by household, and the others beside them."""
    pairs = _pairs(rng, parameters, adults)
    situation_pairs = _pair_situations(rng, parameters, len(pairs))
    sex_pairs = _pair_sexes(rng, parameters, pairs)
    alone = adults - 2 * len(pairs)
    sex_alone, situation_alone = _alone(
        rng, parameters, adults, sex_pairs=sex_pairs, situation_pairs=situation_pairs, alone=alone
    )
    outside, sex_outside, situation_outside = _outside(rng, parameters, adults)
    extra = len(outside)
    return Units(
        unit=np.concatenate([np.repeat(np.arange(len(pairs)), 2), len(pairs) + np.arange(alone + extra)]),
        relation=np.concatenate([np.repeat(pairs, 2), np.zeros(alone + extra, dtype=np.int8)]),
        second=np.concatenate([np.tile([0, 1], len(pairs)), np.zeros(alone + extra, dtype=np.int8)]).astype(
            np.int8
        ),
        sex=np.concatenate([sex_pairs.reshape(-1), sex_alone, sex_outside]).astype(np.int8),
        situation=np.concatenate([np.repeat(situation_pairs, 2), situation_alone, situation_outside]).astype(
            np.int8
        ),
        outside=np.concatenate([np.full(adults, -1), outside]).astype(np.int8),
    )


def _pairs(rng: Generator, parameters: Parameters, adults: int) -> Integers:
    couples = round(adults * parameters.number("household", "couple") / 2)
    kin = round(adults * parameters.number("household", "kin") / 2)
    kinds = parameters.shares("kin")
    codes = np.array([RELATIONS.index(name) for name in kinds], dtype=np.int8)
    return np.concatenate(
        [np.full(couples, COUPLE, dtype=np.int8), codes[quota(rng, list(kinds.values()), kin)]]
    )


def _pair_shares(parameters: Parameters) -> Floats:
    shares = np.array(
        [0.0 if name in APART else value for name, value in parameters.shares("situation").items()]
    )
    return np.asarray(shares / shares.sum(), dtype=float)


def _situation_codes(parameters: Parameters) -> Integers:
    return option_codes("situation", list(parameters.table("situation")))


def _pair_situations(rng: Generator, parameters: Parameters, pairs: int) -> Integers:
    return _situation_codes(parameters)[quota(rng, _pair_shares(parameters), pairs)]


def _pair_sexes(rng: Generator, parameters: Parameters, pairs: Integers) -> Integers:
    share = parameters.shares("sex")["woman"]
    sexes = np.where(rng.random((len(pairs), 2)) < share, WOMAN, MAN)
    two_sexes = rng.random(len(pairs)) < parameters.number("together", "couple_of_two_sexes")
    sexes[:, 1] = np.where((pairs == COUPLE) & two_sexes, 1 - sexes[:, 0], sexes[:, 1])
    sexes[pairs == FATHER_SON] = MAN
    sexes[pairs == TWINS, 1] = sexes[pairs == TWINS, 0]
    return sexes


def _alone(
    rng: Generator,
    parameters: Parameters,
    adults: int,
    *,
    sex_pairs: Integers,
    situation_pairs: Integers,
    alone: int,
) -> tuple[Integers, Integers]:
    """Sex and situation of those alone, so that with the pairs the margins are those of the parameters."""
    names = list(parameters.table("situation"))
    codes = _situation_codes(parameters)
    in_pairs = np.array([2 * int((situation_pairs == code).sum()) for code in codes])
    rows = np.clip(np.array(list(parameters.shares("situation").values())) * adults - in_pairs, 1e-6, None)
    sex_shares = np.array([parameters.shares("sex")[sex] for sex in SEXES])
    paired = np.array([int((sex_pairs == sex).sum()) for sex in range(len(SEXES))])
    columns = np.clip(sex_shares * adults - paired, 1e-6, None)
    odds = np.array([parameters.number("woman_odds", name) for name in names])
    seed = np.stack([odds, np.ones_like(odds), np.ones_like(odds)], axis=1)
    joint = fitted(seed, rows / rows.sum(), columns / columns.sum())
    cells = quota(rng, joint.reshape(-1), alone)
    return cells % len(SEXES), codes[cells // len(SEXES)]


def _outside(rng: Generator, parameters: Parameters, adults: int) -> tuple[Integers, Integers, Integers]:
    """Adults met and not counted, one of each kind at least, with the place where they slept."""
    kinds = parameters.shares("outside")
    size = max(len(kinds), round(adults * parameters.number("size", "outside_per_adult_in_scope")))
    outside = np.concatenate([np.arange(len(kinds)), quota(rng, list(kinds.values()), size - len(kinds))])
    where = {
        "leaves_in_five_weeks": ("EL4.8",),
        "institution_with_housing": ("EL4.7",),
        "eviction_after_one_month": ("BE7",),
        "no_link": ("EL1.1", "EL6.12"),
        "minor_alone": ("EL6.12", "EL2.2"),
        "asylum_reception": ("not_homeless", "EL2.2"),
    }
    situation = np.empty(size, dtype=np.int8)
    for code, name in enumerate(kinds):
        rows = np.flatnonzero(outside == code)
        places = option_codes("situation", where.get(name, ("not_homeless",)))
        situation[rows] = places[np.arange(len(rows)) % len(places)]
    shares = parameters.shares("sex")
    return outside, pick(rng, [shares[sex] for sex in SEXES], size), situation


def situation_code(name: str) -> int:
    """Position of a situation in its option list."""
    return options("situation").index(name)
