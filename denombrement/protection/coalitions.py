"""Two insiders who tell each other everything: which pairs there are, and which are tried.

There are thousands of pairs, so a plan says how many are tried: half of them those to whom most small remainders are
left, half of them by chance. A verdict says how many there were and how many were tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from denombrement.counts.table import TERRITORY
from denombrement.protection.cells import CellSystem, Counts
from denombrement.protection.insiders import Attacker, Contributions

Shared = Mapping[str, pd.DataFrame]
"""Name of a count table -> leaf cells × two services: its dimensions, ``service``, ``other`` and ``count`` (persons
whom both reported)."""
Pair = tuple[Attacker, Attacker]


def pairs(insiders: Sequence[Attacker]) -> tuple[Pair, ...]:
    """Every two insiders of whom neither knows all that the other knows."""
    return tuple(
        (one, other)
        for one, other in combinations(insiders, 2)
        if not (_within(one, other) or _within(other, one))
    )


def chosen(every: Sequence[Pair], system: CellSystem, *, threshold: int, limit: int) -> tuple[Pair, ...]:
    """The pairs that are tried: all of them, or half by danger and half by chance (always the same).

    Args:
        every: all pairs.
        system: the cells.
        threshold: counts of 1 to threshold - 1 persons must not be learnt.
        limit: how many at most.
    """
    if len(every) <= limit:
        return tuple(every)
    left = [_small_remainders(pair, system, threshold) for pair in every]
    order = np.argsort(-np.array(left), kind="stable")
    by_danger, rest = order[: limit - limit // 2], order[limit - limit // 2 :]
    by_chance = np.random.default_rng(20251022).choice(rest, limit // 2, replace=False)
    return tuple(every[number] for number in sorted([*by_danger.tolist(), *by_chance.tolist()]))


def together(pair: Pair, system: CellSystem, contributions: Contributions, shared: Shared) -> Attacker:
    """What two insiders know together; persons whom both know are counted once.

    Args:
        pair: two insiders of the system.
        system: the cells.
        contributions: services' own parts of each table's leaf cells.
        shared: persons whom two services reported both; where it is not given, two services share as few persons as
            the cells allow.
    """
    one, other = pair
    both = one.own + other.own - _known_to_both(pair, system, contributions, shared)
    own = np.clip(both, np.maximum(one.own, other.own), system.counts)
    return Attacker(f"pair={one.name} + {other.name}", own, one.inside | other.inside)


def _within(one: Attacker, other: Attacker) -> bool:
    """Whether one insider's territory lies in the other's."""
    return bool(one.territory) and one.territory <= other.territory


def _small_remainders(pair: Pair, system: CellSystem, threshold: int) -> int:
    others = system.counts - pair[0].own - pair[1].own
    return int(((others > 0) & (others < threshold)).sum())


def _known_to_both(
    pair: Pair, system: CellSystem, contributions: Contributions, shared: Shared
) -> NDArray[np.int64]:
    """Persons of each variable whom both insiders know; territories that neither nests share nobody."""
    both: Counts = np.zeros(system.size, dtype=np.int64)
    for number in system.widest:
        name = system.cubes[number].table.name
        rows = _common(pair, system, contributions.get(name), shared.get(name))
        if rows is not None:
            places = system.cubes[number].places(rows)
            system.spread(number, places, rows["count"].to_numpy(dtype=np.int64), both)
    return both


def _common(
    pair: Pair, system: CellSystem, parts: pd.DataFrame | None, shared: pd.DataFrame | None
) -> pd.DataFrame | None:
    services = sorted(one.service for one in pair if one.service)
    if len(services) > 1:
        return (
            None
            if shared is None
            else shared[(shared["service"] == services[0]) & (shared["other"] == services[1])]
        )
    if not services or parts is None or TERRITORY not in parts:
        return None
    territory = pair[0].territory | pair[1].territory
    known = {
        code for code in parts[TERRITORY].unique() if system.vocabulary.finest(TERRITORY, code) <= territory
    }
    return parts[(parts["service"] == services[0]) & parts[TERRITORY].isin(known)]
