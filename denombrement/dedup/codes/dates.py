"""Birth dates with unknown parts.

1 January and 1 July are what registers write when the day and the month are unknown: they count as unknown, so that
they neither link strangers nor part two declarations of one person.
"""

from __future__ import annotations

from dataclasses import dataclass

from denombrement.errors import DamagedInput

EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
_LONGEST_MONTHS_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_STAND_INS = ((1, 1), (7, 1))
_FEBRUARY = 2
_LEAP_DAY = 29


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date whose parts may each be unknown (``None``)."""

    year: int | None
    month: int | None
    day: int | None


def resolve_birth_date(year: int | None, month: int | None, day: int | None) -> BirthDate:
    """The date with the stand-in days of registers made unknown.

    Raises:
        DamagedInput: ``COD003``, no such date can exist (31/02, month 13, a year before 1900).
    """
    if not _exists(year, month, day):
        raise DamagedInput("COD003", earliest=EARLIEST_YEAR, latest=LATEST_YEAR)
    if (month, day) in _STAND_INS:
        return BirthDate(year, None, None)
    return BirthDate(year, month, day)


def _exists(year: int | None, month: int | None, day: int | None) -> bool:
    if year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return False
    if month is not None and not 1 <= month <= len(_LONGEST_MONTHS_DAYS):
        return False
    longest = _LONGEST_MONTHS_DAYS[month - 1] if month is not None else max(_LONGEST_MONTHS_DAYS)
    if day is not None and not 1 <= day <= longest:
        return False
    leap_day = (month, day) == (_FEBRUARY, _LEAP_DAY)
    return not leap_day or year is None or _is_leap(year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
