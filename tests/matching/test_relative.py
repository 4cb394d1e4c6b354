"""Differences in percent: the toy by hand, the bootstrap, an experiment repeated, and what cannot be said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.errors import MatchingError
from isthmus.matching.effects import effect
from isthmus.matching.relative import relative
from isthmus.matching.resampling import bootstrap, matched_values
from isthmus.matching.strata import stratify
from isthmus.matching.sums import block_sums


def student(*parts):
    """Half the interval of a logarithm: parts are (relative variance, degrees of freedom)."""
    total = sum(part for part, _ in parts)
    freedom = total**2 / sum(part**2 / degrees for part, degrees in parts)
    return stats.t(freedom).ppf(0.975) * np.sqrt(total)


def test_the_toy_by_hand(toy):
    found = relative(block_sums(*toy))
    mean_t, mean_c, mean_w = 19 / 3, 15 / 4, 10 / 3
    assert found.plain.value == pytest.approx(68.888889, abs=1e-6)
    assert found.weighted.value == pytest.approx(90.0)
    variances = np.var([4, 6, 9], ddof=1) / 3, np.var([3, 2, 3, 7], ddof=1) / 4
    half = student((variances[0] / mean_t**2, 2), (variances[1] / mean_c**2, 3))
    assert found.plain.low == pytest.approx(100 * (mean_t / mean_c * np.exp(-half) - 1))
    # too few units tell a variance within strata: A has weight 8/3 for C(3), B 4/9 for C(2, 3, 7)
    treated = np.var([4, 6, 9], ddof=1) / 3
    weight, y = np.array([8 / 3, 4 / 9, 4 / 9, 4 / 9]), np.array([3, 2, 3, 7])
    control = (weight**2 * (y - mean_w) ** 2).sum() / 4 / 3
    half = student((treated / mean_t**2, 2), (control / mean_w**2, 3))
    assert found.weighted.high == pytest.approx(100 * (mean_t / mean_w * np.exp(half) - 1))


def test_variances_are_those_within_strata_where_units_tell_them():
    rng = np.random.default_rng(3)
    stratum, treated = rng.integers(0, 6, 600), rng.random(600) < 0.4
    y = rng.poisson(3 + 4 * stratum)
    found, whole = relative(block_sums(stratum, treated, y)).weighted, effect(block_sums(stratum, treated, y))
    parts = []
    for side, mean in ((treated, whole.mean_treated), (~treated, whole.mean_control_weighted)):
        share = [(treated & (stratum == s)).sum() / treated.sum() for s in range(6)]
        own = [y[side & (stratum == s)] for s in range(6)]
        variance = sum(a**2 * np.var(values, ddof=1) / len(values) for a, values in zip(share, own, strict=True))
        parts.append((variance / mean**2, side.sum() - 6))
    half = student(*parts)
    ratio = whole.mean_treated / whole.mean_control_weighted
    assert (found.low, found.high) == pytest.approx(
        (100 * (ratio / np.exp(half) - 1), 100 * (ratio * np.exp(half) - 1))
    )
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(np.log(ratio)) / (half / stats.norm.ppf(0.975))), rel=0.2)


def test_the_plain_interval_is_that_of_the_bootstrap():
    rng = np.random.default_rng(1)
    stratum, treated = rng.integers(0, 12, 4_000), rng.random(4_000) < 0.2
    y = rng.negative_binomial(1, 0.2, 4_000).astype(float)
    drawn = bootstrap(matched_values(treated, y, stratify(stratum, treated).unit_weights(treated)), rng, 4_000)
    found = relative(block_sums(stratum, treated, y)).plain
    assert (found.low, found.high) == pytest.approx(drawn.interval("percent"), abs=1.2)


def test_intervals_cover_what_is_true_in_repeated_experiments():
    """Citations of a skewed law, strata of unlike means, an effect of 30 percent on the treated."""
    rng, covered, draws = np.random.default_rng(7), np.zeros(2), 400
    mean = np.exp(np.linspace(0, 1.5, 20))
    for _ in range(draws):
        stratum = rng.integers(0, 20, 3_000)
        treated = rng.random(3_000) < 0.1 + 0.02 * stratum
        y = rng.poisson(mean[stratum] * np.where(treated, 1.3, 1.0) * rng.gamma(1.0, 1.0, 3_000))
        found = relative(block_sums(stratum, treated, y))
        covered += [found.plain.low < 30 < found.plain.high, found.weighted.low < 30 < found.weighted.high]
    low, high = stats.binom.interval(0.999, draws, 0.95)
    assert low <= covered[1] <= high
    assert covered[0] < 40, "the plain difference is confounded"


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 9)), min_size=1, max_size=40), st.integers(2, 5)
)
def test_a_change_of_unit_changes_nothing(rows, times):
    stratum, treated, y = (np.array(values) for values in zip(*rows, strict=True))
    sums = block_sums(stratum, treated, y)
    if not sums.both.any():
        with pytest.raises(MatchingError, match="no stratum has both arms"):
            relative(sums)
        return
    found, scaled = relative(sums), relative(block_sums(stratum, treated, times * y))
    for one, two in ((found.plain, scaled.plain), (found.weighted, scaled.weighted)):
        assert (one.value is None) == (two.value is None)
        assert (one.low is None) == (two.low is None)
        if one.low is not None:
            assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high), rel=1e-6, abs=1e-6)
            assert one.low <= one.value <= one.high
    whole = effect(sums)
    assert found.plain.value == pytest.approx(whole.percent)
    assert found.weighted.value == pytest.approx(whole.percent_weighted)


def test_the_p_value_is_that_of_the_interval(toy):
    sums = block_sums(*toy)
    p = relative(sums).plain.p
    assert relative(sums, level=1 - p).plain.low == pytest.approx(0.0, abs=1e-8)


def test_a_few_treated_units_are_covered_all_the_same():
    """Twelve treated units, hardly two in a stratum: intervals hold what is true at least as often as they say."""
    rng, covered, draws = np.random.default_rng(5), 0, 300
    mean = np.exp(rng.normal(0.5, 0.4, 40))
    for _ in range(draws):
        stratum = np.concatenate([rng.integers(0, 40, 12), rng.integers(0, 40, 600)])
        treated = np.arange(612) < 12
        found = relative(block_sums(stratum, treated, rng.poisson(mean[stratum]))).weighted
        covered += found.low is not None and found.low < 0 < found.high
    assert covered >= stats.binom.ppf(0.01, draws, 0.95)


def test_what_cannot_be_said():
    nothing = relative(block_sums([0, 0, 0], [1, 0, 0], [5, 0, 0]))
    assert nothing.plain.value is nothing.weighted.value is None, "the controls' mean is 0"
    alone = relative(block_sums([0, 0, 0], [1, 0, 0], [5, 1, 2]))
    assert alone.plain.value == pytest.approx(100 * 3.5 / 1.5)
    assert alone.plain.low is alone.weighted.low is None, "one treated unit"
    assert relative(block_sums([0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 2])).plain.low is None, "a mean of 0"
    with pytest.raises(MatchingError, match="was taken off"):
        relative(block_sums([0, 0], [1, 0], [1.5, 1.0], centre=1.0))
