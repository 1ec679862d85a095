"""Where Splink computes, and what is said where it cannot."""

from contextlib import contextmanager
from pathlib import Path

import pytest

from denombrement.dedup.cross_check import backends
from denombrement.dedup.cross_check.backends import DUCKDB, MEMORY, SPARK, Place, check_place, open_backend
from denombrement.dedup.cross_check.spark import configuration
from denombrement.errors import UsageProblem


def refused(place):
    with pytest.raises(UsageProblem) as problem:
        check_place(place)
    return problem.value


@pytest.mark.parametrize(
    ("missing", "backend", "extra"), [("splink", DUCKDB, "cross-check"), ("pyspark", SPARK, "spark")]
)
def test_a_missing_extra_is_named_with_the_way_to_install_it(monkeypatch, missing, backend, extra):
    real = backends.find_spec
    monkeypatch.setattr(backends, "find_spec", lambda name: None if name == missing else real(name))
    problem = refused(Place(backend))
    assert problem.code == "LNK011"
    for language in ("fr", "en"):
        assert f"pip install 'denombrement[{extra}]'" in problem.mend(language)


def test_duckdb_needs_neither_spark_nor_java(monkeypatch):
    real = backends.find_spec
    monkeypatch.setattr(backends, "find_spec", lambda name: None if name == "pyspark" else real(name))
    monkeypatch.setattr(backends.shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    check_place(Place())
    assert refused(Place(SPARK)).code == "LNK011"
    monkeypatch.setattr(backends, "find_spec", real)
    assert refused(Place(SPARK)).code == "LNK012"
    monkeypatch.setenv("JAVA_HOME", "/opt/java")
    check_place(Place(SPARK))


def test_a_cluster_needs_a_folder_that_all_its_machines_reach():
    assert refused(Place(SPARK, "spark://count.example:7077")).code == "LNK013"
    check_place(Place(SPARK, "spark://count.example:7077", "hdfs:///count"))


def test_duckdb_is_bounded_in_memory_and_leaves_no_file():
    with open_backend(Place()) as backend:
        limit, folder = backend.duckdb_con.execute(
            "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchall()[0]
        assert float(limit.split()[0]) <= float(MEMORY.removesuffix("GB"))
        assert Path(folder).parent.stat().st_mode & 0o077 == 0
    assert not Path(folder).parent.exists()


@pytest.mark.parametrize("master", ["local", "local[*]", "local[2]"])
def test_on_one_machine_spark_listens_to_nobody_else(master):
    settings = configuration(Place(SPARK, master), "/somewhere")
    assert settings["spark.driver.bindAddress"] == settings["spark.driver.host"] == "127.0.0.1"
    assert settings["spark.ui.enabled"] == "false"
    assert settings["spark.sql.warehouse.dir"].startswith("/somewhere")


def test_a_cluster_keeps_its_own_settings():
    assert configuration(Place(SPARK, "yarn", "hdfs:///count"), "/x") == {"spark.master": "yarn"}


def test_spark_is_opened_where_it_is_asked_for(monkeypatch):
    from denombrement.dedup.cross_check import spark

    @contextmanager
    def pretended(place):
        yield place

    monkeypatch.setattr(spark, "spark_backend", pretended)
    with open_backend(Place(SPARK, "local[2]")) as backend:
        assert backend == Place(SPARK, "local[2]")
