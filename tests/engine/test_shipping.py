"""What travels to the workers: packages without an interpreter and without pyspark, and Isthmus itself."""

import os
import subprocess
import sys
import tarfile

import pytest

from isthmus.engine import shipping, worker_packages
from isthmus.engine.session import session_options
from isthmus.engine.shipping import LIBRARY, PACKAGES, build_archives, shipped_options
from isthmus.errors import SetupError


@pytest.fixture
def few_packages(monkeypatch):
    """Two small packages instead of 200 MB."""
    monkeypatch.setattr(shipping, "worker_packages", lambda: ["msgspec", "six"])


def names(archive):
    with tarfile.open(archive) as tar:
        return set(tar.getnames())


def test_the_archives_hold_importable_folders_without_needless_files(few_packages, tmp_path):
    packages, library = build_archives(tmp_path)
    assert {"six.py", "msgspec/__init__.py"} <= names(packages)
    assert {
        "isthmus/__init__.py",
        "isthmus/conf/studies/gallo2026.yaml",
        "isthmus/geography/data/countries.csv",
    } <= names(library)
    for name in names(packages) | names(library):
        assert not name.startswith(("/", ".."))
        assert "__pycache__" not in name
        assert not name.endswith((".pyc", ".nbi", ".nbc"))


def test_a_bare_interpreter_imports_isthmus_from_the_archives(few_packages, tmp_path):
    for archive, folder in zip(build_archives(tmp_path / "archives"), (PACKAGES, LIBRARY), strict=True):
        with tarfile.open(archive) as tar:
            tar.extractall(tmp_path / folder, filter="data")
    code = "import msgspec, six, isthmus.errors; print(msgspec.__file__, isthmus.errors.__file__, isthmus.__version__)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],  # -S: no site-packages
        cwd=tmp_path,
        env={"PYTHONPATH": shipping.PYTHONPATH},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(tmp_path / PACKAGES) in done.stdout
    assert str(tmp_path / LIBRARY) in done.stdout


def test_archives_are_made_again_only_when_something_changed(few_packages, monkeypatch, tmp_path):
    first = build_archives(tmp_path)
    stamps = [file.stat().st_mtime_ns for file in first]
    assert build_archives(tmp_path) == first
    assert [file.stat().st_mtime_ns for file in first] == stamps
    monkeypatch.setattr(shipping.importlib.metadata, "version", lambda name: "99")
    packages, library = build_archives(tmp_path)
    assert packages != first[0]
    assert library == first[1]
    assert not first[0].exists(), "archives of earlier versions do not pile up"


def test_archives_are_made_again_when_other_files_count_as_needless(few_packages, monkeypatch, tmp_path):
    before, _ = build_archives(tmp_path)
    monkeypatch.setattr(worker_packages, "NEEDLESS_FILES", ("msgspec/_utils.py",))
    after, _ = build_archives(tmp_path)
    assert after != before
    assert "msgspec/_utils.py" not in names(after)


def test_the_same_files_give_the_same_bytes(few_packages, tmp_path):
    one, other = build_archives(tmp_path / "one"), build_archives(tmp_path / "other")
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]


def test_an_archive_that_cannot_be_written_is_said(few_packages, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="cannot be written"):
        build_archives(blocked / "archives")


def test_spark_unpacks_the_archives_where_the_path_of_python_says(few_packages, tmp_path):
    options = shipped_options(home=tmp_path)
    folders = [entry.partition("#")[2] for entry in options["spark.archives"].split(",")]
    assert os.pathsep.join(folders) == options["spark.executorEnv.PYTHONPATH"]
    for entry in options["spark.archives"].split(","):
        assert os.path.exists(entry.partition("#")[0])


def test_on_yarn_the_nodes_unpack_the_archives_and_not_each_executor_again(few_packages, tmp_path):
    elsewhere, there = shipped_options("spark://host:7077", tmp_path), shipped_options("yarn", tmp_path)
    assert there["spark.yarn.dist.archives"] == elsewhere["spark.archives"]
    assert there.keys() ^ elsewhere.keys() == {"spark.yarn.dist.archives", "spark.archives"}


def test_only_a_cluster_is_sent_an_environment(few_packages, monkeypatch, tmp_path):
    monkeypatch.setenv("ISTHMUS_ENVIRONMENTS", str(tmp_path))
    assert "spark.archives" not in session_options("local[2]")
    assert "spark.archives" in session_options("spark://host:7077")
    assert "spark.yarn.dist.archives" in session_options("yarn")
    assert "delta" in session_options("spark://host:7077").get("spark.jars", "delta")
    monkeypatch.setenv("ISTHMUS_SHIP", "no")
    assert "spark.archives" not in session_options("spark://host:7077")
