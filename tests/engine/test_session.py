"""`start_session` and the options of a session, on this machine and on a cluster."""

import pytest

from isthmus.engine import session, start_session
from isthmus.engine.session import causes, is_local, session_options, with_retries
from isthmus.engine.settings import ARROW, DECISIVE
from isthmus.errors import SetupError


@pytest.fixture
def jars(monkeypatch, tmp_path):
    """A folder of resolved Delta jars."""
    folder = tmp_path / "delta"
    folder.mkdir()
    for name in ("delta-spark_4.2_2.13-4.4.0.jar", "delta-storage-4.4.0.jar", "complete"):
        (folder / name).touch()
    monkeypatch.setenv("ISTHMUS_JARS", str(tmp_path))
    return folder


@pytest.mark.parametrize(
    ("master", "local"),
    [(None, True), ("local", True), ("local[2]", True), ("local[*]", True), ("yarn", False), ("spark://h:7077", False)],
)
def test_what_runs_on_this_machine(master, local):
    assert is_local(master) is local


@pytest.mark.parametrize("master", [None, "local[2]", "yarn", "k8s://host"])
def test_what_results_depend_on_is_set_everywhere(jars, master):
    options = session_options(master)
    assert options["spark.sql.ansi.enabled"] == "true"
    assert options["spark.sql.session.timeZone"] == "UTC"
    assert options["spark.sql.extensions"] == "io.delta.sql.DeltaSparkSessionExtension"
    assert options["spark.sql.catalog.spark_catalog"] == "org.apache.spark.sql.delta.catalog.DeltaCatalog"
    assert (DECISIVE | ARROW).items() <= options.items()


def test_a_cluster_keeps_its_own_sizes(jars):
    cluster = session_options("yarn")
    for option in ("spark.driver.memory", "spark.driver.host", "spark.sql.shuffle.partitions", "spark.ui.enabled"):
        assert option not in cluster
        assert option in session_options("local[*]")


@pytest.mark.parametrize(
    ("machine_mib", "memory"), [(800, "1024m"), (6000, "3000m"), (24_000, "12000m"), (500_000, "16384m")]
)
def test_half_of_the_memory_is_sparks(jars, monkeypatch, machine_mib, memory):
    monkeypatch.setattr(session, "memory_mib", lambda: machine_mib)
    assert session_options()["spark.driver.memory"] == memory


@pytest.mark.parametrize(("cores", "partitions"), [(1, "4"), (2, "4"), (16, "32")])
def test_shuffles_follow_the_cores(jars, monkeypatch, cores, partitions):
    monkeypatch.setattr(session, "cores", lambda: cores)
    assert session_options()["spark.sql.shuffle.partitions"] == partitions


def test_what_is_asked_for_wins(jars):
    options = session_options("local[2]", conf={"spark.driver.memory": "3g", "spark.sql.ansi.enabled": "false"})
    assert (options["spark.driver.memory"], options["spark.sql.ansi.enabled"]) == ("3g", "false")


def test_resolved_jars_are_given_as_files(jars):
    options = session_options()
    assert options["spark.jars"] == f"{jars}/delta-spark_4.2_2.13-4.4.0.jar,{jars}/delta-storage-4.4.0.jar"
    assert "spark.jars.packages" not in options


def test_unresolved_jars_are_resolved_at_the_start(jars):
    options = session_options(jar_sets=["delta", "s3"])
    assert options["spark.jars.packages"] == "org.apache.hadoop:hadoop-aws:3.5.0"
    assert options["spark.jars"].count("delta-spark") == 1


def test_the_log_settings_are_the_projects(jars):
    for master in ("yarn", "local[2]"):
        assert "conf/log4j2.properties" in session_options(master)["spark.driver.extraJavaOptions"]


@pytest.mark.parametrize(("run", "collector"), [("short", "UseSerialGC"), ("", "UseParallelGC")])
def test_a_short_run_compiles_little(jars, monkeypatch, run, collector):
    monkeypatch.setenv("ISTHMUS_RUN", run)
    assert collector in session_options("local[2]")["spark.driver.extraJavaOptions"]
    assert "GC" not in session_options("yarn")["spark.driver.extraJavaOptions"]


def test_as_a_command_it_prints_arguments_of_spark_submit(jars, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["session", "yarn"])
    session.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[::2] == ["--conf"] * (len(lines) // 2)
    assert dict(line.split("=", 1) for line in lines[1::2]) == session_options("yarn")


@pytest.mark.spark
def test_the_active_session_is_used_and_made_correct(spark):
    spark.conf.set("spark.sql.ansi.enabled", "false")
    spark.conf.set("spark.sql.session.timeZone", "Europe/Budapest")
    assert start_session("another name", conf={"spark.sql.shuffle.partitions": "99"}) is spark
    assert {key: spark.conf.get(key) for key in DECISIVE | ARROW} == DECISIVE | ARROW
    assert spark.conf.get("spark.sql.shuffle.partitions") != "99"


@pytest.mark.parametrize(
    ("master", "expected"),
    [
        ("local", "local[1,4]"),
        ("local[2]", "local[2,4]"),
        ("local[*]", "local[*,4]"),
        ("local[2,1]", "local[2,1]"),
        ("local-cluster[2,1,1024]", "local-cluster[2,1,1024]"),
        ("spark://host:7077", "spark://host:7077"),
        ("yarn", "yarn"),
    ],
)
def test_a_local_master_tries_a_task_again(master, expected):
    assert with_retries(master) == expected
    assert with_retries(expected) == expected


FAILED = """An error occurred while calling None.org.apache.spark.api.java.JavaSparkContext.
: org.apache.spark.SparkException: External scheduler cannot be instantiated
\tat org.apache.spark.SparkContext$.createTaskScheduler(SparkContext.scala:3396)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.nio.file.NoSuchFileException: /var/run/secrets/token
\tat java.base/java.nio.file.Files.newByteChannel(Files.java:380)
\t... 15 more
"""


def test_a_spark_that_does_not_start_says_why():
    assert causes(FAILED) == (
        "SparkException: External scheduler cannot be instantiated; because: NoSuchFileException: /var/run/secrets/token"
    )
    assert causes("nothing is known\n\tat x") == "nothing is known"


def test_java_s_refusal_to_start_is_a_sentence_and_not_its_stack():
    from py4j.protocol import Py4JJavaError

    class Failed(Py4JJavaError):
        def __init__(self):
            pass

        def __str__(self):
            return FAILED

    class Builder:
        def getOrCreate(self):
            raise Failed

    with pytest.raises(SetupError, match=r"^Spark does not start: SparkException: External"):
        session._started(Builder())
