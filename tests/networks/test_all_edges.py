"""`all_edges` against an independent count in plain Python, and against the table's own promises."""

from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest

from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.config import Corpus, Networks, Study, Years
from isthmus.networks.citation import citation_flows
from isthmus.networks.edges import all_edges
from isthmus.networks.nodes import node_volumes

pytestmark = pytest.mark.spark

YEARS = Years(corpus=(2000, 2005), citing_until=2008, analysis=(2000, 2005), significance=(2003, 2005))
CODES = ("US", "CN", "DE", "FR", "JP", "NA", "HK")


def random_world(seed):
    """work -> (year, is_corpus, {country: share}); distinct (citing, cited) pairs, dangling and backward ones too."""
    rng = np.random.default_rng(seed)
    works = {}
    for work in range(80):
        is_corpus = bool(rng.random() < 0.6)
        places = rng.choice(CODES, size=rng.integers(1, 6), replace=False)
        shares = rng.dirichlet(np.ones(len(places)))
        year = int(rng.integers(2000, 2006 if is_corpus else 2009))
        works[work] = (year, is_corpus, {str(c): float(s) for c, s in zip(places, shares, strict=True)})
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, 90, size=(600, 2)) if a != b}
    return works, sorted(pairs)


def counted_independently(works, pairs, study):
    """(network, citation_year, year, src, dst) -> (full count, fractional count, joint), by loops over works and citations."""
    cap = study.corpus.max_countries or len(CODES)
    first, last = study.years.corpus
    full, fractional, joint = Counter(), Counter(), Counter()
    left_out = study.networks.joint_papers == "left_out"

    def add(key, share):
        full[key] += 1
        fractional[key] += share

    for year, is_corpus, shares in works.values():
        ties = list(combinations(sorted(shares), 2))
        if is_corpus and len(shares) <= cap:
            for a, b in ties:
                add(("collaboration", "publication_year", year, a, b), 1 / len(ties))
    for citing, cited in pairs:
        if citing not in works or cited not in works or not works[cited][1]:
            continue
        (citing_year, citing_is_corpus, from_shares), (cited_year, _, to_shares) = works[citing], works[cited]
        too_many = len(to_shares) > cap or (citing_is_corpus and len(from_shares) > cap)
        if too_many or citing_year < cited_year:
            continue
        years = {"cited": cited_year, "citing": citing_year}
        if citing_year - cited_year <= study.networks.citation_window:
            years["cited_window"] = cited_year
        for (citation_year, year), (a, b) in product(years.items(), product(from_shares, to_shares)):
            if a != b and first <= year <= last and citation_year in study.networks.citation_years:
                share = from_shares[a] * to_shares[b]
                both = {a, b} <= set(from_shares) or {a, b} <= set(to_shares)
                exchanged = ("knowledge_exchange", citation_year, year, *sorted((a, b)))
                add(("citation", citation_year, year, a, b), share)
                joint["citation", citation_year, year, a, b] += both
                joint[exchanged] += both
                if not (both and left_out):
                    add(exchanged, share)
    return {
        key: (full[key], pytest.approx(fractional[key]), None if key[0] == "collaboration" else joint[key])
        for key in full
    }


@pytest.mark.parametrize(
    ("seed", "corpus", "networks"),
    [
        (1, Corpus(), Networks(citation_window=2)),
        (2, Corpus(max_countries=3), Networks(citation_window=0, citation_years=("cited", "cited_window"))),
        (3, Corpus(), Networks(joint_papers="left_out", citation_years=("cited",))),
    ],
    ids=["every citation year", "with a cap, without the citing year", "without citations of joint papers"],
)
def test_edges_and_nodes_equal_an_independent_count(make_countries, make_citations, seed, corpus, networks):
    study = Study(study="s", title="S", years=YEARS, corpus=corpus, networks=networks)
    works, pairs = random_world(seed)
    countries = make_countries(*((work, *facts) for work, facts in works.items())).cache()
    flows = citation_flows(make_citations(*pairs), countries, max_countries=corpus.max_countries).cache()
    edges = all_edges(countries, flows, study).cache()
    assert edges.columns == COUNTRY_EDGES.columns

    expected = counted_independently(works, pairs, study)
    rows = edges.collect()
    found = {(r.network, r.citation_year, r.year, r.src, r.dst): (r.weight, r.fractional, r.joint) for r in rows}
    assert len(rows) == len(found)
    assert found == expected
    assert {network for network, *_ in found} == {"collaboration", "citation", "knowledge_exchange"}

    nodes = node_volumes(countries, edges, citation_year="cited").collect()
    assert set(COUNTRY_YEARS.columns) == set(nodes[0].asDict())
    present = {(y, c) for y, is_corpus, shares in works.values() if is_corpus for c in shares}
    present |= {(y, c) for _, citation_year, y, *ends in found if citation_year != "citing" for c in ends}
    assert {(node.year, node.country) for node in nodes} == present
    assert len(nodes) == len(present)
    for node in nodes:
        ends = Counter()
        for (network, citation_year, year, src, dst), (weight, *_) in found.items():
            if year == node.year and node.country in (src, dst) and citation_year in ("publication_year", "cited"):
                ends[network] += weight
                ends[network, "partners"] += 1
                ends[network, "given" if src == node.country else "received"] += weight
        own = [s for y, is_corpus, s in works.values() if is_corpus and y == node.year and node.country in s]
        assert node.asDict() == {
            "study": "s",
            "release": "2026-06-25",
            "citation_year": "cited",
            "year": node.year,
            "country": node.country,
            "papers": len(own),
            "papers_fractional": pytest.approx(sum(shares[node.country] for shares in own)),
            "papers_international": sum(len(shares) > 1 for shares in own),
            "collaboration_degree": ends["collaboration", "partners"],
            "collaboration_strength": ends["collaboration"],
            "exchange_degree": ends["knowledge_exchange", "partners"],
            "exchange_strength": ends["knowledge_exchange"],
            "citations_received": ends["citation", "received"],
            "citations_given": ends["citation", "given"],
        }


def test_a_study_without_citations_has_its_collaboration_only(make_countries, make_flows):
    study = Study(study="s", title="S", years=YEARS)
    edges = all_edges(make_countries((1, 2003, True, "US CN")), make_flows(), study).collect()
    assert [(e.network, e.src, e.dst) for e in edges] == [("collaboration", "CN", "US")]


def test_the_edges_fit_their_table(store, make_countries, make_flows):
    study = Study(study="s", title="S", years=YEARS)
    flows = make_flows((2004, 2003, "US", "CN", 2, 1.5), (2004, 2003, "CN", "CN", 2, 1.5))
    store.replace(COUNTRY_EDGES, all_edges(make_countries((1, 2003, True, "US CN")), flows, study), {"study": "s"})
    assert store.read(COUNTRY_EDGES).count() == 1 + 3 + 3
