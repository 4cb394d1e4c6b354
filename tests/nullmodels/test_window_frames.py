import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import false_discovery_control, norm

from isthmus.errors import NetworkError
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.frames import significance_frames
from isthmus.nullmodels.sampling import sample_ecm
from isthmus.nullmodels.window import window_test
from isthmus.nullmodels.window_frames import WINDOW_COLUMNS, window_tests


def row(network, year, src, dst, weight, p, expected, z=0.0, citation_year=None):
    return {
        "network": network,
        "citation_year": citation_year,
        "year": year,
        "src": src,
        "dst": dst,
        "weight": weight,
        "link_probability": p,
        "expected": expected,
        "z": z,
    }


ROWS = pd.DataFrame(
    [
        row("collaboration", 2019, "CN", "US", 90, 1.0, 10.0, 9.0),
        row("collaboration", 2020, "CN", "US", 4, 1.0, 10.0, 5.0),
        row("collaboration", 2021, "CN", "US", 40, 1.0, 10.0, 3.0),
        row("collaboration", 2020, "CN", "DE", 0, 1.0, 30.0, -1.0),
        row("collaboration", 2021, "CN", "DE", 0, 0.999, 30.0, -1.0),
        row("collaboration", 2021, "DE", "US", 1, 0.4, 0.5, 1.0),
        row("knowledge_exchange", 2021, "CN", "US", 3, 0.9, 4.0, 1.0, "cited_year"),
        row("knowledge_exchange", 2019, "DE", "US", 3, 0.9, 4.0, 1.0, "cited_year"),
    ]
)


WEIGHTS = (("FR", 20), ("GB", 20), ("JP", 1))


def test_one_row_per_pair_of_the_window():
    found = window_tests(ROWS, (2020, 2021), 0.05, 2.0, min_finite_years=2)
    assert list(found.columns) == ["network", "citation_year", "src", "dst", *WINDOW_COLUMNS]
    assert list(zip(found["network"], found["src"], found["dst"], strict=True)) == [
        ("collaboration", "CN", "DE"),
        ("collaboration", "CN", "US"),
        ("collaboration", "DE", "US"),
        ("knowledge_exchange", "CN", "US"),
    ]
    us = found.iloc[1]
    assert (us["weight"], us["expected"], us["years_seen"], us["years_present"]) == (44, 20.0, 2, 2)
    assert us["propensity"] == pytest.approx(2.2)
    assert us["propensity_low"] < 2.2 < us["propensity_high"]
    assert us["mean_z"] == pytest.approx(4.0)
    alone = window_test([[4, 40]], [[1, 1]], [[10, 10]])
    assert us["p_upper"] == alone.p_upper[0]
    assert us["p_two_sided"] == alone.p_two_sided[0]
    weak = found.iloc[0]
    assert (weak["grade"], weak["direction"]) == ("firm", "weaker")
    assert np.isnan(found["mean_z"].iloc[2])  # one year with a z, two needed


def test_families_are_one_network_and_one_tail():
    found = window_tests(ROWS, (2020, 2021), 0.05, 2.0)
    family = found[found["network"] == "collaboration"]
    for tail in ("upper", "lower"):
        np.testing.assert_allclose(family[f"q_{tail}"], false_discovery_control(family[f"p_{tail}"]))
    exchange = found[found["network"] == "knowledge_exchange"].iloc[0]
    assert exchange["q_upper"] == exchange["p_upper"]


def test_order_of_rows_and_other_keys_change_nothing():
    first = window_tests(ROWS, (2019, 2021), 0.05, 2.0)
    shuffled = window_tests(ROWS.sample(frac=1, random_state=3), (2019, 2021), 0.05, 2.0)
    pd.testing.assert_frame_equal(first, shuffled)
    only = ROWS[ROWS["network"] == "collaboration"]
    without = window_tests(only, (2019, 2021), 0.05, 2.0, keys=())
    kept = first[first["network"] == "collaboration"].drop(columns=["network", "citation_year"])
    pd.testing.assert_frame_equal(without, kept.reset_index(drop=True))


def test_only_z_that_counts_is_averaged():
    rows = ROWS.assign(finite=ROWS["year"] != 2020)
    found = window_tests(rows, (2019, 2021), 0.05, 2.0, min_finite_years=2)
    us = found[(found["network"] == "collaboration") & (found["src"] == "CN") & (found["dst"] == "US")].iloc[0]
    assert (us["finite_years"], us["mean_z"]) == (2, 6.0)


def test_a_window_without_rows_is_empty():
    found = window_tests(ROWS, (1990, 1991), 0.05, 2.0)
    assert len(found) == 0
    assert list(found.columns) == ["network", "citation_year", "src", "dst", *WINDOW_COLUMNS]


def test_weights_that_come_in_clusters_are_worth_less():
    """One family: 20 + 20 units of one paper each year, of papers each, and a pair below size."""
    law = (1.0, 4.0)
    rows = [row("knowledge_exchange", year, "CN", dst, w, *law) for year in (2020, 2021) for dst, w in WEIGHTS]
    frame = pd.DataFrame(rows).assign(work_variance=[400, np.nan, np.nan] * 2)
    plain = window_tests(frame.drop(columns="work_variance"), (2020, 2021), 0.05, 2.0).set_index("dst")
    found = window_tests(frame, (2020, 2021), 0.05, 2.0).set_index("dst")
    np.testing.assert_array_equal(plain["design_effect"], [1, 1, 1])
    np.testing.assert_array_equal(found["design_effect"], [20, 1, 1])
    null_variance = 2 * (4.0**2 - 4.0)  # p = 1: Var = mu^2 - mu
    score = norm.isf(plain["p_upper"]["FR"]) / np.sqrt(1 + 19 * 8 / null_variance)
    assert found["p_upper"]["FR"] == pytest.approx(norm.sf(score), rel=1e-9)
    assert found["p_two_sided"]["FR"] > 100 * plain["p_two_sided"]["FR"]
    assert found["p_upper"]["GB"] == plain["p_upper"]["GB"]  # its units stand alone
    # below size the clusters of the whole network count (842 / 82): a small weight does not show its own
    pooled = 1 + (842 / 82 - 1) * 8 / null_variance
    lower = norm.sf(norm.isf(plain["p_lower"]["JP"]) / np.sqrt(pooled))
    assert plain["p_lower"]["JP"] == pytest.approx(1 / 16)
    assert found["p_lower"]["JP"] == pytest.approx(lower, rel=1e-9)
    np.testing.assert_allclose(found["q_upper"], false_discovery_control(found["p_upper"]))


def test_refusals_say_what_is_wrong():
    with pytest.raises(NetworkError, match="lack link_probability"):
        window_tests(ROWS.drop(columns="link_probability"), (2019, 2021), 0.05, 2.0)
    with pytest.raises(NetworkError, match="years are 2021 to 2019"):
        window_tests(ROWS, (2021, 2019), 0.05, 2.0)
    with pytest.raises(NetworkError, match="CN - US is listed twice in 2019"):
        window_tests(pd.concat([ROWS, ROWS.iloc[:1]]), (2019, 2021), 0.05, 2.0)


def sampled_window(weights: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Five years drawn from the null model that is fitted to a real one."""
    names = np.array([f"N{n:03d}" for n in range(len(weights))])
    edges = []
    for year, drawn in enumerate(sample_ecm(fit_ecm(weights), 5, rng)):
        upper = sparse.triu(drawn, 1).tocoo()
        edges.append(
            pd.DataFrame({"year": year, "src": names[upper.row], "dst": names[upper.col], "weight": upper.data})
        )
    return pd.concat(edges, ignore_index=True)


def test_an_empty_world_has_hardly_a_firm_tie(real_years):
    """No pair is planted: the pooled test calls none or very few, mean z > 2 many."""
    edges = sampled_window(real_years[2001], np.random.default_rng(2))
    pairs, _ = significance_frames(edges, by=("year",))
    found = window_tests(pairs, (0, 4), 0.05, 2.0, keys=())
    assert (found["grade"] == "firm").sum() <= 3
    assert (found["mean_z"] > 2).sum() > 3 * (found["grade"] == "firm").sum()
    exceeded = [(found["p_upper"] <= level).mean() for level in (0.01, 0.05)]
    assert exceeded[0] <= 0.012
    assert exceeded[1] <= 0.055
