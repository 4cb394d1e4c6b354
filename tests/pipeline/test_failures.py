"""Runs that lose their driver, an executor, or their disk end, once started again, with the tables of an undisturbed one."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.pipeline import STAGES, Request, run_pipeline
from isthmus.simulate import simulate_snapshot

pytestmark = [pytest.mark.spark, pytest.mark.slow]

WORKS, SEED = 3_000, 3
KILLS = 20
EXECUTORS = 2
LONGEST_SECONDS = 600
SNAPSHOT_TABLES = [spec for stage in STAGES if stage.scope == "snapshot" for spec in stage.writes]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("failures") / "snapshot"
    simulate_snapshot(folder, works=WORKS, seed=SEED)
    return folder


@pytest.fixture(scope="module")
def undisturbed(spark, snapshot, tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("undisturbed")
    run_pipeline(spark, Request(warehouse=str(warehouse), snapshot=str(snapshot), quiet=True))
    return warehouse


def start(snapshot, warehouse, master="local[2]", limit=None, words=("ingest",)):
    """`isthmus ingest` as a process group of its own; `limit`: no file may grow beyond so many KiB."""
    arguments = ["isthmus", *words, "--snapshot", str(snapshot), "--warehouse", str(warehouse), "--master", master]
    code = f"import sys; from isthmus.cli.main import main; sys.argv = {arguments}; main()"
    command = [sys.executable, "-c", code]
    if limit is not None:
        command = ["bash", "-c", f'ulimit -f {limit} && exec "$@"', "-", *command]
    return subprocess.Popen(
        command,
        env=os.environ | {"ISTHMUS_RUN": "short"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(snapshot, warehouse, words=("ingest",)):
    process = start(snapshot, warehouse, words=words)
    _, errors = process.communicate(timeout=LONGEST_SECONDS)
    assert process.returncode == 0, errors[-3000:]


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def content(store, spec):
    """Number of rows and a sum of row hashes: equal for equal rows in any order."""
    # what a file of rows is called is drawn
    row = F.to_json(F.struct(*(column for column in spec.columns if column != "files")))
    return store.read(spec).agg(F.count("*").alias("n"), F.sum(F.xxhash64(row) % 1_000_003).alias("h")).first()


def failed(process, begins):
    """A run that ends with one sentence, and no stack of calls."""
    _, errors = process.communicate(timeout=LONGEST_SECONDS)
    assert process.returncode == 1, errors[-3000:]
    said = errors[errors.rindex("isthmus: ") :].strip()
    assert said.startswith(f"isthmus: {begins}"), errors[-3000:]
    assert len(said.splitlines()) == 1
    assert "Traceback" not in errors


def same_tables(spark, one, other):
    stores = [TableStore(spark, str(folder)) for folder in (one, other)]
    assert [s.name for s in SNAPSHOT_TABLES if content(stores[0], s) != content(stores[1], s)] == []


def visible_is_whole(spark, undisturbed, warehouse):
    """Every table that can be seen is empty, for it was only created, or complete."""
    seen, whole = TableStore(spark, str(warehouse)), TableStore(spark, str(undisturbed))
    for spec in SNAPSHOT_TABLES:
        if seen.exists(spec) and seen.read(spec).count():
            assert content(seen, spec) == content(whole, spec), f"half of {spec.name} is visible"


def test_twenty_kills_at_random_moments(spark, snapshot, undisturbed, tmp_path):
    moments = random.Random(20_260_625)
    clock = time.monotonic()
    finish(snapshot, tmp_path / "0")
    longest = time.monotonic() - clock
    warehouse, completed = tmp_path / "1", 0
    for _ in range(KILLS):
        process = start(snapshot, warehouse)
        try:
            process.wait(timeout=moments.uniform(0.2, 0.95) * longest)
        except subprocess.TimeoutExpired:
            kill(process)
            visible_is_whole(spark, undisturbed, warehouse)
        else:  # so much was there already that it ended before its moment: once more from the beginning
            assert process.returncode == 0
            same_tables(spark, undisturbed, warehouse)
            completed += 1
            warehouse = tmp_path / str(completed + 1)
    assert completed < KILLS
    finish(snapshot, warehouse)
    same_tables(spark, undisturbed, warehouse)


def executors(process):
    """The executors that a run has started."""
    listing = subprocess.run(["ps", "-ewwo", "pid=,pgid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in listing.splitlines())
    return [
        int(pid) for pid, group, words in rows if int(group) == process.pid and "CoarseGrainedExecutorBackend" in words
    ]


def test_an_executor_is_lost(spark, snapshot, undisturbed, tmp_path):
    process = start(snapshot, tmp_path / "warehouse", master=f"local-cluster[{EXECUTORS},1,1024]")
    deadline = time.monotonic() + LONGEST_SECONDS
    running: list[int] = []
    while len(running) < EXECUTORS or not (tmp_path / "warehouse" / "work_lines").exists():
        assert process.poll() is None, process.stderr.read()[-3000:]
        assert time.monotonic() < deadline
        time.sleep(0.1)
        running = executors(process)
    victim = running[0]
    os.kill(victim, signal.SIGKILL)
    _, errors = process.communicate(timeout=LONGEST_SECONDS)
    assert process.returncode == 0, errors[-3000:]
    same_tables(spark, undisturbed, tmp_path / "warehouse")


def writers(warehouse):
    """The processes that have a file of rows open that is not complete."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):  # it has ended, or closed the file
            if os.readlink(link).startswith(f"{warehouse}/") and "/unfinished-rows-" in os.readlink(link):
                found.add(int(link.parts[2]))
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="who writes a file is looked up in /proc")
def test_a_python_worker_is_killed_in_the_middle_of_its_file(spark, snapshot, undisturbed, tmp_path):
    """The system kills the largest process when memory is out: its task is tried again, and the run goes on."""
    warehouse = tmp_path / "warehouse"
    process = start(snapshot, warehouse)
    deadline = time.monotonic() + LONGEST_SECONDS
    victims: set[int] = set()
    while not victims:
        assert process.poll() is None, f"ended before it could be killed: {process.stderr.read()[-3000:]}"
        assert time.monotonic() < deadline
        victims = writers(warehouse)
    victim = victims.pop()
    command = Path(f"/proc/{victim}/cmdline").read_text()
    os.kill(victim, signal.SIGKILL)
    assert "pyspark" in command
    _, errors = process.communicate(timeout=LONGEST_SECONDS)
    assert process.returncode == 0, errors[-3000:]
    same_tables(spark, undisturbed, warehouse)
    assert not list(warehouse.rglob("unfinished-rows-*"))


def test_a_driver_with_too_little_memory(snapshot, tmp_path, monkeypatch):
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--driver-memory 300m pyspark-shell")
    failed(start(snapshot, tmp_path / "warehouse"), "memory ran out. Give the driver more")


def java_of(process):
    """The Java process that a run has started, once its tables are being made."""
    listing = subprocess.run(["ps", "-ewwo", "pid=,pgid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in listing.splitlines())
    return [int(pid) for pid, group, words in rows if int(group) == process.pid and "SparkSubmit" in words]


def test_java_is_killed_in_the_middle(spark, snapshot, undisturbed, tmp_path):
    """The system kills the largest process when memory is out: where that is Java, nothing can be tried again."""
    warehouse = tmp_path / "warehouse"
    process = start(snapshot, warehouse)
    deadline = time.monotonic() + LONGEST_SECONDS
    while not (warehouse / "work_lines").exists():
        assert process.poll() is None, process.stderr.read()[-3000:]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for victim in java_of(process):
        os.kill(victim, signal.SIGKILL)
    failed(process, "Spark's Java process ended in the middle of the run")
    visible_is_whole(spark, undisturbed, warehouse)
    finish(snapshot, warehouse)
    same_tables(spark, undisturbed, warehouse)


def test_java_that_cannot_have_its_memory(snapshot, tmp_path, monkeypatch):
    """A limit on the whole process: Java does not even say its version."""
    monkeypatch.setattr(sys, "executable", str(limited(tmp_path, "ulimit -v 2500000")))
    failed(start(snapshot, tmp_path / "warehouse"), "Spark cannot start: Java")


def limited(folder, limit):
    """A Python that runs under a limit of the shell."""
    program = folder / "python"
    program.write_text(f'#!/bin/sh\n{limit}\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    return program


def test_files_cannot_grow(spark, snapshot, undisturbed, tmp_path):
    """A quota: writing stops in the middle of a file."""
    largest = max(file.stat().st_size for file in (undisturbed / "authorships").rglob("*.parquet"))
    failed(start(snapshot, tmp_path / "warehouse", limit=largest // 2048), "a file is larger than this system")
    visible_is_whole(spark, undisturbed, tmp_path / "warehouse")
    finish(snapshot, tmp_path / "warehouse")
    same_tables(spark, undisturbed, tmp_path / "warehouse")


@pytest.fixture
def disk(tmp_path):
    """A function that mounts a file system of so many bytes."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(size):
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        return folder

    yield mount
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def remount(folder, option):
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


def test_a_disk_that_is_full_and_one_that_is_read_only(spark, snapshot, undisturbed, disk):
    """Room for two thirds of the tables, then for all of them, first without the right to write."""
    size = sum(file.stat().st_size for file in undisturbed.rglob("*") if file.is_file())
    folder = disk(size * 2 // 3)
    failed(start(snapshot, folder / "warehouse"), "a disk is full. Free some space, or name another --warehouse")
    visible_is_whole(spark, undisturbed, folder / "warehouse")
    remount(folder, "size=1g,ro")
    failed(start(snapshot, folder / "warehouse"), "a folder cannot be written to. Name another --warehouse")
    visible_is_whole(spark, undisturbed, folder / "warehouse")
    remount(folder, "rw")
    finish(snapshot, folder / "warehouse")
    same_tables(spark, undisturbed, folder / "warehouse")


def test_results_that_do_not_fit_their_disk(snapshot, disk, tmp_path):
    """What was published before stays; with room the same command publishes what a run without trouble does."""
    folder, warehouse = disk("400k"), tmp_path / "warehouse"
    settings = [word for off in ("other_null_models", "trajectories") for word in ("--set", f"{off}=null")]
    words = ["run", "--study", "demonstration", *settings, "--results"]
    failed(start(snapshot, warehouse, words=[*words, str(folder / "results")]), "a disk is full.")
    for file in folder.rglob("*.parquet"):
        pd.read_parquet(file)
    remount(folder, "size=1g")
    finish(snapshot, warehouse, words=[*words, str(folder / "results")])
    finish(snapshot, warehouse, words=[*words, str(tmp_path / "elsewhere")])
    names = sorted(file.name for file in (tmp_path / "elsewhere" / "demonstration").glob("*.parquet"))
    assert "pair_tests.parquet" in names
    for name in names:
        one, other = (pd.read_parquet(place / "demonstration" / name) for place in (folder / "results", tmp_path / "elsewhere"))  # fmt: skip
        pd.testing.assert_frame_equal(one, other)


def test_two_runs_on_one_warehouse_come_one_after_the_other(spark, snapshot, undisturbed, tmp_path):
    runs = [start(snapshot, tmp_path / "warehouse", master="local[1]") for _ in range(2)]
    errors = [run.communicate(timeout=LONGEST_SECONDS)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], errors[0][-2000:] + errors[1][-2000:]
    waited = [n for n in range(2) if "is in use by the reading of" in errors[n]]
    assert len(waited) == 1
    assert f"process {runs[1 - waited[0]].pid} on " in errors[waited[0]]
    same_tables(spark, undisturbed, tmp_path / "warehouse")
    ends = TableStore(spark, str(tmp_path / "warehouse")).read("ledger").where("status = 'done'")
    assert ends.groupBy("stage").count().where("count > 1").count() == 0, "a stage was done twice"
