"""The null model `papers`: the literal oracle, enumeration of all sets, boundary cases, drawn papers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.nullmodels.paper_blocks import blocks_of
from isthmus.nullmodels.paper_layers import counts_of_incidence
from isthmus.nullmodels.papers import expected_papers, fit_papers, sample_papers

FOUR = ([9, 7, 4, 2], [0, 4, 6, 2])


@st.composite
def some_papers(draw):
    n = draw(st.integers(1, 5))
    sets = draw(st.lists(st.sets(st.integers(0, n - 1), min_size=1), min_size=1, max_size=9))
    incidence = np.zeros((len(sets), n), dtype=int)
    for row, countries in enumerate(sets):
        incidence[row, list(countries)] = 1
    return incidence


def test_four_countries():
    fit = fit_papers(*FOUR)
    np.testing.assert_allclose(fit.x, [0.545754, 0.286528, 0.116574, 0.051144], atol=5e-7)
    law = fit.law([0, 0, 1, 2], [1, 2, 2, 3])
    np.testing.assert_allclose(law.expected_weight, [4.789350, 2.641905, 1.942273, 0.436678], atol=5e-7)
    np.testing.assert_allclose(np.sqrt(law.variance)[:2], [1.328776, 1.194403], atol=5e-7)
    assert fit.law(*np.triu_indices(4, 1)).expected_weight.sum() == pytest.approx(12, rel=1e-14)
    assert (fit.status, fit.converged, fit.is_boundary) == ("converged", True, False)
    assert fit.max_relative_error < 1e-12


@settings(max_examples=60, deadline=None)
@given(some_papers())
def test_every_small_case_is_that_of_listed_sets(by_hand, incidence):
    m, n, _ = counts_of_incidence(incidence)
    fit = fit_papers(m, n)
    assert fit.converged
    number = m.size
    of_country = np.zeros(number)
    for at, k in enumerate(fit.counts.sizes):
        sets, probabilities = by_hand.sets_of(fit, k)
        pairs, single = np.zeros((number, number)), np.zeros(number)
        for s, p in zip(sets, probabilities, strict=True):
            single[list(s)] += p
            pairs[np.ix_(s, s)] += p
        np.fill_diagonal(pairs, 0)
        np.testing.assert_allclose(fit.inclusion[:, at], single, atol=1e-9)
        i, j = np.indices((number, number)).reshape(2, -1)
        np.testing.assert_allclose(fit.pair_probabilities(i, j)[:, at], pairs.ravel(), atol=1e-9)
        of_country += single * fit.counts.papers[at]
    np.testing.assert_allclose(of_country, m, rtol=1e-8)


@settings(max_examples=60, deadline=None)
@given(some_papers(), st.integers(0, 2**32 - 1))
def test_no_fugacities_make_the_papers_likelier(incidence, seed):
    m, n, _ = counts_of_incidence(incidence)
    fit = fit_papers(m, n)
    if fit.converged:
        log_x = np.random.default_rng(seed).normal(0, 3, m.size)
        likelihood = m @ log_x - sum(
            number * np.log(np.poly(-np.exp(log_x))[k]) for k, number in enumerate(n) if number
        )
        assert likelihood <= fit.log_likelihood + 1e-8


@settings(max_examples=30, deadline=None)
@given(some_papers(), st.randoms(use_true_random=False))
def test_the_order_of_countries_does_not_matter(incidence, random):
    order = list(range(incidence.shape[1]))
    random.shuffle(order)
    m, n, _ = counts_of_incidence(incidence)
    i, j = np.triu_indices(m.size, 1)
    one, other = fit_papers(m, n), fit_papers(m[order], n)
    at = np.argsort(order)
    np.testing.assert_allclose(
        other.law(at[i], at[j]).expected_weight, one.law(i, j).expected_weight, rtol=1e-8, atol=1e-12
    )


def test_the_law_of_a_pair_is_that_of_its_papers_one_by_one(by_hand):
    fit = fit_papers(*FOUR)
    for c, d in ((0, 1), (2, 3)):
        law = by_hand.weight_law(fit, c, d, FOUR[1])
        w = np.arange(law.size)
        tails = fit.law(np.full(w.size, c), np.full(w.size, d)).tails(w)
        np.testing.assert_allclose(tails.upper[:9], np.cumsum(law[::-1])[::-1][:9], rtol=1e-9)
        np.testing.assert_allclose(tails.lower, np.cumsum(law), rtol=1e-9)
        np.testing.assert_allclose(tails.upper[9:], 0, atol=1e-30)  # only 8 papers have two countries


def test_a_country_on_every_paper():
    fit = fit_papers([5, 3, 2], [0, 0, 5])
    law = fit.law([0, 0, 1], [1, 2, 2])
    np.testing.assert_allclose(law.expected_weight, [3, 2, 0], atol=1e-12)
    np.testing.assert_allclose(law.variance, [5 * 0.6 * 0.4, 5 * 0.6 * 0.4, 0])
    assert fit.is_boundary


def test_a_country_on_all_papers_of_two_or_more():
    inner = fit_papers([4, 3, 1, 1], [0, 1, 4])  # it might have been on the single one, too: nothing is certain
    assert not inner.is_boundary
    assert inner.inclusion[0, 1] < 1
    both = fit_papers([5, 4, 2, 1], [0, 3, 0, 3])
    np.testing.assert_allclose(both.inclusion, [[2 / 3, 1], [1 / 3, 1], [0, 2 / 3], [0, 1 / 3]])
    law = both.law([0, 0, 2], [1, 2, 3])
    np.testing.assert_allclose(law.expected_weight, [3, 2, 0], atol=1e-12)
    np.testing.assert_allclose(law.variance, [0, 3 * 2 / 9, 0], atol=1e-12)


def test_single_countries_whole_papers_and_countries_without():
    alone = fit_papers([3, 1, 0], [0, 4])
    np.testing.assert_allclose(alone.x, [0.75, 0.25, 0])
    assert alone.law([0], [1]).expected_weight[0] == 0
    whole = fit_papers([4, 4, 4], [0, 0, 0, 4])
    np.testing.assert_allclose(whole.law([0, 0, 1], [1, 2, 2]).expected_weight, 4)
    np.testing.assert_allclose(whole.law([0], [1]).tails([4]).upper, 1)
    one = fit_papers([7], [0, 7])
    assert (one.status, one.max_relative_error, one.iterations) == ("converged", 0.0, 0)
    assert fit_papers(*FOUR).law([1], [1]).expected_weight[0] == 0


def test_equal_countries_have_equal_fugacities(by_hand):
    fit = fit_papers([6, 4, 4, 2], [0, 0, 5, 2])
    assert fit.x[1] == fit.x[2]
    law = fit.law([0, 0, 1, 1, 2], [1, 2, 2, 3, 3])
    assert law.expected_weight[0] == pytest.approx(law.expected_weight[1], rel=1e-14)
    assert law.expected_weight[3] == pytest.approx(law.expected_weight[4], rel=1e-14)
    assert law.expected_weight[2] == pytest.approx(
        sum(n * by_hand.pair_probability(fit, 1, 2, k) for k, n in ((2, 5), (3, 2))), rel=1e-12
    )


def test_sizes_far_apart_do_not_meet_in_one_sum():
    """Papers of 1 and of 350 among 400 countries: under no common scale are both polynomials within floating point."""
    log_x = np.linspace(0, -25, 400)
    blocks = list(blocks_of(log_x, np.array([1, 2, 3, 200, 350])))
    assert len(blocks) > 1
    assert np.concatenate([b.sizes for b in blocks]).tolist() == [1, 2, 3, 200, 350]
    rng = np.random.default_rng(2)
    incidence = rng.random((3000, 400)) < np.exp(-np.arange(400) * 0.1)
    large = rng.random((6, 400)) < np.where(np.arange(400) < 330, 0.97, 0.4)
    m, n, _ = counts_of_incidence(np.vstack([incidence, large]))
    fit = fit_papers(m, n)
    assert fit.converged
    i = np.array([0, 3, 120, 398])
    by_size = fit.pair_probabilities(np.repeat(i, 400), np.tile(np.arange(400), 4)).reshape(4, 400, -1).sum(axis=1)
    np.testing.assert_allclose(by_size, fit.inclusion[i] * (fit.counts.sizes - 1), rtol=1e-9, atol=1e-13)


def test_the_error_is_computed_apart_from_the_solver():
    fit = fit_papers(*FOUR)
    np.testing.assert_allclose(expected_papers(fit.counts, fit.log_x), FOUR[0], rtol=1e-12)
    moved = fit.log_x + np.array([0.1, 0, 0, 0])
    assert expected_papers(fit.counts, moved)[0] > 9.05


def test_drawn_papers_keep_their_sizes_and_follow_the_law():
    fit = fit_papers([5, 4, 2, 1, 0], [0, 3, 0, 3])
    papers = sample_papers(fit, np.random.default_rng(1))
    assert np.diff(papers.indptr).tolist() == [1, 1, 1, 3, 3, 3]
    m, n = np.array(FOUR[0]) * 3000, np.array(FOUR[1]) * 3000
    large = fit_papers(m, n)
    drawn = sample_papers(large, np.random.default_rng(2))
    again = sample_papers(large, np.random.default_rng(2))
    assert (drawn != again).nnz == 0
    of_country, of_size, weights = counts_of_incidence(drawn)
    assert of_size.tolist() == n.tolist()
    i, j = np.triu_indices(4, 1)
    law = large.law(i, j)
    z = (weights.toarray()[i, j] - law.expected_weight) / np.sqrt(law.variance)
    assert np.abs(z).max() < 4
    assert np.abs(of_country - m).max() < 4 * np.sqrt(m.max())
