"""Time and memory of linkage by phase and size, beside Splink on plain names.

    python -m benchmarks.scale --declarations 10000 100000 1000000 [--with-names]

Each size runs in a process of its own, so that its peak memory is its own. Prints one JSON object; ``cpu_seconds``
(without the generation of the file) are what to compare on a shared machine. ``growth_exponent`` is the slope of log
seconds over log declarations between the smallest and the largest size.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from typing import Any

import pandas as pd

PERSONS_PER_DECLARATION = 0.78


def measure(declarations: int, seed: int, generator: str) -> dict[str, Any]:
    """One size in this process: tokens and linkage."""
    from benchmarks.linkage import measure as measure_linkage

    begin = time.perf_counter()
    persons = _campaign(declarations, seed, generator)
    made = time.perf_counter() - begin
    cpu = time.process_time()
    report = measure_linkage(persons, "cluster", seed=seed)
    report["seconds"] = {"generation": round(made, 2), **report["seconds"]}
    report["linkage_seconds"] = round(
        sum(report["seconds"][phase] for phase in ("encoding", "candidates", "sampling", "persons")), 2
    )
    report["cpu_seconds"] = round(time.process_time() - cpu, 1)
    by_phase = report["cpu_seconds_by_phase"]
    report["linkage_cpu_seconds"] = round(sum(by_phase.values()) - by_phase["tokens"], 1)
    report["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return report


def measure_with_names(declarations: int, seed: int, generator: str) -> dict[str, Any]:
    """One size in this process: Splink on plain names."""
    from benchmarks.linkage import with_names

    persons = _campaign(declarations, seed, generator)
    cpu = time.process_time()
    report = with_names(persons, "cluster")
    report["cpu_seconds"] = round(time.process_time() - cpu, 1)
    report["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return report


def _campaign(declarations: int, seed: int, generator: str) -> pd.DataFrame:
    from benchmarks.count_interval import campaign

    return campaign(generator, int(declarations * PERSONS_PER_DECLARATION), seed, 1.0)


def _apart(options: argparse.Namespace, size: int, part: str) -> dict[str, Any]:
    """Runs one part in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scale", "--declarations", str(size), "--part", part]
    command += ["--seed", str(options.seed), "--generator", options.generator]
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        return {"failed": True, "exit_code": run.returncode}
    found: dict[str, Any] = json.loads(run.stdout[run.stdout.index("{") :])
    return found


def main() -> None:
    """Runs all sizes, prints one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--declarations", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--generator", default="synthetic")
    parser.add_argument("--with-names", action="store_true")
    parser.add_argument("--part", choices=("tokens", "names"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        part = measure if options.part == "tokens" else measure_with_names
        print(json.dumps(part(options.declarations[0], options.seed, options.generator)))
        return
    sizes: dict[str, Any] = {}
    for size in options.declarations:
        sizes[str(size)] = _apart(options, size, "tokens")
        print(size, "tokens", file=sys.stderr, flush=True)
        if options.with_names:
            names = _apart(options, size, "names")
            sizes[str(size)] |= {"with_names": names, **_beside(sizes[str(size)], names)}
        print(json.dumps(sizes[str(size)]), file=sys.stderr, flush=True)
    print(json.dumps({"generator": options.generator, "sizes": sizes, **_growth(sizes)}, indent=1))


def _beside(ours: dict[str, Any], names: dict[str, Any]) -> dict[str, float]:
    """How many times Splink's own time the linkage part took, on the clock and in CPU seconds."""
    if "linkage_seconds" not in ours or "seconds" not in names:
        return {}
    return {
        "times_splink": round(ours["linkage_seconds"] / names["seconds"], 2),
        "times_splink_cpu": round(ours["linkage_cpu_seconds"] / names["cpu_seconds"], 2),
    }


def _growth(sizes: dict[str, Any]) -> dict[str, float]:
    done = {int(size): report for size, report in sizes.items() if "linkage_seconds" in report}
    if len(done) < 2:
        return {}
    small, large = min(done), max(done)
    seconds, cpu_seconds = (
        math.log(done[large][name] / done[small][name]) / math.log(large / small)
        for name in ("linkage_seconds", "linkage_cpu_seconds")
    )
    return {
        "growth_exponent": round(seconds, 3),
        "growth_exponent_cpu": round(cpu_seconds, 3),
        "f1_fall_points": round(100 * (done[small]["f1"] - done[large]["f1"]), 2),
    }


if __name__ == "__main__":
    main()
