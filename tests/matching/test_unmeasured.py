import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import MatchingError
from isthmus.matching.effects import effect
from isthmus.matching.strata import stratify
from isthmus.matching.sums import block_sums
from isthmus.matching.unmeasured import bound_sums, e_value, tipping_gamma, unmeasured

rows = st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(-4, 9)), min_size=2, max_size=14).filter(
    lambda r: any({t for s, t, _ in r if s == k} == {True, False} for k in range(3))
)


def extreme_by_hand(y, gamma, choose):
    """Largest or smallest weighted mean over all choices of weights at the ends of their range."""
    return choose(np.dot(w, y) / sum(w) for w in product([gamma, 1 / gamma], repeat=len(y)))


@settings(max_examples=60, deadline=None)
@given(rows, st.floats(1, 5))
def test_every_choice_of_weights_within_the_range(rows, gamma):
    stratum, treated, y = (np.array(column) for column in zip(*rows, strict=True))
    kept = [s for s in set(stratum.tolist()) if len(set(treated[stratum == s].tolist())) == 2]
    total, highest, lowest, m = 0.0, 0.0, 0.0, 0
    for s in kept:
        t, c = y[(stratum == s) & treated], y[(stratum == s) & ~treated]
        total, m = total + t.sum(), m + t.size
        highest += t.size * extreme_by_hand(c, gamma, max)
        lowest += t.size * extreme_by_hand(c, gamma, min)
    found = bound_sums(stratum, treated, y, (1.0, gamma))
    low, high = found.satt
    assert (low[1], high[1]) == pytest.approx(((total - highest) / m, (total - lowest) / m))
    satt = effect(block_sums(stratify(stratum, treated).of_unit, treated, y)).satt
    assert (low[0], high[0]) == pytest.approx((satt, satt))
    half = stratum == kept[0]
    if (~half).any() and len(kept) > 1:
        parts = [bound_sums(stratum[p], treated[p], y[p], (1.0, gamma)) for p in (half, ~half)]
        assert (parts[0] + parts[1]).satt[0] == pytest.approx(low)
    distinct, count = np.unique(np.column_stack([stratum, treated, y]), axis=0, return_counts=True)
    again = bound_sums(*distinct.T, (1.0, gamma), count).satt
    assert again[0] == pytest.approx(low)


def test_the_factor_at_which_an_effect_may_vanish():
    # controls 0 and 4 weigh gamma^-1 and gamma: their mean is 3 where gamma^2 = 3
    found = tipping_gamma([0, 0, 0], [1, 0, 0], [3, 0, 4])
    assert found == pytest.approx(math.sqrt(3), rel=1e-5)
    assert tipping_gamma([0, 0, 0], [1, 0, 0], [2, 0, 4]) == 1.0
    assert tipping_gamma([0, 0, 0], [1, 0, 0], [5, 0, 4]) == math.inf
    with pytest.raises(MatchingError, match="expected numbers from 1 on"):
        bound_sums([0, 0], [1, 0], [1, 2], (0.5,))


def test_e_values_of_the_paper():
    # VanderWeele and Ding (2017): a risk ratio of 3.9 has 7.26, the lower end 1.8 has 3.0; 0.8 is as far as 1.25
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.005)
    assert e_value(0.8) == pytest.approx(e_value(1.25))
    assert e_value(1.0) == 1.0
    with pytest.raises(MatchingError, match="ratio above 0"):
        e_value(0.0)


def test_e_values_of_effects(toy):
    stratum, treated, y = toy
    found = effect(block_sums(stratum, treated, y))
    mine = unmeasured(found, nonnegative=True)
    assert (mine.scale, mine.ratio) == ("ratio of means", pytest.approx(6.3333333 / 3.3333333))
    assert mine.of_estimate == pytest.approx(e_value(1.9))
    assert mine.of_interval == 1.0  # the interval holds 0
    shifted = unmeasured(effect(block_sums(stratum, treated, y - 20)), nonnegative=False)
    assert shifted.scale == "standardised difference"
    kept = y[:7]
    arm = treated[:7]
    pooled = (((kept[arm] - kept[arm].mean()) ** 2).sum() + ((kept[~arm] - kept[~arm].mean()) ** 2).sum()) / 5
    assert shifted.ratio == pytest.approx(math.exp(0.91 * 3 / pooled**0.5))
    assert unmeasured(effect(block_sums([0, 0], [1, 0], [2, 1])), nonnegative=True) is None
    strong = effect(block_sums([0] * 40, [1, 0] * 20, np.where(np.arange(40) % 2, 3.0, 9.0) + np.arange(40) % 3))
    some = unmeasured(strong, nonnegative=True)
    assert 1 < some.of_interval < some.of_estimate
    fewer = effect(block_sums([0] * 40, [0, 1] * 20, np.where(np.arange(40) % 2, 3.0, 9.0) + np.arange(40) % 3))
    less = unmeasured(fewer, nonnegative=True)
    assert 1 < less.of_interval < less.of_estimate
