"""What papers hold fixed: checks of the counts, and the layers of countries that are certain."""

import numpy as np
import pytest
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels.paper_layers import counts_of_incidence, paper_counts


def layers_of(m, n):
    return paper_counts(m, n).layer_of.tolist()


def test_counts_of_papers_given_one_by_one():
    incidence = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1], [0, 0, 0]])
    for form in (incidence, incidence.astype(bool), sparse.coo_array(incidence)):
        m, n, weights = counts_of_incidence(form)
        assert m.tolist() == [2, 2, 2]
        assert n.tolist() == [0, 1, 1, 1]
        assert weights.toarray().tolist() == [[0, 2, 1], [2, 0, 1], [1, 1, 0]]
    with pytest.raises(NetworkError, match="entry 2; expected 0 or 1"):
        counts_of_incidence(incidence * 2)


@pytest.mark.parametrize(
    ("m", "n", "layers"),
    [
        ([9, 7, 4, 2], [0, 4, 6, 2], [0, 0, 0, 0]),  # nothing is certain
        ([5, 3, 2], [0, 0, 5], [0, 1, 1]),  # the first is on every paper
        ([5, 4, 1, 1], [0, 1, 2, 2], [0, 1, 2, 2]),  # the second on every paper of two or more
        ([4, 4, 4], [0, 0, 0, 4], [0, 1, 2]),  # every paper has all
        ([2, 1, 0, 0], [0, 3], [0, 0, 1, 2]),  # countries without papers
        ([4, 4, 1, 1], [0, 0, 3, 0, 1], [0, 1, 2, 3]),  # pairs of the first two, and one paper of all
        ([5, 4, 2, 1], [0, 3, 0, 3], [0, 0, 1, 1]),  # singles among two, papers of three with both and one more
        ([0, 3], [0, 3], [1, 0]),
    ],
)
def test_countries_fall_into_layers_where_a_bound_is_met(m, n, layers):
    assert layers_of(m, n) == layers


@pytest.mark.parametrize(
    ("m", "n", "message"),
    [
        ([1, 1], [0, 0, 0], "no papers"),
        ([1, 1], [1, 0, 1], "1 papers have 0 countries"),
        ([2, 2, 0], [0, 1, 0, 1], "1 papers have 3 countries, but only 2 countries have papers"),
        ([3, 2], [0, 4], "sum to 5, the countries per paper to 4"),
        ([5, 1, 1, 1], [0, 0, 4], r"node 0 \('US'\) with 5, have 5, but at most 4"),
        ([1.5, 0.5], [0, 2], "position 0 are 1.5; expected a whole number"),
        ([-1, 3], [0, 2], "position 0 are -1"),
        ([[1, 1]], [0, 2], "have shape"),
        (["a"], [0, 1], "of type"),
        ([np.nan, 1.0], [0, 2], "position 0 are nan"),
    ],
)
def test_counts_that_no_papers_have(m, n, message):
    with pytest.raises(NetworkError, match=message):
        paper_counts(m, n, labels=["US", "CN", "DE", "FR"])


def test_counts_of_papers_pass_and_fail_beyond_the_bound():
    """Gale-Ryser: counts of papers always pass; papers moved to the largest country beyond the bound do not."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        m, n, _ = counts_of_incidence(rng.random((12, 5)) < 0.5)
        paper_counts(m, n)
        top, low = int(np.argmax(m)), int(np.argmin(m))
        moved = m.copy()
        step = n.sum() - m[top] + 1
        if low != top and moved[low] >= step:
            moved[top] += step
            moved[low] -= step
            with pytest.raises(NetworkError, match=r"at most|but only 4 countries have papers"):
                paper_counts(moved, n)
