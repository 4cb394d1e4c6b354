"""Disruption beside DuckDB's join and distinct, and beside cdindex, on simulated and on real citations."""

import gzip

import msgspec
import numpy as np
import pandas as pd
import pytest

from isthmus.indicators.disruption.counts import disruption

PAPERS = 1500
BY_JOIN = """
with direct as (select r as f, c from edges join papers on p = r where t >= y {until}),
     over as (select distinct a.c as f, b.c as c from edges a join edges b using (r) join papers on p = a.c
              where b.t >= y and b.c <> a.c {until}),
     joint as (select f, c from direct join over using (f, c))
select p, (select count(*) from direct where f = p) - (select count(*) from joint where f = p) as n_i,
       (select count(*) from joint where f = p) as n_j,
       (select count(*) from over where f = p) - (select count(*) from joint where f = p) as n_k
from papers order by p"""


def simulated():
    """Papers of thirty years that cite earlier ones, and now and then what these cite."""
    rng = np.random.default_rng(5)
    year = np.sort(rng.integers(1990, 2020, PAPERS))
    citing = np.repeat(np.arange(PAPERS), rng.poisson(9, PAPERS))
    cited = (citing * rng.random(citing.size) ** 0.5).astype(np.int64)
    first = np.searchsorted(citing, cited)
    taken = (rng.random(citing.size) < 0.4) & (citing[np.minimum(first, citing.size - 1)] == cited)
    cited[taken] = cited[first[taken]]
    pairs = np.unique(np.column_stack([citing, cited])[citing != cited], axis=0)
    return pairs[:, 0], pairs[:, 1], year


class Work(msgspec.Struct):
    """What is read of a real work."""

    id: str
    publication_year: int | None = None
    referenced_works: list[str] = []


def real(folder):
    """The citations among the real works of one file, and their years."""
    with gzip.open(folder / "works_2026_format.jsonl.gz") as file:
        works = msgspec.json.Decoder(Work).decode_lines(file.read())
    number = {work.id: at for at, work in enumerate(works)}
    pairs = {
        (number[work.id], number[name])
        for work in works
        for name in work.referenced_works
        if name in number and name != work.id
    }
    citing, cited = np.array(sorted(pairs)).T
    return citing, cited, np.array([work.publication_year or -1 for work in works])


@pytest.fixture(scope="module", params=["simulated", "real"])
def network(request):
    return simulated() if request.param == "simulated" else real(request.getfixturevalue("openalex_records"))


@pytest.mark.parametrize("last", [None, 5])
def test_counts_are_those_of_join_and_distinct(network, last):
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is compared with in benchmarks (pip install isthmus[bench])")
    citing, cited, year = network
    edges = pd.DataFrame({"c": citing, "r": cited, "t": year[citing]})  # noqa: F841 - read by name
    papers = pd.DataFrame({"p": np.arange(year.size), "y": year}).query("y >= 0")  # noqa: F841 - likewise
    until = "" if last is None else f"and t <= y + {last}"
    joined = BY_JOIN.format(until=until).replace("b.c <> a.c and t", "b.c <> a.c and b.t")
    theirs = duckdb.connect(config={"threads": 1}).execute(joined).df()
    ours = disruption(citing, cited, year, last=last)
    assert ours.focal.tolist() == theirs["p"].tolist()
    for name in ("n_i", "n_j", "n_k"):
        np.testing.assert_array_equal(getattr(ours, name), theirs[name], err_msg=name)
    assert ours.n_j.sum() > 1000


def test_cd_is_that_of_cdindex(network):
    cdindex = pytest.importorskip("cdindex", reason="cdindex is GPL: nothing but this test and a benchmark uses it")
    citing, cited, year = network
    known = (year[citing] >= 0) & (year[cited] >= 0)  # it has no papers without a year
    graph = cdindex.Graph()
    for paper in np.flatnonzero(year >= 0).tolist():
        graph.add_vertex(str(paper), int(year[paper]))
    for c, r in zip(citing[known].tolist(), cited[known].tolist(), strict=True):
        graph.add_edge(str(c), str(r))
    ours = disruption(citing[known], cited[known], year, last=5, strict=True)
    theirs = np.array([graph.cdindex(str(f), 5) for f in ours.focal], dtype=float)
    both = ~np.isnan(theirs) & ~np.isnan(ours.cd_all)
    assert both.sum() > 500
    assert ours.cd_all[both].tolist() == theirs[both].tolist()
