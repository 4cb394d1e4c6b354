"""All pairs of a large network, of which those that matter are kept: against the table of all pairs, and in chunks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import NetworkError
from isthmus.nullmodels import leading_pairs as module
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.leading_pairs import leading_pairs
from isthmus.nullmodels.significance import benjamini_hochberg, iter_pair_significance, pair_significance


def network(seed, n=14):
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.2, n) + 0.4
    upper = np.triu(rng.poisson(np.outer(size, size)), 1)
    upper[rng.random((n, n)) < 0.2] = 0
    return upper + upper.T


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), least=st.sampled_from([0.0, 0.5, 3.0, 1e9]))
def test_as_the_table_of_all_pairs(seed, least):
    weights = network(seed)
    if not weights.any():
        return
    every = pair_significance(weights, fit_ecm(weights))
    kept = (every.weight > 0) | (every.expected >= least)
    found = leading_pairs(weights, least_expected=least)
    for name in ("i", "j", "weight", "expected", "z", "p_upper", "p_lower", "p_two_sided", "q_value"):
        np.testing.assert_array_equal(getattr(found.pairs, name), getattr(every, name)[kept])
    np.testing.assert_array_equal(found.q_lower, benjamini_hochberg(every.p_lower)[kept])
    present = int((weights.sum(axis=0) > 0).sum())
    assert found.n_pairs == len(every) == present * (present - 1) // 2
    assert (found.n_nodes, found.n_links, found.total_weight) == (
        present,
        (weights > 0).sum() // 2,
        weights.sum() // 2,
    )


def test_chunks_make_no_difference(monkeypatch):
    weights = network(3, 30)
    whole = leading_pairs(weights, least_expected=1.0)
    monkeypatch.setattr(
        module, "iter_pair_significance", lambda net, fit: iter_pair_significance(net, fit, chunk_pairs=40)
    )
    parts = leading_pairs(weights, least_expected=1.0)
    for name in ("i", "j", "weight", "expected", "q_value"):
        np.testing.assert_array_equal(getattr(parts.pairs, name), getattr(whole.pairs, name))
    np.testing.assert_array_equal(parts.q_lower, whole.q_lower)


def test_a_pair_without_a_link_is_kept_only_where_one_was_expected(six_nodes):
    every = pair_significance(six_nodes, fit_ecm(six_nodes))
    linked, most = int((every.weight > 0).sum()), float(every.expected[every.weight == 0].max())
    assert 0 < linked < len(every)
    assert len(leading_pairs(six_nodes, least_expected=most * 0.9999).pairs) == linked + 1
    assert len(leading_pairs(six_nodes, least_expected=most * 1.0001).pairs) == linked


def test_what_is_no_network_is_refused():
    with pytest.raises(NetworkError):
        leading_pairs(np.array([[0, 1], [2, 0]]), least_expected=1.0)
