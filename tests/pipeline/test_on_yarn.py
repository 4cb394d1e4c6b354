"""YARN: a real resource manager and two node managers; the job brings the library and its packages to a bare Python."""

import os
import re
import subprocess
from contextlib import suppress
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

from isthmus.engine import jars
from isthmus.engine.jars import HADOOP_VERSION, JarSet, resolve_jars
from isthmus.errors import SetupError

pytestmark = pytest.mark.slow

CLUSTER = Path(__file__).with_name("MiniYarn.java")
# the cluster's own jar asks for these four in silence
BESIDE = ("org.junit.jupiter:junit-jupiter-api:5.10.2",)
BESIDE += tuple(f"org.bouncycastle:{name}-jdk18on:1.78.1" for name in ("bcprov", "bcpkix", "bcutil"))
MINICLUSTER = JarSet(
    (f"org.apache.hadoop:hadoop-client-minicluster:{HADOOP_VERSION}", *BESIDE),
    transitive=False,
    excludes=("org.apache.hadoop:hadoop-client-api", "org.apache.hadoop:hadoop-client-runtime"),  # Spark's own
)
NODE_MIB = "3072"
# clustering and trends take minutes, and run on a cluster in test_cluster.py
LESS = ("--set", "trajectories=null", "--set", "trends=null")


def java_home():
    """Where Java is that compiles what it runs; the test is skipped where there is only a runtime."""
    said = subprocess.run(
        ["java", "-XshowSettings:properties", "--list-modules"], capture_output=True, text=True, check=True
    )
    if "jdk.compiler" not in said.stdout:
        pytest.skip("the small YARN cluster is a Java file, and this Java has no compiler")
    return re.search(r"java\.home = (.+)", said.stderr)[1]


@pytest.fixture(scope="module")
def minicluster():
    """Hadoop's jars of a small cluster, fetched once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(jars.JAR_SETS, "yarn-tests", MINICLUSTER)
        try:
            return resolve_jars(["yarn-tests"])
        except SetupError as error:
            pytest.skip(str(error))


@pytest.fixture(scope="module")
def home():
    """Where this machine's Java is."""
    return java_home()


@pytest.fixture(scope="module")
def cluster(home, minicluster, tmp_path_factory):
    """Folder of a cluster whose nodes know a bare Python only; it leaves no process behind."""
    folder = tmp_path_factory.mktemp("yarn")
    path = os.pathsep.join([*map(str, minicluster), str(SPARK_HOME / "jars" / "*")])
    log = folder / "cluster.log"
    with log.open("w") as output:
        running = subprocess.Popen(
            [f"{home}/bin/java", "-Xmx400m", "-cp", path, str(CLUSTER), str(folder), "2", NODE_MIB],
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
            env=emptied(bare_python(folder / "python"), JAVA_HOME=home, HOME=str(folder)),
        )  # fmt: skip
    try:
        wait_for(log, r"(all nodes are there)", running)
        yield folder
    finally:
        running.stdin.close()
        try:
            running.wait(timeout=60)
        except subprocess.TimeoutExpired:
            running.kill()
    assert not list(processes_of(folder))


def processes_of(folder):
    """The command lines of this machine's processes that name a folder."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            words = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in words:
                yield words


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """A small simulated snapshot."""
    return simulated(tmp_path_factory.mktemp("world") / "world")


def logs(cluster):
    """What the containers wrote: the application master's and the executors'."""
    return [file.read_text() for file in cluster.glob("target/**/container_*/stderr")]


def test_a_study_on_yarn_gives_the_results_of_a_local_run(cluster, home, snapshot, tmp_path):
    memory = ("--driver-memory", "1g", *SMALL)
    executors = ("--num-executors", "2", "--executor-cores", "1", "--executor-memory", "1g")
    # Spark's jars lie on the nodes already; uploading them takes longer than the study
    places = {"spark.yarn.jars": f"local:{SPARK_HOME}/jars/*", "spark.yarn.stagingDir": f"file://{cluster}/staging"}
    on_yarn = [word for name, value in places.items() for word in ("--conf", f"{name}={value}")]
    shell = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "JAVA_HOME": home, "HADOOP_CONF_DIR": str(cluster)}
    shell |= {name: value for name, value in os.environ.items() if name in {"ISTHMUS_JARS", "TMPDIR"}}
    there = submit(
        snapshot, tmp_path / "there", "--master", "yarn", *LESS,
        spark=(*executors, *memory, *on_yarn), environment=shell,
    )  # fmt: skip
    assert there.returncode == 0, (there.stdout + there.stderr)[-4000:]
    wrote = logs(cluster)
    assert len(wrote) >= 3, "an application master and two executors"
    assert not [text for text in wrote if "Unpacking an archive" in text], "each node has unpacked them already"
    here = submit(snapshot, tmp_path / "here", "--master", "local[2]", *LESS, spark=memory)
    assert here.returncode == 0, here.stderr[-4000:]
    require_same(published(tmp_path / "there"), published(tmp_path / "here"))
