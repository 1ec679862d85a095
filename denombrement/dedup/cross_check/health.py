"""Whether a fit can be believed; where not, what was believed before takes its place, and is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from denombrement.dedup.cross_check.columns import Columns
from denombrement.dedup.cross_check.parameters import Parameters
from denombrement.dedup.cross_check.plan import BETWEEN_FIELDS, BETWEEN_KEYS, Plan
from denombrement.dedup.cross_check.training import SHARE, STRANGERS, Training
from denombrement.dedup.linkage.result import Notice


@dataclass(frozen=True)
class Health:
    """A fit that can be used.

    Attributes:
        parameters: as learnt, mended by the prior.
        degenerate: fields whose whole fit was put aside.
        at_bound: fields with a level that the fit held to be (nearly) impossible.
    """

    parameters: Parameters
    degenerate: tuple[str, ...]
    at_bound: tuple[str, ...]


def examine(fitted: Parameters, prior: Parameters, plan: Plan) -> Health:
    """Puts the prior in the place of every chance that cannot be believed.

    A field is degenerate when one person's declarations agree exactly in it no more often than strangers do, or
    hardly ever. A level at a bound would forbid, alone, what a slip of the pen does.
    """
    degenerate, at_bound = [], []
    m, u = {}, {}
    for field, chances in fitted.m.items():
        strange = fitted.u[field]
        if is_degenerate(chances[0], strange[0], plan):
            degenerate.append(field)
            m[field], u[field] = prior.m[field], prior.u[field]
            continue
        m[field], u[field] = _without_bounds(chances, prior.m[field], plan), strange
        if min(chances) < plan.least_level:
            at_bound.append(field)
    share = fitted.share if 0.0 < fitted.share < plan.largest_share else prior.share
    return Health(Parameters(share, m, u), tuple(degenerate), tuple(at_bound))


def is_degenerate(right: float, strange: float, plan: Plan) -> bool:
    """Whether exact agreement speaks against one person, or is nearly never seen."""
    return right <= strange or right < plan.least_exact


def _without_bounds(chances: tuple[float, ...], prior: tuple[float, ...], plan: Plan) -> tuple[float, ...]:
    mended = [
        before if chance < plan.least_level else chance for chance, before in zip(chances, prior, strict=True)
    ]
    return tuple(chance / sum(mended) for chance in mended)


def notices(training: Training, health: Health, columns: Columns) -> Iterator[Notice]:
    """What the officer must know of the fit."""
    if SHARE in training.failed:
        yield Notice("LNK111")
    if STRANGERS in training.failed:
        yield Notice("LNK112")
    for rule in training.failed:
        if rule not in (SHARE, STRANGERS):
            yield Notice("LNK113", {"fields": rule})
    if health.degenerate:
        yield Notice("LNK114", {"fields": BETWEEN_FIELDS.join(health.degenerate)})
    if health.at_bound:
        yield Notice("LNK115", {"fields": BETWEEN_FIELDS.join(health.at_bound)})
    if columns.left_out:
        yield Notice("LNK116", {"keys": BETWEEN_KEYS.join(columns.left_out)})
