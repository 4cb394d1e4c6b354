"""How many works a study rests on: the totals that published studies state first."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def study_totals(works: DataFrame, countries: DataFrame, *, study: str, release: str) -> DataFrame:
    """Return the rows of the table `totals`.

    Works of the corpus, and works outside it that cite it, by what is known of them.

    Parameters
    ----------
    works : DataFrame
        Rows of `corpus_works` of this study.
    countries : DataFrame
        Rows of `corpus_countries` of this study.
    study, release : str
        Of the rows.
    """
    placed = countries.groupBy("work_id").agg(F.first("n_countries").alias("n_countries"))
    known = works.select("work_id", "is_corpus", "n_authors").join(placed, "work_id", "left")
    counts = known.agg(*(F.count_if(condition).alias(name) for name, condition in _quantities().items()))
    rows = F.array(
        *(F.struct(F.lit(name).alias("quantity"), F.col(f"`{name}`").alias("value")) for name in _quantities())
    )
    return counts.select(F.explode(rows).alias("of")).select(
        F.lit(study).alias("study"),
        F.lit(release).alias("release"),
        "of.quantity",
        F.col("of.value").cast("double").alias("value"),
    )


def _quantities() -> dict[str, Column]:
    corpus, placed, several = F.col("is_corpus"), F.col("n_countries").isNotNull(), F.col("n_countries") > 1
    return {
        "corpus works": corpus,
        "corpus works with a country": corpus & placed,
        "corpus works without a country": corpus & ~placed,
        "corpus works of several countries": corpus & placed & several,
        "corpus works of one author": corpus & (F.col("n_authors") == 1),
        "citing works outside the corpus": ~corpus,
        "citing works outside the corpus with a country": ~corpus & placed,
        "citing works outside the corpus without a country": ~corpus & ~placed,
    }
