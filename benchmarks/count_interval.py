"""Does the interval of the count hold the truth as often as it claims?

    python -m benchmarks.count_interval --campaigns 100 --persons 1000 [--errors 1.0] [--generator synthetic]

Generators: ``synthetic`` (the package's province), ``private`` (another author's error model, ../shared/linkage.md §3),
``alien`` (short and married names, guessed years, whole wrong dates, careless services). ``--errors`` multiplies all
error rates. Prints one JSON object: ``coverage`` (share of campaigns), ``mean_bias_percent``, ``mean_width_percent``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks._province import Errors, make_province
from benchmarks._scores import pair_scores
from benchmarks._tokens import make_tokens

# Rates of the synthetic province that are shares of faulty declarations; see its parameters.
GENERATORS = ("synthetic", "private", "alien")


def campaign(generator: str, persons: int, seed: int, errors: float) -> pd.DataFrame:
    """Declarations with their truth (``cluster``)."""
    if generator == "synthetic":
        from benchmarks._synthetic import synthetic_campaign

        return synthetic_campaign(persons, seed, errors)
    rates = replace(Errors().scaled(errors), alien=generator == "alien")
    return make_province(persons=persons, seed=seed, errors=rates)


def measure(frame: pd.DataFrame, seed: int) -> dict[str, float]:
    """One campaign: error, width, whether the truth is held, F1, and the peers without linkage."""
    from denombrement.dedup.linkage.engine import link
    from denombrement.dedup.linkage.records import EncodedRecords

    true = int(frame["cluster"].nunique())
    begin = time.perf_counter()
    result = link(EncodedRecords.from_tokens(make_tokens(frame)), seed=seed)
    count = result.count
    return {
        "true": true,
        "bias": 100 * (count.persons / true - 1),
        "width": 100 * (count.high - count.low) / true,
        "holds": float(count.low <= true <= count.high),
        "f1": pair_scores(result.persons, frame[["record_id", "cluster"]])["f1"],
        "exact_bias": 100 * (count.exact_codes / true - 1),
        "r_hat": result.r_hat,
        "seconds": time.perf_counter() - begin,
    }


def main() -> None:
    """Runs the campaigns, prints one JSON object; progress goes to the error stream."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--campaigns", type=int, default=100)
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--errors", type=float, default=1.0)
    parser.add_argument("--generator", choices=GENERATORS, default="synthetic")
    parser.add_argument("--first-seed", type=int, default=1)
    options = parser.parse_args()
    rows = []
    for seed in range(options.first_seed, options.first_seed + options.campaigns):
        frame = campaign(options.generator, options.persons, seed, options.errors)
        rows.append(measure(frame, seed))
        print(seed, {name: round(value, 3) for name, value in rows[-1].items()}, file=sys.stderr, flush=True)
    table = pd.DataFrame(rows)
    report = {
        "generator": options.generator,
        "persons": options.persons,
        "errors": options.errors,
        "campaigns": options.campaigns,
        "coverage": round(float(table["holds"].mean()), 4),
        "mean_bias_percent": round(float(table["bias"].mean()), 3),
        "root_mean_square_error_percent": round(float(np.sqrt((table["bias"] ** 2).mean())), 3),
        "mean_width_percent": round(float(table["width"].mean()), 3),
        "mean_f1": round(float(table["f1"].mean()), 4),
        "exact_code_bias_percent": round(float(table["exact_bias"].mean()), 3),
        "largest_r_hat": round(float(table["r_hat"].max()), 3),
        "mean_seconds": round(float(table["seconds"].mean()), 2),
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
