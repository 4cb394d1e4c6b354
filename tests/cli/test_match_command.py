import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from isthmus.cli.match import match as match_command
from isthmus.errors import MatchingError

LALONDE = Path(__file__).parents[1] / "matching" / "data" / "lalonde.csv"
DESIGN = [
    "--treatment", "treat", "--outcome", "re78", "--exact", "black,hispan", "--exact", "married,nodegree",
    "--coarsen", "age=20.5,25.5,30.5,35.5,40.5", "--coarsen", "educ=6.5,8.5,11.5,12.5",
    "--coarsen", "re74=.5,2000.5,5000.5,10000.5", "--coarsen", "re75=.5,2000.5,5000.5,10000.5",
]  # fmt: skip


def run(*arguments):
    result = CliRunner().invoke(match_command, [str(a) for a in arguments], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_the_table_says_what_is_matched_and_what_it_does():
    output = run(LALONDE, *DESIGN, "--sensitivity", "--by", "black")
    for words in (
        "20 of 407 strata have both arms; imbalance L1 0.906 before, 0.305 after, 0.000 with weights",
        "age: means differ by -0.31 standard deviations before, +0.08 after, -0.00 with weights",
        "55 of 185 treated and 44 of 429 control units matched; the weighted controls are worth 20.6",
        "effect on the treated (SATT) -682.601, -10.00 % of the mean of the controls",
        "difference, Student          539.072     1262.36    0.6703   -1966.37 to 3044.51",
        "effect, robust              -682.601      1331.1    0.6093",
        "effect, bootstrap",
        "note: 130 of 185 treated units have no control in their stratum",
        "quantiles:3        41        149        186  2251.45",
        "the effect may be 0 from gamma 1.489 on",
        "E-value (ratio of means 0.900): 1.462, of the interval 1.000",
    ):
        assert words in output


def test_json_holds_the_same_numbers_and_no_nan(tmp_path):
    answer = json.loads(run(LALONDE, *DESIGN, "--format", "json", "--draws", 0, "--by", "black", "--sensitivity"))
    [outcome] = answer["outcomes"]
    assert outcome["effect"]["satt"] == pytest.approx(-682.6013286515)
    assert "bootstrap" not in outcome
    assert [row["black"] for row in outcome["groups"]] == [0, 1]
    assert len(outcome["coarsenings"]) == 7
    assert answer["cut_points"]["educ"] == [6.5, 8.5, 11.5, 12.5]
    exact = next(row for row in answer["covariate_balance"] if row["covariate"] == "black")
    assert exact["smd_before"] is None


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_weights_are_written_beside_the_rows(tmp_path, ending):
    source = tmp_path / "units.parquet"
    frame = pd.read_csv(LALONDE)
    frame.to_parquet(source)
    output = run(source, *DESIGN, "--out", tmp_path / "sub" / f"weights.{ending}")
    assert f"weights.{ending}" in output
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    written = read(tmp_path / "sub" / f"weights.{ending}")
    pd.testing.assert_frame_equal(written[list(frame.columns)], frame)
    kept = written[written["weight"] > 0]
    means = kept.groupby("treat").apply(lambda g: np.average(g["re78"], weights=g["weight"]), include_groups=False)
    assert means[1] - means[0] == pytest.approx(-682.6013286515)
    with pytest.raises(MatchingError, match="has a column 'stratum' already"):
        run(tmp_path / "sub" / f"weights.{ending}", *DESIGN, "--out", tmp_path / "again.csv")


def test_shares_missing_texts_and_namibia(tmp_path):
    path = tmp_path / "scientists.csv"
    rows = ["t,country,joint,papers,age"]
    rows += [f"{i % 2},{'NA' if i % 3 else 'CH'},{i % 4},{4 + i % 3},{'?' if i == 7 else i}" for i in range(60)]
    path.write_text("\n".join(rows) + "\n")
    common = [path, "--treatment", "t", "--outcome", "joint/papers", "--exact", "country", "--draws", 10]
    output = run(*common, "--coarsen", "age=width:2", "--na", "?")
    assert "joint/papers" in output
    assert "note: a missing value is a level of its own (missing: age of 1 units)" in output
    assert "country" in run(*common)
    with pytest.raises(MatchingError, match=r"age is '\?' in row 7"):
        run(*common, "--coarsen", "age=width:2")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--exact", "blak"], "there is no column 'blak'; did you mean 'black'"),
        (["--coarsen", "age"], "is not NAME=RULE"),
        (["--coarsen", "age=sturges", "--coarsen", "age=scott"], "names 'age' twice"),
        (["--coarsen", "age=5,x"], "are no numbers"),
        (["--exact", "black", "--draws", "-1"], "expected 0 or more"),
        (["--exact", "black", "--out", "w.xlsx"], "unknown ending; expected .csv or .parquet"),
        (["--exact", "black", "--level", "95"], "expected a share between 0 and 1"),
        (["--exact", "black", "--by", "age"], "'age' is no exact covariate"),
        (["--exact", "re74,re75,age,educ"], "use coarser bins or fewer exact covariates"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(tmp_path, options, message):
    frame = pd.read_csv(LALONDE)
    frame["re74"] += frame["treat"] / 7  # no treated man has the earnings of a control
    frame.to_csv(tmp_path / "units.csv", index=False)
    with pytest.raises(MatchingError, match=message):
        run(tmp_path / "units.csv", "--treatment", "treat", "--outcome", "re78", *options)


def test_files_that_cannot_be_read(tmp_path):
    common = ["--treatment", "t", "--outcome", "y", "--exact", "x"]
    with pytest.raises(MatchingError, match="there is no file"):
        run(tmp_path / "none.csv", *common)
    (tmp_path / "units.txt").write_text("t,x,y\n")
    with pytest.raises(MatchingError, match="unknown ending"):
        run(tmp_path / "units.txt", *common)
    for name in ("empty.csv", "bad.parquet"):
        (tmp_path / name).write_text("")
        with pytest.raises(MatchingError, match="cannot be read"):
            run(tmp_path / name, *common)


def test_no_spark_is_imported():
    code = (
        "import sys; from isthmus.cli.match import match\n"
        f"match.main([{str(LALONDE)!r}, '--treatment', 'treat', '--outcome', 're78', '--exact', 'black'], "
        "standalone_mode=False)\nassert 'pyspark' not in sys.modules and 'py4j' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
