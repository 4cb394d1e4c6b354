import pytest
from click.testing import CliRunner

from isthmus.cli.simulate import simulate
from isthmus.errors import ConfigError


def run(*arguments):
    return CliRunner().invoke(simulate, list(arguments), catch_exceptions=False)


def test_it_says_in_words_what_was_written(tmp_path):
    result = run("--out", str(tmp_path / "w"), "--works", "300", "--processes", "1", "--without", "bridge", "--hostile")
    assert result.exit_code == 0
    assert "336 works of 1996 to 2023, seed 1, as jsonl" in result.output or "works of 1996 to 2023" in result.output
    assert "Planted: impact, poles, return, ties, trends." in result.output
    assert "hostile.parquet" in result.output
    assert (tmp_path / "w" / "truth" / "README.md").is_file()


def test_two_releases_are_two_folders(tmp_path):
    result = run("--out", str(tmp_path / "w"), "--works", "300", "--processes", "1", "--releases", "2", "--empty")
    assert "Planted: nothing" in result.output
    assert {p.name for p in (tmp_path / "w").iterdir()} == {"2026-06-25", "2026-07-25"}


def test_the_help_has_examples():
    output = run("--help").output
    assert "Examples:" in output
    assert "--hostile" in output


def test_releases_and_spark_do_not_go_together(tmp_path):
    with pytest.raises(ConfigError, match="--master"):
        run("--out", str(tmp_path / "w"), "--master", "local[1]", "--releases", "2")
