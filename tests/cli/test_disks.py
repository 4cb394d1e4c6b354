"""A full disk, a disk that may not be written: one sentence, what was there stays whole, the next run ends equal.

Real file systems where one may be mounted (as root on Linux), else a disk that refuses what is to be made lasting.
"""

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from isthmus.files import whole

ROOM = 24 * 2**20
COMMANDS = ["export", "test-network", pytest.param("report", marks=pytest.mark.slow)]  # figures take half a minute
TIMED = "null_model_fits"  # holds the seconds that a fit took
MARK = Path("README.md")  # of an export: it says that the folder is complete, and is gone while it is not


def mounted(folder):
    """Mount a small file system of its own; False where that is not permitted."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    return shutil.which("mount") is not None and subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path):
    """A disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounted(folder):
        pytest.skip("no file system can be mounted here: that takes root, on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk):
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with (disk / "filler").open("wb") as filler:
        filler.write(b"x" * free)


def network(folder):
    years = [(a, b, w + year % 3, year) for year in range(2017, 2022) for a, b, w in TIES]
    pd.DataFrame(years, columns=["source", "target", "weight", "year"]).to_csv(folder / "edges.csv", index=False)
    return folder / "edges.csv"


COUNTRIES = [f"N{number}" for number in range(12)]
TIES = [(a, b, 1 + (3 * i + 5 * j) % 7) for i, a in enumerate(COUNTRIES) for j, b in enumerate(COUNTRIES[:i])]


def command(name, results, out, scratch):
    """The words of a command that writes into a folder."""
    if name == "export":
        return ["export", "--results", results, "--out", out]
    if name == "report":
        shutil.copytree(results, out, dirs_exist_ok=True)
        return ["report", "--results", out, "--figures"]
    return ["test-network", network(scratch), "--out", out]


def content(folder):
    files = (file for file in folder.rglob("*") if file.is_file() and file.stem != TIMED)
    return {file.relative_to(folder): file.read_bytes() for file in files}


def one_sentence(err, begins):
    assert err.startswith(f"isthmus: {begins}"), err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1, err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_and_one_that_is_read_only(isthmus, small_results, disk, tmp_path, name):
    out = disk / "out"
    words = command(name, small_results, out, tmp_path)
    assert isthmus(*words)[0] == 0
    whole_content = content(out)
    assert len(whole_content) > 3
    fill(disk)
    code, _, err = isthmus(*words)
    assert code == 1
    one_sentence(err, "a disk is full. Free some space")
    assert content(out) == {file: held for file, held in whole_content.items() if file != MARK}
    (disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    code, _, err = isthmus(*words)
    assert code == 1
    one_sentence(err, "a folder cannot be written to.")
    assert content(out) == {file: held for file, held in whole_content.items() if file != MARK}
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert isthmus(*words)[0] == 0
    assert content(out) == whole_content


@pytest.mark.parametrize("name", COMMANDS)
def test_a_disk_that_is_full_in_the_middle(isthmus, small_results, tmp_path, monkeypatch, name):
    """The third file does not become lasting: of the earlier ones each is whole, of it there is nothing."""
    words = command(name, small_results, tmp_path / "out", tmp_path)
    before = content(tmp_path / "out") if name == "report" else {}
    lasting, seen = whole._to_disk, []

    def full(file):
        seen.append(file)
        if len(seen) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(file))
        lasting(file)

    with monkeypatch.context() as patch:
        patch.setattr(whole, "_to_disk", full)
        code, _, err = isthmus(*words)
    assert code == 1
    one_sentence(err, "a disk is full. Free some space")
    left = content(tmp_path / "out")
    assert not list((tmp_path / "out").rglob(".part.*"))
    assert isthmus(*words)[0] == 0
    ended = content(tmp_path / "out")
    assert len(ended) > len(left)
    written = [file for file in left if left[file] != before.get(file)]
    assert written
    assert [file for file in written if ended[file] != left[file]] == []
