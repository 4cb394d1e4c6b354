"""The documentation builds without a warning, and names only commands, options, tables and studies that are there."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.cli.main import COMMANDS
from isthmus.config import available_studies, load_storage, load_study
from isthmus.pipeline import STAGES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
#: A command at the beginning of a line of code, or in code within a text.
COMMAND = re.compile(r"(?:^|`|\.venv/bin/)isthmus ((?:-{1,2}[\w-]+ )*)([a-z][\w-]*)((?: [^`\n|]*)?)", re.MULTILINE)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_the_reference_has_every_command_and_table(site):
    commands = (site / "reference" / "commands.html").read_text()
    assert all(f'id="isthmus-{name}"' in commands for name in COMMANDS)
    tables = (site / "reference" / "tables.html").read_text()
    assert all(f'id="{spec.name}"' in tables for stage in STAGES for spec in stage.writes)
    assert "false_discovery_rate" in (site / "reference" / "study.html").read_text()


def test_pages_of_the_library_hold_signatures_and_parameters(site):
    page = (site / "reference" / "null-models.html").read_text()
    assert 'id="isthmus.nullmodels.fit_ecm"' in page
    assert "Parameters:" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_only_commands_and_options_that_are_there(page):
    for _, name, rest in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert name in COMMANDS, f"isthmus {name}"
        module, attribute, _ = COMMANDS[name]
        parameters = getattr(import_module(module), attribute).params
        known = {option for parameter in parameters for option in parameter.opts} | {"--help"}
        given = re.findall(r"(?<!\S)--[a-z][\w-]*", rest.split(" -- ")[0])
        assert set(given) <= known, f"isthmus {name}: {sorted(set(given) - known)}"


def test_studies_that_pages_name_by_option_are_there():
    named = {
        name
        for page in PAGES
        for name in re.findall(r"--study ([a-z][\w-]*)(?![\w.-])", page.read_text(encoding="utf-8"))
    }
    assert named <= {*available_studies(), "my-field"}


def yaml_of(page):
    return re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize(
    ("page", "text"),
    [pytest.param(page, text, id=str(page.relative_to(ROOT))) for page in PAGES for text in yaml_of(page)],
)
def test_a_file_that_a_page_shows_is_one_that_is_read(page, text, tmp_path):
    shown = yaml.safe_load(text)
    file = tmp_path / "shown.yaml"
    if "storage" in shown:
        file.write_text(text)
        assert set(load_storage(str(file)).buckets) == set(shown["storage"]["buckets"])
        return
    file.write_text(text if "extends" in shown else f"extends: everything\nstudy: shown\n{text}")
    study = load_study(str(file))
    assert all(study.enabled(section) for section in shown if isinstance(shown[section], dict))


def test_the_columns_of_the_example_are_those_of_the_table():
    page = (ROOT / "docs" / "how-to" / "read-results.md").read_text(encoding="utf-8")
    named = re.findall(r'\[\["(.*?)"\]\]', page)[0].split('", "')
    assert set(named) <= set(SIGNIFICANT_PAIRS.columns)


def test_the_page_on_security_names_tests_and_packages_that_are_there():
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/.]+)`", page))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}
    listed = {name for row in re.findall(r"^\| ([a-z][\w, -]+) \|", page, re.MULTILINE) for name in row.split(", ")}
    assert needed - listed == set()
    locked = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert {name.lower() for name in needed} - locked == set()
