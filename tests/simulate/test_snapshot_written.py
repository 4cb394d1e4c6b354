import csv
import gzip
import hashlib
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from isthmus.errors import ConfigError
from isthmus.simulate import World, simulate_releases, simulate_snapshot
from isthmus.snapshot import open_snapshot

SMALL = World(works=1_500, works_per_part=400)


def contents(folder) -> dict[str, str]:
    files = [p for p in Path(folder).rglob("*") if p.is_file()]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def records(folder, layout="data/jsonl"):
    found = {}
    for path in sorted((Path(folder) / layout / "works").rglob("part_*.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            record = json.loads(line)
            assert record["id"] not in found
            found[record["id"]] = record | {"part": path.parent.name}
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "snapshot"
    return simulate_snapshot(folder, world=SMALL, formats=("jsonl", "parquet", "legacy"), processes=1)


def test_manifests_say_what_is_there(written):
    root = Path(written.folder)
    for layout in ("jsonl", "parquet"):
        whole = json.loads((root / f"data/{layout}/manifest.json").read_text())
        assert whole["date"] == "2026-06-25"
        for entity, manifest in whole["entities"].items():
            assert manifest == json.loads((root / f"data/{layout}/{entity}/manifest.json").read_text())
            for file in manifest["files"]:
                path = root / file["url"].removeprefix("s3://openalex/")
                assert path.stat().st_size == file["meta"]["content_length"]
                count = (
                    pq.read_metadata(path).num_rows
                    if layout == "parquet"
                    else len(gzip.decompress(path.read_bytes()).splitlines())
                )
                assert count == file["meta"]["record_count"]
        assert whole["entities"]["works"]["record_count"] == SMALL.works
        assert whole["meta"]["record_count"] == sum(e["record_count"] for e in whole["entities"].values())


@pytest.mark.parametrize("layout", ["jsonl", "parquet", "legacy"])
def test_the_reader_accepts_every_layout(written, layout):
    snapshot = open_snapshot(written.folder, layout=layout)
    assert snapshot.layout == layout
    assert snapshot.problems == ()
    assert sum(part.records for part in snapshot.parts("works")) == SMALL.works


def test_every_number_of_processes_writes_the_same_files(tmp_path, written):
    simulate_snapshot(tmp_path / "two", world=SMALL, formats=("jsonl", "parquet", "legacy"), processes=2)
    assert contents(tmp_path / "two") == contents(written.folder)


def test_another_seed_writes_another_world(tmp_path, written):
    other = simulate_snapshot(tmp_path / "other", world=SMALL, seed=2, processes=1)
    mine, theirs = records(written.folder), records(other.folder)
    assert other.world.seed == 2
    same = sum(mine[k]["title"] == theirs[k]["title"] for k in mine.keys() & theirs.keys())
    assert same < 0.1 * len(mine)


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(ConfigError, match="not empty"):
        simulate_snapshot(tmp_path, world=SMALL)
    with pytest.raises(ConfigError, match="not empty"):
        simulate_snapshot(tmp_path / "mine.txt", world=SMALL)


def test_an_unknown_format_is_refused_with_a_hint(tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'parquet'"):
        simulate_snapshot(tmp_path, world=SMALL, formats=("parket",))


def test_the_answer_key_lists_what_was_planted(written):
    truth = Path(written.folder) / "truth"
    ties = pd.read_parquet(truth / "ties.parquet")
    assert (ties["src"] < ties["dst"]).all()
    assert {"poles", "ties", "trends"} == set(ties["switch"])
    weights = pd.read_parquet(truth / "weights.parquet")
    assert set(weights["network"]) == {"collaboration", "exchange"}
    assert not weights.duplicated(["network", "year", "src", "dst"]).any()
    planted = weights.dropna(subset=["multiplier"])
    assert set(zip(ties["src"], ties["dst"], strict=True)) == set(zip(planted["src"], planted["dst"], strict=True))
    assert pd.read_parquet(truth / "facts.parquet")["planted"].all()
    page = (truth / "README.md").read_text()
    assert "China and United States" in page
    assert "made up" in page


def test_an_empty_world_says_so(tmp_path):
    world = World(works=300, planted=frozenset())
    simulate_snapshot(tmp_path / "empty", world=world, processes=1)
    truth = tmp_path / "empty" / "truth"
    assert pd.read_parquet(truth / "ties.parquet").empty
    assert "Switched off: ties, trends, poles, bridge, impact, return" in (truth / "README.md").read_text()


def test_two_releases_differ_by_new_deleted_changed_and_moved_works(tmp_path):
    first, second = simulate_releases(tmp_path / "two", world=World(works=3_000, works_per_part=500), processes=1)
    assert [Path(w.folder).name for w in (first, second)] == ["2026-06-25", "2026-07-25"]
    before, after = records(first.folder), records(second.folder)
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    moved = {k for k in before.keys() & after.keys() if before[k]["part"] != after[k]["part"]}
    assert len(new) > 30
    assert len(gone) > 20
    assert len(moved) > 50
    assert all(after[k]["updated_date"] > before[k]["updated_date"] for k in moved)
    assert any(before[k]["authorships"] != after[k]["authorships"] for k in moved)
    kept = before.keys() & after.keys() - moved
    assert all(before[k] == after[k] for k in kept)
    with (Path(second.folder) / "data/jsonl/works/deleted_ids.csv").open() as stream:
        listed = {row["work_id"]: row["deleted_date"] for row in csv.DictReader(stream)}
    assert gone <= listed.keys()
    assert all(listed[k] >= before[k]["updated_date"][:10] for k in gone)
    same = contents(first.folder).items() & contents(second.folder).items()
    assert sum("/works/" in path and "part_" in path for path, _ in same) >= 4
    for release in (first, second):
        assert open_snapshot(release.folder).problems == ()
