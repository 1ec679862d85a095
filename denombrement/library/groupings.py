"""The groupings of services and the categories that an estimate may study, by name."""

from __future__ import annotations

from denombrement.errors import UsageProblem
from denombrement.estimation.grouping import Grouping, default_groupings
from denombrement.estimation.refusals import OWN_LISTS_CATEGORIES
from denombrement.reference import categories


def grouping_named(name: str) -> Grouping:
    """A grouping of the package.

    Raises:
        UsageProblem: EST024, there is none of this name.
    """
    known = default_groupings()
    if name not in known:
        raise UsageProblem("EST024", known=", ".join(known))
    return known[name]


def studied() -> tuple[str, ...]:
    """Categories that the general lists can see: all but those that need lists of their own."""
    return tuple(each.code for each in categories() if each.code not in OWN_LISTS_CATEGORIES)
