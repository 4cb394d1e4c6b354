"""The bundle for Databricks: tasks that exist, files that it can send, and a form that Databricks' own library accepts."""

import copy
import json
import subprocess
import sys
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from isthmus.cli.maintain import maintain
from isthmus.cli.run import run
from isthmus.engine import session
from isthmus.pipeline.run import TASKS

ROOT = Path(__file__).resolve().parents[2]
BUNDLES = "databricks-bundles==1.22.1"
LOCAL_FILES = ("python_file", "whl", "notebook_path", "jar", "egg")
CHECK = """
import json, sys
from databricks.bundles.jobs import Job
for job in json.load(sys.stdin):
    try:
        Job.from_dict(job)
        print("accepted")
    except Exception as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def bundle():
    return yaml.safe_load((ROOT / "databricks.yml").read_text(encoding="utf-8"))


def job_of(bundle):
    return bundle["resources"]["jobs"]["isthmus"]


def local_files(node, name=None):
    """Every file of this machine that a bundle names."""
    if isinstance(node, dict):
        return [file for key, value in node.items() for file in local_files(value, key)]
    if isinstance(node, list):
        return [file for value in node for file in local_files(value, name)]
    return [node] if name in LOCAL_FILES and not str(node).startswith(("/", "dbfs:", "$")) else []


def files_outside(bundle, root=ROOT):
    """Files that Databricks' command would refuse: neither in the bundle's folder nor in one of its `sync.paths`."""
    sent = [root, *((root / path) for path in bundle.get("sync", {}).get("paths", []))]
    named = local_files(bundle["resources"]) + [artifact["path"] for artifact in bundle["artifacts"].values()]
    return [f for f in named if not any((root / f).resolve().is_relative_to(folder.resolve()) for folder in sent)]


def test_there_is_a_task_for_each_group_of_stages_one_after_the_other(bundle):
    tasks = job_of(bundle)["tasks"]
    assert [task["task_key"] for task in tasks] == list(TASKS)
    for earlier, later in pairwise(tasks):
        assert later["depends_on"] == [{"task_key": earlier["task_key"]}]
    clusters = {cluster["job_cluster_key"] for cluster in job_of(bundle)["job_clusters"]}
    for task in tasks:
        assert task["job_cluster_key"] in clusters
        assert task["max_retries"] >= 1
        assert task["timeout_seconds"] > 0


def test_every_task_calls_a_command_of_the_wheel_with_options_that_it_has(bundle):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for task in job_of(bundle)["tasks"]:
        call = task["python_wheel_task"]
        assert call["package_name"] == declared["name"]
        assert call["entry_point"] in declared["scripts"]
        name, *words = call["parameters"]
        command = {"run": run, "maintain": maintain}[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known
        if name == "run":
            assert words[words.index("--tasks") + 1] == task["task_key"]
        assert task["libraries"] == [{"whl": "./dist/*.whl"}]


def test_every_variable_that_is_used_is_declared(bundle):
    text = (ROOT / "databricks.yml").read_text(encoding="utf-8")
    used = {part.split("}")[0] for part in text.split("${var.")[1:]}
    assert used == set(bundle["variables"])


def test_every_file_lies_where_the_bundle_can_send_it(bundle):
    assert files_outside(bundle) == []
    for path in bundle["sync"]["paths"]:
        assert (ROOT / path).is_dir()


def test_a_file_elsewhere_would_be_found(bundle):
    job_of(bundle)["tasks"][0]["libraries"] = [{"whl": "../dist/*.whl"}]
    job_of(bundle)["tasks"][1]["spark_python_task"] = {"python_file": "../jobs/run.py"}
    assert files_outside(bundle) == ["../dist/*.whl", "../jobs/run.py"]
    bundle["sync"]["paths"].append("../jobs")
    assert files_outside(bundle) == ["../dist/*.whl"]


def test_the_wheel_asks_for_no_spark_where_the_runtime_has_its_own():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = " ".join(project["dependencies"])
    assert "pyspark" not in asked
    assert "delta-spark" not in asked
    assert [line.split(">")[0].split("=")[0] for line in project["optional-dependencies"]["spark"]] == [
        "pyspark",
        "delta-spark",
    ]


def test_the_session_of_the_runtime_is_taken_as_it_is(monkeypatch):
    asked = []

    class Builder:
        def appName(self, name):
            asked.append(name)
            return self

        def getOrCreate(self):
            return "the runtime's session"

        def __getattr__(self, name):
            raise AssertionError(f"{name} is the runtime's to say")

    from pyspark.sql import SparkSession

    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "18.0")
    monkeypatch.setattr(SparkSession, "builder", Builder())
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)
    monkeypatch.setattr(session, "check_workers", lambda spark: asked.append("workers"))
    monkeypatch.setattr(session, "require_decisive", lambda spark: asked.append("decisive"))
    assert session.start_session("isthmus", master=None) == "the runtime's session"
    assert asked == ["isthmus", "workers", "decisive"]


@pytest.mark.slow
def test_the_wheel_has_the_command_the_studies_and_no_wish_for_spark(tmp_path):
    words = ["wheel", "--quiet", "--no-deps", "--disable-pip-version-check", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    (wheel,) = tmp_path.glob("isthmus-*.whl")
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        told = {name.split("/")[-1]: files.read(name).decode() for name in names if ".dist-info/" in name}
    assert "isthmus/conf/studies/gallo2026.yaml" in names
    assert "isthmus = isthmus.cli.main:main" in told["entry_points.txt"]
    asked = [line for line in told["METADATA"].splitlines() if line.startswith("Requires-Dist:")]
    assert any(line.startswith("Requires-Dist: pyspark") and "extra == 'spark'" in line for line in asked)
    assert [line for line in asked if "spark" in line.split(";")[0] and "extra ==" not in line] == []


@pytest.fixture(scope="module")
def databricks_python(tmp_path_factory):
    """A Python of its own with Databricks' library of bundles."""
    folder = tmp_path_factory.mktemp("databricks")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    made = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", BUNDLES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"{BUNDLES} cannot be installed: {made.stderr.strip().splitlines()[-1]}")
    return python


@pytest.mark.slow
def test_databricks_own_library_accepts_the_job_and_would_refuse_a_wrong_one(databricks_python, bundle):
    def with_fault(change):
        job = copy.deepcopy(job_of(bundle))
        change(job)
        return job

    jobs = [
        job_of(bundle),
        with_fault(lambda job: job.update(time_out=1)),
        with_fault(lambda job: job["tasks"][0]["python_wheel_task"].update(package="isthmus")),
        with_fault(lambda job: job["tasks"][0].pop("task_key")),
        with_fault(lambda job: job["job_clusters"][0]["new_cluster"].update(data_security_mode="ANYBODY")),
    ]
    said = subprocess.run(
        [str(databricks_python), "-c", CHECK],
        input=json.dumps(jobs), capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert said[0] == "accepted"
    assert len(said) == len(jobs)
    assert "accepted" not in said[1:], said
