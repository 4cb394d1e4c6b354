"""Trends against independent optimisers, planted truths, and what must not change them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from isthmus.errors import TrajectoryError
from isthmus.trajectories.trend_kernels import fit_lines
from isthmus.trajectories.trends import CLASSES, DELTA, class_shares, propensity_trends

YEARS = np.arange(2000, 2022)
X = np.linspace(-0.5, 0.5, YEARS.size)


def growing(n, rng, *, slopes=0.0, kappa=0.1, noise="normal", size=1.5):
    """Counts of n pairs in a twelvefold growing field; slopes of the log propensity over all years."""
    scale = np.exp(rng.normal(size, 1.5, n))
    mu = scale[:, None] * np.exp(np.linspace(0, math.log(12), YEARS.size))
    preference = rng.normal(0, 0.7, n)
    spread = np.full(n, math.sqrt(kappa))
    if noise == "heavy":  # Student's t with 4 degrees of freedom, and pairs that differ in how restless they are
        spread = spread * np.exp(rng.normal(0, 0.4, n))
        shocks = rng.standard_t(4, mu.shape) / math.sqrt(2)
    else:
        shocks = rng.normal(size=mu.shape)
    series = shocks.copy()
    for year in range(1, YEARS.size):
        series[:, year] = 0.3 * series[:, year - 1] + math.sqrt(0.91) * shocks[:, year]
    log_f = preference[:, None] + np.asarray(slopes)[..., None] * X + spread[:, None] * series
    return rng.poisson(mu * np.exp(log_f)), mu


def by_optimiser(w, mu, kappa, precision):
    """a and b that maximise the negative binomial (or Poisson) likelihood with the prior, by scipy."""

    def loss(ab):
        m = mu * np.exp(ab[0] + ab[1] * X)
        size = m if kappa == 0 else (w + 1 / kappa) * np.log1p(kappa * m)
        terms = special.xlogy(w, m) - size
        return -terms.sum() + precision * ab[1] ** 2 / 2

    start = np.array([math.log(w.sum() / mu.sum()), 0.0])
    return optimize.minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x


@pytest.mark.parametrize("kappa", [0.0, 0.05, 1.0])
def test_lines_are_the_most_probable_ones(kappa):
    rng = np.random.default_rng(1)
    w, mu = growing(12, rng, slopes=rng.normal(0, 1.5, 12))
    w[0] = 0
    w[0, -1] = 1  # a single paper in the last year: without the prior b would run away
    a, b, information, fitted, _, _, _ = fit_lines(
        w.astype(float), mu, X, np.full(12, kappa), 0.25, np.full((12, 2), np.nan)
    )
    for row in range(12):
        assert (a[row], b[row]) == pytest.approx(by_optimiser(w[row], mu[row], kappa, 0.25), abs=1e-5)
        h = fitted[row] / (1 + kappa * fitted[row])
        design = np.stack([np.ones_like(X), X], axis=1)
        fisher = design.T @ (h[:, None] * design)
        assert information[row] == pytest.approx(1 / np.linalg.inv(fisher)[1, 1], rel=1e-9)


def test_leverages_are_those_of_the_hat_matrix():
    rng = np.random.default_rng(4)
    w, mu = growing(3, rng)
    kappa, precision = np.full(3, 0.2), 0.25
    _, _, _, fitted, own, next_, _ = fit_lines(w.astype(float), mu, X, kappa, precision, np.full((3, 2), np.nan))
    for row in range(3):
        root = np.sqrt(fitted[row] / (1 + 0.2 * fitted[row]))
        centre = (root**2 * X).sum() / (root**2).sum()
        design = root[:, None] * np.stack([np.ones_like(X), X - centre], axis=1)
        hat = design @ np.linalg.inv(design.T @ design + np.diag([0, precision])) @ design.T
        np.testing.assert_allclose(own[row], np.diag(hat), rtol=1e-9)
        np.testing.assert_allclose(next_[row, :-1], np.diag(hat, 1), rtol=1e-9, atol=1e-14)


def test_a_constant_preference_in_a_growing_field_is_level():
    w, mu = growing(1000, np.random.default_rng(2), slopes=np.zeros(1000))
    trends = propensity_trends(w, mu, YEARS)
    assert trends.level.mean() > 0.9
    assert (trends.level > 0.9).mean() > 0.75
    assert (np.maximum(trends.rise, trends.fall) > 0.9).sum() == 0


def test_the_same_series_seems_to_converge_by_z():
    """Three times what size explains in every year: z grows with the field, the trend is 0."""
    w, mu = ordinary()
    mu[0] = np.round(np.geomspace(2, 60, YEARS.size))
    w[0] = 3 * mu[0]
    z = (w[0] - mu[0]) / np.sqrt(mu[0] + 0.2 * mu[0] ** 2)
    assert z[-1] > 1.5 * z[0]
    trends = propensity_trends(w, mu, YEARS)
    assert abs(trends.trend[0]) < 0.01
    assert trends.level[0] > 0.5


def test_a_sixteenfold_rise_is_found():
    rng = np.random.default_rng(3)
    slopes = np.zeros(600)
    slopes[:30], slopes[30:60] = math.log(16), -math.log(16)
    w, mu = growing(600, rng, slopes=slopes, size=2.5)
    trends = propensity_trends(w, mu, YEARS)
    assert (trends.rise[:30] > 0.9).mean() > 0.9
    assert (trends.fall[30:60] > 0.9).mean() > 0.9
    assert np.median(trends.trend[:30]) == pytest.approx(math.log(16) / 2.1, abs=0.25)
    assert (np.maximum(trends.rise, trends.fall)[60:] > 0.9).mean() < 0.01


@pytest.mark.parametrize(("planted", "noise"), [(0.1, "heavy"), (0.4, "heavy"), (0.3, "normal")])
def test_probabilities_are_calibrated(planted, noise):
    """Of what is called with 90 % at least 95 % is right: also when series have fat tails and differ in noise."""
    rng = np.random.default_rng(7)
    n = 4000
    size = rng.choice([-1, 1], n) * rng.uniform(math.log(2), math.log(16), n)
    slopes = np.where(rng.random(n) < planted, size, 0)
    w, mu = growing(n, rng, slopes=slopes, kappa=0.15, noise=noise)
    trends = propensity_trends(w, mu, YEARS)
    shares = np.stack([trends.rise, trends.fall, trends.level], axis=1)
    bound = DELTA * 2.1
    truth = np.where(slopes > bound, 0, np.where(slopes < -bound, 1, 2))
    right, sure = shares.argmax(axis=1) == truth, shares.max(axis=1) >= 0.9
    moved = sure & (shares.argmax(axis=1) < 2)
    assert sure.sum() > 400
    assert moved.sum() > 80
    assert right[sure].mean() >= 0.95
    assert right[moved].mean() >= 0.93
    between = ~sure & (shares.max(axis=1) < 0.7)
    assert abs(right[between].mean() - shares.max(axis=1)[between].mean()) < 0.12


def test_scatter_is_estimated():
    rng = np.random.default_rng(11)
    w, mu = growing(3000, rng, slopes=rng.normal(0, 0.5, 3000), kappa=0.2, size=4.0)
    trends = propensity_trends(w, mu, YEARS)
    large = trends.papers > 3000
    assert np.median(trends.kappa[large]) == pytest.approx(math.expm1(0.2), rel=0.15)  # of the log-normal factor
    assert np.median(trends.rho[large]) == pytest.approx(0.3, abs=0.07)


def test_poisson_counts_have_no_further_scatter():
    rng = np.random.default_rng(12)
    w, mu = growing(2000, rng, slopes=np.zeros(2000), kappa=0.0)
    trends = propensity_trends(w, mu, YEARS)
    assert np.nanmax(trends.kappa) < 0.02
    assert np.nanmax(trends.rho) < 0.05


def ordinary(seed=5, n=300):
    rng = np.random.default_rng(seed)
    return growing(n, rng, slopes=rng.normal(0, 1, n), size=1.0)


NUMBERS = ("trend", "sd", "rise", "fall", "level", "kappa", "rho")


@given(st.randoms())
@settings(deadline=None, max_examples=10)
def test_the_order_of_pairs_does_not_matter(random):
    w, mu = ordinary()
    order = list(range(len(w)))
    random.shuffle(order)
    first, second = propensity_trends(w, mu, YEARS), propensity_trends(w[order], mu[order], YEARS)
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(first, name)[order], getattr(second, name), rtol=1e-7, atol=1e-9)


@given(st.floats(1e-3, 1e3), st.integers(-50, 50))
@settings(deadline=None, max_examples=10)
def test_a_constant_factor_and_another_calendar_change_nothing(factor, shift):
    """A preference that is the same in all years leaves the trend, and so does the name of the first year."""
    w, mu = ordinary()
    first, second = propensity_trends(w, mu, YEARS), propensity_trends(w, mu * factor, YEARS + shift)
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-6, atol=1e-8)


def test_reversed_time_swaps_rise_and_fall():
    w, mu = ordinary()
    first, second = propensity_trends(w, mu, YEARS), propensity_trends(w[:, ::-1], mu[:, ::-1], YEARS)
    np.testing.assert_allclose(first.trend, -second.trend, atol=1e-7)
    np.testing.assert_allclose(first.rise, second.fall, atol=1e-7)


def test_absent_years_are_left_out():
    """A pair of eleven years, absent in the others, whether that is nan in the weight, the mean, or a mean of 0."""
    w, mu = ordinary()
    gaps = [w.astype(float), mu.copy()], [w.astype(float), mu.copy()], [w.astype(float), mu.copy()]
    gaps[0][0][0, ::2] = np.nan
    gaps[1][1][0, ::2] = np.nan
    gaps[2][1][0, ::2] = 0.0
    found = [propensity_trends(*pair, YEARS) for pair in gaps]
    whole = propensity_trends(w, mu, YEARS)
    assert [trends.years_used[0] for trends in found] == [11, 11, 11]
    assert found[0].trend[0] == found[1].trend[0] == found[2].trend[0]
    assert found[0].sd[0] > whole.sd[0]


def test_pairs_that_say_nothing_are_as_the_others():
    """All zeros, a single year, nothing expected: the law of all pairs, and no number that is not finite."""
    w, mu = ordinary()
    w, mu = w.astype(float), mu.copy()
    w[0] = 0
    w[1, 1:] = mu[1, 1:] = np.nan
    mu[2] = 0.0
    w[3] = mu[3] = np.nan
    trends = propensity_trends(w, mu, YEARS)
    for row in range(4):
        np.testing.assert_allclose(trends.trend[row], 0, atol=1e-12)
        np.testing.assert_allclose([trends.rise[row], trends.fall[row]], trends.rise[0])
        assert trends.sd[row] == pytest.approx(math.sqrt((trends.prior.share[0] * trends.prior.sd**2).sum()) / 2.1)
    for name in ("trend", "sd", "rise", "fall", "level"):
        assert np.isfinite(getattr(trends, name)).all()
    np.testing.assert_allclose(trends.rise + trends.fall + trends.level, 1)
    assert list(trends.years_used[:4]) == [22, 1, 0, 0]


@pytest.mark.parametrize("shape", [(0, 22), (1, 22), (3, 1), (2, 2)])
def test_few_pairs_or_years(shape):
    trends = propensity_trends(np.ones(shape), np.ones(shape), YEARS[: shape[1]])
    assert trends.trend.shape == (shape[0],)
    assert np.isfinite(trends.sd).all()


def test_classes_sum_to_one_and_are_products():
    rng = np.random.default_rng(1)
    one, other = rng.dirichlet([1, 1, 1], 50), rng.dirichlet([1, 1, 1], 50)
    shares = class_shares(one, other)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    certain = np.eye(3)  # rise, fall, level
    named = {
        (a, b): CLASSES[int(class_shares(certain[[a]], certain[[b]]).argmax())] for a in range(3) for b in range(3)
    }
    assert named == {
        (0, 0): "SC",
        (1, 1): "SD",
        (1, 0): "KI",
        (2, 1): "KD",
        (0, 1): "KDr",
        (2, 2): "level",
        (2, 0): "rest",
        (1, 2): "rest",
        (0, 2): "rest",
    }
    with pytest.raises(TrajectoryError, match=r"\(50, 3\) and \(49, 3\)"):
        class_shares(one, other[:49])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weight": [[1, 2]]}, r"shapes \(1, 2\), \(2, 2\) and \(2,\)"),
        ({"years": [2001, 2000]}, "2001, 2000.*ascending"),
        ({"weight": [[1, 2], [3, -4]]}, "weight of pair 1 in 2001 is -4"),
        ({"expected": [[1, np.inf], [1, 1]]}, "expected of pair 0 in 2001 is inf"),
        ({"delta": 0.0}, "delta is 0.0"),
    ],
)
def test_refusals_say_what_is_wrong(changed, said):
    given = {"weight": np.ones((2, 2)), "expected": np.ones((2, 2)), "years": [2000, 2001]} | changed
    with pytest.raises(TrajectoryError, match=said):
        propensity_trends(given.pop("weight"), given.pop("expected"), given.pop("years"), **given)
