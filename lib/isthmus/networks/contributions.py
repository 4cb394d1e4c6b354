"""What each work adds to each tie: the basis of resampling networks work by work (METHODS 2.5, 7)."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.networks.citation import placed_citations
from isthmus.networks.collaboration import country_pairs
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE

CONTRIBUTION_COLUMNS = ("network", "year", "work_id", "src", "dst", "amount")


def contributions(citations: DataFrame, countries: DataFrame, study: Study) -> DataFrame:
    """Return what works add to the ties of the analysis years: (network, year, work_id, src, dst, amount), src < dst.

    Summed over works, the amounts are the full counts of `edges` under its citation year. A work adds 1 to each pair
    of its countries; a citation belongs to its citing work and adds 1 to each pair of citing and cited country.

    Parameters
    ----------
    citations : DataFrame
        Rows of `citations`.
    countries : DataFrame
        Rows of `corpus_countries` of this study.
    study : Study
        Citation year, citation window, cap and years.
    """
    cap, years = study.corpus.max_countries, study.years.analysis
    together = country_pairs(countries, max_countries=cap).where(F.col("year").between(*years))
    joint = together.select(
        F.lit(COLLABORATION).alias("network"), "year", "work_id", "src", "dst", F.lit(1).cast("bigint").alias("amount")
    )
    return joint.unionByName(_exchanged(placed_citations(citations, countries, max_countries=cap), study))


def _exchanged(links: DataFrame, study: Study) -> DataFrame:
    year = F.col("citing_year") if study.networks.citation_year == "citing" else F.col("cited_year")
    chosen = links.where(year.between(*study.years.analysis))
    if study.networks.citation_year == "cited_window":
        chosen = chosen.where(F.col("citing_year") - F.col("cited_year") <= study.networks.citation_window)
    one_side = chosen.select(year.alias("year"), "citing_work_id", "to", F.explode("from.country").alias("a"))
    both = one_side.select("year", "citing_work_id", "a", F.explode("to.country").alias("b")).where("a <> b")
    ends = (
        "year",
        F.col("citing_work_id").alias("work_id"),
        F.least("a", "b").alias("src"),
        F.greatest("a", "b").alias("dst"),
    )
    return (
        both.select(*ends)
        .groupBy("year", "work_id", "src", "dst")
        .agg(F.count("*").alias("amount"))
        .select(F.lit(KNOWLEDGE_EXCHANGE).alias("network"), "year", "work_id", "src", "dst", "amount")
    )
