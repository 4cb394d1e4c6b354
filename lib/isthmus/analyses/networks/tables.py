"""The tables of the yearly networks: citation flows, edges between countries, and the countries themselves."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

CITATION_FLOWS = TableSpec(
    name="citation_flows",
    fields=(
        *STUDY_COLUMNS,
        column("citing_year", "int", "publication year of the citing works", False),
        column("cited_year", "int", "publication year of the cited works", False),
        column("src", "string", "country of the citing works", False),
        column("dst", "string", "country of the cited works; may equal src", False),
        column("weight", "bigint", "full count: each citation adds 1 to every pair of citing and cited country", False),
        column("fractional", "double", "each citation adds 1 in all, by the countries' author fractions", False),
        column("separate", "bigint", "of weight, without citations from or to papers that both countries sign", False),
        column("separate_fractional", "double", "of fractional, the same", False),
    ),
    key=("study", "citing_year", "cited_year", "src", "dst"),
    comment="Citations from works of any field to the corpus, by year and country of both sides.",
    partition_by=("study",),
    checks={"weight_positive": "weight > 0", "not_backward": "citing_year >= cited_year"},
)

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
        column(
            "joint",
            "bigint",
            "citations between both from or to papers that both sign, part of weight unless "
            "networks.joint_papers is left_out; null for collaboration",
        ),
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

EXCHANGE_CLUSTERS = TableSpec(
    name="exchange_clusters",
    fields=(
        *STUDY_COLUMNS,
        column("citation_year", "string", "which year a citation belongs to", False),
        column("year", "int", "year of the network", False),
        column("src", "string", "country", False),
        column("dst", "string", "country, after src in the alphabet", False),
        column(
            "work_variance",
            "bigint",
            "sum of the squares of what each citing work adds to the weight, and each cited work, less those of single "
            "citations: the variance of the weight as works come and go; at least the weight",
            False,
        ),
    ),
    key=("study", "citation_year", "year", "src", "dst"),
    comment="How far the citations of each tie of knowledge exchange come in clusters: many from or to one work.",
    partition_by=("study",),
    checks={"work_variance_positive": "work_variance > 0", "in_order": "src < dst"},
)

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
