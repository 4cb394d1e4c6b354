"""Every trap is what the answer key says, for the project's own reader."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from isthmus.files import open_root
from isthmus.simulate import World, simulate_snapshot
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.json.parse import parse_part


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "snapshot"
    simulate_snapshot(folder, world=World(works=2_000, works_per_part=1_000, hostile=True), processes=1)
    return folder


def rows_of(folder, path):
    part = next(p for p in open_snapshot(str(folder)).parts("works") if p.path == path)
    batches = parse_part(open_root(str(folder)), replace(part, path=path))
    return [row for batch in batches for row in batch.to_pylist() if row["summary"] is None]


def test_each_line_is_kept_or_rejected_as_the_answer_key_says(hostile):
    truth = pd.read_parquet(hostile / "truth" / "hostile.parquet")
    inside = truth[~truth["trap"].isin(["empty part", "truncated gzip"])]
    found = {row["line"]: row["reject"] for row in rows_of(hostile, inside["file"].iloc[0])}
    base = min(found)  # lines are counted from 0 or from 1
    for trap in inside.itertuples():
        assert (found[trap.line + base] is not None) == (trap.outcome == "rejected"), trap.trap
    assert len(inside) == len(found)


def test_a_truncated_part_is_one_rejected_line(hostile):
    truth = pd.read_parquet(hostile / "truth" / "hostile.parquet").set_index("trap")
    rows = rows_of(hostile, truth.loc["truncated gzip", "file"])
    rejected = [row["reject"]["reason"] for row in rows if row["reject"]]
    assert len(rows) == len(rejected) == 1
    assert "truncated" in rejected[0]


def test_the_empty_part_is_in_the_manifest(hostile):
    truth = pd.read_parquet(hostile / "truth" / "hostile.parquet").set_index("trap")
    part = next(p for p in open_snapshot(str(hostile)).parts("works") if p.path == truth.loc["empty part", "file"])
    assert part.records == 0
    assert rows_of(hostile, part.path) == []


def test_every_kind_of_outcome_is_there(hostile):
    truth = pd.read_parquet(hostile / "truth" / "hostile.parquet")
    assert set(truth["outcome"]) == {"kept", "rejected", "superseded", "deleted"}
    assert len(truth) > 30
    assert (Path(hostile) / "data/jsonl/works/deleted_ids.csv").read_text().count("W35") == 2
