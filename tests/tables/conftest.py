"""Snapshots made for tests: records as official JSON Lines, and the same records as official Parquet."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

RELEASE = "2026-06-25"
TEXT, LONG, REAL, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
LEVEL = pa.struct([("id", TEXT), ("display_name", TEXT)])
TOPIC = pa.struct(
    [("id", TEXT), ("display_name", TEXT), ("score", REAL), ("subfield", LEVEL), ("field", LEVEL), ("domain", LEVEL)]
)
SOURCE = pa.struct([("id", TEXT), ("display_name", TEXT), ("issn_l", TEXT), ("type", TEXT)])
AFFILIATION = pa.struct(
    [
        ("id", TEXT),
        ("display_name", TEXT),
        ("ror", TEXT),
        ("country_code", TEXT),
        ("type", TEXT),
        ("lineage", pa.list_(TEXT)),
    ]
)
AUTHORSHIP = pa.struct(
    [
        ("author_position", TEXT),
        ("author", pa.struct([("id", TEXT), ("display_name", TEXT), ("orcid", TEXT)])),
        ("institutions", pa.list_(AFFILIATION)),
        ("countries", pa.list_(TEXT)),
        ("raw_author_name", TEXT),
    ]
)
STAMP = pa.timestamp("us", tz="UTC")
OFFICIAL = {
    "works": pa.schema(
        [
            ("id", TEXT),
            ("title", TEXT),
            ("publication_year", pa.int32()),
            ("publication_date", TEXT),
            ("type", TEXT),
            ("is_retracted", FLAG),
            ("is_paratext", FLAG),
            ("is_xpac", FLAG),
            ("primary_location", pa.struct([("is_oa", FLAG), ("source", SOURCE)])),
            ("host_venue", SOURCE),
            ("primary_topic", TOPIC),
            ("topics", pa.list_(TOPIC)),
            ("concepts", pa.list_(pa.struct([("id", TEXT), ("display_name", TEXT), ("score", REAL)]))),
            ("authors_count", LONG),
            ("authorships", pa.list_(AUTHORSHIP)),
            ("referenced_works", pa.list_(TEXT)),
            ("abstract_inverted_index", TEXT),
            ("updated_date", STAMP),
        ]
    ),
    "institutions": pa.schema(
        [
            ("id", TEXT),
            ("display_name", TEXT),
            ("country_code", TEXT),
            ("ror", TEXT),
            ("type", TEXT),
            ("lineage", pa.list_(TEXT)),
            (
                "geo",
                pa.struct(
                    [
                        ("city", TEXT),
                        ("geonames_city_id", TEXT),
                        ("region", TEXT),
                        ("country_code", TEXT),
                        ("country", TEXT),
                        ("latitude", REAL),
                        ("longitude", REAL),
                    ]
                ),
            ),
            ("updated_date", STAMP),
        ]
    ),
    "sources": pa.schema(
        [("id", TEXT), ("display_name", TEXT), ("issn_l", TEXT), ("type", TEXT), ("updated_date", STAMP)]
    ),
    "topics": pa.schema(
        [
            ("id", TEXT),
            ("display_name", TEXT),
            ("subfield", LEVEL),
            ("field", LEVEL),
            ("domain", LEVEL),
            ("updated_date", STAMP),
        ]
    ),
}


def write_jsonl(
    root: Path, lines: dict[str, list[bytes]], partition: str = "2026-06-24", release: str = RELEASE
) -> Path:
    """Lines per entity as an official JSON Lines snapshot of one part each, with manifests."""
    for entity, content in lines.items():
        file = root / "data/jsonl" / entity / f"updated_date={partition}" / "part_0000.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(b"".join(line + b"\n" for line in content)))
    return with_manifests(root, "jsonl", {entity: len(content) for entity, content in lines.items()}, release)


def write_parquet(
    root: Path, lines: dict[str, list[bytes]], partition: str = "2026-06-24", release: str = RELEASE
) -> Path:
    """The same records as an official Parquet snapshot."""
    for entity, content in lines.items():
        file = root / "data/parquet" / entity / f"updated_date={partition}" / "part_0000.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = [typed(json.loads(line), OFFICIAL[entity]) for line in content]
        pq.write_table(pa.Table.from_pylist(rows, OFFICIAL[entity]), file)
    return with_manifests(root, "parquet", {entity: len(content) for entity, content in lines.items()}, release)


def with_manifests(root: Path, layout: str, records: dict[str, int], release: str = RELEASE) -> Path:
    """Write the manifest of each entity and the combined one."""
    base = root / "data" / layout
    combined = {"date": release, "format": layout, "entities": {}, "meta": {"record_count": sum(records.values())}}
    for entity, count in records.items():
        files = [
            {
                "url": f"s3://openalex/data/{layout}/{file.relative_to(base).as_posix()}",
                "meta": {"content_length": file.stat().st_size, "record_count": count},
            }
            for file in sorted((base / entity).rglob("part_*"))
        ]
        size = sum(file["meta"]["content_length"] for file in files)
        own = {"record_count": count, "content_length": size, "files": files}
        combined["entities"][entity] = own
        manifest = {"date": release, "format": layout, "entity": entity} | own
        (base / entity / "manifest.json").write_text(json.dumps(manifest))
    (base / "manifest.json").write_text(json.dumps(combined))
    return root


def typed(value, dtype):
    """A JSON value as the official Parquet types hold it: scores are numbers, the abstract is a JSON string."""
    if value is None or dtype is None:
        return None
    if isinstance(dtype, pa.Schema):
        return {field.name: typed(value.get(field.name), field.type) for field in dtype}
    if pa.types.is_struct(dtype):
        return {field.name: typed(value.get(field.name), field.type) for field in dtype}
    if pa.types.is_list(dtype):
        return [typed(item, dtype.value_type) for item in value]
    if pa.types.is_floating(dtype):
        return float(value)
    if pa.types.is_timestamp(dtype):
        from datetime import UTC, datetime

        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return json.dumps(value) if isinstance(value, dict) else value


@pytest.fixture(scope="session")
def real_lines(openalex_records):
    """The lines of the real records by entity, as they lie there."""
    names = {
        "works": ["works_2026_format", "works_legacy_snapshot_rows", "works_reissued", "works_walden_2025_11_rows"],
        "institutions": ["institutions", "institutions_geo_joined_from_ror"],
        "sources": ["sources"],
        "topics": ["topics_from_works"],
    }
    return {
        entity: [
            line for name in files for line in gzip.open(openalex_records / f"{name}.jsonl.gz").read().splitlines()
        ]
        for entity, files in names.items()
    }


@pytest.fixture(scope="session")
def as_jsonl():
    """The function that writes lines as an official JSON Lines snapshot."""
    return write_jsonl


@pytest.fixture(scope="session")
def as_parquet():
    """The function that writes lines as an official Parquet snapshot."""
    return write_parquet


@pytest.fixture(scope="session")
def renew_manifests():
    """The function that writes the manifests of a snapshot anew."""
    return with_manifests
