"""A cluster whose workers have a bare Python: the job brings the library and its packages along."""

import subprocess
from pathlib import Path

import pytest
from tests.pipeline.bare_workers import (
    SMALL,
    SPARK_HOME,
    bare_python,
    emptied,
    published,
    require_same,
    simulated,
    submit,
    wait_for,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The URL of a standalone master with two workers, in processes that are stopped at the end."""
    folder = tmp_path_factory.mktemp("cluster")
    environment = emptied(
        bare_python(folder / "python"),
        HOME=str(folder),
        SPARK_HOME=str(SPARK_HOME),
        SPARK_LOCAL_IP="127.0.0.1",
        SPARK_DAEMON_MEMORY="512m",
    )
    running = []

    def daemon(name, *words):
        log = (folder / f"{len(running)}-{name}.log").open("w")
        command = [str(SPARK_HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{name.lower()}.{name}", *words]
        running.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=folder))
        return Path(log.name)

    try:
        log = daemon("Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        url = wait_for(log, r"(spark://127\.0\.0\.1:\d+)")
        for number in range(2):
            work = folder / f"work-{number}"
            options = ("--host", "127.0.0.1", "--cores", "1", "--memory", "2g", "--webui-port", "0")
            log = daemon("Worker", *options, "--work-dir", str(work), url)
            wait_for(log, r"(Successfully registered)")
        yield url
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """A small simulated snapshot."""
    return simulated(tmp_path_factory.mktemp("world") / "world")


def test_workers_with_a_bare_python_give_the_results_of_a_local_run(cluster, snapshot, tmp_path):
    memory = ("--driver-memory", "1g", *SMALL)
    there = submit(snapshot, tmp_path / "there", "--master", cluster, spark=("--executor-memory", "1g", *memory))
    assert there.returncode == 0, there.stderr[-4000:]
    here = submit(snapshot, tmp_path / "here", "--master", "local[2]", spark=memory)
    assert here.returncode == 0, here.stderr[-4000:]
    require_same(published(tmp_path / "there"), published(tmp_path / "here"))


def test_a_worker_without_the_interpreter_is_said_before_any_stage_runs(cluster, snapshot, tmp_path):
    done = submit(
        snapshot, tmp_path / "none", "--master", cluster, "--worker-python", "python3.4",
        spark=("--executor-memory", "1g", "--driver-memory", "1g"),
    )  # fmt: skip
    assert done.returncode == 1
    said = done.stdout + done.stderr  # spark-submit hands the driver's errors on as output
    assert "isthmus: the workers have no interpreter 'python3.4'" in said, said[-3000:]
    assert not list((tmp_path / "none").glob("*"))
