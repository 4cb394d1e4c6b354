"""Commands that people are told to type work where they are typed."""

import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli import hints
from isthmus.cli.main import COMMANDS


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A project with an environment in `.venv`, and a terminal in it whose PATH has nothing."""
    folder = tmp_path / "project" / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "isthmus").write_text('#!/bin/sh\necho "$@"\n')
    (folder / "isthmus").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path / "project")
    return folder


def test_in_the_project_s_folder_the_environment_is_named(environment):
    assert hints.command("pair", "CN", "US") == ".venv/bin/isthmus pair CN US"


def test_on_the_path_the_name_is_enough(environment, monkeypatch):
    monkeypatch.setenv("PATH", str(environment))
    assert hints.command("studies") == "isthmus studies"


def test_another_isthmus_on_the_path_is_not_meant(environment, tmp_path, monkeypatch):
    (tmp_path / "isthmus").write_text("#!/bin/sh\n")
    (tmp_path / "isthmus").chmod(0o755)
    assert hints.program() == ".venv/bin/isthmus"


def test_elsewhere_the_whole_path_is_named(environment, tmp_path, monkeypatch):
    (tmp_path / "other place").mkdir()
    monkeypatch.chdir(tmp_path / "other place")
    assert hints.program() == str(environment / "isthmus")


def test_without_a_script_python_is_called(environment):
    (environment / "isthmus").unlink()
    assert hints.program() == f"{environment / 'python'} -m isthmus.cli.main"


def test_a_hint_runs_in_a_shell_and_keeps_words_with_blanks_together(environment):
    words = ("pair", "Côte d'Ivoire", "United States", "--results", "a $folder; x")
    said = subprocess.run(hints.command(*words), shell=True, capture_output=True, text=True, check=True).stdout
    assert said == " ".join(words) + "\n"


def test_the_hints_of_this_environment_run(isthmus, tmp_path):
    code, out, _ = isthmus("simulate", "--works", "300", "--out", tmp_path / "my world", "--processes", "1")
    hint = out.splitlines()[-1].removeprefix("Read it with: ")
    assert code == 0
    assert Path(tmp_path / "my world" / "truth").is_dir()
    shown = subprocess.run(f"{hint} --help", shell=True, capture_output=True, text=True, check=True).stdout
    assert shown.startswith("Usage: ")


def test_commands_within_messages_and_help_are_called_as_they_can_be_typed(environment):
    said = "Java did not start. `isthmus doctor` says which (isthmus stages lists them); isthmus is here, see /x/isthmus run"
    assert hints.as_typed(said) == (
        "Java did not start. `.venv/bin/isthmus doctor` says which (.venv/bin/isthmus stages lists them); isthmus is here, "
        "see /x/isthmus run"
    )


def test_on_the_path_messages_stay_as_they_are(environment, monkeypatch):
    monkeypatch.setenv("PATH", str(environment))
    assert hints.as_typed("ask `isthmus doctor`") == "ask `isthmus doctor`"


def test_every_command_is_known_to_the_hints(environment):
    for name in COMMANDS:
        assert hints.as_typed(f"isthmus {name}") == f".venv/bin/isthmus {name}", name
