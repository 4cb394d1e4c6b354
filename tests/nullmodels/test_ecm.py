import numpy as np
import pytest
from scipy import sparse

from isthmus.nullmodels import kernels
from isthmus.nullmodels.boundary import classes_of
from isthmus.nullmodels.ecm import fit_ecm, fit_ecm_constraints
from isthmus.nullmodels.solver import _Problem

SIX_X = [0.733581, 0.155091, 0.891578, 1.400629, 0.350477, 1.400629]
SIX_Y = [0.897167, 1.001026, 0.860452, 0.763122, 0.830901, 0.763122]


def recomputed_error(fit) -> float:
    """Largest relative error of degrees and strengths from x and y alone, by the formulas of the paper in long double."""
    x, y = fit.x.astype(np.longdouble), fit.y.astype(np.longdouble)
    present = fit.degrees > 0
    # 1 - Y from the logarithms: the products themselves are too close to 1
    b = np.add.outer(fit.beta, fit.beta).astype(np.longdouble)
    one_minus = -np.expm1(-b)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        xy = np.outer(np.exp(-fit.gamma.astype(np.longdouble)), np.exp(-fit.gamma.astype(np.longdouble)))
        p = xy / (one_minus + xy)
        mean = p / one_minus
    off = np.outer(present, present) & ~np.eye(x.size, dtype=bool)
    k, s = np.where(off, p, 0).sum(axis=1), np.where(off, mean, 0).sum(axis=1)
    assert x.shape == y.shape
    k_error = np.abs(k - fit.degrees)[present] / fit.degrees[present]
    s_error = np.abs(s - fit.strengths)[present] / fit.strengths[present]
    return float(max(k_error.max(), s_error.max()))


def test_six_node_oracle(six_nodes):
    fit = fit_ecm(six_nodes)
    assert fit.converged
    assert not fit.is_boundary
    assert fit.log_likelihood == pytest.approx(-26.808281273, abs=1e-8)
    np.testing.assert_allclose(fit.x, SIX_X, atol=1e-6)
    np.testing.assert_allclose(fit.y, SIX_Y, atol=1e-6)
    i, j = np.array([0, 2, 1]), np.array([1, 3, 4])
    np.testing.assert_allclose(fit.link_probability(i, j), [0.500647, 0.704844, 0.211801], atol=1e-6)
    np.testing.assert_allclose(fit.expected_weight(i, j), [4.912506, 2.052725, 1.258873], atol=1e-6)
    np.testing.assert_allclose(np.sqrt(fit.variance(i, j)), [8.207366, 2.385361, 3.481515], atol=1e-6)
    np.testing.assert_allclose(fit.upper_tail(i[:2], j[:2], [9, 6]), [0.211875, 0.086039], atol=1e-6)


def test_degenerate_oracle(degenerate):
    fit = fit_ecm(degenerate)
    assert fit.converged
    assert fit.is_boundary
    assert fit.log_likelihood == pytest.approx(-13.790841, abs=1e-6)
    np.testing.assert_array_equal(fit.link_probability([0, 0, 2, 1], [2, 3, 3, 4]), [1, 1, 1, 0])
    assert fit.link_probability(0, 1) == pytest.approx(0.724578, abs=1e-6)


def test_all_real_years_to_1e_10(real_years):
    assert len(real_years) == 17
    for year, weights in real_years.items():
        fit = fit_ecm(weights)
        assert fit.converged, year
        assert fit.max_relative_error <= 1e-10, year
        assert recomputed_error(fit) <= 1e-10, year
        assert (fit.beta < 0).sum() == 1, "in every real year exactly one hub has y above 1"


def test_sparse_and_dense_and_constraints_agree(six_nodes):
    dense, thin = fit_ecm(six_nodes), fit_ecm(sparse.csr_array(six_nodes))
    margins = fit_ecm_constraints((six_nodes > 0).sum(axis=1), six_nodes.sum(axis=1))
    for fit in (thin, margins):
        np.testing.assert_array_equal(fit.gamma, dense.gamma)
        np.testing.assert_array_equal(fit.beta, dense.beta)


def test_nodes_without_links_stay_and_have_no_weight(six_nodes):
    padded = np.zeros((8, 8), dtype=int)
    padded[np.ix_([0, 2, 3, 4, 6, 7], [0, 2, 3, 4, 6, 7])] = six_nodes
    fit = fit_ecm(padded)
    assert fit.n_nodes == 8
    assert fit.link_probability(1, 2) == 0
    assert fit.expected_weight(5, 0) == 0
    assert fit.lower_tail(1, 0, 0) == 1
    assert fit.x[1] == 0
    assert np.isnan(fit.beta[1])
    np.testing.assert_allclose(fit.x[[0, 2, 3, 4, 6, 7]], SIX_X, atol=1e-6)


def test_no_loops_and_no_node_beyond_the_last(six_nodes):
    fit = fit_ecm(six_nodes)
    np.testing.assert_array_equal(fit.link_probability(np.arange(6), np.arange(6)), 0)
    with pytest.raises(IndexError, match="no node 6; expected 0 to 5"):
        fit.link_probability(0, 6)


def test_an_empty_network_has_a_fit():
    fit = fit_ecm(np.zeros((3, 3), dtype=int))
    assert fit.converged
    assert fit.log_likelihood == 0
    assert fit.expected_weight(0, 1) == 0


def test_relabelling_changes_nothing(six_nodes):
    order = np.array([3, 0, 5, 1, 4, 2])
    fit, moved = fit_ecm(six_nodes), fit_ecm(six_nodes[np.ix_(order, order)])
    i, j = np.triu_indices(6, 1)
    np.testing.assert_allclose(moved.expected_weight(i, j), fit.expected_weight(order[i], order[j]), rtol=1e-9)


def test_weights_of_one_only_are_the_configuration_model():
    ring = np.roll(np.eye(7, dtype=int), 1, axis=1)
    fit = fit_ecm(ring + ring.T)
    i, j = np.triu_indices(7, 1)
    np.testing.assert_allclose(fit.link_probability(i, j), 1 / 3, rtol=1e-10)
    np.testing.assert_array_equal(fit.upper_tail(i, j, 2), 0)
    np.testing.assert_array_equal(fit.y, 0)


def test_tails_sum_the_law(six_nodes):
    law = fit_ecm(six_nodes).law([0, 2, 1], [1, 3, 4])
    w = np.arange(0, 3000)[:, None]
    mass = law.upper_tail(w) - law.upper_tail(w + 1)
    np.testing.assert_allclose(mass.sum(axis=0), 1, rtol=1e-12)
    np.testing.assert_allclose((w * mass).sum(axis=0), law.expected_weight, rtol=1e-9)
    np.testing.assert_allclose((w**2 * mass).sum(axis=0) - law.expected_weight**2, law.variance, rtol=1e-9)
    np.testing.assert_allclose(law.lower_tail(w), np.cumsum(mass, axis=0), atol=1e-13)
    np.testing.assert_allclose(law.mid_p(w) + law.lower_mid_p(w), 1, rtol=1e-12)
    np.testing.assert_allclose(law.mid_p(w), law.upper_tail(w + 1) + mass / 2, atol=1e-15)


def test_tails_of_values_between_and_below_whole_numbers(six_nodes):
    law = fit_ecm(six_nodes).law(0, 1)
    assert law.upper_tail(2.5) == law.upper_tail(3)
    assert law.lower_tail(2.5) == law.lower_tail(2)
    assert law.upper_tail(-1) == 1
    assert law.lower_tail(-1) == 0


def test_small_tails_keep_their_digits(real_years):
    fit = fit_ecm(real_years[2021])
    strong = np.argsort(-fit.strengths)[:2]
    law = fit.law(strong[0], strong[1])
    # P(W <= 5) of a pair with an expected weight of 1e5: about 5 / mean, not a difference of two numbers near 1
    assert law.lower_tail(5) == pytest.approx(5 * float(law.rate), rel=1e-3)
    assert 0 < law.upper_tail(1e7) < 1e-20


def test_likelihood_is_a_maximum_with_the_derivatives_of_the_formulas(six_nodes):
    """Gradient and Hessian of the pair sums against finite differences of the log-likelihood of the paper."""
    k, s = (six_nodes > 0).sum(axis=1), six_nodes.sum(axis=1)
    problem = _Problem(classes_of(k, s), None)
    rng = np.random.default_rng(5)
    n = problem.k.size
    gamma, beta = rng.normal(0.5, 0.3, n), rng.uniform(0.1, 0.6, n)

    def negative_log_likelihood(z):
        g, b = z[:n], z[n:]
        total = float(problem.size @ (problem.k * g + problem.e * b))
        for c in range(n):
            for d in range(c, n):
                pairs = problem.size[c] * (problem.size[c] - 1) / 2 if c == d else problem.size[c] * problem.size[d]
                rate = b[c] + b[d]
                total += pairs * np.log1p(np.exp(-g[c] - g[d]) / -np.expm1(-rate))
        return total

    z = np.concatenate([gamma, beta])
    blocks = [np.zeros((n, n)) for _ in range(3)]
    at = problem.point(gamma, beta)
    sums = kernels.pair_sums(*problem.arguments(at), *blocks)
    gradient = -np.concatenate(problem.residual(sums))
    step = 1e-5
    units = np.eye(2 * n) * step
    numeric = [(negative_log_likelihood(z + u) - negative_log_likelihood(z - u)) / (2 * step) for u in units]
    np.testing.assert_allclose(gradient, numeric, rtol=1e-7, atol=1e-8)

    def gradient_at(point):
        at = problem.point(point[:n], point[n:])
        return -np.concatenate(problem.residual(problem.state(at, blocks=False).sums))

    for direction in np.eye(2 * n):
        out = np.zeros(n), np.zeros(n)
        for stored in (blocks, [np.zeros((1, 1))] * 3):
            arguments = problem.arguments(at)
            kernels.hessian_product(*arguments, *stored, sums, direction[:n], direction[n:], *out)
            numeric = (gradient_at(z + step * direction) - gradient_at(z - step * direction)) / (2 * step)
            np.testing.assert_allclose(np.concatenate(out), numeric, rtol=1e-6, atol=1e-7)


def test_thousands_of_nodes_share_classes_and_fit():
    rng = np.random.default_rng(11)
    n = 800
    fitness = rng.pareto(1.2, n) + 0.05
    rate = np.triu(np.minimum(np.outer(fitness, fitness) / 40, 5e3), 1)
    weights = rng.poisson(rate * rng.exponential(1.0, rate.shape))
    fit = fit_ecm(weights + weights.T)
    assert fit.max_relative_error <= 1e-10
    linked = np.flatnonzero(fit.degrees)
    assert fit.of_node.max() + 1 < linked.size, "equal nodes are fitted once"
    node = linked[fit.degrees[linked].argmax()]
    others = np.delete(np.arange(n), node)
    assert fit.expected_weight(node, others).sum() == pytest.approx(fit.strengths[node], rel=1e-10)
