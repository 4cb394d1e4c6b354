"""`knowledge_exchange`: citations from one country to the other and vice versa."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.networks.citation import knowledge_exchange

pytestmark = pytest.mark.spark


def test_both_directions_are_added_and_written_in_order(make_edges):
    directed = make_edges(
        ("citation", "cited", 2000, "CN", "US", 3, 1.5),
        ("citation", "cited", 2000, "US", "CN", 4, 2.0),
        ("citation", "cited", 2000, "US", "DE", 5, 5.0),  # one direction only
        ("citation", "cited", 2001, "US", "CN", 6, 6.0),
        ("citation", "citing", 2000, "ZA", "NA", 7, 7.0),  # another citation year
    )
    expected = make_edges(
        ("knowledge_exchange", "cited", 2000, "CN", "US", 7, 3.5),
        ("knowledge_exchange", "cited", 2000, "DE", "US", 5, 5.0),
        ("knowledge_exchange", "cited", 2001, "CN", "US", 6, 6.0),
        ("knowledge_exchange", "citing", 2000, "NA", "ZA", 7, 7.0),
    )
    actual = knowledge_exchange(directed).select(*COUNTRY_EDGES.columns).orderBy("citation_year", "year", "src", "dst")
    assert_df_equality(actual, expected, ignore_nullable=True)
