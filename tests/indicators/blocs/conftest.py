"""Literal works of countries, and entities among them: a bloc that one country leaves, and countries."""

import pytest

from isthmus.geography import Membership

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
    """Rows of `work_countries` from (work, year, "CN DE") in equal shares, or (work, year, {"CN": 0.75, "DE": 0.25})."""
    schema = "work_id bigint, year int, places array<struct<country:string,fraction:double>>"

    def frame(*works):
        rows = []
        for work, year, signing in works:
            codes = signing if isinstance(signing, dict) else dict.fromkeys(signing.split(), 1 / len(signing.split()))
            rows.append((work, year, sorted(codes.items())))
        return spark.createDataFrame(rows, schema)

    return frame
