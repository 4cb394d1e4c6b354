"""Where files lie: the three layouts of the snapshot, their manifests, and the list of deleted works."""

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from isal import igzip

from isthmus.simulate.world.target import Target

COMPRESSION = 1
FOLDERS = {"jsonl": "data/jsonl", "parquet": "data/parquet", "legacy": "legacy-data"}
SUFFIXES = {"jsonl": ".gz", "parquet": ".parquet", "legacy": ".gz"}
DIGITS = {"jsonl": 4, "parquet": 4, "legacy": 3}
BUCKET = "s3://openalex/"


@dataclass(frozen=True)
class PartFile:
    """One written part: its layout, entity, path under the snapshot's root, bytes and records."""

    layout: str
    entity: str
    path: str
    size: int
    records: int


def part_path(layout: str, entity: str, day: date, number: int) -> str:
    """Where a part lies under the root."""
    name = f"part_{number:0{DIGITS[layout]}d}{SUFFIXES[layout]}"
    return f"{FOLDERS[layout]}/{entity}/updated_date={day.isoformat()}/{name}"


def gzip_lines(lines: Sequence[bytes]) -> bytes:
    """Lines as gzip, without a time stamp so that the same lines give the same bytes."""
    packed: bytes = igzip.compress(b"\n".join(lines) + b"\n" if lines else b"", COMPRESSION, mtime=0)
    return packed


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
    by_layout: dict[str, dict[str, list[PartFile]]] = defaultdict(lambda: defaultdict(list))
    for file in sorted(files, key=lambda f: f.path):
        by_layout[file.layout][file.entity].append(file)
    for layout, entities in by_layout.items():
        base = FOLDERS[layout]
        documents = {entity: _manifest(layout, entity, parts, release) for entity, parts in sorted(entities.items())}
        for entity, document in documents.items():
            name = "manifest" if layout == "legacy" else "manifest.json"
            target.write(f"{base}/{entity}/{name}", json.dumps(document, indent=1).encode())
        if layout != "legacy":
            totals = _totals(file for parts in entities.values() for file in parts)
            whole = {"date": release.isoformat(), "format": layout, "entities": documents, "meta": totals}
            target.write(f"{base}/manifest.json", json.dumps(whole, indent=1).encode())


def _totals(files: Iterable[PartFile]) -> dict[str, int]:
    listed = list(files)
    return {"record_count": sum(f.records for f in listed), "content_length": sum(f.size for f in listed)}


def _manifest(layout: str, entity: str, parts: list[PartFile], release: date) -> dict[str, object]:
    bucket = BUCKET + ("data/" if layout == "legacy" else "")
    entries = [
        {
            "url": bucket + (p.path.removeprefix("legacy-data/") if layout == "legacy" else p.path),
            "meta": {"content_length": p.size, "record_count": p.records},
        }
        for p in parts
    ]
    totals = _totals(parts)
    if layout == "legacy":
        return {"entries": entries, "meta": totals}
    return {"date": release.isoformat(), "format": layout, "entity": entity, **totals, "files": entries}


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
