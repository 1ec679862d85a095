"""Our optimal suppression and our auditor against those of pytauargus (the τ-ARGUS core), where that is installed.

It is no dependency and must not be installed beside this package: it drops logs where it runs. Make an environment for
it, and name its interpreter::

    python3 -m venv ../oracle && ../oracle/bin/pip install pytauargus==0.6.0
    python -m benchmarks.tauargus --python ../oracle/bin/python

Same model on both sides: counts below the threshold protected by their own value either way, zeros never hidden, one
per hidden cell. Prints JSON: for each known case the number of cells each side hides, and the intervals that each side's
audit finds for τ-ARGUS's own pattern.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.protection import CASES, case_table
from denombrement.counts.table import CountTable
from denombrement.protection.audit import Attack
from denombrement.protection.cells import CellSystem, Cube
from denombrement.protection.insiders import outsider
from denombrement.protection.knowledge import Knowledge, Statement
from denombrement.protection.levels import Level, outsider_fence, outsider_needs
from denombrement.protection.needs import Needs
from denombrement.protection.suppression import suppress

WORKER = Path(__file__).with_name("_tauargus_worker.py")
QUICK = (("province_arr3d", 3), ("province_arr3d", 5), ("province_2d", 3), ("province_2d", 5))
SLOW = (("province_3d", 3),)
# The optimum is a whole number of cells; an interval's end may differ by what the solvers tolerate.
TOLERANCE = 1e-4


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tauargus",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--python", type=Path, required=True, help="interpreter of the environment with pytauargus"
    )
    parser.add_argument("--seconds", type=int, default=120, help="time limit of each search, of both sides")
    parser.add_argument(
        "--slow", action="store_true", help="also the table of three dimensions (several minutes)"
    )
    options = parser.parse_args(arguments)
    if not CASES.is_dir():
        print(json.dumps({"results": [], "skipped": "../shared/cases is absent"}))
        return 0
    cases = (*QUICK, *SLOW) if options.slow else QUICK
    results = [compared(case_table(name), name, threshold, options) for name, threshold in cases]
    print(json.dumps({"results": results}, indent=2))
    return 0 if all(one["equal"] for one in results) else 1


def compared(table: CountTable, name: str, threshold: int, options: argparse.Namespace) -> dict[str, Any]:
    """One case on both sides."""
    system = CellSystem.of([Cube.whole(table)])
    theirs = asked(table, threshold, options)
    started = time.process_time()
    needs = Needs(system, [outsider_fence(system)], outsider_needs(system, threshold, Level.DOUBLE))
    ours = suppress(system, needs, fixed=system.counts == 0, seconds=options.seconds)
    cpu_seconds = time.process_time() - started
    hidden = {
        system.locate(table.measure, codes_of(table, cell["codes"])): cell["interval"]
        for cell in theirs["cells"]
        if cell["status"] in ("U", "M")
    }
    return {
        "case": name,
        "threshold": threshold,
        "cells": system.size,
        "primaries": ours.primaries,
        "hidden_by_us": int(ours.hidden.sum()),
        "proved": ours.proved,
        "hidden_by_tauargus": len(hidden),
        "equal": int(ours.hidden.sum()) == len(hidden),
        "cpu_seconds": round(cpu_seconds, 2),
        "tauargus_seconds": theirs["seconds"],
        "audit": audits(system, hidden, threshold),
    }


def asked(table: CountTable, threshold: int, options: argparse.Namespace) -> dict[str, Any]:
    """What pytauargus makes of a table."""
    question = {
        "dimensions": {
            name: {code: list(below) for code, below in tree.children.items() if code != tree.root and below}
            for name, tree in table.hierarchies.items()
        },
        "cells": [[*map(str, codes), int(count)] for *codes, count in table.leaves.to_numpy().tolist()],
        "threshold": threshold,
        "seconds": options.seconds,
    }
    answer = subprocess.run(
        [str(options.python), str(WORKER)],
        input=json.dumps(question),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(answer.stdout))


def codes_of(table: CountTable, codes: Sequence[str]) -> dict[str, str]:
    return {
        name: code or tree.root for (name, tree), code in zip(table.hierarchies.items(), codes, strict=True)
    }


def audits(
    system: CellSystem, hidden: dict[int | None, list[float] | None], threshold: int
) -> dict[str, int]:
    """Their pattern, audited by both: how many intervals agree, and how many small cells each finds exposed."""
    said = [
        Statement(number, 0 if number in hidden else int(count), 1e6 if number in hidden else int(count))
        for number, count in enumerate(system.counts)
    ]
    attack = Attack(system, Knowledge.of(system.size, said), threshold)
    numbers = [number for number in hidden if number is not None]
    ours = dict(zip(numbers, attack.bounds(outsider(system), numbers), strict=True))
    same = [
        number
        for number, interval in hidden.items()
        if number is not None
        and interval is not None
        and max(abs(a - b) for a, b in zip(ours[number], interval, strict=True)) < TOLERANCE
    ]
    return {
        "intervals": len(numbers),
        "same_intervals": len(same),
        "exact": sum(b - a < TOLERANCE for a, b in ours.values()),
    }


if __name__ == "__main__":
    sys.exit(main())
