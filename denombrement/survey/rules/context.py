"""The dates of a campaign that rules refer to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from denombrement.errors import UsageProblem
from denombrement.reference import one_month_after

TOLERANCE_DAYS = 14


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The reference night, named by the date of its evening, and what follows from it."""

    night: date

    @property
    def one_month_after(self) -> date:
        """Last day on which a release or an eviction is "within one month": the same day of the next month."""
        return one_month_after(self.night)

    @property
    def two_weeks_before(self) -> date:
        """First night that the two-week tolerance accepts."""
        return self.night - timedelta(days=TOLERANCE_DAYS)

    def value(self, name: str) -> date:
        """The date called ``name``.

        Raises:
            UsageProblem: SUR011 for a name that rules may not use.
        """
        known = {
            "night": self.night,
            "one_month_after": self.one_month_after,
            "two_weeks_before": self.two_weeks_before,
        }
        if name not in known:
            raise UsageProblem("SUR011", name=name)
        return known[name]
