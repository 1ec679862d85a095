"""The whole of one campaign's count: from the store to persons, children, participation and their summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from denombrement.campaign import Campaign, Service
from denombrement.counts.children import count_children
from denombrement.counts.counting import CHILDREN, Counted
from denombrement.counts.dimensions import CATEGORY, UNKNOWN, with_dimensions
from denombrement.counts.participation import Participation, participation
from denombrement.counts.scope import COUNTED, scope_of
from denombrement.counts.table import TERRITORY
from denombrement.dedup.exact import exact_members
from denombrement.dedup.resolution import Resolved, resolve
from denombrement.intake.store import Store
from denombrement.reference import categories

if TYPE_CHECKING:
    import pandas as pd


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
    """

    campaign: Campaign
    counted: Counted
    resolved: Resolved
    members: pd.DataFrame
    participation: Participation
    declarations: int
    quarantined: int

    @property
    def adults(self) -> int:
        """Adults in the count."""
        return len(self.counted.counted)

    @property
    def adults_low(self) -> int:
        """The least that the declarations allow: whoever has no code may be somebody already counted."""
        coded = self._coded()
        counted = self.counted.counted
        without = counted[~counted["person"].isin(coded)]
        # One service knows its own persons apart: at least as many as the one that declares most of them.
        fewest = int(without.groupby("believed_service").size().max()) if len(without) else 0
        return max(len(counted) - len(without), fewest)

    @property
    def adults_high(self) -> int:
        """The most: also those whose stay in an institution nobody could qualify."""
        unsure = self.counted.persons["scope"] == "institution_facts_unknown"
        return self.adults + int(unsure.sum())

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
        }

    def _by_arrondissement(self) -> dict[str, dict[str, int]]:
        adults, young = self.counted.table([TERRITORY]), self.counted.table([TERRITORY], CHILDREN)
        tree = adults.hierarchies[TERRITORY]
        codes = [*tree.children[tree.children["total"][0]], "outside", UNKNOWN]
        return {
            code: {"adults": adults.cell(territory=code), "children": young.cell(territory=code)}
            for code in codes
            if adults.takes_part({TERRITORY: code}) and young.takes_part({TERRITORY: code})
        }

    def _coded(self) -> set[str]:
        with_code = self.members[self.members["coded"]]
        return set(with_code["person"])


def count_campaign(store: Store, campaign: Campaign, services: Mapping[str, Service]) -> CampaignCount:
    """Counts the persons of a campaign from its store; writes nothing.

    Raises:
        UsageProblem: LNK902 for an unknown resolution rule in the campaign's settings.
    """
    declarations = store.frame("SELECT * FROM declarations ORDER BY service, declaration_id")
    members = exact_members(declarations)
    coded = declarations.set_index(["service", "declaration_id"])[["code", "opaque_code"]].notna().any(axis=1)
    members = members.merge(coded.rename("coded").reset_index(), on=["service", "declaration_id"])
    resolved = resolve(declarations, members, campaign.resolution)
    returns = dict(store.rows("SELECT service, met_nobody FROM returns WHERE status = 'current'"))
    taking_part = participation(services, returns, campaign.night)
    communes = {each.id: each.commune for each in services.values()}
    persons = with_dimensions(resolved.persons, campaign.night, communes)
    persons = persons.assign(scope=scope_of(persons, campaign.rule_context))
    inside = persons[persons["scope"] == COUNTED]
    children = count_children(store.frame("SELECT * FROM children"), members, declarations, inside)
    return CampaignCount(
        campaign=campaign,
        counted=Counted(campaign.night, persons, children, taking_part.silent),
        resolved=resolved,
        members=members,
        participation=taking_part,
        declarations=len(declarations),
        quarantined=_quarantined(store),
    )


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
