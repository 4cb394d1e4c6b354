"""`study_totals` and `regional_densities`: counts of works, and of ties inside regions and to the outside."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.output.tables import DENSITIES, STUDY_TOTALS
from isthmus.indicators.densities import regional_densities
from isthmus.indicators.totals import study_totals

pytestmark = pytest.mark.spark

S = ("s", "2026-06-25")
REGIONS = {
    "Balkans": ("AL", "BG", "HR", "RS"),  # Albania is in no network
    "Nowhere": ("AQ",),
    "Everywhere": ("BG", "DE", "HR", "RS", "US"),  # has no outside
}


def test_totals(make_works, make_countries, make_rows):
    works = make_works(
        (1, 2010, True, 1), (2, 2010, True, 3), (3, 2011, True, None), (10, 2012, False, 1), (11, 2012, False, 2)
    )
    countries = make_countries((1, 2010, True, "US"), (2, 2010, True, "US CN DE"), (10, 2012, False, "FR GB"))
    expected = make_rows(
        STUDY_TOTALS,
        (*S, "corpus works", 3.0),
        (*S, "corpus works with a country", 2.0),
        (*S, "corpus works without a country", 1.0),
        (*S, "corpus works of several countries", 1.0),
        (*S, "corpus works of one author", 1.0),
        (*S, "citing works outside the corpus", 2.0),
        (*S, "citing works outside the corpus with a country", 1.0),
        (*S, "citing works outside the corpus without a country", 1.0),
    )
    actual = study_totals(works, countries, study="s", release="2026-06-25")
    assert_df_equality(actual, expected, ignore_nullable=True)


def test_densities_of_regions(make_significant, make_rows, make_study):
    together, exchanged = ("collaboration", "publication_year"), ("knowledge_exchange", "cited")
    significant = make_significant(
        (*together, "BG HR", True),
        (*together, "BG RS", True),
        (*together, "HR RS", False),
        (*together, "BG DE", True),
        (*together, "DE HR", False),
        (*together, "DE RS", False),
        (*together, "RS US", False),
        (*together, "DE US", True),  # touches no region but Everywhere
        (*exchanged, "DE HR", False),
        (*exchanged, "DE US", False),
        ("knowledge_exchange", "citing", "BG HR", True),  # another citation year
    )
    expected = make_rows(
        DENSITIES,
        (*S, "collaboration", "Balkans", 4, 3, 3, 2, 4, 1, 2 / 3, 1 / 4, (2 / 3) / (1 / 4)),
        (*S, "collaboration", "Everywhere", 5, 5, 8, 4, 0, 0, 1 / 2, None, None),
        (*S, "collaboration", "Nowhere", 1, 0, 0, 0, 0, 0, None, None, None),
        (*S, "knowledge_exchange", "Balkans", 4, 1, 0, 0, 1, 0, None, 0.0, None),
        (*S, "knowledge_exchange", "Everywhere", 5, 3, 2, 0, 0, 0, 0.0, None, None),
        (*S, "knowledge_exchange", "Nowhere", 1, 0, 0, 0, 0, 0, None, None, None),
    )
    actual = regional_densities(significant, REGIONS, study=make_study()).orderBy("network", "region")
    assert_df_equality(actual.select(*DENSITIES.columns), expected, ignore_nullable=True)
