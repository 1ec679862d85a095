"""Spark on this machine alone, against DuckDB: the same pairs. It needs Java, and fails where there is none."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from denombrement.dedup.cross_check import second_opinion
from denombrement.dedup.cross_check.backends import SPARK, Place
from denombrement.dedup.cross_check.plan import default_plan
from denombrement.dedup.cross_check.second_opinion import cross_check
from denombrement.errors import UsageProblem

pytestmark = pytest.mark.spark
HERE = Place(SPARK, "local[2]")
# A small file needs no compiling of each query, and a test no second guess of the optimiser's.
QUICK = """
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.default.parallelism 2
"""
KEYS = {"birth date", "first letters", "names in either order"}


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    (tmp_path / "spark-defaults.conf").write_text(QUICK, encoding="utf-8")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    # Java lives on after a test, and makes the folder of its first session again, empty: here it does no harm.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def small(frame, encode):
    """Six fields and three keys of the model: each is a query more, and a query takes Spark a second."""
    made = frame(200, 80)
    made["nationality"] = made["commune"] = None
    records = encode(made)
    keys = tuple(key for key in records.settings.keys if key.name in KEYS)
    assert len(keys) == len(KEYS)
    return replace(records, settings=replace(records.settings, keys=keys))


def test_spark_finds_the_same_pairs_as_duckdb_with_the_same_chances(small, no_model, tmp_path):
    plan = default_plan()
    plan = replace(plan, iterations=3, training_rules=plan.training_rules[:1])
    kept = tmp_path / "kept"
    here = cross_check(small, no_model, plan=plan)
    there = cross_check(small, no_model, plan=plan, place=replace(HERE, folder=str(kept)))
    assert (here.backend, there.backend) == ("duckdb", "spark")
    ids = ["first_id", "second_id"]
    assert len(here.pairs) > 60
    pd.testing.assert_frame_equal(there.pairs[ids], here.pairs[ids])
    np.testing.assert_allclose(there.pairs["splink"], here.pairs["splink"], rtol=0, atol=1e-9)
    assert [o.persons for o in there.opinions] == [o.persons for o in here.opinions]
    assert [n.code for n in there.notices] == [n.code for n in here.notices]
    # Nothing is left where Spark computed, and nothing where the command was given.
    assert list(kept.iterdir()) == []
    assert not Path("spark-warehouse").exists()


def test_a_failure_of_spark_on_the_way_leaves_no_opinion(small, no_model, monkeypatch):
    from pyspark.errors import PySparkRuntimeError

    def fail(*_):
        raise PySparkRuntimeError("an executor is gone")

    monkeypatch.setattr(second_opinion, "train", fail)
    with pytest.raises(UsageProblem) as problem:
        cross_check(small, no_model, place=HERE)
    assert problem.value.code == "LNK014"


def test_a_master_that_nobody_can_be_is_said(small, no_model):
    with pytest.raises(UsageProblem) as problem:
        cross_check(small, no_model, place=Place(SPARK, "local[none]"))
    assert problem.value.code == "LNK012"
