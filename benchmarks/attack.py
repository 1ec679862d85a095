"""What our own tokens tell to whoever should not know: enumeration, frequencies, and "is this person in the file?".

On invented provinces with known truth (their names and errors are assumptions), recipe ``denombrement-1``:

- ``without_secret``: the attacker has the store or a return and a list of everybody's true name and birth date, but not
  the secret; tries keys that could be guessed; beside it, the same list against a hash without a key;
- ``with_secret``: the attacker has the store and one service's page; names from a public list, dates and first letters
  tried one after the other;
- ``frequency``: the attacker has the store and public frequencies: per cent of declarations read right, by guessing from
  what is in clear, by rank, and by all tokens of a record together (a lower bound: better attacks may exist);
- ``presence``: the attacker asks whether a given person was declared: per cent of the persons declared, and of others
  alike, for whom the answer is yes;
- ``hardening``: what leaving tokens or the exact age out would take from the attacker, and cost the count.

    python -m benchmarks.attack [--persons 1000] [--draws 2] [--public-draws 20] [--no-hardening]
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import string
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._attack_frequency import GROUPS, WHOLE, Attack, calendar_shape, encoded, row_by_row
from denombrement.dedup.codes import Recipe, tokens_frame
from denombrement.dedup.codes.keyed import Keyer
from denombrement.synthetic import Province, default_parameters, generate

# The file's secret, and that of the attacker's own table of values: nothing of one can meet the other.
SECRET, ATTACKERS = bytes(range(32)), bytes(range(32, 64))
CAMPAIGN = "attack"
FIRST_SEED, PUBLIC_SEED, OTHERS_SEED = 100, 9000, 7000
IDENTITY = ["given_name", "family_name", "birth_year", "birth_month", "birth_day", "sex"]
CLEAR = ("sex", "nationality", "age")
NIGHT_YEAR = 2023
YEARS = range(1920, 2006)
AGE_BOUNDS_YEARS = (18, 26, 30, 40, 50, 60, 121)
SWAPPED_DATES = ("day_as_month", "month_as_day")
DATE_BLURS = ("birth_year_no_tens", "birth_year_no_units", "birth_day_no_tens", "birth_day_no_units")
NAME_BLURS = tuple(
    f"{side}_{blur}"
    for side in ("given", "family")
    for blur in ("phonetic", "first", "last", "part_1", "part_2")
)
HARDENED: Mapping[str, tuple[Sequence[str], bool]] = {
    "as_shipped": ((), False),
    "age_in_classes": ((), True),
    "without_swapped_dates": (SWAPPED_DATES, False),
    "without_swapped_dates_or_date_blurs": ((*SWAPPED_DATES, *DATE_BLURS), False),
    "without_name_blurs": (NAME_BLURS, False),
    "all_of_these": ((*SWAPPED_DATES, *DATE_BLURS, *NAME_BLURS), True),
}


@dataclass(frozen=True)
class Held:
    """What an attacker may hold, and the truth.

    Args:
        rows: declarations with an identity, in clear (the truth).
        tokens: theirs, under the campaign's secret.
        truth: the same under the attacker's own.
        public: the population, in clear.
        known: its tokens under the attacker's own secret.
    """

    rows: pd.DataFrame
    tokens: pd.DataFrame
    truth: pd.DataFrame
    public: pd.DataFrame
    known: pd.DataFrame
    recipe: Recipe


def measure(persons: int, draws: int, public_draws: int, *, hardening: bool) -> dict[str, Any]:
    """All attacks, as means over the draws."""
    recipe = Recipe.load("denombrement-1")
    parameters = default_parameters()
    others = [generate(parameters, persons, PUBLIC_SEED + draw).persons for draw in range(public_draws)]
    public = pd.concat(others, ignore_index=True)
    known = _tokens(public, ATTACKERS, recipe)
    found: list[dict[str, Any]] = []
    for draw in range(draws):
        province = generate(parameters, persons, FIRST_SEED + draw)
        rows = province.declarations
        rows = rows[(rows["identity_status"] == "coded") & ~rows["withdrawn"]].reset_index(drop=True)
        held = Held(
            rows, _tokens(rows, SECRET, recipe), _tokens(rows, ATTACKERS, recipe), public, known, recipe
        )
        strangers = generate(parameters, persons, OTHERS_SEED + draw).persons
        found.append(_one_draw(held, province, strangers, hardening=hardening))
    return {
        "recipe": recipe.name,
        "persons": persons,
        "seeds": [FIRST_SEED + draw for draw in range(draws)],
        "public_seeds": [PUBLIC_SEED, PUBLIC_SEED + public_draws - 1],
        **_mean(found),
    }


def _one_draw(held: Held, province: Province, strangers: pd.DataFrame, *, hardening: bool) -> dict[str, Any]:
    result = {
        "declarations": len(held.rows),
        "without_secret": without_secret(held, province.persons),
        "with_secret": with_secret(held),
        "frequency": frequency(held),
        "presence": presence(held, province.persons, strangers),
    }
    return {**result, "hardening": hardened(held)} if hardening else result


def without_secret(held: Held, people: pd.DataFrame) -> dict[str, Any]:
    """Everybody's true identity tried under keys that could be guessed, and against a hash without a key."""
    guesses = [
        bytes(32),
        b"\xff" * 32,
        hashlib.sha256(CAMPAIGN.encode()).digest(),
        hashlib.sha256(b"").digest(),
    ]
    stored = {value for name in held.tokens for value in held.tokens[name].dropna()}
    tried, hits, begun = 0, 0, time.process_time()
    for key in guesses:
        made = _tokens(people, key, held.recipe).to_numpy().ravel()
        values = [value for value in made if value is not None]
        tried, hits = tried + len(values), hits + len(stored.intersection(values))
    seconds = time.process_time() - begun
    plain, listed = (_unkeyed(each, held.recipe) for each in (held.rows, people))
    repeated = held.tokens["code"].dropna().duplicated(keep=False)
    return {
        "keys_guessed": len(guesses),
        "tokens_tried": tried,
        "tokens_recovered": hits,
        "tokens_tried_per_second": round(tried / seconds),
        "recovered_of_an_unkeyed_hash_percent": _percent(np.isin(plain, listed)),
        "declarations_seen_to_be_of_one_person_percent": _percent(repeated.to_numpy()),
    }


def with_secret(held: Held) -> dict[str, Any]:
    """Each part of an identity tried alone: a dictionary of names, all letters, all dates."""
    begun = time.process_time()
    keyer = Keyer(SECRET, CAMPAIGN, held.recipe.name)
    read, tried = {}, 0
    for name, values in _dictionary().items():
        domain = next(token.domain for token in held.recipe.tokens if token.name == name)
        table = {keyer.token(domain, [value]): value for value in values}
        tried += len(table)
        read[name] = held.tokens[name].map(table).notna().to_numpy()
    seconds = time.process_time() - begun
    listed = _names_known(held)
    read |= listed
    tried += sum(held.known[name].nunique() for name in listed)
    date = read["birth_year"] & read["birth_month"] & read["birth_day"]
    whole = date & read["given_full"] & read["family_full"]
    return {
        "tokens_tried": tried,
        "seconds_per_million_tokens": round(1e6 * seconds / tried, 2),
        "birth_date_percent": _percent(date),
        "first_letters_percent": _percent(read["given_first"] & read["family_first"]),
        "given_name_in_the_list_percent": _percent(read["given_full"]),
        "family_name_in_the_list_percent": _percent(read["family_full"]),
        "name_and_birth_date_percent": _percent(whole),
        "persons_named_percent": _of_persons(held, whole),
    }


def _dictionary() -> dict[str, Sequence[str]]:
    letters = string.ascii_lowercase
    pairs = ["".join(each) for size in (1, 2) for each in itertools.product(letters, repeat=size)]
    triples = ["".join(each) for each in itertools.product(letters, repeat=3)]
    return {
        "given_first": pairs,
        "family_first": [*pairs, *triples],
        "birth_year": [str(year) for year in YEARS],
        "birth_month": [f"{month:02d}" for month in range(1, 13)],
        "birth_day": [f"{day:02d}" for day in range(1, 32)],
    }


def _names_known(held: Held) -> dict[str, np.ndarray]:
    """Whether a name of the public list has the same token: with the secret, the attacker makes those of the list."""
    names = held.public.drop_duplicates(["given_name", "family_name"])
    made = _tokens(names, SECRET, held.recipe)
    return {
        name: held.tokens[name].isin(set(made[name].dropna())).to_numpy()
        for name in ("given_full", "family_full")
    }


def frequency(
    held: Held, left_out: Sequence[str] = (), *, in_classes: bool = False, together_only: bool = False
) -> dict[str, Any]:
    """Per cent of declarations whose token is read right, by three attackers."""
    domains = {
        token.name: token.domain
        for token in held.recipe.tokens
        if token.name not in left_out and any(token.name in columns for columns, _ in GROUPS.values())
    }
    tokens = held.tokens.drop(columns=list(left_out))
    ours = pd.concat([tokens, calendar_shape(tokens), _clear(held.rows, in_classes=in_classes)], axis=1)
    known = held.known.drop(columns=list(left_out))
    theirs = pd.concat([known, calendar_shape(known), _clear(held.public, in_classes=in_classes)], axis=1)
    clear = [name for name in ours.columns if name not in held.tokens.columns]
    if not in_classes:
        clear.append("turned")
        theirs["turned"] = _turned(held.public, held.public["birth_year"])
        ours["turned"] = _turned(held.rows, _years_read(held, ours, theirs, domains))
    file, public = encoded(ours, domains, clear), encoded(theirs, domains, clear)
    attack = Attack(file, public, domains, clear)
    reading = attack.read_together()
    marks: dict[str, dict[str, np.ndarray]] = {"together": {}, "guess": {}, "rank": {}}
    for name, domain in domains.items():
        ways = {"together": row_by_row(reading[domain], file.codes[name])}
        if not together_only:
            ways |= {"guess": attack.guessed(name, CLEAR), "rank": attack.read_by_rank(name)}
        for way, guess in ways.items():
            marks[way][name] = attack.right(name, guess, held.truth[name])
    return {way: _read_percent(held, found) for way, found in marks.items() if found}


def _years_read(
    held: Held, ours: pd.DataFrame, theirs: pd.DataFrame, domains: Mapping[str, str]
) -> pd.Series[float]:
    """Birth years as the attacker reads them from age and tokens alone, before months are tried."""
    file, public = encoded(ours, domains, CLEAR), encoded(theirs, domains, CLEAR)
    reading = Attack(file, public, domains, CLEAR).read_together(["date"])["birth_year"]
    read = row_by_row(reading, file.codes["birth_year"])
    years = dict(zip(held.known["birth_year"], held.public["birth_year"].astype(float), strict=True))
    labels = [*public.meanings["birth_year"], None]
    return pd.Series([years.get(labels[place], np.nan) for place in read], dtype=float)


def _read_percent(held: Held, marks: Mapping[str, np.ndarray]) -> dict[str, float]:
    date = np.all([marks[name] for name in WHOLE[2:]], axis=0)
    names = marks["given_full"] & marks["family_full"]
    by_field = {name: _percent(mark) for name, mark in marks.items()}
    return {
        **by_field,
        "birth_date": _percent(date),
        "both_names": _percent(names),
        "whole_identity": _percent(date & names),
        "persons_named_percent": _of_persons(held, date & names),
    }


def presence(held: Held, inside: pd.DataFrame, strangers: pd.DataFrame) -> dict[str, Any]:
    """Whether a person whose name, birth date, sex, nationality and age are known to the attacker is in the file."""
    declared = inside[inside["person_id"].isin(set(held.rows["person_id"]))]
    # Somebody of the same name and date as a person declared cannot be told from that person by anybody.
    same = strangers.merge(declared[IDENTITY].drop_duplicates(), on=IDENTITY, how="left", indicator=True)[
        "_merge"
    ]
    absent = strangers[(same == "left_only").to_numpy()]
    found: dict[str, Any] = {"declared": len(declared), "others": len(absent)}
    for way, test in (("with_secret", _by_tokens), ("without_secret", _by_clear)):
        found[way] = {
            "yes_for_the_declared_percent": _percent(test(held, declared)),
            "yes_for_others_percent": _percent(test(held, absent)),
        }
    return found


def _by_tokens(held: Held, people: pd.DataFrame) -> np.ndarray:
    made = _tokens(people.reset_index(drop=True), SECRET, held.recipe)
    names = ["code", *(str(name) for name in made if str(name).startswith("without_"))]
    hits = [made[name].isin(set(held.tokens[name].dropna())).to_numpy() for name in names]
    found: np.ndarray = np.any(hits, axis=0)
    return found


def _by_clear(held: Held, people: pd.DataFrame) -> np.ndarray:
    stored = set(_clear(held.rows).dropna().itertuples(index=False, name=None))
    return np.array([row in stored for row in _clear(people).itertuples(index=False, name=None)])


def hardened(held: Held) -> dict[str, Any]:
    """Each variant of what is stored: what the joint attack then reads, and the count's error."""
    from denombrement.dedup.linkage.engine import link
    from denombrement.dedup.linkage.records import EncodedRecords

    truth = held.rows["person_id"].nunique()
    clear = {
        "record_id": held.rows["declaration_id"],
        "service": held.rows["service_id"],
        **{name: _clear(held.rows)[name] for name in ("sex", "nationality")},
        "commune": held.rows["commune_origin"].astype(object).replace("dont_know", None),
    }
    found = {}
    for name, (left_out, in_classes) in HARDENED.items():
        read = frequency(held, left_out, in_classes=in_classes, together_only=True)["together"]
        frame = pd.DataFrame({**held.tokens.drop(columns=list(left_out)), **clear})
        count = link(EncodedRecords.from_tokens(frame.astype(object).where(frame.notna(), None))).count
        found[name] = {
            "given_full": read["given_full"],
            "family_full": read["family_full"],
            "birth_year": read["birth_year"],
            "birth_date": read["birth_date"],
            "whole_identity": read["whole_identity"],
            "count_error_percent": round(100 * (count.persons / truth - 1), 2),
            "interval_persons": count.high - count.low,
        }
    return found


def _tokens(people: pd.DataFrame, secret: bytes, recipe: Recipe) -> pd.DataFrame:
    return tokens_frame(people[IDENTITY].assign(sex=people["sex"].astype(object)), secret, CAMPAIGN, recipe)


def _clear(people: pd.DataFrame, *, in_classes: bool = False) -> pd.DataFrame:
    age = pd.to_numeric(people["age_years"]).astype(float)
    if in_classes:
        age = pd.Series(pd.cut(age, AGE_BOUNDS_YEARS, right=False, labels=False), index=people.index)
    columns = {
        name: people[name].astype(object).replace("dont_know", None) for name in ("sex", "nationality")
    }
    return pd.DataFrame({**columns, "age": age.astype(object).where(age.notna(), None)})


def _turned(people: pd.DataFrame, years: pd.Series[Any]) -> pd.Series[Any]:
    """Whether the birthday of the year was still to come: 0 or 1; other gaps are faults."""
    age = pd.to_numeric(people["age_years"]).astype(float).to_numpy()
    gap = pd.Series(NIGHT_YEAR - years.astype(float).to_numpy() - age, index=people.index)
    return gap.astype(object).where(gap.isin([0, 1]), None)


def _unkeyed(people: pd.DataFrame, recipe: Recipe) -> list[str]:
    """The exact code as a hash that anybody could make."""
    codes = _tokens(people, bytes(32), recipe)["code"]
    return [hashlib.sha256(str(code).encode()).hexdigest() for code in codes.dropna()]


def _percent(mark: np.ndarray) -> float:
    return round(100 * float(mark.mean()), 2)


def _of_persons(held: Held, mark: np.ndarray) -> float:
    return _percent(pd.Series(mark).groupby(held.rows["person_id"].to_numpy()).any().to_numpy())


def _mean(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Means of equal trees of numbers."""
    result: dict[str, Any] = {}
    for name, first in found[0].items():
        values = [each[name] for each in found]
        result[name] = _mean(values) if isinstance(first, Mapping) else round(float(np.mean(values)), 2)
    return result


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--public-draws", type=int, default=20)
    parser.add_argument("--no-hardening", action="store_true")
    options = parser.parse_args()
    found = measure(options.persons, options.draws, options.public_draws, hardening=not options.no_hardening)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
