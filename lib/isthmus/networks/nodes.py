"""What each country brings to a year's networks: papers, partners, strengths, citations."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import exact_sum
from isthmus.networks.names import CITATION, COLLABORATION, KNOWLEDGE_EXCHANGE


def node_volumes(countries: DataFrame, edges: DataFrame, *, citation_year: str) -> DataFrame:
    """Return the rows of the table `nodes`: every country that has a work or a citation in a year.

    Parameters
    ----------
    countries : DataFrame
        Rows of `corpus_countries`; only the corpus counts as papers.
    edges : DataFrame
        Rows of `edges`.
    citation_year : str
        The citation year that counts.
    """
    keys = ("study", "release", "year", "country")
    papers = (
        countries.where("is_corpus")
        .groupBy(*keys)
        .agg(
            F.count("*").alias("papers"),
            exact_sum(F.col("fraction")).alias("papers_fractional"),
            F.count_if(F.col("n_countries") > 1).alias("papers_international"),
        )
    )
    of_citation_year = edges.where((F.col("citation_year") == citation_year) | (F.col("network") == COLLABORATION))
    ends = of_citation_year.select(
        "study", "release", "year", "network", "weight", F.explode(_both_ends()).alias("end")
    ).select("study", "release", "year", "network", "weight", "end.country", "end.is_source")
    positions = ends.groupBy(*keys).agg(
        _count(COLLABORATION).alias("collaboration_degree"),
        _total(F.col("network") == COLLABORATION).alias("collaboration_strength"),
        _count(KNOWLEDGE_EXCHANGE).alias("exchange_degree"),
        _total(F.col("network") == KNOWLEDGE_EXCHANGE).alias("exchange_strength"),
        _total((F.col("network") == CITATION) & ~F.col("is_source")).alias("citations_received"),
        _total((F.col("network") == CITATION) & F.col("is_source")).alias("citations_given"),
    )
    joined = papers.join(positions, list(keys), "full").na.fill(0)
    return joined.withColumn("citation_year", F.lit(citation_year))


def _both_ends() -> Column:
    def end(name: str, is_source: bool) -> Column:
        return F.struct(F.col(name).alias("country"), F.lit(is_source).alias("is_source"))

    return F.array(end("src", True), end("dst", False))


def _count(network: str) -> Column:
    return F.count_if(F.col("network") == network)


def _total(condition: Column) -> Column:
    return F.coalesce(F.sum(F.when(condition, F.col("weight"))), F.lit(0))
