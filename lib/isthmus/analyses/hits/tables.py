"""The tables of the papers that are cited most in their year."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

HIT_ROWS = TableSpec(
    name="hit_rows",
    fields=(
        *STUDY_COLUMNS,
        column("year", "int", "publication year", False),
        column("country", "string", "country of the last author; empty where it is not known", False),
        column("works", "bigint", "works whose window of two years is over", False),
        column("hits", "double", "hits, all works at the cut being hits; null where the cut is 0"),
        column("hits_fractional", "double", "hits, works at the cut dividing what is left of the share"),
        column("cut", "double", "least citations of a hit of the year"),
        column("realised", "double", "hits over works of the year, all works at the cut being hits"),
        column("realised_fractional", "double", "the same, works at the cut dividing what is left"),
    ),
    key=("study", "year", "country"),
    comment="Working table: hits of each country and year with what is known of the year.",
    partition_by=("study",),
)

HIT_YEARS = TableSpec(
    name="hit_years",
    fields=(
        *STUDY_COLUMNS,
        column("year", "int", "publication year", False),
        column("works", "bigint", "works whose window of two years is over", False),
        column("works_with_country", "bigint", "of these, works whose last author has a country", False),
        column("cut", "double", "least citations of a hit", False),
        column("hits", "double", "hits, all works at the cut being hits; null where the cut is 0"),
        column("hits_with_country", "double", "of these, works whose last author has a country"),
        column("hits_with_country_fractional", "double", "the same, works at the cut dividing what is left"),
        column("realised", "double", "hits over works: more than the share where works are tied at the cut"),
        column("realised_fractional", "double", "the same, works at the cut dividing what is left: the share itself"),
    ),
    key=("study", "year"),
    comment="The cut of a year, and the share of its works that are hits.",
    partition_by=("study",),
)

COUNTRY_HITS = TableSpec(
    name="country_hits",
    fields=(
        *STUDY_COLUMNS,
        column("year", "int", "publication year", False),
        column("country", "string", "country of the last author", False),
        column("works", "bigint", "works whose window of two years is over", False),
        column("hits", "double", "hits, all works at the cut being hits; null where the cut is 0"),
        column("hits_fractional", "double", "hits, works at the cut dividing what is left of the share"),
        column("share", "double", "of the hits of the year with a country"),
        column("share_fractional", "double", "the same, works at the cut dividing what is left"),
    ),
    key=("study", "year", "country"),
    comment="Hits of a country in a year.",
    partition_by=("study",),
)
