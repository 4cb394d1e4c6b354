"""Sizes and the law that they give every pair, against plain Python: exact fractions, sums, a root found otherwise."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from isthmus.simulate import World
from isthmus.simulate.world.facts import ANCHORS, by_year, cities, concepts, countries, rows
from isthmus.simulate.world.sizes import LAYER_SHARES, Law, growth, largest_remainder, null_law, sizes

SHARES = st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6)


def plain_remainder(weights, total):
    """Whole parts first; the rest to the largest remainders, the first of equals first: in exact fractions."""
    exact = [Fraction(w) * total / sum(weights) for w in weights]
    whole = [math.floor(e) for e in exact]
    order = sorted(range(len(weights)), key=lambda k: (whole[k] - exact[k], k))
    for k in order[: total - sum(whole)]:
        whole[k] += 1
    return whole


def one_pair(present, continued):
    """The law of two countries."""

    def both(value):
        return np.array([[[0.0, value], [value, 0.0]]])

    return Law(both(present), both(continued), both(present / (1 - continued)))


def quantile(law, level):
    return int(law.quantile(np.array([[[0.5, level], [level, 0.5]]]))[0, 0, 1])


@given(weights=st.lists(st.sampled_from([0, 1, 2, 4, 5, 8, 16]), min_size=1, max_size=9).filter(any))
@example(weights=[1, 1, 1])
@settings(deadline=None, max_examples=60)
def test_whole_numbers_are_those_of_exact_fractions(weights):
    total = sum(weights)
    for wanted in (0, 1, total, 3 * total):
        assert largest_remainder(np.array(weights), wanted).tolist() == plain_remainder(weights, wanted)
    assert largest_remainder(np.array(weights), 1000).sum() == 1000


def test_whole_numbers_by_hand():
    assert largest_remainder(np.array([5.0, 3.0, 2.0]), 3).tolist() == [1, 1, 1]  # 1.5, 0.9, 0.6
    assert largest_remainder(np.array([[1.0, 1.0], [0.0, 2.0]]), 2).tolist() == [[1, 0], [0, 1]]
    assert largest_remainder(np.array([7.0]), 9).tolist() == [9]


@given(weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=40), total=st.integers(0, 10**7))
@settings(deadline=None, max_examples=60)
def test_a_larger_weight_never_gets_less(weights, total):
    values = np.array([*weights, 1.0])
    found = largest_remainder(values, total)
    assert found.sum() == total
    assert found.min() >= 0
    order = np.lexsort((found, values))
    assert (np.diff(found[order]) >= 0).all()


def test_growth_by_hand():
    years = np.array([1980, 1994, 2000, 2010, 2021, 2023])
    assert growth(years) == pytest.approx([3 / 7, 3 / 7, 1, 1 + 20 / 21, 3, 3.2])


@given(shares=SHARES, total=st.floats(0.5, 5_000))
@settings(deadline=None, max_examples=25)
def test_the_law_is_that_of_the_enhanced_configuration_model(shares, total):
    """One X and one Y per country, with Y such that the expected weights add up, found here by another root finder."""
    n, largest = len(shares), max(shares)
    s = [share / largest for share in shares]

    def pair(i, j, c):
        y = math.exp(-c * (s[i] ** -0.7 + s[j] ** -0.7))
        odds = math.sqrt(s[i] * s[j])
        return odds * y / (1 - y + odds * y), y

    def excess(log_c):
        laws = [pair(i, j, math.exp(log_c)) for i in range(n) for j in range(i)]
        return math.log(sum(p / (1 - y) for p, y in laws) / total)

    c = math.exp(brentq(excess, -20, 3, xtol=1e-12))
    law = null_law(np.array([shares]), np.array([total]))
    for i in range(n):
        assert law.expected[0, i, i] == law.present[0, i, i] == law.continued[0, i, i] == 0
        for j in range(i):
            p, y = pair(i, j, c)
            assert law.present[0, i, j] == law.present[0, j, i] == pytest.approx(p, rel=1e-5)
            assert law.continued[0, i, j] == pytest.approx(y, rel=1e-5)
            assert law.expected[0, i, j] == pytest.approx(p / (1 - y), rel=1e-5)


@given(shares=SHARES, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=20)
def test_the_law_of_a_pair_does_not_depend_on_the_order_of_countries_or_the_unit_of_size(shares, seed):
    order = np.random.default_rng(seed).permutation(len(shares))
    share = np.array([shares])
    law, turned = null_law(share, np.array([30.0])), null_law(7 * share[:, order], np.array([30.0]))
    assert turned.expected == pytest.approx(law.expected[:, order][:, :, order], rel=1e-9)


def test_larger_countries_have_more_and_heavier_links():
    law = null_law(np.array([[8.0, 4.0, 2.0, 1.0]]), np.array([50.0]))
    for table in (law.present[0], law.continued[0], law.expected[0]):
        assert table[0, 1] > table[0, 2] > table[0, 3] > table[2, 3]


def test_a_single_country_has_no_ties():
    law = null_law(np.array([[1.0]]), np.array([10.0]))
    assert law.expected.tolist() == law.present.tolist() == [[[0.0]]]
    assert law.quantile(np.array([[[0.99]]])).tolist() == [[[0.0]]]


@given(present=st.floats(0.01, 0.99), continued=st.floats(0.01, 0.95), level=st.floats(0.001, 0.999))
@settings(deadline=None, max_examples=80)
def test_a_quantile_is_where_the_summed_law_passes_the_level(present, continued, level):
    weight, below = 0, 1 - present
    while below < level - 1e-9 and weight < 5_000:
        weight += 1
        below += present * (1 - continued) * continued ** (weight - 1)
    if abs(below - level) > 1e-9:
        assert quantile(one_pair(present, continued), level) == weight


def test_quantiles_at_the_ends():
    law = one_pair(0.4, 0.5)
    assert [quantile(law, level) for level in (0.0, 0.59, 0.61, 0.79, 0.81, 0.91)] == [0, 0, 1, 1, 2, 3]
    assert (
        900 < quantile(law, 1.0) < 1_000
    )  # a level that is 1 after rounding gives a large weight, not an infinite one
    assert quantile(one_pair(0.4, 0.0), 0.99) == 1


@pytest.mark.parametrize("total", [200, 201, 1_999])
def test_works_are_shared_out_over_years_and_layers_within_one(total):
    world = World(works=total, first_year=2020, last_year=2021)
    exact = np.array([[1 + 40 / 21], [3.0]]) * LAYER_SHARES
    found = sizes(world).works
    assert found.sum() == total
    assert np.abs(found - total * exact / exact.sum()).max() < 1


def test_shares_of_an_anchor_year_are_those_of_the_table():
    table, size = rows("countries.csv"), sizes(World(works=1_000, first_year=2011, last_year=2021))
    for year in (2011, 2021):
        output = [float(r[f"output_{year}"]) for r in table]
        root = [math.sqrt(o / sum(output) * float(r[f"ties_{year}"])) for o, r in zip(output, table, strict=True)]
        assert size.output[year - 2011] == pytest.approx([o / sum(output) for o in output])
        assert size.share[year - 2011] == pytest.approx([r / sum(root) for r in root])
    assert size.joint[[0, -1]] == pytest.approx([0.28 + 0.14 * 11 / 21, 0.42])
    weights = size.collaboration.expected.sum(axis=(1, 2)) / 2
    assert weights == pytest.approx(size.joint * size.works[:, 0], rel=1e-5)


@given(ends=st.lists(st.floats(0.1, 100), min_size=3, max_size=3), year=st.integers(1950, 2050))
@settings(deadline=None, max_examples=40)
def test_values_between_anchors_are_means_of_the_logarithms(ends, year):
    at = min(max(year, 2001), 2021)
    low = 0 if at < 2011 else 1
    part = (at - ANCHORS[low]) / 10
    by_hand = ends[low] ** (1 - part) * ends[low + 1] ** part
    assert by_year(np.array([ends]), np.array([year])) == pytest.approx(np.array([[by_hand]]))


def test_a_country_without_output_is_nearly_nothing_rather_than_no_number():
    assert by_year(np.array([[0.0, 0.0, 4.0]]), np.array([2001, 2021]))[:, 0] == pytest.approx([1e-6, 4])


def test_facts_are_the_rows_of_their_tables():
    table, facts, towns = rows("countries.csv"), countries(), cities()
    assert [facts.at(r["code"]) for r in table] == list(range(len(facts)))
    west = {r["code"] for r in table if r["region"] == "Europe"} | {"US"}
    assert {c for c, w in zip(facts.code, facts.west, strict=True) if w} == west
    by_id = {int(r["geonames_city_id"]): r for r in rows("cities.csv")}
    for k in range(0, len(towns.name), 13):
        row = by_id[int(towns.geonames_id[k])]
        assert (towns.name[k], facts.code[towns.country[k]]) == (row["city"], row["country_code"])
        assert (towns.latitude[k], towns.longitude[k]) == (float(row["latitude"]), float(row["longitude"]))
    assert concepts()[0].name == "Artificial intelligence"
    with pytest.raises(ValueError, match="not in tuple"):
        facts.at("XX")
