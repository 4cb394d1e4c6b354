"""Cities with a known law: flows follow it, the bridge alone differs, careers move at their rate, the centre drifts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.simulate.cityflows import CityLaw, careers, city_flows, drifting_output, expected_moves

TWO = pd.DataFrame({"city": [7, 9], "side": [0, 1], "works": [30, 10]})


def test_expected_flows_are_the_law():
    law = CityLaw(bridge=1.0)
    world = city_flows(3, law, n_cities=40)
    size = np.log(world.cities["works"].to_numpy(float))
    rest = (
        np.log(world.expected)
        - law.made * size[:, None]
        - law.output * size
        - law.distance * world.log_distance
        - law.same_city * np.eye(40)
    )
    np.testing.assert_allclose(rest, rest[0, 0], atol=1e-9)
    assert world.expected[~np.eye(40, dtype=bool)].mean() == pytest.approx(law.flows)
    assert set(world.cities["side"]) == {0, 1}
    assert world.cities["city"].is_unique


def test_the_bridge_alone_is_different_with_and_without_it():
    quiet, planted = city_flows(4, CityLaw(bridge=1.0), n_cities=30), city_flows(4, CityLaw(bridge=5.0), n_cities=30)
    pd.testing.assert_frame_equal(quiet.cities, planted.cities)
    times = planted.expected / quiet.expected
    across = quiet.cities["side"].to_numpy() != quiet.cities["side"][quiet.bridge]
    assert quiet.bridge == planted.bridge
    np.testing.assert_allclose(times[quiet.bridge, across], 5.0)
    np.testing.assert_allclose(times[across, quiet.bridge], 5.0)
    times[quiet.bridge, across] = times[across, quiet.bridge] = 1.0
    np.testing.assert_allclose(times, 1.0)


def test_flows_have_the_variance_of_their_law():
    law = CityLaw(dispersion=0.4)
    mean = city_flows(0, law, n_cities=120)
    excess = (mean.flows - mean.expected) ** 2 - mean.expected
    weight = 1 / (1 + law.dispersion * mean.expected) ** 2
    assert (weight * excess).sum() / (weight * mean.expected**2).sum() == pytest.approx(0.4, rel=0.1)
    plain = city_flows(0, CityLaw(dispersion=0.0), n_cities=120)
    assert ((plain.flows - plain.expected) ** 2 / plain.expected).mean() == pytest.approx(1.0, rel=0.1)


def test_expected_moves_by_hand():
    """Two cities: whoever moves goes to the other one; after two years he is back with the chance of two moves."""
    law = CityLaw(move_rate=0.2)
    seen = pd.DataFrame({"author_id": [1, 1, 2, 2, 3], "year": [2015, 2016, 2016, 2018, 2015], "city": [7, 9, 9, 9, 7]})
    assert expected_moves(law, TWO, seen) == pytest.approx(0.2 + 2 * 0.2 * 0.8)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), rate=st.floats(0.0, 0.6))
def test_careers_move_at_their_rate(seed, rate):
    law, cities = CityLaw(move_rate=rate), city_flows(seed, CityLaw(), n_cities=12).cities
    seen = careers(seed, law, cities, range(2015, 2020), scientists=1500).sort_values(["author_id", "year"])
    pd.testing.assert_frame_equal(
        seen, careers(seed, law, cities, range(2015, 2020), scientists=1500).sort_values(["author_id", "year"])
    )
    same_author = seen["author_id"].diff() == 0
    found, expected = int((same_author & (seen["city"].diff() != 0)).sum()), expected_moves(law, cities, seen)
    assert abs(found - expected) <= 4.5 * np.sqrt(expected) + 1e-9
    assert len(seen) == pytest.approx(1500 * 5 * law.seen, rel=0.06)


def test_a_rate_of_one_moves_everybody_every_year():
    seen = careers(1, CityLaw(move_rate=1.0, seen=1.0), TWO, range(2015, 2018), scientists=50)
    cities = seen.pivot_table(index="author_id", columns="year", values="city")
    assert (cities[2015] == cities[2017]).all()
    assert (cities[2015] != cities[2016]).all()


def test_the_share_of_the_first_side_rises_in_a_straight_line():
    shares, works = drifting_output(1, CityLaw(first_share=0.2, last_share=0.6), TWO, years=5, works=10_000)
    np.testing.assert_allclose(shares[:, 0], [0.2, 0.3, 0.4, 0.5, 0.6])
    assert (works.sum(axis=1) == 10_000).all()
    np.testing.assert_allclose(works / 10_000, shares, atol=0.02)
