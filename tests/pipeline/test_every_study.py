"""Every study that comes with Isthmus, by the command line, from a tiny snapshot to its report and exports."""

import json
import os
import re
import subprocess
import sys

import pytest

from isthmus.config import load_study
from isthmus.config.resources import conf_file
from isthmus.simulate import World, simulate_snapshot

pytestmark = pytest.mark.slow

STUDIES = sorted(file.stem for file in conf_file("studies").glob("*.yaml"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A snapshot of 2,000 works; all studies share its warehouse."""
    folder = tmp_path_factory.mktemp("every")
    simulate_snapshot(folder / "world", world=World(works=2_000))
    return folder


def isthmus(*words):
    done = subprocess.run(
        [sys.executable, "-m", "isthmus.cli.main", *words], check=False, capture_output=True, text=True,
        env=os.environ | {"ISTHMUS_RUN": "short"},
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    return done.returncode, said


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_runs_to_its_end_and_then_has_nothing_to_do(folder, name):
    words = "run", "--study", name, "--snapshot", str(folder / "world"), "--warehouse", str(folder / "warehouse")
    code, said = isthmus(*words, "--master", "local[2]")
    assert code == 0, said
    results = folder / "warehouse" / "results" / name
    page = (results / "report.html").read_text(encoding="utf-8")
    assert load_study(name).title in page.replace("&#39;", "'").replace("&amp;", "&")
    assert "</html>" in page
    assert (results / "exports" / "README.md").is_file(), "the exports end with their guide"
    assert json.loads((results / "study.json").read_text())["study"] == name
    code, said = isthmus(*words, "--master", "local[2]")
    assert code == 0, said
    assert re.search(r"nothing|unchanged|up to date", said), said
