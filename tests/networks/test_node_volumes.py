"""`node_volumes`: papers, partners, strengths and citations of each country."""

import pytest
from chispa import assert_approx_df_equality

from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.networks.nodes import node_volumes

pytestmark = pytest.mark.spark

S = ("s", "2026-06-25", "cited")


def test_every_country_with_a_work_or_a_citation(make_countries, make_edges, make_rows):
    countries = make_countries(
        (1, 2010, True, {"US": 0.75, "CN": 0.25}),
        (2, 2010, True, "US"),
        (3, 2010, True, "US CN DE"),
        (4, 2011, True, "NA"),
        (9, 2010, False, "BR"),  # only cites: no paper
    )
    edges = make_edges(
        ("collaboration", "publication_year", 2010, "CN", "US", 2, 1.5),
        ("collaboration", "publication_year", 2010, "CN", "DE", 1, 0.5),
        ("collaboration", "publication_year", 2010, "DE", "US", 1, 0.5),
        ("citation", "cited", 2010, "BR", "US", 5, 5.0),
        ("citation", "cited", 2010, "US", "CN", 2, 2.0),
        ("citation", "cited", 2010, "CN", "US", 3, 3.0),
        ("knowledge_exchange", "cited", 2010, "BR", "US", 5, 5.0),
        ("knowledge_exchange", "cited", 2010, "CN", "US", 5, 5.0),
        ("citation", "citing", 2010, "CN", "US", 1000, 1.0),  # another citation year
        ("knowledge_exchange", "citing", 2010, "CN", "US", 1000, 1.0),
    )
    third = 1 / 3
    expected = make_rows(
        COUNTRY_YEARS,
        # papers, fractional, international; collaboration k, s; exchange k, s; received, given
        (*S, 2010, "BR", 0, 0.0, 0, 0, 0, 1, 5, 0, 5),
        (*S, 2010, "CN", 2, 0.25 + third, 2, 2, 3, 1, 5, 2, 3),
        (*S, 2010, "DE", 1, third, 1, 2, 2, 0, 0, 0, 0),
        (*S, 2010, "US", 3, 1.75 + third, 2, 2, 3, 2, 10, 8, 2),
        (*S, 2011, "NA", 1, 1.0, 0, 0, 0, 0, 0, 0, 0),
    )
    actual = (
        node_volumes(countries, edges, citation_year="cited").select(*COUNTRY_YEARS.columns).orderBy("year", "country")
    )
    assert_approx_df_equality(actual, expected, 1e-9, ignore_nullable=True)  # fractions are counted in ten-billionths
