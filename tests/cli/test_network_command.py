import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

from isthmus.cli.test_network import test_network as network_command
from isthmus.errors import NetworkError

SIX = "0,1,9 1,2,4 2,3,6 3,4,2 4,5,5 5,0,3 0,2,2 3,5,1"


@pytest.fixture
def edges(tmp_path):
    path = tmp_path / "edges.csv"
    rows = [row.split(",") for row in SIX.split()]
    names = ["NA", "BR", "CH", "DE", "ES", "FR"]
    lines = [f"{names[int(i)]},{names[int(j)]},{w}" for i, j, w in rows]
    path.write_text("\n".join(["source,target,weight", *lines]) + "\n")
    return path


def run(*arguments):
    result = CliRunner().invoke(network_command, [str(a) for a in arguments], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_writes_ties_and_fits_and_says_what_it_found(edges, tmp_path):
    output = run(edges, "--out", tmp_path / "out")
    assert "1 of 1 networks fitted with ecm" in output
    assert "worst relative error of a degree or strength" in output
    ties = pd.read_parquet(tmp_path / "out" / "pair_tests.parquet")
    assert len(ties) == 15
    tie = ties[(ties["source"] == "BR") & (ties["target"] == "NA")].iloc[0]
    assert tie["z"] == pytest.approx(0.498027, abs=1e-6)
    text = pd.read_csv(tmp_path / "out" / "pair_tests.csv", keep_default_na=False)
    assert set(text["source"]) | set(text["target"]) == {"NA", "BR", "CH", "DE", "ES", "FR"}
    pd.testing.assert_frame_equal(text, ties, check_dtype=False)
    fits = pd.read_csv(tmp_path / "out" / "null_model_fits.csv")
    assert fits["status"].tolist() == ["converged"]
    assert fits["n_nodes"].tolist() == [6]


def test_years_and_networks_are_tested_apart_and_a_bad_one_is_named(tmp_path):
    frame = pd.DataFrame(
        {
            "network": ["a", "a", "a", "b"],
            "year": [2001, 2001, 2002, 2001],
            "source": ["X", "Y", "X", "X"],
            "target": ["Y", "Z", "Y", "Y"],
            "weight": [3, 1, 2, 5],
        }
    )
    frame.to_parquet(tmp_path / "country_edges.parquet")
    output = run(tmp_path / "country_edges.parquet", "--out", tmp_path / "out")
    assert "3 of 3 networks fitted" in output
    fits = pd.read_parquet(tmp_path / "out" / "null_model_fits.parquet")
    assert fits[["network", "year"]].to_numpy().tolist() == [["a", 2001], ["a", 2002], ["b", 2001]]


@pytest.mark.parametrize("model", ["ecm-variance-corrected", "ecm-variance-corrected-ipf", "rewiring"])
def test_other_models(edges, tmp_path, model):
    output = run(edges, "--out", tmp_path / "out", "--model", model, "--samples", 40, "--linked-only")
    assert f"1 of 1 networks fitted with {model}" in output
    assert len(pd.read_parquet(tmp_path / "out" / "pair_tests.parquet")) == 8


def test_the_same_seed_gives_the_same_file(edges, tmp_path):
    for name in ("one", "two"):
        run(edges, "--out", tmp_path / name, "--model", "rewiring", "--samples", 30, "--seed", 7)
    assert (tmp_path / "one" / "pair_tests.csv").read_bytes() == (tmp_path / "two" / "pair_tests.csv").read_bytes()


def test_an_unknown_model_is_refused_before_the_file_is_read(tmp_path):
    with pytest.raises(NetworkError, match="did you mean 'rewiring'"):
        run(tmp_path / "none.csv", "--out", tmp_path / "out", "--model", "rewring")


def test_loops_are_named_and_dropped_on_request(edges, tmp_path):
    edges.write_text(edges.read_text() + "NA,NA,4\n")
    with pytest.raises(NetworkError, match=r"line 10: NA - NA is a loop, one of 1; .*--drop-loops"):
        run(edges, "--out", tmp_path / "out")
    assert "1 of 1 networks" in run(edges, "--out", tmp_path / "out", "--drop-loops")


def test_nothing_to_fit_is_an_error(tmp_path):
    (tmp_path / "edges.csv").write_text("source,target,weight\nA,B,0\n")
    with pytest.raises(NetworkError, match="no edge with a weight above 0"):
        run(tmp_path / "edges.csv", "--out", tmp_path / "out")


def test_no_spark_is_imported(edges, tmp_path):
    code = (
        "import sys; from isthmus.cli.test_network import test_network\n"
        f"test_network.main([{str(edges)!r}, '--out', {str(tmp_path / 'out')!r}], standalone_mode=False)\n"
        "assert 'pyspark' not in sys.modules and 'py4j' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_directed_flows_with_and_without_loops(tmp_path):
    rows = ["A,B,5", "B,A,3", "A,C,2", "C,A,1", "B,D,4", "C,B,2", "D,C,3", "D,A,2", "C,C,7", "A,A,9"]
    path = tmp_path / "flows.csv"
    path.write_text("\n".join(["source,target,weight", *rows]) + "\n")
    output = run(path, "--out", tmp_path / "loops", "--directed", "--loops")
    assert "1 of 1 networks fitted with directed-ecm-loops" in output
    assert len(pd.read_parquet(tmp_path / "loops" / "pair_tests.parquet")) == 16
    output = run(path, "--out", tmp_path / "none", "--directed", "--drop-loops")
    assert "1 of 1 networks fitted with directed-ecm," in output
    tests = pd.read_parquet(tmp_path / "none" / "pair_tests.parquet")
    assert len(tests) == 12
    assert tests.set_index(["source", "target"])["weight"][[("A", "B"), ("B", "A")]].tolist() == [5, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--loops"], "add --directed"),
        (["--directed", "--model", "rewiring"], "undirected"),
        (["--directed", "--samples", "5"], "exact moments"),
        (["--directed", "--loops", "--drop-loops"], "choose one"),
    ],
)
def test_options_that_do_not_go_together_are_refused(edges, tmp_path, options, message):
    with pytest.raises(NetworkError, match=message):
        run(edges, "--out", tmp_path / "out", *options)
