"""Literal works of countries, and entities among them: a bloc that one country leaves, and countries."""

import pytest
from chispa import assert_df_equality

from isthmus.geography import Membership
from isthmus.indicators.blocs.works import partner_sets

#: The United Kingdom belongs to the Union until 2010.
ENTITIES = {
    "CN": (Membership("CN", "CN"),),
    "Union": (Membership("Union", "DE"), Membership("Union", "FR"), Membership("Union", "GB", 2000, 2010)),
    "GB": (Membership("GB", "GB"),),
}


@pytest.fixture(scope="session")
def entities():
    return ENTITIES


@pytest.fixture(scope="session")
def make_placed(spark):
    """Rows of `work_countries`: (work, year, "CN DE") in equal shares, or (work, year, {"CN": 0.75, "DE": 0.25})."""
    schema = "work_id bigint, year int, places array<struct<country:string,fraction:double>>"

    def frame(*works):
        rows = []
        for work, year, signing in works:
            codes = signing if isinstance(signing, dict) else dict.fromkeys(signing.split(), 1 / len(signing.split()))
            rows.append((work, year, sorted(codes.items())))
        return spark.createDataFrame(rows, schema)

    return frame


@pytest.fixture(scope="session")
def make_sets(make_placed):
    """Rows of `partner_sets` from literal works."""
    return lambda *works: partner_sets(make_placed(*works), ENTITIES)


@pytest.fixture(scope="session")
def same(spark):
    """A function that compares a frame with literal rows: `same(found, rows, schema)`, in any order."""

    def compare(found, rows, schema):
        names = [part.split()[0] for part in schema.split(", ")]
        expected = spark.createDataFrame(rows, schema)
        assert_df_equality(found.select(*names).orderBy(*names), expected.orderBy(*names), ignore_nullable=True)

    return compare
