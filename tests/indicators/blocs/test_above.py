"""Intervals of the numbers of large organisations: candidates, joint draws, coverage of the expected number."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import poisson

from isthmus.errors import IndicatorError
from isthmus.indicators.blocs.above import NEVER, intervals_above, least_candidate, resampled_papers
from isthmus.indicators.blocs.organisation_fanout import (
    fan_out_intervals,
    intervals_frame,
    organisation_sets,
    with_intervals,
)

WORLD = [{"place_kind": "world", "place": "world", "city": None}]
ASIA = [*WORLD, {"place_kind": "continent", "place": "Asia", "city": None}]


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 500))
def test_those_left_out_never_exceed_the_line(more_than):
    least = least_candidate(more_than)
    assert poisson.sf(np.floor(more_than), least) >= NEVER
    assert least == 1 or poisson.sf(np.floor(more_than), least - 1) < NEVER
    assert least <= more_than + 1, "who exceeds it is a candidate"


def test_a_line_below_zero_is_refused():
    with pytest.raises(IndicatorError, match="the line is -1 papers"):
        least_candidate(-1)


def test_organisations_of_the_same_works_move_together():
    held = sparse.csr_array(np.array([[1, 1, 0], [1, 0, 1]]))
    drawn = resampled_papers([20, 5, 7], held, np.random.default_rng(3), 4_000)
    assert drawn.shape == (2, 4_000)
    np.testing.assert_allclose(drawn.mean(axis=1), [25, 27], rtol=0.02)
    np.testing.assert_allclose(np.cov(drawn), [[25, 20], [20, 27]], rtol=0.08)


def test_intervals_lie_about_the_observed_number_and_never_below_zero():
    papers = np.array([9, 3, 3])
    drawn = np.array([[9, 9, 9, 9], [9, 1, 1, 1], [1, 1, 1, 1]])
    places = {"all": np.arange(3), "none": np.array([2])}
    # above 5: one of three observed; 2, 1, 1, 1 resampled, 1.25 on average
    assert intervals_above(papers, drawn, places, more_than=5, level=0.95) == {"all": (0, 2), "none": (0, 0)}
    assert intervals_above(papers, drawn, {"x": np.array([0])}, more_than=5, level=0.95) == {"x": (1, 1)}


@pytest.mark.parametrize(("size", "line", "scale"), [(1000, 50, 6), (500, 10, 1), (500, 3, 0.3)])
def test_intervals_cover_the_number_that_another_draw_of_the_works_would_give(size, line, scale):
    rng = np.random.default_rng(17)
    expected = (rng.pareto(1.3, size) + 1) * scale
    target = poisson.sf(line, expected).sum()
    covered = 0
    for _ in range(200):
        papers = rng.poisson(expected)
        own = np.flatnonzero(papers >= least_candidate(line))
        drawn = rng.poisson(papers[own, None], (own.size, 200))
        (low, high) = intervals_above(papers[own], drawn, {"x": np.arange(own.size)}, more_than=line, level=0.95)["x"]
        covered += low <= target <= high
    assert covered / 200 > 0.9


def candidates():
    rows = [("listed", 5, 12, ASIA), ("listed", 6, 9, WORLD)]
    return pd.DataFrame(rows, columns=["level", "institution_id", "papers", "places"])


def test_draws_depend_on_the_seed_and_the_level_only():
    sets = pd.DataFrame({"organisations": [[5], [6], [5, 6]], "works": [8, 5, 4]})
    how = {"limits": {"papers": 10.0, "share": 8.5}, "replicates": 60, "level": 0.95}
    one = intervals_frame(sets, candidates(), seed=1, **how)
    pd.testing.assert_frame_equal(one, intervals_frame(sets[::-1], candidates()[::-1], seed=1, **how))
    assert list(one.columns) == ["level", "threshold", "place_kind", "place", "low", "high"]
    assert len(one) == 4
    assert (one["low"] <= one["high"]).all()
    none = intervals_frame(sets, candidates().iloc[:0], seed=1, **how)
    assert none.empty
    assert list(none.columns) == list(one.columns)


@pytest.mark.spark
def test_the_sets_of_candidates_and_their_intervals_on_spark(spark, same):
    schema = "work_id bigint, year int, level string, institution_id bigint, fraction double"
    rows = [(work, 2010, "listed", 5, 1.0) for work in range(12)] + [
        (work, 2010, "listed", 6, 0.5) for work in range(8, 17)
    ]
    rows += [(1, 2010, "listed", 7, 0.1), (1, 2010, "top", 5, 1.0)]
    places = "array<struct<place_kind:string,place:string,city:string>>"
    possible = spark.createDataFrame(
        [(row.level, row.institution_id, row.papers, row.places) for row in candidates().itertuples()],
        f"level string, institution_id bigint, papers bigint, places {places}",
    )
    sets = organisation_sets(spark.createDataFrame(rows, schema), possible)
    same(
        sets,
        [("listed", [5], 8), ("listed", [5, 6], 4), ("listed", [6], 5)],
        "level string, organisations array<bigint>, works bigint",
    )
    how = {"limits": {"papers": 10.0}, "replicates": 60, "level": 0.95, "seed": 1}
    expected = intervals_frame(sets.toPandas(), candidates(), **how)
    found = fan_out_intervals(sets, possible, **how).toPandas()
    pd.testing.assert_frame_equal(found.sort_values("place_kind", ignore_index=True), expected, check_dtype=False)


@pytest.mark.spark
def test_intervals_are_of_one_year_and_nought_where_nobody_is_near(spark, same):
    key = "level string, threshold string, place_kind string, place string"
    places = [("listed", "papers", "world", "world"), ("listed", "papers", "continent", "Africa")]
    counts = spark.createDataFrame([(year, *place) for year in (2010, 2011) for place in places], f"year int, {key}")
    intervals = spark.createDataFrame([(*places[0], 3, 9)], f"{key}, low int, high int")
    rows = [(2010, "Africa", None, None), (2010, "world", None, None), (2011, "Africa", 0, 0), (2011, "world", 3, 9)]
    same(with_intervals(counts, intervals, year=2011), rows, "year int, place string, low int, high int")
