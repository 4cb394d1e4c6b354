"""A report from a network alone."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from isthmus.analyses.networks.exports import export_networks
from isthmus.analyses.output.tables import DENSITIES
from isthmus.analyses.significance.pair_table import pair_table
from isthmus.analyses.significance.pooled import NOT_POOLED
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.user_network import publish_network, regional_densities
from isthmus.cli.test_network import test_network as network_command
from isthmus.errors import NetworkError
from isthmus.nullmodels.frames import significant_ties
from isthmus.report import load_results

COUNTRIES = ["AR", "BR", "CL", "CN", "DE", "FR", "NA", "US", "UY"]


@pytest.fixture(scope="module")
def edges(tmp_path_factory):
    rng = np.random.default_rng(4)
    rows = [
        (year, a, b, int(rng.poisson(30 if {a, b} <= {"AR", "BR", "CL", "UY"} else 3)))
        for year in range(2015, 2022)
        for i, a in enumerate(COUNTRIES)
        for b in COUNTRIES[i + 1 :]
    ]
    path = tmp_path_factory.mktemp("own") / "edges.csv"
    pd.DataFrame(rows, columns=["year", "source", "target", "weight"]).to_csv(path, index=False)
    return path


def run(*arguments):
    return CliRunner().invoke(network_command, [str(a) for a in arguments])


def test_the_report_stands_beside_the_ties(edges, tmp_path):
    done = run(edges, "--out", tmp_path, "--report", "My network", "--window", "2017-2021")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "My network" in page
    assert "Brazil" in page
    results = load_results(tmp_path / "report")
    assert results.window == (2017, 2021)
    assert not results.simulated
    assert results.table(DENSITIES) is not None
    south = results.table(DENSITIES).set_index("region").loc["South America"]
    assert (south["present"], south["inside_possible"], south["outside_possible"]) == (4, 6, 20)


def test_ties_are_named_in_order_and_none_is_lost(edges, tmp_path):
    run(edges, "--out", tmp_path, "--report", "x")
    given, published = (
        pd.read_parquet(tmp_path / "pair_tests.parquet"),
        pd.read_parquet(tmp_path / "report/pair_tests.parquet"),
    )
    assert len(given) == len(published)
    assert (published["src"] < published["dst"]).all()
    assert published["weight"].sum() == given["weight"].sum()
    assert json.loads((tmp_path / "report/study.json").read_text())["significance_years"] == [2017, 2021]


def words_of(page):
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


@pytest.fixture(scope="module")
def trade(edges, tmp_path_factory):
    """The words of the page of a network whose owner says what it counts."""
    out = tmp_path_factory.mktemp("trade")
    named = out / "named.csv"
    pd.read_csv(edges, keep_default_na=False).assign(network="Trade").to_csv(named, index=False)
    done = run(named, "--out", out, "--report", "Who trades with whom", "--unit", "tonnes")
    assert done.exit_code == 0, done.output
    return out / "report", words_of((out / "report" / "report.html").read_text(encoding="utf-8")), done.output


def test_a_given_network_is_spoken_of_in_its_own_words(trade):
    folder, words, said = trade
    for untrue in ("paper", "Paper", "ollaborat", "itation", "corpus", "snapshot", "publishes", "cholar", "Coverage"):
        assert untrue not in words.replace("The rule of the paper", ""), untrue
    assert "tonnes" in words
    assert "few tonnes" in words
    assert "firm ties in Trade" in words
    assert " tonnes, " in said
    assert "published values" not in words
    assert json.loads((folder / "study.json").read_text())["given"] == {"name": "Trade", "unit": "tonnes"}


def test_what_a_network_does_not_tell_is_missing_and_not_0(trade):
    nodes = pd.read_parquet(trade[0] / "country_years.parquet")
    for unknown in ("papers", "papers_fractional", "citations_received", "exchange_degree"):
        assert nodes[unknown].isna().all(), unknown
    assert nodes["collaboration_strength"].min() > 0


def test_a_tie_of_it_has_neither_direction_nor_coverage(trade):
    said = pair_table(trade[0], "FR", "DE")
    assert "95 %" in said
    assert "coverage" not in said
    assert "Direction" not in said


def test_its_files_are_those_of_the_network_that_was_given(trade, tmp_path):
    written = export_networks(trade[0], tmp_path / "out", formats=["csv"])
    assert {file.name for file in written if "exchange" in file.name or "citation" in file.name} == set()
    ties = pd.read_csv(tmp_path / "out" / "ties_by_year.csv", keep_default_na=False)
    assert list(ties["network"].unique()) == ["collaboration"]
    assert "A network that was given; null model" in (tmp_path / "out" / "README.md").read_text()


def test_the_poles_are_the_two_largest_where_none_is_named(edges, trade):
    table = pd.read_csv(edges, keep_default_na=False)
    sums = pd.concat([table.groupby(end)["weight"].sum() for end in ("source", "target")]).groupby(level=0).sum()
    assert load_results(trade[0]).poles == tuple(sums.sort_values(ascending=False).index[:2])


def test_a_report_is_refused_before_anything_is_computed(edges, tmp_path):
    table = pd.read_csv(edges, keep_default_na=False)
    several = tmp_path / "several.csv"
    pd.concat([table.assign(network=name) for name in ("a", "b")]).to_csv(several, index=False)
    for arguments, message in (
        ((several, "--report", "x"), r"several networks \(a, b\)"),
        ((edges, "--report", "x", "--poles", "US,JP"), "the pole 'JP' is no node of the network"),
        ((edges, "--report", "x", "--poles", "USA"), "'USA' is no country"),
        ((edges, "--window", "1990-1995"), "holds no year of the network, which has 2015 to 2021"),
    ):
        out = tmp_path / "out"
        with pytest.raises(NetworkError, match=message):
            network_command.main([*map(str, arguments), "--out", str(out)], standalone_mode=False)
        assert not out.exists(), "nothing was computed"


def _ties(*rows):
    frame = pd.DataFrame(rows, columns=["src", "dst", "year", "weight", "z", "finite"])
    return frame.assign(network="collaboration", citation_year="publication_year")


def test_a_tie_needs_enough_years_and_a_mean_above_the_threshold():
    ties = _ties(
        *(("A", "B", y, 1, 3.0, True) for y in (2017, 2018, 2019)),
        *(("A", "C", y, 2, 2.0, True) for y in (2017, 2018, 2019)),
        *(("A", "D", y, 3, 9.0, y > 2017) for y in (2017, 2018, 2019)),
        ("A", "E", 2016, 4, 9.0, True),
    )
    found = significant_ties(ties, (2017, 2019), threshold=2.0, least_finite_years=3).set_index("dst")
    assert found["significant"].to_dict() == {"B": True, "C": False, "D": False}
    assert found["finite_years"].to_dict() == {"B": 3, "C": 3, "D": 2}
    assert found["weight"].to_dict() == {"B": 3, "C": 6, "D": 9}


def test_densities_by_hand():
    pairs = pd.DataFrame(
        [("A", "B", True), ("A", "C", False), ("B", "C", True), ("A", "X", True), ("B", "X", False), ("X", "Y", True)],
        columns=["src", "dst", "significant"],
    ).assign(network="collaboration")
    row = regional_densities(pairs, {"abc": ["A", "B", "C", "Q"]}).iloc[0]
    assert (row["members"], row["present"], row["inside_possible"], row["inside_significant"]) == (4, 3, 3, 2)
    assert (row["outside_possible"], row["outside_significant"]) == (2, 1)
    assert row["ratio"] == pytest.approx((2 / 3) / (1 / 2))


def test_names_that_are_no_countries_are_refused(edges, tmp_path):
    ties = pd.DataFrame({"year": [2020], "source": ["XX"], "target": ["US"], "weight": [1]})
    with pytest.raises(NetworkError, match="'XX' is no country"):
        publish_network(ties, ties, tmp_path, title="x")
    with pytest.raises(NetworkError, match="no column year"):
        publish_network(ties.drop(columns="year"), ties, tmp_path, title="x")
    assert "no span of years" in run(edges, "--out", tmp_path, "--report", "x", "--window", "2017").output


def test_a_report_of_a_law_that_is_not_exact_says_that_no_window_was_tested(edges, tmp_path):
    done = run(edges, "--out", tmp_path, "--report", "x", "--model", "rewiring", "--samples", "20")
    assert done.exit_code == 0, done.output
    assert NOT_POOLED in done.output
    results = load_results(tmp_path / "report")
    assert results.table(SIGNIFICANT_PAIRS)["grade"].isna().all()
    assert NOT_POOLED in json.loads((tmp_path / "report" / "study.json").read_text())["notes"]
    assert "No tie has a grade." in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_the_real_networks(openalex_records, tmp_path):
    """17 real years of all fields: what the paper says of artificial intelligence and holds for all fields, too."""
    done = run(
        openalex_records / "country_coauthorship_odd_years.csv.gz",
        "--out",
        tmp_path,
        "--report",
        "All fields",
        "--window",
        "2017-2021",
        "--poles",
        "US,CN",
    )
    assert done.exit_code == 0, done.output
    results = load_results(tmp_path / "report")
    called = results.table(SIGNIFICANT_PAIRS)[results.table(SIGNIFICANT_PAIRS)["significant"]]
    pairs = set(zip(called["src"], called["dst"], strict=True))
    assert ("CN", "HK") in pairs
    assert not {("CN", "US"), ("DE", "GB"), ("FR", "GB"), ("DE", "FR"), ("DE", "IT")} & pairs
    partners = {pole: sum(pole in pair for pair in pairs) for pole in ("US", "CN")}
    assert partners["US"] > partners["CN"]
    assert (results.table(DENSITIES)["ratio"] > 1).all()
    graded = results.table(SIGNIFICANT_PAIRS).set_index(["src", "dst"])
    assert tuple(graded.loc[("CN", "HK"), ["grade", "direction"]]) == ("firm", "stronger")
    assert graded.loc[("CN", "US"), "grade"] is None
    window = pd.read_parquet(tmp_path / "window_tests.parquet")
    assert window["grade"].value_counts().to_dict() == graded["grade"].value_counts().to_dict()
    assert "weigh more and 0 less than size explains (firm)" in done.output
    assert "China is tied more than size explains (firm) with " in done.output
