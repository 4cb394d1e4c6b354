import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.trajectories.resampling import percentile_interval, poisson_weights, resampled_edges

WORKS = np.arange(1_000_000_000, 1_000_020_000)


def test_weights_follow_poissons_law():
    weights = poisson_weights(WORKS, replicates=10, seed=7).ravel()
    expected = stats.poisson(1).pmf(np.arange(6)) * weights.size
    observed = np.array([(weights == k).sum() for k in range(6)])
    rest = weights.size - observed.sum(), weights.size - expected.sum()
    chi2 = ((observed - expected) ** 2 / expected).sum() + (rest[0] - rest[1]) ** 2 / rest[1]
    assert stats.chi2(6).sf(chi2) > 1e-4


def test_replicates_and_neighbouring_works_are_independent():
    weights = poisson_weights(WORKS, replicates=4, seed=7).astype(float)
    for one, other in ((weights[:, 0], weights[:, 1]), (weights[:-1, 0], weights[1:, 0])):
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 / math.sqrt(WORKS.size)


def test_a_work_has_the_same_weights_wherever_it_is_met():
    all_at_once = poisson_weights(WORKS[:100], replicates=3, seed=1)
    alone = poisson_weights(WORKS[17:18], replicates=3, seed=1)
    more_replicates = poisson_weights(WORKS[:100], replicates=9, seed=1)
    assert (all_at_once[17] == alone[0]).all()
    assert (more_replicates[:, :3] == all_at_once).all()
    assert (poisson_weights(WORKS[:100], replicates=3, seed=2) != all_at_once).any()


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from("ABC"), st.sampled_from("DEF"), st.integers(1, 9)), min_size=1
    ),
    replicates=st.integers(1, 5),
)
@settings(max_examples=50, deadline=None)
def test_resampled_edges_are_sums_of_weighted_amounts(rows, replicates):
    frame = pd.DataFrame(rows, columns=["work_id", "src", "dst", "amount"])
    edges = resampled_edges(frame, replicates=replicates, seed=3).set_index(["src", "dst"])["weights"]
    weights = poisson_weights(frame["work_id"].to_numpy(), replicates=replicates, seed=3).astype(int)
    for pair in set(zip(frame["src"], frame["dst"], strict=True)):
        mine = (frame["src"] == pair[0]) & (frame["dst"] == pair[1])
        by_hand = (weights[mine] * frame.loc[mine, "amount"].to_numpy()[:, None]).sum(axis=0)
        assert (edges[pair] == by_hand).all()


def test_the_mean_over_replicates_is_the_full_count():
    frame = pd.DataFrame({"work_id": WORKS[:400], "src": "A", "dst": "B", "amount": 1})
    weights = resampled_edges(frame, replicates=2000, seed=5)["weights"].iloc[0]
    assert np.mean(weights) == pytest.approx(400, abs=5 * math.sqrt(400 / 2000))


def test_percentile_intervals():
    low, high, n = percentile_interval(np.array([*range(101), np.nan], dtype=float), level=0.9)
    assert (low, high, n) == (pytest.approx(5.0), pytest.approx(95.0), 101)
    low, high, n = percentile_interval(np.array([np.nan]), level=0.9)
    assert n == 0
    assert math.isnan(low)
    assert math.isnan(high)
