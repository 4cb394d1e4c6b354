"""The durable tables of a snapshot: works, authorships, citations, what is made of them, institutions, accounts."""

from isthmus.tables.accounting import (
    ACCOUNTING,
    REJECTS,
    SNAPSHOT_PARTS,
    UNKNOWN_FIELDS,
    VALUES_SET_ASIDE,
    AccountingWritten,
    build_accounting,
)
from isthmus.tables.author_years import AUTHOR_YEARS, build_author_years, build_no_author_years
from isthmus.tables.authorships import AUTHORSHIPS, build_authorships
from isthmus.tables.citations import CITATIONS, build_citations
from isthmus.tables.citations_dated import CITATIONS_DATED, build_citations_dated
from isthmus.tables.coverage import COVERAGE, build_coverage
from isthmus.tables.entities import (
    INSTITUTIONS,
    SOURCES,
    TOPICS,
    build_institutions,
    build_sources,
    build_topics,
)
from isthmus.tables.everything import build_all, build_concurrently, build_record_tables, read_snapshot
from isthmus.tables.one_pass_reading import takes_one_pass
from isthmus.tables.one_study import (
    SEEN_WORKS,
    build_author_years_of,
    build_coverage_of_seen,
    keep_works,
    newest_year,
    see_works,
)
from isthmus.tables.parsed import PARSED_ENTITIES, PARSED_WORKS, parse_entities, parse_works
from isthmus.tables.removed import REMOVED_RECORDS, build_removed_records
from isthmus.tables.sentinels import SENTINEL_AUTHORS, SENTINEL_INSTITUTIONS, SENTINEL_WORKS
from isthmus.tables.work_lines import WORK_LINES
from isthmus.tables.works import WORKS, build_works
from isthmus.tables.writing import Written

TABLES = (
    WORK_LINES,
    PARSED_ENTITIES,
    REMOVED_RECORDS,
    WORKS,
    AUTHORSHIPS,
    CITATIONS,
    INSTITUTIONS,
    SOURCES,
    TOPICS,
    CITATIONS_DATED,
    AUTHOR_YEARS,
    COVERAGE,
    REJECTS,
    SNAPSHOT_PARTS,
    UNKNOWN_FIELDS,
    VALUES_SET_ASIDE,
    ACCOUNTING,
)
"""Every table of this room, in the order in which they are written."""

__all__ = [
    "ACCOUNTING",
    "AUTHORSHIPS",
    "AUTHOR_YEARS",
    "CITATIONS",
    "CITATIONS_DATED",
    "COVERAGE",
    "INSTITUTIONS",
    "PARSED_ENTITIES",
    "PARSED_WORKS",
    "REJECTS",
    "REMOVED_RECORDS",
    "SEEN_WORKS",
    "SENTINEL_AUTHORS",
    "SENTINEL_INSTITUTIONS",
    "SENTINEL_WORKS",
    "SNAPSHOT_PARTS",
    "SOURCES",
    "TABLES",
    "TOPICS",
    "UNKNOWN_FIELDS",
    "VALUES_SET_ASIDE",
    "WORKS",
    "WORK_LINES",
    "AccountingWritten",
    "Written",
    "build_accounting",
    "build_all",
    "build_author_years",
    "build_author_years_of",
    "build_authorships",
    "build_citations",
    "build_citations_dated",
    "build_concurrently",
    "build_coverage",
    "build_coverage_of_seen",
    "build_institutions",
    "build_no_author_years",
    "build_record_tables",
    "build_removed_records",
    "build_sources",
    "build_topics",
    "build_works",
    "keep_works",
    "newest_year",
    "parse_entities",
    "parse_works",
    "read_snapshot",
    "see_works",
    "takes_one_pass",
]
