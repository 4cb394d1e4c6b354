from itertools import product

import numpy as np
import pytest
from tests.matching.conftest import weights_by_hand

from isthmus.errors import MatchingError
from isthmus.matching.effects import effect
from isthmus.matching.resampling import bootstrap, dealt_anew, matched_values, permutation_p, strata_bootstrap
from isthmus.matching.strata import stratify
from isthmus.matching.sums import block_sums


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_distinct_values_of_the_toy(toy):
    stratum, treated, y = toy
    values = matched_values(treated, y, weights_by_hand(stratum, treated))
    assert values.count.sum() == 7
    assert sorted(values.y[values.treated].tolist()) == [4, 6, 9]
    twice = matched_values(np.tile(treated, 2), np.tile(y, 2), np.tile(weights_by_hand(stratum, treated), 2))
    assert twice.count.tolist() == (2 * values.count).tolist()
    counted = matched_values(treated, y, weights_by_hand(stratum, treated), np.full(10, 2))
    assert counted.count.tolist() == twice.count.tolist()


def test_the_resampled_law_is_that_of_all_resamples(toy):
    stratum, treated, y = toy
    w = weights_by_hand(stratum, treated)
    t, c, wc = y[treated & (w > 0)], y[~treated & (w > 0)], w[~treated & (w > 0)]
    means_t = np.array([np.mean(some) for some in product(t, repeat=3)])
    picks = np.array(list(product(range(4), repeat=4)))
    means_c, means_w = c[picks].mean(axis=1), (wc * c)[picks].sum(axis=1) / wc[picks].sum(axis=1)
    found = bootstrap(matched_values(treated, y, w), rng(), 200_000)
    for mine, two, base in (
        (found.difference, means_c, 1),
        (found.satt, means_w, 1),
        (found.percent, means_c, means_c / 100),
        (found.percent_weighted, means_w, means_w / 100),
    ):
        exact = ((means_t[:, None] - two) / base).ravel()
        for share in (0.025, 0.25, 0.5, 0.975):
            # the law is discrete: the share drawn up to a quantile is its share in the enumeration
            at = np.quantile(exact, share)
            assert np.mean(mine <= at + 1e-9) == pytest.approx(np.mean(exact <= at + 1e-9), abs=0.005)


def test_draws_in_turns_are_the_same_draws(toy, monkeypatch):
    stratum, treated, y = toy
    values = matched_values(treated, y, weights_by_hand(stratum, treated))
    whole = bootstrap(values, rng(1), 50)
    assert whole.satt.size == 50
    low, high = whole.interval()
    assert low <= np.median(whole.satt) <= high
    assert bootstrap(values, rng(1), 50).satt.tolist() == whole.satt.tolist()
    monkeypatch.setattr("isthmus.matching.resampling.CELLS_AT_ONCE", 8)
    assert np.std(bootstrap(values, rng(2), 20_000).satt) == pytest.approx(
        np.std(bootstrap(values, rng(3), 20_000).satt), rel=0.05
    )


def test_a_constant_added_to_the_outcome_changes_no_resampled_effect(toy):
    stratum, treated, y = toy
    w = weights_by_hand(stratum, treated)
    one, two = (bootstrap(matched_values(treated, values, w), rng(5), 200) for values in (y, y + 1000))
    np.testing.assert_allclose(one.satt, two.satt, atol=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_sampled_errors_within_strata_are_the_closed_forms(seed):
    draw = rng(seed)
    stratum = draw.integers(0, 12, 200)
    treated = draw.random(200) < 0.4
    y = draw.poisson(4 + stratum).astype(float)
    found = effect(block_sums(stratify(stratum, treated).of_unit, treated, y))
    sampled = strata_bootstrap(stratum, treated, y, rng(7), 20_000)
    assert sampled.std() == pytest.approx(found.bootstrap_error, rel=0.02)
    assert sampled.mean() == pytest.approx(found.satt, abs=5 * found.bootstrap_error / 20_000**0.5)
    dealt = dealt_anew(stratum, treated, y, rng(8), 20_000)
    assert dealt.std() == pytest.approx(found.estimate("permutation").error, rel=0.02)
    assert dealt.mean() == pytest.approx(0, abs=5 * dealt.std() / 20_000**0.5)
    assert permutation_p(found.satt, dealt) == pytest.approx(found.estimate("permutation").p, abs=0.02)


def test_the_toys_error_within_strata(toy):
    assert strata_bootstrap(*toy, rng(), 100_000).std() == pytest.approx(0.628539, rel=0.01)


def test_all_deals_of_a_stratum_are_equally_likely():
    dealt = dealt_anew([0, 0, 0, 0], [1, 1, 0, 0], [0.0, 1, 10, 100], rng(), 60_000)
    values, counts = np.unique(np.round(dealt, 6), return_counts=True)
    assert values.size == 6
    assert counts == pytest.approx(10_000, rel=0.05)
    assert permutation_p(54.5, np.array([54.5, -54.5, 1, 0])) == 3 / 5


def test_nothing_to_resample_is_said(toy):
    _, treated, y = toy
    with pytest.raises(MatchingError, match="an arm has no matched unit"):
        bootstrap(matched_values(treated, y, treated * 1.0), rng())
    with pytest.raises(MatchingError, match="no stratum has both arms"):
        strata_bootstrap([0, 1], [1, 0], [1, 2], rng())
    with pytest.raises(MatchingError, match="0 draws"):
        dealt_anew(*toy, rng(), 0)
    zero = bootstrap(matched_values([1, 1, 0, 0], [1, 2, 0, 0], [1, 1, 1, 1]), rng(), 10)
    assert np.isnan(zero.interval("percent")).all()
