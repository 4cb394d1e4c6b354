import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.conftest import weights_by_hand

from isthmus.errors import MatchingError
from isthmus.matching.balance import cell_balance, effective_sample_size, half_distance, mean_difference, strata_balance
from isthmus.matching.strata import stratify


def test_the_toy(toy):
    stratum, treated, _ = toy
    found = stratify(stratum, treated)
    balance = strata_balance(found.n_treated, found.n_control)
    assert balance.l1_before == pytest.approx(7 / 12)
    assert balance.l1_after == pytest.approx(5 / 12)
    assert balance.l1_weighted == pytest.approx(0, abs=1e-15)
    assert (balance.cells, balance.cells_with_both, balance.local_common_support) == (4, 2, 0.5)
    assert effective_sample_size(found.n_treated, found.n_control) == pytest.approx(2.076923, abs=5e-7)


units = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans()), min_size=1, max_size=50)


@given(units)
def test_balance_of_finer_cells_unit_by_unit(rows):
    stratum, fine, treated = (np.array(column) for column in zip(*rows, strict=True))
    w = weights_by_hand(stratum, treated)
    cell = stratum * 4 + fine
    found = cell_balance(cell, treated, w)

    def by_hand(weight):
        sides = []
        for side in (treated, ~treated):
            total = weight[side].sum()
            if total == 0:
                return float("nan")
            sides.append(np.array([weight[side & (cell == c)].sum() / total for c in range(20)]))
        return 0.5 * np.abs(sides[0] - sides[1]).sum()

    for name, weight in (("l1_before", np.ones(len(rows))), ("l1_after", (w > 0) * 1.0), ("l1_weighted", w)):
        value = getattr(found, name)
        assert value == pytest.approx(by_hand(weight), nan_ok=True, abs=1e-12)
        assert np.isnan(value) or -1e-12 <= value <= 1 + 1e-12
    both = [len(set(treated[cell == c])) == 2 for c in set(cell.tolist())]
    assert (found.cells, found.cells_with_both) == (len(both), sum(both))
    assert found.local_common_support == pytest.approx(np.mean(both))
    # over the strata themselves both ways agree, and the weights undo all imbalance
    own, strata = cell_balance(stratum, treated, w), stratify(stratum, treated)
    other = strata_balance(strata.n_treated, strata.n_control)
    for name in own.__dataclass_fields__:
        assert getattr(own, name) == pytest.approx(getattr(other, name), nan_ok=True, abs=1e-12)
    assert np.isnan(own.l1_weighted) or own.l1_weighted == pytest.approx(0, abs=1e-12)
    ess = effective_sample_size(strata.n_treated, strata.n_control)
    mine = w[~treated]
    assert ess == pytest.approx(mine.sum() ** 2 / (mine**2).sum() if mine.any() else 0.0)


def test_rows_that_stand_for_several_strata():
    n_t, n_c, times = np.array([2, 0, 1]), np.array([1, 3, 4]), np.array([3, 2, 5])
    spread = [np.repeat(column, times) for column in (n_t, n_c)]
    assert effective_sample_size(n_t, n_c, times) == pytest.approx(effective_sample_size(*spread))
    one, other = strata_balance(n_t, n_c, times), strata_balance(*spread)
    for name in one.__dataclass_fields__:
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-12)


def test_standardised_differences_by_hand():
    x = np.array([1.0, 3, 5, 2, 2, 9, np.nan])
    treated = np.array([1, 1, 1, 0, 0, 0, 0], bool)
    w = np.array([1, 1, 0, 0.5, 1.5, 0, 0])
    found = mean_difference(x, treated, w)
    assert found.deviation == 2.0
    assert found.before == pytest.approx((3 - 13 / 3) / 2)
    assert found.after == pytest.approx((2 - 2) / 2)
    assert found.weighted == pytest.approx(0)
    assert np.isnan(mean_difference(np.ones(7), treated, w).before)


def test_arms_without_units_have_no_distance():
    assert np.isnan(half_distance(np.zeros(2), np.ones(2)))
    assert half_distance(np.array([1.0, 0]), np.array([0, 3.0])) == 1
    with pytest.raises(MatchingError, match="expected one length"):
        cell_balance([0, 1], [True], [1.0, 1.0])
