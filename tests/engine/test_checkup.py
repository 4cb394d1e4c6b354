"""What a run needs of a machine, on machines that lack it."""

import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from click.testing import CliRunner

from isthmus.cli.doctor import doctor
from isthmus.config import Bucket, Storage
from isthmus.engine import checkup
from isthmus.engine.checkup import Check
from isthmus.engine.turns import LOCK, turn
from isthmus.errors import SetupError

Usage = namedtuple("Usage", "total used free")


def fake_java(folder, says, stream="stderr"):
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    redirect = ">&2" if stream == "stderr" else ""
    program.write_text(f"#!/bin/sh\necho '{says}' {redirect}\n")
    program.chmod(0o755)
    return program


def test_this_python_is_one_that_is_supported():
    assert checkup.python().state == "ok"

    for version in ((3, 10, 14), (3, 14, 0), (2, 7, 18)):
        assert checkup.python(version).state == "problem"
        assert "3.11, 3.12 or 3.13" in checkup.python(version).advice


@pytest.mark.parametrize(
    ("says", "state", "found"),
    [
        ('openjdk version "17.0.15" 2025-04-15', "ok", "17.0.15 ("),
        ('openjdk version "21" 2023-09-19', "ok", "21 ("),
        ('java version "1.8.0_402"', "problem", "1.8.0_402 ("),
        ('openjdk version "24.0.1" 2025-04-15', "problem", "24.0.1 ("),
        ("no words about a number", "problem", "does not say its version (no words about a number)"),
    ],
)
def test_java_of_java_home_is_asked_for_its_version(tmp_path, monkeypatch, says, state, found):
    fake_java(tmp_path, says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    check = checkup.java()
    assert (check.state, found in check.found) == (state, True)
    assert ("Spark needs Java 17 or 21" in check.advice) == (state == "problem")


def test_a_java_that_memory_does_not_suffice_for_says_so(tmp_path):
    program = fake_java(tmp_path, "Error occurred during initialization of VM: Could not reserve enough space")
    check = checkup.java(str(program))
    assert check.state == "problem"
    assert check.advice.startswith("Memory does not suffice for Java")


def test_no_java_at_all_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    check = checkup.java()
    assert check.state == "problem"
    assert "apt-get install" in check.advice


def test_spark_is_not_started_without_java(monkeypatch, tmp_path):
    from isthmus.engine import session
    from isthmus.errors import SetupError

    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("JAVA_HOME", "SPARK_REMOTE", "ISTHMUS_SUBMITTED"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupError, match=r"Spark cannot start: Java: java does not run\. Spark needs Java 17 or 21"):
        session._build("isthmus", None, (), {})


def test_java_that_hangs_is_no_java(monkeypatch):
    def hang(*_, **__):
        raise subprocess.TimeoutExpired("java", 30)

    monkeypatch.setattr(subprocess, "run", hang)
    assert checkup.java().state == "problem"


@pytest.mark.parametrize(("mib", "state"), [(1024, "problem"), (2048, "warning"), (8191, "warning"), (8192, "ok")])
def test_memory_in_three_steps(mib, state):
    assert checkup.memory(mib).state == state
    assert checkup.memory(mib).found == f"{mib / 1024:.1f} GiB"


def test_installed_packages_meet_what_isthmus_asks_for():
    assert checkup.packages().state == "ok"
    assert "pyspark 4." in checkup.packages().found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pandas<1", "pandas is"),
        ("no-such-package-anywhere>=1", "no-such-package-anywhere is missing"),
        ('no-such-package-anywhere>=1; extra == "bench"', ""),
        ('no-such-package-anywhere>=1; python_version < "3"', ""),
        ("numpy>=2", ""),
    ],
)
def test_one_requirement(line, said):
    check = checkup.packages([line])
    assert check.state == ("problem" if said else "ok")
    assert said in check.found


def test_jars_that_are_not_there_are_a_warning(monkeypatch, tmp_path):
    monkeypatch.setenv("ISTHMUS_JARS", str(tmp_path))
    check = checkup.jars("delta")
    assert check.state == "warning"
    assert "python -m isthmus.engine.jars delta" in check.advice


def test_a_folder_that_is_not_there_yet_is_tried_at_the_one_above(tmp_path):
    assert checkup.writable("warehouse", tmp_path / "a" / "b").state == "ok"
    assert list(tmp_path.iterdir()) == [], "nothing is left behind, no folder is made"


def test_a_folder_without_rights_is_a_problem(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    check = checkup.writable("warehouse", tmp_path)
    assert (check.state, check.found) == ("problem", f"{tmp_path} cannot be written: Permission denied")


@pytest.mark.parametrize(
    ("free", "needed", "state"), [(2e9, 2e9, "ok"), (2e9 - 1, 2e9, "problem"), (0, 1e9, "problem")]
)
def test_disk_against_what_is_needed(tmp_path, free, needed, state):
    check = checkup.disk("disk", tmp_path / "later", needed, free=lambda folder: free)
    assert check.state == state
    assert str(tmp_path) in check.found


def test_a_warehouse_in_use_names_the_run(tmp_path):
    assert checkup.in_use(str(tmp_path)).state == "ok"
    with turn(str(tmp_path), who="isthmus run --study gallo2026"):
        check = checkup.in_use(str(tmp_path))
    assert check.state == "warning"
    assert "isthmus run --study gallo2026 (process" in check.found
    assert (tmp_path / LOCK).exists()
    assert checkup.in_use(str(tmp_path)).state == "ok", "the lock's file stays, the lock does not"
    assert checkup.in_use("abfs://c@a/warehouse").state == "ok"


def test_a_warehouse_that_is_no_folder_is_not_measured(monkeypatch):
    names = [check.name for check in checkup.checkup("abfs://c@a/warehouse")]
    assert "disk" not in names
    assert names[-2:] == ["warehouse", "other runs"]


def test_a_warehouse_in_s3_that_cannot_be_reached_is_a_problem():
    nowhere = Storage(attempts=1, buckets={"b": Bucket(endpoint="http://127.0.0.1:9", access="anonymous")})
    check = checkup.in_use("s3://b/warehouse", nowhere)
    assert check.state == "problem"
    assert "s3://b/warehouse/.run.lock, which says that a run works on this warehouse, cannot be read" in check.found


def test_spark_that_does_not_start_is_a_problem():
    def fail():
        raise RuntimeError("Java gateway process exited\nmore")

    check = checkup.spark_works(fail)
    assert check == Check("Spark", "problem", "a small Delta table could not be written: Java gateway process exited")


@pytest.mark.spark
def test_spark_that_works_is_said_to(spark):
    assert checkup.spark_works(lambda: spark).state == "ok"


def test_the_command_prints_each_check_and_ends_well(tmp_path):
    done = CliRunner().invoke(doctor, ["--warehouse", str(tmp_path / "new")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "✓ Python" in done.output
    assert "Everything is there." in done.output


def test_too_little_room_for_a_snapshot_ends_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, 1000))
    runner = CliRunner()
    with pytest.raises(SetupError, match="may end a run: disk, disk for temporary files, snapshot"):
        runner.invoke(
            doctor, ["--warehouse", str(tmp_path), "--snapshot", str(tmp_path / "none")], catch_exceptions=False
        )


def test_json_has_a_record_for_each_check(tmp_path):
    done = CliRunner().invoke(doctor, ["--warehouse", str(tmp_path), "--format", "json"], catch_exceptions=False)
    records = json.loads(done.output)
    assert {"name", "state", "found", "advice"} == set(records[0])
    assert [record["name"] for record in records][:2] == ["Python", "Java"]


def test_a_process_without_rights_sees_the_exit_code(tmp_path):
    command = [sys.executable, "-m", "isthmus.cli.main", "doctor", "--warehouse", str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"JAVA_HOME": str(tmp_path)}, check=False
    )
    assert done.returncode == 1
    assert "✗ Java" in done.stdout
    assert done.stderr.strip() == "isthmus: 1 of 10 checks say what may end a run: Java"
