"""A private province with known truth, for the linkage benchmarks: persons, households, services, faulty declarations.

The rates are assumptions (../shared/linkage.md §3), not Belgian data: every benchmark varies them. ``alien`` replaces
the error model by another one (nicknames, married names, estimated ages, whole wrong dates), to say how much an
interval calibrated on the first degrades on the second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

Generator = np.random.Generator

GROUPS = ("BE", "FR", "MA", "SY", "RO", "CD", "AF", "ER")
GROUP_SHARES = (0.55, 0.12, 0.09, 0.06, 0.06, 0.05, 0.04, 0.03)
NEW_YEAR_GROUPS = ("AF", "ER")
CONSONANTS = (
    "bdfglmnprstv",
    "bcdfjlmnrstv",
    "bdfhklmnrsyz",
    "bdfhjkmnrstz",
    "bcdglmnprstv",
    "bdklmnptwyz",
    "bdghjklmnrsz",
    "bdfghkmnrtwy",
)
VOWELS = ("aeiou", "aeiouy", "aiou", "aiou", "aeiou", "aeiou", "aiou", "aei")


@dataclass(frozen=True)
class Errors:
    """Chances per declaration that a part is faulty."""

    typo: float = 0.06
    given_missing: float = 0.03
    family_missing: float = 0.04
    day_missing: float = 0.03
    month_missing: float = 0.02
    year_missing: float = 0.01
    date_swapped: float = 0.015
    day_slip: float = 0.015
    year_slip: float = 0.015
    names_swapped: float = 0.015
    sex_wrong: float = 0.006
    sex_missing: float = 0.01
    nationality_missing: float = 0.05
    commune_differs: float = 0.10
    alien: bool = False

    def scaled(self, factor: float) -> Errors:
        """The same errors, `factor` times as frequent."""
        rates = {
            name: min(0.5, getattr(self, name) * factor)
            for name in self.__dataclass_fields__
            if name != "alien"
        }
        return replace(self, **rates)


def make_province(
    *,
    persons: int,
    seed: int,
    errors: Errors | None = None,
    duplicates: tuple[float, ...] = (0.80, 0.14, 0.045, 0.015),
) -> pd.DataFrame:
    """Declarations with ``record_id, given_name, family_name, birth_date, sex, nationality, commune, service, cluster``."""
    rng = np.random.default_rng(seed)
    people = _people(rng, persons)
    copies = rng.choice(len(duplicates), size=persons, p=np.array(duplicates) / sum(duplicates)) + 1
    truth = np.repeat(np.arange(persons), copies)
    frame = people.iloc[truth].reset_index(drop=True)
    frame["cluster"] = truth
    frame["service"] = _services(rng, truth, copies)
    rates = errors or Errors()
    _spoil(rng, frame, rates)
    frame["birth_date"] = _iso(frame.pop("year"), frame.pop("month"), frame.pop("day"))
    order = rng.permutation(len(frame))
    frame = frame.iloc[order].reset_index(drop=True)
    frame.insert(0, "record_id", [f"d{number:07d}" for number in range(len(frame))])
    return frame


def _words(rng: Generator, group: int, size: int, syllables: tuple[int, int]) -> np.ndarray:
    consonants, vowels = list(CONSONANTS[group]), list(VOWELS[group])
    found: dict[str, None] = {}
    while len(found) < size:
        length = int(rng.integers(syllables[0], syllables[1] + 1))
        word = "".join(f"{rng.choice(consonants)}{rng.choice(vowels)}" for _ in range(length))
        if rng.random() < 0.5:
            word += str(rng.choice(consonants))
        if rng.random() < 0.2:
            word = str(rng.choice(vowels)) + word
        found[word] = None
    return np.array(list(found), dtype=object)


def _zipf(rng: Generator, pool: np.ndarray, size: int, exponent: float) -> np.ndarray:
    weights = 1.0 / (np.arange(len(pool)) + 3.0) ** exponent
    return rng.choice(pool, size=size, p=weights / weights.sum())


def _people(rng: Generator, persons: int) -> pd.DataFrame:
    group = rng.choice(len(GROUPS), size=persons, p=GROUP_SHARES)
    male = rng.random(persons) < 0.65
    given = np.empty(persons, dtype=object)
    family = np.empty(persons, dtype=object)
    for number in range(len(GROUPS)):
        of_group = group == number
        families = _words(rng, number, min(20_000, 1_500 + persons // 20), (2, 3))
        family[of_group] = _zipf(rng, families, int(of_group.sum()), 0.8)
        for sex in (True, False):
            chosen = of_group & (male == sex)
            given[chosen] = _zipf(rng, _words(rng, number, 350, (1, 3)), int(chosen.sum()), 0.9)
    year = 2025 - np.clip(rng.gamma(6.0, 6.5, persons) + 17, 18, 90).astype(int)
    month, day = rng.integers(1, 13, persons), rng.integers(1, 29, persons)
    late = rng.random(persons) < 0.08
    day = np.where(late & (month != 2), rng.integers(29, 31, persons), day)
    new_year = np.isin(np.array(GROUPS)[group], NEW_YEAR_GROUPS) & (rng.random(persons) < 0.18)
    month, day = np.where(new_year, 1, month), np.where(new_year, 1, day)
    communes = 1.0 / (np.arange(44) + 2.0)
    frame = pd.DataFrame(
        {
            "given_name": given,
            "family_name": family,
            "year": year,
            "month": month,
            "day": day,
            "sex": np.where(male, "M", "F").astype(object),
            "nationality": np.array(GROUPS, dtype=object)[group],
            "commune": rng.choice(44, size=persons, p=communes / communes.sum()).astype(str).astype(object),
        }
    )
    return _with_relatives(rng, frame)


def _with_relatives(rng: Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """One person in five shares surname, commune and nationality with another; a few are twins, or father and son."""
    persons = len(frame)
    relatives = rng.permutation(persons)[: persons // 5]
    for first, second in zip(relatives[0::2], relatives[1::2], strict=False):
        for column in ("family_name", "nationality", "commune"):
            frame.loc[second, column] = frame.loc[first, column]
        kind = rng.random()
        if kind < 0.03:
            for column in ("year", "month", "day"):
                frame.loc[second, column] = frame.loc[first, column]
        elif kind < 0.05:
            for column in ("given_name", "sex"):
                frame.loc[second, column] = frame.loc[first, column]
            frame.loc[second, "year"] = frame.loc[first, "year"] - 25
    return frame


def _services(rng: Generator, truth: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """A hundred services of unequal size; a person's declarations come from different ones."""
    weights = 1.0 / (np.arange(100) + 4.0)
    first = rng.choice(100, size=len(copies), p=weights / weights.sum())
    start = np.concatenate([[0], np.cumsum(copies)[:-1]])
    rank = np.arange(len(truth)) - start[truth]
    step = rng.integers(1, 24, size=len(copies))
    names = np.array([f"S{number:03d}" for number in range(100)], dtype=object)
    chosen: np.ndarray = names[(first[truth] + rank * step[truth]) % 100]
    return chosen


def _typo(rng: Generator, word: str) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    place = int(rng.integers(0, len(word)))
    kind = rng.random()
    letter = letters[int(rng.integers(26))]
    if kind < 0.4:
        return word[:place] + letter + word[place + 1 :]
    if kind < 0.6 and len(word) > 2:
        return word[:place] + word[place + 1 :]
    if kind < 0.8:
        return word[:place] + letter + word[place:]
    place = min(place, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :] if len(word) > 1 else word


def _hit(rng: Generator, size: int, rate: float) -> np.ndarray:
    return np.flatnonzero(rng.random(size) < rate)


def _spoil(rng: Generator, frame: pd.DataFrame, rates: Errors) -> None:
    size = len(frame)
    columns = {name: frame[name].to_numpy(dtype=object, copy=True) for name in frame.columns}
    if rates.alien:
        _alien_faults(rng, columns, rates)
    else:
        _usual_faults(rng, columns, rates)
    for name, rate in (
        ("given_name", rates.given_missing),
        ("family_name", rates.family_missing),
        ("day", rates.day_missing),
        ("month", rates.month_missing),
        ("year", rates.year_missing),
        ("sex", rates.sex_missing),
        ("nationality", rates.nationality_missing),
    ):
        columns[name][_hit(rng, size, rate)] = None
    moved = _hit(rng, size, rates.commune_differs)
    columns["commune"][moved] = rng.integers(0, 44, len(moved)).astype(str)
    for name, values in columns.items():
        frame[name] = values


def _usual_faults(rng: Generator, columns: dict[str, np.ndarray], rates: Errors) -> None:
    size = len(columns["sex"])
    for name in ("given_name", "family_name"):
        for row in _hit(rng, size, rates.typo):
            columns[name][row] = _typo(rng, columns[name][row])
    for row in _hit(rng, size, rates.date_swapped):
        if columns["day"][row] <= 12:
            columns["day"][row], columns["month"][row] = columns["month"][row], columns["day"][row]
    for row in _hit(rng, size, rates.day_slip):
        columns["day"][row] = int(np.clip(columns["day"][row] + rng.choice([-3, -2, -1, 1, 2, 3]), 1, 28))
    for row in _hit(rng, size, rates.year_slip):
        columns["year"][row] += int(rng.choice([-10, -1, 1, 10]))
    for row in _hit(rng, size, rates.names_swapped):
        columns["given_name"][row], columns["family_name"][row] = (
            columns["family_name"][row],
            columns["given_name"][row],
        )
    for row in _hit(rng, size, rates.sex_wrong):
        columns["sex"][row] = "F" if columns["sex"][row] == "M" else "M"


def _alien_faults(rng: Generator, columns: dict[str, np.ndarray], rates: Errors) -> None:
    """Faults of another world: short names, married names, guessed years, whole wrong dates, careless services."""
    size = len(columns["sex"])
    careless = np.isin(columns["service"], [f"S{number:03d}" for number in range(0, 100, 7)])
    for row in _hit(rng, size, rates.typo):
        columns["given_name"][row] = columns["given_name"][row][
            : max(3, len(columns["given_name"][row]) // 2)
        ]
    for row in _hit(rng, size, rates.typo / 2):
        columns["family_name"][row] = columns["family_name"][int(rng.integers(size))]
    for row in _hit(rng, size, rates.typo / 2):
        columns["family_name"][row] = _typo(rng, _typo(rng, columns["family_name"][row]))
    for row in _hit(rng, size, rates.year_slip * 2):
        columns["year"][row] += int(rng.integers(-4, 5))
    for row in _hit(rng, size, rates.day_slip):
        for part in ("day", "month", "year"):
            columns[part][row] = columns[part][int(rng.integers(size))]
    for row in np.flatnonzero(careless & (rng.random(size) < 0.25)):
        columns["day"][row] = columns["month"][row] = None
    for row in _hit(rng, size, rates.sex_wrong):
        columns["sex"][row] = "F" if columns["sex"][row] == "M" else "M"


def _iso(year: pd.Series, month: pd.Series, day: pd.Series) -> list[str | None]:
    """Dates as typed: ``1980-05-02``, with ``?`` for an unknown part; nothing when all is unknown."""
    dates: list[str | None] = []
    for parts in zip(year, month, day, strict=True):
        if all(part is None for part in parts):
            dates.append(None)
            continue
        y, m, d = parts
        dates.append(
            f"{'????' if y is None else f'{int(y):04d}'}-{'??' if m is None else f'{int(m):02d}'}-{'??' if d is None else f'{int(d):02d}'}"
        )
    return dates
