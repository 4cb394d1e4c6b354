"""The scientists of a corpus's field, by two definitions, from `author_years` (METHODS 1.4)."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

#: Whether more than half of a scientist's works are of the corpus, or at least half.
DEFINITIONS = {"majority": "is_majority", "at_least_half": "is_at_least_half"}


def corpus_scientists(
    corpus: DataFrame, authorships: DataFrame, author_years: DataFrame, *, least_works: int, until: int
) -> DataFrame:
    """Return the scientists of the field: (author_id, works, corpus_works, is_majority, is_at_least_half).

    Scientists have `least_works` works of any field or more until a year, at least half of them in the corpus.
    Who has n works or more, at least half of them of the corpus, has n/2 works of the corpus: others are not looked up.

    Parameters
    ----------
    corpus : DataFrame
        The corpus alone: work_id, year.
    authorships, author_years : DataFrame
        Rows of the tables of those names.
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
    possible = own.where(F.col("corpus_works") >= -(-least_works // 2))
    records = author_years.where(F.col("year") <= until).join(possible, "author_id")
    counted = records.groupBy("author_id", "corpus_works").agg(F.sum("works").alias("works"))
    twice = 2 * F.col("corpus_works")
    return counted.where((F.col("works") >= least_works) & (twice >= F.col("works"))).select(
        "author_id",
        "works",
        "corpus_works",
        (twice > F.col("works")).alias("is_majority"),
        F.lit(True).alias("is_at_least_half"),
    )
