"""Tables that hold only what one study needs give the same networks as the full ones, on a fraction of the disk."""

from pathlib import Path

import pytest
from pyspark.sql import functions as F

from isthmus.config import load_study
from isthmus.engine import TableStore
from isthmus.errors import ConfigError
from isthmus.indicators.partnership.audiences import self_citations
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, simulate_snapshot
from isthmus.tables.author_years import author_years_rows

pytestmark = [pytest.mark.spark, pytest.mark.slow]

SNAPSHOT_STAGES = ("parse", "records", "accounting")
STUDY_STAGES = ("corpus", "networks", "places", "corpus_scientists", "scientists")
SETTINGS = [
    "places={citing: any_field}", "corpus_scientists={least_works: 3}", "scientists={}",
    "networks.citation_years=[cited]", "years.corpus=[2012, 2021]", "years.analysis=[2012, 2021]",
]  # fmt: skip
COMPARED = ("country_edges", "country_years", "corpus_coverage", "corpus_countries", "citation_flows", "coverage", "accounting", "snapshot_parts", "rejects", "removed_records", "work_places", "work_citations", "corpus_scientists")  # fmt: skip


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
    positions = own.read("authorships").join(own.read("works").where("topics is null"), "work_id")
    assert positions.where("author_position is not null").count() == 0
    tables = ("works", "authorships", "citations")
    assert size(warehouses / "own", *tables) < size(warehouses / "full", *tables)


def test_years_of_the_authors_with_two_works_of_the_corpus_or_more_are_whole(spark, warehouses):
    """But for works that the study does not read and that are not among its tables."""
    full, own = (TableStore(spark, str(warehouses / name)) for name in ("full", "own"))
    corpus = full.read("corpus_works").where("is_corpus").select("work_id")
    signed = full.read("authorships").where("author_id is not null")
    candidates = own.read("seen_works").where("is_candidate").join(own.read("works"), "work_id", "left_semi")
    often = (
        signed.join(candidates, "work_id", "left_semi").groupBy("author_id")
        .agg(F.count_distinct("work_id").alias("works")).where("works >= 2")
    )  # fmt: skip
    unread = full.read("works").where("is_paratext or is_retracted or is_xpac").select("work_id")
    elsewhere = unread.join(own.read("works"), "work_id", "left_anti")
    counted = signed.join(often, "author_id", "left_semi").join(elsewhere, "work_id", "left_anti")
    expected = author_years_rows(counted, full.read("institutions"))
    assert expected.where("country_code is not null").count() > 100
    assert sorted(map(repr, expected.collect())) == rows(own, "author_years")
    total = expected.agg(F.sum("works")).first()[0]
    assert total > counted.join(corpus, "work_id", "left_semi").select("author_id", "work_id").distinct().count()


def test_an_authors_own_citations_are_the_same(spark, warehouses):
    counted = []
    for name in ("full", "own"):
        store = TableStore(spark, str(warehouses / name))
        cited = store.read("corpus_citations").select("citing_work_id", "cited_work_id")
        counted.append(sorted(map(tuple, self_citations(cited, store.read("authorships")).collect())))
    assert len(counted[0]) > 0
    assert counted[0] == counted[1]


def test_scientists_with_fewer_works_of_the_corpus_are_refused(spark, warehouses):
    other = load_study("demonstration", [*SETTINGS, "corpus_scientists.least_works=2"])
    with pytest.raises(ConfigError, match="hold the years of those with 2 works of the corpus or more"):
        run_pipeline(spark, Request(warehouse=str(warehouses / "own"), study=other, stages=STUDY_STAGES, quiet=True))


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
