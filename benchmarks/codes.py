"""How fast identities become codes with all their tokens: one record at a time, and as a frame.

Names are drawn with repetition, as in a population (given names repeat far more than family names), and a tenth of
them gets a typo, so that the frame meets about as many distinct names as real returns would bring.

    python -m benchmarks.codes [--records 1000000] [--singles 20000]
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from denombrement.dedup.codes import Identity, Recipe, identity_tokens, tokens_frame

SECRET = bytes(range(32))
CAMPAIGN = "bench-2025"
LETTERS = np.array(list("aaabcdeeefghiiiklmnooprstuvyz"))
SEED = 20251024
BIRTH_DATE = ["birth_year", "birth_month", "birth_day"]


def names(rng: np.random.Generator, records: int, distinct: int) -> np.ndarray:
    """Names of 4 to 11 letters; ranks drawn by Zipf's law, a tenth with one letter changed."""
    lengths = rng.integers(4, 12, distinct)
    known = np.array(["".join(rng.choice(LETTERS, length)).capitalize() for length in lengths], dtype=object)
    drawn = known[np.minimum(rng.zipf(1.2, records) - 1, distinct - 1)]
    wrong = rng.random(records) < 0.1
    places, letters = rng.integers(1, 4, records), rng.choice(LETTERS, records)
    drawn[wrong] = [
        name[:place] + letter + name[place + 1 :]
        for name, place, letter in zip(drawn[wrong], places[wrong], letters[wrong], strict=True)
    ]
    return drawn


def people(records: int) -> pd.DataFrame:
    """Identities, a twentieth without a birth date."""
    rng = np.random.default_rng(SEED)
    frame = pd.DataFrame(
        {
            "given_name": names(rng, records, 30_000),
            "family_name": names(rng, records, 200_000),
            "birth_year": rng.integers(1935, 2008, records).astype(float),
            "birth_month": rng.integers(1, 13, records).astype(float),
            "birth_day": rng.integers(1, 29, records).astype(float),
            "sex": rng.choice(["woman", "man"], records),
        }
    )
    frame.loc[rng.random(records) < 0.05, BIRTH_DATE] = np.nan
    return frame


def singles(frame: pd.DataFrame, recipe: Recipe) -> tuple[float, float]:
    """Wall and processor seconds for one call per record."""
    identities = [_identity(row) for row in frame.to_dict("records")]
    start, start_cpu = time.perf_counter(), time.process_time()
    for identity in identities:
        identity_tokens(identity, SECRET, CAMPAIGN, recipe)
    return time.perf_counter() - start, time.process_time() - start_cpu


def _identity(row: dict[Hashable, Any]) -> Identity:
    year, month, day = (None if np.isnan(row[part]) else int(row[part]) for part in BIRTH_DATE)
    return Identity(row["given_name"], row["family_name"], year, month, day, row["sex"])


def measure(records: int, single_records: int) -> dict[str, float | int | str]:
    """Both paths, the frame first so that peak memory is its own."""
    recipe = Recipe.load()
    frame = people(records)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, start_cpu = time.perf_counter(), time.process_time()
    made = tokens_frame(frame, SECRET, CAMPAIGN, recipe)
    frame_seconds, frame_cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    single_seconds, single_cpu_seconds = singles(frame.head(single_records), recipe)
    return {
        "recipe": recipe.name,
        "tokens_per_record": len(recipe.tokens),
        "records": records,
        "tokens_made": int(made.notna().to_numpy().sum()),
        "frame_seconds": round(frame_seconds, 2),
        "frame_cpu_seconds": round(frame_cpu_seconds, 2),
        "frame_records_per_second": round(records / frame_seconds),
        "single_records_per_second": round(single_records / single_seconds),
        "single_records_per_cpu_second": round(single_records / single_cpu_seconds),
        "records_per_second": round(records / frame_seconds),
        "peak_memory_bytes": peak * 1024,
        "peak_memory_before_bytes": before * 1024,
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--singles", type=int, default=20_000)
    options = parser.parse_args()
    print(json.dumps(measure(options.records, min(options.singles, options.records)), indent=2))


if __name__ == "__main__":
    main()
