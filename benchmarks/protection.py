"""What protection costs and what an attacker finds.

``python -m benchmarks.protection`` measures an invented province (44 communes, 8 rows, 2 sexes, 100 services) and, where
``../shared/cases`` is there, the known answers; it prints JSON.

``python -m benchmarks.protection --input table.csv --method rounding|suppression --threshold 5 --base 5`` protects one
table with all its margins and prints one row a cell with its published value or status, so that anyone can attack it;
what our own auditor finds goes to stderr.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import _cells
from denombrement.counts.table import CountTable, Hierarchy
from denombrement.errors import DenombrementError
from denombrement.protection.audit import Attack
from denombrement.protection.cells import CellSystem, Counts, Cube
from denombrement.protection.insiders import Attacker, outsider, service_insiders, territory_insiders
from denombrement.protection.knowledge import Knowledge, Rules, Statement, Status
from denombrement.protection.levels import Level, outsider_fence, outsider_needs
from denombrement.protection.needs import Needs
from denombrement.protection.plan import whole_plan
from denombrement.protection.profiles import Profile, load_profile
from denombrement.protection.release import protect
from denombrement.protection.rounding import nearest_cells, round_cells
from denombrement.protection.suppression import Suppression, suppress

CASES = Path(__file__).parents[2] / "shared" / "cases" / "protection"
CATEGORIES = ("EL1", "EL2", "EL3", "EL4", "EL5", "EL6", "BE7", "unknown")
SHARES = (0.05, 0.14, 0.24, 0.08, 0.12, 0.27, 0.06, 0.04)
ARRONDISSEMENTS = (5, 8, 9, 12, 10)

Figure = tuple[Status, int | None]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        return _protect_file(options) if options.input else _measure(options)
    except DenombrementError as error:
        print(json.dumps(error.as_dict("en")), file=sys.stderr)
        return error.exit_code


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.protection",
        description=__doc__,
        epilog=_cells.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--input", type=Path, help="a table of cells (CSV)")
    parser.add_argument("--method", choices=("rounding", "suppression"), default="rounding")
    parser.add_argument("--threshold", type=int, default=5, help="counts of 1 to threshold - 1 are protected")
    parser.add_argument("--base", type=int, default=5, help="rounding: multiples of which are printed")
    parser.add_argument(
        "--seed", help="rounding: secret, for a draw that can be repeated (default: a fresh one)"
    )
    parser.add_argument(
        "--level", choices=[str(level) for level in Level], default="strong", help="suppression"
    )
    parser.add_argument(
        "--cost", choices=("cells", "persons"), default="cells", help="suppression: what to minimise"
    )
    parser.add_argument(
        "--zeros", choices=("suppressible", "fixed"), default="suppressible", help="suppression"
    )
    parser.add_argument("--insiders", action="store_true", help="suppression: also protect from insiders")
    parser.add_argument("--seconds", type=float, default=60.0, help="suppression: time limit of the search")
    parser.add_argument("--json", action="store_true", help="cells and findings as one JSON object")
    return parser.parse_args(arguments)


# One table


def _protect_file(options: argparse.Namespace) -> int:
    read = _cells.read_cells(options.input)
    started = time.perf_counter()
    figures, summary = _figures(read.table, options)
    summary["seconds"] = round(time.perf_counter() - started, 2)
    rows = [_row(read, codes, figure) for codes, figure in figures]
    if options.json:
        print(json.dumps({"summary": summary, "cells": rows}))
    else:
        pd.DataFrame(rows).to_csv(sys.stdout, index=False)
        print(json.dumps(summary), file=sys.stderr)
    return 0


def _row(read: _cells.CellFile, codes: dict[str, str], figure: Figure) -> dict[str, str | int]:
    status, value = figure
    return {**read.spelt(codes), "value": "" if value is None else value, "status": str(status)}


def _figures(
    table: CountTable, options: argparse.Namespace
) -> tuple[Iterator[tuple[dict[str, str], Figure]], dict[str, Any]]:
    if options.method == "suppression" and not options.insiders:
        return _suppressed(table, options)
    release = protect([table], plan=whole_plan([table]), profile=_profile(options), secret=_secret(options))
    printed, verdict = release.tables[table.name], release.verdict
    figures = (
        (dict(zip(printed.dimensions, codes, strict=True)), (status, value))
        for codes, value, status in printed.rows
    )
    return figures, verdict.public()


def _profile(options: argparse.Namespace) -> Profile:
    chosen = load_profile("rounding-5" if options.method == "rounding" else "suppression-5")
    own = chosen.derived(
        threshold=options.threshold, base=options.base if options.method == "rounding" else None
    )
    fixed = options.method == "suppression" and options.zeros == "fixed"
    return replace(
        own, level=Level(options.level), zeros_shown=fixed, weights=options.cost, seconds=options.seconds
    )


def _secret(options: argparse.Namespace) -> bytes:
    return options.seed.encode() if options.seed else os.urandom(32)


def _suppressed(
    table: CountTable, options: argparse.Namespace
) -> tuple[Iterator[tuple[dict[str, str], Figure]], dict[str, Any]]:
    """The pattern that protects from outsiders; what insiders find is counted, not prevented."""
    cube = Cube.whole(table)
    system = CellSystem.of([cube])
    found = _suppression(
        system,
        options.threshold,
        Level(options.level),
        fixed=options.zeros == "fixed",
        persons=options.cost == "persons",
        seconds=options.seconds,
    )
    figures = [
        _suppressed_figure(int(count), bool(hidden))
        for count, hidden in zip(system.counts, found.hidden, strict=True)
    ]
    summary = {
        "method": "suppression",
        "threshold": options.threshold,
        "level": options.level,
        "cells": system.size,
        "relations": len(system.splits),
        **_objective(found),
        "attackers": _findings(system, figures, Rules(), options.threshold, territory_insiders(system)),
    }
    places = system.positions[0].tolist()
    return ((codes, figures[place]) for codes, place in zip(cube.cells(), places, strict=True)), summary


def _suppressed_figure(count: int, hidden: bool) -> Figure:  # noqa: FBT001
    if hidden:
        return Status.PROTECTED, None
    return (Status.PUBLISHED if count else Status.TRUE_ZERO), count


def _suppression(
    system: CellSystem, threshold: int, level: Level, *, fixed: bool, persons: bool, seconds: float
) -> Suppression:
    needs = Needs(system, [outsider_fence(system)], outsider_needs(system, threshold, level))
    weights = system.counts.astype(np.float64) if persons else None
    return suppress(
        system, needs, weights=weights, fixed=system.counts == 0 if fixed else None, seconds=seconds
    )


def _objective(found: Suppression) -> dict[str, Any]:
    return {
        "primaries": found.primaries,
        "objective": found.cost,
        "bound": found.bound,
        "proved": found.proved,
        "gap_percent": round(found.gap_percent, 2),
        "found_by": found.method,
    }


def _findings(
    system: CellSystem, figures: Sequence[Figure], rules: Rules, threshold: int, insiders: Sequence[Attacker]
) -> dict[str, Any]:
    """What the outsider and each insider learn that they must not."""
    started, worked = time.perf_counter(), time.process_time()
    said = [Statement(number, *rules.interval(*figure)) for number, figure in enumerate(figures)]
    attack = Attack(system, Knowledge.of(system.size, said), threshold)
    alone, _ = attack.by(outsider(system))
    found = [attack.by(insider)[0] for insider in insiders]
    return {
        "outsider": {"exact": alone.exact, "small": alone.small, "group": alone.group},
        "insiders": len(insiders),
        "insiders_who_learn": sum(not one.passed for one in found),
        "worst_insider": max((one.exact + one.small for one in found), default=0),
        "audit_seconds": round(time.perf_counter() - started, 2),
        "audit_cpu_seconds": round(time.process_time() - worked, 2),
    }


# Measurements


def _measure(options: argparse.Namespace) -> int:
    results = [_timed(_province_rounding)]
    if CASES.is_dir():
        results += [_timed(partial(_known_rounding, case)) for case in _cases("rounding_optima.csv")]
        known = [case for case in _cases("suppression_optima.csv") if case["case"].startswith("province_")]
        results += [_timed(partial(_known_suppression, case, options.seconds)) for case in known]
    absent = None if CASES.is_dir() else "../shared/cases is absent: known answers were not compared"
    print(json.dumps({"results": results, "skipped": absent}, indent=2))
    return 0


def _timed(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    started, worked = time.perf_counter(), time.process_time()
    found = measure()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    return {**found, "seconds": round(seconds, 2), "cpu_seconds": round(cpu_seconds, 2)}


def _cases(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _province_rounding() -> dict[str, Any]:
    """Rounding and full audit of a whole province: the two figures that have a limit (5 s and 60 s)."""
    table, contributions = province()
    started, worked = time.perf_counter(), time.process_time()
    system = CellSystem.of([Cube.whole(table)])
    drawn = round_cells(system, base=5, secret=b"benchmark")
    rounding_seconds, rounding_cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    _, proved = nearest_cells(system, base=5)
    figures = [(Status.ROUNDED, int(value)) for value in drawn.rounded]
    insiders = (*territory_insiders(system), *service_insiders(system, {table.name: contributions}))
    return {
        "case": "44 communes x 8 rows x sex, invented",
        "method": "rounding",
        "base": 5,
        "persons": table.cell(),
        "cells": system.size,
        "relations": len(system.splits),
        "slack": drawn.slack,
        "rounding_seconds": round(rounding_seconds, 2),
        "rounding_cpu_seconds": round(rounding_cpu_seconds, 2),
        "mean_absolute_difference": round(float(np.abs(drawn.rounded - system.counts).mean()), 3),
        "nearest_rounding_proved": proved,
        "attackers": _findings(system, figures, Rules(drawn.reach), 5, insiders),
    }


def _known_rounding(case: dict[str, str]) -> dict[str, Any]:
    system = CellSystem.of([Cube.whole(case_table(case["case"]))])
    found, proved = nearest_cells(system, base=int(case["base"]))
    objective = int(np.abs(found.rounded - system.counts).sum())
    known = int(case["min_sum_abs_difference"])
    return {
        "case": case["case"],
        "method": "nearest rounding",
        "base": int(case["base"]),
        "cells": system.size,
        "objective": objective,
        "proved": proved,
        "known": known,
        "equal": objective == known,
    }


def _known_suppression(case: dict[str, str], seconds: float) -> dict[str, Any]:
    words = case["protection_levels"]
    level = (
        Level.ONE if words.startswith("levels 1") else Level.DOUBLE if "n and n" in words else Level.STRONG
    )
    system = CellSystem.of([Cube.whole(case_table(case["case"]))])
    threshold = int(case["threshold"])
    found = _suppression(
        system,
        threshold,
        level,
        fixed=case["zeros"] == "fixed",
        persons=case["cost"] == "count",
        seconds=seconds,
    )
    figures = [
        _suppressed_figure(int(count), bool(hidden))
        for count, hidden in zip(system.counts, found.hidden, strict=True)
    ]
    return {
        "case": case["case"],
        "method": "suppression",
        "threshold": threshold,
        "level": str(level),
        "zeros": case["zeros"],
        "cost": case["cost"],
        "cells": system.size,
        **_objective(found),
        "known": case["optimum"] or case["proved"],
        "equal": float(case["optimum"]) == found.cost if case["optimum"] else None,
        "attackers": _findings(system, figures, Rules(), threshold, ()),
    }


def case_table(name: str) -> CountTable:
    read = _cells.read_cells(CASES / f"{name}.csv")
    return read.table


def province(seed: int = 20251022) -> tuple[CountTable, pd.DataFrame]:
    """An invented province: about 900 adults, most of them in a few communes, and who reported them."""
    chance = np.random.default_rng(seed)
    communes = iter(f"C{number:02d}" for number in range(1, 45))
    below = {f"A{a}": tuple(next(communes) for _ in range(size)) for a, size in enumerate(ARRONDISSEMENTS, 1)}
    places = Hierarchy("territory", {"total": tuple(below), **below})
    size = chance.lognormal(0, 1.1, 44)
    expected = 900 * np.outer(size / size.sum(), np.outer(SHARES, (0.37, 0.63)).ravel()).ravel()
    counts: Counts = chance.poisson(chance.gamma(1.5, expected / 1.5))
    index = pd.MultiIndex.from_product(
        [places.leaves, CATEGORIES, ("F", "H")], names=["territory", "category", "sex"]
    )
    cells = pd.DataFrame({"count": counts}, index=index).reset_index()
    trees = {
        "territory": places,
        "category": Hierarchy.flat("category", CATEGORIES),
        "sex": Hierarchy.flat("sex", ("F", "H")),
    }
    return CountTable.from_leaves("province", cells, trees), _reported(cells, chance)


def _reported(cells: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Each person by a service of the commune (100 services in all), one in five by a second one from anywhere."""
    persons = cells.loc[cells.index.repeat(cells["count"])].drop(columns="count")
    home = persons["territory"].str[1:].astype(int)
    first = persons.assign(service=(home * 2 + chance.integers(0, 3, len(persons))) % 100)
    second = persons[chance.random(len(persons)) < 0.2]
    second = second.assign(service=chance.integers(0, 100, len(second)))
    both = pd.concat([first.assign(person=range(len(first))), second.assign(person=-1)])
    both["service"] = both["service"].map("S{:02d}".format)
    grouped = (
        both.groupby(["territory", "category", "sex", "service"], as_index=False)
        .size()
        .rename(columns={"size": "count"})
    )
    limits = grouped.merge(cells, on=["territory", "category", "sex"], suffixes=("", "_all"))
    return grouped.assign(count=np.minimum(limits["count"], limits["count_all"]))


if __name__ == "__main__":
    sys.exit(main())
