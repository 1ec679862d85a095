"""The whole of one campaign's count: from the store to persons, children, participation and their summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from denombrement.campaign import Campaign, Service
from denombrement.counts.children import count_children
from denombrement.counts.counting import CHILDREN, Counted
from denombrement.counts.dimensions import CATEGORY, UNKNOWN, situation_category, with_dimensions
from denombrement.counts.draws import DrawnCounts, drawn_counts, kept_counts
from denombrement.counts.participation import Participation, participation
from denombrement.counts.scope import COUNTED, scope_of
from denombrement.counts.table import TERRITORY
from denombrement.dedup.campaign_links import EXACT, KEPT_INTERVALS, LINKED, Links, read_links
from denombrement.dedup.exact import exact_members
from denombrement.dedup.resolution import Resolved, believing_order, resolve
from denombrement.intake.store import Store
from denombrement.reference import categories

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Declared:
    """Declarations of a campaign, whoever they turn out to be.

    Args:
        campaign: the settings.
        communes: service -> NIS code of its commune.
        declarations: the store's ``declarations``.
        children: the store's ``children``.
        participation: who answered.
    """

    campaign: Campaign
    communes: Mapping[str, str]
    declarations: pd.DataFrame
    children: pd.DataFrame
    participation: Participation

    def counted(self, persons: pd.DataFrame, members: pd.DataFrame) -> Counted:
        """Persons with their dimensions, scope and children.

        Args:
            persons: as resolution gives them.
            members: ``service``, ``declaration_id``, ``person``.
        """
        night = self.campaign.night
        placed = with_dimensions(persons, night, dict(self.communes))
        placed = placed.assign(scope=scope_of(placed, self.campaign.rule_context))
        inside = placed[placed["scope"] == COUNTED]
        children = count_children(self.children, members, self.declarations, inside)
        return Counted(night, placed, children, self.participation.silent)


@dataclass(frozen=True)
class CampaignCount:
    """Everything that the tables and the report are made of.

    Args:
        campaign: the settings.
        counted: persons and children.
        resolved: what had to be decided.
        members: ``service``, ``declaration_id``, ``person``.
        participation: who answered.
        declarations: declarations taken in.
        quarantined: records and files set aside.
        links: what deduplication found, where it was run on these declarations.
        drawn: intervals from its draws.
    """

    campaign: Campaign
    counted: Counted
    resolved: Resolved
    members: pd.DataFrame
    participation: Participation
    declarations: int
    quarantined: int
    links: Links | None = None
    drawn: DrawnCounts | None = None

    @property
    def adults(self) -> int:
        """Adults in the count."""
        return len(self.counted.counted)

    @property
    def method(self) -> str:
        """How declarations became persons: ``linkage``, or ``exact_code`` where none was made for them."""
        return EXACT if self.links is None else LINKED

    @property
    def adults_low(self) -> int:
        """Lower end of the linkage's interval; by exact code, the least that the declarations allow."""
        return self._least() if self.drawn is None else min(self.adults, self.drawn.adults.low)

    @property
    def adults_high(self) -> int:
        """Upper end, with those whose stay in an institution nobody could qualify."""
        linked = self.adults if self.drawn is None else max(self.adults, self.drawn.adults.high)
        return linked + int((self.counted.persons["scope"] == "institution_facts_unknown").sum())

    def _least(self) -> int:
        """Whoever has no code may be somebody already counted."""
        coded = self.members.loc[self.members["coded"], "person"]
        counted = self.counted.counted
        without = counted[~counted["person"].isin(set(coded))]
        # One service knows its own persons apart: at least as many as the one that declares most of them.
        fewest = int(without.groupby("believed_service").size().max()) if len(without) else 0
        return max(len(counted) - len(without), fewest)

    def summary(self) -> dict[str, Any]:
        """The figures that ``count --json`` prints."""
        children = self.counted.children
        table, young = self.counted.table([CATEGORY]), self.counted.table([CATEGORY], CHILDREN)
        return {
            "adults": self.adults,
            "adults_low": self.adults_low,
            "adults_high": self.adults_high,
            "children": children.total("direct"),
            "children_low": children.total("direct", "children_low"),
            "children_high": children.total("direct", "children_high")
            + children.total("dont_know", "children_high"),
            "children_indirect": children.total("indirect"),
            "total": self.adults + children.total("direct"),
            "by_category": {
                each.code: {
                    "adults": table.cell(category=each.code),
                    "children": young.cell(category=each.code),
                    **self._category_interval(each.code),
                }
                for each in categories()
            },
            "adults_without_BE7": table.cell(category="without_BE7"),
            "children_without_BE7": young.cell(category="without_BE7"),
            "by_arrondissement": self._by_arrondissement(),
            "outside": self.counted.by_reason_outside(),
            "communes_participating": len(self.participation.participating),
            "communes_total": len(self.participation.communes),
            "services": {
                state: self.participation.number_of_services(state)
                for state in ("answered", "zero", "promised", "refused", "silent")
            },
            "declarations": self.declarations,
            "merged": self.declarations - len(self.counted.persons),
            "undecided": self.resolved.undecided,
            "quarantined": self.quarantined,
            "method": self.method,
            "linkage": None if self.links is None else self.links.report,
        }

    def _category_interval(self, code: str) -> dict[str, int]:
        interval = self.drawn.by_category.get(code) if self.drawn else None
        return {"adults_low": interval.low, "adults_high": interval.high} if interval else {}

    def _by_arrondissement(self) -> dict[str, dict[str, int]]:
        adults, young = self.counted.table([TERRITORY]), self.counted.table([TERRITORY], CHILDREN)
        tree = adults.hierarchies[TERRITORY]
        codes = [*tree.children[tree.children["total"][0]], "outside", UNKNOWN]
        return {
            code: {"adults": adults.cell(territory=code), "children": young.cell(territory=code)}
            for code in codes
            if adults.takes_part({TERRITORY: code}) and young.takes_part({TERRITORY: code})
        }


def count_campaign(store: Store, campaign: Campaign, services: Mapping[str, Service]) -> CampaignCount:
    """Counts the persons of a campaign from its store; writes nothing.

    Raises:
        UsageProblem: LNK902 for an unknown resolution rule in the campaign's settings.
    """
    declared = read_declared(store, campaign, services)
    declarations, links = declared.declarations, read_links(store)
    members = exact_members(declarations) if links is None else links.members
    coded = declarations.set_index(["service", "declaration_id"])[["code", "opaque_code"]].notna().any(axis=1)
    members = members.merge(coded.rename("coded").reset_index(), on=["service", "declaration_id"])
    resolved = resolve(declarations, members, campaign.resolution)
    return CampaignCount(
        campaign=campaign,
        counted=declared.counted(resolved.persons, members),
        resolved=resolved,
        members=members,
        participation=declared.participation,
        declarations=len(declarations),
        quarantined=_quarantined(store),
        links=links,
        drawn=None if links is None else _drawn(links, declarations, campaign),
    )


def read_declared(store: Store, campaign: Campaign, services: Mapping[str, Service]) -> Declared:
    """What a count is made of, read from the store."""
    returns = dict(store.rows("SELECT service, met_nobody FROM returns WHERE status = 'current'"))
    return Declared(
        campaign,
        {each.id: each.commune for each in services.values()},
        store.frame("SELECT * FROM declarations ORDER BY service, declaration_id"),
        store.frame("SELECT * FROM children"),
        participation(services, returns, campaign.night),
    )


def _drawn(links: Links, declarations: pd.DataFrame, campaign: Campaign) -> DrawnCounts:
    if KEPT_INTERVALS in links.report:
        return kept_counts(links.report[KEPT_INTERVALS])
    order = believing_order(declarations, campaign.resolution)
    scope = scope_of(declarations, campaign.rule_context)
    declared = declarations.assign(scope=scope, category=declarations["situation"].map(situation_category))
    declared = order.merge(declared, on=["service", "declaration_id"])
    places = links.draws.set_index("record_id")["labels"]
    labels = np.stack(places.loc[declared["service"] + "/" + declared["declaration_id"]].to_list()).T
    return drawn_counts(declared, labels)


def keep_count(store: Store, count: CampaignCount) -> None:
    """Writes persons, members and decisions into the store, with one line in the journal."""
    summary = count.summary()
    with store.act("count") as facts:
        for name, frame in (
            ("members", count.members),
            ("persons", count.counted.persons),
            ("decisions", count.resolved.decisions),
        ):
            store.connection.register("kept", frame)
            store.rows(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM kept")
            store.connection.unregister("kept")
        wanted = ("adults", "children", "declarations", "quarantined", "undecided")
        facts.update({key: summary[key] for key in wanted})


def _quarantined(store: Store) -> int:
    ((records,),) = store.rows(
        "SELECT count(*) FROM quarantine SEMI JOIN (SELECT sha256, service FROM returns WHERE status = 'current') "
        "USING (sha256, service)"
    )
    ((files,),) = store.rows("SELECT count(*) FROM returns WHERE status = 'refused'")
    return int(records) + int(files)
