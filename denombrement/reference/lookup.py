"""Finds the commune that somebody typed: NIS code, postcode or name, as spreadsheets and people write them.

Everything in the text must point to one and the same commune; nothing is guessed. What was typed is never repeated in
an error, since a cell in the wrong column may hold anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from datetime import date
from functools import lru_cache

from denombrement.errors import UsageProblem
from denombrement.reference._tables import read_rows
from denombrement.reference.communes import (
    Commune,
    all_communes,
    any_commune,
    commune,
    communes_on,
    province,
    territories,
)
from denombrement.reference.vintages import vintage_code

# "81001", "81001.0", "81001,00", "be81001", "BE-6700", "B-6700": a number that stands alone.
_NUMBER = re.compile(r"(?<![0-9a-z])(?:be?[ -]?)?(\d+)(?:[.,]0+)?(?![0-9a-z])")
_NIS_DIGITS, _POSTCODE_DIGITS = 5, 4
_GENERIC = re.compile(r"^(?:(?:commune|ville) (?:de |d )|(?:gemeente|stad|gemeinde|stadt) )")
_SAINTS = {"st": "saint", "ste": "sainte"}
_LUXEMBOURG = {"luxembourg", "luxemburg", "letzebuerg", "lux"}


def find_commune(text: str | int | float, on: date) -> Commune:  # noqa: PYI041
    """The commune designated by a NIS code, a postcode, a name, or several of them that agree.

    Names are matched in French, Dutch and German without accents, case, hyphens, apostrophes or surrounding spaces; the
    suffix that Statbel adds ("Neufchâteau (Neufchâteau)") must be that commune's arrondissement or province. The name
    of a commune that has merged since gives the merged commune; its code does not.

    Args:
        text: what was typed, or the number a spreadsheet made of it (``81001.0``).
        on: the date of the count.

    Raises:
        UsageProblem: REF010 nothing known, or nothing at all; REF011 several communes, or parts that disagree; REF012
            "Luxembourg" alone, a country, a city or a province; REF013 an arrondissement or the province; REF014 a code
            not in force on that day.
    """
    typed = unicodedata.normalize("NFKC", str(text)).casefold().strip()
    numbers = _NUMBER.findall(typed)
    name, _, qualifier = _NUMBER.sub(" ", typed).strip(" ,;-–()/.").partition("(" if "(" in typed else ",")
    candidates = [_by_number(number, on) for number in numbers]
    if fold(name):
        candidates.append(_by_name(fold(name), fold(qualifier), on))
    if not candidates or not all(candidates):
        raise UsageProblem("REF010")
    agreed = set.intersection(*candidates)
    if len(agreed) != 1:
        raise UsageProblem("REF011", candidates=", ".join(sorted(set.union(*candidates))))
    return commune(agreed.pop(), on)


def fold(text: str) -> str:
    """A name without accents, case, hyphens, apostrophes and repeated spaces; ``St`` becomes ``saint``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"\bs/\s*", " sur ", bare)).split()
    return _GENERIC.sub("", " ".join(_SAINTS.get(word, word) for word in words))


def _by_number(number: str, on: date) -> set[str]:
    if len(number) == _NIS_DIGITS:
        return {commune(number, on).nis}
    if len(number) != _POSTCODE_DIGITS:
        return set()
    return {each.nis for each in communes_on(on) if number in each.postcodes}


def _by_name(name: str, qualifier: str, on: date) -> set[str]:
    found = _names(on).get(name, frozenset())
    if not found and _LUXEMBOURG & set(name.split()):
        raise UsageProblem("REF012")
    return {nis for nis in found if not qualifier or qualifier in _qualifiers(any_commune(nis))}


def _qualifiers(found: Commune) -> set[str]:
    areas = {found.nis, found.arrondissement_nis, province().nis}
    named = [each for each in (found, *territories()) if each.nis in areas]
    return {fold(each.name(language)) for each in named for language in ("fr", "nl", "de")}


@lru_cache(maxsize=64)
def _names(on: date) -> dict[str, frozenset[str]]:
    """Folded name -> NIS codes on that day; names of communes merged since included."""
    index: defaultdict[str, set[str]] = defaultdict(set)
    aliases = [(row["nis"], row["alias"]) for row in read_rows("commune_aliases.csv")]
    official = [(each.nis, each.name(language)) for each in all_communes() for language in ("fr", "nl", "de")]
    present = {each.nis for each in communes_on(on)}
    for nis, name in official + aliases:
        if nis in present or any_commune(nis).replaced_by in present:
            index[fold(name)].add(vintage_code(nis, on))
    return {name: frozenset(codes) for name, codes in index.items()}
