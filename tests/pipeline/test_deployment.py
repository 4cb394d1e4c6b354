"""The deployment files name stages, jobs and options that exist."""

import re
import runpy
import shlex
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


class Operator:
    """What an Airflow task is told."""

    def __init__(self, *, task_id, pool, bash_command="", skip_on_exit_code=(), **told):
        self.name, self.pool, self.command, self.final, self.told = task_id, pool, bash_command, skip_on_exit_code, told
        self.after = []
        Dag.open.tasks[task_id] = self

    def set_downstream(self, other):
        other.after.append(self.name)


class Bash(Operator):
    """Airflow's BashOperator."""


class Submit(Operator):
    """Airflow's SparkSubmitOperator."""


class Dag:
    """Airflow's DAG, as far as the file uses it: tasks that are made within it are its own."""

    open = None

    def __init__(self, dag_id, **options):
        self.dag_id, self.options, self.tasks = dag_id, options, {}

    def __enter__(self):
        Dag.open = self
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture
def airflow_dag(monkeypatch, tmp_path):
    """The DAG's file, run with stand-ins for Airflow in front of this very checkout, with these Airflow variables."""
    program = tmp_path / "my home" / ".venv" / "bin" / "isthmus"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m isthmus.cli.main "$@"\n')
    program.chmod(0o755)

    def run(**answers):
        answers = {"home": str(tmp_path / "my home"), "study": "demonstration"} | answers
        variables = SimpleNamespace(get=lambda name, default: answers.get(name.removeprefix("isthmus_"), default))
        errors = {f"Airflow{name}Exception": type(name, (Exception,), {}) for name in ("", "Fail", "Skip")}
        stand_ins = {
            "airflow.sdk": SimpleNamespace(DAG=Dag, Variable=variables, BaseOperator=Operator),
            "airflow.sdk.exceptions": SimpleNamespace(**errors),
            "airflow.providers.standard.operators.bash": SimpleNamespace(BashOperator=Bash),
            "airflow.providers.apache.spark.operators.spark_submit": SimpleNamespace(SparkSubmitOperator=Submit),
        }
        for name, module in stand_ins.items():
            monkeypatch.setitem(sys.modules, name, module)
        for parent in {".".join(name.split(".")[:length]) for name in stand_ins for length in range(1, 6)}:
            monkeypatch.setitem(sys.modules, parent, sys.modules.get(parent, SimpleNamespace()))
        return runpy.run_path(str(ROOT / "conf/airflow/isthmus_dag.py"))

    return run


def words_of(task):
    """The words of a task's command as the shell reads them."""
    words = shlex.split(task.command)
    assert words[:3] == ["set", "-o", "pipefail;"]
    assert words[-4:] == ["2>&1", "|", "tee", "said.txt"]
    return words[3:-4]


def test_the_airflow_dag_has_a_task_for_each_group_of_stages_one_after_the_other(airflow_dag):
    made = airflow_dag()["dags"]
    assert list(made) == ["isthmus_demonstration"]
    tasks = made["isthmus_demonstration"].tasks
    assert list(tasks) == list(TASKS), "maintenance included"
    for earlier, later in pairwise(tasks):
        assert list(tasks[later].after) == [earlier]


def test_the_airflow_tasks_call_the_script_with_options_that_it_has(airflow_dag, tmp_path):
    script = (ROOT / "scripts/submit.sh").read_text()
    told = {
        "snapshot": "/data/my world",
        "warehouse": "s3a://bucket/ware house/",
        "storage": "/etc/the storage.yaml",
        "set": "years.corpus=[2000, 2022]\n\n title=a 'quoted' title\n",
        "incremental": "Yes",
        "partial": "no",
        "spark_options": "--executor-memory 8g --conf 'spark.x=a b'",
    }
    for name, task in airflow_dag(**told)["dags"]["isthmus_demonstration"].tasks.items():
        words = words_of(task)
        assert words == [
            str(tmp_path / "my home" / "scripts" / "submit.sh"), "--study", "demonstration",
            "--warehouse", "s3a://bucket/ware house", "--master", "yarn", "--snapshot", "/data/my world",
            "--storage", "/etc/the storage.yaml", "--set", "years.corpus=[2000, 2022]", "--set", "title=a 'quoted' title",
            "--incremental", "--tasks", name, "--", "--executor-memory", "8g", "--conf", "spark.x=a b",
        ]  # fmt: skip
        assert all(word in script for word in words[: words.index("--")] if word.startswith("--"))
        assert task.final == (2, 3)


def test_whatever_writes_to_a_warehouse_waits_for_the_same_slot(airflow_dag, tmp_path):
    own = tmp_path / "my field.yaml"
    own.write_text("extends: demonstration\nstudy: my-field\n")
    found = airflow_dag(study=f"demonstration\n{own}", warehouse="s3a://bucket/isthmus")
    assert list(found["dags"]) == ["isthmus_demonstration", "isthmus_my_field"]
    pools = {task.pool for dag in found["dags"].values() for task in dag.tasks.values()}
    assert pools == {"isthmus_s3a_bucket_isthmus"}
    command = "airflow pools set isthmus_s3a_bucket_isthmus 1 'one at a time on s3a://bucket/isthmus'"
    assert all(command in dag.options["doc_md"] for dag in found["dags"].values())


def test_the_airflow_dag_follows_the_study_file_at_once(airflow_dag, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("extends: demonstration\nstudy: own\ntrajectories: null\ntrends: null\n")
    before = list(airflow_dag(study=str(own))["dags"]["isthmus_own"].tasks)
    own.write_text("extends: demonstration\nstudy: own\n")
    after = list(airflow_dag(study=str(own))["dags"]["isthmus_own"].tasks)
    assert after == [*before[:3], "trajectories", *before[3:]]
    settings = {"study": str(own), "set": "trajectories=null\ntrends=null"}
    assert list(airflow_dag(**settings)["dags"]["isthmus_own"].tasks) == before, "a setting, too"


def test_the_spark_operator_is_told_the_same(airflow_dag, tmp_path):
    told = {"operator": "spark", "set": "years.corpus=[2000, 2022]", "master": "spark://host:7077"}
    options = "--executor-memory 8g --num-executors 4 --conf spark.x=a=b"
    for name, task in airflow_dag(**told, spark_options=options)["dags"]["isthmus_demonstration"].tasks.items():
        assert isinstance(task, Submit)
        assert task.told.pop("application_args") == [
            "--study", "demonstration", "--warehouse", "s3a://my-bucket/isthmus", "--master", "spark://host:7077",
            "--snapshot", "s3://openalex", "--set", "years.corpus=[2000, 2022]", "--tasks", name,
        ]  # fmt: skip
        assert task.told == {
            "application": str(tmp_path / "my home" / "jobs" / "run.py"),
            "name": f"isthmus {name}",
            "executor_memory": "8g",
            "num_executors": "4",
            "conf": {"spark.x": "a=b"},
        }


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"warehouse": "science.isthmus"}, "set isthmus_results to a folder or an address"),
        ({"warehouse": "tables"}, "isthmus_warehouse is 'tables': name an absolute folder or an address"),
        ({"warehouse": "science.isthmus", "results": "here"}, "isthmus_results is 'here'"),
        ({"study": "own.yaml"}, "'own.yaml' is no absolute path"),
        ({"study": "demonstration\ndemonstration"}, "names two studies that are both called 'isthmus_demonstration'"),
        ({"study": "demonstratoin"}, "did you mean 'demonstration'"),
        ({"set": "years.corpsu=1"}, "did you mean 'corpus'"),
        ({"home": "/nowhere"}, "isthmus_home is no checkout"),
        ({"operator": "yarn"}, "it can be bash or spark"),
        ({"operator": "spark", "spark_options": "--executor-memory"}, "is no option with a value"),
    ],
)
def test_what_airflow_shows_of_a_wrong_variable(airflow_dag, told, said):
    with pytest.raises((ValueError, RuntimeError), match=re.escape(said)):
        airflow_dag(**told)


def test_of_a_failed_task_the_message_is_shown(airflow_dag):
    last_words = airflow_dag(study="")["last_words"]
    said = "step 1\nisthmus: a warning\nstep 2\nisthmus: it failed:\n  here\n"
    assert last_words(said) == "isthmus: it failed:\n  here"
    assert last_words("Killed\n") == "Killed"
    assert last_words("") == "the command said nothing"
    assert len(last_words("isthmus: a warning\n" + "x" * 10_000)) == 2_000


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
