"""The children that each declaration lists, and what it says of having children at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from denombrement.synthetic.children import Children
from denombrement.synthetic.contacts import Contacts
from denombrement.synthetic.draws import NONE, Generator, Integers, flagged, option_codes
from denombrement.synthetic.parameters import Parameters

CHILD_DISAGREEMENTS = ("child_left_out", "child_year_slip", "child_link_unknown", "children_unknown")
# By calendar years: a child of 17 may have been born 18 years ago.
OLDEST_CHILD_YEARS = 18


@dataclass(frozen=True)
class ToldChildren:
    """One value per child told (sorted by declaration), and ``has_children`` per declaration.

    ``disagreements`` per declaration are bits of `CHILD_DISAGREEMENTS`.
    """

    declaration: Integers
    child: Integers
    birth_year: Integers
    sex: Integers
    link: Integers
    other_parent: Integers
    has_children: Integers
    disagreements: Integers


def tell_children(
    rng: Generator,
    parameters: Parameters,
    *,
    children: Children,
    contacts: Contacts,
    household: Integers,
    night: date,
) -> ToldChildren:
    """The service that knows best lists every child; others may leave out, misdate or not know."""
    declaration, link = _expanded(children.link_person, contacts.person)
    child = children.link_child[link]
    rates = parameters.table("disagreements")
    marks = np.zeros(len(contacts.person), dtype=np.int8)
    later = contacts.rank > 0
    silent = later & flagged(rng, len(later), rates["children_unknown"]) & _among(declaration, len(later))
    marks[silent] |= 1 << 3
    doubtful = later[declaration] & ~silent[declaration]
    out = doubtful & flagged(rng, len(declaration), rates["child_left_out"])
    slipped = doubtful & ~out & flagged(rng, len(declaration), rates["child_year_slip"])
    vague = doubtful & ~out & flagged(rng, len(declaration), rates["child_link_unknown"])
    for bit, rows in enumerate((out, slipped, vague)):
        np.bitwise_or.at(marks, declaration[rows], np.int8(1 << bit))
    year = children.birth_year[child] + slipped * rng.choice([-1, 1], len(child))
    year = np.clip(year, night.year - OLDEST_CHILD_YEARS, night.year)
    unknown = option_codes("child_link", ("dont_know",))[0]
    keep = ~out & ~silent[declaration]
    return ToldChildren(
        declaration=declaration[keep],
        child=child[keep],
        birth_year=year[keep].astype(np.int16),
        sex=children.sex[child][keep],
        link=np.where(vague, unknown, children.link_answer[link])[keep].astype(np.int8),
        other_parent=children.link_other_parent[link][keep],
        has_children=_has_children(
            rng, parameters, declaration[keep], silent | _left_alone(out, declaration, len(later)), household
        ),
        disagreements=marks,
    )


def _expanded(link_person: Integers, person: Integers) -> tuple[Integers, Integers]:
    """Every pair of a declaration and a link of its person."""
    order = np.argsort(link_person, kind="stable")
    first = np.searchsorted(link_person[order], person, side="left")
    counts = np.searchsorted(link_person[order], person, side="right") - first
    declaration = np.repeat(np.arange(len(person)), counts)
    within = np.arange(len(declaration)) - np.repeat(np.cumsum(counts) - counts, counts)
    return declaration, order[np.repeat(first, counts) + within]


def _among(declaration: Integers, size: int) -> Integers:
    found = np.zeros(size, dtype=bool)
    found[declaration] = True
    return found


def _left_alone(out: Integers, declaration: Integers, size: int) -> Integers:
    """Declarations whose children were all left out."""
    listed = np.bincount(declaration, minlength=size)
    return np.asarray((listed > 0) & (np.bincount(declaration[out], minlength=size) == listed))


def _has_children(
    rng: Generator, parameters: Parameters, told: Integers, unsure: Integers, household: Integers
) -> Integers:
    """Yes where children are told; else no, don't know or nothing, and never *no* beside a household with children."""
    yes, no, dont_know = option_codes("yes_no", ("yes", "no", "dont_know"))
    gaps = rng.random(len(unsure))
    missing, unknown = (parameters.number("answers", key) for key in ("missing", "dont_know"))
    answer = np.where(gaps < missing, NONE, np.where(gaps < missing + unknown, dont_know, no))
    with_children = np.isin(household, option_codes("household", ("with_children", "couple_with_children")))
    answer = np.where(unsure | with_children, dont_know, answer)
    answer[told] = yes
    return answer.astype(np.int8)
