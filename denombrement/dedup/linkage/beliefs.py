"""What is believed before the file is seen, and how the file changes it."""

from __future__ import annotations

import numpy as np

from denombrement.dedup.linkage.arrays import Doubles
from denombrement.dedup.linkage.frequencies import namesake_excess, value_shares
from denombrement.dedup.linkage.kernel_pair import Beliefs, Evidence
from denombrement.dedup.linkage.records import EncodedRecords
from denombrement.dedup.linkage.settings import Settings

# A miss is never impossible nor certain, whatever a small file says.
BOUNDS = (1e-4, 0.6)


def evidence_of(records: EncodedRecords) -> Evidence:
    """The compiled loops' view of the declarations."""
    return Evidence(
        tokens=records.tokens,
        share=value_shares(records),
        starts=records.starts,
        swapped=records.swapped,
        namesakes=namesake_excess(records),
    )


def prior_beliefs(settings: Settings, declarations: int, largest_unit: int = 1) -> Beliefs:
    """The model before it has seen the file; only the number of declarations counts.

    Args:
        settings: the model as data.
        declarations: size of the file.
        largest_unit: most declarations that a human joined; clusters must have room for them.
    """
    pairs = max(1.0, declarations * (declarations - 1) / 2.0)
    return Beliefs(
        miss=np.array([field.miss_mean for field in settings.fields]),
        landing=np.concatenate([np.array(field.shares) for field in settings.fields]),
        swap=np.array(settings.swap_shares),
        invented=settings.invented_date_share,
        relatives=min(0.5, settings.household_pairs_per_declaration * declarations / pairs),
        twin=settings.twin_share,
        namesake=settings.same_given_share,
        size_worth=size_worths(np.array(settings.size_weights), settings, largest_unit),
    )


def size_worths(weights: Doubles, settings: Settings, largest_unit: int) -> Doubles:
    """Log n! p_n for each number n of declarations, index 0 unused, with a geometric tail."""
    largest = max(settings.largest_cluster, largest_unit) + 1
    chances = np.zeros(largest + 1)
    known = weights / weights.sum()
    chances[1 : len(known) + 1] = known
    for size in range(len(known) + 1, largest + 1):
        chances[size] = chances[size - 1] * settings.size_tail
    result: Doubles = np.log(np.maximum(chances / chances.sum(), 1e-300))
    result[1:] += np.cumsum(np.log(np.arange(1, largest + 1)))
    result[0] = -np.inf
    return result


def drawn_beliefs(
    old: Beliefs,
    settings: Settings,
    *,
    hits: Doubles,
    landings: Doubles,
    sizes: Doubles,
    readings: Doubles,
    relatives: float,
    declarations: int,
    generator: np.random.Generator,
) -> Beliefs:
    """Beliefs drawn from their conditionals, given what the clusters of the moment say (see ``learn``).

    Args:
        old: what does not change is taken from here.
        settings: priors.
        hits: right values per field, among clusters of two and more.
        landings: misses per level.
        sizes: clusters by number of declarations (index 0 unused).
        readings: names and dates as they stand, in each other's place, invented.
        relatives: expected pairs of one household's different persons.
        declarations: size of the file.
        generator: source of chance.
    """
    miss, landing = np.empty_like(old.miss), np.empty_like(old.landing)
    start = 0
    for index, field in enumerate(settings.fields):
        end = start + len(field.levels)
        missed = landings[start:end]
        a, b = field.miss_weight * field.miss_mean, field.miss_weight * (1 - field.miss_mean)
        miss[index] = np.clip(generator.beta(a + missed.sum(), b + hits[index]), *BOUNDS)
        landing[start:end] = generator.dirichlet(np.array(field.shares) * field.miss_weight / 2 + missed)
        start = end
    names = generator.dirichlet(_reading_prior(settings, 0)[:2] + readings[0, :2])
    dates = generator.dirichlet(_reading_prior(settings, 1) + readings[1])
    counted = np.array(settings.size_weights)
    known = len(counted)
    counted = counted + np.append(sizes[1:known], sizes[known:].sum())
    share = settings.household_prior_share
    expected = share * settings.household_pairs_per_declaration * declarations + (1.0 - share) * relatives
    return old._replace(
        miss=miss,
        landing=landing,
        swap=np.array([names[1], dates[1]]),
        invented=float(dates[2]),
        relatives=float(min(0.5, expected / max(1.0, declarations * (declarations - 1) / 2.0))),
        size_worth=size_worths(generator.dirichlet(counted), settings, len(old.size_worth) - 2),
    )


def _reading_prior(settings: Settings, couple: int) -> Doubles:
    """Prior weights of names (0) or dates (1) that stand, are in each other's place, or are invented."""
    swap, invented = settings.swap_shares[couple], settings.invented_date_share * couple
    return settings.reading_weight * np.array([1.0 - swap - invented, swap, max(invented, 1e-9)])
