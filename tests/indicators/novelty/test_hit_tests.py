import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from isthmus.indicators.disruption.counts import REFERENCE_CLASSES, rank_within
from isthmus.indicators.novelty.agreement import top
from isthmus.indicators.novelty.combinations import combination_novelty
from isthmus.indicators.novelty.entities import hit_tests
from isthmus.indicators.novelty.hits import hit_test
from isthmus.nullmodels.significance import benjamini_hochberg


def rows(entity, scored, hits, counting="full", measure="pairs", by_start=None, size=0):
    years = range(2000, 2000 + len(scored))
    frame = {"entity": entity, "counting": counting, "measure": measure, "year": years, "size": size,
             "scored": scored, "hits": hits}  # fmt: skip
    return pd.DataFrame({**frame, "hits_by_start": by_start or [None] * len(scored)})


def test_each_entity_is_tested_over_its_own_years():
    years = pd.concat(
        [rows("world", [1000, 900], [10, 9]), rows("US", [300, 200], [9, 5]), rows("CN", [100, 0], [0, 0]),
         rows("world", [50], [1], measure="content"), rows("US", [50], [1], measure="content")]
    )  # fmt: skip
    found = hit_tests(years, ["US", "CN", "FR"]).set_index(["entity", "measure"])
    assert set(found.index) == {("US", "pairs"), ("CN", "pairs"), ("US", "content")}
    alone = hit_test([300, 200], [9, 5], [1000, 900], [10, 9])
    us = found.loc[("US", "pairs")]
    assert (us["papers"], us["hits"], us["expected"]) == (500, 14, pytest.approx(5))
    assert us["p_upper"] == alone.p_upper
    assert us["p_two_sided"] == alone.p_two_sided
    assert us["q"] == pytest.approx(3 * alone.p_two_sided)
    assert found.loc[("CN", "pairs"), "papers"] == 100
    assert found.loc[("US", "content"), "ratio"] == 1


def test_countings_are_families_of_their_own():
    years = pd.concat(
        [rows(entity, [100], [5], counting) for entity in ("world", "US") for counting in ("full", "last")]
    )
    assert (hit_tests(years, ["US"])["q"] == 1).all()
    assert hit_tests(years, []).empty


def test_each_p_is_that_of_the_start_in_which_it_is_weakest():
    world = rows("world", [1000, 900], [10, 9], measure="content", by_start=[[10, 10], [9, 9]])
    own = rows("US", [300, 200], [9, 5], measure="content", by_start=[[9, 4], [5, 2]])
    found = hit_tests(pd.concat([world, own]), ["US"]).iloc[0]
    first, second = (hit_test([300, 200], hits, [1000, 900], [10, 9]) for hits in ([9, 5], [4, 2]))
    assert found["hits"] == 14
    assert found["p_upper"] == second.p_upper > first.p_upper
    assert found["p_lower"] == first.p_lower
    assert found["p_two_sided"] == second.p_two_sided


def test_hits_are_dealt_among_works_of_one_year_and_size():
    """All hits are of size 3, for of size 9 there are too few works: who combines nine nodes is not conventional."""
    world = [rows("world", [900], [10], size=3), rows("world", [40], [0], size=9)]
    own = [rows("US", [90], [1], size=3), rows("US", [30], [0], size=9)]
    found = hit_tests(pd.concat(world + own), ["US"]).iloc[0]
    assert (found["papers"], found["hits"], found["expected"]) == (120, 1, pytest.approx(1))
    assert found["p_lower"] == hit_test([90], [1], [900], [10]).p_lower


def test_a_group_with_longer_lists_is_not_called_conventional():
    """Surprise is drawn at random; a quarter of the works have longer lists, whose sizes hold few works each."""
    rng, p, by_year = np.random.default_rng(1), [], []
    for _ in range(40):
        group = rng.random((4, 600)) < 0.25
        size = 2 + rng.poisson(np.where(group, 22, 12))
        hit = np.array([top(rank_within(rng.random(600), sizes)) for sizes in size])
        parts = [(rows_of(group, size, hit, who, np.repeat(np.arange(4), 600)), who) for who in ("world", "US")]
        counts = pd.concat([part.assign(entity=who) for part, who in parts])
        found = hit_tests(counts, ["US"]).iloc[0]
        p.append(found["p_lower"])
        by_year.append(hit_test(*((group & x).sum(1) for x in (True, hit)), [600] * 4, hit.sum(1)).p_lower)
    assert np.mean(np.array(p) < 0.05) <= 0.1
    assert np.mean(np.array(by_year) < 0.05) > 0.25, (
        "dealt among all works of the year the test would find a difference"
    )


def test_short_lists_hold_most_hits_of_pairs_and_decide_nothing():
    """Sources are drawn at random; three of ten works have lists 1.5 times as long."""
    rng = np.random.default_rng(5)
    works = 4 * 1500
    year, group = np.repeat(np.arange(4), 1500), rng.random(works) < 0.3
    number = np.maximum(1, (14 * np.where(group, 1.5, 1) * np.exp(rng.normal(0, 0.6, works))).astype(int))
    paper = np.repeat(np.arange(works), number)
    source = rng.zipf(1.3, paper.size) % 400
    found = combination_novelty(paper, source, rng.integers(0, 8, paper.size), year)
    known = ~np.isnan(found.z10)
    hit = np.zeros(works, dtype=bool)
    for t in range(4):
        here = known & (year == t)
        hit[here] = top(-found.z10[here])
    assert hit[known & (number < 8)].mean() > 3 * hit[known & (number >= 20)].mean()
    size = np.digitize(found.n_references, REFERENCE_CLASSES)
    counts = [
        rows_of(group[known], size[known], hit[known], who, year[known]).assign(entity=who) for who in ("world", "US")
    ]
    alike, whole = hit_tests(pd.concat(counts), ["US"]).iloc[0], [frame.assign(size=0) for frame in counts]
    summed = (
        pd.concat(whole)
        .groupby(["entity", "counting", "measure", "year", "size"], as_index=False)[["scored", "hits"]]
        .sum()
    )
    by_year = hit_tests(summed.assign(hits_by_start=[None] * len(summed)), ["US"]).iloc[0]
    assert by_year["ratio"] < 0.7
    assert by_year["p_two_sided"] < 0.05
    assert alike["p_two_sided"] > 0.2
    assert alike["hits"] == by_year["hits"]


def rows_of(group, size, hit, who, year):
    frame = pd.DataFrame({"year": year, "size": size.ravel(), "hits": hit.ravel(), "own": group.ravel()})
    chosen = frame[frame["own"] | (who == "world")]
    counts = chosen.groupby(["year", "size"], as_index=False).agg(scored=("hits", "size"), hits=("hits", "sum"))
    return counts.assign(counting="full", measure="content", hits_by_start=[None] * len(counts))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_is_that_of_scipy(p):
    assert benjamini_hochberg(np.array(p)) == pytest.approx(stats.false_discovery_control(p))
