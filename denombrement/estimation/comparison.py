"""Two campaigns, compared on what they have in common: the same services in the same communes.

More services make more persons *known*, not more persons without a home. The change of the total is therefore split,
exactly, into what the matched panel shows, what new or lost communes bring, and what new or lost services bring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import pandas as pd

from denombrement.errors import UsageProblem
from denombrement.estimation.intervals import RatioInterval, rate_ratio
from denombrement.estimation.refusals import Refusal, Refused
from denombrement.reference.communes import all_communes, communes_on
from denombrement.reference.vintages import vintage_code


class Verdict(StrEnum):
    """What may be said of the change."""

    MORE_PERSONS = "more_persons"
    FEWER_PERSONS = "fewer_persons"
    MORE_PARTNERS = "more_partners_not_more_persons"
    FEWER_PARTNERS = "fewer_partners_not_fewer_persons"
    NO_CLEAR_CHANGE = "no_clear_change"
    SERVICES_UNKNOWN = "services_unknown"


@dataclass(frozen=True, eq=False)
class CampaignSightings:
    """What a campaign knows of who saw whom.

    Args:
        label: name of the campaign.
        persons: one row a person after deduplication: ``person``, ``commune`` (NIS; empty when unknown).
        sightings: one row a person and service: ``person``, ``service``.
        communes: NIS codes that took part, those that counted nobody included.
        services: services that answered, those that met nobody included.

    Raises:
        UsageProblem: EST021 (columns, a person twice), EST022 (a person without sighting, a sighting without person,
            or by a service that did not answer).
    """

    label: str
    persons: pd.DataFrame
    sightings: pd.DataFrame
    communes: frozenset[str]
    services: frozenset[str]

    def __post_init__(self) -> None:
        if (
            not {"person", "commune"} <= set(self.persons.columns)
            or self.persons["person"].duplicated().any()
        ):
            raise UsageProblem("EST021", where=self.label)
        if not {"person", "service"} <= set(self.sightings.columns):
            raise UsageProblem("EST021", where=self.label)
        same = set(self.persons["person"]) == set(self.sightings["person"])
        if not same or not set(self.sightings["service"]) <= self.services:
            raise UsageProblem("EST022", where=self.label)


@dataclass(frozen=True)
class PanelCells:
    """Persons of one campaign, in three disjoint cells.

    Args:
        matched: in a common commune, known to a service of both campaigns.
        other_communes: in a commune that is not common, or unknown.
        other_services: in a common commune, known only to services of this campaign.
    """

    matched: int
    other_communes: int
    other_services: int

    @property
    def total(self) -> int:
        """All persons of the campaign."""
        return self.matched + self.other_communes + self.other_services


@dataclass(frozen=True)
class Comparison:
    """Two campaigns on their common ground.

    Args:
        earlier, later: cells of each campaign.
        ratio: of the matched persons, later over earlier; exact, conservative because many persons are in both.
        total_ratio: of the totals, to be shown beside and not instead.
        change: persons more (or less) in all, the sum of the three that follow.
        change_matched, change_communes, change_services: its parts.
        verdict: what may be said.
        common_communes, common_services: what the panel rests on; services are None when they were not matched.
        margin: persons by which each cell may differ from its count (protected cells); both ratios allow for it.
    """

    earlier: PanelCells
    later: PanelCells
    ratio: RatioInterval
    total_ratio: RatioInterval
    change: int
    change_matched: int
    change_communes: int
    change_services: int
    verdict: Verdict
    common_communes: int
    common_services: int | None
    margin: int = 0

    def cells(self) -> pd.DataFrame:
        """The cells to hand to disclosure control: ``campaign``, ``component``, ``count``; totals are their sums."""
        rows = [
            (campaign, component, getattr(cells, component))
            for campaign, cells in (("earlier", self.earlier), ("later", self.later))
            for component in ("matched", "other_communes", "other_services")
        ]
        return pd.DataFrame(rows, columns=["campaign", "component", "count"])


@dataclass(frozen=True)
class _Change:
    ratio: RatioInterval
    total_ratio: RatioInterval
    mostly_partners: bool
    services_unknown: bool


def compare_campaigns(
    earlier: CampaignSightings,
    later: CampaignSightings,
    *,
    replaced_by: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> Comparison | Refused:
    """Compare two campaigns on matched services and communes.

    Args:
        earlier: the first campaign.
        later: the second campaign.
        replaced_by: merged commune → the one that replaced it (82003 and 82005 → 82039); both campaigns are taken to
            the later vintage, where a merged commune took part only if all its parts did.
        level: of the intervals.

    Returns:
        The comparison, or a refusal when no commune or no service is common.
    """
    merged = dict(replaced_by or {})
    communes = common_communes(earlier.communes, later.communes, merged)
    services = earlier.services & later.services
    refusals = _nothing_common(len(communes), len(services))
    if refusals:
        return Refused(refusals)
    return compare_cells(
        panel_cells(earlier, communes, services, merged),
        panel_cells(later, communes, services, merged),
        common_communes=len(communes),
        common_services=len(services),
        level=level,
    )


def compare_counts(
    earlier: Mapping[str, int],
    later: Mapping[str, int],
    *,
    replaced_by: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> Comparison | Refused:
    """Compare two tables of persons by participating commune (zeros included), when services are not known.

    Services cannot be matched then: a rise may still be more partners. ``common_services`` is None and the verdict
    never says more (or fewer) persons.
    """
    merged = dict(replaced_by or {})
    communes = common_communes(frozenset(earlier), frozenset(later), merged)
    if not communes:
        return Refused(_nothing_common(0, 1))
    cells = [_table_cells(table, communes, merged) for table in (earlier, later)]
    return compare_cells(cells[0], cells[1], common_communes=len(communes), common_services=None, level=level)


def compare_cells(
    earlier: PanelCells,
    later: PanelCells,
    *,
    common_communes: int,
    common_services: int | None,
    level: float = 0.95,
    margin: int = 0,
) -> Comparison:
    """The comparison that these cells give: exact ones inside, protected ones for publication.

    Publishing means: protect the cells of both campaigns together with everything released before, then call this
    with the protected values, so that no exact figure enters a published ratio.

    Args:
        earlier: cells of the first campaign.
        later: cells of the second.
        common_communes: how many communes the panel rests on.
        common_services: how many services, or None.
        level: of the intervals.
        margin: persons by which each cell, and each total, may differ from its count; the intervals reach from the
            lower end at the smallest ratio that the cells may stand for to the upper end at the largest.
    """
    ratio = _allowing(later.matched, earlier.matched, level, margin)
    total_ratio = _allowing(later.total, earlier.total, level, margin)
    change, change_matched = later.total - earlier.total, later.matched - earlier.matched
    # Half of the change at least must come from partners before it may be laid at their door.
    mostly_partners = abs(change - change_matched) * 2 >= abs(change) and change != 0
    return Comparison(
        earlier=earlier,
        later=later,
        ratio=ratio,
        total_ratio=total_ratio,
        change=change,
        change_matched=change_matched,
        change_communes=later.other_communes - earlier.other_communes,
        change_services=later.other_services - earlier.other_services,
        verdict=_verdict(_Change(ratio, total_ratio, mostly_partners, common_services is None)),
        common_communes=common_communes,
        common_services=common_services,
        margin=margin,
    )


def mergers_until(on: date) -> dict[str, str]:
    """Communes merged before this day → the commune that holds them then, for ``replaced_by``."""
    present = {commune.nis for commune in communes_on(on)}
    return {
        commune.nis: vintage_code(commune.nis, on)
        for commune in all_communes()
        if commune.nis not in present and commune.replaced_by is not None
    }


def common_communes(
    earlier: frozenset[str], later: frozenset[str], replaced_by: Mapping[str, str]
) -> frozenset[str]:
    """Communes of the later vintage that took part, whole, in both campaigns."""
    return _whole_communes(earlier, replaced_by) & _whole_communes(later, replaced_by)


def panel_cells(
    campaign: CampaignSightings,
    communes: frozenset[str],
    services: frozenset[str],
    replaced_by: Mapping[str, str],
) -> PanelCells:
    """Persons of a campaign by cell, given what is common."""
    recoded = campaign.persons["commune"].map(lambda nis: replaced_by.get(nis, nis))
    in_commune = recoded.isin(communes)
    known = campaign.sightings.loc[campaign.sightings["service"].isin(services), "person"]
    by_service = campaign.persons["person"].isin(known)
    return PanelCells(
        matched=int((in_commune & by_service).sum()),
        other_communes=int((~in_commune).sum()),
        other_services=int((in_commune & ~by_service).sum()),
    )


def _whole_communes(communes: frozenset[str], replaced_by: Mapping[str, str]) -> frozenset[str]:
    parts: dict[str, set[str]] = {}
    for old, new in replaced_by.items():
        parts.setdefault(new, set()).add(old)
    whole = {new for new, olds in parts.items() if new in communes or olds <= communes}
    return frozenset(whole | {nis for nis in communes if nis not in replaced_by})


def _table_cells(
    table: Mapping[str, int], communes: frozenset[str], replaced_by: Mapping[str, str]
) -> PanelCells:
    inside = sum(count for nis, count in table.items() if replaced_by.get(nis, nis) in communes)
    return PanelCells(inside, sum(table.values()) - inside, 0)


def _allowing(count: int, reference_count: int, level: float, margin: int) -> RatioInterval:
    """The ratio of two counts known to within a margin."""
    point = rate_ratio(count, reference_count, level=level)
    least = rate_ratio(max(0, count - margin), reference_count + margin, level=level)
    most = rate_ratio(count + margin, max(0, reference_count - margin), level=level)
    p_value = max(each.p_value for each in (point, least, most))
    return replace(point, lower=least.lower, upper=most.upper, p_value=p_value)


def _nothing_common(communes: int, services: int) -> tuple[Refusal, ...]:
    reasons = []
    if communes == 0:
        reasons.append(Refusal("no_common_commune"))
    if services == 0:
        reasons.append(Refusal("no_common_service"))
    return tuple(reasons)


def _verdict(change: _Change) -> Verdict:
    ratio, total_ratio = change.ratio, change.total_ratio
    if ratio.lower > 1 or ratio.upper < 1:
        if change.services_unknown:
            return Verdict.SERVICES_UNKNOWN
        return Verdict.MORE_PERSONS if ratio.lower > 1 else Verdict.FEWER_PERSONS
    if not change.mostly_partners:
        return Verdict.NO_CLEAR_CHANGE
    if total_ratio.lower > 1:
        return Verdict.MORE_PARTNERS
    return Verdict.FEWER_PARTNERS if total_ratio.upper < 1 else Verdict.NO_CLEAR_CHANGE
