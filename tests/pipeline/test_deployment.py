"""The deployment files name stages, jobs and options that exist."""

import runpy
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from isthmus.cli.maintain import maintain
from isthmus.cli.run import run
from isthmus.pipeline.run import TASKS

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


def test_the_airflow_dag_has_a_task_for_each_group_of_stages_one_after_the_other(airflow_dag, tmp_path):
    tasks = airflow_dag()["tasks"]
    assert list(tasks) == list(TASKS), "maintenance included"
    for earlier, later in pairwise(tasks):
        assert list(tasks[later].after) == [earlier]
    (tmp_path / "home" / ".venv" / "bin" / "isthmus").unlink()
    assert list(airflow_dag()["tasks"]) == list(tasks), "the tasks are remembered until the checkout changes"


def test_the_airflow_tasks_call_the_script_with_options_that_it_has(airflow_dag):
    script = (ROOT / "scripts/submit.sh").read_text()
    for name, task in airflow_dag()["tasks"].items():
        words = task.command.split()
        assert words[0].endswith("/scripts/submit.sh")
        assert words[-2:] == ["--tasks", name]
        for word in words:
            assert not word.startswith("--") or word in script


@pytest.mark.parametrize("job", sorted(p.stem for p in (ROOT / "jobs").glob("*.py")))
def test_every_job_calls_its_command_with_its_task(job, monkeypatch):
    command, called = maintain if job == "maintenance" else run, []
    monkeypatch.setattr(command, "main", lambda args=None, **options: called.append(args))
    monkeypatch.setattr(sys, "argv", [job, "--warehouse", "x"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / "jobs" / f"{job}.py"), run_name="__main__")
    assert end.value.code == 0
    assert called == [["--warehouse", "x", *([] if job in {"run", "maintenance"} else ["--tasks", job])]]


def test_a_job_is_a_program():
    done = subprocess.run(
        [sys.executable, str(ROOT / "jobs/run.py"), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert run.help.splitlines()[0] in " ".join(done.stdout.split())


def test_every_task_has_a_job():
    assert {p.stem for p in (ROOT / "jobs").glob("*.py")} == {"run", *TASKS}
