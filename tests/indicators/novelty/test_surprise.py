from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.errors import IndicatorError
from isthmus.indicators.novelty.chains import PRIORS, fit_chain
from isthmus.indicators.novelty.mixture import Mixture, fit, random_start, step
from isthmus.indicators.novelty.sets import node_sets
from isthmus.indicators.novelty.shuffles import shuffled, told_apart
from isthmus.indicators.novelty.surprise import fit_surprise, hit_shares

SIX = node_sets([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], [0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 0, 2], [2000] * 6)
NONE = np.zeros(4)


def six():
    chance = np.array([[0.45, 0.05], [0.45, 0.05], [0.05, 0.45], [0.05, 0.45]])
    return SIX.of(np.arange(6)), Mixture(chance, np.array([0.5, 0.5]), np.zeros((4, 2)), np.nan, 0)


def test_rates_of_six_sets():
    sets, mixture = six()
    rate, popularity = mixture.log_rates(sets, np.array([1 / 3, 1 / 4, 1 / 4, 1 / 6]))
    assert np.exp(rate) == pytest.approx([0.1025] * 5 + [0.0225])
    assert np.exp(rate - popularity) == pytest.approx([1.23, 1.23, 1.23, 2.46, 2.46, 0.27])


def test_one_step_of_six_sets():
    sets, mixture = six()
    after = step(sets, mixture, NONE)
    assert after.log_likelihood == pytest.approx(-15.183703, abs=1e-6)
    assert after.counts[:, 0] == pytest.approx([3.46341, 2.96341, 0.52439, 0.02439], abs=1e-5)
    assert after.counts[:, 1] == pytest.approx([0.53659, 0.03659, 2.47561, 1.97561], abs=1e-5)
    assert after.weight == pytest.approx([0.581301, 0.418699], abs=1e-6)
    assert after.chance[:, 0] == pytest.approx([0.496504, 0.424825, 0.075175, 0.003497], abs=1e-6)
    assert step(sets, after, NONE).log_likelihood == pytest.approx(-14.437907, abs=1e-6)


def by_hand(sets, mixture, power):
    """Expected counts and weights, set by set, in plain products."""
    counts, weights, total = np.zeros_like(mixture.chance), np.zeros_like(mixture.weight), 0.0
    for begin, end in zip(sets[0][:-1], sets[0][1:], strict=True):
        rates = mixture.weight * np.prod(mixture.chance[sets[1][begin:end]], axis=0)
        odds = rates**power / (rates**power).sum()
        total += np.log(rates.sum())
        weights += odds
        for node in sets[1][begin:end]:
            counts[node] += odds
    return counts, weights, total


def random_sets(seed, papers, nodes, most=5):
    rng = np.random.default_rng(seed)
    size = rng.integers(2, most + 1, papers)
    return node_sets(np.repeat(np.arange(papers), size), rng.integers(0, nodes, size.sum()), np.full(papers, 2000))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 30),
    st.integers(2, 12),
    st.integers(1, 24),
    st.sampled_from([1.0, 0.25]),
    st.sampled_from([1, 8]),  # with chances far apart few groups are likely for a set, and the others are passed over
)
@example(0, 3, 6, 16, 1.0, 8)
def test_a_step_is_the_definition(seed, papers, nodes, groups, power, apart):
    sets = random_sets(seed, papers, nodes, most=9)
    some = sets.of(np.flatnonzero(np.diff(sets.set_at)))
    number = sets.names.size
    rng = np.random.default_rng(seed)
    start = random_start(rng.dirichlet(np.ones(number)), groups, rng)
    start = replace(start, chance=start.chance**apart / (start.chance**apart).sum(axis=0))
    prior, earlier = rng.random(number), rng.random((number, groups))
    after = step(some, start, prior, earlier=earlier, power=power)
    counts, weights, total = by_hand(some, start, power)
    assert after.log_likelihood == pytest.approx(total)
    assert after.counts == pytest.approx(counts + earlier)
    drawn = counts + earlier + prior[:, None]
    assert after.chance == pytest.approx(drawn / drawn.sum(axis=0))
    assert after.weight == pytest.approx((weights + 1) / (weights + 1).sum())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(2, 10), st.integers(1, 4), st.booleans())
def test_the_likelihood_rises_at_each_step(seed, papers, nodes, groups, with_prior):
    sets = random_sets(seed, papers, nodes)
    some, number = sets.of(np.arange(papers)), sets.names.size
    rng = np.random.default_rng(seed)
    mixture = random_start(np.full(number, 1 / number), groups, rng)
    prior = rng.random(number) + 0.1 if with_prior else np.zeros(number)
    earlier = rng.random((number, groups)) if with_prior else np.zeros((number, groups))
    reached = []
    for _ in range(15):
        after = step(some, mixture, prior, earlier=earlier)
        with np.errstate(divide="ignore"):
            logs, weights = np.log(mixture.chance), np.log(mixture.weight)
        # with a prior what rises is the posterior: the likelihood and the logarithm of the prior
        penalty = ((prior[:, None] + earlier) * logs).sum() + weights.sum() if with_prior else 0.0
        reached.append(after.log_likelihood + penalty)
        mixture = after
    assert (np.diff(reached) > -1e-9 * (1 + np.abs(reached[0]))).all()


def planted(papers, nodes=600, groups=5, seed=0, years=2, mean=7):
    """Sets of known groups; and the chances of the nodes."""
    rng = np.random.default_rng(seed)
    chance = (1 / np.arange(1, nodes + 1) ** 0.6)[:, None] * rng.dirichlet(np.full(groups, 0.1), nodes)
    chance /= chance.sum(axis=0)
    size = 2 + rng.poisson(mean - 2, papers)
    group = np.repeat(rng.integers(0, groups, papers), size)
    node = np.empty(group.size, dtype=np.int64)
    for d in range(groups):
        node[group == d] = rng.choice(nodes, (group == d).sum(), p=chance[:, d])
    return np.repeat(np.arange(papers), size), node, 2000 + rng.integers(0, years, papers), chance


def test_a_planted_mixture_is_recovered():
    paper, node, year, chance = planted(6000)
    found = fit_surprise(paper, node, year, groups=5, starts=3, check=True)
    sets = node_sets(paper, node, year)
    owner = np.repeat(np.arange(year.size), np.diff(sets.set_at))
    logs = np.zeros((year.size, 5))
    np.add.at(logs, owner, np.log(np.maximum(chance, 1e-300))[sets.names[sets.nodes]])
    truth = -np.logaddexp.reduce(logs, axis=1)
    for size in (5, 6, 7):
        alike = (found.size == size) & (found.year == 2001)
        assert stats.spearmanr(truth[alike], found.rank[alike]).statistic > 0.9
    (check,) = found.checks
    assert check.year == 2001
    assert check.surprise > 0.9
    assert check.lift > 0.95
    assert abs(check.popularity - 0.5) < 0.03
    assert found.best == np.argmax(found.log_likelihood)
    assert np.array_equal(found.lift, found.lift_by_start[found.best], equal_nan=True)


def test_the_first_year_and_sets_that_combine_nothing_have_no_surprise():
    paper = [0, 0, 1, 1, 2, 2, 3, 4, 4, 4, 5, 5]
    node = [1, 2, 1, 2, 1, 2, 1, 1, 2, 3, 7, 7]
    found = fit_surprise(paper, node, [2000, 2000, 2000, 2001, 2001, 2001, -1], groups=1, starts=1, most=2)
    assert found.size.tolist() == [2, 2, 2, 1, 3, 1, 0]
    assert np.isnan(found.surprise).all()  # too few, too many, one node twice, no node
    later = fit_surprise(
        [*paper, 6, 6], [*node, 1, 2], [2000, 2000, 2000, 2001, 2001, 2001, 2003], groups=1, starts=2, prior=1e-9
    )
    assert np.isnan(later.surprise[[0, 1, 2, 3, 5]]).all()
    assert later.n_rare.tolist() == [0, 0, 0, 0, 1, 0, 0]  # node 3 was never seen before
    # three of the year 2000, faded to 0.9, and one of 2001 for each of both nodes; one of the rare one
    assert later.surprise[6] == pytest.approx(-2 * np.log(1.9 / 4.8), rel=1e-9)
    assert later.rank[6] == 0.5


def test_one_group_is_popularity_alone():
    paper, node, year, _ = planted(2000, groups=1, years=3)
    found = fit_surprise(paper, node, year, groups=1, starts=1, prior=1e-6)
    later = found.year > 2000
    assert found.lift[later & (found.size >= 2)] == pytest.approx(0, abs=1e-6)


def test_rare_nodes_share_one_chance():
    paper = np.repeat(np.arange(6), 2)
    node = [1, 2, 1, 2, 1, 3, 1, 4, 1, 3, 1, 9]
    sets = node_sets(paper, node, [2000, 2000, 2000, 2001, 2001, 2001])
    chain = fit_chain(sets, 0, groups=1, prior=1e-9)
    assert chain.rare.tolist() == [0, 0, 0, 1, 1, 1]
    # of six occurrences three are of node 1, three of the rare ones
    assert np.exp(chain.log_rate[3:]) == pytest.approx([0.25] * 3)


def test_earlier_years_fade_and_years_without_sets_pass_on():
    paper, node = np.repeat(np.arange(8), 2), [1, 2] * 3 + [3, 4] * 3 + [1, 2, 3, 4]
    year = [2000] * 3 + [2001] * 3 + [2002] * 2
    chain = fit_chain(node_sets(paper, node, year), 0, groups=1, prior=1e-9, seen=1)
    old, new = 3 * 0.3, 3.0
    total = 2 * (old + new)
    assert np.exp(chain.log_rate[6:]) == pytest.approx([(old / total) ** 2, (new / total) ** 2])
    skipped = fit_chain(node_sets(paper, node, [*year[:6], 2009, 2009]), 0, groups=1, prior=1e-9, seen=1)
    assert skipped.log_rate[6:] == pytest.approx(chain.log_rate[6:])
    assert chain.years.tolist() == [2000, 2001, 2002]


def test_a_model_does_not_know_its_own_year_or_later_ones():
    paper, node, year, _ = planted(1500, years=4)
    whole = fit_chain(node_sets(paper, node, year), 1, groups=4)
    early = year[paper] < 2003
    part = fit_chain(node_sets(paper[early], node[early], year), 1, groups=4)
    assert np.array_equal(part.log_rate[year < 2003], whole.log_rate[year < 2003], equal_nan=True)
    assert set(whole.prior) <= set(PRIORS)


def test_groups_that_cannot_part_in_a_small_year_part_later():
    paper, node, year, _ = planted(3000, years=3)
    first = np.flatnonzero(year == 2000)
    year[first[12:]] = 2001  # a dozen sets in the first year
    (_, check) = fit_surprise(paper, node, year, groups=5, starts=2, check=True).checks
    assert check.lift > 0.9


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_order_of_rows_and_papers_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    paper, node, year, _ = planted(200, nodes=30, seed=seed, years=3, mean=4)
    first = fit_surprise(paper, node, year, groups=2, starts=1, prior=10.0)
    order, moved = rng.permutation(paper.size), rng.permutation(200)
    moved_year = np.empty_like(year)
    moved_year[moved] = year
    second = fit_surprise(moved[paper[order]], node[order], moved_year, groups=2, starts=1, prior=10.0)
    assert second.surprise[moved] == pytest.approx(first.surprise, nan_ok=True, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(4, 40))
def test_shuffled_sets_keep_sizes_and_popularity(seed, papers, nodes):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 5, papers)
    given_sets = node_sets(
        np.repeat(np.arange(papers), sizes),
        np.concatenate([rng.choice(nodes, size, replace=False) for size in sizes]),
        rng.integers(2000, 2002, papers),
    )
    other = shuffled(given_sets, seed)
    assert np.array_equal(other.set_at, given_sets.set_at)
    owner = np.repeat(np.arange(papers), np.diff(other.set_at))
    for year in (2000, 2001):
        of_year = given_sets.year[owner] == year
        assert np.array_equal(np.sort(other.nodes[of_year]), np.sort(given_sets.nodes[of_year]))
    twice = owner.size - np.unique(np.stack([owner, other.nodes]), axis=1).shape[1]
    before = papers if nodes < 12 or papers < 12 else 0  # a tiny year may have no other place
    assert twice <= before


def test_told_apart_is_the_chance_of_a_higher_score():
    real, other = np.array([1.0, 3, 3, 9, np.nan]), np.array([2.0, 3, 1, 0, 5])
    size = np.array([2, 2, 2, 5, 5])
    wins = [(r > o) + (r == o) / 2 for r in real[:3] for o in other[:3]]
    assert told_apart(real, other, size) == pytest.approx((3 * np.mean(wins) + 1) / 4)
    assert np.isnan(told_apart(np.array([np.nan]), np.array([1.0]), np.array([2])))


def test_shares_of_hits_by_start():
    year = np.repeat([2000, 2001], 100)
    first, second = np.arange(200.0), -np.arange(200.0)
    group = np.where(np.arange(200) % 100 < 50, 0, 1)
    shares = hit_shares(np.stack([first, second, np.full(200, np.nan)]), year, group)
    assert shares[:2].tolist() == [[0, 1], [1, 0]]
    assert np.isnan(shares[2]).all()
    nowhere = np.where(year == 2001, -1, group)
    assert hit_shares(first[None], year, nowhere).tolist() == [[0, 0.5]]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([0], [1, 2], [2000]), {}, "one equal length"),
        (([3], [1], [2000]), {}, "expected 0 to 0"),
        (([0], [1], [2000]), {"groups": 0}, "groups is 0"),
        (([0], [1], [2000]), {"prior": 0.0}, "above 0"),
        (([0], [1], [2000]), {"starts": 0}, "starts is 0"),
    ],
)
def test_errors_say_what_and_where(arguments, options, message):
    with pytest.raises(IndicatorError, match=message):
        fit_surprise(*arguments, **options)


def test_no_set_at_all():
    found = fit_surprise([], [], [2000, 2001], check=True)
    assert np.isnan(found.surprise).all()
    assert found.checks == ()
    assert set(found.columns()) == {"year", "size", "surprise", "rank", "lift", "n_rare"}


def test_later_years_go_on_without_annealing():
    sets = random_sets(1, 60, 8)
    some, number = sets.of(np.arange(60)), sets.names.size
    start = random_start(np.full(number, 1 / number), 2, np.random.default_rng(0))
    annealed = fit(some, start, np.full(number, 0.5), steps=200)
    again = fit(some, annealed, np.full(number, 0.5), steps=200)
    assert again.steps - annealed.steps <= 3
    assert again.chance == pytest.approx(annealed.chance, abs=1e-2)
