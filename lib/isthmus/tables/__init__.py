"""The durable tables of a snapshot: works, authorships, citations, institutions, sources, topics, coverage."""

from isthmus.tables.accounting import (
    ACCOUNTING,
    REJECTS,
    SNAPSHOT_PARTS,
    UNKNOWN_FIELDS,
    AccountingBuilt,
    build_accounting,
)
from isthmus.tables.authorships import AUTHORSHIPS, build_authorships
from isthmus.tables.built import Built
from isthmus.tables.catchall import CATCH_ALL_AUTHORS, CATCH_ALL_INSTITUTIONS, CATCH_ALL_WORKS
from isthmus.tables.citations import CITATIONS, build_citations
from isthmus.tables.coverage import COVERAGE, build_coverage
from isthmus.tables.discarded import REMOVED_RECORDS, build_discarded
from isthmus.tables.entities import (
    INSTITUTIONS,
    SOURCES,
    TOPICS,
    build_institutions,
    build_sources,
    build_topics,
)
from isthmus.tables.everything import build_all, build_concurrently
from isthmus.tables.onestudy import SEEN_WORKS, build_coverage_of_seen, keep_works, newest_year, see_works
from isthmus.tables.parsed import PARSED_ENTITIES, PARSED_WORKS, parse_entities, parse_works
from isthmus.tables.works import WORKS, build_works

TABLES = (
    PARSED_WORKS,
    PARSED_ENTITIES,
    REMOVED_RECORDS,
    WORKS,
    AUTHORSHIPS,
    CITATIONS,
    INSTITUTIONS,
    SOURCES,
    TOPICS,
    COVERAGE,
    REJECTS,
    SNAPSHOT_PARTS,
    UNKNOWN_FIELDS,
    ACCOUNTING,
)
"""Every table of this room, in the order in which they are written."""

__all__ = [
    "ACCOUNTING",
    "AUTHORSHIPS",
    "CATCH_ALL_AUTHORS",
    "CATCH_ALL_INSTITUTIONS",
    "CATCH_ALL_WORKS",
    "CITATIONS",
    "COVERAGE",
    "INSTITUTIONS",
    "PARSED_ENTITIES",
    "PARSED_WORKS",
    "REJECTS",
    "REMOVED_RECORDS",
    "SEEN_WORKS",
    "SNAPSHOT_PARTS",
    "SOURCES",
    "TABLES",
    "TOPICS",
    "UNKNOWN_FIELDS",
    "WORKS",
    "AccountingBuilt",
    "Built",
    "build_accounting",
    "build_all",
    "build_authorships",
    "build_citations",
    "build_concurrently",
    "build_coverage",
    "build_coverage_of_seen",
    "build_discarded",
    "build_institutions",
    "build_sources",
    "build_topics",
    "build_works",
    "keep_works",
    "newest_year",
    "parse_entities",
    "parse_works",
    "see_works",
]
