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


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 2, "Missing option '--out'"),
        (["--out", "{out}", "--releases", "3"], 2, "3 is not in the range 1<=x<=2"),
        (["--out", "{out}", "--works", "many"], 2, "'many' is not a valid integer"),
        (["--out", "{out}", "--works", "300", "--formats", "jsonl,parket"], 1, "did you mean 'parquet'"),
        (["--out", "{out}", "--works", "300", "--without", "tie"], 1, "did you mean 'ties'"),
        (["--out", "{out}", "--works", "0"], 1, "works"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(isthmus, tmp_path, words, code, message):
    found, out, err = isthmus("simulate", *(word.format(out=tmp_path / "w") for word in words))
    assert (found, out) == (code, "")
    assert message in err
    assert not (tmp_path / "w").exists() or not list((tmp_path / "w").iterdir())


def test_a_folder_that_holds_something_is_left_alone(isthmus, tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "mine.txt").write_text("mine")
    code, _, err = isthmus("simulate", "--out", tmp_path / "w", "--works", "300", "--processes", "1")
    assert code == 1
    assert str(tmp_path / "w") in err
    assert [file.name for file in (tmp_path / "w").iterdir()] == ["mine.txt"]


def test_the_same_seed_writes_the_same_records(isthmus, tmp_path):
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        words = ("--out", tmp_path / name, "--works", "300", "--processes", "1", "--seed", seed)
        assert isthmus("simulate", *words)[0] == 0
    files = {
        name: {file.relative_to(tmp_path / name): file.read_bytes() for file in (tmp_path / name).rglob("*.gz")}
        for name in ("one", "two", "other")
    }
    assert files["one"] == files["two"] != files["other"]
