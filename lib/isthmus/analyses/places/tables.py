"""Where the works of a corpus come from, who cites them within five years, and the scientists of its field."""

from isthmus.analyses.columns import STUDY_COLUMNS
from isthmus.tablespec import TableSpec, column

_WORK = column("work_id", "bigint", "number of the OpenAlex work", False)
_YEAR = column("year", "int", "publication year", False)
_C2 = "citations of lags 0 to 2; null where a citing year is not over"
_C5 = "citations of lags 0 to 5; null where a citing year is not over"

WORK_PLACES = TableSpec(
    name="work_places",
    fields=(
        *STUDY_COLUMNS,
        _WORK,
        _YEAR,
        column("n_authors", "int", "authors of the work"),
        column("last_author_id", "bigint", "number of the last author; null where the list of authors is cut off"),
        column("last_institution_id", "bigint", "the first listed institution of the last author that is known"),
        column("last_country", "string", "the first listed country of the last author that is known"),
        column("last_city", "bigint", "the first listed city of the last author that is known (GeoNames)"),
        column("last_countries", "array<string>", "all countries of the last author, in the order listed", False),
        column("last_cities", "array<bigint>", "all cities of the last author, in the order listed", False),
        column("other_countries", "array<string>", "countries of all other authors, ascending", False),
        column("other_cities", "array<bigint>", "cities of all other authors, ascending", False),
    ),
    key=("study", "work_id"),
    comment="A work of the corpus and where it comes from: the place of its last author, and those of all others.",
    partition_by=("study",),
)

CORPUS_CITATIONS = TableSpec(
    name="corpus_citations",
    fields=(
        *STUDY_COLUMNS,
        column("citing_work_id", "bigint", "number of the work that cites", False),
        column("cited_work_id", "bigint", "number of the work of the corpus that is cited", False),
        column("cited_year", "int", "year of the cited work", False),
        column("lag", "int", "citing year minus cited year: 0 to 5", False),
        column("from_corpus", "boolean", "whether the citing work is of the corpus, too", False),
    ),
    key=("study", "citing_work_id", "cited_work_id"),
    comment="A citation of a work of the corpus within five years, up to the last year whose works are all known.",
    partition_by=("study",),
    checks={"within_five_years": "lag BETWEEN 0 AND 5"},
)

WORK_CITATIONS = TableSpec(
    name="work_citations",
    fields=(
        *STUDY_COLUMNS,
        _WORK,
        _YEAR,
        column("c2", "bigint", _C2),
        column("c5", "bigint", _C5),
    ),
    key=("study", "work_id"),
    comment="A work of the corpus and its citations within two and within five years.",
    partition_by=("study",),
    checks={"longer_is_more": "c5 IS NULL OR c2 <= c5"},
)

PLACE_CITATIONS = TableSpec(
    name="place_citations",
    fields=(
        *STUDY_COLUMNS,
        column("citing_country", "string", "country of the citing work; null where it is unknown"),
        column("citing_city", "bigint", "its city (GeoNames); null where it is unknown"),
        column("cited_country", "string", "country of the cited work; null where it is unknown"),
        column("cited_city", "bigint", "its city (GeoNames); null where it is unknown"),
        column("cited_year", "int", "year of the cited work", False),
        column("lag", "int", "citing year minus cited year: 0 to 5", False),
        column("citations", "bigint", "citations of the corpus by the corpus", False),
    ),
    key=("study", "citing_country", "citing_city", "cited_country", "cited_city", "cited_year", "lag"),
    comment="Citations within the corpus by place of both works: that of the last author.",
    partition_by=("study",),
)

PLACE_COVERAGE = TableSpec(
    name="place_coverage",
    fields=(
        *STUDY_COLUMNS,
        _YEAR,
        column("works", "bigint", "works of the corpus", False),
        column("works_with_last_author", "bigint", "of these, works whose last author is known by number", False),
        column("works_with_country", "bigint", "works whose last author has a country", False),
        column("works_with_city", "bigint", "works whose last author has a city", False),
        column("c2", "bigint", f"{_C2}; of all works"),
        column("c2_with_country", "bigint", "of these, citations of works whose last author has a country"),
        column("c2_with_city", "bigint", "citations of works whose last author has a city"),
    ),
    key=("study", "year"),
    comment="How much of a corpus has a place by its last author, per year.",
    partition_by=("study",),
    checks={"city_within_works": "works_with_city <= works"},
)

CORPUS_SCIENTISTS = TableSpec(
    name="corpus_scientists",
    fields=(
        *STUDY_COLUMNS,
        column("author_id", "bigint", "number of the author", False),
        column("works", "bigint", "works of any field up to the end of the corpus", False),
        column("corpus_works", "bigint", "of these, works of the corpus", False),
        column("is_majority", "boolean", "whether more than half of the works are of the corpus", False),
        column("is_at_least_half", "boolean", "whether at least half are: true of every row", False),
    ),
    key=("study", "author_id"),
    comment="A scientist of the corpus's field: enough works, at least half of them in it.",
    partition_by=("study",),
    checks={"corpus_within_works": "corpus_works <= works"},
)
