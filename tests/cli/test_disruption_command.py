import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from isthmus.indicators.disruption.counts import disruption

YEARS = {"r1": 2000, "r2": 2001, "d": 2004, "f": 2005, "g": 2005, "a": 2006, "b": 2007, "c": 2008, "e": 2012}
PAIRS = ["f>r1", "f>r2", "a>f", "b>f", "b>r1", "c>r1", "c>r2", "d>r1", "g>r2", "e>f", "e>r1", "e>r2"]


@pytest.fixture
def lists(tmp_path):
    edges, years = tmp_path / "edges.csv", tmp_path / "years.csv"
    pd.DataFrame([pair.split(">") for pair in PAIRS], columns=["citing", "cited"]).to_csv(edges, index=False)
    pd.DataFrame({"paper": YEARS.keys(), "year": YEARS.values()}).to_csv(years, index=False)
    return [edges, "--years", years]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("options", "cd", "di5"), [((), -0.2, 1 / 3), (("--last", 5, "--strict"), 0.0, 0.5), (("--shards", 3), -0.2, 1 / 3)]
)
def test_a_row_for_each_paper(isthmus, lists, tmp_path, options, cd, di5, ending):
    out = tmp_path / "sub" / f"found.{ending}"
    code, said, error = isthmus("disruption", *lists, "--out", out, *options)
    assert (code, error) == (0, "")
    assert f"written: {out}" in said
    rows = (pd.read_csv if ending == "csv" else pd.read_parquet)(out).set_index("paper")
    assert list(rows.index) == list(YEARS)
    assert rows.loc["f", "year"] == 2005
    assert rows.loc["f", ["cd", "di5"]].astype(float).tolist() == pytest.approx([cd, di5])
    assert np.isnan(rows.loc["r1", "cd"])
    assert rows.loc["r1", "cd_all"] == 1.0


def test_the_table_says_years_shares_and_warnings(isthmus, lists):
    code, said, _ = isthmus("disruption", *lists)
    assert code == 0
    assert "9 papers, 12 citations; 9 papers measured" in said
    [of_2005] = [line.split() for line in said.splitlines() if line.strip().startswith("2005")]
    # f has -0.2; nobody cites g, so its CD is 0 over the three others that cite r2
    assert of_2005[:5] == ["2005", "2", "0", "-0.100", "-"], "two papers make no interval"
    assert "22.2% of the papers have no recorded reference" in said
    assert "compare rank and class_rank" in said


def test_json_has_no_nan_and_the_same_numbers(isthmus, lists):
    _, said, error = isthmus("disruption", *lists, "--format", "json", "--of-years", "2005-2005")
    answer = json.loads(said)
    assert error == ""
    assert (answer["papers"], answer["measured"], answer["rows_left_out"]) == (9, 2, 0)
    [row] = answer["years"]
    assert (row["year"], row["measured"]) == (2005, 2)
    assert row["cd"] == pytest.approx(-0.1)
    assert row["median_cd_low"] is None


def many(folder, first):
    """Pairs and years of 200 papers from some year to 2019, and the words that name their files."""
    rng = np.random.default_rng(4)
    pairs = np.unique(rng.integers(0, 200, (1500, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    years = rng.integers(first, 2020, 200)
    pd.DataFrame(pairs, columns=["citing", "cited"]).to_parquet(folder / "e.parquet")
    pd.DataFrame({"paper": range(200), "year": years}).to_parquet(folder / "y.parquet")
    return pairs, years, (folder / "e.parquet", "--years", folder / "y.parquet")


def test_draws_follow_the_seed(isthmus, tmp_path):
    lists = many(tmp_path, 2017)[2]
    first, again, other = (isthmus("disruption", *lists, "--format", "json", "--seed", seed)[1] for seed in (1, 1, 2))
    assert first == again != other


def test_as_many_papers_as_the_library(isthmus, tmp_path):
    pairs, years, lists = many(tmp_path, 1990)
    out = tmp_path / "found.parquet"
    isthmus("disruption", *lists, "--out", out, "--minimum-references", 5)
    ours, theirs = pd.read_parquet(out), disruption(*pairs.T, years, minimum_references=5)
    for name in ("n_i", "n_j", "n_k", "cd", "cd5", "di5", "rank", "class_rank"):
        np.testing.assert_allclose(ours[name], getattr(theirs, name))


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--out", "found.txt"), 1, "unknown ending; expected .csv or .parquet"),
        (("--of-years", "2005"), 2, "is no span of years"),
        (("--of-years", "1900-1901"), 1, "holds no paper of 1900 to 1901"),
        (("--last", 3), 1, "the short window ends after 5 years, the long one after 3; expected 0 <= short <= last"),
        (("--level", 95), 1, "expected a number between 0 and 1"),
        (("--draws", 1), 1, "--draws is 1; expected 2 or more"),
        (("--shards", 0), 1, "shards 0"),
    ],
)
def test_errors_are_sentences(isthmus, lists, options, code, message):
    found, _, error = isthmus("disruption", *lists, *options)
    assert found == code
    assert message in error
    assert "Traceback" not in error


def test_it_starts_no_spark(lists):
    script = f"""
import sys
from isthmus.cli.main import cli
cli.main({["disruption", *map(str, lists)]!r}, standalone_mode=False)
assert not [name for name in sys.modules if name.split(".")[0] in ("pyspark", "delta")], "Spark was imported"
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, timeout=120)
