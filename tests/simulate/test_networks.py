"""The networks counted straight from a world are those that a study counts from its snapshot."""

import numpy as np
import pandas as pd
import pytest

from isthmus.config import load_study
from isthmus.pipeline import Request, run_pipeline
from isthmus.simulate import World, build_plan, simulate_snapshot
from isthmus.simulate.networks import CITING_UNTIL, YEARS, count_works, world_networks
from isthmus.simulate.world.references import build_references
from isthmus.tables.citationorder import cites_back

SMALL = World(works=4_000, seed=3, works_per_part=1_500)


@pytest.fixture(scope="module")
def counted():
    return count_works(build_plan(SMALL))


@pytest.mark.parametrize(("citing", "cited", "counts"), [(2001, 2000, True), (2000, 2000, True), (2000, 2001, False)])
def test_a_citation_of_a_later_year_does_not_count(citing, cited, counts):
    assert cites_back(np.array([citing]), np.array([cited])).tolist() == [counts]


def test_later_works_are_cited_in_the_records_and_left_out(counted):
    plan = build_plan(SMALL)
    works = np.arange(SMALL.works)
    references = build_references(plan, works, plan.blocks.of(works))
    assert len(references.cited) > len(counted.citing)
    assert (counted.year[counted.citing] >= counted.year[counted.cited]).all()
    assert counted.year[counted.citing].max() == CITING_UNTIL
    assert counted.corpus[counted.cited].all()
    assert not counted.corpus[counted.citing].all()
    assert (counted.citing != counted.cited).all()


def test_networks_are_those_of_a_count_by_hand(counted):
    networks = world_networks(counted, (2015,))
    sides = [set(counted.countries[[w]].indices) for w in range(SMALL.works)]
    together, exchange = np.zeros((2, *networks.collaboration[2015].shape), dtype=int)
    for work in np.flatnonzero(counted.corpus & (counted.year == 2015)):
        for a in sides[work]:
            for b in sides[work] - {a}:
                together[a, b] += 1
    for citing, cited in zip(counted.citing, counted.cited, strict=True):
        if counted.year[cited] == 2015:
            for a in sides[citing]:
                for b in sides[cited] - {a}:
                    exchange[a, b] += 1
                    exchange[b, a] += 1
    assert together.sum() > 0
    assert np.array_equal(networks.collaboration[2015], together)
    assert np.array_equal(networks.exchange[2015], exchange)


def test_edges_list_each_pair_once_in_alphabetical_order(counted):
    networks = world_networks(counted)
    edges = networks.edges()
    assert (edges["src"] < edges["dst"]).all()
    assert not edges.duplicated(["network", "year", "src", "dst"]).any()
    total = sum(w.sum() for of in (networks.collaboration, networks.exchange) for w in of.values())
    assert 2 * edges["weight"].sum() == total


def test_what_is_counted_is_what_was_drawn_but_for_what_the_records_leave_out(counted):
    plan, drawn = build_plan(SMALL), 0
    networks = world_networks(counted)
    for k, year in enumerate(plan.sizes.years):
        if year in networks.collaboration:
            assert np.all(networks.collaboration[year] <= plan.weights[k])
            drawn += plan.weights[k].sum()
    assert 0.5 < sum(w.sum() for w in networks.collaboration.values()) / drawn < 0.85


@pytest.mark.spark
@pytest.mark.slow
def test_a_study_of_the_snapshot_counts_the_same(spark, counted, tmp_path):
    simulate_snapshot(tmp_path / "snapshot", world=SMALL, formats=("parquet",), processes=1)
    run_pipeline(
        spark,
        Request(
            warehouse=str(tmp_path / "tables"),
            study=load_study("demonstration"),
            snapshot=str(tmp_path / "snapshot"),
            stages=("parse", "records", "corpus", "networks"),
            quiet=True,
        ),
    )
    keys = ["network", "year", "src", "dst"]
    found = spark.read.format("delta").load(str(tmp_path / "tables" / "country_edges"))
    found = found.where("network in ('collaboration', 'knowledge_exchange')").select(*keys, "weight").toPandas()
    expected = world_networks(counted, YEARS).edges().sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(
        found.sort_values(keys, ignore_index=True), expected[[*keys, "weight"]], check_dtype=False
    )
    clusters = spark.read.format("delta").load(str(tmp_path / "tables" / "exchange_clusters"))
    clusters = clusters.where("citation_year = 'cited'").select(*keys[1:], "work_variance").toPandas()
    exchanged = expected[expected["network"] == "knowledge_exchange"][[*keys[1:], "work_variance"]]
    pd.testing.assert_frame_equal(
        clusters.sort_values(keys[1:], ignore_index=True), exchanged.reset_index(drop=True), check_dtype=False
    )
