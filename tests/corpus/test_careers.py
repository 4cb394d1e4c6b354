"""Moves and the arms of a comparison, on literal careers and against careers walked through year by year."""

import numpy as np
import pytest
from chispa import assert_df_equality

from isthmus.corpus.careers import movers_and_stayers, moves, with_returns
from isthmus.errors import IndicatorError

pytestmark = pytest.mark.spark

SCHEMA = "author_id bigint, year int, works int, country_code string, geonames_city_id bigint"
MOVES = (
    "author_id bigint, year int, origin string, destination string, years_between int, career_age int, works int, "
    "works_before bigint, works_after bigint"
)


@pytest.fixture
def careers(spark):
    def made(*rows):
        return spark.createDataFrame([(*row, None) if len(row) == 4 else row for row in rows], SCHEMA)

    return made


def test_consecutive_known_places_that_differ_are_moves(spark, careers):
    rows = careers(
        (1, 2000, 2, "CN"), (1, 2002, 1, None), (1, 2003, 3, "US"), (1, 2004, 1, "US"), (1, 2009, 1, "CN"),
        (2, 2000, 1, "CN"), (2, 2006, 5, "US"),  # six years: where from is not said
        (3, 1990, 4, None), (3, 1998, 2, "DE"), (3, 1999, 1, "DE"),
        (4, 2001, 1, "FR"), (4, 2001 + 1, 1, "DE"), (4, 2003, 7, "FR"),
        (5, 2005, 9, "CN"),  # all works in one year: nowhere else before
    )  # fmt: skip
    expected = spark.createDataFrame(
        [
            (1, 2003, "CN", "US", 3, 3, 3, 2, 4),
            (1, 2009, "US", "CN", 5, 9, 1, 4, 1),
            (4, 2002, "FR", "DE", 1, 1, 1, 1, 1),
            (4, 2003, "DE", "FR", 1, 2, 7, 1, 7),
        ],
        MOVES,
    )
    assert_df_equality(moves(rows).orderBy("author_id", "year"), expected, ignore_nullable=True)
    longer = moves(rows, gap=6).where("author_id = 2").collect()
    assert [tuple(row) for row in longer] == [(2, 2006, "CN", "US", 6, 6, 5, 1, 5)]


def test_the_first_year_back_at_the_origin_is_the_return(careers):
    rows = careers(
        (1, 2000, 1, "CN"), (1, 2003, 1, "US"), (1, 2004, 1, "DE"), (1, 2009, 1, "CN"), (1, 2010, 1, "US"),
        (1, 2011, 1, "CN"),
        (2, 2000, 1, "CN"), (2, 2001, 1, "US"),
    )  # fmt: skip
    found = with_returns(moves(rows)).orderBy("author_id", "year").collect()
    assert [(row.origin, row.destination, row.return_year) for row in found] == [
        ("CN", "US", 2009), ("US", "DE", 2010), ("DE", "CN", None), ("CN", "US", 2011), ("US", "CN", None),
        ("CN", "US", None),
    ]  # fmt: skip


def test_cities_are_places_too(careers):
    rows = careers((1, 2000, 1, "CH", 10), (1, 2001, 1, "CH", 11), (1, 2002, 1, "CH", None), (1, 2003, 1, "CH", 10))
    found = moves(rows, place="geonames_city_id").orderBy("year").collect()
    assert [(row.year, row.origin, row.destination) for row in found] == [(2001, 10, 11), (2003, 11, 10)]
    assert moves(rows).count() == 0


def test_movers_and_stayers_on_literal_careers(spark, careers):
    rows = careers(
        (1, 2000, 2, "CN"), (1, 2003, 3, "US"), (1, 2005, 1, "CN"), (1, 2006, 9, "US"),  # moved twice: the first counts
        (2, 2001, 4, "US"),  # always there
        (3, 2000, 1, "DE"), (3, 2002, 2, "US"),  # came from elsewhere
        (4, 2000, 1, "CN"),  # never there
        (5, 2000, 1, "CN"), (5, 2007, 6, "US"),  # too long ago
    )  # fmt: skip
    expected = spark.createDataFrame(
        [(1, True, 2003, 3, 3), (2, False, 2001, 0, 4), (3, False, 2002, 2, 2), (5, False, 2007, 7, 6)],
        "author_id bigint, moved boolean, year int, career_age int, works int",
    )
    found = movers_and_stayers(rows, origin="CN", destination="US").orderBy("author_id")
    assert_df_equality(found, expected, ignore_nullable=True)


def test_the_stayers_year_is_drawn_evenly_and_by_the_seed_alone(spark, careers):
    rows = careers(*[(author, 2000 + year, 1, "US") for author in range(600) for year in range(3)])
    found = movers_and_stayers(rows, origin="CN", destination="US", seed=1)
    again = movers_and_stayers(rows.repartition(5), origin="CN", destination="US", seed=1)
    years = {row.author_id: row.year for row in found.collect()}
    assert years == {row.author_id: row.year for row in again.collect()}
    counts = np.bincount(np.array(list(years.values())) - 2000)
    assert ((counts - 200) ** 2 / 200).sum() < 13.8  # chi-squared with two degrees, p = 0.001
    other = movers_and_stayers(rows, origin="CN", destination="US", seed=2)
    assert years != {row.author_id: row.year for row in other.collect()}


def walked(rows, gap):
    """Moves of careers, year by year."""
    found = []
    for author in {row[0] for row in rows}:
        career = sorted(row for row in rows if row[0] == author)
        last = None
        for _, year, works, place in career:
            if place is None:
                continue
            if last is not None and last[1] != place and year - last[0] <= gap:
                before = sum(w for _, y, w, p in career if p == last[1] and y <= last[0])
                after = sum(w for _, y, w, p in career if p == place and y >= year)
                found.append((author, year, last[1], place, year - last[0], year - career[0][1], works, before, after))
            last = (year, place)
    return sorted(found)


def test_random_careers_walked_through(careers):
    rng = np.random.default_rng(4)
    rows = [
        (author, int(year), int(rng.integers(1, 5)), [None, "US", "CN", "DE"][rng.integers(0, 4)])
        for author in range(60)
        for year in sorted(rng.choice(np.arange(1990, 2021), rng.integers(1, 12), replace=False))
    ]
    found = sorted(tuple(row) for row in moves(careers(*rows), gap=4).collect())
    assert found == walked(rows, 4)
    assert len(found) > 50


def test_wrong_places_and_gaps_are_refused(careers):
    rows = careers((1, 2000, 1, "CN"))
    with pytest.raises(IndicatorError, match="no place 'country' in author_years; did you mean 'country_code'"):
        moves(rows, place="country")
    with pytest.raises(IndicatorError, match="gap between two places is 0 years"):
        moves(rows, gap=0)
    with pytest.raises(IndicatorError, match="both 'CN'"):
        movers_and_stayers(rows, origin="CN", destination="CN")
