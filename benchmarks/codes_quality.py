"""What each token is worth and what it costs: agreement of true pairs, chance agreement, and leakage.

Synthetic provinces with known truth (their error rates are assumptions, see ``denombrement/synthetic/data``). For each
token of the recipe, in per cent:

- ``present``: declarations that have it;
- ``same_person``: pairs of declarations of one person that agree on it;
- ``strangers``: pairs of two persons that agree on it;
- ``decoded``: declarations whose token is read by an attacker without the secret, who holds the file of tokens and an
  independent draw of the same population in clear, and matches the most frequent token to the most frequent value,
  the second to the second, and so on (rank matching; joint frequencies, or knowing the target, do better).

    python -m benchmarks.codes_quality [--persons 1000] [--draws 10]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

import numpy as np
import pandas as pd

from denombrement.dedup.codes import Recipe, tokens_frame
from denombrement.synthetic import Province, default_parameters, generate

SECRET = bytes(range(32))
FIRST_SEED = 100
ATTACKER_SEED = 9000
Pairs = tuple[np.ndarray, np.ndarray]


def measure(persons: int, draws: int, recipe: Recipe) -> dict[str, object]:
    """Means over the draws."""
    parameters = default_parameters()
    tokens, summaries = [], []
    for draw in range(draws):
        province = generate(parameters, persons, FIRST_SEED + draw)
        attacker = generate(parameters, persons, ATTACKER_SEED + draw)
        by_token, summary = _one_draw(province, attacker, recipe)
        tokens.append(by_token)
        summaries.append(summary)
    mean_tokens = sum(tokens[1:], tokens[0]) / len(tokens)
    return {
        "recipe": recipe.name,
        "persons": persons,
        "draws": draws,
        **{str(name): value for name, value in pd.DataFrame(summaries).mean().round(2).items()},
        "tokens": mean_tokens.round(2).to_dict("index"),
    }


def _one_draw(
    province: Province, attacker: Province, recipe: Recipe
) -> tuple[pd.DataFrame, dict[str, float]]:
    rows = province.declarations
    rows = rows[(rows["identity_status"] == "coded") & ~rows["withdrawn"]].reset_index(drop=True)
    made = tokens_frame(rows.assign(sex=rows["sex"].astype(object)), SECRET, "quality", recipe)
    known = tokens_frame(
        attacker.persons.assign(sex=attacker.persons["sex"].astype(object)), SECRET, "quality", recipe
    )
    person = pd.factorize(rows["person_id"])[0]
    pairs = _true_pairs(person)
    by_token = {name: _token_measures(made[name], known[name], pairs) for name in made.columns}
    return pd.DataFrame.from_dict(by_token, orient="index"), _code_measures(made, person, pairs)


def _true_pairs(person: np.ndarray) -> Pairs:
    groups = pd.Series(np.arange(len(person))).groupby(person).agg(list)
    found = [(a, b) for group in groups for place, a in enumerate(group) for b in group[place + 1 :]]
    first, second = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return first, second


def _agreement(column: pd.Series, pairs: Pairs) -> np.ndarray:
    values = column.to_numpy()
    first, second = (values[side] for side in pairs)
    return np.asarray((first == second) & column.notna().to_numpy()[pairs[0]], dtype=bool)


def _token_measures(column: pd.Series, known: pd.Series, pairs: Pairs) -> dict[str, float]:
    counts = column.value_counts()
    records = len(column)
    agreeing = float((counts * (counts - 1)).sum()) / 2
    same = _agreement(column, pairs)
    strangers = (agreeing - same.sum()) / (records * (records - 1) / 2 - len(same))
    return {
        "present": 100 * column.notna().mean(),
        "same_person": 100 * float(same.mean()),
        "strangers": 100 * strangers,
        "decoded": 100 * float(sum(_decoded(counts, known))) / records,
    }


def _decoded(counts: pd.Series, known: pd.Series) -> Iterator[int]:
    """Declarations behind each token that meets its own value at the same rank; the token itself names the value."""
    guesses = known.value_counts().index
    for (token, count), guess in zip(counts.items(), guesses, strict=False):
        if token == guess:
            yield int(count)


def _code_measures(made: pd.DataFrame, person: np.ndarray, pairs: Pairs) -> dict[str, float]:
    codes = made["code"]
    same = _agreement(codes, pairs)
    counts = codes.value_counts()
    false_pairs = float((counts * (counts - 1)).sum()) / 2 - same.sum()
    truth = len(np.unique(person))
    composites = [name for name in made.columns if name.startswith("without_")]
    any_composite = np.column_stack([_agreement(made[name], pairs) for name in ["code", *composites]]).any(
        axis=1
    )
    blocks = [("birth_date",), ("given_first", "family_first"), ("given_first", "birth_year", "birth_month")]
    blocks += [
        ("family_first", "birth_year", "birth_month"),
        ("given_as_family",),
        ("family_full",),
        ("given_full",),
    ]
    by_block = [
        np.column_stack([_agreement(made[name], pairs) for name in block]).all(axis=1) for block in blocks
    ]
    return {
        "exact_code_count_error_percent": 100 * ((counts.size + codes.isna().sum()) / truth - 1),
        "exact_code_false_pairs": false_pairs,
        "true_pairs": len(same),
        "true_pairs_with_equal_code_percent": 100 * float(same.mean()),
        "true_pairs_with_an_equal_composite_percent": 100 * float(any_composite.mean()),
        "true_pairs_met_by_short_keys_percent": 100 * float(np.column_stack(by_block).any(axis=1).mean()),
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--recipe", default="denombrement-1")
    options = parser.parse_args()
    print(json.dumps(measure(options.persons, options.draws, Recipe.load(options.recipe)), indent=2))


if __name__ == "__main__":
    main()
