"""The tables `institutions`, `sources` and `topics`: one row per record, its newest."""

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot import Snapshot
from isthmus.tables.parsed import PARSED_ENTITIES
from isthmus.tables.removed import REMOVED_RECORDS, kept
from isthmus.tables.sentinels import SENTINEL_INSTITUTIONS
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

INSTITUTIONS = TableSpec(
    name="institutions",
    fields=(
        column("institution_id", "bigint", "number of the institution", False),
        column("display_name", "string", "name"),
        column("country_code", "string", "ISO 3166-1 alpha-2 code of its country today"),
        column("ror", "string", "URL in the Research Organization Registry"),
        column("institution_type", "string", "education, company, ..."),
        column("lineage", "array<bigint>", "the institution and those above it"),
        column("city", "string", "city, today"),
        column("region", "string", "region of the city"),
        column("geonames_city_id", "bigint", "number of the city in GeoNames; the key of a city"),
        column("latitude", "double", "degrees north"),
        column("longitude", "double", "degrees east"),
    ),
    key=("institution_id",),
    comment="Institutions with their place of today, not that of a paper's year.",
)

SOURCES = TableSpec(
    name="sources",
    fields=(
        column("source_id", "bigint", "number of the source", False),
        column("display_name", "string", "name"),
        column("source_type", "string", "journal, conference, repository, ..."),
        column("issn_l", "string", "linking ISSN"),
    ),
    key=("source_id",),
    comment="Journals, conferences, repositories and other sources.",
)

TOPICS = TableSpec(
    name="topics",
    fields=(
        column("topic_id", "bigint", "number of the topic", False),
        column("display_name", "string", "name"),
        column("subfield_id", "int", "number of its subfield (ASJC)"),
        column("subfield_name", "string", "name of its subfield"),
        column("field_id", "int", "number of its field"),
        column("field_name", "string", "name of its field"),
        column("domain_id", "int", "number of its domain"),
        column("domain_name", "string", "name of its domain"),
    ),
    key=("topic_id",),
    comment="Topics and the subfield, field and domain that they belong to.",
)


def build_institutions(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `institutions`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `parsed_entities` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.
    """
    return write(store, INSTITUTIONS, institution_rows(_records(store, "institutions")))


def build_sources(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `sources`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `parsed_entities` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.
    """
    return write(store, SOURCES, source_rows(_records(store, "sources")))


def build_topics(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `topics`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `parsed_entities` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.
    """
    return write(store, TOPICS, topic_rows(_records(store, "topics")))


def institution_rows(records: DataFrame) -> DataFrame:
    """Return the rows of `institutions`; the sentinel for deleted ones is none.

    Parameters
    ----------
    records : DataFrame
        The kept rows of `parsed_entities` that are institutions.
    """
    real = records.where(~F.col("entity_id").isin(*SENTINEL_INSTITUTIONS))
    return real.select(F.col("entity_id").alias("institution_id"), "display_name", "institution.*")


def source_rows(records: DataFrame) -> DataFrame:
    """Return the rows of `sources`.

    Parameters
    ----------
    records : DataFrame
        The kept rows of `parsed_entities` that are sources.
    """
    return records.select(F.col("entity_id").alias("source_id"), "display_name", "source.*")


def topic_rows(records: DataFrame) -> DataFrame:
    """Return the rows of `topics`.

    Parameters
    ----------
    records : DataFrame
        The kept rows of `parsed_entities` that are topics.
    """
    return records.select(F.col("entity_id").alias("topic_id"), "display_name", "topic.*")


def _records(store: TableStore, entity: str) -> DataFrame:
    parsed = store.read(PARSED_ENTITIES).where(F.col("entity") == entity)
    return kept(parsed, store.read(REMOVED_RECORDS), "entity_id")
