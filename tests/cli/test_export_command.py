"""`isthmus export`: words in, files out, and what is said when a word is wrong."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from isthmus.cli.export import years_of
from isthmus.errors import ConfigError

NAMES = {"2017-2021", "graded", "published_rule"}


def test_one_network_in_one_format_with_graphs_of_two_years(isthmus, small_results, tmp_path):
    out = tmp_path / "out"
    code, said, _ = isthmus(
        "export", "--results", small_results, "--network", "collaboration", "--format", "gexf", "--years", "2018-2019",
        "--out", out,
    )  # fmt: skip
    assert code == 0
    assert said.splitlines()[0].startswith("6 files, ")
    assert said.splitlines()[1] == f"What they are: {out / 'README.md'}"
    expected = {f"collaboration_{name}.gexf" for name in NAMES | {"2018", "2019"}}
    assert {file.name for file in out.iterdir()} == expected | {"README.md"}
    for name in expected:
        assert ET.parse(out / name).getroot().tag.endswith("gexf")


def test_without_words_every_network_in_every_format(isthmus, small_results, tmp_path):
    code, _, err = isthmus("export", "--results", small_results, "--out", tmp_path / "all")
    assert (code, err) == (0, "")
    suffixes = {file.suffix for file in (tmp_path / "all").iterdir()}
    assert {".parquet", ".csv", ".graphml", ".gexf"} <= suffixes
    ties = pd.read_parquet(tmp_path / "all" / "ties_by_year.parquet")
    assert set(ties["network"]) == {"collaboration", "knowledge_exchange"}
    text = pd.read_csv(tmp_path / "all" / "ties_by_year.csv", keep_default_na=False, na_values=[""])
    assert "NA" in set(text["source"]) | set(text["target"]), "Namibia is no missing value"
    assert len(text) == len(ties)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--network", "colaboration"], "there is no network 'colaboration'; did you mean 'collaboration'"),
        (["--format", "gefx,csv"], "there is no format 'gefx'; did you mean 'gexf'"),
        (["--years", "1999"], "no network of 1999 in study 'small', which has 2017 to 2021"),
        (["--years", "20x5"], "--years '20x5' is no year; write 2005, or 2000,2021, or 2000-2021"),
        (["--years", "2020-2018"], "--years '2020-2018' ends before it begins; write 2018-2020"),
    ],
)
def test_a_wrong_word_writes_nothing(isthmus, small_results, tmp_path, words, message):
    code, out, err = isthmus("export", "--results", small_results, *words, "--out", tmp_path / "out")
    assert (code, out) == (1, "")
    assert message in err
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_no_folder_to_write_into_is_a_word_that_is_missing(isthmus, small_results):
    code, _, err = isthmus("export", "--results", small_results)
    assert code == 2
    assert "Missing option '--out'" in err


def test_a_file_in_the_way_is_refused(isthmus, small_results, tmp_path):
    (tmp_path / "out").write_text("not a folder")
    code, _, err = isthmus("export", "--results", small_results, "--out", tmp_path / "out")
    assert code == 2
    assert "is a file" in err
    assert (tmp_path / "out").read_text() == "not a folder"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2005", [2005]),
        ("2000, 2003-2005,2004", [2000, 2003, 2004, 2005]),
        ("2000-2000", [2000]),
        (" , ", []),
        ("", []),
    ],
)
def test_years_as_words(text, years):
    assert years_of(text) == years


@pytest.mark.parametrize("text", ["20x5", "2005-", "-2005", "2000-2001-2002", "x"])
def test_what_is_no_year(text):
    with pytest.raises(ConfigError, match="is no year"):
        years_of(text)
