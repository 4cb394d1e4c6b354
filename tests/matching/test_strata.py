import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matching.conftest import weights_by_hand

from isthmus.errors import MatchingError
from isthmus.matching import strata as module
from isthmus.matching.strata import stratify, tuple_ids


def test_the_toys_weights(toy):
    stratum, treated, _ = toy
    found = stratify(stratum, treated)
    assert found.kept.tolist() == [True, True, False, False]
    assert found.control_weights == pytest.approx([8 / 3, 4 / 9, 0, 0])
    assert found.unit_weights(treated) == pytest.approx(weights_by_hand(stratum, treated))
    assert found.unit_weights(treated)[~treated].sum() == pytest.approx(4)


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 5), st.integers(-1, 1), st.booleans()), max_size=40))
def test_units_with_equal_codes_are_one_stratum(rows):
    table = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3)
    treated = np.array([row[3] for row in rows], bool)
    found = stratify(table, treated)
    wanted, ids = np.unique(table, axis=0, return_inverse=True)
    np.testing.assert_array_equal(found.levels, wanted)
    np.testing.assert_array_equal(found.of_unit, ids.ravel())
    assert found.n_treated.sum() == treated.sum()
    assert (found.n_treated + found.n_control).sum() == len(rows)
    np.testing.assert_allclose(found.unit_weights(treated), weights_by_hand(ids.ravel(), treated))


@pytest.mark.parametrize(("table", "largest"), [(4, 1 << 62), (1 << 22, 50), (2, 30)])
def test_large_keys_are_renumbered_on_the_way(monkeypatch, table, largest):
    codes = np.random.default_rng(0).integers(-1, 4, (200, 5))
    wanted = tuple_ids(codes)
    monkeypatch.setattr(module, "TABLE", table)
    monkeypatch.setattr(module, "LARGEST_KEY", largest)
    np.testing.assert_array_equal(tuple_ids(codes), wanted)


def test_codes_of_large_numbers_do_not_overflow():
    codes = np.array([[2**40, 2**40, 5], [2**40, 2**40, 6], [2**40 - 1, 2**40, 5], [2**40, 2**40, 5]])
    assert tuple_ids(codes).tolist() == [1, 2, 0, 1]


def test_wrong_codes_are_refused():
    with pytest.raises(MatchingError, match="2 rows of codes and 3 treatments"):
        stratify([[0], [1]], [True, False, True])
    with pytest.raises(MatchingError, match="-2 is below -1"):
        stratify([[-2], [1]], [True, False])
    assert stratify(np.empty((0, 2)), []).levels.shape == (0, 2)
