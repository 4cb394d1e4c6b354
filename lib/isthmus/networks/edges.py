"""The table of all yearly edge lists."""

from pyspark.sql import DataFrame

from isthmus.config import Study
from isthmus.corpus.select import STUDY_COLUMNS
from isthmus.engine import TableSpec, column
from isthmus.networks.citation import citation_edges, knowledge_exchange
from isthmus.networks.collaboration import collaboration
from isthmus.networks.names import CITATION, COLLABORATION, KNOWLEDGE_EXCHANGE

__all__ = ["CITATION", "COLLABORATION", "COUNTRY_EDGES", "KNOWLEDGE_EXCHANGE", "all_edges"]

COUNTRY_EDGES = TableSpec(
    name="country_edges",
    fields=(
        *STUDY_COLUMNS,
        column("network", "string", "collaboration, citation (directed) or knowledge_exchange", False),
        column(
            "citation_year", "string", "which year a citation belongs to; publication_year for collaboration", False
        ),
        column("year", "int", "year of the network", False),
        column("src", "string", "country; the citing one in citation, else the alphabetically first", False),
        column("dst", "string", "country; the cited one in citation", False),
        column("weight", "bigint", "full count: works of both, or citations between both", False),
        column("fractional", "double", "fractional count: each work, or citation, adds 1 over all its pairs", False),
    ),
    key=("study", "network", "citation_year", "year", "src", "dst"),
    comment="Yearly networks of countries; no loops, every weight above zero.",
    partition_by=("study",),
    checks={
        "weight_positive": "weight > 0",
        "no_loop": "src <> dst",
        "undirected_in_order": "network = 'citation' OR src < dst",
    },
)


def all_edges(countries: DataFrame, flows: DataFrame, study: Study) -> DataFrame:
    """Return the rows of the table `edges`: collaboration, and citation and knowledge exchange under every reading.

    Parameters
    ----------
    countries : DataFrame
        Rows of `corpus_countries`.
    flows : DataFrame
        Rows of `citation_flows`.
    study : Study
        Which citation years, citation window, years and cap.
    """
    edges = collaboration(countries, max_countries=study.corpus.max_countries)
    for citation_year in study.networks.citation_years:
        directed = citation_edges(
            flows, citation_year=citation_year, window=study.networks.citation_window, years=study.years.corpus
        )
        edges = edges.unionByName(directed).unionByName(knowledge_exchange(directed))
    return edges.select(*COUNTRY_EDGES.columns)
