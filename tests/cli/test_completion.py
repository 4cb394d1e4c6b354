"""What the tabulator key completes, asked as a shell asks."""

import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import get_completion_class

from isthmus.cli.catalogue import listed_tables
from isthmus.cli.completion import SHELLS, fields_of, script
from isthmus.cli.main import cli
from isthmus.config import Study, available_studies, load_study


def completed(*words):
    """What is offered for the last of these words."""
    made = get_completion_class("bash")(cli, {}, "isthmus", "_ISTHMUS_COMPLETE")
    return [item.value for item in made.get_completions(list(words[:-1]), words[-1])]


def test_a_shell_that_asks_is_answered():
    asked = {"_ISTHMUS_COMPLETE": "bash_complete", "COMP_WORDS": "isthmus stages --study gal", "COMP_CWORD": "3"}
    code = "import sys; sys.argv[0] = 'isthmus'; from isthmus.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("plain,gallo2026\n", "")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["stu"], ["studies"]),
        (["stages", "--study", "gal"], ["gallo2026"]),
        (["studies", "vir"], ["virology"]),
        (["describe", "pair_te"], ["pair_tests", "pair_tests_other_models"]),
        (["run", "--stages", "corpus,netw"], ["corpus,networks"]),
        (["run", "--stages", "networks,netw"], []),
        (["run", "--tasks", "nullm"], ["nullmodels"]),
        (["run", "--set", "significance.thr"], ["significance.threshold="]),
        (["maintain", "--tables", "works,cor"], None),
        (["ingest", "--for-study", "every"], ["everything"]),
        (["plan", "--format", "j"], ["json"]),
    ],
)
def test_names_are_completed(words, offered, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = completed(*words)
    if offered is None:
        offered = [f"works,{name}" for name in listed_tables() if name.startswith("cor")]
    assert found == offered


def test_files_and_folders_are_completed_where_a_study_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studies").mkdir()
    for name in ("mine.yaml", "mine.txt", "other.yml"):
        (tmp_path / "studies" / name).touch()
    assert completed("run", "--study", "stud") == ["studies/"]
    assert completed("run", "--study", "studies/m") == ["studies/mine.yaml"]
    assert completed("run", "--study", "") == [*available_studies(), "studies/"]


def test_every_field_that_is_completed_is_one_of_a_study():
    study = load_study("gallo2026")
    paths = fields_of(Study)
    assert len(paths) == len(set(paths)) > 100
    for path in paths:
        study.field(path)
    assert {"study", "corpus.rule", "trajectories.clusters", "disruption.places"} <= set(paths)


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_that_asks_isthmus(isthmus, shell):
    code, out, err = isthmus("completion", shell)
    assert (code, err) == (0, "")
    assert f"_ISTHMUS_COMPLETE={shell}_complete" in out
    assert out.strip() == script(shell).strip()


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_understands_its_script(tmp_path):
    (tmp_path / "isthmus.bash").write_text(script("bash"))
    done = subprocess.run(
        ["bash", "-c", "source isthmus.bash && complete -p isthmus"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "_isthmus_completion" in done.stdout


def test_another_shell_is_answered_with_those_that_are(isthmus):
    code, _, err = isthmus("completion", "tcsh")
    assert code == 2
    assert "'bash', 'zsh', 'fish'" in err
