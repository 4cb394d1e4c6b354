"""One task of the walk: Arrow tables in and out, equal to the library however the citing papers are divided."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.counts import disruption
from isthmus.indicators.disruption.fanout import COUNTS, shard_table, shards_for


def tables(citing, cited, years, focal, shard, shards):
    """Both inputs of a task, with works numbered from 100 and the slots in another order than the works."""
    papers = years.size
    slot = (np.arange(papers) * 7 + 3) % papers if papers % 7 else np.arange(papers)[::-1]
    own = pa.table(
        {
            "work_id": pa.array(focal + 100, pa.int64()),
            "year": pa.array(years[focal], pa.int32()),
            "slot": pa.array(slot[focal], pa.int32()),
            "references": pa.array([slot[cited[citing == f]].tolist() for f in focal], pa.list_(pa.int32())),
        }
    )
    rows = (citing % shards == shard) & (years[citing] >= 0)
    edges = {"citing_work_id": citing[rows] + 100, "slot": slot[cited[rows]], "citing_year": years[citing[rows]]}
    return own, pa.table({name: pa.array(values, pa.int64()) for name, values in edges.items()})


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    papers=st.integers(2, 40),
    citations=st.integers(0, 400),
    shards=st.sampled_from([1, 2, 5]),
    last=st.sampled_from([None, 5, 9]),
    strict=st.booleans(),
)
def test_sums_over_shards_are_the_library(seed, papers, citations, shards, last, strict):
    rng = np.random.default_rng(seed)
    years = rng.integers(2000, 2012, papers)
    years[rng.random(papers) < 0.1] = -1
    pairs = np.unique(rng.integers(0, papers, (citations, 2)), axis=0)
    citing, cited = pairs[pairs[:, 0] != pairs[:, 1]].T
    focal = np.flatnonzero((years >= 0) & (rng.random(papers) < 0.7))
    expected = disruption(citing, cited, years, focal=focal, last=last, strict=strict)
    sums = {int(f) + 100: np.zeros(len(COUNTS), dtype=int) for f in focal}
    for shard in range(shards):
        for row in shard_table(*tables(citing, cited, years, focal, shard, shards), (int(strict), last, 5)).to_pylist():
            sums[row.pop("work_id")] += list(row.values())
    found = np.array(list(sums.values())).reshape(-1, len(COUNTS)).T
    for name in ("n_i", "n_j", "n_k", "n_j_strong"):
        assert (found[COUNTS.index(name)] == getattr(expected, name)).all()
    citers = expected.n_i + expected.n_j
    known = ~np.isnan(expected.dependence)
    assert found[COUNTS.index("shared")][known] == pytest.approx((expected.dependence * citers)[known])
    near_i, near_j, near_k = found[-3:]
    near = ~np.isnan(expected.cd5)
    assert ((near_i - near_j) / np.maximum(near_i + near_j + near_k, 1))[near] == pytest.approx(expected.cd5[near])


def test_a_repeated_citation_is_an_error():
    own, citing = tables(np.array([1, 2]), np.array([0, 0]), np.array([2000, 2001, 2002]), np.array([0]), 0, 1)
    twice = pa.concat_tables([citing, citing.slice(1)])
    with pytest.raises(IndicatorError, match="citation by the work 102 twice"):
        shard_table(own, twice, (0, None, 5))


@pytest.mark.parametrize(
    ("focal", "cores", "parts"), [(0, 2, (2, 1)), (10**5, 1, (1, 1)), (10**5, 400, (8, 1)), (5 * 10**6, 8, (25, 3))]
)
def test_large_corpora_are_walked_in_many_parts(focal, cores, parts):
    assert shards_for(focal, cores) == parts
