"""From a campaign's count to what estimation needs: who was seen by which services, under every draw of the linkage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from denombrement.campaign import Campaign, Service
from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.dimensions import OUTSIDE, UNKNOWN, situation_category
from denombrement.counts.participation import ANSWERED, ZERO
from denombrement.counts.scope import COUNTED, scope_of
from denombrement.dedup.campaign_links import KEPT_INTERVALS, SEPARATOR
from denombrement.dedup.resolution import believing_order
from denombrement.errors import UsageProblem
from denombrement.estimation.comparison import CampaignSightings
from denombrement.estimation.grouping import Grouping
from denombrement.estimation.histories import CaptureHistories
from denombrement.estimation.linkage_error import histories_of_partitions

DEFAULT_DRAWS = 20


@dataclass(frozen=True)
class Declared:
    """Declarations in the order in which resolution believes them, with their person in the count and in each draw.

    Args:
        frame: ``service``, ``declaration_id``, ``scope``, ``category``, ``service_type``.
        counted: labels of the count's own partition, one a declaration.
        drawn: draws × declarations; equal labels are one person.
    """

    frame: pd.DataFrame
    counted: NDArray[np.int64]
    drawn: NDArray[np.int64]


def declared_in_draws(
    count: CampaignCount,
    declarations: pd.DataFrame,
    services: Mapping[str, Service],
    draws: int = DEFAULT_DRAWS,
) -> Declared:
    """Declarations with their persons under the count's partition and under draws spread evenly over the posterior.

    Raises:
        UsageProblem: LIB003, deduplication was not run on the present declarations; LNK911, its draws were purged.
    """
    if count.links is None:
        raise UsageProblem("LIB003")
    if KEPT_INTERVALS in count.links.report:
        raise UsageProblem("LNK911")
    frame = _in_believing_order(count.campaign, declarations)
    frame["service_type"] = frame["service"].map({each.id: each.type for each in services.values()})
    persons = frame.merge(count.members, on=["service", "declaration_id"], how="left")["person"]
    labels = count.links.draws.set_index("record_id")["labels"]
    matrix = np.stack(labels.loc[frame["service"] + SEPARATOR + frame["declaration_id"]].to_list()).T
    chosen = np.unique(np.linspace(0, len(matrix) - 1, min(draws, len(matrix))).round().astype(int))
    return Declared(frame, pd.factorize(persons)[0].astype(np.int64), matrix[chosen].astype(np.int64))


def capture_draws(
    declared: Declared, grouping: Grouping, categories: Iterable[str]
) -> tuple[CaptureHistories, ...]:
    """Capture histories of the adults counted in these categories: the count's own first, then one a draw.

    In each draw a person has the scope and the category of the best-believed of its declarations, and stands on the
    systems of all of them.

    Raises:
        UsageProblem: EST007, a type of service that the grouping does not know; EST002, nobody in these categories.
    """
    systems = declared.frame["service_type"].map(grouping.system_of_type)
    if systems.isna().any():
        raise UsageProblem(
            "EST007", unknown=int(declared.frame.loc[systems.isna(), "service_type"].nunique())
        )
    wanted = (declared.frame["scope"] == COUNTED) & declared.frame["category"].isin(list(categories))
    lists = [system.code for system in grouping.systems]
    names = systems.to_numpy()
    return tuple(
        _histories(row, wanted.to_numpy(), names, lists) for row in (declared.counted, *declared.drawn)
    )


def campaign_sightings(count: CampaignCount) -> CampaignSightings:
    """Who saw whom, for a comparison: adults counted, by commune of the night and by service."""
    persons = count.counted.counted[["person", "territory"]].rename(columns={"territory": "commune"})
    communes = persons["commune"].where(~persons["commune"].isin([OUTSIDE, UNKNOWN]))
    seen = count.members.loc[count.members["person"].isin(persons["person"]), ["person", "service"]]
    answered = [
        service for service, state in count.participation.services.items() if state in {ANSWERED, ZERO}
    ]
    return CampaignSightings(
        label=count.campaign.name,
        persons=persons.assign(commune=communes),
        sightings=seen.drop_duplicates().reset_index(drop=True),
        communes=count.participation.participating,
        services=frozenset(answered),
    )


def _in_believing_order(campaign: Campaign, declarations: pd.DataFrame) -> pd.DataFrame:
    order = believing_order(declarations, campaign.resolution)
    described = declarations[["service", "declaration_id"]].assign(
        scope=scope_of(declarations, campaign.rule_context),
        category=declarations["situation"].map(situation_category),
    )
    return order.merge(described, on=["service", "declaration_id"])


def _histories(
    row: NDArray[np.int64], wanted: NDArray[np.bool_], systems: NDArray[np.object_], lists: Sequence[str]
) -> CaptureHistories:
    # The first declaration of each person is the one believed.
    _, first, person = np.unique(row, return_index=True, return_inverse=True)
    kept = wanted[first][person]
    return histories_of_partitions(row[None, kept], [str(each) for each in systems[kept]], lists)[0]
