"""A run that is killed in the middle of a stage and started again ends like one that was not disturbed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.config import load_study
from isthmus.engine import TableStore
from isthmus.engine.concurrent import concurrently
from isthmus.pipeline import STAGES, Request, run_pipeline
from isthmus.simulate import simulate_snapshot

pytestmark = pytest.mark.spark

WORKS = 2_000
LONGEST_WAIT_SECONDS = 400
# the process is killed as soon as this table's folder appears: its stage has begun to write and has not ended; kills of
# an ingest are in test_failures.py
KILLED_AT = ("pair_tests",)
VOLATILE = {"seconds", "files"}  # what a file of rows is called is drawn
SETTINGS = ["other_null_models=null", "trajectories=null"]  # the slow tests of failures kill runs of whole studies
INGEST = ("parse", "records", "accounting", "corpus")
NOT_RUN = {"report", "exports"}  # written from what is compared here


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed") / "snapshot"
    simulate_snapshot(folder, works=WORKS, seed=3)
    return folder


def run(spark, snapshot, warehouse, stages):
    study = load_study("demonstration", SETTINGS)
    run_pipeline(
        spark, Request(warehouse=str(warehouse), study=study, snapshot=str(snapshot), stages=stages, quiet=True)
    )
    return warehouse


@pytest.fixture(scope="module")
def ingested(spark, snapshot, tmp_path_factory):
    """The tables that come before what is killed: made once, copied for both runs."""
    return run(spark, snapshot, tmp_path_factory.mktemp("ingested"), INGEST)


@pytest.fixture(scope="module")
def undisturbed(spark, snapshot, ingested, tmp_path_factory):
    warehouse = shutil.copytree(ingested, tmp_path_factory.mktemp("undisturbed") / "warehouse")
    return run(spark, snapshot, warehouse, stage_names())


def stage_names():
    study = load_study("demonstration", SETTINGS)
    return tuple(s.name for s in STAGES if s.enabled(study) and not s.on_request and s.name not in NOT_RUN)


def start(snapshot, warehouse):
    words = ["--study", "demonstration", "--snapshot", str(snapshot), "--warehouse", str(warehouse)]
    words += [word for setting in SETTINGS for word in ("--set", setting)]
    words += ["--stages", ",".join(stage_names())]
    arguments = ["isthmus", "run", *words, "--master", "local[2]"]
    code = f"import sys; from isthmus.cli.main import main; sys.argv = {arguments}; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"ISTHMUS_RUN": "short"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill_when(process, sign: Path):
    """SIGKILL the process with its JVM and workers once the sign is there."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not sign.exists():
        assert process.poll() is None, f"ended before it could be killed: {process.stderr.read()[-2000:]}"
        assert time.monotonic() < deadline, f"{sign} did not appear"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def content(store, spec):
    """Number of rows and a sum of row hashes: equal for equal rows in any order."""
    row = F.to_json(F.struct(*(c for c in spec.columns if c not in VOLATILE)))
    rows = store.read(spec).agg(F.count("*").alias("n"), F.sum(F.xxhash64(row) % 1_000_003).alias("h")).first()
    return rows.n, rows.h


@pytest.fixture(scope="module")
def restarted(snapshot, ingested, undisturbed, tmp_path_factory):
    warehouse = shutil.copytree(ingested, tmp_path_factory.mktemp("restarted") / "warehouse")
    for table in KILLED_AT:
        kill_when(start(snapshot, warehouse), warehouse / table)
    last = start(snapshot, warehouse)
    _, errors = last.communicate(timeout=LONGEST_WAIT_SECONDS)
    assert last.returncode == 0, errors[-3000:]
    return warehouse


def test_all_tables_are_those_of_the_undisturbed_run(spark, undisturbed, restarted):
    one, other = TableStore(spark, str(undisturbed)), TableStore(spark, str(restarted))
    specs = [spec for stage in STAGES if stage.name in stage_names() for spec in stage.writes]
    assert len(specs) > 15
    pairs = concurrently(*((lambda spec=spec: (content(one, spec), content(other, spec))) for spec in specs), at_once=4)
    different = [spec.name for spec, (before, after) in zip(specs, pairs, strict=True) if before != after]
    assert different == []


def test_the_published_results_are_the_same(undisturbed, restarted):
    names = sorted(p.name for p in (undisturbed / "results/demonstration").glob("*.parquet"))
    assert "pair_tests.parquet" in names
    for name in names:
        one, other = (pd.read_parquet(w / "results/demonstration" / name) for w in (undisturbed, restarted))
        kept = [c for c in one.columns if c not in VOLATILE]
        pd.testing.assert_frame_equal(one[kept], other[kept])


def test_stages_that_had_ended_before_the_kill_were_not_repeated(spark, restarted):
    ledger = TableStore(spark, str(restarted)).read("ledger")
    ends = {
        r.stage: r.n for r in ledger.where("status = 'done'").groupBy("stage").agg(F.count("*").alias("n")).collect()
    }
    assert ends == dict.fromkeys(stage_names(), 1)
    # the one that made the first tables, the killed ones and the last one
    assert ledger.select("run_id").distinct().count() == len(KILLED_AT) + 2
