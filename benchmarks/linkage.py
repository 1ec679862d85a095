"""Linkage on tokens alone, measured against a known truth.

    python -m benchmarks.linkage --input persons.csv --truth cluster [--with-names]

The CSV has ``record_id, given_name, family_name, birth_date, sex`` (missing allowed) and optionally ``commune,
nationality, service``. Tokens are made as the form makes them; linkage sees nothing else. ``--with-names`` runs Splink
on the plain names beside it.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks._scores import pair_scores, truth_counts
from benchmarks._tokens import make_tokens


class Phases:
    """CPU seconds of each phase: what to compare on a shared machine. Says on the error stream where it is."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, float]] = []

    def begin(self, name: str) -> None:
        """A phase begins; the one before it ends."""
        self.marks.append((name, time.process_time()))
        print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr, flush=True)

    def cpu_seconds(self) -> dict[str, float]:
        """By phase; the last mark is the end."""
        return {name: round(after - begun, 2) for (name, begun), (_, after) in pairwise(self.marks)}


def measure(persons: pd.DataFrame, truth: str | None, *, seed: int = 1) -> dict[str, Any]:
    """Tokens, linkage, scores: one JSON object."""
    from denombrement.dedup.linkage.engine import link
    from denombrement.dedup.linkage.records import EncodedRecords

    phases = Phases()
    phases.begin("tokens")
    begin = time.perf_counter()
    tokens = make_tokens(persons)
    phases.begin("encoding")
    tokens_seconds = time.perf_counter() - begin
    records = EncodedRecords.from_tokens(tokens)
    encode_seconds = time.perf_counter() - begin - tokens_seconds
    result = link(records, seed=seed, progress=phases.begin)
    phases.begin("end")
    count = result.count
    report: dict[str, Any] = {
        "declarations": count.declarations,
        "count": count.persons,
        "count_low": count.low,
        "count_high": count.high,
        "count_low_undecided": count.low_undecided,
        "count_high_undecided": count.high_undecided,
        "exact_codes": count.exact_codes,
        "occupancy": round(count.occupancy.persons),
        "occupancy_declarations": count.occupancy.declarations,
        "undecided_pairs": int(result.pairs["undecided"].sum()),
        "candidate_pairs": len(result.pairs),
        "candidate_recall": result.candidate_recall,
        "r_hat": round(result.r_hat, 3),
        "misses": result.misses,
        "notices": [notice.code for notice in result.notices],
        "cluster_sizes": _sizes(result.persons["person_id"]),
        "seconds": {
            "tokens": round(tokens_seconds, 3),
            "encoding": round(encode_seconds, 3),
            **result.seconds,
        },
        "cpu_seconds_by_phase": phases.cpu_seconds(),
    }
    if truth is not None:
        report |= pair_scores(result.persons, persons[["record_id", truth]])
        report |= truth_counts(persons[truth], count)
    return report


def with_names(persons: pd.DataFrame, truth: str) -> dict[str, Any]:
    """Splink on plain names, dates and sex, with its own recommended training."""
    from benchmarks._splink import link_with_names

    begin = time.perf_counter()
    clusters = link_with_names(persons)
    if clusters is None:
        return {"failed": True, "seconds": round(time.perf_counter() - begin, 3)}
    scores = {
        name: pair_scores(found, persons[["record_id", truth]]) | {"count": int(found["person_id"].nunique())}
        for name, found in clusters.items()
    }
    best = max(scores, key=lambda name: scores[name]["f1"])
    return {
        **scores[best],
        "threshold": best,
        "thresholds": scores,
        "seconds": round(time.perf_counter() - begin, 3),
    }


def _sizes(labels: pd.Series) -> dict[str, int]:
    sizes = labels.value_counts().value_counts().sort_index()
    return {str(size): int(number) for size, number in sizes.items()}


def main() -> None:
    """Reads the CSV, prints one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--truth", help="column of the true person")
    parser.add_argument("--with-names", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    persons = pd.read_csv(options.input, dtype=str, keep_default_na=False, na_values=[""])
    report = measure(persons, options.truth, seed=options.seed)
    report["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if options.with_names and options.truth:
        report["with_names"] = with_names(persons, options.truth)
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
