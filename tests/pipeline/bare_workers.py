"""What the tests of clusters share: workers whose Python has no packages, the real script, and the tables to compare."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyspark

ROOT = Path(__file__).resolve().parents[2]
SPARK_HOME = Path(pyspark.__file__).parent
STUDY = ("--study", "demonstration", "--set", "years.corpus=[2010, 2021]", "--set", "years.analysis=[2010, 2021]")
# tables' logs are looked at by 50 tasks by default
SMALL = ("--conf", "spark.sql.shuffle.partitions=4", "--conf", "spark.databricks.delta.snapshotPartitions=2")
VOLATILE = ("seconds", "iterations")


def bare_python(folder):
    """Make an environment of this Python with nothing installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    probe = [str(folder / "bin" / "python3"), "-c", "import numpy"]
    assert "No module named 'numpy'" in subprocess.run(probe, capture_output=True, text=True, check=False).stderr
    return folder


def emptied(python, **more):
    """What a worker's shell would know: a PATH with that Python, and little else."""
    kept = {name: os.environ[name] for name in ("JAVA_HOME", "LANG") if name in os.environ}
    return kept | {"PATH": f"{python / 'bin'}:/usr/bin:/bin"} | more


def simulated(folder):
    """Write a small simulated snapshot."""
    words = ["simulate", "--works", "3000", "--out", str(folder)]
    subprocess.run([sys.executable, "-m", "isthmus.cli.main", *words], check=True, capture_output=True)
    return folder


def submit(snapshot, warehouse, *options, spark=(), environment=None):
    """Run the real script, in the environment of these tests where none is given."""
    words = ["--snapshot", str(snapshot), "--warehouse", str(warehouse), *STUDY, *options, "--", *spark]
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PYSPARK", "PYTHONPATH", "SPARK", "HADOOP"))}
    return subprocess.run(
        ["bash", str(ROOT / "scripts" / "submit.sh"), *words],
        capture_output=True,
        text=True,
        env=(own if environment is None else environment)
        | {"ISTHMUS_VENV": sys.prefix, "SPARK_LOCAL_IP": "127.0.0.1", "ISTHMUS_RUN": "short"},
        check=False,
        timeout=1500,
    )


def wait_for(log, pattern, running=None, seconds=90):
    """Return what a process writes into its log; an error when it ends or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and (running is None or running.poll() is None):
        found = re.search(pattern, log.read_text())
        if found:
            return found[1]
        time.sleep(0.2)
    raise AssertionError(f"{pattern} did not appear in {log}:\n{log.read_text()[-2000:]}")


def published(warehouse):
    """Read the tables of the one study whose results are there."""
    (folder,) = (warehouse / "results").iterdir()
    return {file.name: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}


def require_same(found, expected):
    """Compare published tables, but for how long things took."""
    assert found.keys() == expected.keys()
    assert len(expected["pair_tests.parquet"]) > 1000
    for name, rows in expected.items():
        columns = [column for column in rows.columns if column not in VOLATILE]
        if name == "gates.parquet":
            columns = ["stage", "table", "gate", "passed"]
        pd.testing.assert_frame_equal(found[name][columns], rows[columns], check_exact=True, obj=name)
