"""The scientists of a corpus's field, by two definitions, from `author_years` (METHODS 1.4)."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.config.places import least_of_corpus

#: Whether more than half of a scientist's works are of the corpus, or at least half.
DEFINITIONS = {"majority": "is_majority", "at_least_half": "is_at_least_half"}


def corpus_scientists(
    corpus: DataFrame,
    authorships: DataFrame,
    author_years: DataFrame,
    left_out: DataFrame,
    *,
    least_works: int,
    until: int,
) -> DataFrame:
    """Return the scientists of the field: (author_id, works, corpus_works, is_majority, is_at_least_half).

    Scientists have `least_works` works of any field or more until a year, at least half of them in the corpus.
    Who has fewer works of the corpus than `least_of_corpus` is not looked up.
    `author_years` count works of every kind; those that the study does not read are taken off.

    Parameters
    ----------
    corpus : DataFrame
        The corpus alone: work_id, year.
    authorships, author_years : DataFrame
        Rows of the tables of those names.
    left_out : DataFrame
        work_id: works that the study does not read (paratext, retracted, expansion), up to the last year.
    least_works : int
        Least works of any field.
    until : int
        Last year of works that count.
    """
    in_time = corpus.where(F.col("year") <= until).select("work_id")
    own = (
        authorships.where(F.col("author_id").isNotNull())
        .join(in_time, "work_id", "left_semi")
        .groupBy("author_id")
        .agg(F.count_distinct("work_id").alias("corpus_works"))
    )
    possible = own.where(F.col("corpus_works") >= least_of_corpus(least_works))
    records = author_years.where(F.col("year") <= until).join(possible, "author_id")
    counted = records.groupBy("author_id", "corpus_works").agg(F.sum("works").alias("all_works"))
    seats = authorships.select("author_id", "work_id").join(possible.select("author_id"), "author_id", "left_semi")
    others = seats.join(left_out, "work_id", "left_semi").groupBy("author_id")
    less = others.agg(F.count_distinct("work_id").alias("others"))
    works = F.col("all_works") - F.coalesce("others", F.lit(0))
    counted = counted.join(less, "author_id", "left").select("author_id", "corpus_works", works.alias("works"))
    twice = 2 * F.col("corpus_works")
    return counted.where((F.col("works") >= least_works) & (twice >= F.col("works"))).select(
        "author_id",
        "works",
        "corpus_works",
        (twice > F.col("works")).alias("is_majority"),
        F.lit(True).alias("is_at_least_half"),
    )
