"""The deployment files name stages, jobs and options that exist."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from isthmus.cli.run import ingest, run
from isthmus.pipeline import STAGES

ROOT = Path(__file__).resolve().parents[2]


def constants(file):
    """The literal values that a module assigns at its top level."""
    found = {}
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple | ast.Constant):
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def test_the_airflow_dag_runs_every_stage_in_order():
    values = constants(ROOT / "conf/airflow/isthmus_dag.py")
    assert [*values["SNAPSHOT_STAGES"], *values["STUDY_STAGES"]] == [stage.name for stage in STAGES]


def test_the_databricks_bundle_calls_a_job_with_options_that_it_has():
    file = ROOT / "conf/databricks/databricks.yml"
    (task,) = yaml.safe_load(file.read_text())["resources"]["jobs"]["isthmus"]["tasks"]
    call = task["spark_python_task"]
    assert (file.parent / call["python_file"]).resolve() == ROOT / "jobs/run.py"
    known = {option for parameter in run.params for option in parameter.opts}
    assert {word for word in call["parameters"] if word.startswith("--")} <= known


@pytest.mark.parametrize("job", sorted(p.name for p in (ROOT / "jobs").glob("*.py")))
def test_every_job_takes_the_arguments_of_its_command(job):
    done = subprocess.run(
        [sys.executable, str(ROOT / "jobs" / job), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    command = ingest if job == "ingest.py" else run
    assert command.help.splitlines()[0] in " ".join(done.stdout.split())


def test_every_stage_of_a_study_has_a_job():
    jobs = {p.stem for p in (ROOT / "jobs").glob("*.py")}
    assert {stage.name for stage in STAGES if stage.scope == "study"} <= jobs
    assert {"run", "ingest"} <= jobs
