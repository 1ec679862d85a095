"""Given and family names by origin, drawn with a few common and many rare ones.

The lists are of our own composition (common names are facts). Where a population is too large for its list, further
family names are composed from the halves of two names of the same origin, and further given names from two.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from denombrement.synthetic.draws import Floats, Generator, Integers, Texts, by_group, read_table
from denombrement.synthetic.parameters import Parameters

VOWELS = frozenset("aeiouyàâäéèêëîïôöùûüąęıõã")
GIVEN_NAMES_AT_MOST = 900
PERSONS_PER_GIVEN_NAME = 400
SHORTEST_HALF_LETTERS = 2
ATTEMPTS_PER_NAME = 5


@cache
def listed_names(origin: str, field: str) -> tuple[str, ...]:
    """Names of an origin: ``field`` is given_man, given_woman or family; the most common first."""
    return tuple(
        row["name"] for row in read_table("names.csv") if (row["origin"], row["field"]) == (origin, field)
    )


@dataclass(frozen=True)
class Pool:
    """Names and the chance of each."""

    names: Texts
    chances: Floats

    def draw(self, rng: Generator, size: int) -> Texts:
        """Independent names."""
        bounds = np.cumsum(self.chances)
        chosen: Texts = self.names[
            np.searchsorted(bounds, rng.random(size) * bounds[-1]).clip(0, len(bounds) - 1)
        ]
        return chosen


def family_pool(parameters: Parameters, origin: str, persons: int) -> Pool:
    """Family names of an origin for a population of ``persons``."""
    table = parameters.table("names")
    listed = listed_names(origin, "family")
    wanted = int(min(table["family_names_at_most"], persons / table["persons_per_family_name"]))
    names = _extended(listed, wanted, origin, _blend)
    return Pool(names, _zipf(len(names), table["exponent_family"], table["shift"]))


def given_pool(parameters: Parameters, origin: str, field: str, persons: int) -> Pool:
    """Given names of an origin and sex (``given_man``, ``given_woman``)."""
    table = parameters.table("names")
    listed = listed_names(origin, field)
    wanted = min(GIVEN_NAMES_AT_MOST, persons // PERSONS_PER_GIVEN_NAME)
    names = _extended(listed, wanted, origin + field, _double)
    return Pool(names, _zipf(len(names), table["exponent_given"], table["shift"]))


def draw_family_names(
    rng: Generator, parameters: Parameters, origins: Integers, keys: list[str]
) -> tuple[Texts, Texts]:
    """A family name for each row, and another of the same origin (an earlier or a husband's name)."""
    first = np.empty(len(origins), dtype=object)
    other = np.empty(len(origins), dtype=object)
    for origin, rows in by_group(origins):
        pool = family_pool(parameters, keys[origin], len(rows))
        first[rows] = pool.draw(rng, len(rows))
        other[rows] = pool.draw(rng, len(rows))
    return first, other


def draw_given_names(
    rng: Generator, parameters: Parameters, origins: Integers, keys: list[str], woman: Integers
) -> Texts:
    """A given name for each row by origin and sex (``woman`` is 0 or 1)."""
    names = np.empty(len(origins), dtype=object)
    for group, rows in by_group(origins.astype(np.int64) * 2 + woman):
        field = "given_woman" if group % 2 else "given_man"
        names[rows] = given_pool(parameters, keys[group // 2], field, len(rows)).draw(rng, len(rows))
    return names


def _zipf(size: int, exponent: float, shift: float) -> Floats:
    chances: Floats = 1.0 / (np.arange(size) + 1.0 + shift) ** exponent
    return chances


def _extended(listed: tuple[str, ...], wanted: int, label: str, compose: Callable[[str, str], str]) -> Texts:
    found = dict.fromkeys(listed)
    # The same composed names in every province: the seed comes from the list, not from the caller.
    rng = np.random.default_rng(zlib.crc32(label.encode()))
    for attempt in range(wanted * ATTEMPTS_PER_NAME):
        if len(found) >= wanted:
            break
        one, two, three = (listed[place] for place in rng.integers(0, len(listed), 3).tolist())
        # Two halves give so many names; beyond, the second name is itself composed.
        found[compose(one, two if attempt < wanted else compose(two, three))] = None
    return np.array(list(found), dtype=object)


def _blend(one: str, two: str) -> str:
    """The beginning of a name and the end of another: Dupont and Lambert give Dubert."""
    particle, space, first = one.rpartition(" ")
    last = two.rpartition(" ")[2]
    blended = first[: _syllable(first) + 1] + last[_syllable(last) + 1 :].lower()
    return particle + space + blended if len(blended) > SHORTEST_HALF_LETTERS else one


def _double(one: str, two: str) -> str:
    return f"{one.partition('-')[0]}-{two.partition('-')[0]}" if one != two else one


def _syllable(name: str) -> int:
    """Position of the last vowel of the first half of a name, or of its first letter."""
    half = max(SHORTEST_HALF_LETTERS, len(name) // 2)
    places = [place for place in range(half) if name[place].lower() in VOWELS]
    return places[-1] if places else 0
