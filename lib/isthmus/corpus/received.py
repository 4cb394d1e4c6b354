"""Citations that a corpus receives within five years: the rows, their number per work, who cites whom (METHODS 1.3).

All of it comes from one pass over `citations_dated`. A citation's lag is the citing year minus the cited year; c2 are
the citations of lags 0 to 2, c5 those of lags 0 to 5.
"""

from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

#: Longest lag that is kept, in years.
LONGEST_LAG = 5
WINDOWS = {"c2": 2, "c5": LONGEST_LAG}
Citing = Literal["any_field", "corpus"]


def last_full_year(citing_until: int, release: str) -> int:
    """Return the last year whose citing works are all known: before that of the release, and within the study.

    Parameters
    ----------
    citing_until : int
        Last year of citing works that the study reads.
    release : str
        Date of the snapshot's release, such as 2026-06-25; of what is no date nothing is known.
    """
    year, _, day = release.partition("-")
    if not (len(year) == 4 and year.isdigit()):
        return citing_until
    return min(citing_until, int(year) - (day != "12-31"))


def corpus_citations(works: DataFrame, dated: DataFrame, *, last: int) -> DataFrame:
    """Return the citations of the corpus within five years: columns of the table `corpus_citations`.

    Citations of works that appear later than the citing one are left out, as are works that cite themselves.

    Parameters
    ----------
    works : DataFrame
        Rows of `corpus_works`: the corpus, and what cites it.
    dated : DataFrame
        Rows of `citations_dated`.
    last : int
        Last year of citing works that counts.
    """
    lag = (F.col("citing_year") - F.col("cited_year")).cast("int")
    apart = F.col("citing_work_id") != F.col("cited_work_id")
    within = dated.where(lag.between(0, LONGEST_LAG) & (F.col("citing_year") <= last) & apart)
    cited = works.where("is_corpus").select(F.col("work_id").alias("cited_work_id"))
    citing = works.select(F.col("work_id").alias("citing_work_id"), F.col("is_corpus").alias("from_corpus"))
    return (
        within.join(cited, "cited_work_id", "left_semi")
        .join(citing, "citing_work_id")
        .select(
            "citing_work_id",
            "cited_work_id",
            F.col("cited_year").cast("int").alias("cited_year"),
            lag.alias("lag"),
            "from_corpus",
        )
    )


def work_citations(corpus: DataFrame, citations: DataFrame, *, last: int, citing: Citing = "any_field") -> DataFrame:
    """Return the citations of each work: (work_id, year, c2, c5), null where the window ends after the last full year.

    Parameters
    ----------
    corpus : DataFrame
        The corpus alone: work_id, year.
    citations : DataFrame
        Rows of `corpus_citations`.
    last : int
        Last year whose citing works are all known.
    citing : {"any_field", "corpus"}
        Whether all citing works count, or those of the corpus alone.
    """
    counted = citations if citing == "any_field" else citations.where("from_corpus")
    sums = counted.groupBy(F.col("cited_work_id").alias("work_id")).agg(
        *(F.count_if(F.col("lag") <= window).alias(name) for name, window in WINDOWS.items())
    )
    return (
        corpus.select("work_id", "year")
        .join(sums, "work_id", "left")
        .select("work_id", "year", *(_complete(name, window, last) for name, window in WINDOWS.items()))
    )


def place_citations(places: DataFrame, citations: DataFrame) -> DataFrame:
    """Count the citations within the corpus by place of both sides: columns of the table `place_citations`.

    The place of a work is that of its last author. Works without one are counted under null, so that sums are whole.

    Parameters
    ----------
    places, citations : DataFrame
        Rows of `work_places` and of `corpus_citations`.
    """
    sides = [
        places.select(
            F.col("work_id").alias(f"{side}_work_id"),
            F.col("last_country").alias(f"{side}_country"),
            F.col("last_city").alias(f"{side}_city"),
        )
        for side in ("citing", "cited")
    ]
    joined = citations.where("from_corpus").join(sides[0], "citing_work_id").join(sides[1], "cited_work_id")
    keys = ("citing_country", "citing_city", "cited_country", "cited_city", "cited_year", "lag")
    return joined.groupBy(*keys).agg(F.count("*").alias("citations"))


def _complete(name: str, window: int, last: int) -> Column:
    return F.when(F.col("year") + window <= last, F.coalesce(name, F.lit(0))).alias(name)
