"""The image: what can be said of the Dockerfile without Docker, and the entry point, run with programs that say what they are told."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from tests.pipeline.image import ROOT, copied, instructions, sent, stages

from isthmus.engine.jars import DELTA_VERSION, HADOOP_OF_SPARK

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
RULES = (ROOT / ".dockerignore").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MANIFEST = list(yaml.safe_load_all((ROOT / "conf/kubernetes/isthmus.yaml").read_text(encoding="utf-8")))
PINNED = re.compile(r"[\w./-]+:\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?")
PYTHON_OF_DEBIAN = {"12": "3.11"}
EXECUTOR = {
    "SPARK_DRIVER_URL": "spark://driver@10.0.0.1:7078",
    "SPARK_EXECUTOR_ID": "3",
    "SPARK_EXECUTOR_CORES": "2",
    "SPARK_EXECUTOR_MEMORY": "1024m",
    "SPARK_APPLICATION_ID": "spark-1",
    "SPARK_EXECUTOR_POD_IP": "10.0.0.2",
    "SPARK_EXECUTOR_POD_NAME": "isthmus-exec-3",
    "SPARK_RESOURCE_PROFILE_ID": "0",
    "SPARK_CONF_DIR": "/opt/spark/conf",
    "SPARK_JAVA_OPT_0": "-Dspark.a=b c",
    "SPARK_JAVA_OPT_1": "-XX:+UseSerialGC",
}


def not_sent(text, rules):
    """Return the sources of a Dockerfile that are not there, or that .dockerignore keeps out."""
    there = sent(rules)
    sources = [copied(step) for stage in stages(instructions(text))[1] for step in stage.steps if step.word == "COPY"]
    return [
        source
        for stage, names, _ in sources
        for source in names
        if stage is None and not any(file == source or file.startswith(f"{source}/") for file in there)
    ]


def test_every_base_is_a_version():
    found = stages(instructions(TEXT))[1]
    names = {stage.name for stage in found if stage.name}
    outside = [stage.base for stage in found if stage.base not in names]
    assert outside
    assert [base for base in outside if not PINNED.fullmatch(base)] == []
    assert not PINNED.fullmatch("debian:latest")
    assert not PINNED.fullmatch("debian:12-slim")
    assert not PINNED.fullmatch("debian")


def test_the_container_is_nobody_special():
    last = stages(instructions(TEXT))[1][-1].steps
    (user,) = [step for step in last if step.word == "USER"]
    assert int(user.rest) > 0
    assert {step.word for step in last[last.index(user) + 1 :]} == {"ENTRYPOINT", "CMD"}
    security = MANIFEST[-1]["spec"]["template"]["spec"]["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] == int(user.rest)


def test_what_is_copied_is_there_and_sent_and_nothing_else_is():
    assert not_sent(TEXT, RULES) == []
    assert not_sent(TEXT, RULES.replace("!jobs\n", "")) == ["jobs"]
    assert not_sent(TEXT + "\nCOPY scripts/none.sh /\n", RULES) == ["scripts/none.sh"]
    tops = {Path(file).parts[0] for file in sent(RULES)}
    assert tops == {line[1:] for line in RULES.splitlines() if line.startswith("!")}


def test_rules_of_what_is_sent(tmp_path):
    for name in ("a/x.py", "a/__pycache__/x.pyc", "a/b/__pycache__/y", "b/x.py", "c.txt", "d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sent("*\n!a\n!c.txt\n# words\n**/__pycache__\n", tmp_path) == {"a/x.py", "c.txt"}
    assert sent("b\n*.txt\n!d.txt\n**/*.pyc", tmp_path) == {"a/x.py", "a/b/__pycache__/y", "d.txt"}


def test_versions_are_those_of_the_project():
    assert f'image.version="{PROJECT["version"]}"' in TEXT
    told = MANIFEST[-1]["spec"]["template"]["spec"]["containers"][0]
    page = (ROOT / "docs/how-to/kubernetes.md").read_text(encoding="utf-8")
    named = re.findall(r"isthmus:(\d[\w.]*)", "\n".join([TEXT, told["image"], *told["args"], page]))
    assert len(named) > 4
    assert set(named) == {PROJECT["version"]}
    debian = re.search(r"^ARG BASE=debian:(\d+)", TEXT, re.MULTILINE)[1]
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{PYTHON_OF_DEBIAN[debian]}.2")
    locked = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert locked["delta-spark"] == DELTA_VERSION
    assert locked["pyspark"].rsplit(".", 1)[0] == max(HADOOP_OF_SPARK)
    assert "boto3" in locked, "scripts/submit.sh is told that the image has the extra s3"


def test_the_job_names_options_that_there_are():
    script = (ROOT / "scripts/submit.sh").read_text(encoding="utf-8")
    (driver,) = MANIFEST[-1]["spec"]["template"]["spec"]["containers"]
    first, *words = driver["args"]
    assert first == "submit"
    assert all(
        f"{word})" in script or f"{word} |" in script for word in words[: words.index("--")] if word.startswith("--")
    )
    variables = {one["name"] for one in driver["env"]}
    assert set(re.findall(r"\$\((\w+)\)", " ".join(words))) == variables
    (role,) = [thing for thing in MANIFEST if thing["kind"] == "Role"]
    (binding,) = [thing for thing in MANIFEST if thing["kind"] == "RoleBinding"]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"][0]["name"] == MANIFEST[-1]["spec"]["template"]["spec"]["serviceAccountName"]


@pytest.fixture
def enter(tmp_path):
    """Run the entry point with a Java, a Spark and a Python of Isthmus that print what they are told, a word a line."""
    spark = tmp_path / "spark home"
    for program in (tmp_path / "bin" / "java", spark / "bin" / "spark-submit"):
        program.parent.mkdir(parents=True)
        program.write_text('#!/bin/sh\nprintf "%s\\n" "$(basename "$0")" "$@" "shipped: $ISTHMUS_SHIP"\n')
        program.chmod(0o755)
    python = tmp_path / "bin" / "python3"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    jars = tmp_path / "jars" / "delta"
    jars.mkdir(parents=True)
    for name in (
        f"io.delta_delta-spark_4.2_2.13-{DELTA_VERSION}.jar",
        f"io.delta_delta-storage-{DELTA_VERSION}.jar",
        "complete",
    ):
        (jars / name).touch()
    image = {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "SPARK_HOME": str(spark), "ISTHMUS_SHIP": "no", "PYTHONPATH": str(ROOT / "lib"),
        "ISTHMUS_JARS": str(jars.parent), "HOME": os.environ.get("HOME", "/"),
    }  # fmt: skip

    def run(*words, **variables):
        return subprocess.run(
            [str(ROOT / "scripts" / "entrypoint.sh"), *words],
            capture_output=True,
            text=True,
            check=False,
            env=image | variables,
        )

    return run


def test_an_executor_is_spark_s_own_for_kubernetes(enter, tmp_path):
    assert enter("executor", **EXECUTOR).stdout.splitlines()[:-1] == [
        "java", "-Dspark.a=b c", "-XX:+UseSerialGC", "-Xms1024m", "-Xmx1024m",
        "-cp", f"/opt/spark/conf:{tmp_path}/spark home/jars/*",
        "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend",
        "--driver-url", "spark://driver@10.0.0.1:7078", "--executor-id", "3", "--cores", "2", "--app-id", "spark-1",
        "--hostname", "10.0.0.2", "--resourceProfileId", "0", "--podName", "isthmus-exec-3",
    ]  # fmt: skip


def test_an_executor_without_options_of_java_and_with_classes_of_its_own(enter, tmp_path):
    told = {k: v for k, v in EXECUTOR.items() if "JAVA_OPT" not in k} | {"SPARK_CLASSPATH": "/more/*"}
    words = enter("executor", **told).stdout.splitlines()
    assert words[1] == "-Xms1024m"
    assert words[words.index("-cp") + 1] == f"/opt/spark/conf:/more/*:{tmp_path}/spark home/jars/*"


@pytest.mark.parametrize("name", ["SPARK_DRIVER_URL", "SPARK_EXECUTOR_POD_IP", "SPARK_RESOURCE_PROFILE_ID"])
def test_an_executor_that_nobody_started_is_said(enter, name):
    done = enter("executor", **{k: v for k, v in EXECUTOR.items() if k != name})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"isthmus: {name} is not set; Spark's scheduler for Kubernetes sets it")


def test_a_driver_has_isthmus_options_but_for_those_that_it_was_given(enter, tmp_path):
    given = tmp_path / "spark.properties"
    given.write_text(
        "#Java properties\nspark.master=k8s\\://https\\://10.0.0.9\\:443\nspark.sql.session.timeZone=Europe/Rome\n"
    )
    run = [
        "--properties-file",
        str(given),
        "--class",
        "org.apache.spark.deploy.PythonRunner",
        "local:///opt/isthmus/jobs/run.py",
    ]
    words = enter("driver", *run, "--study", "gallo2026", SPARK_DRIVER_BIND_ADDRESS="10.0.0.1").stdout.splitlines()
    assert words[:5] == ["spark-submit", "--deploy-mode", "client", "--conf", "spark.driver.bindAddress=10.0.0.1"]
    assert words[-len(run) - 3 :] == [*run, "--study", "gallo2026", "shipped: no"]
    options = dict(word.split("=", 1) for word in words if re.match(r"spark\.[\w.]+=", word))
    assert options["spark.sql.extensions"] == "io.delta.sql.DeltaSparkSessionExtension"
    assert "spark.sql.session.timeZone" not in options
    assert "spark.archives" not in options
    assert len(options["spark.jars"].split(",")) == 2


def test_a_driver_without_its_file_is_said(enter):
    done = enter("driver", "--class", "x", SPARK_DRIVER_BIND_ADDRESS="10.0.0.1")
    assert done.returncode == 1
    assert "driver needs --properties-file FILE first, not: --class x" in done.stderr


def test_a_python_that_the_image_lacks_is_said(enter, tmp_path):
    (tmp_path / "given").write_text("spark.master=k8s\n")
    words, told = ["driver", "--properties-file", str(tmp_path / "given")], {"SPARK_DRIVER_BIND_ADDRESS": "10.0.0.1"}
    done = enter(*words, **told, PYSPARK_PYTHON="/home/me/.venv/bin/python")
    assert done.returncode == 1
    assert done.stderr.startswith("isthmus: PYSPARK_PYTHON is /home/me/.venv/bin/python, which the image does not have")
    assert enter(*words, **told, PYSPARK_PYTHON="python3").returncode == 0


def test_other_words_are_commands_and_none_is_an_error(enter):
    assert enter("printf", "%s", "a b").stdout == "a b"
    assert "Usage: scripts/submit.sh" in enter("submit", "--help").stdout
    assert enter().returncode == 1
