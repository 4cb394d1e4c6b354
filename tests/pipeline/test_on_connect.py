"""A real Spark Connect server: the command line runs a study on it, and every table is that of a run without one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark
import pytest
from deltalake import DeltaTable, write_deltalake

from isthmus.engine.remote import PACKAGES
from isthmus.engine.session import session_options

for package in PACKAGES:
    pytest.importorskip(package, reason="the extra `connect` is not installed")

pytestmark = pytest.mark.slow

SUBMIT = Path(pyspark.__file__).parent / "bin" / "spark-submit"
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
STUDY = ("--study", "demonstration", "--set", "years.corpus=[2010, 2021]", "--set", "years.analysis=[2010, 2021]")
OF_A_RUN = {"seconds", "iterations", "run_id"}
"""Columns that say how a run went."""
OF_THE_WAY = {"ledger", "parsed_works", "work_lines"}
"""Tables that say how the rows were read: by tasks that write files themselves, or through Spark."""


def environment(**more):
    """The variables of these tests, without what says where Spark is."""
    kept = {k: v for k, v in os.environ.items() if k not in {"SPARK_REMOTE", "MASTER", "SPARK_HOME"}}
    return kept | {"ISTHMUS_RUN": "short", "SPARK_LOCAL_IP": "127.0.0.1"} | more


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server with Delta on this machine; its processes are stopped at the end."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = session_options("local[2]", conf={
        "spark.driver.memory": "2g", "spark.sql.shuffle.partitions": "4",
        "spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port),
    })  # fmt: skip
    words = [word for key, value in options.items() for word in ("--conf", f"{key}={value}")]
    log = folder / "server.log"
    running = subprocess.Popen(
        [str(SUBMIT), "--master", "local[2,4]", "--class", SERVER, *words, "spark-internal"],
        stdout=log.open("w"), stderr=subprocess.STDOUT, cwd=folder, start_new_session=True,
        env=environment(PYSPARK_PYTHON=sys.executable),
    )  # fmt: skip
    try:
        _wait_until(port, running, log)
        yield f"sc://127.0.0.1:{port}"
    finally:
        _stop(running)


def _wait_until(port, running, log, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until and running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.3)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-3000:]}")


def _stop(running):
    os.killpg(running.pid, signal.SIGTERM)
    try:
        running.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(timeout=30)


def isthmus(*words, **variables):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "isthmus.cli.main", *map(str, words)],
        capture_output=True, text=True, env=environment(**variables), timeout=1500, check=False,
    )  # fmt: skip


def rows(table: pa.Table) -> Counter:
    """The rows as a multiset, whatever their order; without what says how a run went."""
    kept = table.select([name for name in table.column_names if name not in OF_A_RUN])
    return Counter(map(repr, kept.to_pylist()))


def tables(warehouse: Path) -> dict[str, Counter]:
    names = sorted(log.parent.name for log in warehouse.glob("*/_delta_log"))
    return {n: rows(pa.table(DeltaTable(warehouse / n).to_pyarrow_table())) for n in names if n not in OF_THE_WAY}


def published(warehouse: Path) -> dict[str, Counter]:
    return {file.name: rows(pq.read_table(file)) for file in (warehouse / "results").glob("*/*.parquet")}


def test_a_study_on_a_server_gives_the_tables_of_a_run_without(server, tmp_path):
    assert isthmus("simulate", "--works", 1500, "--out", tmp_path / "world").returncode == 0
    words = ("run", "--snapshot", tmp_path / "world", *STUDY, "--quiet", "--format", "json")
    there = isthmus(*words, "--warehouse", tmp_path / "there", SPARK_REMOTE=server)
    assert there.returncode == 0, there.stderr[-4000:]
    assert "NOT supported" not in there.stderr
    again = isthmus(*words, "--warehouse", tmp_path / "there", "--remote", server)
    assert set(json.loads(again.stdout).values()) == {"unchanged"}, again.stdout + again.stderr[-4000:]
    here = isthmus(*words, "--warehouse", tmp_path / "here", "--master", "local[2]")
    assert here.returncode == 0, here.stderr[-4000:]

    expected, found = tables(tmp_path / "here"), tables(tmp_path / "there")
    assert found.keys() == expected.keys()
    assert sum(expected["pair_tests"].values()) > 1000
    assert [name for name in expected if found[name] != expected[name]] == []
    assert published(tmp_path / "there") == published(tmp_path / "here")


def test_tables_are_maintained_through_a_server(server, tmp_path):
    for number in range(2):
        write_deltalake(tmp_path / "house" / "works", pa.table({"work_id": [number]}), mode="append")
    done = isthmus("maintain", "--warehouse", tmp_path / "house", "--tables", "works", "--remote", server)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "works: 2 -> 1 files" in done.stdout
    assert sorted(DeltaTable(tmp_path / "house" / "works").to_pyarrow_table()["work_id"].to_pylist()) == [0, 1]


def test_workers_of_a_server_without_isthmus_are_said(server):
    """The check that every session makes, told to look for a package that is nowhere."""
    script = (
        "from isthmus.engine import start_session, workers\n"
        "workers.IMPORTED = ('json', 'no_such_module')\n"
        "workers.make_probe.__defaults__ = (workers.IMPORTED,)\n"
        "from isthmus.errors import SetupError\n"
        "try:\n    start_session('x')\nexcept SetupError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(SPARK_REMOTE=server), timeout=300,
        check=False,
    )  # fmt: skip
    assert "cannot run Isthmus: no_such_module cannot be imported" in done.stdout, done.stderr[-3000:]
    assert "pip install isthmus==" in done.stdout
