"""Writing a release: where its parts lie, and the manifests that say what is complete."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from isal import igzip

COMPRESSION = 1
FOLDERS = {"jsonl": "data/jsonl", "parquet": "data/parquet", "legacy": "legacy-data"}
SUFFIXES = {"jsonl": ".gz", "parquet": ".parquet", "legacy": ".gz"}
DIGITS = {"jsonl": 4, "parquet": 4, "legacy": 3}
BUCKET = "s3://openalex/"


@dataclass(frozen=True)
class PartFile:
    """One written part.

    Parameters
    ----------
    layout, entity : str
        What it is a part of.
    path : str
        Under the snapshot's root.
    size : int
        Bytes.
    records : int
        Lines or rows.
    """

    layout: str
    entity: str
    path: str
    size: int
    records: int


def part_path(layout: str, entity: str, day: date, number: int) -> str:
    """Return where a part lies under the root.

    Parameters
    ----------
    layout, entity : str
        What it is a part of.
    day : date
        Of the folder `updated_date=...`.
    number : int
        Of the part in its folder, from 0.
    """
    name = f"part_{number:0{DIGITS[layout]}d}{SUFFIXES[layout]}"
    return f"{FOLDERS[layout]}/{entity}/updated_date={day.isoformat()}/{name}"


def gzip_lines(lines: Sequence[bytes]) -> bytes:
    """Return lines as gzip, without a time stamp so that the same lines give the same bytes.

    Parameters
    ----------
    lines : Sequence[bytes]
        Without line ends.
    """
    packed: bytes = igzip.compress(b"\n".join(lines) + b"\n" if lines else b"", COMPRESSION, mtime=0)
    return packed


def manifests(files: Iterable[PartFile], release: date) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each entity's manifest and, last, of the combined one, for every layout.

    Parameters
    ----------
    files : Iterable[PartFile]
        All parts.
    release : date
        Of the release.
    """
    by_layout: dict[str, dict[str, list[PartFile]]] = defaultdict(lambda: defaultdict(list))
    for file in sorted(files, key=lambda f: f.path):
        by_layout[file.layout][file.entity].append(file)
    for layout, entities in by_layout.items():
        base = FOLDERS[layout]
        documents = {entity: _manifest(layout, entity, parts, release) for entity, parts in sorted(entities.items())}
        for entity, document in documents.items():
            name = "manifest" if layout == "legacy" else "manifest.json"
            yield f"{base}/{entity}/{name}", json.dumps(document, indent=1).encode()
        if layout != "legacy":
            totals = _totals(file for parts in entities.values() for file in parts)
            whole = {"date": release.isoformat(), "format": layout, "entities": documents, "meta": totals}
            yield f"{base}/manifest.json", json.dumps(whole, indent=1).encode()


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
