"""The second opinion beside the model: F1 and persons of Splink on the tokens, and who was right where they differ.

    python -m benchmarks.cross_check --declarations 10000 100000 [--on spark]
    python -m benchmarks.cross_check --declarations 1283 --seeds 1 2 3 4 5 6 --generator alien

Files are those of ``benchmarks.scale``, or of ``benchmarks.count_interval``; the truth is known. Prints one JSON object,
by size and seed. ``disagreements`` says, for each way of differing, how many pairs there were and how many of them are
truly one person.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import pandas as pd

from benchmarks._scores import pair_scores
from benchmarks._tokens import make_tokens
from benchmarks.count_interval import campaign
from benchmarks.scale import PERSONS_PER_DECLARATION
from denombrement.dedup.cross_check.backends import BACKENDS, DUCKDB, Place
from denombrement.dedup.cross_check.result import CrossCheck
from denombrement.dedup.cross_check.second_opinion import cross_check
from denombrement.dedup.linkage.engine import link
from denombrement.dedup.linkage.records import EncodedRecords


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """One size and seed in this process."""
    seed, size = options.seeds[0], int(options.declarations[0] * PERSONS_PER_DECLARATION)
    persons = campaign(options.generator, size, seed, options.errors)
    truth = persons[["record_id", "cluster"]]
    records = EncodedRecords.from_tokens(make_tokens(persons))
    result = link(records, seed=seed)
    before, cpu = _peak_mb(), time.process_time()
    checked = cross_check(records, result.pairs, place=Place(options.on))
    return {
        "declarations": len(records),
        "persons_true": int(truth["cluster"].nunique()),
        "model": {
            "persons": result.count.persons,
            "low": result.count.low,
            "high": result.count.high,
            **pair_scores(result.persons, truth),
        },
        "splink": [_opinion(checked, truth, place) for place in range(len(checked.opinions))],
        "sure_pairs": checked.sure_pairs,
        "differing_percent": round(100 * checked.differing_share, 3),
        "disagreements": _who_was_right(checked, truth),
        "notices": [notice.code for notice in checked.notices],
        "seconds": checked.seconds,
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "peak_memory_mb": {"before": before, "after": _peak_mb()},
    }


def _opinion(checked: CrossCheck, truth: pd.DataFrame, place: int) -> dict[str, Any]:
    opinion = checked.opinions[place]
    groups = pd.DataFrame({"record_id": checked.record_id, "person_id": opinion.labels})
    return {
        "threshold": opinion.threshold,
        "persons": opinion.persons,
        "violations": opinion.violations,
        "chains": opinion.chains,
        **pair_scores(groups, truth[truth["record_id"].isin(checked.record_id)]),
    }


def _who_was_right(checked: CrossCheck, truth: pd.DataFrame) -> dict[str, dict[str, int]]:
    person = truth.set_index("record_id")["cluster"]
    table = checked.disagreements
    first, second = (person.reindex(table[name]).to_numpy() for name in ("first_id", "second_id"))
    one = first == second
    model = (table["model"] > table["splink"]).to_numpy()
    seen = table["compared"].to_numpy(dtype=bool)
    groups = {
        "one_to_the_model": model & seen,
        "one_to_the_model_never_compared": model & ~seen,
        "one_to_splink": ~model,
    }
    return {
        name: {"pairs": int(group.sum()), "truly_one": int(one[group].sum())}
        for name, group in groups.items()
    }


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Runs all sizes and seeds, prints one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--declarations", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--generator", default="synthetic")
    parser.add_argument("--errors", type=float, default=1.0)
    parser.add_argument("--on", choices=BACKENDS, default=DUCKDB)
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(measure(options)))
        return
    found = {
        f"{size}/{seed}": _apart(options, size, seed)
        for size in options.declarations
        for seed in options.seeds
    }
    print(json.dumps(found, indent=1))


def _apart(options: argparse.Namespace, size: int, seed: int) -> dict[str, Any]:
    """One size and seed in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-m", "benchmarks.cross_check", "--part", "--declarations", str(size)]
    command += ["--seeds", str(seed), "--generator", options.generator]
    command += ["--errors", str(options.errors), "--on", options.on]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


if __name__ == "__main__":
    main()
