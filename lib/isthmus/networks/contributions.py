"""What each work adds to each tie: the basis of resampling networks work by work (METHODS 9.4)."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.config.networks import CitationYear
from isthmus.networks.citation import placed_citations, signed_by_both
from isthmus.networks.collaboration import country_pairs
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE


def contributions(citations: DataFrame, countries: DataFrame, study: Study) -> DataFrame:
    """Return what works add to the ties: a row adds 1 to the tie of its two countries.

    The years are those of the analysis and of significance; the columns are network, year,
    work_id, cited_work_id, src, dst; src < dst. Counted, the rows are the full counts of `country_edges` under the
    study's citation year. A work stands once with each pair of its countries, without a
    cited work; a citation of a work stands with each pair of citing and cited country.

    Parameters
    ----------
    citations : DataFrame
        Rows of `citations`.
    countries : DataFrame
        Rows of `corpus_countries` of this study.
    study : Study
        Citation year, citation window, cap, years, citations of joint papers.
    """
    cap = study.corpus.max_countries
    together = country_pairs(countries, max_countries=cap).where(_wanted(F.col("year"), study))
    joint = together.select(
        F.lit(COLLABORATION).alias("network"),
        "year",
        "work_id",
        F.lit(None).cast("bigint").alias("cited_work_id"),
        "src",
        "dst",
    )
    links = placed_citations(citations, countries, max_countries=cap)
    exchanged = exchanged_citations(links, study.networks.citation_year, study)
    return joint.unionByName(exchanged.where(_wanted(F.col("year"), study)))


def exchanged_citations(links: DataFrame, citation_year: CitationYear, study: Study) -> DataFrame:
    """Return what citations add to the knowledge exchange under one citation year, with the columns of `contributions`.

    Parameters
    ----------
    links : DataFrame
        The result of `placed_citations`.
    citation_year : CitationYear
        Which year a citation belongs to.
    study : Study
        Citation window, citations of joint papers.
    """
    year = F.col("citing_year") if citation_year == "citing" else F.col("cited_year")
    keep = F.lit(True) if study.networks.joint_papers == "whole" else ~signed_by_both(F.col("a"), F.col("b"))
    chosen = links
    if citation_year == "cited_window":
        chosen = links.where(F.col("citing_year") - F.col("cited_year") <= study.networks.citation_window)
    works = (year.alias("year"), F.col("citing_work_id").alias("work_id"), "cited_work_id")
    one_side = chosen.select(*works, "from", "to", F.explode("from.country").alias("a"))
    both = one_side.select("*", F.explode("to.country").alias("b")).where(F.col("a") != F.col("b")).where(keep)
    return both.select(
        F.lit(KNOWLEDGE_EXCHANGE).alias("network"),
        "year",
        "work_id",
        "cited_work_id",
        F.least("a", "b").alias("src"),
        F.greatest("a", "b").alias("dst"),
    )


def _wanted(year: Column, study: Study) -> Column:
    return year.between(*study.years.analysis) | year.between(*study.years.significance)
