"""All tables of a snapshot in one call; the pipeline calls the same builders stage by stage."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from isthmus.engine import TableStore
from isthmus.engine.concurrent import concurrently
from isthmus.snapshot import Snapshot
from isthmus.tables.accounting import build_accounting
from isthmus.tables.author_years import build_author_years
from isthmus.tables.authorships import build_authorships
from isthmus.tables.citations import build_citations
from isthmus.tables.citations_dated import build_citations_dated
from isthmus.tables.coverage import build_coverage
from isthmus.tables.entities import build_institutions, build_sources, build_topics
from isthmus.tables.one_pass_commit import commit_record_tables
from isthmus.tables.one_pass_reading import read_lines, takes_one_pass
from isthmus.tables.parsed import parse_entities, parse_works
from isthmus.tables.removed import build_removed_records
from isthmus.tables.works import build_works
from isthmus.tables.writing import Written, both

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Builder = Callable[["SparkSession", TableStore, Snapshot], Written]


def build_all(
    spark: "SparkSession", store: TableStore, snapshot: Snapshot, *, incremental: bool = False
) -> list[Written]:
    """Write every table of a snapshot; tables that do not read each other are written at the same time.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables.
    snapshot : Snapshot
        An open snapshot.
    incremental : bool, default False
        Read only the parts that changed since the tables were written.

    Raises
    ------
    SnapshotError
        The snapshot is not what it promises; see `parse_works`.
    """
    written = read_snapshot(spark, store, snapshot, incremental=incremental)
    records, entities = both(
        partial(build_record_tables, spark, store, snapshot),
        partial(build_concurrently, spark, store, snapshot, build_institutions, build_sources, build_topics),
    )
    written += [*records, *entities]
    written += build_concurrently(spark, store, snapshot, build_citations_dated, build_author_years, build_coverage)
    return [*written, *build_accounting(spark, store, snapshot).all]


def read_snapshot(
    spark: "SparkSession", store: TableStore, snapshot: Snapshot, *, incremental: bool = False
) -> list[Written]:
    """Read the parts of a snapshot, check them against the manifest, and decide which records are removed.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables.
    snapshot : Snapshot
        An open snapshot.
    incremental : bool, default False
        Read only the parts that changed since the tables were written.

    Raises
    ------
    SnapshotError
        As `parse_works`.
    """
    read_works = read_lines if takes_one_pass(store, snapshot) else parse_works
    readers = (partial(read, incremental=incremental) for read in (read_works, parse_entities))
    return [
        *build_concurrently(spark, store, snapshot, *readers),
        build_removed_records(spark, store, snapshot),
    ]


def build_record_tables(
    spark: "SparkSession", store: TableStore, snapshot: Snapshot, *, from_staging: bool = False
) -> list[Written]:
    """Write `works`, `authorships` and `citations`, in this order.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; what `read_snapshot` wrote is there.
    snapshot : Snapshot
        The snapshot.
    from_staging : bool, default False
        Make them of `parsed_works` in any case, as for a single study.
    """
    if takes_one_pass(store, snapshot) and not from_staging:
        return commit_record_tables(spark, store, snapshot)
    return build_concurrently(spark, store, snapshot, build_works, build_authorships, build_citations)


def build_concurrently(
    spark: "SparkSession", store: TableStore, snapshot: Snapshot, *builders: Builder
) -> list[Written]:
    """Run builders that do not read each other's tables at the same time; results in their order.

    Parameters
    ----------
    spark, store, snapshot : SparkSession, TableStore, Snapshot
        What every builder works with.
    builders : Builder
        Functions of this room that write one table.
    """
    return concurrently(*(partial(build, spark, store, snapshot) for build in builders))
