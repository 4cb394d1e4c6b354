import numpy as np
import pytest
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels.constraints import as_sparse, check_constraints, degrees_and_strengths
from isthmus.nullmodels.ecm import fit_ecm

NAMES = ["AA", "BB", "CC"]


def test_degrees_count_partners_and_strengths_sum_weights(six_nodes):
    degrees, strengths = degrees_and_strengths(six_nodes)
    assert degrees.tolist() == [3, 2, 3, 3, 2, 3]
    assert strengths.tolist() == [14, 13, 12, 9, 7, 9]


def test_stored_zeros_and_split_entries_are_no_links():
    parts = sparse.coo_array(([1, 1, 2, 0, 0], ([0, 0, 1, 1, 2], [1, 1, 0, 2, 1])), shape=(3, 3))
    assert degrees_and_strengths(parts)[0].tolist() == [1, 1, 0]
    assert as_sparse(parts).nnz == 2


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros((2, 3)), r"shape \(2, 3\); expected a square matrix"),
        ([[0, 1.5, 0], [1.5, 0, 0], [0, 0, 0]], r"node 0 \('AA'\) and node 1 \('BB'\) is 1.5; expected a whole number"),
        ([[0, np.nan, 0], [np.nan, 0, 0], [0, 0, 0]], "is nan; expected a whole number"),
        ([[0, 1e300, 0], [1e300, 0, 0], [0, 0, 0]], "expected a whole number up to 2\\^53"),
        ([[0, -2, 0], [-2, 0, 0], [0, 0, 0]], r"is -2; expected >= 0"),
        ([[0, 0, 0], [0, 4, 0], [0, 0, 0]], r"node 1 \('BB'\) and node 1 \('BB'\) is 4; expected 0: .* no loops"),
        ([[0, 3, 0], [2, 0, 0], [0, 0, 0]], r"not symmetric: .*'AA'\) to .*'BB'\) is 3, the way back is 2; add"),
        ([["a"]], "of type <U1; expected whole numbers"),
    ],
)
def test_a_bad_matrix_is_refused_with_the_names_of_its_nodes(weights, message):
    with pytest.raises(NetworkError, match=message):
        fit_ecm(np.array(weights), labels=NAMES)


@pytest.mark.parametrize(
    ("degrees", "strengths", "message"),
    [
        ([1, 1], [1, 1, 1], "2 degrees but 3 strengths"),
        ([[1]], [1], r"shape \(1, 1\)"),
        ([1, 0.5, 1], [1, 1, 1], r"degree of node 1 \('BB'\) is 0.5"),
        ([1, -1, 0], [1, 1, 0], r"node 1 \('BB'\) has degree k = -1 .* expected k >= 0"),
        ([1, 1, 0], [1, 1, 2], r"node 2 \('CC'\) .* expected s = 0 where k = 0"),
        ([1, 2, 1], [1, 1, 1], r"node 1 \('BB'\) .* k = 2 and strength s = 1; expected s >= k"),
        ([1, 2, 0], [1, 2, 0], r"node 1 .* expected k <= 1, the number of other nodes that have a link"),
        ([1, 1, 1], [1, 1, 1], "degrees sum to 3, an odd number"),
        ([1, 1, 0], [2, 1, 0], "strengths sum to 3, an odd number"),
        (["x", "y", "z"], [1, 1, 1], "degrees are of type"),
    ],
)
def test_impossible_margins_are_refused_node_by_node(degrees, strengths, message):
    with pytest.raises(NetworkError, match=message):
        check_constraints(degrees, strengths, labels=NAMES)
