"""Tasks of one year or one group: Arrow tables in and out, against plain readings."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.indicators.disruption.counts import disruption
from isthmus.indicators.disruption.expected import expected_counts, marginals
from isthmus.indicators.disruption.expected_fanout import add_batch, expected_batch, marginal_rows
from isthmus.indicators.disruption.yearly_fanout import SUMMARISED, SUMMARY, ranks_table, summary_table


def random_network(seed, papers, citations):
    rng = np.random.default_rng(seed)
    years = rng.integers(2000, 2009, papers)
    pairs = np.unique(rng.integers(0, papers, (citations, 2)), axis=0)
    return (*pairs[pairs[:, 0] != pairs[:, 1]].T, years)


def profile(citing, cited, years, work):
    year, n = np.unique(years[citing[cited == work]], return_counts=True)
    return [{"year": int(y), "n": int(c)} for y, c in zip(year, n, strict=True)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 25), st.integers(1, 250), st.booleans(), st.sampled_from([None, 4]))
def test_expected_counts_of_a_batch_are_the_library(seed, papers, citations, strict, last):
    citing, cited, years = random_network(seed, papers, citations)
    rows = [
        {
            "work_id": f + 100,
            "year": int(years[f]),
            "profile": profile(citing, cited, years, f) or None,
            "refs": [
                {"cited_year": int(years[r]), "profile": profile(citing, cited, years, r)} for r in cited[citing == f]
            ]
            or None,
        }
        for f in range(papers)
    ]
    years_and_numbers = pa.list_(pa.struct([("year", pa.int32()), ("n", pa.int64())]))
    types = [
        ("work_id", pa.int64()),
        ("year", pa.int32()),
        ("profile", years_and_numbers),
        ("refs", pa.list_(pa.struct([("cited_year", pa.int32()), ("profile", years_and_numbers)]))),
    ]
    batch = pa.RecordBatch.from_pylist(rows, schema=pa.schema(types))
    # a slice has offsets that do not begin at 0
    found = expected_batch(batch.slice(1), marginals(citing, cited, years), (int(strict), last)).to_pydict()
    theirs = expected_counts(citing, cited, years, np.arange(papers), strict=strict, last=last)
    assert found["work_id"] == [f + 100 for f in range(1, papers)]
    assert found["expected_n_j"] == pytest.approx(theirs.n_j[1:])
    assert found["expected_reached"] == pytest.approx(theirs.reached[1:])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 25), st.integers(1, 250), st.integers(1, 3))
def test_marginals_are_sums_over_any_parts(seed, papers, citations, parts):
    citing, cited, years = random_network(seed, papers, citations)
    whole = marginals(citing, cited, years)
    sums = {}
    for part in range(parts):
        own = [c for c in np.unique(citing) if c % parts == part]
        rows = {
            "citing_year": [int(years[c]) for c in own],
            "cited_years": [years[cited[citing == c]].tolist() for c in own],
        }
        batch = pa.RecordBatch.from_pydict(
            rows, pa.schema([("citing_year", pa.int32()), ("cited_years", pa.list_(pa.int32()))])
        )
        slots, pairs = np.zeros_like(whole.slots), np.zeros_like(whole.pairs)
        add_batch(batch, whole.first_citing, whole.first_cited, slots, pairs)
        for row in marginal_rows(whole.first_citing, whole.first_cited, slots, pairs).to_pylist():
            key = row["citing_year"], row["cited_year"], row["beside_year"]
            assert row["n"] > 0
            sums[key] = sums.get(key, 0) + row["n"]
    expected = {}
    for t, u in np.argwhere(whole.slots):
        expected[t + whole.first_citing, u + whole.first_cited, -1] = whole.slots[t, u]
    for t, u, w in np.argwhere(whole.pairs):
        expected[t + whole.first_citing, u + whole.first_cited, w + whole.first_cited] = whole.pairs[t, u, w]
    assert sums == expected


def test_ranks_and_both_ends_of_a_year():
    cd = [0.5, None, -0.5, 0.0, 0.0, 0.25, -0.25, 0.1, 0.2, 0.3, -0.1]
    rows = pa.table(
        {
            "work_id": pa.array(range(11), pa.int64()),
            "year": pa.array([2001] * 11, pa.int32()),
            "n_references": pa.array([1, 0, 1, 5, 7, *[20] * 6], pa.int64()),
            "cd": pa.array(cd, pa.float64()),
        }
    )
    found = ranks_table(rows, share=0.2, ties="all").to_pydict()
    assert found["work_id"] == list(range(11))
    assert [found["rank"][at] for at in (0, 2, 3, 4)] == pytest.approx([0.95, 0.05, 0.4, 0.4])
    assert [found["class_rank"][at] for at in (0, 2, 3, 4, 6)] == pytest.approx([0.75, 0.25, 0.5, 0.5, 1 / 12])
    assert [found[name][1] for name in found if name != "work_id"] == [None] * 4
    assert [at for at, weight in enumerate(found["most_disruptive"]) if weight == 1] == [0, 9]
    assert [at for at, weight in enumerate(found["most_developmental"]) if weight == 1] == [2, 6]
    tied = ranks_table(rows, share=0.5, ties="fractional").to_pydict()
    assert sum(weight for weight in tied["most_disruptive"] if weight) == pytest.approx(5)


def summarised(order, **changes):
    rng = np.random.default_rng(1)
    columns = {name: rng.random(40) for name in SUMMARISED} | {"work_id": np.arange(40)} | changes
    return pa.table(columns | {"place": ["CN"] * 40}).take(order)


def test_a_summary_does_not_depend_on_the_order_of_the_works():
    how = {"level": 0.9, "replicates": 50}
    tables = [
        summary_table("country", "CN", 2001, summarised(order), seed=seed, **how)
        for order, seed in ((np.arange(40), 1), (np.random.default_rng(0).permutation(40), 1), (np.arange(40), 2))
    ]
    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])
    assert tables[0].column_names == [part.split()[0] for part in SUMMARY.split(", ")]
    [row] = tables[0].to_pylist()
    assert (row["place_kind"], row["place"], row["year"], row["papers"]) == ("country", "CN", 2001, 40)
    assert row["cd_low"] < row["cd"] < row["cd_high"]


def test_a_summary_of_works_without_an_index():
    nothing = dict.fromkeys(SUMMARISED, pa.nulls(40, pa.float64())) | {"n_references": np.zeros(40)}
    [row] = summary_table(
        "world", "world", 2001, summarised(np.arange(40), **nothing), level=0.9, replicates=5, seed=1
    ).to_pylist()
    assert (row["papers"], row["without_references"], row["measured"]) == (40, 40, 0)
    assert row["cd"] is None
    assert row["most_disruptive"] == 0
    assert not any(isinstance(value, float) and math.isnan(value) for value in row.values())


def test_the_library_and_one_year_rank_alike():
    citing, cited, years = random_network(3, 120, 900)
    found = disruption(citing, cited, years)
    own = found.year == 2004
    rows = pa.table(
        {
            "work_id": found.focal[own],
            "year": found.year[own],
            "n_references": found.n_references[own],
            "cd": pa.array(found.cd[own], from_pandas=True),
        }
    )
    ranks = ranks_table(rows, share=0.1, ties="all").to_pandas()
    np.testing.assert_allclose(ranks["rank"], found.rank[own])
    np.testing.assert_allclose(ranks["class_rank"], found.class_rank[own])
