"""How far the citations of a tie come in clusters: many from one paper, or to one paper."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.networks.citation import placed_citations
from isthmus.networks.contributions import exchanged_citations

_TIE = ("year", "src", "dst")


def exchange_clusters(citations: DataFrame, countries: DataFrame, study: Study) -> DataFrame:
    """Return the variance of each weight of the knowledge exchange if works, not citations, are what might not be.

    Each work counts with what it adds to the tie, squared: as citing work and as cited work, less each single citation,
    which is in both (the two-way variance of Cameron, Gelbach & Miller 2011, Journal of Business & Economic Statistics
    29, 238). It is the weight itself where every citation joins two works that add nothing else to the tie.

    Parameters
    ----------
    citations : DataFrame
        Rows of `citations`.
    countries : DataFrame
        Rows of `corpus_countries` of this study.
    study : Study
        Citation years, citation window, cap, years, citations of joint papers.

    Returns
    -------
    DataFrame
        citation_year, year, src, dst, work_variance; a row per tie of `country_edges`.
    """
    links = placed_citations(citations, countries, max_countries=study.corpus.max_countries)
    return reduce(
        DataFrame.unionByName,
        (
            _variances(
                exchanged_citations(links, name, study).where(F.col("year").between(*study.years.corpus))
            ).select(F.lit(name).alias("citation_year"), *_TIE, "work_variance")
            for name in study.networks.citation_years
        ),
    )


def _variances(rows: DataFrame) -> DataFrame:
    tie = [F.col(name) for name in _TIE]
    citing, cited = F.col("work_id"), F.col("cited_work_id")
    sets: list[list[Column]] = [[*tie, citing], [*tie, cited], [*tie, citing, cited]]
    counted = rows.groupingSets(sets, *tie, citing, cited).agg(
        F.count("*").alias("n"),
        # a work is left out of its group as citing or as cited one, or of none: then it is a single citation
        F.when(F.grouping("work_id") + F.grouping("cited_work_id") == 0, -1).otherwise(1).alias("sign"),
    )
    return counted.groupBy(*tie).agg(F.sum(F.col("sign") * F.col("n") * F.col("n")).alias("work_variance"))
