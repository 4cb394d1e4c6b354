"""A study that is not about artificial intelligence, with a bloc as a pole, from a snapshot to its exports."""

from collections import Counter
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.analyses.significance.pair_table import pair_table
from isthmus.config import load_study
from isthmus.engine import TableStore
from isthmus.geography import bloc_members
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, simulate_snapshot

pytestmark = [pytest.mark.spark, pytest.mark.slow]

UNION = bloc_members("EU-27")


@pytest.fixture(scope="module")
def request_of_study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("virology")
    simulate_snapshot(str(folder / "world"), world=World(works=40_000), formats=["jsonl"])
    return Request(
        warehouse=str(folder / "warehouse"), study=load_study("virology"), snapshot=str(folder / "world"), quiet=True
    )


@pytest.fixture(scope="module")
def results(spark, request_of_study):
    run_pipeline(spark, request_of_study)
    return Path(request_of_study.results_folder) / "virology"


@pytest.fixture(scope="module")
def places(spark, results, request_of_study):
    """The countries of each work of the corpus, by pandas from the tables of the snapshot."""
    store, study = TableStore(spark, request_of_study.warehouse), request_of_study.study
    works = store.read("works").where(F.col("primary_subfield_id") == 2406).toPandas()
    kept = works[~works["is_xpac"] & ~works["is_paratext"] & ~works["is_retracted"]]
    kept = kept[kept["work_type"].isin(study.corpus.types) & kept["publication_year"].between(*study.years.corpus)]
    placed = store.read("authorships").select("work_id", "country_code").dropna().toPandas()
    codes = placed[placed["work_id"].isin(kept["work_id"])].groupby("work_id")["country_code"].agg(set)
    return kept.set_index("work_id")["publication_year"].to_frame("year").join(codes.rename("codes"), how="inner")


def test_the_union_is_one_node_and_its_members_are_none(results):
    nodes = pd.read_parquet(results / "country_years.parquet")
    assert "EU-27" in set(nodes["country"])
    assert not UNION & set(nodes["country"])
    edges = pd.read_parquet(results / "country_edges.parquet")
    assert not UNION & {*edges["src"], *edges["dst"]}


def test_the_ties_of_the_union_are_what_pandas_counts(results, places):
    expected = Counter(
        (year, other) for year, codes in places.itertuples(index=False) if codes & UNION for other in codes - UNION
    )
    edges = pd.read_parquet(results / "country_edges.parquet").query("network == 'collaboration'")
    edges = edges[(edges["src"] == "EU-27") | (edges["dst"] == "EU-27")]
    other = edges["src"].where(edges["dst"] == "EU-27", edges["dst"])
    assert len(expected) > 5
    assert dict(zip(zip(edges["year"], other, strict=True), edges["weight"], strict=True)) == expected


def test_the_output_of_the_union_is_what_pandas_counts(results, places):
    output = pd.read_parquet(results / "entity_years.parquet")
    assert set(output["entity"]) == {"US", "EU-27", "EU-28", "CN"}
    for entity, members in (("EU-27", UNION), ("EU-28", UNION | {"GB"}), ("US", {"US"})):
        inside = places["codes"].map(lambda codes, m=members: bool(codes & m))
        crossing = places["codes"].map(lambda codes, m=members: bool(codes & m) and bool(codes - m))
        found = output[output["entity"] == entity]
        assert found["papers"].sum() == inside.sum()
        assert found["papers_international"].sum() == crossing.sum()
    totals = pd.read_parquet(results / "study_totals.parquet").set_index("quantity")["value"]
    assert totals["corpus works with a country"] == len(places)


def test_it_can_be_read_and_taken_elsewhere(results):
    assert pair_table(results, "EU-27", "US").startswith("EU-27 and United States (US)")
    graph = nx.read_graphml(results / "exports" / "knowledge_exchange_2017-2021.graphml")
    assert graph.nodes["EU-27"]["continent"] == "Europe"
    assert (results / "report.html").stat().st_size > 100_000
