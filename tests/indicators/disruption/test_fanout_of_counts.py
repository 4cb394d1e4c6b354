"""The walk in shards on Spark: literal rows, and equal to the library however it is divided."""

import numpy as np
import pytest
from chispa import assert_df_equality

from isthmus.indicators.disruption.counts import disruption
from isthmus.indicators.disruption.fanout import COUNTS, fan_out_counts

pytestmark = pytest.mark.spark

NAMES = {"r1": 11, "r2": 12, "d": 13, "f": 14, "g": 15, "a": 16, "b": 17, "c": 18, "e": 19, "x": 20}
YEARS = {"r1": 2000, "r2": 2001, "d": 2004, "f": 2005, "g": 2005, "a": 2006, "b": 2007, "c": 2008, "e": 2012, "x": None}
PAIRS = ["f>r1", "f>r2", "a>f", "b>f", "b>r1", "c>r1", "c>r2", "d>r1", "g>r2", "e>f", "e>r1", "e>r2", "x>f", "x>r1"]
SCHEMA = "work_id bigint, year int, n_references bigint, " + ", ".join(f"{name} bigint" for name in COUNTS)


@pytest.fixture(scope="module")
def literal(spark):
    """The network of NOVELTY, with x, which cites and has no year."""
    pairs = [pair.split(">") for pair in PAIRS]
    rows = [(NAMES[citing], NAMES[cited], YEARS[citing]) for citing, cited in pairs]
    return spark.createDataFrame(rows, "citing_work_id bigint, cited_work_id bigint, citing_year smallint")


def focal_of(spark, *names):
    return spark.createDataFrame([(NAMES[name], YEARS[name]) for name in names], "work_id bigint, year int")


@pytest.mark.parametrize(
    ("options", "of_f"),
    [
        ({}, (1, 2, 2, 0, 3, 1, 1, 2)),
        ({"shards": 3, "blocks": 2}, (1, 2, 2, 0, 3, 1, 1, 2)),
        ({"last": 5, "strict": True, "shards": 2}, (1, 1, 1, 0, 1, 1, 1, 1)),
    ],
)
def test_literal_network(spark, literal, options, of_f):
    found = fan_out_counts(focal_of(spark, "f", "r1", "e"), literal, **options)
    # cited by d of 2004 and f of 2005, then by three later ones; it has no reference
    of_r1 = (2 if "last" in options else 5, 0, 0, 0, 0, 2, 0, 0)
    rows = [(14, 2005, 2, *of_f), (11, 2000, 0, *of_r1), (19, 2012, 3, *[0] * 8)]
    expected = spark.createDataFrame(rows, SCHEMA)
    assert_df_equality(found, expected, ignore_row_order=True, ignore_nullable=True)


def test_a_random_network_on_spark(spark):
    rng = np.random.default_rng(8)
    years = rng.integers(2000, 2015, 150)
    pairs = np.unique(rng.integers(0, 150, (1500, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    rows = [(int(c), int(r), int(years[c])) for c, r in pairs]
    citations = spark.createDataFrame(rows, "citing_work_id bigint, cited_work_id bigint, citing_year smallint")
    of_corpus = np.arange(0, 150, 3)  # two thirds of the citing papers are outside the corpus
    focal = spark.createDataFrame([(int(f), int(years[f])) for f in of_corpus], "work_id bigint, year int")
    found = fan_out_counts(focal, citations, shards=3, blocks=2).orderBy("work_id").toPandas()
    expected = disruption(*pairs.T, years, focal=of_corpus)
    assert found["work_id"].tolist() == of_corpus.tolist()
    for name in ("n_references", "n_i", "n_j", "n_k", "n_j_strong"):
        assert (found[name] == getattr(expected, name)).all()


def test_without_works_or_citations(spark, literal):
    assert fan_out_counts(focal_of(spark, "f").limit(0), literal).count() == 0
    [row] = fan_out_counts(focal_of(spark, "f"), literal.limit(0), shards=2).collect()
    assert row.asDict() == {"work_id": 14, "year": 2005, "n_references": 0} | dict.fromkeys(COUNTS, 0)
