import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, norm

from isthmus.nullmodels.clustered import clusters_of, inflation, tempered

tails = st.floats(1e-300, 1.0)
more = st.floats(1.0, 50.0)


@given(tails, more)
def test_a_tail_is_read_at_its_score_over_the_root(p, inflated):
    wanted = norm.sf(norm.isf(p) / np.sqrt(inflated))
    assert tempered([p], [inflated])[0] == pytest.approx(wanted, rel=1e-9)


@given(tails, tails, more, more)
def test_order_is_kept_and_no_tail_grows_stronger(p, other, inflated, further):
    low, high = sorted((p, other))
    assert tempered([low], [inflated])[0] <= tempered([high], [inflated])[0]
    at, beyond = tempered([low, low], sorted((inflated, further)))
    assert abs(beyond - 0.5) <= abs(at - 0.5) + 1e-15


@pytest.mark.parametrize(("p", "wanted"), [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5), (np.nan, np.nan)])
def test_ends_and_middle_stay(p, wanted):
    np.testing.assert_array_equal(tempered([p], [3.0]), [wanted])


def test_without_clusters_no_bit_changes():
    p = np.array([1e-310, 1e-30, 0.049999999999999996, 0.7, 1.0])
    np.testing.assert_array_equal(tempered(p, np.ones(5)), p)


def test_design_effects_by_hand():
    """Ten citations of ten works; ten of one work; nothing."""
    found = clusters_of([10, 10, 0], [10, 100, 0])
    np.testing.assert_array_equal(found.own, [1.0, 10.0, np.nan])
    assert found.pooled == 5.5
    np.testing.assert_array_equal(found.at_least_pooled, [5.5, 10.0, 5.5])
    assert clusters_of([0.0], [0.0]).pooled == 1.0


def test_inflation_by_hand():
    """A geometric law of mean 4 has variance 20; clusters of 6 add 5 x 4."""
    np.testing.assert_array_equal(
        inflation([6.0, 1.0, np.nan, 6.0, 0.5], [4.0] * 5, [20.0, 20, 20, 0, 20]), [2, 1, 1, 1, 1]
    )


@settings(deadline=None, max_examples=12)
@given(st.floats(0.5, 40.0), st.integers(2, 12), st.integers(0, 10**6))
def test_the_variance_is_that_of_clusters_drawn_by_the_null_model(mean, size, seed):
    """Oracle: a geometric intensity, a Poisson number of works around it, `size` citations for each of them."""
    rng = np.random.default_rng(seed)
    intensity = rng.exponential(mean, 400_000)
    drawn = size * rng.poisson(intensity / size)
    geometric = mean + mean**2
    assert drawn.var() / geometric == pytest.approx(inflation([size], [mean], [geometric])[0], rel=0.05)


def test_false_alarms_of_clustered_weights():
    """Five years of clusters of eight: the plain tail calls twenty times too many, the tempered one too few."""
    rng = np.random.default_rng(3)
    mean, size, years, n = 4.0, 8, 5, 200_000
    total = size * rng.poisson(rng.exponential(mean, (n, years)) / size).sum(axis=1)
    plain = nbinom.sf(total - 1, years, 1 / (1 + mean))  # the sum of five geometric laws
    fair = tempered(plain, inflation(np.full(n, size), np.full(n, years * mean), np.full(n, years * (mean + mean**2))))
    level = 1e-4
    assert (plain < level).mean() > 20 * level
    assert (fair < level).mean() < level
