"""Blocks of works from any sizes and pair weights: what is kept, what is cut, and how a block is found and drawn."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from isthmus.simulate.world.blocks import NOBODY, Blocks, build_blocks, joint_signatures, pulls, split_triples, work_ids
from isthmus.simulate.world.draws import running, stream, uniform
from isthmus.simulate.world.references import DELETED_WORK, OUTSIDE_BASE, OUTSIDE_SPAN
from isthmus.simulate.world.sizes import AI, EXPANSION, LAYER_SHARES, Sizes

L = len(LAYER_SHARES)
WORKS = np.array([400, 50, 40, 30, 20, 10])


@st.composite
def weight_tables(draw, most=120):
    n = draw(st.integers(1, 6))
    upper = np.zeros((n, n), dtype=np.int64)
    for i, j in combinations(range(n), 2):
        upper[i, j] = draw(st.one_of(st.just(0), st.integers(0, most)))
    return upper + upper.T


def small_sizes(output, works=WORKS):
    """Sizes of as many years as rows of output, each with these works per layer."""
    output = np.array(output, dtype=float)
    years = 2000 + np.arange(len(output))
    share = output / output.sum(axis=1, keepdims=True)
    return Sizes(years, np.tile(works, (len(years), 1)), share, share, np.zeros(len(years)), None)


def signature_pairs(rows, n):
    """Pair weights that works (count, home, second, third) add up to."""
    found = np.zeros((n, n), dtype=np.int64)
    for count, *sides in rows:
        for a, b in combinations([s for s in sides if s != NOBODY], 2):
            found[a, b] += count
            found[b, a] += count
    return found


def block_rows(blocks, year, layer):
    """Works (count, home, second, third) of a year and layer."""
    sides = zip(blocks.count, blocks.home, blocks.second, blocks.third, blocks.year, blocks.layer, strict=True)
    return [tuple(map(int, row[:4])) for row in sides if row[4] == year and row[5] == layer]


@given(weights=weight_tables())
@settings(deadline=None, max_examples=60)
def test_triples_take_a_tenth_of_the_smallest_tie_at_most_and_nothing_twice(weights):
    triples, rest = split_triples(weights)
    taken = signature_pairs(triples, len(weights))
    assert np.array_equal(rest + taken, weights)
    assert (rest >= 0).all()
    assert len({t[1:] for t in triples}) == len(triples)
    for count, i, j, k in triples:
        smallest = min(weights[i, j], weights[i, k], weights[j, k])
        assert i < j < k
        assert 1 <= count <= smallest / 10
        assert smallest >= 10


def test_every_three_countries_that_work_together_a_lot_have_works_of_all_three():
    triples, _ = split_triples(100 * (1 - np.eye(4, dtype=np.int64)))
    assert {t[1:] for t in triples} == set(combinations(range(4), 3))
    assert sum(t[0] for t in triples) == 10 + 9 + 9 + 9  # the first takes from the ties that the others share with it


def test_weights_are_not_changed_where_they_stand():
    weights = 30 * (1 - np.eye(3, dtype=np.int64))
    before = weights.copy()
    split_triples(weights)
    joint_signatures(weights)
    assert np.array_equal(weights, before)


@given(weights=weight_tables())
@settings(deadline=None, max_examples=60)
def test_joint_works_add_up_to_the_pair_weights_and_both_countries_are_home_equally(weights):
    rows = joint_signatures(weights)
    assert np.array_equal(signature_pairs(rows, len(weights)), weights)
    assert (rows[:, 0] > 0).all()
    home = {(int(a), int(b)): int(count) for count, a, b, third in rows if third == NOBODY}
    for (a, b), count in home.items():
        assert abs(count - home.get((b, a), 0)) <= 1


def test_an_odd_work_goes_to_either_side_by_turns():
    weights = 1 - np.eye(4, dtype=np.int64)
    rows = joint_signatures(weights)
    assert sorted(rows[:, 1:3].tolist()) == [[0, 1], [0, 3], [1, 2], [2, 0], [2, 3], [3, 1]]


@given(weights=weight_tables(most=60), years=st.integers(1, 3))
@settings(deadline=None, max_examples=40)
def test_blocks_keep_the_works_of_every_year_and_layer_whatever_the_weights(weights, years):
    n = len(weights)
    size = small_sizes(np.ones((years, n)))
    blocks = build_blocks(size, np.stack([weights] * years))
    counted = np.zeros((years, L), dtype=np.int64)
    np.add.at(counted, (blocks.year, blocks.layer), blocks.count)
    assert np.array_equal(counted, size.works)
    assert (blocks.count > 0).all()
    for t in range(years):
        for layer, most in ((AI, 0.85), (1, 0.22), (EXPANSION, 0.0)):
            rows = block_rows(blocks, t, layer)
            joint = sum(count for count, _, second, _ in rows if second != NOBODY)
            wanted = joint_signatures(weights)[:, 0].sum()
            assert joint == min(wanted, int(size.works[t, layer] * most))
        if joint_signatures(weights)[:, 0].sum() <= 0.85 * WORKS[AI]:
            assert np.array_equal(signature_pairs(block_rows(blocks, t, AI), n), weights)


@given(weights=weight_tables(most=30))
@settings(deadline=None, max_examples=30)
def test_blocks_are_in_order_and_a_segment_is_a_year_layer_and_home(weights):
    n = len(weights)
    blocks = build_blocks(small_sizes(np.ones((2, n))), np.stack([weights, weights]))
    keys = list(zip(blocks.year, blocks.layer, blocks.home, blocks.second, blocks.third, strict=True))
    assert keys == sorted(set(keys))
    assert blocks.segment.shape == (2, L, n + 1)
    for t in range(2):
        for layer in range(L):
            for home in range(n):
                low, high = blocks.segment[t, layer, home : home + 2]
                wanted = [k for k, key in enumerate(keys) if key[:3] == (t, layer, home)]
                assert list(range(low, high)) == wanted


def test_the_block_of_a_work_is_the_one_whose_range_holds_it():
    weights = np.array([[[0, 5], [5, 0]]])
    blocks = build_blocks(small_sizes([[3, 1]]), weights)
    owner = [b for b, count in enumerate(blocks.count) for _ in range(count)]
    assert blocks.of(np.arange(WORKS.sum())).tolist() == owner


def test_works_of_one_country_follow_its_output():
    none = np.zeros((1, 3, 3), dtype=np.int64)
    blocks = build_blocks(small_sizes([[5, 3, 2]]), none)
    assert [count for count, *_ in block_rows(blocks, 0, AI)] == [200, 120, 80]
    assert (blocks.second == NOBODY).all()


def test_more_joint_works_than_there_is_room_for_are_cut_to_their_largest_share():
    weights = np.array([[[0, 900, 300], [900, 0, 0], [300, 0, 0]]])
    blocks = build_blocks(small_sizes([[1, 1, 1]]), weights)
    joint = {layer: [r[0] for r in block_rows(blocks, 0, layer) if r[2] != NOBODY] for layer in (AI, 1, EXPANSION)}
    assert {layer: sum(counts) for layer, counts in joint.items()} == {AI: 340, 1: 11, EXPANSION: 0}
    assert sorted(joint[AI]) == [42, 43, 127, 128], "three quarters between the first two countries, as wanted"


def test_a_country_whose_joint_works_are_more_than_its_output_still_works_alone():
    weights = np.zeros((1, 3, 3), dtype=np.int64)
    weights[0, 0, 1] = weights[0, 1, 0] = 200
    blocks = build_blocks(small_sizes([[1, 1, 2]]), weights)
    alone = {home: count for count, home, second, _ in block_rows(blocks, 0, AI) if second == NOBODY}
    # of 200 works left, in proportion to what each lacks of 100, 100 and 200, three tenths of these at least
    assert alone == {0: 23, 1: 23, 2: 154}


@pytest.mark.parametrize("works", [[1, 0, 0, 0, 0, 0], [7, 0, 0, 0, 0, 2], [0, 0, 3, 0, 0, 0]])
def test_one_country_and_one_work(works):
    blocks = build_blocks(small_sizes([[1.0]], np.array(works)), np.zeros((1, 1, 1), dtype=np.int64))
    assert blocks.count.tolist() == [w for w in works if w]
    assert blocks.home.tolist() == [0] * len(blocks.count)
    assert blocks.layer[blocks.of(np.arange(sum(works)))].tolist() == [k for k, w in enumerate(works) for _ in range(w)]


def test_a_layer_without_works_has_no_block_to_draw():
    blocks = build_blocks(small_sizes([[1.0]], np.array([7, 0, 1, 0, 0, 2])), np.zeros((1, 1, 1), dtype=np.int64))
    layers, zero = np.arange(L), np.zeros(L, dtype=np.int64)
    found = blocks.within(zero, layers, zero, pulls(blocks, np.ones(3)), np.full(L, 0.5))
    assert found.tolist() == [0, -1, 1, -1, -1, 2]


def test_a_block_is_drawn_in_proportion_to_works_and_pull():
    weights = 20 * (1 - np.eye(3, dtype=np.int64))[None]
    blocks = build_blocks(small_sizes([[1, 1, 1]]), weights)
    pull = 1.0 + np.arange(len(blocks.count)) % 3
    draws = uniform(stream(1, "blocks"), np.arange(20_000))
    zero = np.zeros(len(draws), dtype=np.int64)
    found = blocks.within(zero, zero + AI, zero + 1, pulls(blocks, pull), draws)
    fitting = [b for b in range(len(pull)) if blocks.layer[b] == AI and blocks.home[b] == 1]
    assert len(fitting) > 2
    expected = np.array([blocks.count[b] * pull[b] for b in fitting])
    observed = np.bincount(found, minlength=len(pull))[fitting]
    assert observed.sum() == len(draws)
    assert chisquare(observed, len(draws) * expected / expected.sum()).pvalue > 1e-3


def test_blocks_without_pull_are_not_drawn():
    year = np.zeros(3, dtype=np.int64)
    home = np.array([0, 0, 1])
    blocks = Blocks(year, year, home, year - 1, year - 1, np.array([0, 2, 5, 6]), np.array([[[0, 2, 3]]]))
    pull = running([0.0, 4.0, 0.0])
    at = np.array([0, 0, 0])
    assert blocks.within(at, at, np.array([0, 0, 1]), pull, np.array([0.0, 0.99, 0.5])).tolist() == [1, 1, -1]
    assert pulls(blocks, np.array([1.0, 2.0, 0.5])).tolist() == [0, 2, 8, 8.5]


@given(total=st.integers(1, 5_000))
@settings(deadline=None, max_examples=60)
def test_numbers_tell_works_apart_and_from_those_outside(total):
    ids = work_ids(np.arange(total), total)
    assert len(set(ids.tolist())) == total
    assert ids.min() >= OUTSIDE_BASE + OUTSIDE_SPAN
    assert ids.max() < min(2_000_000_000 + max(2 * total, 16), DELETED_WORK)
    assert np.array_equal(work_ids(np.arange(total)[::-1], total), ids[::-1])


@pytest.mark.parametrize("total", [65_536, 80_000])
def test_numbers_of_neighbouring_works_lie_all_over_the_range(total):
    """In a small world (16,384 works or fewer) they do not: there the steps between numbers nearly divide the range."""
    size = 1 << (total - 1).bit_length()
    for start in range(0, total - 4_000, 13_000):
        ids = work_ids(np.arange(start, start + 4_000), total) - 2_000_000_000
        assert chisquare(np.bincount(ids * 8 // size, minlength=8)).pvalue > 1e-3
