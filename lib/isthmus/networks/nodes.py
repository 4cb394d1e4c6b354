"""What each country brings to a year's networks: papers, partners, strengths, citations."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import exact_sum
from isthmus.corpus.select import STUDY_COLUMNS
from isthmus.engine import TableSpec, column
from isthmus.networks.names import CITATION, COLLABORATION, KNOWLEDGE_EXCHANGE

COUNTRY_YEARS = TableSpec(
    name="country_years",
    fields=(
        *STUDY_COLUMNS,
        column("citation_year", "string", "the year a citation counts in that the citation columns use", False),
        column("year", "int", "year", False),
        column("country", "string", "ISO 3166-1 alpha-2 code, or the name of a pole that is a bloc", False),
        column("papers", "bigint", "works with an author in the country (full count)", False),
        column("papers_fractional", "double", "the same by author fractions", False),
        column("papers_international", "bigint", "of the works, those with another country too", False),
        column("collaboration_degree", "bigint", "countries that the country published with", False),
        column("collaboration_strength", "bigint", "sum of the country's collaboration weights", False),
        column("exchange_degree", "bigint", "countries that it cites or is cited by", False),
        column("exchange_strength", "bigint", "citations to and from other countries", False),
        column("citations_received", "bigint", "citations from other countries", False),
        column("citations_given", "bigint", "citations to other countries' corpus works", False),
    ),
    key=("study", "citation_year", "year", "country"),
    comment="Volumes and network positions of each country and year.",
    partition_by=("study",),
)


def node_volumes(countries: DataFrame, edges: DataFrame, *, citation_year: str) -> DataFrame:
    """Return the rows of the table `nodes`: every country that has a work or a citation in a year.

    Parameters
    ----------
    countries : DataFrame
        Rows of `corpus_countries`; only the corpus counts as papers.
    edges : DataFrame
        Rows of `edges`.
    citation_year : str
        Reading of the citation year.
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
    return joined.select(
        *(c for c in COUNTRY_YEARS.columns if c != "citation_year"), F.lit(citation_year).alias("citation_year")
    )


def _both_ends() -> Column:
    def end(name: str, is_source: bool) -> Column:
        return F.struct(F.col(name).alias("country"), F.lit(is_source).alias("is_source"))

    return F.array(end("src", True), end("dst", False))


def _count(network: str) -> Column:
    return F.count_if(F.col("network") == network)


def _total(condition: Column) -> Column:
    return F.coalesce(F.sum(F.when(condition, F.col("weight"))), F.lit(0))
