"""Jars: found where they were resolved, resolved once through Spark's own resolver (here a fake one)."""

import os
import sys
from pathlib import Path

import pyspark
import pytest

from isthmus.engine import jars
from isthmus.engine.jars import JAR_SETS, JarSet, find_jars, jar_home, jar_options, package_options, resolve_jars
from isthmus.errors import SetupError

DELTA = ["io.delta_delta-spark_4.2_2.13-4.4.0.jar", "io.delta_delta-storage-4.4.0.jar"]

FAKE_SUBMIT = f"""#!{sys.executable}
import os, pathlib, sys
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    print(*sys.argv[1:], file=calls)
options = dict(word.split("=", 1) for word in sys.argv if "=" in word)
target = pathlib.Path(options["spark.jars.ivy"]) / "jars"
target.mkdir(parents=True)
for name in (here / "delivers").read_text().split():
    (target / name).write_text("content of " + name)
print("resolving ...")
print("could not find it", file=sys.stderr)
sys.exit(int((here / "exit").read_text()))
"""


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An empty folder of resolved jars."""
    monkeypatch.setenv("ISTHMUS_JARS", str(tmp_path / "jars"))
    return tmp_path / "jars"


@pytest.fixture
def submit(monkeypatch, tmp_path):
    """A fake spark-submit that delivers these jars; its folder holds the calls made."""
    folder = tmp_path / "pyspark" / "bin"
    folder.mkdir(parents=True)
    (folder / "spark-submit").write_text(FAKE_SUBMIT)
    (folder / "spark-submit").chmod(0o755)
    (folder / "delivers").write_text(" ".join(DELTA))
    (folder / "exit").write_text("0")
    monkeypatch.setattr(pyspark, "__file__", str(tmp_path / "pyspark" / "__init__.py"))
    return folder


def put(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def calls(submit: Path) -> list[str]:
    return (submit / "calls").read_text().splitlines() if (submit / "calls").exists() else []


class TestFind:
    """What is there already."""

    def test_nothing_is_found_before_it_is_resolved(self, home):
        assert find_jars(["delta"]) is None

    def test_a_complete_folder_is_found(self, home):
        folder = put(home / "delta", *DELTA, "complete", "notes.txt")
        assert find_jars(["delta"]) == [folder / name for name in DELTA]

    def test_jars_put_there_by_hand_may_have_their_plain_names(self, home):
        put(home / "delta", "delta-spark_4.2_2.13-4.4.0.jar", "delta-storage-4.4.0.jar", "complete")
        assert len(find_jars(["delta"])) == 2

    @pytest.mark.parametrize(
        "names",
        [DELTA, [*DELTA[:1], "complete"], ["io.delta_delta-spark_4.2_2.13-4.3.0.jar", DELTA[1], "complete"]],
        ids=["interrupted", "one is missing", "of another version"],
    )
    def test_half_a_set_is_none(self, home, names):
        put(home / "delta", *names)
        assert find_jars(["delta"]) is None

    def test_all_sets_must_be_there(self, home):
        put(home / "delta", *DELTA, "complete")
        assert find_jars(["delta", "s3"]) is None

    def test_an_unknown_set_is_named(self, home):
        with pytest.raises(SetupError, match="'dleta' is no set of jars; did you mean 'delta'"):
            find_jars(["dleta"])

    def test_without_a_setting_they_lie_in_the_python_environment(self, monkeypatch):
        monkeypatch.delenv("ISTHMUS_JARS", raising=False)
        assert jar_home() == Path(sys.prefix) / "share" / "isthmus" / "jars"


class TestResolve:
    """Fetching them."""

    def test_they_are_fetched_once(self, home, submit):
        first = resolve_jars(["delta"])
        assert [file.name for file in first] == DELTA
        assert [file.read_text() for file in first] == [f"content of {name}" for name in DELTA]
        assert resolve_jars(iter(["delta"])) == first
        assert len(calls(submit)) == 1

    def test_the_resolver_gets_the_coordinates_and_what_to_leave_out(self, home, submit):
        resolve_jars(["delta"])
        (call,) = calls(submit)
        assert "spark.jars.packages=io.delta:delta-spark_4.2_2.13:4.4.0,io.delta:delta-storage:4.4.0" in call
        assert "org.apache.hadoop:*" in call
        assert "--master local[1]" in call

    def test_delta_comes_without_its_dependencies(self, home, submit):
        (submit / "delivers").write_text(" ".join([*DELTA, "org.antlr_antlr4-runtime-4.13.1.jar"]))
        assert [file.name for file in resolve_jars(["delta"])] == DELTA

    def test_a_transitive_set_keeps_them(self, home, submit, monkeypatch):
        monkeypatch.setitem(JAR_SETS, "more", JarSet(("a:b:1",), transitive=True))
        (submit / "delivers").write_text("a_b-1.jar c_d-2.jar")
        assert [file.name for file in resolve_jars(["more"])] == ["a_b-1.jar", "c_d-2.jar"]

    def test_jars_of_another_version_are_replaced(self, home, submit):
        put(home / "delta", "io.delta_delta-spark_4.2_2.13-4.3.0.jar", "io.delta_delta-storage-4.3.0.jar", "complete")
        resolve_jars(["delta"])
        assert sorted(os.listdir(home / "delta")) == ["complete", *DELTA]

    @pytest.mark.parametrize(("exit_code", "delivers"), [("1", " ".join(DELTA)), ("0", DELTA[0]), ("0", "")])
    def test_a_resolver_that_does_not_deliver_is_quoted(self, home, submit, exit_code, delivers):
        (submit / "exit").write_text(exit_code)
        (submit / "delivers").write_text(delivers)
        with pytest.raises(SetupError) as caught:
            resolve_jars(["delta"])
        message = str(caught.value)
        assert f"could not be resolved (exit code {exit_code})" in message
        assert f"into {home / 'delta'}" in message
        assert message.endswith("resolving ...\ncould not find it")
        assert find_jars(["delta"]) is None

    def test_as_a_command_it_resolves_delta_and_ends_with_words(self, home, submit, monkeypatch):
        monkeypatch.setattr(sys, "argv", ["jars"])
        jars.main()
        assert find_jars(["delta"]) is not None
        monkeypatch.setattr(sys, "argv", ["jars", "s33"])
        with pytest.raises(SystemExit, match="isthmus: 's33' is no set of jars; did you mean 's3'"):
            jars.main()


class TestPackageOptions:
    """Spark options that resolve at start."""

    def test_sets_are_joined(self):
        options = package_options(["delta", "graphs"])
        assert options["spark.jars.packages"].split(",")[-1] == "io.graphframes:graphframes-spark4_2.13:0.12.3"
        assert "org.apache.parquet:*" in options["spark.jars.excludes"].split(",")

    def test_what_one_set_keeps_out_another_may_ask_for(self):
        options = package_options(["delta", "s3"])
        excludes = options["spark.jars.excludes"].split(",")
        assert "org.apache.hadoop:hadoop-aws" in options["spark.jars.packages"]
        assert "org.apache.hadoop:*" not in excludes
        assert "org.apache.hadoop:hadoop-client-runtime" in excludes  # Spark's own is there

    def test_files_where_they_are_and_packages_where_not(self, home):
        folder = put(home / "delta", *DELTA, "complete")
        options = jar_options(["delta", "s3"])
        assert options["spark.jars"].split(",") == [str(folder / name) for name in DELTA]
        assert options["spark.jars.packages"] == "org.apache.hadoop:hadoop-aws:3.5.0"
        assert "spark.jars.packages" not in jar_options(["delta"])
        assert "spark.jars" not in jar_options(["s3"])

    def test_a_set_that_leaves_nothing_out_says_nothing_of_it(self):
        assert set(package_options(["graphs"])) == {"spark.jars.packages"}


@pytest.mark.parametrize(
    ("installed", "minor"), [("4.1.4", "4.1"), ("4.2.0", "4.2"), ("4.1.0.dev0", "4.1"), ("9.9.9", "4.2"), (None, "4.2")]
)
def test_jars_follow_the_spark_that_is_there(monkeypatch, installed, minor):
    def version(name):
        if installed is None:
            raise jars.metadata.PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(jars.metadata, "version", version)
    assert jars.spark_minor() == minor


def test_the_versions_are_those_of_the_installed_packages():
    from importlib.metadata import version

    assert version("delta-spark") == jars.DELTA_VERSION
    hadoop = next((Path(pyspark.__file__).parent / "jars").glob("hadoop-client-api-*.jar"))
    assert hadoop.name == f"hadoop-client-api-{jars.HADOOP_VERSION}.jar"
