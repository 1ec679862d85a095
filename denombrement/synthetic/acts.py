"""Rare acts on declarations that intake must bear: rules broken on purpose, corrections, withdrawals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from denombrement.survey.questionnaire import options
from denombrement.synthetic.answers import Answers
from denombrement.synthetic.draws import NONE, Flags, Generator, Integers, option_codes, spread
from denombrement.synthetic.parameters import Parameters

# Each breaks one check of the rules, of the same code.
BREAKS = (
    "situation_missing",
    "night_too_old",
    "sex_missing",
    "age_missing",
    "belgian_with_permit",
    "income_contradiction",
)
FEWEST_DECLARATIONS = 100


@dataclass(frozen=True)
class Acts:
    """Per declaration: the rule broken (position in `BREAKS`, −1 none), corrected in a second return, withdrawn."""

    broken: Integers
    corrected: Flags
    withdrawn: Flags


def number_of(parameters: Parameters, act: str, declarations: int) -> int:
    """How many declarations an act touches: at least one of each kind from a hundred declarations on."""
    fewest = (len(BREAKS) if act == "breaks_a_rule" else 1) if declarations >= FEWEST_DECLARATIONS else 0
    rate = parameters.number("returns", act)
    return max(fewest, round(rate * declarations)) if rate > 0 else 0


def break_rules(rng: Generator, parameters: Parameters, answers: Answers, declarations: int) -> Integers:
    """Breaks a rule in a few declarations, each of its own kind in turn; says which."""
    broken = np.full(declarations, NONE, dtype=np.int8)
    rows = spread(
        rng, _breakable(answers).astype(float), number_of(parameters, "breaks_a_rule", declarations)
    )
    rows = rng.permutation(rows)
    for kind, name in enumerate(BREAKS):
        own = rows[kind :: len(BREAKS)]
        _BREAKERS[name](answers, own)
        broken[own] = kind
    return broken


def _breakable(answers: Answers) -> Flags:
    """Declarations on which every kind of break is one: a situation with a night."""
    exempt = option_codes("situation", ("unknown", "not_homeless", "BE7"))
    return np.asarray(~np.isin(answers["situation"], exempt), dtype=bool)


def _no_situation(answers: Answers, rows: Integers) -> None:
    for question in (
        "situation",
        "place_detail",
        "situation_source",
        "night_precision",
        "leaving_when",
        "leaving_date",
        "housing_on_leaving",
        "stay_prolonged",
    ):
        answers[question][rows] = NONE


def _old_night(answers: Answers, rows: Integers) -> None:
    answers["night_precision"][rows] = option_codes("night_precision", ("earlier",))[0]


def _no_sex(answers: Answers, rows: Integers) -> None:
    answers["sex"][rows] = NONE


def _no_age(answers: Answers, rows: Integers) -> None:
    answers["age_years"][rows] = NONE
    answers["age_class"][rows] = NONE


def _permit(answers: Answers, rows: Integers) -> None:
    answers["nationality"][rows] = option_codes("nationality", ("belgian",))[0]
    answers["residence_status"][rows] = option_codes("residence_status", ("temporary",))[0]


def _incomes(answers: Answers, rows: Integers) -> None:
    known = options("income")
    answers["income"][rows] = (1 << known.index("none")) | (1 << known.index("work"))


_BREAKERS: dict[str, Callable[[Answers, Integers], None]] = {
    "situation_missing": _no_situation,
    "night_too_old": _old_night,
    "sex_missing": _no_sex,
    "age_missing": _no_age,
    "belgian_with_permit": _permit,
    "income_contradiction": _incomes,
}


def in_second_returns(rng: Generator, parameters: Parameters, service: Integers) -> Flags:
    """Declarations of the services that send a second return: a share of them, one at least."""
    services = np.unique(service)
    count = max(1, round(parameters.number("returns", "services_with_second_return") * len(services)))
    return np.isin(service, services[spread(rng, np.ones(len(services)), count)])


def corrections(rng: Generator, parameters: Parameters, broken: Integers, may_be: Flags) -> Flags:
    """Declarations whose first version did not know the commune of the night."""
    fit = (broken == NONE) & may_be
    corrected = np.zeros(len(broken), dtype=bool)
    corrected[spread(rng, fit.astype(float), number_of(parameters, "corrected", len(broken)))] = True
    return corrected


def withdrawn_rows(rng: Generator, parameters: Parameters, broken: Integers, may_be: Flags) -> Integers:
    """Declarations that their service entered twice: the second one is withdrawn."""
    return spread(
        rng, ((broken == NONE) & may_be).astype(float), number_of(parameters, "withdrawn", len(broken))
    )
