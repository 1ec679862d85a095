"""Runs in an environment of its own that has pytauargus and nothing of ours: a table in, a pattern and its audit out.

Reads JSON from stdin: ``dimensions`` (name -> {parent: [children]}, empty for a flat one), ``cells`` (codes and count of
each leaf cell), ``threshold``, ``seconds``; prints JSON: seconds, and for each cell its codes, status and, when hidden, the
interval of its audit.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PERSONS = "persons"


def main() -> None:
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        # The engine leaves logs in the current folder.
        os.chdir(folder)
        with contextlib.redirect_stdout(io.StringIO()):
            found = answer(asked, folder)
    print(json.dumps(found))


def answer(asked: dict[str, Any], folder: str) -> dict[str, Any]:
    from pytauargus import protect

    names = list(asked["dimensions"])
    started = time.perf_counter()
    result = protect(
        microdata(asked, names),
        names,
        response=PERSONS,
        # Unsafe below the threshold, to be protected by as much as its value either way.
        safety_rules=f"FREQ({asked['threshold']},100)",
        suppress=f"OPT(1,{asked['seconds']})",
        cost_var="-2",
        hrc=hierarchies(asked["dimensions"], folder),
        hierleadstring="@",
        totcode="Total",
        workdir=folder,
    )
    seconds = time.perf_counter() - started
    audited = {row["cell"]: (row["min"], row["max"]) for row in result.engine.audit(0)}
    return {"seconds": round(seconds, 2), "cells": list(cells(result.tables[0].rows, names, audited))}


def microdata(asked: dict[str, Any], names: list[str]) -> dict[str, list[Any]]:
    """One row a person."""
    columns: dict[str, list[Any]] = {name: [] for name in [*names, PERSONS]}
    for *codes, count in asked["cells"]:
        for name, code in zip(names, codes, strict=True):
            columns[name] += [code] * count
        columns[PERSONS] += [1] * count
    return columns


def hierarchies(dimensions: dict[str, dict[str, list[str]]], folder: str) -> dict[str, str]:
    files = {}
    for name, below in dimensions.items():
        if below:
            files[name] = str(Path(folder, f"{name}.hrc"))
            lines = [
                line for parent, children in below.items() for line in (parent, *(f"@{c}" for c in children))
            ]
            Path(files[name]).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files


def cells(
    rows: list[dict[str, str]], names: list[str], audited: dict[int, tuple[float, float]]
) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows):
        codes = ["" if row[name].strip() == "Total" else row[name].strip() for name in names]
        yield {"codes": codes, "status": row["status"], "interval": audited.get(number)}


if __name__ == "__main__":
    main()
