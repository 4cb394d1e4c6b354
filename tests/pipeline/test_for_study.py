"""Tables that hold only what one study needs give the same networks as the full ones, on a fraction of the disk."""

from pathlib import Path

import pytest

from isthmus.config import load_study
from isthmus.engine import TableStore
from isthmus.errors import ConfigError
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, simulate_snapshot

pytestmark = [pytest.mark.spark, pytest.mark.slow]

SNAPSHOT_STAGES = ("parse", "records", "accounting")
STUDY_STAGES = ("corpus", "networks")
SETTINGS = ["networks.citation_years=[cited]", "years.corpus=[2012, 2021]", "years.analysis=[2012, 2021]"]
COMPARED = ("country_edges", "country_years", "corpus_coverage", "corpus_countries", "citation_flows", "coverage", "accounting", "snapshot_parts", "rejects", "removed_records")  # fmt: skip


def rows(store, name):
    return sorted(map(repr, store.read(name).collect()))


def size(warehouse, *tables):
    return sum(f.stat().st_size for t in tables for f in (Path(warehouse) / t).rglob("*.parquet"))


@pytest.fixture(scope="module")
def warehouses(spark, tmp_path_factory):
    """The same study on full tables and on its own."""
    folder = tmp_path_factory.mktemp("for_study")
    simulate_snapshot(folder / "snapshot", world=World(works=4_000, seed=11, hostile=True), processes=1)
    study = load_study("demonstration", SETTINGS)
    for name, for_study in (("full", None), ("own", study)):
        common = {"warehouse": str(folder / name), "quiet": True}
        ingest = Request(
            snapshot=str(folder / "snapshot"), partial=True, for_study=for_study, stages=SNAPSHOT_STAGES, **common
        )
        run_pipeline(spark, ingest)
        run_pipeline(spark, Request(study=study, stages=STUDY_STAGES, **common))
    return folder


def test_same_networks(spark, warehouses):
    full, own = (TableStore(spark, str(warehouses / name)) for name in ("full", "own"))
    assert full.read("country_edges").count() > 100
    assert full.read("removed_records").count() > 0
    different = [name for name in COMPARED if rows(full, name) != rows(own, name)]
    assert different == []


def test_only_what_is_needed(spark, warehouses):
    full, own = (TableStore(spark, str(warehouses / name)) for name in ("full", "own"))
    corpus = {row.work_id for row in full.read("corpus_works").where("is_corpus").collect()}
    citations = {(row.citing_work_id, row.cited_work_id) for row in own.read("citations").collect()}
    there = {row.work_id for row in own.read("works").collect()}
    assert corpus <= there
    assert all(citing in corpus or cited in corpus for citing, cited in citations)
    outside = own.read("works").where("primary_topic_id is null").count()
    assert outside > 0
    assert len(there) < full.read("works").count()
    authors = own.read("authorships").join(own.read("works").where("topics is null"), "work_id")
    assert authors.where("author_id is not null").count() == 0
    tables = ("works", "authorships", "citations")
    assert size(warehouses / "own", *tables) < size(warehouses / "full", *tables)


def test_another_study_is_refused(spark, warehouses):
    other = load_study("demonstration", [*SETTINGS, "corpus.rule=everything"])
    with pytest.raises(ConfigError, match=r"hold only what the study 'demonstration' needed"):
        run_pipeline(spark, Request(warehouse=str(warehouses / "own"), study=other, stages=STUDY_STAGES, quiet=True))


def test_it_does_not_go_with_incremental(spark, tmp_path):
    request = Request(
        warehouse=str(tmp_path), snapshot="x", for_study=load_study("demonstration"), incremental=True, quiet=True
    )
    with pytest.raises(ConfigError, match="does not go with --incremental"):
        run_pipeline(spark, request)
