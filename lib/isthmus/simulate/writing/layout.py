"""Where files lie: the three layouts of the snapshot, their manifests, and the list of deleted works."""

import io
from collections.abc import Iterable, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from isal import igzip

from isthmus.simulate.world.target import Target
from isthmus.snapshot.releases import COMPRESSION, FOLDERS, PartFile, gzip_lines, manifests, part_path


def write_lines(target: Target, layout: str, entity: str, day: date, number: int, lines: Sequence[bytes]) -> PartFile:
    """Write a part of JSON Lines."""
    path = part_path(layout, entity, day, number)
    return PartFile(layout, entity, path, target.write(path, gzip_lines(lines)), len(lines))


def write_table(target: Target, entity: str, day: date, number: int, table: pa.Table) -> PartFile:
    """Write a part of Parquet: snappy, time stamps in microseconds."""
    path = part_path("parquet", entity, day, number)
    return PartFile("parquet", entity, path, target.write(path, parquet_bytes(table)), table.num_rows)


def parquet_bytes(table: pa.Table) -> bytes:
    """Return a table as a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="snappy", coerce_timestamps="us")
    return buffer.getvalue()


def write_manifests(target: Target, files: Iterable[PartFile], release: date) -> None:
    """Write each entity's manifest and, last, the combined one, for every layout among the files."""
    for path, content in manifests(files, release):
        target.write(path, content)


def write_deleted(target: Target, layout: str, deleted: Iterable[tuple[int, date]]) -> None:
    """Write the list of deleted works, as full addresses."""
    rows = ["work_id,deleted_date", *(f"https://openalex.org/W{work},{day.isoformat()}" for work, day in deleted)]
    target.write(f"{FOLDERS[layout]}/works/deleted_ids.csv", ("\n".join(rows) + "\n").encode())


def write_merged(target: Target, day: date, merged: Iterable[tuple[str, int, int]]) -> None:
    """Write the legacy lists of merged ids, a file per entity; rows are (letter of the entity, old and new number)."""
    entities = {"W": "works", "A": "authors"}
    rows = list(merged)
    for letter, entity in entities.items():
        lines = [f"{day.isoformat()},{k}{old},{k}{new}" for k, old, new in rows if k == letter]
        text = "\n".join(["merge_date,id,merge_into_id", *lines]) + "\n"
        path = f"{FOLDERS['legacy']}/merged_ids/{entity}/{day.isoformat()}.csv.gz"
        target.write(path, igzip.compress(text.encode(), COMPRESSION, mtime=0))
