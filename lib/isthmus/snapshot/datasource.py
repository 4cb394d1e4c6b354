"""The Spark data source `openalex`: parts of JSON and Parquet, one task each, as typed rows.

register(spark)
spark.read.format("openalex").option("entity", "works").load("/data/openalex-snapshot")
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

from isthmus.config.storage import Storage, load_storage
from isthmus.errors import SnapshotError, did_you_mean
from isthmus.files import Root, absolute, open_root
from isthmus.snapshot.entities import parse_entity
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.model import NEEDED_ENTITIES, PARQUET, Part, Snapshot
from isthmus.snapshot.opening import open_snapshot
from isthmus.snapshot.parquet.parse import parse_parquet
from isthmus.snapshot.schemas import WORKS_SCHEMA, schema_of, spark_ddl

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

FORMAT = "openalex"
SMALLEST_TASK, LARGEST_TASK = 1 << 20, 64 << 20
TASKS_WANTED = 64


@dataclass(frozen=True)
class PartGroup(InputPartition):
    """The parts that one task reads: a large one alone, small ones together."""

    parts: tuple[Part, ...]


class OpenAlexDataSource(DataSource):
    """Options: `entity` (works, or others with commas), `path`, `layout`, `partial`, `storage` (a YAML file).

    `root`, `parts` and `buckets` instead of a path are what `read_works` has found in a snapshot that is already open.
    """

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return FORMAT

    def schema(self) -> str:
        """Return the columns of a parsed line."""
        return spark_ddl(schema_of(self._entity()))

    def reader(self, schema: "StructType") -> "OpenAlexReader":
        """Return the reader of all parts."""
        if "parts" in self.options:
            parts = msgspec.json.decode(self.options["parts"], type=list[Part])
            buckets = Storage.model_validate_json(self.options["buckets"])
            return OpenAlexReader(self.options["root"], parts, buckets)
        uri = self.options.get("path")
        if uri is None:
            raise SnapshotError(
                'the format "openalex" needs a path: spark.read.format("openalex").load("/data/snapshot")'
            )
        partial = self.options.get("partial", "false").lower() == "true"
        storage = load_storage(self.options["storage"]) if "storage" in self.options else Storage()
        snapshot = open_snapshot(uri, layout=self.options.get("layout"), partial=partial, storage=storage)
        return OpenAlexReader(
            absolute(uri), [part for entity in self._entity().split(",") for part in snapshot.parts(entity)], storage
        )

    def _entity(self) -> str:
        entity = self.options.get("entity", "works")
        for name in entity.split(","):
            if name not in NEEDED_ENTITIES:
                raise SnapshotError(f"entity {name!r} does not become rows; {did_you_mean(name, NEEDED_ENTITIES)}")
        return entity


class OpenAlexReader(DataSourceReader):
    """Reads parts in Spark's Python workers.

    Parameters
    ----------
    uri : str
        The snapshot's root.
    parts : Sequence[Part]
        The parts.
    storage : Storage
        How the bucket is reached; it names secrets and holds none.
    """

    def __init__(self, uri: str, parts: Sequence[Part], storage: Storage) -> None:
        self._uri = uri
        self._parts = tuple(parts)
        self._storage = storage

    def partitions(self) -> Sequence[InputPartition]:
        """Return groups of parts, the largest first so that it does not end alone."""
        return group_parts(self._parts)

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the lines of a group of parts."""
        root = open_root(self._uri, self._storage)
        for part in getattr(partition, "parts", ()):
            yield from parse_lines(root, part)


def parse_lines(root: Root, part: Part, *, vouch: bool = True) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a part of whatever entity and format; the last batch is the summary of the part.

    Parameters
    ----------
    root : Root
        The snapshot's root.
    part : Part
        The part.
    vouch : bool, default True
        As for `parse_part`.
    """
    if part.entity != "works":
        return parse_entity(root, part)
    return parse_parquet(root, part) if part.format == PARQUET else parse_part(root, part, vouch=vouch)


def group_parts(parts: Sequence[Part]) -> list[PartGroup]:
    """Return the parts by task: each large part alone, neighbours together up to a 64th of all bytes (1 to 64 MB).

    Parameters
    ----------
    parts : Sequence[Part]
        The parts in their order.
    """
    size = min(max(sum(part.bytes for part in parts) // TASKS_WANTED, SMALLEST_TASK), LARGEST_TASK)
    groups: list[list[Part]] = []
    filled = size
    for part in parts:
        if filled + part.bytes > size:
            groups.append([])
            filled = 0
        groups[-1].append(part)
        filled += part.bytes
    groups.sort(key=lambda group: -sum(part.bytes for part in group))
    return [PartGroup(tuple(group)) for group in groups]


def register(spark: "SparkSession") -> None:
    """Make `spark.read.format("openalex")` known to a session; doing so again changes nothing.

    Parameters
    ----------
    spark : SparkSession
        The session.
    """
    spark.dataSource.register(OpenAlexDataSource)


def read_works(spark: "SparkSession", snapshot: Snapshot) -> "DataFrame":
    """Return the parsed lines of works, of whatever layout: records, rejected lines and one summary per part.

    Parameters
    ----------
    spark : SparkSession
        The session.
    snapshot : Snapshot
        An open snapshot.
    """
    parts = snapshot.parts("works")
    if not parts:
        return spark.createDataFrame([], spark_ddl(WORKS_SCHEMA))
    register(spark)
    listing = msgspec.json.encode([asdict(part) for part in parts]).decode()
    reader = spark.read.format(FORMAT).option("root", absolute(snapshot.uri)).option("parts", listing)
    return reader.option("buckets", snapshot.storage.model_dump_json()).load()
