"""Small frames in the shape of the study's tables."""

import pytest

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES
from isthmus.analyses.networks.tables import CITATION_FLOWS, COUNTRY_EDGES

RELEASE = "2026-06-25"


def plain(spec):
    """The columns and types of a table, without its comments."""
    return ", ".join(f"{f.name} {f.type}" for f in spec.fields)


@pytest.fixture(scope="session")
def make_rows(spark):
    """Rows of a table, with its columns and types and without its comments."""
    return lambda spec, *rows: spark.createDataFrame(list(rows), plain(spec))


@pytest.fixture(scope="session")
def make_countries(make_rows):
    """Rows of `corpus_countries` from (work, year, is_corpus, "US CN" or {"US": 0.75, "CN": 0.25})."""

    def frame(*works, study="s"):
        rows = []
        for work, year, is_corpus, places in works:
            shares = places if isinstance(places, dict) else dict.fromkeys(places.split(), 1 / len(places.split()))
            rows += [(study, RELEASE, work, year, is_corpus, c, f, len(shares)) for c, f in shares.items()]
        return make_rows(CORPUS_COUNTRIES, *rows)

    return frame


@pytest.fixture(scope="session")
def make_citations(spark):
    """Rows of `citations`: (citing, cited)."""
    return lambda *pairs: spark.createDataFrame(list(pairs), "citing_work_id bigint, cited_work_id bigint")


@pytest.fixture(scope="session")
def make_flows(make_rows):
    """Rows of `citation_flows` from (citing year, cited year, source, target, weight, fractional[, the two separate])."""
    return lambda *rows, study="s": make_rows(
        CITATION_FLOWS, *((study, RELEASE, *row, *(row[-2:] if len(row) == 6 else ())) for row in rows)
    )


@pytest.fixture(scope="session")
def make_edges(make_rows):
    """Rows of `edges` from (network, citation_year, year, source, target, weight, fractional[, joint])."""

    def full(row):
        joint = () if len(row) > 7 else (None if row[0] == "collaboration" else 0,)
        return (*row, *joint)

    return lambda *rows, study="s": make_rows(COUNTRY_EDGES, *((study, RELEASE, *full(row)) for row in rows))
