"""Active researchers: papers in windows, homes, ages, on literal authors."""

import pytest

from isthmus.indicators.blocs.researchers import active_researchers, located, papers_in_windows
from isthmus.tables.author_years import AUTHOR_YEARS

pytestmark = pytest.mark.spark

WINDOWS = "author_id bigint, year int, window_years int, papers bigint"
LOCATED = "author_id bigint, year int, window_years int, papers bigint, country string, age int"


def test_papers_count_once_in_every_window_that_holds_their_year(spark, same):
    works = spark.createDataFrame([(1, 2010), (2, 2010), (3, 2012)], "work_id bigint, year int")
    authorships = spark.createDataFrame(
        # the first author signs work 1 from two places; one author of work 2 is not known; work 9 is not of the corpus
        [(1, 7), (1, 7), (2, 7), (3, 7), (2, None), (9, 7), (3, 8)],
        "work_id bigint, author_id bigint",
    )
    rows = [
        (7, 2010, 1, 2), (7, 2012, 1, 1), (8, 2012, 1, 1),
        (7, 2010, 3, 2), (7, 2011, 3, 2), (7, 2012, 3, 3), (7, 2013, 3, 1), (7, 2014, 3, 1),
        (8, 2012, 3, 1), (8, 2013, 3, 1), (8, 2014, 3, 1),
    ]  # fmt: skip
    same(papers_in_windows(works, authorships, (1, 3)), rows, WINDOWS)


def test_authors_are_where_they_are_at_home_and_as_old_as_their_first_work(spark, same):
    papers = spark.createDataFrame([(7, 2010, 1, 2), (7, 2012, 3, 1), (8, 2012, 1, 1), (9, 2012, 1, 1)], WINDOWS)
    homes = spark.createDataFrame(
        [(7, "US", 2009, 2011), (7, "CN", 2012, 2017), (8, "DE", 2000, 2005), (1, "FR", 2000, 2020)],
        "author_id bigint, country string, first_year int, last_year int",
    )
    schema = ", ".join(f"{f.name} {f.type}" for f in AUTHOR_YEARS.fields)
    years = spark.createDataFrame(
        [
            (7, 2001, 1, "US", 1, None, 0, False),
            (7, 2009, 1, "US", 1, None, 0, False),
            (8, 2012, 1, None, 0, None, 0, False),
            (1, 1990, 1, "FR", 1, None, 0, False),
        ],
        schema,
    )
    rows = [(7, 2010, 1, 2, "US", 9), (7, 2012, 3, 1, "CN", 11), (8, 2012, 1, 1, None, 0), (9, 2012, 1, 1, None, None)]
    same(located(papers, homes, years), rows, LOCATED)


def test_active_by_papers_and_window_in_entities_of_the_year(spark, entities, same):
    authors = spark.createDataFrame(
        [
            (1, 2010, 1, 1, "CN", 3), (2, 2010, 1, 2, "CN", 20), (3, 2010, 1, 1, "GB", 9), (4, 2010, 1, 5, None, 1),
            (1, 2011, 1, 1, "BR", 4), (3, 2011, 1, 1, "GB", 10),
            (3, 2011, 2, 2, "GB", 10), (3, 2010, 2, 1, "GB", 9),  # the window of 2010 begins before the corpus
            (3, 2012, 2, 1, "GB", 11),  # after the corpus
        ],
        LOCATED,
    )  # fmt: skip
    found = active_researchers(authors, least=(1, 2), windows=(1, 2), entities=entities, years=(2010, 2011))
    rows = [
        ("CN", 2010, 1, 1, 2, 11.5, 0.5, 4, 3),
        ("CN", 2010, 2, 1, 1, 20.0, 0.0, 2, 1),
        ("Union", 2010, 1, 1, 1, 9.0, 1.0, 4, 3),
        ("Union", 2010, 2, 1, 0, None, None, 2, 1),
        ("GB", 2010, 1, 1, 1, 9.0, 1.0, 4, 3),
        ("GB", 2010, 2, 1, 0, None, None, 2, 1),
        ("CN", 2011, 1, 1, 0, None, None, 2, 2),
        ("CN", 2011, 2, 1, 0, None, None, 0, 0),
        ("Union", 2011, 1, 1, 0, None, None, 2, 2),  # the United Kingdom has left
        ("Union", 2011, 2, 1, 0, None, None, 0, 0),
        ("GB", 2011, 1, 1, 1, 10.0, 0.0, 2, 2),
        ("GB", 2011, 2, 1, 0, None, None, 0, 0),
        ("CN", 2011, 1, 2, 0, None, None, 1, 1),
        ("CN", 2011, 2, 2, 0, None, None, 1, 1),
        ("Union", 2011, 1, 2, 0, None, None, 1, 1),
        ("Union", 2011, 2, 2, 0, None, None, 1, 1),
        ("GB", 2011, 1, 2, 1, 10.0, 0.0, 1, 1),
        ("GB", 2011, 2, 2, 1, 10.0, 0.0, 1, 1),
    ]
    schema = (
        "entity string, year int, least_papers int, window_years int, researchers bigint, median_age double, "
        "share_young double, world_researchers bigint, world_located bigint"
    )
    same(found, rows, schema)
