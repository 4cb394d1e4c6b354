"""What is read: real records repeated with changed ids until they are large enough, and a simulated world."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from isal import igzip

from isthmus.simulate import World, simulate_snapshot
from isthmus.snapshot.parquet.shapes import WORK, Shape

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "openalex"
OWN_ID = re.compile(rb'"id":\s*"https://openalex\.org/W\d+"')
FIRST_NEW_ID = 8_000_000_000  # beyond OpenAlex's own
RELEASE = "2026-06-25"
PARTITION = "updated_date=2026-06-24"
COPIES_IN_A_PART = 7  # some 39,000 works; official parts have up to 400,000
GZIP_LEVEL = 2  # of ISA-L: within a few percent of the size of OpenAlex's own files
ROW_GROUP = 5_558


def real_snapshot(folder: Path, gigabytes: float) -> Path:
    """The 5,558 real works of the 2026 format as an official snapshot, JSON Lines and Parquet, with manifests."""
    if (folder / "complete").exists():
        return folder
    source = REAL / "works_2026_format.jsonl.gz"
    if not source.exists():
        raise click.UsageError(f"the real records are not there ({source}); use --records simulated")
    lines = gzip.decompress(source.read_bytes()).splitlines()
    size = sum(map(len, lines)) + len(lines)
    copies = max(COPIES_IN_A_PART, round(gigabytes * 1e9 / size))
    table = _table(lines)
    for number, start in enumerate(range(0, copies, COPIES_IN_A_PART)):
        chosen = range(start, min(start + COPIES_IN_A_PART, copies))
        text = b"".join(line + b"\n" for copy in chosen for line in _renamed(lines, copy))
        _put(folder / "data/jsonl/works" / PARTITION / f"part_{number:04d}.gz", igzip.compress(text, GZIP_LEVEL))
        part = folder / "data/parquet/works" / PARTITION / f"part_{number:04d}.parquet"
        part.parent.mkdir(parents=True, exist_ok=True)
        copied = pa.concat_tables(_renamed_table(table, copy) for copy in chosen)
        pq.write_table(copied, part, compression="snappy", row_group_size=ROW_GROUP)
    _manifests(folder, copies * len(lines))
    (folder / "complete").write_text(json.dumps({"works": copies * len(lines), "text": copies * size}))
    return folder


def simulated_snapshot(folder: Path, works: int, formats: tuple[str, ...] = ("jsonl", "parquet")) -> Path:
    """A simulated world of this many works."""
    if not (folder / "complete").exists():
        simulate_snapshot(str(folder), world=World(works=works), formats=list(formats))
        text = sum(_text_bytes(part) for part in sorted((folder / "data/jsonl/works").rglob("part_*")))
        (folder / "complete").write_text(json.dumps({"works": works, "text": text}))
    return folder


def facts(folder: Path) -> dict[str, int]:
    """Works and bytes of JSON text of a snapshot made here, and bytes of its parts by layout."""
    known: dict[str, int] = json.loads((folder / "complete").read_text())
    for layout in ("jsonl", "parquet"):
        known[layout] = sum(part.stat().st_size for part in (folder / "data" / layout / "works").rglob("part_*"))
    return known


def needed_share(folder: Path) -> float:
    """The share of the bytes of Parquet parts that lies in columns which are read."""
    needed = every = 0
    wanted = set(_leaves(WORK))
    for part in (folder / "data/parquet/works").rglob("part_*"):
        found = pq.ParquetFile(part).metadata
        for group in range(found.num_row_groups):
            for index in range(found.num_columns):
                column = found.row_group(group).column(index)
                every += column.total_compressed_size
                path = column.path_in_schema.replace(".list.element", "").replace(".list.item", "")
                needed += column.total_compressed_size if path in wanted else 0
    return needed / every


def _leaves(shape: Shape, path: str = "") -> Iterator[str]:
    """The paths of the values of a shape."""
    if isinstance(shape, dict):
        for name, inner in shape.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(shape, list):
        yield from _leaves(shape[0], path)
    else:
        yield path


def _text_bytes(part: Path) -> int:
    with igzip.open(part) as stream:
        return sum(len(chunk) for chunk in iter(lambda: stream.read(1 << 24), b""))


def _put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _new_ids(count: int, copy: int) -> np.ndarray:
    return FIRST_NEW_ID + copy * count + np.arange(count)


def _renamed(lines: list[bytes], copy: int) -> Iterator[bytes]:
    for line, number in zip(lines, _new_ids(len(lines), copy), strict=True):
        yield OWN_ID.sub(b'"id":"https://openalex.org/W%d"' % number, line, count=1)


def _renamed_table(table: pa.Table, copy: int) -> pa.Table:
    numbers = pa.array(_new_ids(table.num_rows, copy)).cast(pa.string())
    urls = pc.binary_join_element_wise("https://openalex.org/W", numbers, "")
    return table.set_column(table.schema.get_field_index("id"), "id", urls)


def _table(lines: list[bytes]) -> pa.Table:
    """All fields of the records as columns; the abstract as the JSON string that the official Parquet has."""
    return pa.Table.from_pylist([_flat(msgspec.json.decode(line)) for line in lines])


def _flat(record: dict[str, object]) -> dict[str, object]:
    for name in ("abstract_inverted_index", "international", "biblio", "summary_stats"):
        if isinstance(record.get(name), dict):
            record[name] = json.dumps(record[name])
    return {name: value for name, value in record.items() if value not in ([], {}) or name in ("topics", "authorships")}


def _manifests(folder: Path, works: int) -> None:
    for layout in ("jsonl", "parquet"):
        base = folder / "data" / layout
        parts = sorted((base / "works").rglob("part_*"))
        files = [
            {
                "url": f"s3://openalex/data/{layout}/{part.relative_to(base).as_posix()}",
                "meta": {"content_length": part.stat().st_size, "record_count": None},
            }
            for part in parts
        ]
        totals = {"record_count": works, "content_length": sum(part.stat().st_size for part in parts)}
        own = {"date": RELEASE, "format": layout, "entity": "works", "files": files} | totals
        _put(base / "works" / "manifest.json", json.dumps(own).encode())
