"""Errors of identity: what a service types of a name, a birth date and a sex, and which kind of error it made."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from denombrement.synthetic.draws import Flags, Generator, Integers, Texts, flagged, option_codes, read_table
from denombrement.synthetic.parameters import Parameters, Table
from denombrement.synthetic.people import People

# Bits of the column ``faults``, one kind of error each.
FAULTS = (
    "given_typo",
    "family_typo",
    "names_swapped",
    "given_missing",
    "family_missing",
    "day_missing",
    "month_missing",
    "year_missing",
    "day_month_swapped",
    "day_slip",
    "year_slip",
    "first_of_january_typed",
    "accents_dropped",
    "accent_added",
    "double_name_shortened",
    "particle_changed",
    "transliterated",
    "other_name_used",
    "sex_wrong",
    "sex_missing",
    "identity_refused",
    "identity_not_known",
)
MISSING = 0
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LAST_SAFE_DAY = 28
FEBRUARY, LEAP_DAY, MONTHS = 2, 29, 12
TYPO_KINDS = ("left_out", "exchanged", "added", "replaced")
PARTICLES = (
    "van den ",
    "van der ",
    "van de ",
    "van ",
    "vanden ",
    "von der ",
    "de ",
    "el ",
    "al ",
    "ben ",
    "da ",
    "dos ",
    "di ",
)
TRANSLITERATED_ORIGINS = ("maghreb", "levant", "afghan", "slavic_east", "eritrean", "turkish")


@dataclass
class Typed:
    """Identities as typed, one value per declaration; parts of dates are 0 when missing; changed in place."""

    given_name: Texts
    family_name: Texts
    birth_year: Integers
    birth_month: Integers
    birth_day: Integers
    sex: Integers
    faults: Integers

    @property
    def size(self) -> int:
        """Declarations in all."""
        return len(self.sex)

    def mark(self, kind: str, rows: Integers) -> None:
        """Note an error of this kind on these rows."""
        self.faults[rows] |= 1 << FAULTS.index(kind)


def type_identities(
    rng: Generator, parameters: Parameters, people: People, sex: Integers, person: Integers
) -> Typed:
    """The identity of each declaration's person with the errors of the one who typed it."""
    typed = Typed(
        given_name=people.given_name[person],
        family_name=people.family_name[person],
        birth_year=people.birth_year[person].copy(),
        birth_month=people.birth_month[person].copy(),
        birth_day=people.birth_day[person].copy(),
        sex=sex[person].copy(),
        faults=np.zeros(len(person), dtype=np.int32),
    )
    rates = parameters.table("errors")
    _other_names(rng, typed, people.other_name[person], rates["other_name_used"])
    origins = np.isin(np.array(list(parameters.table("origin"))), TRANSLITERATED_ORIGINS)
    _rewrite(
        rng,
        typed,
        "transliterated",
        rate=rates["transliterated"],
        rewrite=_transliterate,
        where=origins[people.origin[person]],
    )
    for kind, rewrite in REWRITES.items():
        _rewrite(rng, typed, kind, rate=rates[kind], rewrite=rewrite)
    for kind, field in (("given_typo", "given_name"), ("family_typo", "family_name")):
        _rewrite_field(rng, typed, kind, field=field, rows=_hits(rng, typed, rates[kind]), rewrite=_typo)
    _dates(rng, typed, rates)
    _swap_names(rng, typed, rates["names_swapped"])
    _missing_parts(rng, typed, rates)
    _sexes(rng, typed, rates)
    _no_identity(rng, typed, rates)
    return typed


def fault_names(faults: int) -> tuple[str, ...]:
    """The kinds of error that a value of the column ``faults`` holds."""
    return tuple(name for bit, name in enumerate(FAULTS) if faults >> bit & 1)


Rewrite = Callable[[Generator, str], str]


def _hits(rng: Generator, typed: Typed, rate: float) -> Integers:
    return np.flatnonzero(flagged(rng, typed.size, rate))


def _other_names(rng: Generator, typed: Typed, other: Texts, rate: float) -> None:
    rows = _hits(rng, typed, rate)
    rows = rows[[other[row] is not None for row in rows.tolist()]] if len(rows) else rows
    typed.family_name[rows] = other[rows]
    typed.mark("other_name_used", rows)


def _rewrite(
    rng: Generator, typed: Typed, kind: str, *, rate: float, rewrite: Rewrite, where: Flags | None = None
) -> None:
    """An error that either name may bear, each at the rate."""
    for field in ("given_name", "family_name"):
        rows = _hits(rng, typed, rate)
        _rewrite_field(
            rng, typed, kind, field=field, rows=rows if where is None else rows[where[rows]], rewrite=rewrite
        )


def _rewrite_field(
    rng: Generator, typed: Typed, kind: str, *, field: str, rows: Integers, rewrite: Rewrite
) -> None:
    names: Texts = getattr(typed, field)
    before = names[rows]
    names[rows] = [rewrite(rng, name) for name in before]
    typed.mark(kind, rows[before != names[rows]])


def _typo(rng: Generator, name: str) -> str:
    """One letter replaced, left out, added, or exchanged with the next."""
    place = int(rng.integers(len(name)))
    letter = LETTERS[int(rng.integers(len(LETTERS)))]
    kind = TYPO_KINDS[int(rng.integers(len(TYPO_KINDS)))]
    if kind == "left_out" and name[place + 1 :] and place:
        return name[:place] + name[place + 1 :]
    if kind == "exchanged" and place + 1 < len(name):
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    return name[:place] + letter + name[place + (kind != "added") :]


def _drop_accents(_rng: Generator, name: str) -> str:
    if name.isascii():
        return name
    return "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))


def _add_accent(_rng: Generator, name: str) -> str:
    place = name.rfind("e")
    return name[:place] + "é" + name[place + 1 :] if place > 0 else name


def _shorten(_rng: Generator, name: str) -> str:
    return name.partition("-")[0]


def _change_particle(rng: Generator, name: str) -> str:
    """The particle left out, joined to the name or split from it by a hyphen."""
    for particle in PARTICLES:
        if name.lower().startswith(particle):
            rest = name[len(particle) :]
            joined = (particle.replace(" ", "") + rest.lower()).capitalize()
            return (rest, joined, f"{particle.strip().title()}-{rest}")[int(rng.integers(3))]
    return name


def _transliterate(rng: Generator, name: str) -> str:
    """Another spelling of one sound of the name, the way registers of two countries write it."""
    lower = name.lower()
    fitting = [(old, new) for old, new in _spellings() if old in lower]
    if not fitting:
        return name
    old, new = fitting[int(rng.integers(len(fitting)))]
    changed = lower.replace(old, new, 1)
    return " ".join(word.capitalize() for word in changed.split(" "))


@cache
def _spellings() -> tuple[tuple[str, str], ...]:
    return tuple((row["from"], row["to"]) for row in read_table("transliterations.csv"))


REWRITES: dict[str, Rewrite] = {
    "double_name_shortened": _shorten,
    "particle_changed": _change_particle,
    "accents_dropped": _drop_accents,
    "accent_added": _add_accent,
}


def _dates(rng: Generator, typed: Typed, rates: Table) -> None:
    """Slips that give another date that exists."""
    rows = _hits(rng, typed, rates["day_slip"])
    step = rng.choice([-3, -2, -1, 1, 2, 3], len(rows))
    day = np.clip(typed.birth_day[rows] + step, 1, LAST_SAFE_DAY).astype(np.int8)
    typed.mark("day_slip", rows[day != typed.birth_day[rows]])
    typed.birth_day[rows] = day
    rows = _hits(rng, typed, rates["year_slip"])
    leap_day = (typed.birth_month[rows] == FEBRUARY) & (typed.birth_day[rows] == LEAP_DAY)
    rows = rows[~leap_day]
    typed.birth_year[rows] += rng.choice([-10, -1, 1, 10], len(rows)).astype(np.int16)
    typed.mark("year_slip", rows)
    rows = _hits(rng, typed, rates["day_month_swapped"])
    month, day = typed.birth_month[rows].copy(), typed.birth_day[rows].copy()
    rows, month, day = (each[(day <= MONTHS) & (day != month)] for each in (rows, month, day))
    typed.birth_month[rows], typed.birth_day[rows] = day, month
    typed.mark("day_month_swapped", rows)
    rows = _hits(rng, typed, rates["first_of_january_typed"])
    rows = rows[(typed.birth_month[rows] != 1) | (typed.birth_day[rows] != 1)]
    typed.birth_month[rows] = typed.birth_day[rows] = 1
    typed.mark("first_of_january_typed", rows)


def _swap_names(rng: Generator, typed: Typed, rate: float) -> None:
    rows = _hits(rng, typed, rate)
    given = typed.given_name[rows].copy()
    typed.given_name[rows] = typed.family_name[rows]
    typed.family_name[rows] = given
    typed.mark("names_swapped", rows)


def _missing_parts(rng: Generator, typed: Typed, rates: Table) -> None:
    for kind, field, nothing in (
        ("given_missing", "given_name", None),
        ("family_missing", "family_name", None),
        ("day_missing", "birth_day", MISSING),
        ("month_missing", "birth_month", MISSING),
        ("year_missing", "birth_year", MISSING),
    ):
        rows = _hits(rng, typed, rates[kind])
        getattr(typed, field)[rows] = nothing
        typed.mark(kind, rows)


def _sexes(rng: Generator, typed: Typed, rates: Table) -> None:
    woman, man, unknown = option_codes("sex", ("woman", "man", "dont_know"))
    rows = _hits(rng, typed, rates["sex_wrong"])
    typed.sex[rows] = np.where(typed.sex[rows] == woman, man, woman)
    typed.mark("sex_wrong", rows)
    rows = _hits(rng, typed, rates["sex_missing"])
    typed.sex[rows] = unknown
    typed.mark("sex_missing", rows)


def _no_identity(rng: Generator, typed: Typed, rates: Table) -> None:
    draws = rng.random(typed.size)
    refused, not_known = rates["identity_refused"], rates["identity_not_known"]
    for kind, low, high in (
        ("identity_refused", 0.0, refused),
        ("identity_not_known", refused, refused + not_known),
    ):
        rows = np.flatnonzero((draws >= low) & (draws < high))
        typed.given_name[rows] = typed.family_name[rows] = None
        typed.birth_year[rows] = typed.birth_month[rows] = typed.birth_day[rows] = MISSING
        # What was typed is gone, its errors with it; the sex is an answer and stays.
        typed.faults[rows] &= (1 << FAULTS.index("sex_wrong")) | (1 << FAULTS.index("sex_missing"))
        typed.mark(kind, rows)
