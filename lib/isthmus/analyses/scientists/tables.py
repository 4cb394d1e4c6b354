"""The tables of what countries publish, who works there, and how much they are cited."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

COUNTRY_OUTPUT = TableSpec(
    name="country_output",
    fields=(
        *STUDY_COLUMNS,
        column("year", "int", "publication year", False),
        column(
            "country", "string", "country of the last author (works), of most works of the year (scientists)", False
        ),
        column("works", "bigint", "works of the corpus whose last author is there", False),
        column("c2", "bigint", "citations within two years of these works; null where the window is not over"),
        column("mean_c2", "double", "c2 per work; null without a work or where the window is not over"),
        column(
            "majority",
            "bigint",
            "scientists with most of their works in the corpus and a work there in the year",
            False,
        ),
        column("at_least_half", "bigint", "scientists with at least half of their works in the corpus", False),
    ),
    key=("study", "year", "country"),
    comment="What a country publishes in a year, who works there, and how much that is cited.",
    partition_by=("study",),
)

SCIENTIST_TOTALS = TableSpec(
    name="scientist_totals",
    fields=(
        *STUDY_COLUMNS,
        column("country", "string", "last known country up to the end of the analysis; null where none is known"),
        column("majority", "bigint", "scientists with most of their works in the corpus", False),
        column("at_least_half", "bigint", "scientists with at least half of their works in the corpus", False),
    ),
    key=("study", "country"),
    comment="The scientists of the field, each counted once, where they were last.",
    partition_by=("study",),
)

OUTPUT_TOTALS = TableSpec(
    name="output_totals",
    fields=(
        *STUDY_COLUMNS,
        column("year", "int", "publication year", False),
        column("works", "bigint", "works of the corpus", False),
        column("works_with_country", "bigint", "of these, works whose last author has a country", False),
    ),
    key=("study", "year"),
    comment="The works of a year and how many of them have a country: what shares are shares of.",
    partition_by=("study",),
)
