"""The parsed lines of a snapshot: read once, then every table is made of them.

A line is a record, a rejected line, or the summary of a part. Staging costs one write and saves parsing for each of the
tables; it also keeps what was rejected and why, and which part each row came from.
"""

from typing import TYPE_CHECKING

from isthmus.engine import TableSpec, TableStore, column
from isthmus.snapshot import NEEDED_ENTITIES, Snapshot, read_works
from isthmus.snapshot.schemas import ENTITIES_SCHEMA, WORKS_SCHEMA, spark_type
from isthmus.snapshot.small import read_entities
from isthmus.tables.built import Built
from isthmus.tables.reading import check_reading

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

COMMENTS = {
    "entity": "works, institutions, sources or topics",
    "part": "path of the part under the snapshot's root",
    "line": "number of the line in its part, from 1 (of a Parquet part: of the row)",
    "work_id": "number of the OpenAlex work",
    "entity_id": "number of the record",
    "updated_date": "when OpenAlex last changed the record",
    "publication_year": "as shipped",
    "publication_date": "as shipped",
    "work_type": "as shipped",
    "authors_count": "number of authors as shipped; null where it is not",
    "authorships": "authors in their order, with their institutions and countries as shipped",
    "referenced_works": "references as listed",
    "reject": "why the line was rejected, and its first 500 bytes",
    "summary": "at the end of a part: lines read, bytes unpacked, damage, fields present and unknown",
}


def _spec(name: str, schema: "pa.Schema", comment: str) -> TableSpec:
    fields = tuple(column(f.name, spark_type(f.type), COMMENTS.get(f.name, "as shipped")) for f in schema)
    return TableSpec(name=name, fields=fields, key=("entity", "part", "line"), comment=comment)


PARSED_WORKS = _spec(
    "parsed_works", WORKS_SCHEMA, "Staging: the lines of all parts of works, typed; rejected lines, part summaries."
)
PARSED_ENTITIES = _spec(
    "parsed_entities",
    ENTITIES_SCHEMA,
    "Staging: the lines of institutions, sources and topics, typed; rejected lines, part summaries.",
)


def parse_works(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Built:
    """Read all parts of works into `parsed_works`, and check what was read against the manifest.

    Parameters
    ----------
    spark, store : the session and the tables.
    snapshot : an open snapshot.

    Raises
    ------
    SnapshotError : there are no works; a needed field is missing everywhere or has another type; a part does not hold
        as many records as its manifest says and the snapshot is not `partial`.

    """
    version = store.overwrite(PARSED_WORKS, read_works(spark, snapshot))
    notes = check_reading(store.read(PARSED_WORKS), snapshot, ("works",))
    return Built(PARSED_WORKS.name, version, store.rows_written(PARSED_WORKS), notes=notes)


def parse_entities(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Built:
    """Read all parts of institutions, sources and topics into `parsed_entities`, and check as for works.

    Parameters
    ----------
    spark, store : the session and the tables.
    snapshot : an open snapshot.

    Raises
    ------
    SnapshotError : as `parse_works`; an entity without any part is no error.

    """
    entities = tuple(entity for entity in NEEDED_ENTITIES if entity != "works")
    lines = read_entities(snapshot, *entities)
    # pyspark makes no DataFrame of an Arrow table without any batch
    rows = spark.createDataFrame(lines) if lines.num_rows else spark.createDataFrame([], PARSED_ENTITIES.schema)
    version = store.overwrite(PARSED_ENTITIES, rows)
    notes = check_reading(store.read(PARSED_ENTITIES), snapshot, entities)
    return Built(PARSED_ENTITIES.name, version, store.rows_written(PARSED_ENTITIES), notes=notes)
