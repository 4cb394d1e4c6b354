"""Bundles of like classes start and steer a large fit; where it ends they do not change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.nullmodels import bundles as room
from isthmus.nullmodels import kernels, solver
from isthmus.nullmodels.boundary import classes_of
from isthmus.nullmodels.bundles import Bundles, bundle, covariances, spread
from isthmus.nullmodels.ecm import fit_ecm

NO_KINDS = np.zeros((0, 0), dtype=np.uint8)


def heavy_tailed(n, seed, density):
    """Sizes whose largest are thousands of times the smallest."""
    rng = np.random.default_rng(seed)
    size = np.minimum(rng.pareto(1.0, n) + 0.1, 0.2 * n)
    mean = np.minimum(np.outer(size, size) * density / n, 3e3)
    weights = np.triu(rng.poisson(mean * rng.exponential(1.0, mean.shape)), 1)
    return weights + weights.T


@pytest.mark.parametrize(("seed", "density"), [(1, 3.0), (2, 30.0), (3, 300.0)])
def test_the_fit_is_the_same_with_bundles_and_without(monkeypatch, seed, density):
    weights = heavy_tailed(500, seed, density)
    exact = fit_ecm(weights)
    monkeypatch.setattr(solver, "BUNDLED_CLASSES", 100)
    steered = []
    monkeypatch.setattr(solver, "covariances", lambda *a: steered.append(len(a[0])) or covariances(*a))
    bundled = fit_ecm(weights)
    assert steered, "the bundles were asked for directions"
    assert bundled.max_relative_error <= 1e-10
    i, j = np.triu_indices(500, 1)
    np.testing.assert_allclose(bundled.link_probability(i, j), exact.link_probability(i, j), rtol=1e-8)
    np.testing.assert_allclose(bundled.expected_weight(i, j), exact.expected_weight(i, j), rtol=1e-8)
    assert bundled.log_likelihood == pytest.approx(exact.log_likelihood, rel=1e-11)


def test_a_fit_that_the_bundles_steer_badly_goes_on_without_them(monkeypatch):
    weights = heavy_tailed(120, 4, 30.0)
    exact = fit_ecm(weights)
    monkeypatch.setattr(solver, "BUNDLED_CLASSES", 50)
    monkeypatch.setattr(solver, "bundle", lambda *a: bundle(*a, number=9))
    for accepted in (0.5, np.inf):  # the second one starts from there
        monkeypatch.setattr(solver, "START_ACCEPTED", accepted)
        monkeypatch.setattr(solver, "spread", lambda b, *a: tuple(part + 3.0 for part in spread(b, *a)))
        found = fit_ecm(weights)
        assert found.max_relative_error <= 1e-10
        assert found.log_likelihood == pytest.approx(exact.log_likelihood, rel=1e-11)


def test_small_networks_of_any_kind_fit_with_bundles_of_a_few_classes(monkeypatch):
    monkeypatch.setattr(solver, "BUNDLED_CLASSES", 3)
    monkeypatch.setattr(solver, "bundle", lambda *a: bundle(*a, number=9))
    rng = np.random.default_rng(5)
    for _ in range(200):
        n = int(rng.integers(6, 40))
        links = np.triu(rng.random((n, n)) < rng.choice([0.2, 0.5, 0.8]), 1)
        weights = np.where(links, rng.geometric(rng.choice([0.01, 0.3, 1.0]), (n, n)), 0)
        weights += weights.T
        fit = fit_ecm(weights)
        k, s = (weights > 0).sum(axis=1), weights.sum(axis=1)
        law = fit.law(*np.indices((n, n)))
        np.testing.assert_allclose(law.link_probability.sum(axis=1), k, rtol=1e-9)
        np.testing.assert_allclose(law.expected_weight.sum(axis=1), s, rtol=1e-9)


def parameters(problem, seed):
    rng = np.random.default_rng(seed)
    n = problem.k.size
    return problem.point(rng.normal(0.5, 0.3, n), rng.uniform(0.1, 0.6, n))


def test_with_a_class_in_each_bundle_the_product_is_the_hessian_s():
    weights = heavy_tailed(60, 6, 30.0)
    weights[0, 1:5] = weights[1:5, 0] = 7
    classes = classes_of((weights > 0).sum(axis=1), weights.sum(axis=1))
    problem = solver._Problem(classes, None)
    at = parameters(problem, 1)
    n = problem.k.size
    stored = tuple(np.zeros((n, n)) for _ in range(3))
    sums = kernels.pair_sums(*problem.arguments(at), *stored)
    x = np.random.default_rng(2).normal(size=(2, n))
    expected, found = np.zeros((2, n)), np.zeros((2, n))
    kernels.hessian_product(*problem.arguments(at), *stored, sums, *x, *expected)
    blocks = covariances(at.gamma, at.beta, problem.carries, problem.size, problem.kinds, at.hub, at.with_hub)
    kernels.bundled_product(np.arange(n), problem.size, *blocks, sums, *x, *found)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


def test_a_hub_that_is_linked_to_all_does_not_turn_the_bundles_off(monkeypatch):
    weights = heavy_tailed(400, 7, 30.0)
    hub = (weights > 0).sum(axis=1).argmax()
    weights[hub], weights[:, hub] = np.maximum(weights[hub], 1), np.maximum(weights[:, hub], 1)
    weights[hub, hub] = 0
    exact = fit_ecm(weights)
    assert exact.is_boundary
    monkeypatch.setattr(solver, "BUNDLED_CLASSES", 100)
    ways = []
    monkeypatch.setattr(solver, "_bundled", lambda *a, own=solver._bundled: ways.append(1) or own(*a))
    bundled = fit_ecm(weights)
    assert len(ways) >= bundled.iterations - 1, "every step but the last asked the bundles"
    assert bundled.max_relative_error <= 1e-10
    i, j = np.triu_indices(400, 1)
    np.testing.assert_allclose(bundled.expected_weight(i, j), exact.expected_weight(i, j), rtol=1e-8)


def test_marks_of_bundles_are_those_of_their_classes():
    bundles = Bundles(np.array([0, 1, 1]), np.ones(2), np.ones(2), np.array([1.0, 2.0]))
    kinds = np.array([[1, 6, 6], [6, 1, 5], [6, 5, 1]], dtype=np.uint8)
    assert bundles.marks(kinds).tolist() == [[1, 6], [6, 5]], "within the second bundle its two classes' pair counts"
    assert bundles.marks(NO_KINDS).size == 0


def test_marked_sums_count_the_others_of_each_class():
    kinds = np.array([[6, 1, 0], [1, 5, 4], [0, 4, 2]], dtype=np.uint8)
    size = np.array([1.0, 3.0, 2.0])
    for bit, row in zip((1, 2, 4), kernels.marked_sums(kinds, size), strict=True):
        mask = kinds & bit > 0
        assert row.tolist() == (mask @ size - np.diagonal(mask)).tolist()


def test_pairs_within_a_bundle_of_equal_classes_count_too():
    """Three equal classes of one node, one bundle: every pair has the same covariance, a class none with itself."""
    gamma, beta, one = np.full(1, 0.4), np.full(1, 0.3), np.ones(1)
    V, C, W = covariances(gamma, beta, one, np.full(1, 3.0), NO_KINDS, -1, beta)
    r = 1 / np.expm1(0.6)
    odds = np.exp(-0.8) * (1 + r)
    p, v = odds / (1 + odds), odds / (1 + odds) ** 2
    assert [V[0, 0], C[0, 0], W[0, 0]] == pytest.approx([v, v * r, p * r * (1 + r) + v * r * r])
    sums, x, found = np.zeros((5, 3)), np.array([1.0, 2.0, 4.0]), np.zeros((2, 3))
    kernels.bundled_product(np.zeros(3, dtype=np.int64), np.ones(3), V, C, W, sums, x, np.zeros(3), *found)
    assert found[0] == pytest.approx(v * np.array([6.0, 5.0, 3.0]))
    assert found[1] == pytest.approx(v * r * np.array([6.0, 5.0, 3.0]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 5000), st.integers(1, 9)), min_size=1, max_size=300),
    st.integers(9, 80),
)
def test_bundles_hold_every_class_once_and_keep_the_sums(rows, number):
    degree, excess, size = np.array(rows, dtype=float).T
    found = bundle(degree, excess, size, number)
    count = found.size.size
    assert set(found.of_class) == set(range(count))
    assert count <= 2 * number
    assert found.size.sum() == size.sum()
    assert found.size @ found.degree == pytest.approx(size @ degree)
    assert found.size @ found.excess == pytest.approx(size @ excess)
    bare = np.bincount(found.of_class[excess == 0], minlength=count) > 0
    heavy = np.bincount(found.of_class[excess > 0], minlength=count) > 0
    assert not (bare & heavy)[number // room.ALONE :].any()
    members = np.bincount(found.of_class)
    assert (members[: min(number // room.ALONE, degree.size)] == 1).all(), "the largest are alone"


def test_parameters_of_a_class_move_with_its_difference_from_the_mean():
    bundles = Bundles(np.array([0, 0, 1]), np.array([4.0, 9.0]), np.array([8.0, 0.0]), np.array([2.0, 1.0]))
    degree, excess = np.array([2.0, 6.0, 9.0]), np.array([4.0, 24.0, 0.0])
    opened = degree, bundles.degree
    gamma, beta = spread(bundles, np.array([1.0, 2.0]), np.array([0.5, np.inf]), degree, excess, opened)
    assert gamma == pytest.approx([1.0 + np.log(2.0), 1.0 - np.log(1.5), 2.0])
    # a mean excess of 2 is the bundle's own, one of 4 halves expm1(beta), a class without excess is left alone
    assert beta == pytest.approx([0.5, np.log1p(np.expm1(0.5) / 2), np.log(2.0)])
    kept = spread(bundles, np.zeros(2), np.array([-0.1, np.inf]), degree, excess, opened)
    assert kept[1][:2].tolist() == [-0.1, -0.1], "the hub's beta may be negative"
