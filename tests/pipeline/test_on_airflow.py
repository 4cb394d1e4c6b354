"""The DAGs in a real Airflow, which has an environment of its own: its packages clash with those of Isthmus."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
AIRFLOW = "3.3.2"
PACKAGES = (
    f"apache-airflow=={AIRFLOW}",
    "apache-airflow-providers-standard==1.21.0",
    "apache-airflow-providers-apache-spark==6.3.4",
)
#: Kept from one run of the tests to the next: 137 packages, 670 MB.
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "isthmus-tests" / f"airflow-{AIRFLOW}"
#: A world of a thousand works holds hardly any ties: what follows ties over the years has nothing to follow.
SETTINGS = "years.corpus=[2010, 2021]\nyears.analysis=[2010, 2021]\ntrajectories=null\ntrends=null"
GROUPS = ["ingest", "networks", "nullmodels", "report", "maintenance"]
LONGEST_PARSE = 2.0  # seconds of processor


@pytest.fixture(scope="module")
def programs():
    """The folder of Airflow's programs; the environment is made once."""
    done = CACHE / "complete"
    if not done.exists():
        shutil.rmtree(CACHE, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(CACHE)], check=True)
        pip = [str(CACHE / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        made = subprocess.run([*pip, *PACKAGES], capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"Airflow cannot be installed here: {made.stderr.strip().splitlines()[-1]}")
        done.touch()
    return CACHE / "bin"


class Airflow:
    """Airflow's command line with a home, a folder of DAGs and a database of its own."""

    def __init__(self, programs, folder, **variables):
        self.programs, self.folder, self.variables = programs, folder, variables
        self.dags = folder / "dags"
        self.dags.mkdir(parents=True)
        shutil.copy(ROOT / "conf" / "airflow" / "isthmus_dag.py", self.dags)
        self.settings = {
            "AIRFLOW_HOME": str(folder / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
            # the checkout's library for the programs of the environment that the tests run in
            "PYTHONPATH": str(ROOT / "lib"),
            "ISTHMUS_RUN": "short",
        }
        self.run("db", "migrate")

    def environment(self, **variables):
        """What a process of Airflow is given; without its supervisor Airflow reads variables from here alone."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYSPARK", "SPARK", "AIRFLOW"))}
        told = {f"AIRFLOW_VAR_ISTHMUS_{k.upper()}": str(v) for k, v in (self.variables | variables).items()}
        return inherited | self.settings | told

    def run(self, *words, check=True, **variables):
        """Run a command of Airflow."""
        done = subprocess.run(
            [str(self.programs / "airflow"), *words],
            capture_output=True, text=True, check=False, env=self.environment(**variables), timeout=1800,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done

    def json(self, *words, **variables):
        """Return what a command prints as JSON."""
        # a list of errors is itself an error
        out = self.run(*words, "-o", "json", check=False, **variables).stdout
        return json.loads(next(line for line in out.splitlines() if line.startswith("[")))

    def errors(self, **variables):
        """Return what Airflow shows of files that it cannot read."""
        return [found["error"] for found in self.json("dags", "list-import-errors", "--local", **variables)]

    def tasks(self, dag, **variables):
        """Return the names of a DAG's tasks."""
        return self.run("tasks", "list", dag, **variables).stdout.split()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A checkout as scripts/submit.sh leaves it, in a folder whose name has a space."""
    folder = tmp_path_factory.mktemp("checkout") / "my home"
    folder.mkdir()
    for name in ("scripts", "jobs", "conf", "lib", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    environment = folder / ".venv"
    environment.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if not entry.name.startswith(".isthmus"):
            (environment / entry.name).symlink_to(entry)
    # all packages are there: scripts/submit.sh installs none into the environment of these tests
    with (folder / "pyproject.toml").open() as project:
        stamp = subprocess.run(["cksum"], stdin=project, capture_output=True, text=True, check=True).stdout
    (environment / ".isthmus-none").write_text(stamp)
    return folder


@pytest.fixture(scope="module")
def airflow(programs, home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("airflow")
    simulate = [sys.executable, "-m", "isthmus.cli.main", "simulate", "--works", "1000", "--out"]
    subprocess.run([*simulate, str(folder / "my world")], check=True, capture_output=True)
    return Airflow(
        programs, folder,
        home=home, study="demonstration", snapshot=folder / "my world", warehouse=folder / "my tables",
        master="local[2]", set=SETTINGS, retries=0, partial="yes",
        spark_options="--driver-memory 1g --conf spark.sql.shuffle.partitions=4",
    )  # fmt: skip


@pytest.fixture(scope="module")
def first_run(airflow):
    """What a run of the study from its beginning printed."""
    return airflow.run("dags", "test", "isthmus_demonstration").stdout


def contents(folder):
    """The bytes of every published file."""
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


#: Seconds of processor that reading the file takes in an Airflow that runs already, and what it imports there.
MEASURE = """
import os, runpy, sys
from airflow.providers.standard.operators.bash import BashOperator
def seconds(): return sum(os.times()[:4])
before = seconds()
runpy.run_path(sys.argv[1])
print("read in", seconds() - before, "with Spark" if "pyspark" in sys.modules else "without Spark")
"""


def test_airflow_reads_the_file_in_a_moment(airflow):
    assert airflow.errors() == []
    assert sorted(airflow.tasks("isthmus_demonstration")) == sorted(GROUPS)
    done = subprocess.run(
        [str(airflow.programs / "python"), "-c", MEASURE, str(airflow.dags / "isthmus_dag.py")],
        capture_output=True, text=True, check=True, env=airflow.environment(),
    )  # fmt: skip
    seconds, how = re.search(r"^read in ([\d.]+) (.*)$", done.stdout, re.MULTILINE).groups()
    assert float(seconds) < LONGEST_PARSE
    assert how == "without Spark"


def test_airflow_shows_what_is_wrong_with_a_variable(airflow):
    (error,) = airflow.errors(warehouse="science.isthmus")
    assert "set isthmus_results to a folder or an address" in error
    (error,) = airflow.errors(study="demonstratoin")
    assert "did you mean 'demonstration'" in error


def test_an_edited_study_changes_the_tasks_at_once(airflow, tmp_path):
    own = tmp_path / "my field.yaml"
    own.write_text("extends: demonstration\nstudy: my-field\n")
    before = set(airflow.tasks("isthmus_my_field", study=own))
    own.write_text("extends: demonstration\nstudy: my-field\ntrajectories: {}\ntrends: {}\nblocs: {}\n")
    after = set(airflow.tasks("isthmus_my_field", study=own, set=""))
    assert before == set(GROUPS)
    assert after > before


def test_a_study_runs_to_its_end(airflow, first_run):
    assert first_run.count("new_state=success") == len(GROUPS)
    results = airflow.folder / "my tables" / "results" / "demonstration"
    assert {"study.json", "pair_tests.parquet", "report.html"} <= {file.name for file in results.iterdir()}
    assert first_run.count("Done.") == len(GROUPS)


def test_a_second_run_does_nothing(airflow, first_run):
    results = airflow.folder / "my tables" / "results"
    before = contents(results)
    said = airflow.run("dags", "test", "isthmus_demonstration").stdout
    assert said.count("new_state=success") == len(GROUPS)
    # maintenance runs whenever it is asked for
    assert said.count("Nothing had to be done") == len(GROUPS) - 1
    assert contents(results) == before


def test_a_failing_stage_says_why_and_is_not_tried_again(airflow, first_run, tmp_path):
    """A corpus without works does not pass its check: exit code 3."""
    own = tmp_path / "nothing.yaml"
    own.write_text("extends: demonstration\nstudy: nothing\ncorpus: {rule: primary_subfield, ids: [1]}\n")
    done = airflow.run("tasks", "test", "isthmus_nothing", "networks", study=own)
    message = "AirflowFailException: isthmus: a quality check failed:\n  corpus_coverage: works in the corpus is 0"
    assert message in done.stdout + done.stderr, (done.stdout + done.stderr)[-4000:]


def test_a_damaged_snapshot_is_said_and_may_be_tried_again(airflow, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(airflow.folder / "my world", damaged)
    lost = next(damaged.rglob("works/*/*.gz"))
    lost.unlink()
    done = airflow.run(
        "tasks", "test", "isthmus_demonstration", "ingest", check=False,
        snapshot=damaged, warehouse=tmp_path / "tables", partial="no",
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "new_state=failed" in said
    message = said.partition("AirflowException: isthmus: snapshot ")[2]
    assert f"{lost.name} is missing" in message, said[-4000:]
    assert "or read what is there with --partial" in message, "all lines of it"


def test_the_spark_provider_submits_the_same_job(airflow, first_run):
    told = {"operator": "spark"}
    assert airflow.errors(**told) == []
    airflow.settings["AIRFLOW_CONN_SPARK_DEFAULT"] = json.dumps({"conn_type": "spark", "host": "local[2]"})
    done = airflow.run("tasks", "test", "isthmus_demonstration", "networks", **told)
    assert "Nothing had to be done" in done.stdout
    failed = airflow.run(
        "tasks", "test", "isthmus_demonstration", "networks", check=False, warehouse=airflow.folder / "none", snapshot="/nowhere", **told
    )  # fmt: skip
    said = failed.stdout + failed.stderr
    assert "new_state=failed" in said
    assert re.search(r"AirflowException: isthmus: [^\n]*/nowhere", said), said[-4000:]


# ---- a whole Airflow, with a scheduler, in front of commands that do nothing but say when

LISTS = """#!/bin/sh
echo '{"ingest": ["parse"], "networks": ["corpus"]}'
"""
SUBMITS = """#!/bin/sh
echo "begin $2 $(date +%s.%N)" >> LOG
sleep 2
echo "end $2 $(date +%s.%N)" >> LOG
case "$2" in
  gate) echo "isthmus: a check of the data failed"; exit 3 ;;
  broken) echo "isthmus: a server cannot be reached"; exit 1 ;;
esac
"""
STUDIES = ("one", "two", "gate", "broken")


@pytest.fixture(scope="module")
def scheduled(programs, tmp_path_factory):
    """An Airflow whose variables are in its database, as people set them, and its log of begins and ends."""
    folder = tmp_path_factory.mktemp("scheduled")
    log = folder / "log.txt"
    for name, text in ((".venv/bin/isthmus", LISTS), ("scripts/submit.sh", SUBMITS.replace("LOG", str(log)))):
        program = folder / "home" / name
        program.parent.mkdir(parents=True)
        program.write_text(text)
        program.chmod(0o755)
    airflow = Airflow(programs, folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    airflow.settings |= {
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of this test that is long enough for every signature there may be",
        "AIRFLOW__API__SECRET_KEY": "another",
    }
    told = {"home": str(folder / "home"), "study": "\n".join(STUDIES), "warehouse": str(folder / "tables")}
    (folder / "variables.json").write_text(
        json.dumps({f"isthmus_{name}": value for name, value in (told | {"schedule": "@once"}).items()})
    )
    airflow.run("variables", "import", str(folder / "variables.json"))
    with daemons(airflow, ("api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1")):
        yield airflow, log


@contextmanager
def daemons(airflow, server):
    """Airflow's three processes, which are stopped at the end."""
    running = []
    try:
        for words in (server, ("scheduler",), ("dag-processor",)):
            log = (airflow.folder / f"{words[0]}.log").open("w")
            command = [str(airflow.programs / "airflow"), *words]
            running.append(subprocess.Popen(command, stdout=log, stderr=log, env=airflow.environment()))
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def asked(airflow, question):
    """Return the rows that Airflow's database answers, of one column without the row around it."""
    database = sqlite3.connect(f"file:{airflow.folder}/airflow.db?mode=ro", uri=True)
    try:
        return [row[0] if len(row) == 1 else row for row in database.execute(question)]
    finally:
        database.close()


def states(airflow):
    """Return (study, task) -> its state and how often it was tried, as Airflow's database has it."""
    rows = asked(airflow, "select dag_id, task_id, state, try_number from task_instance")
    return {(dag.removeprefix("isthmus_"), task): (state, tries) for dag, task, state, tries in rows}


def wait_until(airflow, holds, seconds=240):
    """Wait for something to be true of the states."""
    until = time.monotonic() + seconds
    while not holds(states(airflow)):
        logs = "\n".join(file.read_text()[-1500:] for file in airflow.folder.glob("*.log"))
        assert time.monotonic() < until, f"{states(airflow)}\n{logs}"
        time.sleep(1)


def test_studies_on_one_warehouse_take_turns_and_only_what_may_help_is_tried_again(scheduled):
    airflow, log = scheduled
    wait_until(airflow, lambda found: sum(state == "scheduled" for state, _ in found.values()) == len(STUDIES))
    time.sleep(10)
    assert not log.exists(), "without its pool nothing begins"
    (pool,) = asked(airflow, "select distinct pool from task_instance")
    assert f"non-existent pool '{pool}'" in (airflow.folder / "scheduler.log").read_text()
    airflow.run("pools", "set", pool, "1", "one at a time")
    ended = {"success", "failed", "up_for_retry"}
    wait_until(airflow, lambda found: sum(state in ended for state, _ in found.values()) == 2 * len(STUDIES) - 2)
    found = states(airflow)
    for study in ("one", "two"):
        assert [found[study, task][0] for task in ("ingest", "networks")] == ["success", "success"]
    assert found["gate", "ingest"] == ("failed", 1)
    assert found["broken", "ingest"][0] == "up_for_retry"
    lines = [line.split() for line in log.read_text().splitlines()]
    assert len(lines) == 12
    for begin, end in zip(lines[::2], lines[1::2], strict=True):
        assert (begin[0], end[0], begin[1]) == ("begin", "end", end[1]), "nobody begins before the other has ended"
    said = "".join(file.read_text() for file in (airflow.folder / "airflow" / "logs").rglob("*.log"))
    assert "isthmus: a check of the data failed" in said
