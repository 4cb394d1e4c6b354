import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.trajectories.resampling import poisson_weights, resampled_edges

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


def _by_hand(rows, replicate, replicates, seed):
    """Weights of ties in one replicate, counted row by row in plain Python."""
    found = {}
    for work, cited, src, dst in rows:
        weight = 1
        for one in (work, cited):
            if one is not None:
                drawn = poisson_weights(np.array([one]), replicates=replicates, seed=seed)
                weight *= int(drawn[0, replicate])
        found[src, dst] = found.get((src, dst), 0) + weight
    return found


def _frame(rows):
    return pd.DataFrame(rows, columns=["work_id", "cited_work_id", "src", "dst"])


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 30), st.none() | st.integers(1, 30), st.sampled_from("ABC"), st.sampled_from("DEF")),
        min_size=1,
    ),
    replicates=st.integers(1, 5),
)
@settings(max_examples=50, deadline=None)
def test_resampled_edges_are_sums_of_weights_of_works_and_of_products_over_citations(rows, replicates):
    edges = resampled_edges(_frame(rows), replicates=replicates, seed=3).set_index(["src", "dst"])["weights"]
    for replicate in range(replicates):
        by_hand = _by_hand(rows, replicate, replicates, 3)
        assert {pair: weights[replicate] for pair, weights in edges.items()} == by_hand


def test_parts_of_the_works_add_up_to_the_whole():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.integers(1, 50, (300, 2)), columns=["work_id", "cited_work_id"])
    frame = frame.assign(src=rng.choice(list("AB"), 300), dst=rng.choice(list("CD"), 300))
    whole = resampled_edges(frame, replicates=7, seed=1).set_index(["src", "dst"])["weights"]
    halves = [
        resampled_edges(frame[frame["work_id"] % 2 == part], replicates=7, seed=1).set_index(["src", "dst"])["weights"]
        for part in (0, 1)
    ]
    for pair, weights in whole.items():
        np.testing.assert_array_equal(weights, halves[0][pair] + halves[1][pair])


def test_the_mean_over_replicates_is_the_full_count():
    frame = _frame([(work, None, "A", "B") for work in WORKS[:400].tolist()])
    weights = resampled_edges(frame, replicates=2000, seed=5)["weights"].iloc[0]
    assert np.mean(weights) == pytest.approx(400, abs=5 * math.sqrt(400 / 2000))


def test_a_lone_citation_has_the_variance_of_a_product():
    rows = [(int(w), int(w) + 500_000, f"A{k}", "B") for k, w in enumerate(WORKS[:200])]
    weights = np.stack(resampled_edges(_frame(rows), replicates=2000, seed=3)["weights"])
    assert weights.mean() == pytest.approx(1, abs=0.02)
    assert weights.var() == pytest.approx(3, rel=0.1)  # 2 x 2 - 1


def test_the_surplus_is_twice_the_squared_counts_of_each_citation():
    rows = [(1, 9, "A", "B"), (1, 9, "A", "B"), (2, 9, "A", "B"), (2, 9, "A", "C"), (5, None, "A", "C")]
    found = resampled_edges(_frame(rows), replicates=1, seed=1).set_index(["src", "dst"])["surplus"]
    assert found.to_dict() == {("A", "B"): 2 * (4 + 1), ("A", "C"): 2}


def test_citations_of_one_work_go_up_and_down_together():
    """n citations of one work: variance n (1 + 1) of the citing works, and n^2 of the cited one."""
    frame = _frame([(int(w), 7, "A", "B") for w in WORKS[:50]])
    weights = resampled_edges(frame, replicates=20_000, seed=6)["weights"].iloc[0]
    assert np.var(weights) == pytest.approx(50 * 2 + 50 * 50, rel=0.06)
