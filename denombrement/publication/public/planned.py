"""The count tables that a publication plan needs, with the part of each service, ready for protection.

Each planned table has a source of its own that keeps the commune beside the printed dimensions: whoever works in a
commune knows its persons, even where no table prints communes. Categories are always kept down to living situations
under one name, so that one set of persons is one cell whatever table prints it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

from denombrement.counts.asked import NOT_ASKED, contradictions, deciding_question, was_asked
from denombrement.counts.campaign_count import CampaignCount
from denombrement.counts.counting import ADULTS, CHILDREN, INDIRECT
from denombrement.counts.dimensions import (
    AGE_BAND,
    CATEGORY,
    SERVICE_TERRITORY,
    SITUATION,
    UNKNOWN,
    hierarchy,
    question_codes,
    without_answer,
)
from denombrement.counts.table import TERRITORY, CountTable, Hierarchy
from denombrement.errors import UsageProblem
from denombrement.protection.coalitions import Shared
from denombrement.protection.insiders import Contributions
from denombrement.protection.participation import Places, without_absent
from denombrement.protection.plan import PlannedTable, PublicationPlan
from denombrement.protection.profiles import Profile
from denombrement.survey.questionnaire import DONT_KNOW, options, question

if TYPE_CHECKING:
    import pandas as pd

BOUND, DOUBTFUL, POSSIBLE = "bound", "doubtful", "possible"
ADULTS_BOUNDS, CHILDREN_BOUNDS = "adults_bounds", "children_bounds"
ANSWERED = "_answered"
MENTIONED, NOT_MENTIONED, YES = "mentioned", "not_mentioned", "answered"
_LINKS = {CHILDREN: "direct", INDIRECT: "indirect"}


@dataclass(frozen=True)
class PlannedCounts:
    """What goes into protection.

    Args:
        tables: one a planned table, printed dimensions and ``territory``, to their leaves.
        contributions: leaf cells × service of each table that counts persons.
        shared: leaf cells × two services that reported the same persons, for plans that ask for coalitions.
        impossible: codes that nobody can have together, as every reader knows (dimension -> code).
    """

    tables: tuple[CountTable, ...]
    contributions: Contributions
    shared: Shared = field(default_factory=dict)
    impossible: tuple[Mapping[str, str], ...] = ()

    def digest(self, plan: PublicationPlan, profile: Profile) -> str:
        """SHA-256 of the counts, who reported whom, the plan and the profile: what a verdict is about."""
        tables = [
            [table.name, table.measure, sorted(table.not_counted), table.leaves.to_csv(index=False)]
            for table in self.tables
        ]
        known = [_written(frames) for frames in (self.contributions, self.shared)]
        content = json.dumps([tables, *known, repr(plan), repr(profile)], ensure_ascii=True, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def _written(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    return {
        name: frame.sort_values(list(frame.columns)).to_csv(index=False) for name, frame in frames.items()
    }


def campaign_plan_text() -> str:
    """The plan that campaigns start from."""
    return (resources.files("denombrement.publication") / "data" / "plan.toml").read_text(encoding="utf-8")


def with_retired(plan: PublicationPlan, earlier: Sequence[PlannedTable]) -> PublicationPlan:
    """A plan together with tables that were protected before and are no longer printed: readers still have them.

    Args:
        plan: what is printed now.
        earlier: every table protected so far.
    """
    known = {_content(table) for table in plan.tables}
    names = {table.name for table in plan.tables}
    retired = []
    for table in earlier:
        if _content(table) not in known:
            name = table.name
            while name in names:
                name += "_before"
            names.add(name)
            retired.append(replace(table, name=name))
    return replace(plan, tables=(*plan.tables, *retired))


def _content(table: PlannedTable) -> str:
    return repr(
        (table.measure, sorted(table.dimensions.items()), table.each, table.minimum_persons, table.exact)
    )


def planned_counts(
    count: CampaignCount, plan: PublicationPlan, once_counted: Collection[str] = ()
) -> PlannedCounts:
    """The count tables of a plan, and who reported whom.

    Args:
        count: the campaign's count.
        plan: dimensions of any question, ``category``, ``territory``, ``service_territory``, ``age_band``, ``bound``
            (of the measures ``adults_bounds``, ``children_bounds``); for a question with several answers, ``each`` and
            the dimension ``<question>_answered``.
        once_counted: territories that an earlier release has a figure of: they keep one even where nobody answers now.

    Raises:
        UsageProblem: PUB050, an unknown measure; CNT910, an unknown dimension.
    """
    places = _places(count, once_counted)
    tables: dict[tuple[str, frozenset[str]], CountTable] = {}
    parts: dict[str, pd.DataFrame] = {}
    shared: dict[str, pd.DataFrame] = {}
    for planned in plan.tables:
        for wanted in _sources(planned):
            key = planned.measure, frozenset(wanted)
            if key not in tables:
                table, reported = _table(count, planned.measure, wanted, places)
                tables[key] = table
                if reported is not None:
                    parts[table.name] = _grouped(reported, [*wanted, "service"])
                if reported is not None and plan.coalitions > 1:
                    shared[table.name] = _reported_twice(reported, list(wanted))
    # The first table that has the dimensions of a planned one serves it: the one with the fewest others.
    ordered = sorted(tables.values(), key=lambda table: (len(table.dimensions), table.name))
    impossible = (*impossible_answers(ordered), *impossible_questions(ordered, count.campaign.night))
    return PlannedCounts(tuple(ordered), parts, shared, impossible)


def impossible_answers(tables: Sequence[CountTable]) -> tuple[Mapping[str, str], ...]:
    """Who did not answer a question mentioned nothing in it."""
    names = sorted({name for table in tables for name in table.dimensions})
    return tuple(
        {asked: missing, name: MENTIONED}
        for asked in names
        for name in names
        if asked.endswith(ANSWERED) and name.startswith(f"{_question_of(asked)}.")
        for missing in without_answer(_question_of(asked))
    )


def impossible_questions(tables: Sequence[CountTable], night: date) -> tuple[Mapping[str, str], ...]:
    """Whoever a question does not concern has no answer to it, and whoever it concerns was asked.

    Every reader of the questionnaire knows that the Belgians are those not asked for their residence status.
    """
    trees = {name: tree for table in tables for name, tree in table.hierarchies.items()}
    return tuple(
        impossible
        for name in sorted(trees)
        if "." not in name and (deciding := _decided_by(name)) in trees
        for impossible in contradictions(_question_of(name), trees[name], trees[deciding], night)
    )


def _question_of(name: str) -> str:
    """The question that a dimension is about."""
    return name.removesuffix(ANSWERED).split(".")[0]


def _decided_by(name: str) -> str:
    """The dimension that decides whether the question of a dimension is asked; empty where none does alone."""
    decided = deciding_question(_question_of(name))
    return CATEGORY if decided == SITUATION else decided or ""


def _sources(planned: PlannedTable) -> Iterator[tuple[str, ...]]:
    """Dimensions of the count tables behind a planned one."""
    names = tuple(planned.dimensions)
    if planned.measure in {ADULTS_BOUNDS, CHILDREN_BOUNDS}:
        yield names
        return
    deciding = dict.fromkeys(_decided_by(name) for name in (*names, planned.each))
    place = tuple(each for each in (TERRITORY, *deciding) if each and each not in names)
    if not planned.each:
        yield (*place, *names)
        return
    for answer in options(question(planned.each).options):
        if answer != DONT_KNOW:
            yield (*place, *names, f"{planned.each}.{answer}")


def _table(
    count: CampaignCount, measure: str, names: Sequence[str], places: Places
) -> tuple[CountTable, pd.DataFrame | None]:
    if measure in {ADULTS_BOUNDS, CHILDREN_BOUNDS}:
        return _bounds(count, measure), None
    persons = _weighted(count, measure)
    coded = persons.assign(**{name: _codes(persons, name, places, count.campaign.night) for name in names})
    coded = coded[["person", "persons", *names]]
    name = "_".join([measure, *names])
    leaves = _grouped(coded, list(names))
    trees = {each: _tree(count, each, places) for each in names}
    silent = places.not_counted if TERRITORY in names else frozenset()
    table = CountTable.from_leaves(name, leaves, trees, measure, silent)
    reported = coded.merge(count.members[["service", "person"]].drop_duplicates(), on="person")
    return table, reported


def _reported_twice(reported: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Persons whom two services know, of every two services."""
    other = reported[["person", "service"]].rename(columns={"service": "other"})
    both = reported.merge(other, on="person")
    return _grouped(both[both["service"] < both["other"]], [*names, "service", "other"])


def _weighted(count: CampaignCount, measure: str) -> pd.DataFrame:
    """The persons counted, with ``persons``: 1 for an adult, the number of children for children."""
    adults = count.counted.counted
    if measure == ADULTS:
        return adults.assign(persons=1)
    if measure not in _LINKS:
        raise UsageProblem("PUB050", measure=measure)
    broods = count.counted.children.frame
    numbers = broods[broods["link"] == _LINKS[measure]].set_index("person")["children"]
    parents = adults[adults["person"].isin(numbers.index)]
    return parents.assign(persons=parents["person"].map(numbers).astype("int64"))


def _grouped(cells: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return cells.groupby(names, observed=True)["persons"].sum().rename("count").reset_index()


def _places(count: CampaignCount, once_counted: Collection[str]) -> Places:
    """Territories with who took part.

    A figure of an absent place would exist only where somebody was seen, and so give away that somebody was.
    """
    return Places.of(hierarchy(TERRITORY, count.campaign.night), count.counted.silent_communes, once_counted)


def _codes(persons: pd.DataFrame, name: str, places: Places, night: date) -> pd.Series[str]:
    if name == CATEGORY:
        return persons[SITUATION].replace("not_homeless", UNKNOWN)
    if name == TERRITORY:
        return persons[name].replace(dict(places.counted_at))
    if name in {SERVICE_TERRITORY, AGE_BAND}:
        return persons[name]
    if name.endswith(ANSWERED):
        asked = _question_of(name)
        answered = persons[asked].map(lambda given: YES if _said(given) else UNKNOWN)
        return answered.where(was_asked(persons, asked, night), NOT_ASKED)
    if "." in name:
        asked, answer = name.split(".", 1)
        return persons[asked].map(lambda given: MENTIONED if answer in _said(given) else NOT_MENTIONED)
    return question_codes(persons, name, night)


def _said(given: object) -> frozenset[str]:
    """The answers to a question with several; none where it was not asked or nobody knew."""
    if not isinstance(given, Sequence) and not hasattr(given, "tolist"):
        return frozenset()
    answers = frozenset(str(each) for each in given)  # type: ignore[attr-defined]
    return frozenset() if DONT_KNOW in answers else answers


def _tree(count: CampaignCount, name: str, places: Places) -> Hierarchy:
    if name == CATEGORY:
        return Hierarchy(CATEGORY, hierarchy(SITUATION, count.campaign.night).children)
    if name == TERRITORY:
        return places.hierarchy
    if name == SERVICE_TERRITORY:
        return without_absent(hierarchy(name, count.campaign.night), places.not_counted)
    if name.endswith(ANSWERED):
        return Hierarchy.flat(name, (YES, *without_answer(_question_of(name))))
    if "." in name:
        return Hierarchy.flat(name, (MENTIONED, NOT_MENTIONED))
    return hierarchy(name, count.campaign.night)


def _bounds(count: CampaignCount, measure: str) -> CountTable:
    """Persons who may already be counted (``doubtful``) and persons who may be missing (``possible``)."""
    import pandas as pd

    low, point, high = _interval(count.summary(), "adults" if measure == ADULTS_BOUNDS else "children")
    leaves = pd.DataFrame({BOUND: [DOUBTFUL, POSSIBLE], "count": [point - low, high - point]})
    trees: Mapping[str, Hierarchy] = {BOUND: Hierarchy.flat(BOUND, (DOUBTFUL, POSSIBLE))}
    return CountTable.from_leaves(measure, leaves, trees, measure)


def _interval(summary: Mapping[str, int], what: str) -> tuple[int, int, int]:
    return summary[f"{what}_low"], summary[what], summary[f"{what}_high"]
