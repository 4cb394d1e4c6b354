"""How much of a corpus can be placed at all, year by year: it stands beside every indicator."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def corpus_coverage(
    works: DataFrame, countries: DataFrame, authorships: DataFrame, institutions: DataFrame
) -> DataFrame:
    """Count per year the corpus works that have authors, a country, a city, references.

    Parameters
    ----------
    works : DataFrame
        Rows of `corpus_works`; only the corpus itself is counted.
    countries : DataFrame
        Rows of `corpus_countries`.
    authorships, institutions : DataFrame
        Rows of the tables of those names.
    """
    corpus = works.where("is_corpus")
    in_city = (
        authorships.join(institutions.where(F.col("city").isNotNull()).select("institution_id"), "institution_id")
        .select("work_id")
        .distinct()
        .withColumn("has_city", F.lit(True))
    )
    placed = countries.select("study", "work_id").distinct().withColumn("has_country", F.lit(True))
    marked = corpus.join(placed, ["study", "work_id"], "left").join(in_city, "work_id", "left")
    return marked.groupBy("study", "release", "year").agg(
        F.count("*").alias("corpus_works"),
        F.count_if(F.col("n_authors") > 0).alias("corpus_with_authors"),
        F.count_if("has_country").alias("corpus_with_country"),
        F.count_if("has_city").alias("corpus_with_city"),
        F.count_if(F.col("n_references") > 0).alias("corpus_with_references"),
    )
