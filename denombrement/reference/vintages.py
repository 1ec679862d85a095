"""From the communes of one date to those of a later one: by sum only, never back.

A merged commune is the sum of its parts; nothing says how a merged figure would split. A sum of some of the parts would
be read as the whole, so it is refused: a part that took no part in the count must be given explicitly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from denombrement.errors import UsageProblem
from denombrement.reference.communes import any_commune, communes_on, predecessors

Number = TypeVar("Number", int, float)


def vintage_code(nis: str, on: date) -> str:
    """The commune of that day which holds the whole of this one (82003 -> 82039 from 2 December 2024).

    Raises:
        UsageProblem: REF020, the commune is younger than the date: it cannot be split; REF010 and REF013, not a commune.
    """
    found = any_commune(nis)
    present = {each.nis for each in communes_on(on)}
    while found.nis not in present:
        if found.replaced_by is None:
            raise UsageProblem("REF020", nis=nis, date=on.isoformat())
        found = any_commune(found.replaced_by)
    return found.nis


def to_vintage(values: Mapping[str, Number], on: date) -> dict[str, Number]:
    """Additive figures by commune (counts, inhabitants; never rates) on the communes of a later date.

    Args:
        values: NIS code -> figure, all on the communes of one date.
        on: the date whose communes are wanted.

    Returns:
        NIS code of that date -> sum, by code; communes absent from ``values`` stay absent.

    Raises:
        UsageProblem: REF020 a commune younger than the date; REF021 a merged commune with some of its parts only;
            REF022 a merged commune beside its own parts; REF010 and REF013, not a commune.
    """
    require_one_vintage(values)
    sums: dict[str, Number] = {}
    for nis, value in values.items():
        target = vintage_code(nis, on)
        _require_all_parts(target, nis, values)
        sums[target] = sums[target] + value if target in sums else value
    return dict(sorted(sums.items()))


def require_one_vintage(communes: Iterable[str]) -> None:
    """Refuse a set of communes in which a place would count twice.

    Raises:
        UsageProblem: REF022, a merged commune beside its own parts.
    """
    given = set(communes)
    for nis in sorted(given):
        parts = {each.nis for each in predecessors(nis)}
        if parts & given:
            raise UsageProblem("REF022", nis=nis, parts=", ".join(sorted(parts & given)))


def _require_all_parts(target: str, nis: str, values: Mapping[str, Number]) -> None:
    absent = {each.nis for each in predecessors(target)} - set(values) if target != nis else set()
    if absent:
        raise UsageProblem("REF021", nis=target, absent=", ".join(sorted(absent)))
