"""Two counts that need no linkage: exact codes, and persons from the number of distinct birth dates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from denombrement.dedup.linkage.pairing import joint_values
from denombrement.dedup.linkage.records import EncodedRecords

# Days a birthday can fall on, 1 January left out since it stands for "unknown".
DAYS = 364.25
# Where births fall on more than this share of a year's days, the few days left say little, and birthdays that do not
# fall on all days alike bend the estimate downwards (docs/methods/linkage.md).
CROWDED = 0.85


@dataclass(frozen=True)
class Occupancy:
    """Persons among the declarations that have sex and a whole birth date.

    Attributes:
        persons: estimate.
        deviation: standard deviation of the estimate, chance of birthdays alone; errors in dates are not in it.
        declarations: how many declarations could be used.
        crowded: how many have sex and date, but stand in a birth year and sex whose days are nearly all taken.
    """

    persons: float
    deviation: float
    declarations: int
    crowded: int = 0


def occupancy(records: EncodedRecords) -> Occupancy:
    """Estimate of persons within birth year × sex from k distinct dates: n = ln(1 − k/D) / ln(1 − 1/D).

    Crowded birth years (``CROWDED``) are left out, so that a very large file is checked in part, or not at all.
    Larsen 1994; Banks & Pandiani. An error in a date adds a date, so that the estimate is a cross-check with a known
    direction of fault, not a calibrated count.
    """
    cells = joint_values(records, (("year", 0), ("sex", 0)))
    dates = joint_values(records, (("year", 0), ("sex", 0), ("month", 0), ("day", 0)))
    usable = dates >= 0
    distinct, first = np.unique(dates[usable], return_index=True)
    by_cell = np.bincount(cells[usable][first]) if len(distinct) else np.zeros(0, dtype=int)
    readable = by_cell <= CROWDED * DAYS
    estimates = [_cell(int(count)) for count in by_cell[readable] if count]
    declarations = int(np.bincount(cells[usable], minlength=len(by_cell))[readable].sum())
    return Occupancy(
        persons=sum(persons for persons, _ in estimates),
        deviation=math.sqrt(sum(variance for _, variance in estimates)),
        declarations=declarations,
        crowded=int(usable.sum()) - declarations,
    )


def _cell(distinct: int) -> tuple[float, float]:
    """Persons and variance of one birth year and sex with so many distinct dates."""
    persons = math.log(1 - distinct / DAYS) / math.log(1 - 1 / DAYS)
    missed_one, missed_two = (1 - 1 / DAYS) ** persons, (1 - 2 / DAYS) ** persons
    variance = DAYS * missed_one + DAYS * (DAYS - 1) * missed_two - DAYS**2 * missed_one**2
    slope = -DAYS * missed_one * math.log(1 - 1 / DAYS)
    return persons, max(0.0, variance) / slope**2


def exact_codes(records: EncodedRecords) -> int:
    """Distinct exact codes; a declaration without a whole code counts as a person of its own."""
    whole = records.code[records.code >= 0]
    return len(np.unique(whole)) + int((records.code < 0).sum())
