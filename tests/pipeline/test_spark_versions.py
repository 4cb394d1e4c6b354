"""Spark 4.1, which Databricks' 18 LTS brings, with its Delta: the demonstration gives the results of the Spark that is installed."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from isthmus.engine.jars import HADOOP_OF_SPARK

pytestmark = pytest.mark.slow

OLDER = "4.1.4"
STUDY = ("--study", "demonstration", "--set", "years.corpus=[2010, 2021]", "--set", "years.analysis=[2010, 2021]")
OF_A_RUN = {"seconds", "iterations"}


def python(*words, **variables):
    kept = {k: v for k, v in os.environ.items() if k not in {"SPARK_REMOTE", "MASTER", "SPARK_HOME"}}
    return subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, check=False, timeout=1500,
        env=kept | {"ISTHMUS_RUN": "short"} | variables,
    )  # fmt: skip


@pytest.fixture(scope="module")
def older(tmp_path_factory):
    """The variables under which this Python has Spark 4.1 and Delta's jars for it, before what is installed."""
    folder = tmp_path_factory.mktemp("spark-4.1")
    got = python("-m", "pip", "install", "--quiet", "--target", folder / "site", f"pyspark=={OLDER}")
    if got.returncode:
        pytest.skip(f"pyspark {OLDER} cannot be installed: {got.stderr.strip().splitlines()[-1]}")
    path = os.pathsep.join([str(folder / "site"), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = {"PYTHONPATH": path, "ISTHMUS_JARS": str(folder / "jars")}
    resolved = python("-m", "isthmus.engine.jars", "delta", **variables)
    if resolved.returncode:
        pytest.skip(f"Delta's jars for Spark 4.1 cannot be fetched: {resolved.stderr.strip().splitlines()[0]}")
    assert any("delta-spark_4.1_2.13" in jar.name for jar in (folder / "jars" / "delta").glob("*.jar"))
    (hadoop,) = (folder / "site" / "pyspark" / "jars").glob("hadoop-client-api-*.jar")
    assert hadoop.name == f"hadoop-client-api-{HADOOP_OF_SPARK['4.1']}.jar"
    return variables


def published(warehouse: Path) -> dict[str, Counter]:
    files = (warehouse / "results").glob("*/*.parquet")
    return {file.name: rows(file) for file in files}


def rows(file: Path) -> Counter:
    """The rows as a multiset, without what says how a run went."""
    table = pq.read_table(file)
    return Counter(map(repr, table.select([c for c in table.column_names if c not in OF_A_RUN]).to_pylist()))


def test_the_results_of_both_are_the_same(older, tmp_path):
    isthmus = ("-m", "isthmus.cli.main")
    assert python(*isthmus, "simulate", "--works", 1500, "--out", tmp_path / "world").returncode == 0
    words = (*isthmus, "run", "--snapshot", tmp_path / "world", *STUDY, "--quiet", "--master", "local[2]")
    for name, variables in (("older", older), ("installed", {})):
        done = python(*words, "--warehouse", tmp_path / name, **variables)
        assert done.returncode == 0, done.stderr[-4000:]
    expected, found = published(tmp_path / "installed"), published(tmp_path / "older")
    assert sum(expected["pair_tests.parquet"].values()) > 1000
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []
    again = python(*words, "--warehouse", tmp_path / "older", "--format", "json", **older)
    assert set(json.loads(again.stdout).values()) == {"unchanged"}, again.stdout + again.stderr[-3000:]
