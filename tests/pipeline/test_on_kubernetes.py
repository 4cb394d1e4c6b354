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
import pytest
import yaml
from tests.pipeline.image import ROOT, bare_debian, build, inside, instructions, missing_tools, stages
from tests.pipeline.kubernetes import Cluster

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
    kind, *name = place.strip("/").split("/")[4:]
    one = {"GET": "get", "DELETE": "delete"} if name else {"GET": "list", "DELETE": "deletecollection"}
    return kind, "watch" if "watch=true" in query else (VERBS | one)[method]


def test_the_job_starts_executors_and_gives_the_results_of_a_local_run(image, volume, cluster, tmp_path):
    pod = pod_of_the_job(cluster)
    pod["metadata"] |= {"uid": "0", "creationTimestamp": "2026-01-01T00:00:00Z"}
    cluster.create("pods", pod)
    phase, until = "Pending", time.monotonic() + 2400
    while phase not in {"Succeeded", "Failed"} and time.monotonic() < until:
        time.sleep(1)
        phase = cluster.store.objects["pods", "default", "isthmus-driver"]["status"]["phase"]
    assert phase == "Succeeded", (cluster.folder / "isthmus-driver.log").read_text()[-5000:]
    executors = [name for name in cluster.processes if name != "isthmus-driver"]
    assert len(executors) == 2, "started once each"
    for name in executors:
        assert "Starting executor ID" in (cluster.folder / f"{name}.log").read_text()
    assert "isthmus-driver" in {name for _, _, name in cluster.store.objects}
    assert not [name for kind, _, name in cluster.store.objects if kind == "pods" and name in executors], (
        "ended with the run"
    )
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
