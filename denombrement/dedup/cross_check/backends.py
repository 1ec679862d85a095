"""Where Splink computes: DuckDB in this process, or Spark."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from denombrement.errors import UsageProblem

DUCKDB, SPARK = "duckdb", "spark"
BACKENDS = (DUCKDB, SPARK)
LOCAL = "local"
# DuckDB writes to a temporary folder what does not fit; Splink's own part of a million declarations took 3 GB.
MEMORY = "2GB"


@dataclass(frozen=True)
class Place:
    """Where to compute.

    Attributes:
        backend: ``duckdb`` or ``spark``.
        master: address of Spark's master; ``local[*]`` is this machine alone.
        folder: where Spark keeps what it has computed; every machine of a cluster must reach it.
    """

    backend: str = DUCKDB
    master: str = "local[*]"
    folder: str = ""

    @property
    def is_local(self) -> bool:
        """Whether Spark is this machine alone."""
        return self.master.split("[", 1)[0] == LOCAL


def check_place(place: Place) -> None:
    """Refuses early where Splink could not compute, and says how to mend it.

    Raises:
        UsageProblem: LNK011 an extra is not installed, LNK012 there is no Java, LNK013 a cluster without a folder that
            all its machines reach.
    """
    _require("splink", "cross-check")
    if place.backend == DUCKDB:
        return
    _require("pyspark", "spark")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise UsageProblem("LNK012")
    if not place.is_local and not place.folder:
        raise UsageProblem("LNK013")


def open_backend(place: Place) -> AbstractContextManager[Any]:
    """A database interface of Splink's, closed and cleaned up at the end.

    Raises:
        UsageProblem: as ``check_place``; LNK012 where Spark does not start.
    """
    check_place(place)
    if place.backend == DUCKDB:
        return _duckdb()
    from denombrement.dedup.cross_check.spark import spark_backend

    return spark_backend(place)


def _require(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise UsageProblem("LNK011", extra=extra)


@contextmanager
def _duckdb() -> Iterator[Any]:
    import duckdb
    from splink import DuckDBAPI

    with tempfile.TemporaryDirectory(prefix="denombrement-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(Path(folder) / "spill"),
        }
        with duckdb.connect(":memory:", config=config) as connection:
            yield DuckDBAPI(connection=connection)
