"""Kubernetes: the image built step by step without Docker, and the Job of conf/kubernetes run by Spark's own scheduler.

The API is that of `tests.pipeline.kubernetes`; every pod is processes of this machine in the image's files, as the image's user.
"""

import copy
import os
import shutil
import subprocess
import time
from pathlib import Path

import pandas as pd
import pyspark
import pytest
import yaml
from tests.pipeline.image import ROOT, bare_debian, build, inside, instructions, missing_tools, stages
from tests.pipeline.kubernetes import TOKEN, Cluster

pytestmark = pytest.mark.slow

MANIFEST = list(yaml.safe_load_all((ROOT / "conf/kubernetes/isthmus.yaml").read_text(encoding="utf-8")))
STUDY = ["--study", "demonstration", "--set", "years.corpus=[2010, 2021]", "--set", "years.analysis=[2010, 2021]"]
STUDY += ["--set", "trajectories=null", "--set", "trends=null"]
SMALL = ["--conf", "spark.sql.shuffle.partitions=4", "--conf", "spark.databricks.delta.snapshotPartitions=2"]
VOLATILE = {"seconds", "iterations"}
VERBS = {"POST": "create", "PATCH": "patch", "PUT": "update"}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The image of the Dockerfile, with this machine's certificates and its way to packages while it is built."""
    why = missing_tools()
    if why:
        pytest.skip(f"the image's steps cannot be run here: {why}")
    folder = tmp_path_factory.mktemp("image")
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    try:
        base = bare_debian(stages(instructions(text))[1][0].base, folder / "debian")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no bare Debian can be fetched here: {error}")
    certificates = folder / "certificates"
    shutil.copytree("/etc/ssl/certs", certificates, symlinks=False)
    told = {
        k: v
        for k, v in os.environ.items()
        if k in {"PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "http_proxy", "https_proxy", "no_proxy"}
    }
    told["PIP_CERT"] = "/certificates/ca-certificates.crt"
    if (certificates / "java" / "cacerts").exists():
        told["JAVA_TOOL_OPTIONS"] = "-Djavax.net.ssl.trustStore=/certificates/java/cacerts"
    yield build(text, folder, base, variables=told, mounts=[(certificates, "/certificates")])
    shutil.rmtree(folder, ignore_errors=True)  # gigabytes


def run(image, layer, *words, mounts=()):
    """Run a container of the image to its end."""
    command = inside(image, [*image.entrypoint, *words], {"HOME": "/opt/isthmus/work"}, mounts, layer)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500)


def test_a_container_is_isthmus_with_its_spark_and_is_not_root(image, tmp_path):
    done = run(image, tmp_path / "a", "isthmus", "studies")
    assert "gallo2026" in done.stdout, done.stderr
    assert run(image, tmp_path / "b", "id", "-u").stdout.strip() == image.user == "10001"
    assert run(image, tmp_path / "c", *image.command).stdout.startswith("Usage: isthmus")
    said = run(image, tmp_path / "d", "isthmus", "doctor")
    assert "Everything is there." in said.stdout, said.stdout + said.stderr


@pytest.fixture(scope="module")
def volume(image, tmp_path_factory):
    """The folder behind the claim, with a small world in it, which belongs to the image's user."""
    folder = tmp_path_factory.mktemp("claims")
    Path(folder).chmod(0o777)
    made = run(image, folder.with_name("world-layer"), "isthmus", "simulate", "--works", "3000", "--out", "/data/openalex-snapshot",
               mounts=[(folder, "/data")])  # fmt: skip
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def cluster(image, volume, tmp_path):
    cluster = Cluster(tmp_path / "cluster", image, {"isthmus": volume})
    yield cluster
    cluster.close()


def pod_of_the_job(cluster):
    """The pod that Kubernetes makes of the Job, told of this API, a small study and small executors."""
    spec = copy.deepcopy(MANIFEST[-1]["spec"]["template"]["spec"])
    (driver,) = spec["containers"]
    words = driver["args"]
    at = words.index("--study")
    words[at : at + 2] = STUDY
    words[words.index("--driver-memory") + 1] = words[words.index("--executor-memory") + 1] = "1g"
    changed = {
        "k8s://https://kubernetes.default.svc": f"k8s://{cluster.url}",
        "spark.executor.instances=8": "spark.executor.instances=2",
        "spark.executor.cores=2": "spark.executor.cores=1",
    }
    assert changed.keys() <= set(words)
    driver["args"] = [changed.get(word, word) for word in words] + SMALL
    driver["env"] += [{"name": "ISTHMUS_RUN", "value": "short"}, {"name": "ISTHMUS_DEBUG", "value": "1"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "isthmus-driver", "namespace": "default"},
        "spec": spec,
    }


def ended(cluster, pod, seconds=2400):
    """Wait for a pod to have succeeded."""
    phase, until = "Pending", time.monotonic() + seconds
    while phase not in {"Succeeded", "Failed"} and time.monotonic() < until:
        time.sleep(1)
        phase = cluster.store.objects["pods", "default", pod]["status"]["phase"]
    assert phase == "Succeeded", (cluster.folder / f"{pod}.log").read_text()[-5000:]


def executors_of(cluster, driver):
    """Return the pods that ran beside the driver, each of which started an executor and was ended."""
    names = [name for name in cluster.processes if name != driver]
    for name in names:
        assert "Starting executor ID" in (cluster.folder / f"{name}.log").read_text()
        assert ("pods", "default", name) not in cluster.store.objects
    return names


def published(warehouse):
    (folder,) = (warehouse / "results").iterdir()
    return {file.name: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}


def allowed(requests):
    """Return the requests that the manifest's Role does not allow."""
    (role,) = [thing for thing in MANIFEST if thing["kind"] == "Role"]
    may = {(kind, verb) for rule in role["rules"] for kind in rule["resources"] for verb in rule["verbs"]}
    return [request for request in requests if asked(*request) not in may]


def asked(method, path):
    """Return the kind and the verb of a request to the API."""
    place, _, query = path.partition("?")
    _, kind, *name = place.split("/namespaces/")[1].split("/")
    one = {"GET": "get", "DELETE": "delete"} if name else {"GET": "list", "DELETE": "deletecollection"}
    return kind, "watch" if "watch=true" in query else (VERBS | one)[method]


def test_the_job_starts_executors_and_gives_the_results_of_a_local_run(image, volume, cluster, tmp_path):
    pod = pod_of_the_job(cluster)
    pod["metadata"] |= {"uid": "0", "creationTimestamp": "2026-01-01T00:00:00Z"}
    cluster.create("pods", pod)
    ended(cluster, "isthmus-driver")
    assert len(executors_of(cluster, "isthmus-driver")) == 2, "started once each"
    assert allowed(cluster.requests) == []

    local = [
        "submit",
        "--master",
        "local[2]",
        *STUDY,
        "--snapshot",
        "/data/openalex-snapshot",
        "--warehouse",
        "/data/local",
    ]
    here = run(image, tmp_path / "local", *local, "--", "--driver-memory", "1g", *SMALL, mounts=[(volume, "/data")])
    assert here.returncode == 0, here.stderr[-4000:]
    expected, found = published(volume / "local"), published(volume / "warehouse")
    assert expected.keys() == found.keys()
    assert len(expected["pair_tests.parquet"]) > 1000
    for name, rows in expected.items():
        columns = [column for column in rows.columns if column not in VOLATILE]
        if name == "gates.parquet":
            columns = ["stage", "table", "gate", "passed"]
        pd.testing.assert_frame_equal(found[name][columns], rows[columns], check_exact=True, obj=name)


def test_in_cluster_mode_spark_starts_a_driver_that_has_isthmus_options(image, volume, cluster):
    submit = [
        str(Path(pyspark.__file__).parent / "bin" / "spark-submit"),
        "--master",
        f"k8s://{cluster.url}",
        "--deploy-mode",
        "cluster",
    ]
    claim = "volumes.persistentVolumeClaim.data"
    options = {
        "spark.kubernetes.authenticate.submission.oauthToken": TOKEN,
        "spark.kubernetes.authenticate.submission.caCertFile": str(cluster.account / "ca.crt"),
        "spark.kubernetes.driver.master": cluster.url,
        "spark.kubernetes.driver.pod.name": "isthmus-driver",
        "spark.kubernetes.container.image": "registry.example.org/isthmus:0.1.0",
        "spark.kubernetes.authenticate.driver.serviceAccountName": "isthmus",
        "spark.executor.instances": "2",
        "spark.driver.memory": "1g",
        "spark.executor.memory": "1g",
    }
    for role in ("driver", "executor"):
        options |= {
            f"spark.kubernetes.{role}.{claim}.options.claimName": "isthmus",
            f"spark.kubernetes.{role}.{claim}.mount.path": "/data",
        }
    submit += [word for key, value in options.items() for word in ("--conf", f"{key}={value}")]
    words = [*STUDY, "--tasks", "ingest", "--snapshot", "/data/openalex-snapshot", "--warehouse", "/data/cluster-mode"]
    here = {k: v for k, v in os.environ.items() if not k.startswith(("PYSPARK", "PYTHONPATH", "SPARK"))}
    done = subprocess.run(
        [*submit, *SMALL, "local:///opt/isthmus/jobs/run.py", *words],
        capture_output=True, text=True, check=False, timeout=1500, env=here,
    )  # fmt: skip
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("\tat ")]
    assert done.returncode == 0, "\n".join(said[-40:])
    ended(cluster, "isthmus-driver")
    assert len(executors_of(cluster, "isthmus-driver")) == 2
    log = volume / "cluster-mode" / "works" / "_delta_log"
    assert list(log.glob("*.json")), "a table of Delta, whose options the image gave"
