"""Networks tested against their papers: arrays, frames, errors, and a world without preference."""

from dataclasses import asdict, fields

import numpy as np
import pandas as pd
import pytest

from isthmus.errors import NetworkError
from isthmus.nullmodels.link_models import FitReport, check_model
from isthmus.nullmodels.paper_frames import paper_edge_significance, paper_significance_frames, papers_table
from isthmus.nullmodels.paper_layers import counts_of_incidence
from isthmus.nullmodels.paper_models import check_paper_model, paper_significance, paper_verdict
from isthmus.nullmodels.papers import fit_papers
from isthmus.nullmodels.significance import PairTable, benjamini_hochberg

SETS = ["US", "CN", "US CN", "US CN", "US DE", "US CN DE", "NA", "NA US", "US CN NA DE", "US"]


def frames_of(sets, year=2001):
    """Edges and papers by size of papers given as words."""
    sets = [sorted(s.split()) for s in sets]
    names = sorted({c for s in sets for c in s})
    weights = {(a, b): sum(a in s and b in s for s in sets) for a in names for b in names if a < b}
    edges = pd.DataFrame(
        [(year, a, b, w) for (a, b), w in weights.items() if w], columns=["year", "src", "dst", "weight"]
    )
    rows = pd.DataFrame([(year, len(s), c) for s in sets for c in s], columns=["year", "n_countries", "country"])
    return edges, rows.value_counts().rename("n_papers").reset_index()


def test_papers_by_size_are_read():
    names, of_country, of_size = papers_table(frames_of(SETS)[1])
    assert names == ["CN", "DE", "NA", "US"]
    assert of_country.tolist() == [5, 3, 3, 8]
    assert of_size.tolist() == [0, 4, 4, 1, 1]


@pytest.mark.parametrize("model", ["papers", "bicm"])
def test_a_network_is_tested_pair_by_pair(model):
    edges, papers = frames_of(SETS)
    pairs, fits = paper_significance_frames(edges, papers, by=("year",), model=model)
    assert pairs.columns.tolist() == ["year", "src", "dst", *(f.name for f in fields(PairTable)[2:])]
    assert fits.columns.tolist() == ["year", *(f.name for f in fields(FitReport))]
    assert len(pairs) == 6
    assert (pairs["src"] < pairs["dst"]).all()
    fit = fits.iloc[0]
    assert (fit["null_model"], fit["status"], fit["n_nodes"], fit["total_weight"]) == (model, "converged", 4, 13)
    np.testing.assert_allclose(pairs["z"], (pairs["weight"] - pairs["expected"]) / pairs["sd"])
    np.testing.assert_allclose(pairs["q_value"], benjamini_hochberg(pairs["p_upper"]))
    assert (pairs["p_upper"] + pairs["p_lower"] >= 1 - 1e-12).all()
    if model == "papers":
        assert pairs["expected"].sum() == pytest.approx(13)


def test_the_columns_are_those_of_the_fit():
    m, n, weights = counts_of_incidence(np.random.default_rng(1).random((60, 6)) < 0.3)
    table, report = paper_significance(weights, m, n)
    law = fit_papers(m, n).law(table.i, table.j)
    tails = law.tails(table.weight)
    np.testing.assert_allclose(table.expected, law.expected_weight)
    np.testing.assert_allclose(table.sd**2, law.variance)
    np.testing.assert_allclose(table.link_probability, law.link_probability)
    np.testing.assert_allclose(table.p_upper, tails.upper)
    np.testing.assert_allclose(table.p_lower, tails.lower)
    two_sided = np.minimum(1, 2 * np.minimum(tails.upper_mid_p, 1 - tails.upper_mid_p))
    np.testing.assert_allclose(table.p_two_sided, two_sided, rtol=1e-9)
    assert report.log_likelihood == fit_papers(m, n).log_likelihood
    assert report.samples == 0


def test_a_certain_pair_has_no_z():
    edges, papers = frames_of(["US CN DE", "US CN NA", "US CN DE"])
    pairs, _ = paper_significance_frames(edges, papers)
    certain = pairs.query("src == 'CN' and dst == 'US'").iloc[0]
    assert (certain["weight"], certain["expected"], certain["sd"]) == (3, 3, 0)
    assert np.isnan(certain["z"])
    assert not certain["finite"]


def test_only_linked_pairs_when_asked_and_countries_without_links_stay_out():
    edges, papers = frames_of([*SETS, "ZA", "ZA"])
    every, _ = paper_significance_frames(edges, papers, observed_zero=True)
    linked, _ = paper_significance_frames(edges, papers, observed_zero=False)
    assert "ZA" not in set(every["src"]) | set(every["dst"])
    assert len(linked) == (every["weight"] > 0).sum() == len(edges)


def test_years_do_not_touch_each_other():
    one, two = frames_of(SETS, 2001), frames_of(["US CN", "US CN", "US DE", "CN"], 2002)
    edges, papers = (pd.concat(part, ignore_index=True) for part in zip(one, two, strict=True))
    third = edges[edges["year"] == 2002].assign(year=2003)
    pairs, fits = paper_significance_frames(pd.concat([edges, third]), papers, by=("year",))
    assert fits["status"].tolist() == ["converged", "converged", "failed"]
    alone, _ = paper_significance_frames(*one)
    np.testing.assert_allclose(pairs[pairs["year"] == 2001]["p_upper"], alone["p_upper"])


def failure(edges, papers, **options):
    ((kind, fit),) = paper_edge_significance(edges, papers, **options)
    assert kind == "fit"
    assert fit["status"].tolist() == ["failed"]
    return fit["message"][0]


def test_what_does_not_fit_together_is_a_row_that_says_why():
    edges, papers = frames_of(SETS)
    assert "weights sum to 12, but the papers have 13 pairs" in failure(
        edges.assign(weight=edges["weight"] - (edges.index == edges["weight"].idxmax())), papers
    )
    fewer = papers[papers["country"] != "DE"]
    assert "some of their countries are missing" in failure(edges, fewer)
    assert "'ZA', which has no papers" in failure(edges.replace("DE", "ZA"), papers)
    assert "each number of countries and country once" in failure(edges, pd.concat([papers, papers.head(1)]))
    assert "expected n_countries a whole number" in failure(edges, papers.assign(n_papers=-1))
    assert "no missing value" in failure(edges, papers.assign(country=None))
    assert "lack the columns ['n_papers']" in failure(edges, papers.drop(columns="n_papers"))
    assert "there are no papers" in failure(edges, papers.iloc[:0])
    assert "did you mean 'papers'" in failure(edges, papers, model="paper")


def test_rules_are_checked_first():
    with pytest.raises(NetworkError, match="exact and draws none"):
        check_paper_model("papers", finite="sampled")
    with pytest.raises(NetworkError, match="unknown rule"):
        check_paper_model("bicm", finite="all")
    with pytest.raises(NetworkError, match="takes papers as events"):
        check_model("papers", samples=0, finite="expected_in_500_samples")
    m, n, weights = counts_of_incidence(np.eye(3, dtype=int))
    with pytest.raises(NetworkError, match="3 countries, the papers per country are 4"):
        list(paper_significance(weights, [*m, 0], n))


def test_the_report_has_every_field():
    m, n, weights = counts_of_incidence(np.ones((4, 3), dtype=int))
    *_, report = paper_significance(weights, m, n)
    assert asdict(report)["message"] == ""
    assert report.status == "converged"


@pytest.mark.parametrize("seed", [0, 1])
def test_a_world_without_preference(by_hand, seed):
    """Large ties are what `papers` expects, and every one of them looks weak to `bicm`."""
    m, n, weights = counts_of_incidence(by_hand.papers_without_preference(seed))
    tables = {model: next(paper_significance(weights, m, n, model=model)) for model in ("papers", "bicm")}
    found = {}
    for model, table in tables.items():
        large = table.expected >= 30
        ratio = table.weight[large].sum() / table.expected[large].sum()
        found[model] = ratio, np.mean(table.z[large] < -2), np.mean(table.z[large] > 2)
    ratio, weak, strong = found["papers"]
    assert ratio == pytest.approx(1, abs=0.05)
    assert weak < 0.06
    assert strong < 0.06
    assert (tables["papers"].q_value < 0.05).sum() <= 2
    ratio, weak, strong = found["bicm"]
    assert 0.4 < ratio < 0.6
    assert weak > 0.9
    assert strong == 0


def test_p_values_are_uniform_under_the_model_itself():
    """Tails of papers drawn from a fitted model: their mid-p-values have the mean and spread of a uniform law."""
    from isthmus.nullmodels.papers import sample_papers

    rng = np.random.default_rng(8)
    fit = fit_papers([900, 500, 400, 200, 100], [0, 500, 500, 200])
    i, j = np.triu_indices(5, 1)
    mid = []
    for _ in range(60):
        weights = counts_of_incidence(sample_papers(fit, rng))[2].toarray()[i, j]
        mid.append(fit.law(i, j).tails(weights).upper_mid_p)
    mid = np.array(mid)
    assert np.abs(mid.mean(axis=0) - 0.5).max() < 4 * np.sqrt(1 / 12 / 60)
    assert 0.07 < mid.var() < 0.1


def test_a_verdict_of_no_pairs_is_empty():
    none = np.array([], dtype=np.int64)
    assert paper_verdict(fit_papers([2, 2], [0, 0, 2]))(none, none, none).expected.size == 0
