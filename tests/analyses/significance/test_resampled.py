import pandas as pd

from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.analyses.significance.pair_table import pair_table
from isthmus.analyses.significance.resampled import with_resampled
from isthmus.analyses.significance.ties import window_ties
from isthmus.report import load_results
from isthmus.report.statement import interval


def test_the_interval_over_works_is_that_of_the_window(results_dir):
    results = load_results(results_dir)
    found = with_resampled(results, window_ties(results)).set_index(["network", "src", "dst"])
    row = found.loc[("collaboration", "CN", "US")]
    assert row["resampled"] == interval(row["propensity"] / 2, row["propensity"] * 2)
    nothing = found[found["weight"] == 0]
    assert len(nothing)
    assert nothing["resampled"].str.startswith("at most ").all()
    assert len(found) == len(window_ties(results))


def test_without_resampled_works_there_is_none(make_results):
    folder = make_results(uncertainty=False)
    results = load_results(folder)
    assert set(with_resampled(results, window_ties(results))["resampled"]) == {""}
    assert "resampled works" not in pair_table(folder, "CN", "US")


def test_pairs_that_were_not_resampled_have_none(results_dir):
    results = load_results(results_dir)
    results.table(BOOTSTRAP_PROPENSITIES)
    ties = pd.DataFrame({"network": ["collaboration"], "src": ["AA"], "dst": ["BB"]})
    assert with_resampled(results, ties)["resampled"].tolist() == [""]
    assert "The same over resampled works: 0.19 to 0.76." in pair_table(results_dir, "CN", "US")
