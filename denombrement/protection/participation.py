"""Who took part, as structure that every reader knows: places without a count carry no figure, not even zero.

A commune whose services all stayed silent was not counted. Nor was an arrondissement without any commune that took
part. Persons whom services elsewhere saw there are counted one level up, with all others of absent places, so that no
figure exists only where somebody was seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from denombrement.counts.table import Hierarchy

ELSEWHERE = "-elsewhere"
"""Ends the code of the place that joins the absent places of a territory."""


@dataclass(frozen=True)
class Places:
    """The territories of public tables.

    Args:
        hierarchy: the tree, with one place for all absent ones in each territory that took part only in part.
        not_counted: leaves that did not take part: no cell of theirs exists.
        counted_at: absent place -> where the persons seen there are counted.
    """

    hierarchy: Hierarchy
    not_counted: frozenset[str]
    counted_at: Mapping[str, str]

    @classmethod
    def of(cls, tree: Hierarchy, silent: Collection[str], once_counted: Collection[str] = ()) -> Places:
        """The territories that readers see, given who took part.

        Args:
            tree: all territories of the count.
            silent: leaves where nobody answered.
            once_counted: territories that an earlier release has a figure of; readers keep it, so they keep a cell.
        """
        absent = frozenset(silent) - frozenset(once_counted)
        kept = {code for code in once_counted if code.endswith(ELSEWHERE)}
        counted_at = {place: _shared(tree, place, absent, once_counted) for place in sorted(absent)}
        joined = {
            code: (*below, *_joins(code, {*counted_at.values(), *kept}))
            for code, below in tree.children.items()
        }
        return cls(Hierarchy(tree.dimension, joined, tree.root), absent, counted_at)


def without_absent(tree: Hierarchy, absent: Collection[str]) -> Hierarchy:
    """A tree of services' territories without places where no service answered: nobody can be reported there."""
    kept = {code for code in tree.codes if not set(tree.leaves_under(code)) <= set(absent)}
    children = {
        code: tuple(below for below in tree.children[code] if below in kept) for code in tree.children
    }
    return Hierarchy(tree.dimension, {code: below for code, below in children.items() if below}, tree.root)


def _shared(tree: Hierarchy, place: str, absent: frozenset[str], once_counted: Collection[str]) -> str:
    """The shared place of the smallest territory around an absent one that took part or once had a figure."""
    for territory in _around(tree, place):
        shared = f"{territory}{ELSEWHERE}"
        known = territory in once_counted or shared in once_counted
        if known or not absent.issuperset(tree.leaves_under(territory)):
            return shared
    return f"{tree.root}{ELSEWHERE}"


def _around(tree: Hierarchy, place: str) -> Iterator[str]:
    while place != tree.root:
        place = tree.parent_of[place]
        yield place


def _joins(territory: str, shared: Collection[str]) -> tuple[str, ...]:
    code = f"{territory}{ELSEWHERE}"
    return (code,) if code in shared else ()
