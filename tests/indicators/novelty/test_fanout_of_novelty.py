"""Spread over Spark, novelty is what the library says of each year, however a year is split."""

import numpy as np
import pandas as pd
import pytest

from isthmus.indicators.novelty.agreement import agreements, top
from isthmus.indicators.novelty.combinations import combination_novelty
from isthmus.indicators.novelty.fanout import (
    Model,
    fan_out_agreement,
    fan_out_chains,
    fan_out_checks,
    fan_out_pairs,
    fan_out_ranks,
    fan_out_surprise,
)
from isthmus.indicators.novelty.surprise import fit_surprise

pytestmark = pytest.mark.spark

CITED = "work_id bigint, year int, is_corpus boolean, sources array<bigint>, cited_years array<int>"
PAPERS = 240
WORK = np.random.default_rng(3).permutation(10_000)[:PAPERS]
YEAR = np.random.default_rng(4).integers(2000, 2003, PAPERS)
OWN = np.random.default_rng(5).random(PAPERS) < 0.8


def lists():
    rng = np.random.default_rng(6)
    number = rng.integers(0, 9, PAPERS)
    paper = np.repeat(np.arange(PAPERS), number)
    return paper, rng.integers(1, 15, paper.size), rng.integers(1990, 1994, paper.size)


@pytest.fixture(scope="module")
def references(spark):
    paper, source, cited = lists()
    rows = [
        (int(WORK[p]), int(YEAR[p]), bool(OWN[p]), source[paper == p].tolist(), cited[paper == p].tolist())
        for p in range(PAPERS)
    ]
    return spark.createDataFrame(rows, CITED).cache()


@pytest.fixture(scope="module")
def library():
    paper, source, cited = lists()
    order = np.argsort(WORK)  # samples are drawn in the order of the works
    place = np.argsort(order)
    return order, combination_novelty(
        place[paper], source, cited, YEAR[order], focal=np.flatnonzero(OWN[order]), maximum_references=7, replicates=10,
        seed=2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pairs(references):
    return fan_out_pairs(references, maximum_references=7, replicates=10, seed=2).cache()


def by_work(frame):
    return frame.toPandas().sort_values("work_id").reset_index(drop=True)


def test_pairs_are_those_of_the_library(pairs, library):
    order, expected = library
    found = by_work(pairs)
    assert found["work_id"].tolist() == WORK[order][expected.focal].tolist()
    for name in ("z10", "zmed", "z10_sampled", "zmed_sampled"):
        assert found[name].to_numpy(dtype=float) == pytest.approx(getattr(expected, name), nan_ok=True)
    for name in ("year", "n_references", "too_many_references", "n_pairs"):
        assert found[name].tolist() == getattr(expected, name).tolist()


def test_a_year_that_is_split_by_sources_has_the_same_scores(references, pairs):
    split = by_work(fan_out_pairs(references, maximum_references=7, pairs_in_a_task=150))
    whole = by_work(pairs)
    for name in ("z10", "zmed"):
        assert split[name].to_numpy(dtype=float) == pytest.approx(
            whole[name].to_numpy(dtype=float), nan_ok=True, rel=1e-5
        )
    same = ["work_id", "year", "n_references", "too_many_references", "n_pairs"]
    pd.testing.assert_frame_equal(split[same], whole[same])


def test_ranks_hits_and_agreement_are_those_of_the_library(pairs, library):
    _, expected = library
    ranks = by_work(fan_out_ranks(pairs))
    assert ranks["rank"].to_numpy(dtype=float) == pytest.approx(expected.rank, nan_ok=True)
    for year in (2000, 2001, 2002):
        known = (expected.year == year) & ~np.isnan(expected.z10)
        assert ranks["hit"][known].tolist() == top(-expected.z10[known]).tolist()
    assert ranks["hit"].isna().tolist() == np.isnan(expected.z10).tolist()
    agreement = fan_out_agreement(pairs).toPandas().sort_values("year")
    again = agreements(expected.year, -expected.z10, -expected.z10_sampled)
    assert agreement["spearman"].tolist() == pytest.approx([row.spearman for row in again])
    assert agreement["hits"].tolist() == [row.hits for row in again]


def test_without_samples_there_is_no_agreement(references):
    found = fan_out_pairs(references, maximum_references=7)
    assert found.where("z10_sampled IS NOT NULL").isEmpty()
    assert fan_out_agreement(found).isEmpty()


def test_surprise_is_that_of_the_library(spark):
    paper, source, _ = lists()
    rows = [("content", int(WORK[p]), int(YEAR[p]), sorted(set(source[paper == p].tolist()))) for p in range(PAPERS)]
    sets = spark.createDataFrame(
        [row for row in rows if row[3]], "measure string, work_id bigint, year int, nodes array<bigint>"
    )
    both = sets.unionByName(sets.replace("content", "context"))
    rates = fan_out_chains(both, Model(groups=3, starts=2, seed=9)).cache()
    found = fan_out_surprise(rates).toPandas().sort_values(["measure", "work_id"]).reset_index(drop=True)
    order = np.argsort(WORK)
    listed = order[np.isin(order, paper)]
    place = np.full(PAPERS, -1)
    place[listed] = np.arange(listed.size)
    expected = fit_surprise(place[paper], source, YEAR[listed], groups=3, starts=2, seed=9, check=True)
    for measure in ("content", "context"):
        own = found[found["measure"] == measure]
        assert own["work_id"].tolist() == WORK[listed].tolist()
        for name in ("surprise", "rank", "lift"):
            assert own[name].to_numpy(dtype=float) == pytest.approx(getattr(expected, name), nan_ok=True)
        assert own["size"].tolist() == expected.size.tolist()
        assert set(own["best"]) == {expected.best}
        later = (YEAR[listed] == 2002) & ~np.isnan(expected.surprise)
        hits = np.array(own["hit_by_start"][later].tolist())
        assert hits.T.tolist() == [top(row[later]).tolist() for row in expected.rank_by_start]
        assert own["hit_by_start"][np.isnan(expected.surprise)].isna().all()
    checks = fan_out_checks(rates).toPandas().sort_values(["measure", "year"])
    assert checks["lift"].tolist() == pytest.approx([check.lift for check in expected.checks] * 2)
    assert checks["year"].tolist() == [2001, 2002] * 2
