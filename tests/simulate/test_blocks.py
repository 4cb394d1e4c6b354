import numpy as np

from isthmus.simulate.world.blocks import NOBODY, split_triples, work_ids
from isthmus.simulate.world.sizes import AI


def test_works_of_three_countries_leave_the_pair_weights_as_they_are():
    weights = np.array([[0, 40, 30, 0], [40, 0, 20, 5], [30, 20, 0, 0], [0, 5, 0, 0]])
    triples, rest = split_triples(weights)
    again = rest.copy()
    for count, i, j, k in triples:
        for a, b in ((i, j), (i, k), (j, k)):
            again[a, b] += count
            again[b, a] += count
    assert triples == [(2, 0, 1, 2)]
    assert np.array_equal(again, weights)


def test_every_work_stands_in_one_block(plan):
    assert plan.blocks.start[-1] == plan.world.works
    numbers = np.arange(plan.world.works)
    block = plan.blocks.of(numbers)
    assert np.all(plan.blocks.start[block] <= numbers)
    assert np.all(numbers < plan.blocks.start[block + 1])


def test_blocks_hold_exactly_the_drawn_pair_weights(plan):
    blocks, weights = plan.blocks, np.zeros_like(plan.weights)
    ai = blocks.layer == AI
    for first, second in ((blocks.home, blocks.second), (blocks.home, blocks.third), (blocks.second, blocks.third)):
        both = ai & (first != NOBODY) & (second != NOBODY)
        np.add.at(weights, (blocks.year[both], first[both], second[both]), blocks.count[both])
    weights += weights.transpose(0, 2, 1)
    few = plan.sizes.works[:, AI] * 0.85 > plan.weights.sum(axis=(1, 2)) / 2
    assert few.sum() > 20
    assert np.array_equal(weights[few], plan.weights[few])


def test_works_per_year_and_layer_are_the_planned_ones(plan):
    blocks = plan.blocks
    counted = np.zeros_like(plan.sizes.works)
    np.add.at(counted, (blocks.year, blocks.layer), blocks.count)
    assert np.array_equal(counted, plan.sizes.works)


def test_numbers_of_works_are_a_permutation():
    for total in (200, 12_345, 65_536, 65_537):
        ids = work_ids(np.arange(total), total)
        assert len(np.unique(ids)) == total
        assert ids.min() >= 2_000_000_000
        assert ids.max() < 2_000_000_000 + 2 * total + 16
    assert abs(np.corrcoef(np.arange(65_536), work_ids(np.arange(65_536), 65_536))[0, 1]) < 0.1
