"""The tables of a study's works: which they are, where they come from, and how much of them is known."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

CORPUS_WORKS = TableSpec(
    name="corpus_works",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("year", "int", "publication year", False),
        column("is_corpus", "boolean", "true: the study's own work; false: a work that only cites one", False),
        column("n_authors", "int", "authors of the work"),
        column("n_references", "int", "references as listed"),
    ),
    key=("study", "work_id"),
    comment="The works of a study: its corpus, and the works of any field that cite it.",
    partition_by=("study",),
)

CORPUS_COUNTRIES = TableSpec(
    name="corpus_countries",
    fields=(
        *STUDY_COLUMNS,
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("year", "int", "publication year", False),
        column("is_corpus", "boolean", "true: the study's own work; false: a work that only cites one", False),
        column(
            "country",
            "string",
            "ISO 3166-1 alpha-2 code of an affiliation, or the name of a pole that is a bloc",
            False,
        ),
        column("fraction", "double", "share of the work by authors with a country; sums to 1 over a work", False),
        column("n_countries", "int", "distinct countries of the work", False),
    ),
    key=("study", "work_id", "country"),
    comment="One row per work of a study and country of its authors.",
    partition_by=("study",),
    checks={"fraction_positive": "fraction > 0 AND fraction < 1.000001"},
)

CORPUS_COVERAGE = TableSpec(
    name="corpus_coverage",
    fields=(
        *STUDY_COLUMNS,
        column("year", "int", "publication year", False),
        column("corpus_works", "bigint", "works of the corpus", False),
        column("corpus_with_authors", "bigint", "of these, works that list an author", False),
        column("corpus_with_country", "bigint", "of these, works with at least one country", False),
        column("corpus_with_city", "bigint", "of these, works with at least one institution of known city", False),
        column("corpus_with_references", "bigint", "of these, works with at least one reference", False),
    ),
    key=("study", "year"),
    comment="Coverage of a study's corpus per publication year.",
    partition_by=("study",),
    checks={"country_within_works": "corpus_with_country <= corpus_works"},
)

CORPUS_TUNING = TableSpec(
    name="corpus_tuning",
    fields=(
        *STUDY_COLUMNS,
        column("year", "int", "year whose works were counted", False),
        column("target", "bigint", "works that the corpus was to hold in that year", False),
        column("min_score", "double", "least score of the concept with which it comes nearest", False),
        column("works", "bigint", "works of the corpus in that year with this score", False),
        column("fewest", "bigint", "works at the highest score that occurs: the least that can be reached", False),
        column("most", "bigint", "works at any score: the most that can be reached", False),
        column("by_source", "bigint", "of these, works in listed sources, which need no score", False),
    ),
    key=("study", "year"),
    comment="The least score of a corpus whose size in a year was asked for (`corpus.tune`); empty for others.",
    partition_by=("study",),
    checks={"within_reach": "fewest <= works AND works <= most"},
)
