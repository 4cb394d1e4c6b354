"""Runs that lose their driver, an executor, or their disk end, once started again, with the tables of an undisturbed one."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

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


def start(snapshot, warehouse, master="local[2]", limit=None):
    """`isthmus ingest` as a process group of its own; `limit`: no file may grow beyond so many KiB."""
    arguments = ["isthmus", "ingest", "--snapshot", str(snapshot), "--warehouse", str(warehouse), "--master", master]
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


def finish(snapshot, warehouse):
    process = start(snapshot, warehouse)
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


def test_files_cannot_grow(spark, snapshot, undisturbed, tmp_path):
    """A quota: writing stops in the middle of a file."""
    largest = max(file.stat().st_size for file in (undisturbed / "authorships").rglob("*.parquet"))
    process = start(snapshot, tmp_path / "warehouse", limit=largest // 2048)
    _, errors = process.communicate(timeout=LONGEST_SECONDS)
    assert process.returncode != 0
    assert "File too large" in errors
    visible_is_whole(spark, undisturbed, tmp_path / "warehouse")
    finish(snapshot, tmp_path / "warehouse")
    same_tables(spark, undisturbed, tmp_path / "warehouse")


@pytest.fixture
def small_disk(undisturbed, tmp_path):
    """A file system that holds two thirds of the tables."""
    size = sum(file.stat().st_size for file in undisturbed.rglob("*") if file.is_file())
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size * 2 // 3}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full(spark, snapshot, undisturbed, small_disk: Path):
    process = start(snapshot, small_disk / "warehouse")
    _, errors = process.communicate(timeout=LONGEST_SECONDS)
    assert process.returncode != 0
    assert "No space left on device" in errors
    visible_is_whole(spark, undisturbed, small_disk / "warehouse")
    subprocess.run(["mount", "-o", "remount,size=1g", str(small_disk)], check=True)
    finish(snapshot, small_disk / "warehouse")
    same_tables(spark, undisturbed, small_disk / "warehouse")
