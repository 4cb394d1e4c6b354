"""The table of all yearly edge lists."""

from pyspark.sql import DataFrame

from isthmus.config import Study
from isthmus.networks.citation import citation_edges, knowledge_exchange
from isthmus.networks.collaboration import collaboration
from isthmus.networks.names import CITATION, COLLABORATION, KNOWLEDGE_EXCHANGE

__all__ = ["CITATION", "COLLABORATION", "KNOWLEDGE_EXCHANGE", "all_edges"]

_COLUMNS = ("study", "release", "network", "citation_year", "year", "src", "dst", "weight", "fractional", "joint")


def all_edges(countries: DataFrame, flows: DataFrame, study: Study) -> DataFrame:
    """Return the rows of the table `edges`: collaboration; citation and knowledge exchange under every citation year.

    Parameters
    ----------
    countries : DataFrame
        Rows of `corpus_countries`.
    flows : DataFrame
        Rows of `citation_flows`.
    study : Study
        Which citation years, citation window, years and cap; whether citations of joint papers are exchanged.
    """
    rules = study.networks
    edges = collaboration(countries, max_countries=study.corpus.max_countries).select(*_COLUMNS)
    for citation_year in rules.citation_years:
        directed = citation_edges(
            flows, citation_year=citation_year, window=rules.citation_window, years=study.years.corpus
        )
        exchanged = knowledge_exchange(directed, joint_papers=rules.joint_papers)
        edges = edges.unionByName(directed.select(*_COLUMNS)).unionByName(exchanged.select(*_COLUMNS))
    return edges
