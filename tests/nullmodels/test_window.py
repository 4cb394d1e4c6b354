from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import NetworkError
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.window import sum_tails, window_test


def law(p: float, mean: float, n: int) -> np.ndarray:
    """P(W = 0), ..., P(W = n) of a zero-inflated geometric."""
    stop = p / mean if mean > 0 else 1.0
    return np.array([1 - p, *(p * stop * (1 - stop) ** np.arange(n))])


def convolved(p, mean, n: int) -> np.ndarray:
    """P(S = 0), ..., P(S = n) of the sum over the years."""
    total = np.array([1.0])
    for year in zip(p, mean, strict=True):
        total = np.convolve(total, law(*year, n))[: n + 1]
    return total


def by_recurrence(s: int, p, stop, carry) -> tuple[float, float]:
    """P(S >= s) and P(S <= s), year after year and count after count, all terms positive; numbers of any type."""
    one, zero = p[0] * 0 + 1, p[0] * 0
    upper = [one] + [zero] * s  # P(S >= n), n = 0..s
    lower = [one] * (s + 1)
    for pt, a, y in zip(p, stop, carry, strict=True):
        u, v = [one, one], [zero]
        for n in range(2, s + 1):
            u.append(y * u[n - 1] + a * upper[n - 1])
        for n in range(1, s + 1):
            v.append(y * v[n - 1] + a * lower[n - 1])
        upper = [(1 - pt) * upper[n] + pt * u[n] for n in range(s + 1)]
        lower = [(1 - pt) * lower[n] + pt * v[n] for n in range(s + 1)]
    return upper[s], lower[s]


years = st.integers(1, 6)
probability = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(1e-6, 1))
excess = st.one_of(st.just(0.0), st.floats(1e-3, 30))


@given(
    st.lists(st.tuples(probability, excess, st.integers(0, 12)), min_size=1, max_size=6),
)
@settings(deadline=None, max_examples=200)
def test_tails_are_those_of_the_convolved_laws(rows):
    p, more, w = map(np.array, zip(*rows, strict=True))
    mean = p * (1 + more)
    s = int(w.sum())
    mass = convolved(p, mean, s)
    test = window_test(w[None], p[None], mean[None])
    assert test.weight[0] == s
    assert test.years_seen[0] == (w > 0).sum()
    assert test.p_lower[0] == pytest.approx(mass.sum(), abs=1e-12)
    assert test.p_upper[0] == pytest.approx(1 - mass[:s].sum(), abs=1e-12)
    mid = 1 - mass[:s].sum() - mass[s] / 2
    assert test.p_two_sided[0] == pytest.approx(min(1, 2 * min(mid, 1 - mid)), abs=1e-12)


@given(st.lists(st.tuples(probability, excess, st.integers(0, 12)), min_size=1, max_size=6), st.randoms())
@settings(deadline=None, max_examples=50)
def test_the_order_of_the_years_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = ([np.array([column]) for column in zip(*r, strict=True)] for r in (rows, shuffled))
    first = window_test(one[2], one[0], one[0] * (1 + one[1]))
    second = window_test(other[2], other[0], other[0] * (1 + other[1]))
    for name in ("p_upper", "p_lower", "p_two_sided"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize("s", [0, 1, 2, 3, 7, 64, 65, 400])
def test_far_tails_keep_their_relative_precision(s):
    """Against the recurrence in exact fractions: probabilities of 1e-30 and less, to twelve digits."""
    p = [Fraction(1, 64), Fraction(1), Fraction(63, 64), Fraction(1, 2), Fraction(1, 1024)]
    carry = [Fraction(1, 2), Fraction(7, 8), Fraction(0), Fraction(3, 4), Fraction(511, 512)]
    upper, lower = by_recurrence(s, p, [1 - y for y in carry], carry)
    numbers = [np.array([[float(x) for x in row]]) for row in (p, [1 - y for y in carry], carry)]
    found = sum_tails(np.array([s]), *numbers)[0]
    assert found[0] == pytest.approx(float(upper), rel=1e-12)
    assert found[2] == pytest.approx(float(lower), rel=1e-12)


def test_far_lower_tail_of_a_heavy_pair():
    p, mean = np.full((1, 5), 1.0), np.full((1, 5), 1e5)
    test = window_test([[1, 1, 1, 1, 1]], p, mean)
    assert test.p_lower[0] == pytest.approx(1e-25, rel=1e-10)  # the only way to a sum of 5: (1 - Y)^5
    assert window_test([[1, 1, 1, 1, 0]], p, mean).p_lower[0] == 0  # five sure links weigh at least 5


def test_sums_of_a_million_agree_with_the_plain_recurrence():
    p, mean = np.array([0.9, 1.0, 0.999]), np.array([2e4, 3e4, 1.5e4])
    stop, carry = p / mean, (mean - p) / mean
    s = 30_000
    upper, lower = by_recurrence(s, *(row.tolist() for row in (p, stop, carry)))
    found = sum_tails(np.array([s]), p[None], stop[None], carry[None])[0]
    np.testing.assert_allclose(found[[0, 2]], [upper, lower], rtol=1e-9)
    million = window_test([[400_000, 300_000, 300_000]], p[None], 10 * mean[None])
    assert million.p_upper[0] + million.p_lower[0] == pytest.approx(1, abs=1e-5)


def test_one_year_is_the_null_models_own_tail(six_nodes):
    fit = fit_ecm(six_nodes)
    i, j = np.triu_indices(6, 1)
    law_ = fit.law(i, j)
    w = six_nodes[i, j]
    test = window_test(w[:, None], law_.link_probability[:, None], law_.expected_weight[:, None])
    np.testing.assert_allclose(test.p_upper, law_.upper_tail(w), rtol=1e-9)
    np.testing.assert_allclose(test.p_lower, law_.lower_tail(w), rtol=1e-9)
    mid = law_.mid_p(w)
    np.testing.assert_allclose(test.p_two_sided, np.minimum(1, 2 * np.minimum(mid, 1 - mid)), rtol=1e-9)


def test_a_hundred_thousand_samples():
    rng = np.random.default_rng(5)
    p, carry = np.array([0.3, 1.0, 0.8, 0.05, 0.6]), np.array([0.9, 0.7, 0.0, 0.95, 0.8])
    n = 100_000
    linked = rng.random((n, 5)) < p
    total = (linked * rng.geometric(1 - carry, (n, 5))).sum(axis=1)
    s = np.array([1, 3, 8, 15, 30, 60])
    found = sum_tails(s, *(np.tile(row, (len(s), 1)) for row in (p, 1 - carry, carry)))
    for column, seen in ((0, total[:, None] >= s), (2, total[:, None] <= s)):
        sd = np.sqrt(found[:, column] * (1 - found[:, column]) / n)
        assert (np.abs(seen.mean(axis=0) - found[:, column]) < 4.5 * sd + 1e-12).all()


def test_absent_years_are_left_out():
    p, mean, w = [0.5, 0.2, 0.9], [2.0, 0.2, 4.0], [1.0, 0.0, 6.0]
    whole = window_test([w], [p], [mean])
    gaps = window_test([[1.0, np.nan, 0.0, 6.0, 3.0]], [[0.5, 0.5, 0.2, 0.9, np.nan]], [[2.0, 1.0, 0.2, 4.0, 9.0]])
    for name in ("weight", "expected", "years_seen", "p_upper", "p_lower", "p_two_sided"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(gaps, name))
    assert gaps.years_present[0] == 3


def test_a_pair_that_is_never_there_has_no_test():
    test = window_test([[np.nan, np.nan]], [[np.nan, np.nan]], [[np.nan, np.nan]])
    assert np.isnan([test.p_upper[0], test.p_lower[0], test.p_two_sided[0]]).all()
    assert test.years_present[0] == 0
    empty = window_test(np.empty((0, 5)), np.empty((0, 5)), np.empty((0, 5)))
    assert empty.p_upper.size == 0


def test_certain_weights():
    """p = 1 and Y = 0 in each of two years: the sum is 2, whatever happens."""
    test = window_test([[1, 1], [1, 0], [2, 1]], np.ones((3, 2)), np.ones((3, 2)))
    np.testing.assert_array_equal(test.p_upper, [1, 1, 0])
    np.testing.assert_array_equal(test.p_lower, [1, 0, 1])
    np.testing.assert_array_equal(test.p_two_sided, [1, 0, 0])


def test_never_linked_pairs_are_certain_of_zero():
    test = window_test([[0, 0], [0, 1]], np.zeros((2, 2)), np.zeros((2, 2)))
    np.testing.assert_array_equal(test.p_upper, [1, 0])
    np.testing.assert_array_equal(test.p_lower, [1, 1])


@pytest.mark.parametrize(
    ("w", "p", "mean", "said"),
    [
        ([[0.5, 1]], [[0.5, 0.5]], [[1, 1]], "pair 0, year 0 .*weight is 0.5; expected a whole number"),
        ([[1, -1]], [[0.5, 0.5]], [[1, 1]], "year 1 .*weight is -1"),
        ([[1, 1]], [[0.5, 1.5]], [[1, 2]], "year 1 .*link_probability is 1.5; expected 0 to 1"),
        ([[1, 1]], [[0.5, 0.5]], [[1, 0.4]], "expected is 0.4 and link_probability 0.5"),
        ([[1, 1]], [[0.5]], [[1, 1]], r"shapes \(1, 2\), \(1, 1\) and \(1, 2\)"),
        ([[2.0**53, 1]], [[0.5, 0.5]], [[1, 1]], r"expected below 2\^53"),
    ],
)
def test_impossible_values_are_refused(w, p, mean, said):
    with pytest.raises(NetworkError, match=said):
        window_test(w, p, mean)
