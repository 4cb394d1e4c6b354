"""Institutions: where they lie, how large they are, and what stands above them."""

import numpy as np
import pytest

from isthmus.simulate.world.facts import cities, countries
from isthmus.simulate.world.places import BRIDGE_CITY, ELITE_SHARE, places


@pytest.fixture(scope="module")
def where():
    return places()


def test_institutions_are_grouped_by_country_and_lie_in_its_cities(where):
    assert (np.diff(where.country) >= 0).all()
    assert np.array_equal(cities().country[where.city], where.country)
    for country in range(len(countries())):
        assert (where.country[where.start[country] : where.start[country + 1]] == country).all()
    assert (np.diff(where.start) > 0).all(), "every country has one"


def test_every_city_has_a_university_and_every_country_an_academy(where):
    kinds = np.array(where.kind)
    assert set(where.city[kinds == "education"]) == set(range(len(cities().name)))
    assert np.array_equal(where.country[kinds == "government"], np.arange(len(countries())))


def test_what_stands_above_lies_in_the_same_country_and_has_nothing_above_it(where):
    parents = where.parent
    assert np.array_equal(where.country[parents], where.country)
    assert np.array_equal(parents[parents], parents)
    kinds = np.array(where.kind)
    below = parents != np.arange(len(where))
    assert set(kinds[below]) == {"facility", "healthcare"}
    assert set(kinds[parents[kinds == "healthcare"]]) == {"education"}
    hospitals = kinds == "healthcare"
    assert np.array_equal(where.city[parents[hospitals]], where.city[hospitals])


def test_the_elite_are_the_largest_of_each_country(where):
    for country in range(len(countries())):
        here = slice(where.start[country], where.start[country + 1])
        elite, weight = where.elite[here], where.weight[here]
        assert elite.sum() == max(1, round(ELITE_SHARE * len(elite)))
        assert weight[elite].min() >= weight[~elite].max(initial=0)


def test_shares_are_those_of_a_sum(where):
    for country in (0, 5, len(countries()) - 1):
        here = where.country == country
        expected = where.weight[here & where.elite].sum() / where.weight[here].sum()
        assert where.elite_share[country] == pytest.approx(expected)
    assert np.diff(where.cumulative) == pytest.approx(where.weight)
    assert np.diff(where.elite_cumulative) == pytest.approx(where.weight * where.elite)


def test_the_bridge_is_one_city_and_all_of_it(where):
    start, stop = where.bridge
    code, city = BRIDGE_CITY
    at = [k for k in range(len(where)) if cities().name[where.city[k]] == city]
    assert [k for k in at if countries().code[where.country[k]] == code] == list(range(start, stop))
    here = np.arange(start, stop)
    own = where.weight[here][where.elite[here]].sum() / where.weight[here].sum()
    assert where.bridge_elite_share == pytest.approx(own)


def test_numbers_and_names_tell_institutions_apart(where):
    assert len(set(where.ids.tolist())) == len(where)
    pairs = list(zip(where.name, where.city.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
