"""`study_totals`: counts of works."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.output.tables import STUDY_TOTALS
from isthmus.indicators.totals import study_totals

pytestmark = pytest.mark.spark

S = ("s", "2026-06-25")


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
