"""Works, authorships and citations written by the tasks that read: the same tables in every way, whatever was before."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from deltalake import DeltaTable

from isthmus.engine import TableStore
from isthmus.engine.part_files import active_files, can_write_files, unfinished_name
from isthmus.errors import SnapshotError
from isthmus.simulate import World, simulate_snapshot
from isthmus.snapshot import open_snapshot
from isthmus.tables import AUTHORSHIPS, CITATIONS, WORKS, build_record_tables, everything, read_snapshot, takes_one_pass

pytestmark = pytest.mark.spark

WRITTEN = (WORKS, AUTHORSHIPS, CITATIONS)
OTHERS = {
    "institutions": {"id": "https://openalex.org/I1", "display_name": "Uni"},
    "sources": {"id": "https://openalex.org/S1", "display_name": "Journal"},
    "topics": {"id": "https://openalex.org/T1", "display_name": "t", "subfield": {"id": 1}},
}
AUTHOR = {
    "author_position": "first",
    "author": {"id": "https://openalex.org/A7"},
    "countries": ["CH"],
    "institutions": [],
}


def rows(store, spec):
    return sorted(map(repr, store.read(spec).collect()))


def all_rows(store):
    return {spec.name: rows(store, spec) for spec in WRITTEN}


def versions(store):
    return [store.version(spec) for spec in WRITTEN]


def ingest(spark, store, snapshot, **options):
    read = read_snapshot(spark, store, snapshot, **options)
    if not everything.takes_one_pass(store, snapshot):
        return read[0], build_record_tables(spark, store, snapshot)
    left = Path(store.path("authorships"), unfinished_name())
    left.write_bytes(b"as by a task whose worker was killed")
    built = build_record_tables(spark, store, snapshot)
    assert not left.exists()
    return read[0], built


def by_staging(spark, store, snapshot, monkeypatch):
    """The way of catalogs, object storage and Spark Connect."""
    with monkeypatch.context() as patched:
        patched.setattr(everything, "takes_one_pass", lambda store, snapshot: False)
        return ingest(spark, store, snapshot)


def work(number, day, *, year=2020, cites=(), published=None):
    return {
        "id": f"https://openalex.org/W{number}",
        "updated_date": day,
        "publication_year": year,
        "publication_date": published,
        "type": "article",
        "authorships": [AUTHOR],
        "referenced_works": [f"https://openalex.org/W{cited}" for cited in cites],
    }


def release(root, date, partitions, deleted=""):
    """An official snapshot; equal works give equal files."""
    lists = {("works", day): works for day, works in partitions.items()}
    lists |= {(entity, "2026-01-01"): [record] for entity, record in OTHERS.items()}
    files = {}
    for (entity, day), records in lists.items():
        file = Path(root) / f"data/jsonl/{entity}/updated_date={day}/part_0000.gz"
        file.parent.mkdir(parents=True)
        file.write_bytes(gzip.compress("".join(json.dumps(r) + "\n" for r in records).encode(), mtime=0))
        meta = {"content_length": file.stat().st_size, "record_count": len(records)}
        files.setdefault(entity, []).append({"url": f"s3://openalex/{file.relative_to(root)}", "meta": meta})
    for entity, listed in files.items():
        document = {"date": date, "entity": entity, "files": listed}
        (Path(root) / f"data/jsonl/{entity}/manifest.json").write_text(json.dumps(document))
    if deleted:
        (Path(root) / "data/jsonl/works/deleted_ids.csv").write_text("work_id,deleted_date\n" + deleted)
    return open_snapshot(str(root))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A world with every trap: bad lines, older copies, deleted works, sentinels."""
    folder = tmp_path_factory.mktemp("hostile")
    world = World(works=600, seed=4, hostile=True)
    simulate_snapshot(folder, world=world, formats=["jsonl"], processes=1)
    return open_snapshot(str(folder), partial=True)


def test_both_ways_write_the_same_tables(spark, hostile, tmp_path, monkeypatch):
    one, other = (TableStore(spark, str(tmp_path / name)) for name in ("one", "other"))
    assert takes_one_pass(one, hostile)
    _, written = ingest(spark, one, hostile)
    _, expected = by_staging(spark, other, hostile, monkeypatch)
    assert all_rows(one) == all_rows(other)
    removed = one.read("removed_records").where("entity = 'works'").count()
    assert removed > 5
    assert [(w.table, w.rows_out, w.notes) for w in written] == [(w.table, w.rows_out, w.notes) for w in expected]
    lines = (sorted(map(repr, store.read("work_lines").drop("files").collect())) for store in (one, other))
    assert next(lines) == next(lines)
    # the files of lines that do not become rows were written once more: all files say what is in them
    for spec in WRITTEN:
        assert None not in active_files(one, spec).values()
        actions = DeltaTable(one.path(spec)).get_add_actions(flatten=True)
        assert sum(actions.column("num_records").to_pylist()) == len(rows(one, spec))
    before, tables = versions(one), all_rows(one)
    build_record_tables(spark, one, hostile)
    assert (versions(one), all_rows(one)) == (before, tables), "a second commit changes nothing"
    # a table that Spark wrote becomes one of files by part
    ingest(spark, other, hostile)
    assert None not in active_files(other, WORKS).values()
    assert all_rows(other) == tables


def test_the_next_release_replaces_the_rows_of_its_changed_parts(spark, tmp_path):
    same = [work(1, "2026-01-05", cites=[2, 3]), work(2, "2026-01-05", year=2027), work(3, "2026-01-05", cites=[1])]
    one = release(
        tmp_path / "one",
        "2026-02-01",
        {
            "2026-01-05": same,
            "2026-01-06": [work(4, "2026-01-06", cites=[1])],
            "2026-01-07": [work(5, "2026-01-07", cites=[1]), work(1, "2026-01-07", cites=[5])],
        },
        "https://openalex.org/W3,2026-01-20\n",
    )
    # work 1 loses its newer copy, work 3 is deleted no more, work 4 is gone, and 2027 is a year that can be
    two = release(
        tmp_path / "two",
        "2027-02-01",
        {
            "2026-01-05": same,
            "2026-01-07": [work(5, "2026-01-07", cites=[1, 2])],
            "2027-01-01": [work(6, "2027-01-01")],
        },
    )
    further, full = (TableStore(spark, str(tmp_path / name)) for name in ("further", "full"))
    ingest(spark, further, one)
    assert {r.work_id: r.publication_year for r in further.read(WORKS).collect()} == {
        1: 2020,
        2: None,
        4: 2020,
        5: 2020,
    }
    assert {(r[0], r[1]) for r in further.read(CITATIONS).collect()} == {(1, 5), (4, 1), (5, 1)}
    read, _ = ingest(spark, further, two, incremental=True)
    assert read.parts_read == 2
    ingest(spark, full, two)
    assert all_rows(further) == all_rows(full)
    assert {r.work_id: r.publication_year for r in full.read(WORKS).collect()} == {
        1: 2020,
        2: 2027,
        3: 2020,
        5: 2020,
        6: 2020,
    }
    # back to the first one: nothing of the second stays
    ingest(spark, further, one, incremental=True)
    ingest(spark, full, one)
    assert all_rows(further) == all_rows(full)


def test_only_changed_parts_are_read_and_their_files_replaced(spark, store, tmp_path):
    parts = {f"2026-01-0{day}": [work(day, f"2026-01-0{day}", cites=[9])] for day in (1, 2, 3)}
    ingest(spark, store, release(tmp_path / "one", "2026-02-01", parts))
    before = {spec.name: set(active_files(store, spec)) for spec in WRITTEN}
    parts["2026-01-02"] = [
        work(2, "2026-01-02", cites=[8], published="1500-02-28"),
        work(4, "2026-01-02", published="0000-01-01"),
    ]
    two = release(tmp_path / "two", "2026-03-01", parts)
    for day in ("01", "03"):  # nobody reads them: they keep size and checksum, and hold nothing
        file = tmp_path / f"two/data/jsonl/works/updated_date=2026-01-{day}/part_0000.gz"
        content = file.read_bytes()
        file.write_bytes(bytes(len(content) - 8) + content[-8:])
    ingest(spark, store, two, incremental=True)
    for spec in WRITTEN:
        after = set(active_files(store, spec))
        assert (len(before[spec.name] & after), len(after)) == (2, 3)
    assert {(r[0], r[1]) for r in store.read(CITATIONS).collect()} == {(1, 9), (2, 8), (3, 9)}
    # a date of the Julian calendar as shipped: no tool's notion of calendars changes it; the year 0 has no days
    days = store.read(WORKS).selectExpr("work_id", "unix_date(publication_date) AS day").where("day IS NOT NULL")
    assert {tuple(row) for row in days.collect()} == {(2, -171_606)}


def test_what_is_not_as_it_was_is_read_again(spark, store, tmp_path):
    parts = {f"2026-01-0{day}": [work(day, f"2026-01-0{day}", cites=[9])] for day in (1, 2)}
    snapshot = release(tmp_path / "one", "2026-02-01", parts)
    ingest(spark, store, snapshot)
    expected = all_rows(store)
    folder = Path(store.path(AUTHORSHIPS))
    # a table is gone, and with it the files of the last reading
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    folder.rmdir()
    store = TableStore(spark, store.location)
    build_record_tables(spark, store, snapshot)
    assert all_rows(store) == expected
    # somebody has put the files of parts together
    DeltaTable(store.path(WORKS)).optimize.compact()
    assert list(active_files(store, WORKS).values()) == [None]
    build_record_tables(spark, store, snapshot)
    assert len(active_files(store, WORKS)) == 2
    assert all_rows(store) == expected
    # one that was written and never committed is lost, as if the run had been killed between the two stages
    read_snapshot(spark, store, snapshot)
    written = set(folder.glob("*.parquet")) - {folder / name for name in active_files(store, AUTHORSHIPS)}
    next(iter(written)).unlink()
    DeltaTable(store.path(CITATIONS)).optimize.compact()
    build_record_tables(spark, store, snapshot)
    assert all_rows(store) == expected


def test_a_part_that_changes_between_the_two_stages_is_refused(spark, store, tmp_path):
    copies = {"2026-01-01": [work(1, "2026-01-01"), work(2, "2026-01-01")], "2026-01-02": [work(1, "2026-01-02")]}
    snapshot = release(tmp_path / "one", "2026-02-01", copies)
    read_snapshot(spark, store, snapshot)
    file = tmp_path / "one/data/jsonl/works/updated_date=2026-01-01/part_0000.gz"
    content = bytearray(file.read_bytes())
    content[-8] ^= 1  # another checksum, the same size
    file.write_bytes(bytes(content))
    with pytest.raises(SnapshotError, match=r"part_0000.gz: the part changed since its lines were read"):
        build_record_tables(spark, store, snapshot)


def test_the_tasks_write_where_all_of_them_share_a_folder():
    def store(*, in_folder=True, master="local[2]"):
        spark = SimpleNamespace(conf={"spark.master": master})
        return SimpleNamespace(in_folder=in_folder, spark=spark)

    assert can_write_files(store())
    assert not can_write_files(store(in_folder=False))
    assert not can_write_files(store(master="spark://host:7077"))
    assert not can_write_files(store(master=None))
