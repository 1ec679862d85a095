"""Splink on Spark: a cluster's, or for tests and small files this machine's alone."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denombrement.dedup.cross_check.backends import Place
from denombrement.errors import UsageProblem

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOOPBACK = "127.0.0.1"
# On one machine many small partitions cost more than they share out.
LOCAL_PARTITIONS = "4"


@contextmanager
def spark_backend(place: Place) -> Iterator[Any]:
    """Splink's interface to a session of our own, stopped at the end; what it kept is deleted.

    Raises:
        UsageProblem: LNK012 Spark does not start, LNK014 it fails on the way.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    with tempfile.TemporaryDirectory(prefix="denombrement-") as folder, warnings.catch_warnings():
        # We hand over integers as Arrow tables: what Spark does not support of pandas does not matter.
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        try:
            session = _session(place, folder)
        except (PySparkException, Py4JError) as problem:
            raise UsageProblem("LNK012") from problem
        try:
            with _interface(session, place.folder or str(Path(folder) / "checkpoints")) as backend:
                yield backend
        except (PySparkException, Py4JError) as problem:
            raise UsageProblem("LNK014") from problem
        finally:
            session.stop()


@contextmanager
def _interface(session: SparkSession, folder: str) -> Iterator[Any]:
    """Splink on a session; its files go to a folder of their own, and go with it."""
    from splink.internals.spark import database_api

    context: Any = session.sparkContext
    context.setLogLevel("ERROR")
    # Splink needs the folder even where it would not use it; Spark makes one of its own inside.
    context.setCheckpointDir(folder)
    path = context._jvm.org.apache.hadoop.fs.Path(context._jsc.sc().getCheckpointDir().get())  # noqa: SLF001
    untyped: Any = database_api.SparkAPI
    try:
        # Our levels are equalities: none of the functions of Splink's own jar is called, so that none is loaded.
        yield untyped(
            spark_session=session, break_lineage_method="parquet", register_udfs_automatically=False
        )
    finally:
        # Through Spark, since a cluster has its own file system.
        path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)  # noqa: FBT003, SLF001


def configuration(place: Place, folder: str) -> dict[str, str]:
    """Settings of the session: on this machine alone, nothing listens to any other."""
    if not place.is_local:
        return {"spark.master": place.master}
    return {
        "spark.master": place.master,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.host": LOOPBACK,
        "spark.driver.memory": "2g",
        "spark.local.dir": folder,
        "spark.sql.shuffle.partitions": LOCAL_PARTITIONS,
        "spark.sql.warehouse.dir": str(Path(folder) / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _session(place: Place, folder: str) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("denombrement")
    for name, value in configuration(place, folder).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
