"""`did_you_mean`: the nearest valid word, in every message about a word that is not accepted."""

import pytest

from isthmus.errors import did_you_mean

WORDS = ["cited_year", "citing_year", "US", "CN"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("citd_year", "did you mean 'cited_year'?"),
        ("CITING_YEAR", "did you mean 'citing_year'?"),
        ("us", "did you mean 'US'?"),
        ("zzz", "valid: CN, US, cited_year, citing_year"),
        (7, "valid: CN, US, cited_year, citing_year"),
        (None, "valid: CN, US, cited_year, citing_year"),
    ],
)
def test_near_words_are_hinted_and_far_ones_listed(word, hint):
    assert did_you_mean(word, WORDS) == hint
