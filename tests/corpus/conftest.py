"""Small frames in the shape of the snapshot's tables."""

import pytest

WORKS = {
    "work_id": "bigint",
    "publication_year": "int",
    "work_type": "string",
    "is_retracted": "boolean",
    "is_paratext": "boolean",
    "is_xpac": "boolean",
    "source_id": "bigint",
    "source_type": "string",
    "primary_topic_id": "bigint",
    "primary_subfield_id": "int",
    "topics": "array<struct<topic_id: bigint, subfield_id: int, field_id: int, domain_id: int, score: double>>",
    "concepts": "array<struct<concept_id: bigint, score: double>>",
    "n_authors": "int",
    "n_references": "int",
}
USUAL = {
    "publication_year": 2010,
    "work_type": "article",
    "is_retracted": False,
    "is_paratext": False,
    "is_xpac": False,
    "source_type": "journal",
    "primary_subfield_id": 1702,
    "n_authors": 2,
    "n_references": 3,
}


@pytest.fixture(scope="session")
def make_works(spark):
    """Rows of `works`: an article of 2010 on artificial intelligence, but for what is named."""
    schema = ", ".join(f"{name} {dtype}" for name, dtype in WORKS.items())

    def frame(*rows):
        return spark.createDataFrame([tuple((USUAL | row).get(name) for name in WORKS) for row in rows], schema)

    return frame


@pytest.fixture(scope="session")
def make_citations(spark):
    """Rows of `citations`: (citing, cited)."""
    return lambda *pairs: spark.createDataFrame(list(pairs), "citing_work_id bigint, cited_work_id bigint")


@pytest.fixture(scope="session")
def make_authorships(spark):
    """Rows of `authorships`: (work, author's place in the list, institution, country)."""
    return lambda *rows: spark.createDataFrame(
        list(rows), "work_id bigint, author_sequence int, institution_id bigint, country_code string"
    )


@pytest.fixture(scope="session")
def make_corpus_works(spark):
    """Rows of `corpus_works` of the study "s": (work, year, is_corpus, n_authors, n_references)."""

    def frame(*rows, study="s"):
        return spark.createDataFrame(
            [(study, "2026-06-25", *row) for row in rows],
            "study string, release string, work_id bigint, year int, is_corpus boolean, n_authors int, n_references int",
        )

    return frame


@pytest.fixture(scope="session")
def make_rows(spark):
    """Rows of a table, with its columns and types and without its comments."""

    def frame(spec, *rows):
        return spark.createDataFrame(list(rows), ", ".join(f"{f.name} {f.type}" for f in spec.fields))

    return frame
