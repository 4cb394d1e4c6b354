"""A cluster whose workers have a bare Python: the job brings the library and its packages along."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyspark
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SPARK_HOME = Path(pyspark.__file__).parent
STUDY = ("--study", "demonstration", "--set", "years.corpus=[2010, 2021]", "--set", "years.analysis=[2010, 2021]")
VOLATILE = ("seconds", "iterations")


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory):
    """An environment of this Python with nothing installed, and what a worker's shell would know."""
    folder = tmp_path_factory.mktemp("worker") / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    probe = [str(folder / "bin" / "python3"), "-c", "import numpy"]
    assert "No module named 'numpy'" in subprocess.run(probe, capture_output=True, text=True, check=False).stderr
    return folder


@pytest.fixture(scope="module")
def cluster(bare_python, tmp_path_factory):
    """The URL of a standalone master with two workers, in processes that are stopped at the end."""
    folder = tmp_path_factory.mktemp("cluster")
    kept = {name: os.environ[name] for name in ("JAVA_HOME", "HOME", "LANG") if name in os.environ}
    environment = kept | {
        "PATH": f"{bare_python / 'bin'}:/usr/bin:/bin",
        "SPARK_HOME": str(SPARK_HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "512m",
    }
    running = []

    def daemon(name, *words):
        log = (folder / f"{len(running)}-{name}.log").open("w")
        command = [str(SPARK_HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{name.lower()}.{name}", *words]
        running.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=folder))
        return Path(log.name)

    try:
        log = daemon("Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        url = _wait_for(log, r"(spark://127\.0\.0\.1:\d+)")
        for number in range(2):
            work = folder / f"work-{number}"
            options = ("--host", "127.0.0.1", "--cores", "1", "--memory", "2g", "--webui-port", "0")
            log = daemon("Worker", *options, "--work-dir", str(work), url)
            _wait_for(log, r"(Successfully registered)")
        yield url
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)


def _wait_for(log, pattern, seconds=90):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = re.search(pattern, log.read_text())
        if found:
            return found[1]
        time.sleep(0.2)
    raise AssertionError(f"{pattern} did not appear in {log}:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """A small simulated snapshot."""
    folder = tmp_path_factory.mktemp("world")
    subprocess.run(
        [sys.executable, "-m", "isthmus.cli.main", "simulate", "--works", "3000", "--out", str(folder / "world")],
        check=True,
        capture_output=True,
    )
    return folder / "world"


def submit(snapshot, warehouse, *options, spark=()):
    """Run the real script in the environment of these tests."""
    words = ["--snapshot", str(snapshot), "--warehouse", str(warehouse), *STUDY, *options, "--", *spark]
    return subprocess.run(
        ["bash", str(ROOT / "scripts" / "submit.sh"), *words],
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if not k.startswith(("PYSPARK", "PYTHONPATH", "SPARK"))}
        | {"ISTHMUS_VENV": sys.prefix, "SPARK_LOCAL_IP": "127.0.0.1", "ISTHMUS_RUN": "short"},
        check=False,
        timeout=1500,
    )


def published(warehouse):
    (folder,) = (warehouse / "results").iterdir()
    return {file.name: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}


def test_workers_with_a_bare_python_give_the_results_of_a_local_run(cluster, snapshot, tmp_path):
    memory = ("--driver-memory", "1g", "--conf", "spark.sql.shuffle.partitions=4")
    # 50 by default: tens of tasks for each look at a table's log
    memory += ("--conf", "spark.databricks.delta.snapshotPartitions=2")
    there = submit(snapshot, tmp_path / "there", "--master", cluster, spark=("--executor-memory", "1g", *memory))
    assert there.returncode == 0, there.stderr[-4000:]
    here = submit(snapshot, tmp_path / "here", "--master", "local[2]", spark=memory)
    assert here.returncode == 0, here.stderr[-4000:]
    expected, found = published(tmp_path / "here"), published(tmp_path / "there")
    assert expected.keys() == found.keys()
    assert len(expected["pair_tests.parquet"]) > 1000
    for name, rows in expected.items():
        columns = [column for column in rows.columns if column not in VOLATILE]
        if name == "gates.parquet":
            columns = ["stage", "table", "gate", "passed"]
        pd.testing.assert_frame_equal(found[name][columns], rows[columns], check_exact=True, obj=name)


def test_a_worker_without_the_interpreter_is_said_before_any_stage_runs(cluster, snapshot, tmp_path):
    done = submit(
        snapshot, tmp_path / "none", "--master", cluster, "--worker-python", "python3.4",
        spark=("--executor-memory", "1g", "--driver-memory", "1g"),
    )  # fmt: skip
    assert done.returncode == 1
    said = done.stdout + done.stderr  # spark-submit hands the driver's errors on as output
    assert "isthmus: the workers have no interpreter 'python3.4'" in said, said[-3000:]
    assert not list((tmp_path / "none").glob("*"))
