"""Damaged input of every kind: nothing crashes, and read = kept + rejected + superseded, line by line."""

import gzip
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.errors import SnapshotError
from isthmus.files import open_root
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.model import Part
from isthmus.tables import build_all, parse_works

SPARK = pytest.mark.spark
LINES = 2_000
OTHERS = {
    "institutions": [b'{"id": "https://openalex.org/I1", "display_name": "Uni"}'],
    "sources": [b'{"id": "https://openalex.org/S1", "display_name": "Journal"}'],
    "topics": [b'{"id": "https://openalex.org/T1", "display_name": "t", "subfield": {"id": "https://openalex.org/subfields/1"}}'],
}  # fmt: skip


@SPARK
def test_two_thousand_fuzzed_lines(spark, store, real_lines, as_jsonl, tmp_path, torture):
    dice = random.Random(7)
    whole = [line for line in real_lines["works"] if len(line) < 20_000][:400]
    lines = whole + [torture.fuzzed(dice.choice(whole), dice) for _ in range(LINES)]
    lines = [line for line in lines if line.strip()]
    root = as_jsonl(tmp_path / "snapshot", {"works": lines} | OTHERS)
    build_all(spark, store, open_snapshot(str(root), partial=True))
    account = store.read("accounting").where("entity = 'works'").first()
    assert account.read == account.kept + account.rejected + account.superseded + account.deleted
    assert account.read >= len(lines)  # a line may have become a page of records
    assert account.kept == store.read("works").count()
    assert account.rejected == store.read("rejects").where("entity = 'works'").count() > LINES / 4
    assert account.superseded > 100


@settings(max_examples=LINES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.slow
def test_any_damage_of_a_line(data, real_lines, tmp_path_factory):
    line = data.draw(st.sampled_from(real_lines["works"][:50] + real_lines["works"][-50:]))
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, min(len(line), start + 40)))
    line = (line[:start] + data.draw(st.binary(max_size=40)) + line[end:]).replace(b"\n", b" ")
    folder = tmp_path_factory.getbasetemp()
    (folder / "damaged.jsonl").write_bytes(line + b'\n{"id":"https://openalex.org/W123456"}\n')
    part = Part("works", "damaged.jsonl", (folder / "damaged.jsonl").stat().st_size)
    rows = [row for batch in parse_part(open_root(str(folder)), part) for row in batch.to_pylist()]
    records = [row for row in rows if row["work_id"] is not None]
    rejects = [row for row in rows if row["reject"] is not None]
    assert records[-1]["work_id"] == 123456
    assert rows[-1]["summary"]["read"] == len(records) + len(rejects) == len(rows) - 1


@pytest.mark.parametrize("seed", range(60))
def test_flipped_bytes_anywhere_in_a_gzip_part(real_lines, tmp_path, seed):
    dice = random.Random(seed)
    whole = real_lines["works"][:60]
    content = bytearray(gzip.compress(b"\n".join(whole) + b"\n"))
    for _ in range(dice.randrange(1, 4)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    (tmp_path / "works.jsonl.gz").write_bytes(content)
    rows = [row for b in parse_part(open_root(str(tmp_path)), Part("works", "works.jsonl.gz", len(content))) for row in b.to_pylist()]  # fmt: skip
    records = [row for row in rows if row["work_id"] is not None]
    rejects = [row for row in rows if row["reject"] is not None]
    summary = rows[-1]["summary"]
    assert summary["read"] == len(records) + len(rejects)
    # the checksum of gzip covers the text: damage of a byte that matters is seen, or costs nothing
    assert summary["status"] == "damaged" or len(records) == len(whole)


@SPARK
def test_a_parquet_part_with_flipped_bytes_is_named(spark, store, as_parquet, tmp_path):
    lines = [b'{"id": "https://openalex.org/W%d", "publication_year": 2020, "type": "article", "authorships": [], "referenced_works": ["https://openalex.org/W%d"]}' % (i, 7919 * i) for i in range(1, 3000)]  # fmt: skip
    root = as_parquet(tmp_path / "snapshot", {"works": lines} | OTHERS)
    [file] = (root / "data/parquet/works").rglob("part_*")
    content = bytearray(file.read_bytes())
    content[200:2_000] = bytes(1_800)
    file.write_bytes(content)
    with pytest.raises(SnapshotError, match=r"part_0000\.parquet: none of .*damaged Parquet after row 0 of 2,999: "):
        parse_works(spark, store, open_snapshot(str(root)))
