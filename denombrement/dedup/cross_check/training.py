"""Splink learns from the file; a step that fails is caught and told, and leaves what was believed before it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from denombrement.dedup.cross_check.columns import Columns
from denombrement.dedup.cross_check.parameters import Parameters
from denombrement.dedup.cross_check.plan import BETWEEN_RULE_FIELDS, Plan
from denombrement.dedup.cross_check.splink_model import settings_for

if TYPE_CHECKING:
    from splink import Linker
    from splink.internals.blocking_rule_creator import BlockingRuleCreator
    from splink.internals.database_api import DatabaseAPI
    from splink.internals.splink_dataframe import SplinkDataFrame

SHARE, STRANGERS = "share", "strangers"


@dataclass(frozen=True)
class Training:
    """What Splink learnt.

    Attributes:
        parameters: as learnt; the prior's where a level was never observed or a step failed.
        failed: the steps that failed: ``share``, ``strangers``, or the fields of a training rule.
    """

    parameters: Parameters
    failed: tuple[str, ...]


@dataclass(frozen=True)
class _Lesson:
    """One step: the fields that must agree exactly, what is learnt from whom."""

    name: str
    fields: tuple[str, ...]
    learn: Callable[[Linker, list[str | BlockingRuleCreator]], None]
    table: SplinkDataFrame


def train(
    backend: DatabaseAPI[Any], columns: Columns, plan: Plan, prior: Parameters, recall: float
) -> Training:
    """Share of pairs that are one person, then strangers, then expectation maximisation by each tight rule.

    Args:
        backend: a database interface of Splink's.
        columns: the declarations.
        plan: rules and sizes.
        prior: what Splink starts from.
        recall: share of the pairs of one person that agree in everything, as is believed before.
    """
    table = backend.register(columns.table())
    sample = backend.register(columns.table(sampled(columns.size, plan)))
    lessons = [
        _Lesson(SHARE, plan.certain, partial(_share, recall=recall), table),
        _Lesson(STRANGERS, (), partial(_strangers, plan=plan), sample),
        *(
            _Lesson(BETWEEN_RULE_FIELDS.join(fields), fields, _maximise, table)
            for fields in plan.training_rules
        ),
    ]
    fitted, failed = prior, []
    with silence():
        for lesson in lessons:
            learnt = _after(lesson, columns, plan, fitted)
            if learnt is None:
                failed.append(lesson.name)
            else:
                fitted = learnt
    return Training(fitted, tuple(failed))


def _after(lesson: _Lesson, columns: Columns, plan: Plan, before: Parameters) -> Parameters | None:
    """What is known after a lesson; None where it failed.

    Splink's errors hold SQL and numbers of a fit that is not used: only that there was one is kept.
    """
    from splink import Linker, block_on

    exact = {each.field: each.columns[0] for each in columns.comparisons}
    if not all(name in exact for name in lesson.fields):
        return None
    linker = Linker(lesson.table, settings_for(columns, plan, before), log_level=None)
    try:
        lesson.learn(linker, [block_on(*(exact[name] for name in lesson.fields))] if lesson.fields else [])
    except splink_failures():
        return None
    return parameters_of(linker)


def sampled(size: int, plan: Plan) -> np.ndarray:
    """Declarations whose pairs show how strangers agree, drawn here so that every backend sees the same ones."""
    wanted = int((2 * plan.stranger_pairs) ** 0.5) + 1
    if size <= wanted:
        return np.arange(size)
    return np.sort(np.random.default_rng(plan.seed).choice(size, size=wanted, replace=False))


def splink_failures() -> tuple[type[Exception], ...]:
    """What Splink raises on a file that it cannot learn from or that fits no memory: it has no error of its own for it."""
    import duckdb
    from splink.internals.exceptions import SplinkException

    return (ValueError, ArithmeticError, SplinkException, duckdb.Error)


def _share(linker: Linker, rules: list[str | BlockingRuleCreator], *, recall: float) -> None:
    linker.training.estimate_probability_two_random_records_match(rules, recall=recall)
    if not parameters_of(linker).share:
        # Splink would fail later, on the logarithm of nothing.
        raise ArithmeticError


def _strangers(linker: Linker, _rules: list[str | BlockingRuleCreator], *, plan: Plan) -> None:
    """All pairs of the sample: Splink 5 would otherwise stop at 100 observations a level."""
    linker.training.estimate_u_using_random_sampling(
        max_pairs=4 * plan.stranger_pairs, min_count_per_level=None, num_chunks=1
    )


def _maximise(linker: Linker, rules: list[str | BlockingRuleCreator]) -> None:
    linker.training.estimate_parameters_using_expectation_maximisation(
        rules[0], estimate_without_term_frequencies=True
    )


def parameters_of(linker: Linker) -> Parameters:
    """The parameters of a linker; levels that it never observed are as it was given them."""
    model = linker.misc.save_model_to_json()
    m, u = {}, {}
    for entry in model["comparisons"]:
        levels = entry["comparison_levels"][1:]
        m[entry["output_column_name"]] = tuple(level["m_probability"] for level in levels)
        u[entry["output_column_name"]] = tuple(level["u_probability"] for level in levels)
    return Parameters(model["probability_two_random_records_match"], m, u)


@contextmanager
def silence() -> Iterator[None]:
    """Keeps Splink's advice to developers off the officer's screen; what matters is in the notices."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
