"""Ordered pairs tested against the directed model: literal values, families, samples, frames."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels.directed import fit_directed_ecm
from isthmus.nullmodels.directed_frames import directed_network_of, directed_significance_frames
from isthmus.nullmodels.directed_significance import directed_pair_significance, sample_directed_ecm
from isthmus.nullmodels.significance import benjamini_hochberg

W = np.array([[0, 5, 2, 0, 1], [3, 0, 0, 4, 0], [1, 2, 0, 0, 6], [0, 1, 3, 0, 0], [2, 0, 1, 1, 0]])


def edges_of(weights, **columns) -> pd.DataFrame:
    i, j = np.nonzero(weights)
    return pd.DataFrame({"src": [f"N{k}" for k in i], "dst": [f"N{k}" for k in j], "weight": weights[i, j], **columns})


def padded() -> np.ndarray:
    """The literal network between two nodes that have no link at all."""
    weights = np.zeros((7, 7), dtype=int)
    weights[1:6, 1:6] = W
    return weights


def test_z_and_tails_of_the_literal_network():
    table = directed_pair_significance(W, fit_directed_ecm(W))
    assert len(table) == 20
    at = {(i, j): row for row, (i, j) in enumerate(zip(table.i, table.j, strict=True))}
    for pair, weight, z, upper in (((0, 1), 5, 0.914028, 0.178363), ((3, 2), 3, 1.458639, 0.122861)):
        row = at[pair]
        assert table.weight[row] == weight
        assert table.z[row] == pytest.approx(z, abs=1e-6)
        assert table.p_upper[row] == pytest.approx(upper, abs=1e-6)
    zero = at[0, 3]
    assert (table.weight[zero], table.p_upper[zero], table.q_value[zero]) == (0, 1, 1)
    assert table.p_lower[zero] == pytest.approx(1 - 0.598782, abs=1e-6)


@pytest.mark.parametrize(("loops", "family"), [(False, 20), (True, 25)])
def test_the_family_is_all_open_ordered_pairs_of_nodes_with_a_link(loops, family):
    weights = padded() + (np.diag([0, 9, 4, 0, 7, 2, 0]) if loops else 0)
    fit = fit_directed_ecm(weights, loops=loops)
    every = directed_pair_significance(weights, fit)
    assert len(every) == family
    np.testing.assert_array_equal(every.weight, weights[every.i, every.j])
    np.testing.assert_allclose(every.q_value, benjamini_hochberg(every.p_upper, n_tests=family))
    np.testing.assert_allclose(every.q_lower, benjamini_hochberg(every.p_lower, n_tests=family))
    linked = directed_pair_significance(weights, fit, observed_zero=False)
    np.testing.assert_array_equal(linked.q_value, every.q_value[every.weight > 0])
    np.testing.assert_array_equal(linked.q_lower, every.q_lower[every.weight > 0])


def test_samples_have_the_moments_of_the_law_and_depend_on_the_generator_only():
    weights = W + np.diag([9, 4, 0, 7, 2])
    fit = fit_directed_ecm(weights, loops=True)
    drawn = np.array([s.toarray() for s in sample_directed_ecm(fit, 4000, np.random.default_rng(3))])
    i, j = np.indices((5, 5))
    sd = np.sqrt(fit.variance(i, j))
    assert np.abs((drawn.mean(axis=0) - fit.expected_weight(i, j)) / sd * np.sqrt(4000)).max() < 4
    assert np.abs((drawn > 0).mean(axis=0) - fit.link_probability(i, j)).max() < 0.04
    again = [s.toarray() for s in sample_directed_ecm(fit, 3, np.random.default_rng(3))]
    np.testing.assert_array_equal(again, drawn[:3])


def test_p_values_of_draws_from_the_model_are_never_too_small():
    """P(p_upper <= a) <= a under the model itself, for either tail."""
    fit = fit_directed_ecm(W)
    tables = [directed_pair_significance(s, fit) for s in sample_directed_ecm(fit, 500, np.random.default_rng(8))]
    for tail in ("p_upper", "p_lower"):
        p = np.concatenate([getattr(t, tail) for t in tables])
        for level in (0.05, 0.2, 0.5):
            assert (p <= level).mean() < level + 4 * np.sqrt(level / p.size)


def test_certain_pairs_have_no_z_and_do_not_count():
    star = np.zeros((4, 4), dtype=int)
    star[0, 1:] = 2
    table = directed_pair_significance(star, fit_directed_ecm(star))
    closed = (table.i != 0) | (table.j == 0)
    assert np.isnan(table.z[closed]).all()
    assert not table.finite[closed].any()
    assert table.link_probability[~closed].tolist() == [1, 1, 1]


def test_frames_by_year_say_which_year_failed_and_why():
    edges = pd.concat([edges_of(W, year=2001), edges_of(W.T, year=2002)])
    edges = pd.concat([edges, pd.DataFrame({"src": ["A"], "dst": ["A"], "weight": [3], "year": [2003]})])
    pairs, fits = directed_significance_frames(edges, by=("year",))
    assert fits["status"].tolist() == ["converged", "converged", "failed"]
    assert fits["null_model"].unique().tolist() == ["directed-ecm"]
    assert "A -> A" in fits["message"][2]
    assert len(pairs) == 40
    one, turned = (pairs[pairs["year"] == year].set_index(["src", "dst"]) for year in (2001, 2002))
    assert one.loc[("N0", "N1"), "z"] == pytest.approx(0.914028, abs=1e-6)
    np.testing.assert_allclose(turned.loc[("N1", "N0"), "z"], one.loc[("N0", "N1"), "z"], rtol=1e-7)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("A", "B", 1), ("A", "B", 2)], "A -> B .* listed twice"),
        ([("A", "B", 1.5)], "whole number"),
        ([("A", None, 1)], "a value in every column"),
        ([("A", "A", 1)], "loop"),
    ],
)
def test_edges_that_are_none_are_named(rows, message):
    with pytest.raises(NetworkError, match=message):
        directed_network_of(pd.DataFrame(rows, columns=["src", "dst", "weight"]))


def test_rules_and_sizes_that_cannot_be_are_refused():
    fit = fit_directed_ecm(W)
    with pytest.raises(NetworkError, match="exact moments"):
        directed_pair_significance(W, fit, finite="sampled")
    with pytest.raises(NetworkError, match="the network has 3 nodes, the fit 5"):
        directed_pair_significance(sparse.csr_array(W[:3, :3]), fit)
