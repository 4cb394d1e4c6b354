"""The stage of the networks: collaboration, citation and knowledge exchange between countries, year by year."""

from pyspark.sql import functions as F

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES
from isthmus.analyses.networks.tables import CITATION_FLOWS, COUNTRY_EDGES, COUNTRY_YEARS, EXCHANGE_CLUSTERS
from isthmus.analyses.rows import of_study, replace_rows, write_rows
from isthmus.analyses.stage import Context, Outcome, Stage
from isthmus.engine import Gate, check_gates
from isthmus.networks.citation import flows_of_placed, placed_citations
from isthmus.networks.clusters import clusters_of_placed
from isthmus.networks.edges import all_edges
from isthmus.networks.nodes import node_volumes


def write_networks(context: Context) -> Outcome:
    """Write the tables of citation flows, edges, clusters of citations and nodes of the study."""
    study = context.the_study
    countries, cap = of_study(context, CORPUS_COUNTRIES), study.corpus.max_countries
    links = placed_citations(context.store.read("citations"), countries, max_countries=cap).persist()
    try:  # the citations of the corpus are found among all citations once, not for each table
        replace_rows(context, CITATION_FLOWS, flows_of_placed(links))
        write_rows(context, EXCHANGE_CLUSTERS, clusters_of_placed(links, study))
    finally:
        links.unpersist()
    replace_rows(context, COUNTRY_EDGES, all_edges(countries, of_study(context, CITATION_FLOWS), study))
    replace_rows(
        context,
        COUNTRY_YEARS,
        node_volumes(countries, of_study(context, COUNTRY_EDGES), citation_year=study.networks.citation_year),
    )
    gates = check_gates(
        "country_edges",
        of_study(context, COUNTRY_EDGES),
        [
            Gate(
                "collaboration ties",
                F.count_if(F.col("network") == "collaboration"),
                "warn",
                low=1,
                message="No work has authors in two countries: there is no collaboration network.",
            ),
            Gate(
                "knowledge exchange ties",
                F.count_if(F.col("network") == "knowledge_exchange"),
                "warn",
                low=1,
                message="No citation crosses a border: there is no knowledge exchange network.",
            ),
        ],
    )
    return Outcome(f"{int(sum(g.observed or 0 for g in gates)):,} yearly ties between countries", gates=tuple(gates))


STAGES = (
    Stage(
        name="networks",
        description="count collaboration, citation and knowledge exchange between countries, year by year",
        task="networks",
        section="networks",
        needs=("records", "corpus"),
        writes=(CITATION_FLOWS, COUNTRY_EDGES, EXCHANGE_CLUSTERS, COUNTRY_YEARS),
        publishes=(COUNTRY_EDGES, COUNTRY_YEARS),
        reads=(
            "corpus.max_countries",
            "years.corpus",
            "networks.citation_year",
            "networks.citation_years",
            "networks.citation_window",
            "networks.joint_papers",
        ),
        run=write_networks,
    ),
)
