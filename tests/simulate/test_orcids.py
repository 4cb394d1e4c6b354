"""ORCIDs of simulated authors: spelled as real ones, one for each number, and as many as planted."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isthmus.simulate.records.orcids import ORCID_SHARE, have_orcid, orcids, written

SPELLED = re.compile(r"https://orcid\.org/(\d{4}-){3}\d{3}[\dX]")


def test_a_real_one():
    assert written(21825009) == "https://orcid.org/0000-0002-1825-0097"
    assert written(21694233) == "https://orcid.org/0000-0002-1694-233X"


@given(st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_the_check_character_makes_the_whole_one_more_than_a_multiple_of_eleven(number, other):
    text = written(number)
    assert SPELLED.fullmatch(text)
    characters = text.rpartition("/")[2].replace("-", "")
    value = sum(
        (10 if c == "X" else int(c)) * pow(2, 15 - place, 11) for place, c in enumerate(characters)
    )  # of ISO 7064
    assert value % 11 == 1
    assert (written(other) == text) == (other == number)


def test_as_many_authors_as_planted_have_one_and_nobody_without_a_number():
    numbers = np.arange(20_000)
    share = have_orcid(numbers).mean()
    assert abs(share - ORCID_SHARE) < 4 * np.sqrt(ORCID_SHARE * (1 - ORCID_SHARE) / len(numbers))
    assert orcids(np.array([-1])) == [None]
    assert [own is not None for own in orcids(numbers[:100])] == have_orcid(numbers[:100]).tolist()
    assert orcids(numbers[50:60]) == orcids(numbers)[50:60]
