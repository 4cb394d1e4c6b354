"""The tables of output: yearly papers and citations of countries and blocs, totals, densities of regions."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

ENTITY_YEARS = TableSpec(
    name="entity_years",
    fields=(
        *STUDY_COLUMNS,
        column("entity", "string", "compared country (alpha-2 code) or bloc (its name)", False),
        column("year", "int", "publication year of papers; of citations, their citation year", False),
        column("papers", "bigint", "corpus works with at least one country inside (full count)", False),
        column("papers_fractional", "double", "the same by author fractions", False),
        column("papers_international", "bigint", "of the papers, those with a country outside, too", False),
        column("international_share", "double", "papers_international / papers; null without papers"),
        column(
            "citations_received", "bigint", "citations of corpus works of the entity by works with a country", False
        ),
        column("citations_received_foreign", "bigint", "of these, by works with a country outside the entity", False),
        column("domestic_share", "double", "share of citations by works wholly inside the entity; null without any"),
    ),
    key=("study", "entity", "year"),
    comment="One row per compared country or bloc and year of the corpus: papers, international papers, citations.",
    partition_by=("study",),
    checks={
        "international_within_papers": "papers_international <= papers",
        "foreign_within_received": "citations_received_foreign <= citations_received",
    },
)

STUDY_TOTALS = TableSpec(
    name="study_totals",
    fields=(
        *STUDY_COLUMNS,
        column("quantity", "string", "what is counted, in words", False),
        column("value", "double", "how many", False),
    ),
    key=("study", "quantity"),
    comment="Counts of a study's works, over all years.",
    partition_by=("study",),
    checks={"not_negative": "value >= 0"},
)

DENSITIES = TableSpec(
    name="densities",
    fields=(
        *STUDY_COLUMNS,
        column("network", "string", "collaboration, or knowledge exchange under the study's citation year", False),
        column("region", "string", "bloc or region", False),
        column("members", "int", "countries of the region", False),
        column("present", "int", "of these, countries of the network in the significance years", False),
        column("inside_possible", "bigint", "pairs of its countries that were tested", False),
        column("inside_significant", "bigint", "of these, significant ties", False),
        column("outside_possible", "bigint", "tested pairs of one of its countries and one outside", False),
        column("outside_significant", "bigint", "of these, significant ties", False),
        column("density_inside", "double", "inside_significant / inside_possible; null without a pair"),
        column("density_outside", "double", "outside_significant / outside_possible; null without a pair"),
        column("ratio", "double", "density_inside / density_outside; null where the latter is null or 0"),
    ),
    key=("study", "network", "region"),
    comment="Regions: how many of the possible ties inside and to the outside are significant.",
    partition_by=("study",),
    checks={"significant_is_possible": "inside_significant <= inside_possible"},
)
