import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.centrality.arcs import reciprocal_lengths
from isthmus.centrality.betweenness import group_betweenness
from isthmus.centrality.resampling import Bootstrap, bootstrap, merge_signatures
from isthmus.errors import CentralityError


def test_units_with_the_same_contribution_merge():
    # works 7 and 9 cite (0, 1) and (0, 2) once; 8 cites (0, 1) twice; 4 cites (2, 0)
    merged = merge_signatures([9, 7, 8, 7, 8, 9, 4], [0, 0, 0, 0, 0, 0, 2], [2, 1, 1, 2, 1, 1, 0], 3)
    assert sorted(merged.counts) == [1, 1, 2]
    assert merged.network().tolist() == [[0, 4, 2], [0, 0, 0], [1, 0, 0]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 3), st.integers(1, 3)), max_size=40))
def test_the_network_is_the_sum_of_all_contributions_in_any_order(rows):
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    expected = np.zeros((4, 4), dtype=np.int64)
    np.add.at(expected, (table[:, 1], table[:, 2]), table[:, 3])
    merged = merge_signatures(table[:, 0], table[:, 1], table[:, 2], 4, table[:, 3])
    np.testing.assert_array_equal(merged.network(), expected)
    assert merged.counts.sum() == len(set(table[:, 0]))
    back = table[::-1]
    again = merge_signatures(back[:, 0], back[:, 1], back[:, 2], 4, back[:, 3])
    np.testing.assert_array_equal(again.cells, merged.cells)
    np.testing.assert_array_equal(again.counts, merged.counts)
    contributions = {
        tuple(sorted((c, a) for c, a in zip(merged.cells[i:j], merged.amounts[i:j], strict=True)))
        for i, j in zip(merged.offsets[:-1], merged.offsets[1:], strict=True)
    }
    assert len(contributions) == merged.counts.size


def test_moments_of_a_cell_are_those_of_poisson_weights_per_unit():
    # cell (0, 1): five works of one citation, two works of three: variance 5 + 2 * 9
    unit, amount = np.arange(7), np.array([1, 1, 1, 1, 1, 3, 3])
    merged = merge_signatures(unit, np.zeros(7), np.ones(7), 2, amount)
    found = bootstrap(merged, lambda w: [w[0, 1], w[1, 0]], replicates=4000, seed=1)
    assert found.estimate.tolist() == [11, 0]
    assert found.replicates[:, 0].mean() == pytest.approx(11, abs=4 * np.sqrt(23 / 4000))
    assert found.replicates[:, 0].var() == pytest.approx(23, rel=0.12)
    assert found.sd[1] == 0


def test_cells_of_one_work_move_together():
    merged = merge_signatures([1, 1], [0, 1], [1, 0], 2)
    found = bootstrap(merged, lambda w: [w[0, 1], w[1, 0]], replicates=50, seed=2)
    np.testing.assert_array_equal(found.replicates[:, 0], found.replicates[:, 1])


def test_betweenness_over_replicates(graphs):
    rng = np.random.default_rng(3)
    rows, columns = rng.integers(0, 8, 400), rng.integers(0, 8, 400)
    merged = merge_signatures(np.arange(400) // 2, rows, columns, 8)

    def statistic(weights):
        return group_betweenness(reciprocal_lengths(weights), [0, 1, 2, 3], [4, 5, 6, 7]).betweenness

    found = bootstrap(merged, statistic, replicates=30, seed=4)
    np.testing.assert_array_equal(found.estimate, statistic(merged.network()))
    lower, upper = found.interval()
    assert np.all(lower <= upper)
    np.testing.assert_array_equal(found.replicates, bootstrap(merged, statistic, replicates=30, seed=4).replicates)


def test_who_is_first_shares_ties():
    found = Bootstrap(np.zeros(3), np.array([[1.0, 1.0, 0.0], [0.0, 2.0, 1.0]]))
    np.testing.assert_allclose(found.first(), [0.25, 0.75, 0])


def test_what_cannot_be_merged():
    with pytest.raises(CentralityError, match="unit 5 contributes to cell"):
        merge_signatures([5], [0], [3], 3)
    with pytest.raises(CentralityError, match="expected one length"):
        merge_signatures([5, 6], [0], [1], 3)
    with pytest.raises(CentralityError, match="at least 2"):
        bootstrap(merge_signatures([5], [0], [1], 3), lambda w: [0.0], replicates=1)
