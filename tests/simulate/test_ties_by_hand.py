"""Planted pairs and drawn weights: literal ends, the laws that the weights of many equal pairs follow, luck over years."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, nbinom, norm

from isthmus.simulate import World
from isthmus.simulate.world.draws import normal, stream
from isthmus.simulate.world.facts import countries, rows
from isthmus.simulate.world.sizes import null_law, sizes
from isthmus.simulate.world.ties import (
    EVENNESS,
    KD,
    KDR,
    KI,
    RATIOS,
    SC,
    SD,
    TREND_COUNTRIES,
    TREND_SHARES,
    TRENDS,
    collaboration_weights,
    draw_weights,
    kind_of,
    multipliers,
    path,
    planted_ties,
)

EMPTY = World(planted=frozenset())
FACTORS = st.floats(0.05, 50)


def flat_law(countries=80, years=2, mean=1.4):
    """Countries of one size: every pair has the same law."""
    pairs = countries * (countries - 1) / 2
    return null_law(np.ones((years, countries)), np.full(years, mean * pairs))


def nothing(law):
    return np.full(law.expected.shape, np.nan)


def pairs(table):
    return table[np.triu_indices(len(table), 1)]


def follows(drawn, pmf):
    """Whether whole numbers follow a law, by chi-square over 0, 1, ..., and all that is larger."""
    last = next(k for k in range(1, 200) if len(drawn) * (1 - sum(map(pmf, range(k + 1)))) < 20)
    expected = [len(drawn) * pmf(k) for k in range(last)]
    observed = [int((drawn == k).sum()) for k in range(last)]
    rest = len(drawn) - sum(expected)
    return chisquare([*observed, len(drawn) - sum(observed)], [*expected, rest]).pvalue > 1e-3


@given(ends=st.tuples(FACTORS, FACTORS), year=st.integers(1950, 2060))
@settings(deadline=None, max_examples=60)
def test_a_path_is_a_logistic_curve_between_its_ends(ends, year):
    def curve(at):
        return 1 / (1 + math.exp(-(at - 2010.5) / 3.0))

    part = (curve(min(max(year, 2000), 2021)) - curve(2000)) / (curve(2021) - curve(2000))
    by_hand = ends[0] ** (1 - part) * ends[1] ** part
    assert path(ends, np.array([year])) == pytest.approx([by_hand])


@given(ends=st.tuples(FACTORS, FACTORS))
@settings(deadline=None, max_examples=30)
def test_the_way_back_is_the_way_there(ends):
    years = np.arange(2000, 2022)
    there, back = path(ends, years), path((ends[1], ends[0]), years)
    assert there[::-1] == pytest.approx(back)
    assert there * back == pytest.approx(np.full(22, ends[0] * ends[1]))


def test_a_level_path_stays_level():
    assert path((2.5, 2.5), np.arange(1990, 2030)) == pytest.approx(np.full(40, 2.5))


def test_every_trend_changes_by_its_ratio_in_the_direction_of_its_kind():
    directions = {SC: (1, 1), SD: (-1, -1), KI: (-1, 1), KD: (0, -1), KDR: (0.5, -1)}
    trends = [t for t in planted_ties(World()) if t.switch == "trends"]
    assert {t.kind for t in trends} == set(directions)
    for tie in trends:
        for ends, power in zip((tie.collaboration, tie.exchange), directions[tie.kind], strict=True):
            assert ends[1] / ends[0] == pytest.approx(RATIOS[tie.strength] ** power)
            assert ends[0] * ends[1] == pytest.approx(1), "as far above size at one end as below at the other"


def test_static_ties_are_those_of_the_table_at_the_strength_of_their_factor():
    ties = planted_ties(World(planted=frozenset({"ties"})))
    table = rows("planted_ties.csv")
    assert [(t.first, t.second) for t in ties] == [(r["first"], r["second"]) for r in table]
    for tie, row in zip(ties, table, strict=True):
        factor = float(row["factor"])
        assert tie.collaboration == (factor, factor)
        assert tie.exchange == (1.0, 1.0)
        assert tie.kind == ("stronger" if factor > 1 else "weaker")
    strengths = {float(r["factor"]): t.strength for t, r in zip(ties, table, strict=True)}
    assert strengths == dict.fromkeys(strengths, "strong") | {6.0: "medium", 0.2: "medium", 4.0: "weak"}


def test_all_pairs_of_the_largest_countries_are_planted_and_few_others():
    planted = {frozenset((t.first, t.second)) for t in planted_ties(World())}
    largest = [c for c in countries().code[:TREND_COUNTRIES] if c not in ("US", "CN")]
    assert {frozenset(p) for p in combinations(largest, 2)} <= planted
    listed = {frozenset((r["first"], r["second"])) for r in rows("planted_ties.csv")}
    listed |= {frozenset((r["pole"], r["country"])) for r in rows("planted_relations.csv")} | {frozenset(("US", "CN"))}
    assert planted == listed | {frozenset(p) for p in combinations(largest, 2)}


def test_the_seed_draws_the_further_trends_and_nothing_else():
    one, two = planted_ties(World(seed=1)), planted_ties(World(seed=2))
    assert {(t.first, t.second) for t in one} == {(t.first, t.second) for t in two}
    poles = {"US", "CN"}
    told = [[t for t in ties if t.switch != "trends" or t.first in poles or t.second in poles] for ties in (one, two)]
    assert told[0] == told[1]
    assert one != two


def test_a_world_without_switches_has_no_planted_pair():
    assert planted_ties(EMPTY) == ()
    assert np.isnan(multipliers((), np.array([2000, 2001]), "exchange")).all()


def test_static_ties_keep_further_trends_away_even_when_they_are_not_planted():
    listed = {frozenset((r["first"], r["second"])) for r in rows("planted_ties.csv")}
    trends = {frozenset((t.first, t.second)) for t in planted_ties(World(planted=frozenset({"trends"})))}
    assert not trends & listed


def test_kinds_and_strengths_of_further_trends_are_as_frequent_as_planned():
    poles = {"US", "CN"}
    drawn = [t for seed in range(12) for t in planted_ties(World(seed=seed, planted=frozenset({"trends"})))]
    drawn = [t for t in drawn if t.first not in poles and t.second not in poles]
    kinds = [sum(t.kind == kind for t in drawn) for kind in TRENDS]
    assert chisquare(kinds, len(drawn) * np.diff([0.0, *TREND_SHARES])).pvalue > 1e-3
    assert chisquare([sum(t.strength == s for t in drawn) for s in RATIOS]).pvalue > 1e-3


def test_an_unknown_kind_of_trend_is_refused():
    assert [kind_of(kind) for kind in TRENDS] == list(TRENDS)
    with pytest.raises(ValueError, match="index"):
        kind_of("stronger")


def test_multipliers_stand_at_both_places_of_a_pair_and_static_ties_are_ties_of_collaboration_only():
    years, at = np.array([1999, 2010, 2022]), countries().at
    ties = planted_ties(World(planted=frozenset({"ties", "poles"})))
    together, exchange = (multipliers(ties, years, network) for network in ("collaboration", "exchange"))
    for table in (together, exchange):
        assert np.array_equal(table, table.transpose(0, 2, 1), equal_nan=True)
    assert together[:, at("JP"), at("KR")].tolist() == [12.0] * 3
    assert together[[0, 2], at("CN"), at("US")] == pytest.approx([3.0, 0.3])
    assert exchange[[0, 2], at("CN"), at("US")] == pytest.approx([2.5, 0.35])
    assert np.isfinite(together[1]).sum() == 2 * len(ties)
    assert np.isfinite(exchange[1]).sum() == 2, "the poles only"


@pytest.mark.parametrize("persistence", [0.0, 0.9])
def test_weights_follow_the_law_of_their_year_however_persistent_luck_is(persistence):
    law = flat_law(years=4)
    drawn = draw_weights(World(persistence=persistence), law, nothing(law), np.arange(2000, 2004), "x")
    p, y = law.present[0, 0, 1], law.continued[0, 0, 1]
    for year in (0, 3):
        assert follows(pairs(drawn[year]), lambda k: 1 - p if k == 0 else p * (1 - y) * y ** (k - 1))


@pytest.mark.parametrize("multiplier", [0.3, 4.0])
def test_planted_weights_have_their_multiple_as_mean_and_less_luck(multiplier):
    law = flat_law(years=1)
    drawn = pairs(draw_weights(World(), law, np.full(law.expected.shape, multiplier), np.array([2000]), "x")[0])
    mean = 1.4 * multiplier
    assert follows(drawn, lambda k: nbinom.pmf(k, EVENNESS, EVENNESS / (EVENNESS + mean)))
    spread = math.sqrt((mean + mean**2 / EVENNESS) / len(drawn))
    assert abs(drawn.mean() - mean) < 4 * spread


def test_a_weight_is_the_quantile_of_the_luck_of_its_pair():
    """One pair, year after year, by hand."""
    law, key = flat_law(countries=6, years=5, mean=3.0), stream(7, "x weights")
    drawn = draw_weights(World(seed=7, persistence=0.6), law, nothing(law), np.arange(2000, 2005), "x")
    for i, j in combinations(range(6), 2):
        luck = 0.0
        for t in range(5):
            fresh = float(normal(key, 2000 + t, i, j))
            luck = fresh if t == 0 else 0.6 * luck + 0.8 * fresh
            level = np.full((5, 6, 6), norm.cdf(luck))
            assert drawn[t, i, j] == drawn[t, j, i] == law.quantile(level)[t, i, j]


def test_planting_one_pair_leaves_all_other_weights_alone():
    law = flat_law(countries=12)
    one = nothing(law)
    one[:, 2, 5] = one[:, 5, 2] = 40.0
    years = np.array([2000, 2001])
    usual, planted = (draw_weights(World(), law, m, years, "x") for m in (nothing(law), one))
    assert {tuple(sorted(p)) for p in np.argwhere(usual != planted)[:, 1:].tolist()} == {(2, 5)}
    assert (planted[:, 2, 5] > 20).all()


def test_without_persistence_a_year_does_not_know_the_years_before():
    law, years = flat_law(countries=12, years=3), np.array([2000, 2001, 2002])
    last = flat_law(countries=12, years=1)
    for persistence, same in ((0.0, True), (0.5, False)):
        world = World(persistence=persistence)
        whole = draw_weights(world, law, nothing(law), years, "x")[2:]
        assert np.array_equal(whole, draw_weights(world, last, nothing(last), years[2:], "x")) == same


def test_the_two_networks_and_two_seeds_have_luck_of_their_own():
    law, years = flat_law(countries=40, years=1), np.array([2000])
    base, network, seed = (
        pairs(draw_weights(World(seed=s), law, nothing(law), years, name)[0])
        for s, name in ((1, "collaboration"), (1, "exchange"), (2, "collaboration"))
    )
    for other in (network, seed):
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.12


def test_one_country_and_a_multiplier_of_zero():
    alone = null_law(np.ones((2, 1)), np.array([5.0, 5.0]))
    assert draw_weights(World(), alone, nothing(alone), np.array([2000, 2001]), "x").tolist() == [[[0]], [[0]]]
    law = flat_law(countries=5)
    assert not draw_weights(World(), law, np.zeros(law.expected.shape), np.array([2000, 2001]), "x").any()


def test_weights_of_a_world_are_symmetric_whole_numbers_with_an_empty_diagonal():
    world = World(works=2_000, first_year=2019, last_year=2021)
    weights = collaboration_weights(world, sizes(world), planted_ties(world))
    assert weights.dtype == np.int64
    assert weights.min() == 0 < weights.max()
    assert np.array_equal(weights, weights.transpose(0, 2, 1))
    assert not np.diagonal(weights, axis1=1, axis2=2).any()
