"""A report from a network alone."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from isthmus.analyses.output.tables import DENSITIES
from isthmus.analyses.sections import study_report
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
    page = study_report(results, tmp_path / "again.html").path.read_text(encoding="utf-8")
    assert "curiosity" in page
    graded = results.table(SIGNIFICANT_PAIRS).set_index(["src", "dst"])
    assert tuple(graded.loc[("CN", "HK"), ["grade", "direction"]]) == ("firm", "stronger")
    assert graded.loc[("CN", "US"), "grade"] is None
    window = pd.read_parquet(tmp_path / "window_tests.parquet")
    assert window["grade"].value_counts().to_dict() == graded["grade"].value_counts().to_dict()
    assert "weigh more and 0 less than size explains (firm)" in done.output
    assert "China collaborates more than size explains (firm) with " in done.output
