"""Children counted once, with a lower and an upper bound where declarations cannot tell.

A child has no code of its own: it is known by its parent, its birth year and its sex. Several declarations of one
parent are several lists of the same children. Two parents share children when a service gave both one household
number, or when two couples' lists agree in full (all birth years and sexes known) in the same place. *Direct*
children share their parent's situation and are in the headline; *indirect* ones live elsewhere and are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

LINKS = ("direct", "indirect", "dont_know")


@dataclass(frozen=True, slots=True)
class ChildrenOfPersons:
    """How many children each person brings to the count, after those of the other parent are taken out.

    Args:
        frame: one row a person and link: ``person``, ``link``, ``children``, ``children_low``, ``children_high``; a
            child of two homeless parents stands with one of them alone.
    """

    frame: pd.DataFrame

    def total(self, link: str, column: str = "children") -> int:
        """Children with this link over all persons."""
        return int(self.frame.loc[self.frame["link"] == link, column].sum())


def count_children(
    children: pd.DataFrame, members: pd.DataFrame, declarations: pd.DataFrame, persons: pd.DataFrame
) -> ChildrenOfPersons:
    """Counts the children of the persons given.

    Args:
        children: the store's ``children``: ``service``, ``declaration_id``, ``rank``, ``birth_year``, ``child_sex``,
            ``link``, ``other_parent``.
        members: ``service``, ``declaration_id``, ``person``.
        declarations: the store's ``declarations`` (for household numbers).
        persons: the persons counted, with ``person``, ``situation``, ``commune_night`` and ``household``.
    """
    import duckdb

    connection = duckdb.connect()
    try:
        for name, frame in (
            ("children", children), ("members", members), ("declared", declarations), ("persons", persons),
        ):  # fmt: skip
            connection.register(name, frame)
        _lists(connection)
        _families(connection)
        return ChildrenOfPersons(_shared(connection))
    finally:
        connection.close()


def _lists(connection: duckdb.DuckDBPyConnection) -> None:
    """``brood``: per person and link, bounds of the number of children over that person's own declarations.

    At least the longest list; as a point, known children (year and sex) added up by the list that has most of each;
    at most the same with the unknown ones taken as others.
    """
    connection.execute(
        """CREATE TEMP TABLE named AS
        SELECT person, service, declaration_id, coalesce(link, 'dont_know') AS link,
            birth_year IS NOT NULL AND child_sex IN ('woman', 'man', 'x') AS is_known,
            coalesce(birth_year::VARCHAR, '?') || coalesce(child_sex, '?') AS child, other_parent
        FROM children JOIN members USING (service, declaration_id) SEMI JOIN persons USING (person)"""
    ).fetchall()
    connection.execute(
        """CREATE TEMP TABLE brood AS
        WITH alike AS (
            SELECT person, link, declaration_id, service, child, is_known, count(*) AS n
            FROM named GROUP BY ALL),
        longest AS (
            SELECT person, link, max(n) AS n FROM (
                SELECT person, link, service, declaration_id, sum(n) AS n FROM alike GROUP BY ALL) GROUP BY ALL),
        most AS (
            SELECT person, link, child, is_known, max(n) AS n FROM alike GROUP BY ALL)
        SELECT person, link, any_value(longest.n) AS low, sum(most.n) AS high,
            greatest(any_value(longest.n), coalesce(sum(most.n) FILTER (is_known), 0)) AS point
        FROM most JOIN longest USING (person, link) GROUP BY person, link"""
    ).fetchall()


def _families(connection: duckdb.DuckDBPyConnection) -> None:
    """``family``: person -> a label that parents who share their children have in common, surely and possibly.

    Surely: one household number given by one service. Also surely: two adults whose lists agree in full, who both
    live as a couple with children (or say that the other parent is homeless too), in the same commune and situation.
    Possibly: lists that agree in full, wherever the parents are.
    """
    connection.execute(
        """CREATE TEMP TABLE signature AS
        SELECT person, string_agg(child, ',' ORDER BY child) AS list,
            bool_and(is_known) AS complete, bool_or(other_parent = 'homeless_too') AS both_homeless
        FROM (SELECT DISTINCT ON (person, link, child, copy) * FROM (
            SELECT *, row_number() OVER (PARTITION BY person, service, declaration_id, link, child) AS copy FROM named))
        WHERE link = 'direct' GROUP BY person"""
    ).fetchall()
    connection.execute(
        """CREATE TEMP TABLE family AS
        WITH together AS (
            SELECT person, min(service || '/' || household_number) AS household
            FROM declared JOIN members USING (service, declaration_id) SEMI JOIN persons USING (person)
            WHERE household_number IS NOT NULL GROUP BY person),
        likely AS (
            SELECT person, list || '@' || commune_night || '@' || situation AS place
            FROM signature JOIN persons USING (person)
            WHERE complete AND (household = 'couple_with_children' OR both_homeless))
        SELECT person, coalesce('h/' || together.household, 'l/' || likely.place, 'p/' || person) AS surely,
            CASE WHEN complete THEN 's/' || list ELSE 'p/' || person END AS possibly
        FROM persons LEFT JOIN together USING (person) LEFT JOIN likely USING (person)
            LEFT JOIN signature USING (person)"""
    ).fetchall()


def _shared(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One parent keeps the family's children: the one with most of them, then the first by identifier.

    At most two adults share children; the third of a household number keeps their own.
    """
    return connection.execute(
        """WITH placed AS (
            SELECT person, link, low, point, high,
                row_number() OVER (PARTITION BY surely, link ORDER BY point DESC, person) AS place,
                row_number() OVER (PARTITION BY possibly, link ORDER BY point DESC, person) AS possible_place
            FROM brood JOIN family USING (person))
        SELECT person, link,
            CASE WHEN place = 2 THEN 0 ELSE point END::INTEGER AS children,
            CASE WHEN place = 2 OR (possible_place = 2 AND link = 'direct') THEN 0 ELSE low END::INTEGER
                AS children_low,
            high::INTEGER AS children_high
        FROM placed ORDER BY person, link"""
    ).df()
