"""`papers_by_size`: what the null models of papers hold fixed."""

import pytest

from isthmus.networks.collaboration import collaboration
from isthmus.networks.paper_sizes import papers_by_size

pytestmark = pytest.mark.spark


def test_papers_are_counted_by_year_number_of_countries_and_country(make_countries):
    countries = make_countries(
        (1, 2010, True, "US CN"),
        (2, 2010, True, "US DE CN"),
        (3, 2010, True, "US CN"),
        (4, 2010, True, "US"),
        (5, 2010, False, "US CN"),  # only cites the corpus
        (6, 2011, True, "NA"),
    )
    rows = papers_by_size(countries).orderBy("year", "n_countries", "country").drop("study", "release").collect()
    assert [tuple(row) for row in rows] == [
        (2010, 1, "US", 1),
        (2010, 2, "CN", 2),
        (2010, 2, "US", 2),
        (2010, 3, "CN", 1),
        (2010, 3, "DE", 1),
        (2010, 3, "US", 1),
        (2011, 1, "NA", 1),
    ]
    capped = papers_by_size(countries, max_countries=2).groupBy().sum("n_papers", "n_countries").collect()
    assert capped[0]["sum(n_papers)"] == 6
    pairs = collaboration(countries, max_countries=2).groupBy().sum("weight").collect()[0][0]
    assert pairs == 2
