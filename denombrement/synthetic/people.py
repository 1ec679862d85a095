"""Names, birth dates and life of the adults; what a person is, whoever tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from denombrement.survey.questionnaire import options
from denombrement.synthetic.draws import (
    NONE,
    Flags,
    Floats,
    Generator,
    Integers,
    Texts,
    by_group,
    flagged,
    option_codes,
    pick,
    pick_options,
    quota,
    quota_options,
)
from denombrement.synthetic.names import draw_family_names, draw_given_names, listed_names
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.units import COUPLE, FATHER_SON, PARENT_CHILD, TWINS, WOMAN, Units

AGE_BOUNDS_YEARS = {
    "from_18_to_25": (18, 26),
    "from_26_to_29": (26, 30),
    "from_30_to_39": (30, 40),
    "from_40_to_49": (40, 50),
    "from_50_to_59": (50, 60),
    "from_60": (60, 82),
}
DAYS_PER_YEAR = 365.2425
EU_ORIGINS = ("be_fr", "be_nl", "be_de", "polish", "romanian", "portuguese", "italian")
MINOR_AGE_YEARS = 16
CHOICES = ("health", "income", "institutions", "reasons")


@dataclass(frozen=True)
class People:
    """One value per adult: clear identity, age on the night, and answers as positions in their option lists.

    ``answers`` holds nationality, birth_country, residence_status, duration (positions, −1 not asked) and health,
    income, institutions, reasons (bit masks over the list, several answers).
    """

    origin: Integers
    given_name: Texts
    family_name: Texts
    other_name: Texts
    birth_year: Integers
    birth_month: Integers
    birth_day: Integers
    age_years: Integers
    answers: Mapping[str, Integers]


def make_people(rng: Generator, parameters: Parameters, units: Units, night: date) -> People:
    """Identity and life of every adult of ``units``."""
    origins = list(parameters.table("origin"))
    origin = _origins(rng, parameters, units)
    given, family, other = _names(rng, parameters, units, origin, origins)
    year, month, day, age = _births(rng, parameters, units, origin, night)
    answers = _nationality(rng, parameters, origin, origins)
    answers["duration"] = quota_options(rng, parameters.shares("duration"), "duration", units.size)
    for question in CHOICES:
        answers[question] = _several(rng, parameters.table(question), question, units.size)
    return People(origin, given, family, other, year, month, day, age, answers)


def _partners(units: Units) -> tuple[Integers, Integers]:
    second = np.flatnonzero(units.second)
    return second - 1, second


def _origins(rng: Generator, parameters: Parameters, units: Units) -> Integers:
    origin = quota(rng, list(parameters.shares("origin").values()), units.size).astype(np.int8)
    first, second = _partners(units)
    same = (units.relation[second] != COUPLE) | flagged(
        rng, len(second), parameters.number("together", "same_origin")
    )
    origin[second[same]] = origin[first[same]]
    return origin


def _names(
    rng: Generator, parameters: Parameters, units: Units, origin: Integers, origins: list[str]
) -> tuple[Texts, Texts, Texts]:
    given = draw_given_names(rng, parameters, origin, origins, (units.sex == WOMAN).astype(np.int64))
    family, other = draw_family_names(rng, parameters, origin, origins)
    for row in np.flatnonzero(flagged(rng, units.size, parameters.number("names", "double_family_name"))):
        family[row] = f"{family[row]}-{other[row]}"
    first, second = _partners(units)
    shared = np.where(
        units.relation[second] == COUPLE,
        parameters.number("together", "same_family_name_couple"),
        parameters.number("together", "same_family_name_kin"),
    )
    shared = np.where(np.isin(units.relation[second], (FATHER_SON, TWINS)), 1.0, shared)
    same = rng.random(len(second)) < shared
    family[second[same]] = family[first[same]]
    _related_names(rng, parameters, units, origin=origin, origins=origins, given=given)
    has_other = (units.sex == WOMAN) & flagged(
        rng, units.size, parameters.number("names", "other_name_women")
    )
    other[~has_other] = None
    return given, family, other


def _related_names(
    rng: Generator,
    parameters: Parameters,
    units: Units,
    *,
    origin: Integers,
    origins: list[str],
    given: Texts,
) -> None:
    """Kin get two different names: a father and his son of one initial, some twins of the same two first letters."""
    first, second = _partners(units)
    related = units.relation[second] != COUPLE
    first, second = first[related], second[related]
    letters = np.where(units.relation[second] == FATHER_SON, 1, 0)
    letters += 2 * _twins_alike(units.relation[second] == TWINS, parameters.number("together", "twins_alike"))
    woman = (units.sex[second] == WOMAN).astype(np.int64)
    for group, members in by_group(origin[second].astype(np.int64) * 2 + woman):
        listed = listed_names(origins[group // 2], "given_woman" if group % 2 else "given_man")
        pairs = zip(first[members].tolist(), second[members].tolist(), letters[members].tolist(), strict=True)
        for one, two, alike in pairs:
            given[two] = _related_name(rng, listed, given[one], alike)


def _twins_alike(twins: Flags, share: float) -> Integers:
    """A share of the twins, evenly spread and the first pair among them: no exact code tells these apart."""
    steps = np.floor(np.arange(1, int(twins.sum()) + 1) * share + 1 - share)
    alike = np.zeros(len(twins), dtype=np.int64)
    alike[np.flatnonzero(twins)] = np.diff(steps, prepend=0)
    return alike


def _related_name(rng: Generator, listed: Sequence[str], relative: str, letters: int) -> str:
    fitting = [name for name in listed if name != relative and name[:letters] == relative[:letters]]
    return fitting[int(rng.integers(len(fitting)))] if fitting else f"{relative}-{listed[0]}"


def _births(
    rng: Generator, parameters: Parameters, units: Units, origin: Integers, night: date
) -> tuple[Integers, Integers, Integers, Integers]:
    age = _ages(rng, parameters, units)
    # Between a birthday and the next, two days away from both, so that leap years change no age.
    lived = np.floor(age * DAYS_PER_YEAR).astype(np.int64) + rng.integers(2, 362, units.size)
    first, second = _partners(units)
    twins = units.relation[second] == TWINS
    lived[second[twins]] = lived[first[twins]]
    days = np.datetime64(night) - lived.astype("timedelta64[D]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    unknown = _unknown_birthdays(rng, parameters, origin)
    unknown[second[twins]] = unknown[first[twins]]
    month, day = np.where(unknown, 1, month), np.where(unknown, 1, day)
    before = (month * 100 + day) > (night.month * 100 + night.day)
    return (
        year.astype(np.int16),
        month.astype(np.int8),
        day.astype(np.int8),
        (night.year - year - before).astype(np.int16),
    )


def _ages(rng: Generator, parameters: Parameters, units: Units) -> Integers:
    classes = parameters.shares("age_class")
    bounds = np.array([AGE_BOUNDS_YEARS[name] for name in classes])
    drawn = bounds[quota(rng, list(classes.values()), units.size)]
    age = rng.integers(drawn[:, 0], drawn[:, 1])
    first, second = _partners(units)
    near = np.clip(age[first] + np.rint(rng.normal(0, 5, len(second))).astype(np.int64), 18, 85)
    elder = units.relation[second]
    generations = np.isin(elder, (PARENT_CHILD, FATHER_SON))
    age[second] = np.where(elder == TWINS, age[first], near)
    son, father = second[generations], first[generations]
    age[son] = np.clip(age[son], 18, 45)
    age[father] = age[son] + rng.integers(19, 36, len(son))
    minor = units.outside == list(parameters.table("outside")).index("minor_alone")
    age[minor] = MINOR_AGE_YEARS
    return age


def _unknown_birthdays(rng: Generator, parameters: Parameters, origin: Integers) -> Flags:
    factors = parameters.table("first_of_january")
    share = parameters.number("names", "first_of_january_share")
    rates = np.array([share * factors.get(name, 0.0) for name in parameters.table("origin")])
    return np.asarray(rng.random(len(origin)) < rates[origin], dtype=bool)


def _nationality(
    rng: Generator, parameters: Parameters, origin: Integers, origins: list[str]
) -> dict[str, Integers]:
    belgian = (
        rng.random(len(origin))
        < np.array([parameters.number("belgian_share", name) for name in origins])[origin]
    )
    european = np.isin(np.array(origins), EU_ORIGINS)[origin]
    codes = option_codes("nationality", ("belgian", "eu", "non_eu"))
    nationality = np.where(belgian, codes[0], np.where(european, codes[1], codes[2]))
    born = option_codes("birth_country", ("belgium", "eu", "non_eu"))
    rates = parameters.table("birth")
    native_share = np.where(
        european, rates["belgian_of_eu_origin_born_here"], rates["belgian_of_other_origin_born_here"]
    )
    native = belgian & (rng.random(len(origin)) < native_share)
    country = np.where(native, born[0], np.where(european, born[1], born[2]))
    status = pick_options(rng, parameters.shares("residence"), "residence_status", len(origin))
    permanent, temporary = option_codes("residence_status", ("permanent", "temporary"))
    settled = flagged(rng, len(origin), rates["eu_with_permanent_permit"])
    status = np.where(european, np.where(settled, permanent, temporary), status)
    return {
        "nationality": nationality.astype(np.int8),
        "birth_country": country.astype(np.int8),
        "residence_status": np.where(belgian, NONE, status).astype(np.int8),
    }


def _several(rng: Generator, rates: Mapping[str, float], question: str, size: int) -> Integers:
    """Bit masks over the list: *none* and *don't know* stand alone, the others may go together."""
    alone = [name for name in ("none", "dont_know") if name in rates]
    others = [name for name in rates if name not in alone]
    kind = quota(rng, [*(rates[name] for name in alone), 1 - sum(rates[name] for name in alone)], size)
    masks = np.zeros(size, dtype=np.int32)
    known = options(question)
    for number, name in enumerate(alone):
        masks[kind == number] = 1 << known.index(name)
    rest = np.flatnonzero(kind == len(alone))
    wanted: Floats = np.array([rates[name] for name in others]) * size / max(1, len(rest))
    bits = np.array([1 << known.index(name) for name in others])
    chosen = rng.random((len(rest), len(others))) < _solved(wanted)
    first = pick(rng, wanted, len(rest))
    none = ~chosen.any(axis=1)
    chosen[none, first[none]] = True
    masks[rest] = (chosen * bits).sum(axis=1)
    return masks


def _solved(wanted: Floats) -> Floats:
    """Independent chances that, with one forced answer where none was drawn, give the rates wanted."""
    chances = np.clip(wanted, 0, 0.95)
    for _ in range(60):
        forced = np.prod(1 - chances) * wanted / wanted.sum()
        chances = np.clip(chances + 0.7 * (wanted - chances - forced), 0.0, 0.98)
    return np.asarray(chances, dtype=float)
