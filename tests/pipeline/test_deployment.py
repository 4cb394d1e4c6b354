"""The deployment files name stages, jobs and options that exist."""

import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from isthmus.cli.maintain import maintain
from isthmus.cli.run import ingest, run
from isthmus.config import load_study
from isthmus.pipeline import STAGES

ROOT = Path(__file__).resolve().parents[2]


class Task:
    """What an Airflow task is told."""

    def __init__(self, task_id, bash_command):
        self.name, self.command, self.after = task_id, bash_command, []

    def set_downstream(self, other):
        other.after.append(self.name)


class Dag:
    """Airflow's DAG, as far as the file uses it."""

    def __init__(self, **options):
        self.options = options

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture
def airflow_dag(monkeypatch, tmp_path):
    """The DAG's file, run with stand-ins for Airflow in front of this very checkout."""
    program = tmp_path / "home" / ".venv" / "bin" / "isthmus"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m isthmus.cli.main "$@"\n')
    program.chmod(0o755)
    (tmp_path / "home" / "lib" / "isthmus" / "pipeline").mkdir(parents=True)
    answers = {"isthmus_home": str(tmp_path / "home")}

    def get(name, default_var):
        return answers.get(name, default_var)

    stand_ins = {
        "airflow": SimpleNamespace(DAG=Dag),
        "airflow.models": SimpleNamespace(Variable=SimpleNamespace(get=get)),
        "airflow.operators": SimpleNamespace(),
        "airflow.operators.bash": SimpleNamespace(BashOperator=Task),
    }
    for name, module in stand_ins.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    return lambda: runpy.run_path(str(ROOT / "conf/airflow/isthmus_dag.py"))


def test_the_airflow_dag_runs_every_stage_that_the_study_asks_for_after_those_it_needs(airflow_dag, tmp_path):
    tasks, study = airflow_dag()["tasks"], load_study("gallo2026")
    asked = {stage.name: stage for stage in STAGES if stage.asked(study)}
    assert list(tasks) == list(asked), "maintenance included"
    for name, stage in asked.items():
        if not stage.on_request:
            assert set(tasks[name].after) == set(stage.needs) & set(asked)
    followed = {earlier for name, task in tasks.items() if name != "maintenance" for earlier in task.after}
    assert set(tasks["maintenance"].after) == set(asked) - followed - {"maintenance"}
    (tmp_path / "home" / ".venv" / "bin" / "isthmus").unlink()
    assert list(airflow_dag()["tasks"]) == list(tasks), "the stages are remembered until the checkout changes"


def test_the_airflow_tasks_call_the_script_with_options_that_it_has(airflow_dag):
    script = (ROOT / "scripts/submit.sh").read_text()
    for name, task in airflow_dag()["tasks"].items():
        words = task.command.split()
        assert words[0].endswith("/scripts/submit.sh")
        assert words[-2:] == ["--stages", name]
        for word in words:
            assert not word.startswith("--") or word in script


@pytest.mark.parametrize(("key", "job", "command"), [("study", "run", run), ("maintenance", "maintenance", maintain)])
def test_the_databricks_bundle_calls_jobs_with_options_that_they_have(key, job, command):
    file = ROOT / "conf/databricks/databricks.yml"
    tasks = {
        task["task_key"]: task for task in yaml.safe_load(file.read_text())["resources"]["jobs"]["isthmus"]["tasks"]
    }
    call = tasks[key]["spark_python_task"]
    assert (file.parent / call["python_file"]).resolve() == ROOT / "jobs" / f"{job}.py"
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in call["parameters"] if word.startswith("--")} <= known


COMMANDS = {"ingest": ingest, "maintenance": maintain}


@pytest.mark.parametrize("job", sorted(p.stem for p in (ROOT / "jobs").glob("*.py")))
def test_every_job_calls_its_command_with_its_stage(job, monkeypatch):
    command, called = COMMANDS.get(job, run), []
    monkeypatch.setattr(command, "main", lambda args=None, **options: called.append(args))
    monkeypatch.setattr(sys, "argv", [job, "--warehouse", "x"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / "jobs" / f"{job}.py"), run_name="__main__")
    assert end.value.code == 0
    whole = job in {"run", "ingest", "maintenance"}  # click takes the arguments of the process itself
    assert called == [None if whole else ["--warehouse", "x", "--stages", job]]


def test_a_job_is_a_program():
    done = subprocess.run(
        [sys.executable, str(ROOT / "jobs/run.py"), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert run.help.splitlines()[0] in " ".join(done.stdout.split())


def test_every_stage_of_a_study_has_a_job():
    jobs = {p.stem for p in (ROOT / "jobs").glob("*.py")}
    assert {stage.name for stage in STAGES if stage.scope == "study"} <= jobs
    assert {"run", "ingest"} <= jobs
