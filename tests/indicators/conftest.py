"""Small frames in the shape of the study's tables."""

import pytest

from isthmus.analyses.corpus.tables import CORPUS_COUNTRIES, CORPUS_WORKS
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.config import Study

RELEASE = "2026-06-25"


@pytest.fixture(scope="session")
def make_rows(spark):
    """Rows of a table, with its columns and types and without its comments."""

    def frame(spec, *rows):
        types = ", ".join(f"{f.name} {f.type}" for f in spec.fields)
        # what a table has beyond the literal columns is null
        return spark.createDataFrame([(*row, *[None] * (len(spec.fields) - len(row))) for row in rows], types)

    return frame


@pytest.fixture(scope="session")
def make_works(make_rows):
    """Rows of `corpus_works` from (work, year, is_corpus, n_authors)."""
    return lambda *works: make_rows(CORPUS_WORKS, *(("s", RELEASE, *work, 5) for work in works))


@pytest.fixture(scope="session")
def make_countries(make_rows):
    """Rows of `corpus_countries` from (work, year, is_corpus, "US CN" or {"US": 0.75, "CN": 0.25})."""

    def frame(*works):
        rows = []
        for work, year, is_corpus, places in works:
            shares = places if isinstance(places, dict) else dict.fromkeys(places.split(), 1 / len(places.split()))
            rows += [("s", RELEASE, work, year, is_corpus, c, f, len(shares)) for c, f in shares.items()]
        return make_rows(CORPUS_COUNTRIES, *rows)

    return frame


@pytest.fixture(scope="session")
def make_citations(spark):
    """Rows of `citations`: (citing, cited)."""
    return lambda *pairs: spark.createDataFrame(list(pairs), "citing_work_id bigint, cited_work_id bigint")


@pytest.fixture(scope="session")
def make_significant(make_rows):
    """Rows of `significant` from (network, citation_year, "DE FR", significant)."""

    def frame(*ties):
        rows = [
            ("s", RELEASE, net, citation_year, *pair.split(), 5, 3.0, yes, 9) for net, citation_year, pair, yes in ties
        ]
        return make_rows(SIGNIFICANT_PAIRS, *rows)

    return frame


@pytest.fixture(scope="session")
def make_study():
    """The study "s" of 2010 to 2013, with changes to its sections."""
    years = {"corpus": (2010, 2013), "citing_until": 2014, "analysis": (2010, 2013), "significance": (2011, 2013)}

    def study(**sections):
        usual = {"report": {"matrix_bloc": None}, "trajectories": {"window": 3}}  # a filter no longer than the years
        return Study.model_validate({"study": "s", "title": "A study", "years": years} | usual | sections)

    return study
