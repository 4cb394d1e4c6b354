"""The project's reader takes simulated records as it takes real ones."""

import pytest

from isthmus.files import open_root
from isthmus.simulate import World, simulate_snapshot
from isthmus.snapshot import open_snapshot, read_works
from isthmus.snapshot.json.parse import parse_part


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("read") / "snapshot"
    simulate_snapshot(folder, world=World(works=800, works_per_part=400), formats=("jsonl", "parquet"), processes=1)
    return str(folder)


@pytest.mark.parametrize("entity", ["works", "institutions", "sources", "topics"])
def test_no_line_is_rejected_and_no_needed_field_is_missing(snapshot, entity):
    opened = open_snapshot(snapshot, layout="jsonl")
    for part in opened.parts(entity):
        rows = [row for batch in parse_part(open_root(snapshot), part) for row in batch.to_pylist()]
        summaries = [row["summary"] for row in rows if row["summary"]]
        assert [row["reject"] for row in rows if row["reject"]] == []
        assert len(rows) == part.records + 1
        assert summaries[0]["status"] == "complete"
        assert summaries[0]["unknown"] == []
        assert all(count > 0 for _, count in summaries[0]["present"])


@pytest.mark.spark
def test_parquet_and_json_lines_are_read_as_the_same_rows(spark, snapshot):
    def rows(layout):
        frame = read_works(spark, open_snapshot(snapshot, layout=layout)).where("work_id IS NOT NULL")
        kept = frame.drop("part", "line", "reject", "summary", "entity").orderBy("work_id")
        return kept.collect()

    from_json, from_parquet = rows("jsonl"), rows("parquet")
    assert len(from_json) == 800
    assert from_json == from_parquet
