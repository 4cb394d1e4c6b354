import numpy as np
import pytest
from scipy import integrate, stats

from isthmus.trajectories.shrinkage import (
    NOISE_FACTORS,
    Estimates,
    Prior,
    estimate_prior,
    noise_probabilities,
    posterior,
)

ONE_CLASS = np.zeros(1, dtype=np.int64)
AS_CLASS = np.eye(NOISE_FACTORS.size)[NOISE_FACTORS == 1.0]


def estimates(slope, information, noise=AS_CLASS):
    slope = np.atleast_1d(np.asarray(slope, dtype=float))
    return Estimates(
        slope, np.broadcast_to(np.asarray(information, dtype=float), slope.shape), np.repeat(noise, slope.size, axis=0)
    )


def test_one_component_is_the_normal_conjugate():
    known = posterior(estimates([1.5], 4.0), Prior(sd=np.array([2.0]), share=np.array([[1.0]])), ONE_CLASS)
    mean, sd = known.moments()
    assert mean[0] == pytest.approx(1.5 * 4 / 4.25)
    assert sd[0] == pytest.approx(4.25**-0.5)
    assert known.above(0.3)[0] == pytest.approx(stats.norm(mean[0], sd[0]).sf(0.3))
    assert known.below(0.3)[0] == pytest.approx(stats.norm(mean[0], sd[0]).cdf(0.3))


def test_a_mixture_is_bayes_rule_by_quadrature():
    prior = Prior(sd=np.array([2.0, 0.5, 0.05]), share=np.array([[0.2, 0.3, 0.5]]))
    noise = np.zeros((1, NOISE_FACTORS.size))
    noise[0, [2, 5]] = 0.4, 0.6  # half and four times the class's variance
    slope, information = 0.9, 6.0
    known = posterior(estimates(slope, information, noise), prior, ONE_CLASS)

    def density(b):
        own = sum(
            share * stats.norm.pdf(slope, b, np.sqrt(factor / information))
            for factor, share in zip(NOISE_FACTORS, noise[0], strict=True)
        )
        return own * sum(p * stats.norm.pdf(b, 0, sd) for p, sd in zip(prior.share[0], prior.sd, strict=True))

    points = {"points": [0, slope], "limit": 500, "epsabs": 1e-13}
    total = integrate.quad(density, -12, 12, **points)[0]
    above = integrate.quad(density, 0.3, 12, points=[slope], limit=500, epsabs=1e-13)[0]
    mean = integrate.quad(lambda b: b * density(b), -12, 12, **points)[0] / total
    square = integrate.quad(lambda b: b * b * density(b), -12, 12, **points)[0] / total
    assert known.above(0.3)[0] == pytest.approx(above / total, rel=1e-7)
    assert known.below(0.3)[0] == pytest.approx(1 - above / total, rel=1e-7)
    found = known.moments()
    assert found[0][0] == pytest.approx(mean, rel=1e-7)
    assert found[1][0] == pytest.approx(np.sqrt(square - mean**2), rel=1e-7)


def test_the_shares_of_planted_slopes_are_found():
    rng = np.random.default_rng(1)
    n = 20_000
    moving = rng.random(n) < 0.25
    slope = np.where(moving, rng.normal(0, 2, n), 0.0) + rng.normal(0, 0.2, n)
    prior = estimate_prior(estimates(slope, 25.0), 2.0, 0.02, np.zeros(n, dtype=np.int64))
    assert prior.share.sum() == pytest.approx(1)
    assert prior.share[0, :2].sum() == pytest.approx(0.25, abs=0.03)
    assert prior.share[0, 4:].sum() == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(
    ("slab", "level", "expected"),
    [(2.0, 0.47, [2, 1, 0.5, 0.25]), (2.0, 0.5, [2, 1, 0.5, 0.25]), (1.0, 9.0, [1]), (2.0, 1e-9, [2 * 0.5**k for k in range(8)])],
)  # fmt: skip
def test_no_component_is_narrower_than_half_of_what_is_level(slab, level, expected):
    prior = estimate_prior(estimates([0.1, -0.2], 25.0), slab, level, np.zeros(2, dtype=np.int64))
    np.testing.assert_allclose(prior.sd, expected)
    assert prior.share.shape == (1, len(expected))


def test_each_class_has_the_law_of_its_own_slopes():
    rng = np.random.default_rng(4)
    size_class = np.repeat([0, 1], 5_000)
    slope = np.where(size_class == 1, rng.normal(0, 1, 10_000), 0.0) + rng.normal(0, 0.2, 10_000)
    given = estimates(slope, 25.0)
    prior = estimate_prior(given, 2.0, 0.02, size_class)
    for number in (0, 1):
        mine = size_class == number
        alone = estimate_prior(estimates(slope[mine], 25.0), 2.0, 0.02, np.zeros(5_000, dtype=np.int64))
        np.testing.assert_allclose(prior.share[number], alone.share[0])
    same = estimates([0.5, 0.5, 0.5], 25.0)
    still, moving, unseen = posterior(same, prior, np.array([0, 1, -1])).above(0.3)
    assert still < 0.2 < 0.8 < moving
    assert unseen == still


def test_without_pairs_all_components_are_alike():
    prior = estimate_prior(estimates([], 1.0), 2.0, 0.02, np.zeros(0, dtype=np.int64))
    np.testing.assert_allclose(prior.share, 1 / prior.share.size)
    silent = estimate_prior(estimates([1.0, 2.0], 0.0), 2.0, 0.02, np.zeros(2, dtype=np.int64))
    np.testing.assert_allclose(silent.share, prior.share)


def test_restless_pairs_are_known_as_such():
    rng = np.random.default_rng(2)
    n, freedom = 4000, 18.0
    factor = rng.choice([0.5, 8.0], n, p=[0.8, 0.2])
    squares = factor * rng.chisquare(freedom, n)
    found = noise_probabilities(squares, np.full(n, freedom), np.zeros(n, dtype=np.int64))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    guess = NOISE_FACTORS[found.argmax(axis=1)]
    assert (guess[factor == 8.0] >= 4).mean() > 0.95
    assert (guess[factor == 0.5] <= 1).mean() > 0.97


def test_a_pair_without_freedom_is_as_its_class():
    rng = np.random.default_rng(3)
    squares, freedom = 4.0 * rng.chisquare(18, 1001), np.full(1001, 18.0)
    squares[0] = freedom[0] = 0.0
    found = noise_probabilities(squares, freedom, np.zeros(1001, dtype=np.int64))
    assert NOISE_FACTORS[found[0].argmax()] == 4.0
    other = noise_probabilities(squares, freedom, np.r_[-1, np.zeros(1000, dtype=np.int64)])
    np.testing.assert_allclose(other[0], 1 / NOISE_FACTORS.size)  # alone in its class


def test_a_slope_far_from_all_components_is_still_known():
    known = posterior(estimates([60.0], 400.0), Prior(sd=np.array([2.0, 0.5]), share=np.array([[0.5, 0.5]])), ONE_CLASS)
    mean, sd = known.moments()
    assert np.isfinite([mean[0], sd[0]]).all()
    assert known.above(1.0)[0] == pytest.approx(1)
