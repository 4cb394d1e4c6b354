import numpy as np
import pytest

from isthmus.simulate.world.draws import bits, choose, choose_within, integers, normal, running, stream, uniform


def test_a_draw_depends_on_its_key_and_counters_only():
    key = stream(7, "team")
    whole = uniform(key, np.arange(1000), 3)
    assert np.array_equal(whole[500:], uniform(key, np.arange(500, 1000), 3))
    assert np.array_equal(whole[::-1], uniform(key, np.arange(1000)[::-1], 3))


def test_other_seeds_names_and_counters_give_other_draws():
    counters = np.arange(1000)
    base = bits(stream(7, "team"), counters, 0)
    for other in (
        bits(stream(8, "team"), counters, 0),
        bits(stream(7, "type"), counters, 0),
        bits(stream(7, "team"), counters, 1),
    ):
        assert not np.intersect1d(base, other).size


def test_the_order_of_counters_matters():
    key = stream(1, "x")
    assert bits(key, 2, 3) != bits(key, 3, 2)


def test_uniform_draws_are_uniform_and_uncorrelated():
    draws = uniform(stream(1, "x"), np.arange(200_000))
    assert draws.min() >= 0
    assert draws.max() < 1
    counts = np.histogram(draws, 50, (0, 1))[0]
    chi2 = ((counts - 4000) ** 2 / 4000).sum()
    assert chi2 < 90  # 49 degrees of freedom: p = 0.0003
    assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 0.01


def test_normal_draws_have_mean_zero_and_variance_one():
    draws = normal(stream(1, "x"), np.arange(100_000))
    assert draws.mean() == pytest.approx(0, abs=0.02)
    assert draws.std() == pytest.approx(1, abs=0.02)


def test_integers_stay_below_their_bound():
    drawn = integers(stream(1, "x"), np.array([1, 2, 5] * 1000), np.arange(3000))
    assert set(drawn[0::3]) == {0}
    assert set(drawn[1::3]) == {0, 1}
    assert set(drawn[2::3]) == {0, 1, 2, 3, 4}


def test_choose_follows_the_weights():
    found = choose(np.cumsum([1.0, 0.0, 3.0]), uniform(stream(1, "x"), np.arange(40_000)))
    share = np.bincount(found, minlength=3) / 40_000
    assert share == pytest.approx([0.25, 0, 0.75], abs=0.01)


def test_choose_within_never_leaves_its_classes():
    cumulative = running([5.0, 1.0, 0.0, 2.0, 9.0])
    draws = np.array([0.0, 0.2, 0.5, 0.999999])
    found = choose_within(cumulative, np.full(4, 1), np.full(4, 4), draws)
    assert found.tolist() == [1, 1, 3, 3]
