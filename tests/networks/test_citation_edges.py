"""`citation_edges`: directed networks under each citation year."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.networks.citation import citation_edges

pytestmark = pytest.mark.spark

YEARS = (2000, 2010)


@pytest.fixture(scope="module")
def flows(make_flows):
    return make_flows(
        (2001, 2000, "CN", "US", 1, 0.5),
        (2002, 2000, "CN", "US", 2, 1.5),
        (2003, 2000, "CN", "US", 4, 2.0, 1, 0.5),  # three of joint papers
        (2003, 2003, "US", "CN", 8, 8.0),
        (2003, 2003, "US", "US", 16, 16.0),  # domestic
        (2012, 2010, "DE", "FR", 32, 0.25),
        (2013, 2010, "DE", "FR", 64, 0.75),
        (2005, 1999, "DE", "FR", 128, 128.0),  # cited before the years of the networks
    ).cache()


@pytest.mark.parametrize(
    ("citation_year", "window", "expected"),
    [
        (
            "cited",
            2,
            [(2000, "CN", "US", 7, 4.0, 3), (2003, "US", "CN", 8, 8.0), (2010, "DE", "FR", 96, 1.0)],
        ),
        (
            "cited_window",
            2,
            [(2000, "CN", "US", 3, 2.0), (2003, "US", "CN", 8, 8.0), (2010, "DE", "FR", 32, 0.25)],
        ),
        ("cited_window", 0, [(2003, "US", "CN", 8, 8.0)]),
        (
            "citing",
            2,
            [
                (2001, "CN", "US", 1, 0.5),
                (2002, "CN", "US", 2, 1.5),
                (2003, "CN", "US", 4, 2.0, 3),
                (2003, "US", "CN", 8, 8.0),
                (2005, "DE", "FR", 128, 128.0),
            ],
        ),
    ],
    ids=["cited year", "window of two years", "window of none", "citing year"],
)
def test_each_citation_year(flows, make_edges, citation_year, window, expected):
    edges = citation_edges(flows, citation_year=citation_year, window=window, years=YEARS)
    wanted = make_edges(*(("citation", citation_year, *row) for row in expected))
    actual = edges.select(*COUNTRY_EDGES.columns).orderBy("year", "src", "dst")
    assert_df_equality(actual, wanted, ignore_nullable=True)


def test_studies_are_apart(make_flows):
    row = (2001, 2000, "CN", "US", 1, 1.0)
    both = make_flows(row, study="a").union(make_flows(row, study="b"))
    edges = citation_edges(both, citation_year="cited", window=2, years=YEARS).collect()
    assert sorted((e.study, e.weight) for e in edges) == [("a", 1), ("b", 1)]
