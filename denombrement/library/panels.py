"""The common ground of two campaigns as a table of its own, to be protected with everything else that a campaign prints.

A comparison that is published needs the persons known to common services in common communes. That number is in no
table of the plan, so it enters the plan: it is rounded and attacked together with all that readers have of the
campaign, and later releases know it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.counting import ADULTS
from denombrement.counts.dimensions import hierarchy
from denombrement.counts.table import TERRITORY, CountTable, Hierarchy
from denombrement.errors import ProtectionRefusal
from denombrement.estimation.comparison import CampaignSightings, PanelCells, common_communes
from denombrement.protection.knowledge import Status
from denombrement.protection.participation import Places
from denombrement.protection.plan import ALL, PlannedTable, PublicationPlan
from denombrement.protection.tables import ProtectedTable
from denombrement.publication.public.planned import PlannedCounts

PREFIX = "panel_"
MATCHED, OTHER_COMMUNES, OTHER_SERVICES = "matched", "other_communes", "other_services"
CELLS = (MATCHED, OTHER_COMMUNES, OTHER_SERVICES)
_NAME_CHARACTERS = 12


@dataclass(frozen=True)
class Panel:
    """What a campaign has in common with another.

    Args:
        other: identifier of the other campaign.
        communes: common communes, by their codes on this campaign's night.
        services: common services.
    """

    other: str
    communes: tuple[str, ...]
    services: tuple[str, ...]

    @property
    def dimension(self) -> str:
        """Name of the dimension and of its table; another common ground has another name."""
        content = "|".join([self.other, ",".join(self.communes), ",".join(self.services)])
        return PREFIX + hashlib.sha256(content.encode()).hexdigest()[:_NAME_CHARACTERS]

    @property
    def planned(self) -> PlannedTable:
        """The table in a publication plan."""
        return PlannedTable(self.dimension, ADULTS, {self.dimension: ALL})


def common_panels(
    earlier: CampaignSightings, later: CampaignSightings, ids: tuple[str, str], replaced_by: Mapping[str, str]
) -> tuple[Panel, Panel]:
    """The panel of each campaign, communes matched on the later vintage.

    Args:
        earlier: the first campaign.
        later: the second campaign.
        ids: identifiers of both, in this order.
        replaced_by: merged commune → the one that replaced it.
    """
    common = common_communes(earlier.communes, later.communes, replaced_by)
    services = tuple(sorted(earlier.services & later.services))
    panels = [
        Panel(other, tuple(sorted(c for c in each.communes if replaced_by.get(c, c) in common)), services)
        for each, other in ((earlier, ids[1]), (later, ids[0]))
    ]
    return panels[0], panels[1]


def with_panels(
    count: CampaignCount,
    counts: PlannedCounts,
    plan: PublicationPlan,
    panels: Sequence[Panel],
    once_counted: Collection[str],
) -> tuple[PlannedCounts, PublicationPlan]:
    """The plan and its counts with the panels of earlier comparisons.

    Args:
        count: the campaign's count.
        counts: tables of the plan.
        plan: what is printed without them.
        panels: of this campaign with others.
        once_counted: territories that an earlier release has a figure of.
    """
    tree = hierarchy(TERRITORY, count.campaign.night)
    places = Places.of(tree, count.counted.silent_communes, once_counted)
    tables, parts, impossible = list(counts.tables), dict(counts.contributions), list(counts.impossible)
    for panel in panels:
        table, part = _table(count, panel, places)
        tables.append(table)
        parts[table.name] = part
        impossible += _impossible(panel, places)
    planned = tuple(panel.planned for panel in panels)
    extended = replace(counts, tables=tuple(tables), contributions=parts, impossible=tuple(impossible))
    return extended, replace(plan, tables=(*plan.tables, *planned))


def _impossible(panel: Panel, places: Places) -> Iterator[Mapping[str, str]]:
    """Common communes are known to readers: a figure of the others is the sum of those communes' own figures."""
    mixed = {places.counted_at.get(code, "") for code in panel.communes}
    for code in places.hierarchy.leaves:
        if code not in places.not_counted | mixed:
            inside = code in panel.communes
            for cell in (OTHER_COMMUNES,) if inside else (MATCHED, OTHER_SERVICES):
                yield {TERRITORY: code, panel.dimension: cell}


def is_panel(planned: PlannedTable) -> bool:
    """Whether a planned table is the panel of a comparison."""
    return planned.name.startswith(PREFIX)


def protected_cells(table: ProtectedTable) -> tuple[PanelCells, int]:
    """The cells of a panel as they may be published, and how far each may be from its count.

    Raises:
        ProtectionRefusal: EST026, a cell is withheld: no comparison can be published.
    """
    found: dict[str, int] = {}
    rounded = False
    for (code,), value, status in table.rows:
        if value is None:
            raise ProtectionRefusal("EST026")
        found[code] = value
        rounded = rounded or status is Status.ROUNDED
    margin = table.verdict.base * (1 + table.verdict.slack) - 1 if rounded else 0
    return PanelCells(**{name: found[name] for name in CELLS}), margin


def _table(count: CampaignCount, panel: Panel, places: Places) -> tuple[CountTable, pd.DataFrame]:
    persons = count.counted.counted[["person", TERRITORY]]
    members = count.members[["person", "service"]].drop_duplicates()
    known = persons["person"].isin(members.loc[members["service"].isin(panel.services), "person"])
    inside = persons[TERRITORY].isin(panel.communes)
    cells = persons.copy()
    cells[TERRITORY] = persons[TERRITORY].replace(dict(places.counted_at))
    cells[panel.dimension] = np.select([~inside, known], [OTHER_COMMUNES, MATCHED], OTHER_SERVICES)
    names = [TERRITORY, panel.dimension]
    trees = {TERRITORY: places.hierarchy, panel.dimension: Hierarchy.flat(panel.dimension, CELLS)}
    name = "_".join([ADULTS, *names])
    leaves = cells.groupby(names).size().rename("count").reset_index()
    reported = cells.merge(members, on="person").groupby([*names, "service"]).size().rename("count")
    table = CountTable.from_leaves(name, leaves, trees, ADULTS, places.not_counted)
    return table, reported.reset_index()
