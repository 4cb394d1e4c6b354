"""Draws against the same arithmetic in plain Python: whole numbers of any size, linear searches, exact shares."""

from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chisquare, norm

from isthmus.simulate.world.draws import bits, choose, choose_within, integers, mix, normal, running, stream, uniform

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
WORDS = st.integers(0, MASK)
WEIGHTS = st.lists(st.integers(0, 9), min_size=1, max_size=8)
EIGHTHS = st.integers(0, 63).map(lambda k: k / 64)


def plain_mix(value):
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def plain_bits(key, *counters):
    for counter in counters:
        key = plain_mix(((key ^ counter & MASK) * GOLDEN + GOLDEN) & MASK)
    return key


def plain_class(weights, part):
    """The class in which this part of the whole weight lies, by going through them one after another."""
    left = part * sum(weights)
    for k, weight in enumerate(weights):
        if left < weight:
            return k
        left -= weight
    raise AssertionError("a part below 1 lies in some class")


def test_the_scrambling_is_that_of_the_published_generator():
    """The first three outputs of SplitMix64 from state 0, as its authors' program prints them."""
    states = np.array([GOLDEN * k & MASK for k in (1, 2, 3)], np.uint64)
    assert mix(states).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


@given(key=WORDS, counters=st.lists(st.integers(-(2**40), 2**62), max_size=4))
@settings(deadline=None, max_examples=60)
def test_bits_are_those_of_whole_numbers_without_end(key, counters):
    assert int(bits(np.uint64(key), *counters)) == plain_bits(key, *counters)


@given(key=WORDS, counter=st.integers(0, 2**62))
@settings(deadline=None, max_examples=60)
def test_a_uniform_draw_is_the_upper_53_bits(key, counter):
    drawn = float(uniform(np.uint64(key), counter))
    assert drawn == (plain_bits(key, counter) >> 11) / 2**53
    assert 0 <= drawn < 1


@given(seed=st.integers(0, 10**9), name=st.text("abc /é", max_size=8))
@settings(deadline=None, max_examples=30)
def test_a_stream_is_the_digest_of_seed_and_name(seed, name):
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    assert int(stream(seed, name)) == sum(byte << 8 * k for k, byte in enumerate(digest))


def test_each_bit_of_a_counter_turns_over_half_of_the_bits():
    key, base = stream(1, "x"), np.arange(500)
    for bit in range(0, 40, 3):
        turned = bits(key, base) ^ bits(key, base ^ (1 << bit))
        ones = int(np.bitwise_count(turned).sum())
        assert binom.ppf(1e-6, 64 * 500, 0.5) < ones < binom.ppf(1 - 1e-6, 64 * 500, 0.5), bit


def test_counters_are_combined_as_a_table():
    key = stream(3, "table")
    table = uniform(key, np.arange(4)[:, None], np.arange(5))
    assert table.tolist() == [[float(uniform(key, i, j)) for j in range(5)] for i in range(4)]
    assert len(set(table.ravel().tolist())) == 20


def test_a_normal_draw_is_the_quantile_of_its_uniform_draw():
    key, who = stream(1, "x"), np.arange(20_000)
    drawn, level = normal(key, who), uniform(key, who)
    assert np.array_equal(np.argsort(drawn), np.argsort(level))
    assert norm.cdf(drawn) == pytest.approx(level, abs=1e-12)
    assert chisquare(np.histogram(norm.cdf(drawn), 40, (0, 1))[0]).pvalue > 1e-3


@pytest.mark.parametrize("bound", [1, 2, 7, 365])
def test_whole_numbers_are_equally_frequent(bound):
    drawn = integers(stream(1, "x"), bound, np.arange(40 * bound + 4_000))
    counts = np.bincount(drawn)
    assert len(counts) == bound
    assert bound == 1 or chisquare(counts).pvalue > 1e-3


@given(weights=WEIGHTS.filter(any), part=EIGHTHS)
@example(weights=[0, 3, 0], part=0.0)
@settings(deadline=None, max_examples=100)
def test_a_choice_is_the_class_that_a_walk_through_the_weights_ends_in(weights, part):
    assert choose(np.cumsum(weights).astype(float), np.array([part])).tolist() == [plain_class(weights, part)]


@given(before=WEIGHTS, own=WEIGHTS.filter(any), after=WEIGHTS, part=EIGHTHS)
@example(before=[2], own=[0, 1, 0], after=[5], part=0.0)
@settings(deadline=None, max_examples=100)
def test_a_choice_within_a_range_knows_nothing_of_the_classes_around_it(before, own, after, part):
    start, stop = len(before), len(before) + len(own)
    cumulative = running([*before, *own, *after])
    [found] = choose_within(cumulative, np.array([start]), np.array([stop]), np.array([part]))
    assert found - start == plain_class(own, part)


@given(before=WEIGHTS, count=st.integers(1, 5), part=EIGHTHS)
@settings(deadline=None, max_examples=40)
def test_a_range_without_weight_is_not_left(before, count, part):
    start = len(before)
    cumulative = running([*before, *[0] * count, 4])
    [found] = choose_within(cumulative, np.array([start]), np.array([start + count]), np.array([part]))
    assert start <= found < start + count


def test_running_sums_start_at_zero():
    assert running([]).tolist() == [0.0]
    assert running([2, 0, 3]).tolist() == [0.0, 2.0, 2.0, 5.0]
