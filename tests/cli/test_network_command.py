import re
import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

from isthmus.analyses.network_window import ONE_NETWORK, ONE_YEAR
from isthmus.analyses.significance.pooled import NOT_POOLED
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
    """Links alone are listed; a window needs the pairs without a link, too."""
    output = run(edges, "--out", tmp_path / "out", "--model", model, "--samples", 40, "--linked-only")
    assert f"1 of 1 networks fitted with {model}" in output
    assert len(pd.read_parquet(tmp_path / "out" / "pair_tests.parquet")) == 8
    assert "that needs the pairs without a link, too" in output
    assert not (tmp_path / "out" / "window_tests.parquet").exists()


def test_a_law_that_is_not_exact_tests_no_window_and_says_so(edges, tmp_path):
    output = run(edges, "--out", tmp_path / "out", "--model", "rewiring", "--samples", 30)
    assert NOT_POOLED in output
    assert not (tmp_path / "out" / "window_tests.parquet").exists()


def test_one_network_is_its_own_window(edges, tmp_path):
    output = run(edges, "--out", tmp_path / "out")
    assert "Of 15 pairs 0 weigh more and 0 less than size explains (firm); " in output
    assert "(false-discovery rate 0.05). The published rule (mean z above 2) calls 0." in output
    tested = pd.read_parquet(tmp_path / "out" / "window_tests.parquet")
    yearly = pd.read_parquet(tmp_path / "out" / "pair_tests.parquet")
    both = tested.merge(yearly, on=["source", "target"], suffixes=("", "_pair"))
    assert len(both) == 15
    # the sum of one year is that year: its tails are the pair's own, by separate code
    assert both["p_upper"].tolist() == pytest.approx(both["p_upper_pair"].tolist(), rel=1e-9)
    assert both["p_lower"].tolist() == pytest.approx(both["p_lower_pair"].tolist(), rel=1e-9)
    assert both["propensity"].tolist() == pytest.approx((both["weight"] / both["expected"]).tolist())
    assert "year" not in tested


@pytest.fixture
def yearly(tmp_path):
    """Four years of twenty nodes of size 1 to 20: N04 and N05 share ten times their due, N17 and N18 nothing."""
    names = [f"N{at:02d}" for at in range(20)]
    times = {("N04", "N05"): 10, ("N17", "N18"): 0}
    rows = [
        (year, a, b, int(0.1 * (i + 1) * (j + 1) * times.get((a, b), 1)))
        for year in range(2018, 2022)
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i < j
    ]
    path = tmp_path / "yearly.csv"
    frame = pd.DataFrame(rows, columns=["year", "source", "target", "weight"])
    frame[frame["weight"] > 0].to_csv(path, index=False)
    return path


def test_years_are_tested_as_one_window_and_said_with_their_grade(yearly, tmp_path):
    output = run(yearly, "--out", tmp_path / "out", "--window", "2019-2021")
    tested = pd.read_parquet(tmp_path / "out" / "window_tests.parquet").set_index(["source", "target"])
    assert (set(tested["first_year"]), set(tested["last_year"])) == ({2019}, {2021})
    strong, weak = tested.loc[("N04", "N05")], tested.loc[("N17", "N18")]
    assert (strong["grade"], strong["direction"], strong["years_seen"]) == ("firm", "stronger", 3)
    assert (weak["grade"], weak["direction"], weak["years_seen"], weak["weight"]) == ("firm", "weaker", 0, 0)
    assert weak["propensity_low"] == 0 < weak["propensity_high"]
    probable = tested[tested["grade"] == "probable"]["direction"].value_counts()
    assert (
        f"In 2019–2021, of 190 pairs 1 weigh more and 1 less than size explains (firm); {probable.get('stronger', 0)} "
        f"more and {probable.get('weaker', 0)} less (probable)"
    ) in output
    called = int((tested["mean_z"] > 2).sum())
    assert f"The published rule (mean z above 2) calls {called}." in output
    assert f"N04 - N05: 90 units, {strong['expected']:.1f} expected: 5.1 times what size explains (" in output
    assert "N17 - N18: 0 units, 87.0 expected: 0 times what size explains (at most 0.04), firm, q < 0.001" in output
    assert 1 <= tested["published_rule"].sum() == called
    assert len(pd.read_csv(tmp_path / "out" / "window_tests.csv")) == 190


def test_a_window_outside_the_years_or_without_years_is_refused(yearly, edges, tmp_path):
    with pytest.raises(NetworkError, match="the window 1999-2001 holds no year of the network, which has 2018 to 2021"):
        run(yearly, "--out", tmp_path / "out", "--window", "1999-2001")
    with pytest.raises(NetworkError, match="--window is for yearly networks"):
        run(edges, "--out", tmp_path / "out", "--window", "2019-2021")
    with pytest.raises(NetworkError, match="drop --linked-only"):
        run(yearly, "--out", tmp_path / "out", "--report", "x", "--linked-only")


def test_only_the_years_that_the_network_has_are_named(yearly, tmp_path):
    output = run(yearly, "--out", tmp_path / "out", "--window", "2010-2019")
    assert "In 2018–2019, of 190 pairs " in output
    assert "calls 0. It takes a z in at least 3 years, which no pair has." in output
    tested = pd.read_parquet(tmp_path / "out" / "window_tests.parquet")
    assert tested[["first_year", "last_year"]].drop_duplicates().to_numpy().tolist() == [[2018, 2019]]


def test_firm_takes_a_second_year_only_where_there_are_years(yearly, tmp_path):
    """N00 and N01 share hundreds of times their due: firm without years, probable in a window of one year."""
    frame = pd.read_csv(yearly)
    smallest = pd.DataFrame([(2020, "N00", "N01", 60)], columns=frame.columns)
    frame = pd.concat([frame[frame["year"] == 2020], smallest])
    frame.to_csv(tmp_path / "year.csv", index=False)
    frame.drop(columns="year").to_csv(tmp_path / "none.csv", index=False)
    found, said = {}, {}
    for name in ("year", "none"):
        said[name] = run(tmp_path / f"{name}.csv", "--out", tmp_path / name)
        tested = pd.read_parquet(tmp_path / name / "window_tests.parquet").set_index(["source", "target"])
        found[name] = tested.loc[("N00", "N01")]
    assert found["none"]["q_upper"] == found["year"]["q_upper"] < 0.05
    assert (found["none"]["grade"], found["year"]["grade"]) == ("firm", "probable")
    assert ONE_NETWORK in said["none"]
    assert ONE_YEAR in said["year"]
    assert "In 2020, of 190 pairs 0 weigh more" in said["year"]


def test_each_network_has_its_own_line(yearly, tmp_path):
    """Each is a family of tests of its own; a network without years is named, too."""
    frame = pd.read_csv(yearly)
    both = pd.concat([frame.assign(network="goods"), frame.assign(network="people", weight=frame["weight"] * 2)])
    both.to_csv(tmp_path / "both.csv", index=False)
    output = run(tmp_path / "both.csv", "--out", tmp_path / "out").splitlines()
    assert [line.partition(" weigh")[0] for line in output if " weigh more" in line] == [
        "goods, 2018–2021: of 190 pairs 1",
        "people, 2018–2021: of 190 pairs 1",
    ]
    both[both["year"] == 2020].drop(columns="year").to_csv(tmp_path / "both.csv", index=False)
    assert "people: of 190 pairs " in run(tmp_path / "both.csv", "--out", tmp_path / "out")


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
    tests, tested = (pd.read_parquet(tmp_path / "loops" / f"{name}_tests.parquet") for name in ("pair", "window"))
    both = tested.merge(tests, on=["source", "target"], suffixes=("", "_pair"))
    assert len(both) == 16
    assert both["p_lower"].tolist() == pytest.approx(both["p_lower_pair"].tolist(), rel=1e-9)
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


YEARS = [f"{a},{b},{w},{year}" for year in (2019, 2020, 2021) for a, b, w in (row.split(",") for row in SIX.split())]
CODES = dict(enumerate(["NA", "BR", "CH", "DE", "ES", "FR"]))


@pytest.fixture
def three_years(tmp_path):
    """The six countries over three years."""
    rows = [row.split(",") for row in YEARS]
    lines = [f"{CODES[int(a)]},{CODES[int(b)]},{w},{year}" for a, b, w, year in rows]
    path = tmp_path / "yearly.csv"
    path.write_text("\n".join(["source,target,weight,year", *lines]) + "\n")
    return path


def test_a_report_of_ones_own_network(isthmus, three_years, tmp_path):
    out = tmp_path / "out"
    code, said, _ = isthmus(
        "test-network",
        three_years,
        "--out",
        out,
        "--report",
        "Six countries",
        "--poles",
        "NA,BR",
        "--window",
        "2019-2021",
    )
    assert code == 0
    assert said.splitlines()[-1] == f"report: {out}/report/report.html"
    page = (out / "report" / "report.html").read_text(encoding="utf-8")
    assert "<h1>Six countries</h1>" in page
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    for untrue in (
        "works in the corpus",
        "Retracted works",
        "OpenAlex",
        "worked together",
        "Year of a citation",
        "Volumes",
        "Can the numbers be trusted?",
        "isthmus run",
        "Close-knit regions",
    ):
        assert untrue not in body, untrue
    assert "from a network that was given" in body
    assert re.search(r"[\d,]+ units, [\d.,]+ expected: ", body)
    assert "Namibia" in page
    assert not (out / "report" / "figures").exists(), (
        "pictures are drawn when they are asked for: isthmus report --figures"
    )


def test_names_that_are_no_countries_are_said_before_anything_is_computed(isthmus, three_years, tmp_path):
    file = tmp_path / "named.csv"
    file.write_text(three_years.read_text().replace("NA", "Narnia"))
    code, out, err = isthmus("test-network", file, "--out", tmp_path / "out", "--report", "T")
    assert (code, out) == (1, "")
    assert "'Narnia' is no country (ISO 3166-1 alpha-2)" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--report", "T", "--window", "2019"], 2, "'2019' is no span of years; write it as 2017-2021"),
        (["--report", "T", "--window", "2021-2019"], 2, "is no span of years"),
        (["--report", "T", "--poles", "XX,US"], 1, "'XX' is no country (ISO 3166-1 alpha-2)"),
        (["--finite", "linkd"], 1, "unknown rule finite = 'linkd'; did you mean 'linked'"),
        (["--finite", "sampled"], 1, "finite = 'sampled' needs realisations"),
        (["--samples", "1"], 1, "samples = 1; expected 0 (exact) or at least 2"),
        (["--model", "papers"], 1, "takes papers as events"),
        (["--directed", "--finite", "sampled"], 1, "the directed null model has exact moments"),
        (["--directed", "--report", "T"], 1, "--report is for undirected networks"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_an_exit_code(isthmus, three_years, tmp_path, options, code, message):
    found, _, err = isthmus("test-network", three_years, "--out", tmp_path / "out", *options)
    assert found == code
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source,target\nA,B\n", "weight"),
        ("source,target,weight\nA,B,1.5\n", "whole number"),
        ("source,target,weight\nA,B,-1\n", "-1"),
        ("source,target,weight\nA,B,1\nB,A,2\n", "line 3: the pair B - A"),
        ("source,target,weight\nA,,1\n", "line 2"),
    ],
)
def test_a_file_that_is_no_network_is_refused_with_its_place(isthmus, tmp_path, text, message):
    file = tmp_path / "edges.csv"
    file.write_text(text)
    code, out, err = isthmus("test-network", file, "--out", tmp_path / "out")
    assert (code, out) == (1, "")
    assert message in err
    assert not (tmp_path / "out").exists()


def test_a_file_of_another_kind_or_none_is_refused(isthmus, tmp_path):
    (tmp_path / "edges.xlsx").write_text("x")
    code, _, err = isthmus("test-network", tmp_path / "edges.xlsx", "--out", tmp_path / "out")
    assert code == 1
    assert "edges.xlsx" in err
    code, _, err = isthmus("test-network", tmp_path / "none.csv", "--out", tmp_path / "out")
    assert code in (1, 2)
    assert "none.csv" in err


def test_when_no_network_can_be_fitted_the_files_are_written_and_the_exit_code_says_so(isthmus, tmp_path, monkeypatch):
    from isthmus.errors import NetworkError as Refused
    from isthmus.nullmodels import link_models

    def fails(*args, **options):
        raise Refused("no network has these degrees")

    monkeypatch.setattr(link_models, "fit_ecm", fails)
    file = tmp_path / "edges.csv"
    file.write_text("source,target,weight\nA,B,1\n")
    code, out, err = isthmus("test-network", file, "--out", tmp_path / "out")
    assert code == 1
    assert "the network: failed: no network has these degrees" in out
    assert f"no network could be fitted; the reasons are in {tmp_path / 'out' / 'null_model_fits.csv'}" in err
    assert pd.read_csv(tmp_path / "out" / "null_model_fits.csv")["status"].tolist() == ["failed"]


def test_linked_looks_at_all_years(three_years, tmp_path):
    text = three_years.read_text().replace("NA,BR,9,2020\n", "")  # without a tie in one year
    three_years.write_text(text)
    run(three_years, "--out", tmp_path / "out", "--finite", "linked")
    tests = pd.read_parquet(tmp_path / "out" / "pair_tests.parquet")
    pair = tests[(tests["source"] == "BR") & (tests["target"] == "NA")].set_index("year")
    assert pair["weight"].tolist() == [9, 0, 9]
    assert pair["finite"].all()
    assert not tests[(tests["source"] == "BR") & (tests["target"] == "FR")]["finite"].any(), "never linked"
