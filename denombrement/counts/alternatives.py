"""What the count would be under other choices: other rules of resolution, other partitions into persons.

A partition at a threshold joins pairs from the surest down, as long as their chance reaches it and no human answer is
crossed, and never two declarations of one service that the linkage in force keeps apart. Chains are closed, as most
tools do: the spread over thresholds says how much a plain cut would decide, and is no interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from denombrement.campaign import Campaign, Service
from denombrement.counts.campaign_count import CampaignCount, Declared, read_declared
from denombrement.counts.counting import CHILDREN, Counted
from denombrement.counts.dimensions import CATEGORY
from denombrement.dedup.campaign_links import SEPARATOR, is_purged
from denombrement.dedup.exact import KEY, exact_members, name_persons
from denombrement.dedup.resolution import ALTERNATIVE_RULES, RETURNED, RULES, resolve_persons
from denombrement.dedup.review.answers import standing_answers
from denombrement.intake.store import Store
from denombrement.reference import categories

if TYPE_CHECKING:
    import pandas as pd

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
IN_FORCE, BY_RULE, BY_THRESHOLD, BY_CODE = "in_force", "rule_first", "threshold", "exact_code"
Join = tuple[str, str]


@dataclass(frozen=True)
class _Choice:
    """One way to count: what is chosen, the rules, and who is whom."""

    kind: str
    choice: str
    rules: tuple[str, ...]
    members: pd.DataFrame


def alternatives(
    store: Store, campaign: Campaign, services: Mapping[str, Service], count: CampaignCount
) -> pd.DataFrame:
    """The total and each category under every other rule and threshold; writes nothing.

    Args:
        store: the open store that ``count`` was made of.
        campaign: the settings.
        services: services by id.
        count: the count in force.

    Returns:
        One row a choice, the one in force first: ``kind`` (in_force, rule_first, threshold, exact_code), ``choice`` (the
        rule tried before the others, or the threshold), ``persons`` (adults declared), ``adults``, ``children``,
        ``total``, and the adults of each category. The first row equals the count to the unit.
    """
    import pandas as pd

    declared = read_declared(store, campaign, services)
    ranked = declared.declarations.merge(_returned(store), on="service", how="left")
    choices = [_Choice(IN_FORCE, count.method, campaign.resolution, count.members)]
    choices += _by_rule(campaign.resolution, count.members)
    if count.links is not None:
        choices += _by_threshold(store, count, campaign.resolution)
        if not is_purged(store):
            exact = exact_members(declared.declarations)
            choices.append(_Choice(BY_CODE, "", campaign.resolution, exact))
    return pd.DataFrame([_row(each, declared, ranked) for each in choices])


def service_overlap(count: CampaignCount) -> pd.DataFrame:
    """Adults counted whom two services both declared: services × services; on the diagonal, whom each declared."""
    import pandas as pd

    inside = count.members[count.members["person"].isin(set(count.counted.counted["person"]))]
    seen = inside[["person", "service"]].drop_duplicates()
    persons, _ = pd.factorize(seen["person"])
    places, services = pd.factorize(seen["service"], sort=True)
    known = np.zeros((len(services), len(services)), dtype=np.int64)
    pairs = pd.DataFrame({"person": persons, "service": places})
    both = pairs.merge(pairs, on="person")
    np.add.at(known, (both["service_x"].to_numpy(), both["service_y"].to_numpy()), 1)
    return pd.DataFrame(known, index=pd.Index(services, name="service"), columns=list(services))


def _by_rule(resolution: tuple[str, ...], members: pd.DataFrame) -> Iterator[_Choice]:
    for rule in (*RULES, *ALTERNATIVE_RULES):
        after = tuple(each for each in resolution if each != rule)
        if (rule, *after) != resolution:
            yield _Choice(BY_RULE, rule, (rule, *after), members)


def _by_threshold(store: Store, count: CampaignCount, rules: tuple[str, ...]) -> Iterator[_Choice]:
    keys = count.members[KEY].sort_values(KEY, ignore_index=True)
    for threshold, group in _partitions(store, count.members):
        members = name_persons(keys, _records(keys).map(group))
        yield _Choice(BY_THRESHOLD, f"{threshold:.2f}", rules, members)


def _partitions(store: Store, members: pd.DataFrame) -> Iterator[tuple[float, dict[str, str]]]:
    """Each threshold from the highest down, with the group of every declaration."""
    pairs = store.rows(
        "SELECT first_id, second_id, posterior FROM links WHERE posterior >= ? "
        "ORDER BY posterior DESC, first_id, second_id",
        [min(THRESHOLDS)],
    )
    groups = _Groups(store, members)
    place = 0
    for threshold in sorted(THRESHOLDS, reverse=True):
        while place < len(pairs) and pairs[place][2] >= threshold:
            groups.join(pairs[place][0], pairs[place][1])
            place += 1
        yield threshold, {record: groups.root(record) for record in groups.parent}


class _Groups:
    """Declarations being joined, with what no join may cross."""

    def __init__(self, store: Store, members: pd.DataFrame) -> None:
        records = _records(members)
        self.parent = dict(zip(records, records, strict=True))
        person = dict(zip(records, members["person"], strict=True))
        self._services = {record: {record.split(SEPARATOR, 1)[0]} for record in records}
        decisions = standing_answers(store).decisions
        self._apart: dict[str, set[str]] = {record: set() for record in records}
        for one, other in (*decisions.same, *_platform_pairs(store), *_copies(members)):
            if person[one] == person[other]:
                self._unite(one, other)
        for one, other in decisions.different:
            first, second = self.root(one), self.root(other)
            self._apart[first].add(second)
            self._apart[second].add(first)

    def root(self, record: str) -> str:
        """The first declaration of a group."""
        while self.parent[record] != record:
            self.parent[record] = self.parent[self.parent[record]]
            record = self.parent[record]
        return record

    def join(self, one: str, other: str) -> None:
        """Joins two groups, unless a human or a service told them apart."""
        first, second = self.root(one), self.root(other)
        crosses = self._services[first] & self._services[second] or second in self._apart[first]
        if first != second and not crosses:
            self._unite(first, second)

    def _unite(self, one: str, other: str) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        if low == high:
            return
        self.parent[high] = low
        self._services[low] |= self._services.pop(high)
        for each in self._apart.pop(high):
            self._apart[each].discard(high)
            self._apart[each].add(low)
            self._apart[low].add(each)


def _copies(members: pd.DataFrame) -> Iterator[Join]:
    """Declarations of one service that are one person in force: no threshold undoes that."""
    records = members.assign(record=_records(members))
    first = records.groupby(["service", "person"])["record"].transform("first")
    yield from zip(records["record"], first, strict=True)


def _platform_pairs(store: Store) -> list[Join]:
    """Declarations to which another platform gives one code."""
    return [
        (one, other)
        for one, other in store.rows(
            "SELECT service || '/' || declaration_id, first_value(service || '/' || declaration_id) OVER "
            "(PARTITION BY opaque_code ORDER BY service, declaration_id) FROM declarations WHERE opaque_code IS NOT NULL"
        )
    ]


def _records(keys: pd.DataFrame) -> pd.Series[str]:
    records: pd.Series[str] = keys["service"] + SEPARATOR + keys["declaration_id"]
    return records


def _returned(store: Store) -> pd.DataFrame:
    """``service`` and the rank of its current return; missing where a list bears no date."""
    return store.frame(
        f"""SELECT service, CASE WHEN made_at <> '' THEN
            dense_rank() OVER (ORDER BY try_cast(made_at AS TIMESTAMPTZ))::INTEGER END AS {RETURNED} FROM returns WHERE status = 'current'"""
    )


def _row(each: _Choice, declared: Declared, ranked: pd.DataFrame) -> dict[str, Any]:
    counted: Counted = declared.counted(resolve_persons(ranked, each.members, each.rules), each.members)
    table, young = counted.table([CATEGORY]), counted.table([CATEGORY], CHILDREN)
    adults, children = len(counted.counted), young.cell()
    return {
        "kind": each.kind,
        "choice": each.choice,
        "persons": len(counted.persons),
        "adults": adults,
        "children": children,
        "total": adults + children,
        **{one.code: table.cell(category=one.code) for one in categories()},
    }
