"""Grids of a gravity model: covariates by pair, parts of a grid, distances, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import GravityError
from isthmus.gravity.grid import log_distances, make_grid

N, M = {"n": [1.0, 2.0, 3.0]}, {"m": [10.0, 20.0]}
latitude, longitude = st.floats(-90, 90), st.floats(-180, 180)
places = st.lists(st.tuples(latitude, longitude), min_size=1, max_size=5)


def test_names_stand_in_the_order_of_the_coefficients():
    grid = make_grid(N, M, log_distance=np.zeros((2, 3)), same=[(0, 1)], tables={"border": np.zeros((1, 1))})
    assert grid.names == ("constant", "n", "m", "ln distance", "same city", "border")
    assert grid.shape == (2, 3)
    assert not grid.factors
    assert grid.without_pairs().names == ("constant", "n", "m")
    assert make_grid(N, M).factors


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_covariates_of_a_pair_are_a_row_of_the_design(drawn, seed):
    found = drawn(seed)
    i, j = (x.ravel() for x in np.indices(found.grid.shape))
    np.testing.assert_array_equal(found.grid.regressors(i, j), found.X)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_a_part_of_a_grid_has_the_covariates_of_the_whole(drawn, seed, data):
    whole = drawn(seed)
    kept = [np.array(sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))) for size in whole.grid.shape]
    part = whole.grid.only(*kept)
    i, j = (x.ravel() for x in np.indices(part.shape))
    expected = whole.X.reshape(*whole.grid.shape, -1)[np.ix_(*kept)].reshape(i.size, -1)
    np.testing.assert_array_equal(part.regressors(i, j), expected)


def haversine(one, other):
    (a, b), (c, d) = np.radians(one), np.radians(other)
    inside = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(min(1.0, inside)))


@settings(max_examples=60, deadline=None)
@given(rows=places, columns=places)
def test_distances_are_those_of_the_haversine_formula(rows, columns):
    found, near = log_distances(rows, columns, np.zeros((0, 2), int))
    expected = np.array([[haversine(one, other) for other in columns] for one in rows])
    clear = np.abs(expected - 1.0) > 1e-3  # at the least distance itself rounding decides
    np.testing.assert_allclose(found[clear], np.log(np.maximum(expected, 1.0))[clear], atol=1e-6)
    assert (expected < 0.999).sum() <= near <= (expected < 1.001).sum()


def test_the_same_city_is_at_distance_one_and_others_are_never_nearer():
    cities = [(52.0, 13.0), (52.0, 13.000001), (0.0, -167.0)]
    found, near = log_distances(cities, cities, [(k, k) for k in range(3)], least_km=5.0)
    assert np.diag(found).tolist() == [0.0, 0.0, 0.0]
    assert found[0, 1] == found[1, 0] == pytest.approx(np.log(5.0))
    assert near == 2, "both directions; a city is not near itself"
    assert found[0, 2] == pytest.approx(np.log(6371.0088 * np.pi * (128 / 180)), rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"log_distance": np.zeros((3, 2))}, r"covariate 'log_distance' has shape \(3, 2\); expected \(2, 3\)"),
        ({"log_distance": [[0, 0, 0], [0, np.nan, 0]]}, r"covariate 'log_distance' is nan at \(1, 1\)"),
        ({"row_group": [1, 0]}, "row_group must hold 2 groups, rising"),
        ({"column_group": [0, 1]}, "column_group must hold 3 groups, rising"),
        ({"row_group": [-1, 0]}, "row_group must hold 2 groups"),
        ({"row_group": [0, 4], "tables": {"b": np.zeros((2, 2))}}, r"table 'b' has shape \(2, 2\).* need \(5, 1\)"),
        ({"tables": {"b": np.zeros((1, 1)), "c": np.zeros((2, 1))}}, r"tables have shapes \[\(1, 1\), \(2, 1\)\]"),
        ({"same": [(0, 3)]}, "same city lies outside the grid of 2 rows and 3 columns"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(GravityError, match=message):
        make_grid(N, M, **changes)


def test_a_mass_of_zero_has_no_logarithm():
    with pytest.raises(GravityError, match=r"covariate 'n' is -inf at \(1,\); leave out cities without the mass"):
        make_grid({"n": [0.0, -np.inf, 1.0]}, M)
