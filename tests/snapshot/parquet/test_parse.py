"""Parts of Parquet as Arrow: the same rows as the same records as JSON, whatever the types of their columns."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import SnapshotError
from isthmus.files import open_root
from isthmus.snapshot import Part
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.parquet.parse import BATCH_ROWS, parse_parquet
from isthmus.snapshot.parquet.shapes import WORK, leaves
from isthmus.snapshot.schemas import DOUBLE, INT, STRING, WORKS_SCHEMA

LEVEL = pa.struct([("id", pa.string()), ("display_name", pa.string())])


def topic(level, score):
    return pa.struct([("id", pa.string()), ("subfield", level), ("field", level), ("domain", level), ("score", score)])


def columns(level=LEVEL, score=DOUBLE, text=STRING, year=INT):
    """The columns of works in some vintage's types, with others between that nobody needs."""
    source = pa.struct([("display_name", text), ("id", text), ("type", text), ("issn", pa.list_(text))])
    institution = pa.struct([("id", text), ("lineage", pa.list_(text)), ("country_code", text)])
    authorship = pa.struct(
        [
            ("author_position", text),
            ("author", pa.struct([("id", text), ("orcid", text)])),
            ("institutions", pa.list_(institution)),
            ("countries", pa.list_(text)),
        ]
    )
    return pa.schema(
        [
            ("doi", text),
            ("id", text),
            ("updated_date", text),
            ("publication_year", year),
            ("publication_date", text),
            ("type", text),
            ("ids", pa.map_(pa.string(), pa.string())),
            ("is_retracted", pa.bool_()),
            ("is_paratext", pa.bool_()),
            ("is_xpac", pa.bool_()),
            ("primary_location", pa.struct([("is_oa", pa.bool_()), ("source", source)])),
            ("host_venue", source),
            ("primary_topic", topic(level, score)),
            ("topics", pa.list_(topic(level, score))),
            ("concepts", pa.list_(pa.struct([("id", text), ("wikidata", text), ("score", score)]))),
            ("authors_count", year),
            ("authorships", pa.list_(authorship)),
            ("referenced_works", pa.list_(text)),
        ]
    )


def write(folder, rows, schema, name="part_0000.parquet", **options):
    pq.write_table(pa.Table.from_pylist(rows, schema), folder / name, **options)
    return Part("works", name, (folder / name).stat().st_size, format="parquet")


def parse(folder, part):
    table = pa.Table.from_batches(list(parse_parquet(open_root(str(folder)), part)))
    assert table.schema == WORKS_SCHEMA
    rows = table.to_pylist()
    records, rejects = ([row for row in rows if row[kind] is not None] for kind in ("work_id", "reject"))
    assert rows[-1]["summary"]["read"] == len(records) + len(rejects) == len(rows) - 1
    return records, rejects, rows[-1]["summary"]


def from_json(folder, rows):
    """The same records through the reader of JSON Lines."""
    (folder / "works.jsonl").write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    part = Part("works", "works.jsonl", (folder / "works.jsonl").stat().st_size)
    table = pa.Table.from_batches(list(parse_part(open_root(str(folder)), part)))
    return table.filter(pc.is_null(table["summary"])).to_pylist()


def alike(mine, other):
    """Both readers gave the same rows; their files have other names."""
    drop = {"part", "reject"}
    assert [{k: v for k, v in row.items() if k not in drop} for row in mine] == [
        {k: v for k, v in row.items() if k not in drop} for row in other
    ]


IDS = st.sampled_from(
    [None, "", "W", "I-1", "https://openalex.org/W12", "W7", "https://openalex.org/I3", "7", "https://openalex.org/T" + "9" * 19, "https://openalex.org/A" + "1" * 18, "né"]
)  # fmt: skip
TEXTS = st.sampled_from([None, "", "US", "journal", "Ωmega"])
SCORES = st.sampled_from([None, 0.0, 0.25, 1.0])


def objects(**fields):
    return st.none() | st.fixed_dictionaries(fields)


def lists(item):
    return st.none() | st.lists(item, max_size=4)


LEVELS = objects(id=st.sampled_from([None, "https://openalex.org/subfields/1702", "17", "https://openalex.org/fields/9999999999"]))  # fmt: skip
TOPICS = objects(id=IDS, subfield=LEVELS, field=LEVELS, domain=LEVELS, score=SCORES)
SOURCES = objects(id=IDS, type=TEXTS)
WORKS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["https://openalex.org/W1", "https://openalex.org/W2", "W3"]),
        "updated_date": st.sampled_from([None, "2026-01-02", "2026-01-02T03:04:05.6", "no date"]),
        "publication_year": st.sampled_from([None, 1899, 2020]),
        "publication_date": st.sampled_from([None, "2020-02-29", "2021-02-29", "x"]),
        "type": TEXTS,
        "is_retracted": st.none() | st.booleans(),
        "is_xpac": st.none() | st.booleans(),
        "primary_location": objects(source=SOURCES),
        "host_venue": SOURCES,
        "primary_topic": TOPICS,
        "topics": lists(TOPICS),
        "concepts": lists(objects(id=IDS, score=SCORES)),
        "authors_count": st.sampled_from([None, 0, 3]),
        "authorships": lists(
            objects(
                author_position=TEXTS,
                author=objects(id=IDS, orcid=TEXTS),
                institutions=lists(objects(id=IDS, country_code=TEXTS)),
                countries=lists(TEXTS),
            )
        ),
        "referenced_works": lists(IDS),
    }
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(WORKS, min_size=1, max_size=6), text=st.sampled_from([pa.string(), pa.large_string()]))
def test_any_record_is_what_it_is_as_json(tmp_path_factory, rows, text):
    folder = tmp_path_factory.mktemp("both")
    records, rejects, _ = parse(folder, write(folder, rows, columns(text=text)))
    assert not rejects
    alike(records, from_json(folder, rows))


def test_real_records_are_what_they_are_as_json(tmp_path, openalex_records):
    lines = gzip.decompress((openalex_records / "works_2026_format.jsonl.gz").read_bytes()).splitlines()[:1500]
    rows = [json.loads(line) for line in lines]
    schema = columns()
    needed = [{name: row.get(name) for name in schema.names if name != "ids"} for row in rows]
    records, rejects, summary = parse(tmp_path, write(tmp_path, needed, schema, row_group_size=400))
    assert not rejects
    assert (summary["read"], summary["status"]) == (1500, "complete")
    alike(records, from_json(tmp_path, needed))
    assert sum(len(row["referenced_works"] or []) for row in records) > 10_000


@pytest.mark.parametrize(
    ("level", "given_level", "score", "given_score"),
    [
        (pa.int64(), 1702, pa.string(), "0.5"),
        (pa.string(), "https://openalex.org/subfields/1702", pa.float32(), 0.5),
        (pa.large_string(), "1702", pa.decimal128(4, 2), 0.5),
        (LEVEL, {"id": "https://openalex.org/subfields/1702"}, pa.float64(), 0.5),
    ],
)
def test_vintages(tmp_path, level, given_level, score, given_score):
    schema = columns(level=level, score=score, year=pa.int64())
    value = Decimal("0.5") if pa.types.is_decimal(score) else given_score
    row = {"id": "https://openalex.org/W1", "publication_year": 2020, "topics": [{"id": "T1", "subfield": given_level, "score": value}]}  # fmt: skip
    late = {"id": "https://openalex.org/W2", "publication_year": 2**40}
    (work, beyond), _, _ = parse(tmp_path, write(tmp_path, [row, late], schema))
    assert work["publication_year"] == 2020
    assert beyond["publication_year"] is None
    assert work["topics"] == [{"topic_id": 1, "subfield_id": 1702, "field_id": None, "domain_id": None, "score": 0.5}]


@pytest.mark.parametrize(
    "dtype", [pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("ms", "UTC"), pa.timestamp("us", "Europe/Paris")]
)
def test_times(tmp_path, dtype):
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    schema = pa.schema([("id", pa.string()), ("updated_date", dtype), ("publication_date", pa.date32())])
    given_moment = moment if dtype.tz else moment.replace(tzinfo=None)
    row = {"id": "https://openalex.org/W1", "updated_date": given_moment, "publication_date": date(2026, 1, 2)}
    ([work], _, _) = parse(tmp_path, write(tmp_path, [row], schema))
    assert work["updated_date"] == moment
    assert work["publication_date"] == date(2026, 1, 2)


def test_numbers_of_rows_go_on_over_batches_and_rows_without_an_id_are_rejected(tmp_path):
    count = BATCH_ROWS + 10
    rows = [{"id": f"https://openalex.org/W{n}"} for n in range(1, count + 1)]
    rows[3]["id"], rows[BATCH_ROWS + 2]["id"] = "https://openalex.org/A5", None
    records, rejects, summary = parse(tmp_path, write(tmp_path, rows, pa.schema([("id", pa.string())])))
    assert all(row["line"] == row["work_id"] for row in records)
    assert len(records) == count - 2
    assert [(row["line"], row["reject"]["reason"], row["reject"]["raw"]) for row in rejects] == [
        (4, "Expected an OpenAlex id with W and digits, got 'https://openalex.org/A5' - at `$.id`", "https://openalex.org/A5"),
        (BATCH_ROWS + 3, "Expected an OpenAlex id with W and digits, got `null` - at `$.id`", ""),
    ]  # fmt: skip
    assert dict(summary["present"]) == {"id": count}


def test_a_part_without_any_needed_column_rejects_its_rows(tmp_path):
    schema = pa.schema([("name", pa.string())])
    records, rejects, summary = parse(tmp_path, write(tmp_path, [{"name": "a"}, {"name": "b"}], schema))
    assert not records
    assert [row["line"] for row in rejects] == [1, 2]
    assert dict(summary["unknown"]) == {"name": 2}


def test_empty_parts_and_files_that_are_none(tmp_path):
    _, rejects, summary = parse(tmp_path, write(tmp_path, [], columns()))
    assert not rejects
    assert summary["status"] == "empty"
    for content in (b"", b"no parquet", b"PAR1" + bytes(20)):
        (tmp_path / "bad.parquet").write_bytes(content)
        part = Part("works", "bad.parquet", len(content), format="parquet")
        records, [reject], summary = parse(tmp_path, part)
        assert not records
        assert reject["line"] == 1
        assert reject["reject"]["reason"].startswith("no readable Parquet file")
        assert (summary["status"], summary["message"]) == ("damaged", reject["reject"]["reason"])


@pytest.mark.parametrize("checked", [True, False])
def test_rows_before_a_damaged_page_are_kept(tmp_path, checked):
    rows = [{"id": f"https://openalex.org/W{n}", "referenced_works": [f"https://openalex.org/W{7919 * n}"]} for n in range(1, 3 * BATCH_ROWS)]  # fmt: skip
    schema = pa.schema([("id", pa.string()), ("referenced_works", pa.list_(pa.string()))])
    part = write(tmp_path, rows, schema, row_group_size=BATCH_ROWS, write_page_checksum=checked)
    meta = pq.ParquetFile(tmp_path / part.path).metadata.row_group(1).column(1)
    content = bytearray((tmp_path / part.path).read_bytes())
    start = meta.data_page_offset + 200
    if checked:  # a single bit, which no decoder would notice
        content[start] ^= 1
    else:
        content[start : start + 2000] = bytes(2000)
    (tmp_path / part.path).write_bytes(content)
    records, [reject], summary = parse(tmp_path, part)
    assert [row["work_id"] for row in records] == list(range(1, BATCH_ROWS + 1))
    assert reject["line"] == BATCH_ROWS + 1
    assert reject["reject"]["reason"].startswith(f"damaged Parquet after row {BATCH_ROWS:,} of {3 * BATCH_ROWS - 1:,}")
    assert summary["status"] == "damaged"


def test_a_changed_type_is_an_error_before_anything_is_read(tmp_path):
    schema = pa.schema([("id", pa.string()), ("topics", pa.list_(pa.struct([("score", pa.bool_())])))])
    part = write(tmp_path, [{"id": "https://openalex.org/W1"}], schema)
    with pytest.raises(
        SnapshotError, match=r"part_0000\.parquet: the field 'topics\[\]\.score' was expected to be a num"
    ):
        parse(tmp_path, part)


def test_only_needed_values_are_read():
    schema = columns()
    needed = list(leaves(pa.struct(list(schema)), WORK))
    # doi, the map's two, four of sources' others, display names of levels, lineage, wikidata, is_oa
    assert len(needed) - sum(needed) == 1 + 2 + 1 + 4 + 6 + 1 + 1
    assert sum(needed) == 7 + 1 + 2 + 2 + 5 + 5 + 2 + 1 + 6 + 1
