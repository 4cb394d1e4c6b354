import numpy as np
import pytest

from isthmus.simulate import World
from isthmus.simulate.world.sizes import sizes
from isthmus.simulate.world.ties import KD, KDR, collaboration_weights, multipliers, path, planted_ties


def test_a_path_starts_and_ends_where_it_should():
    years = np.array([1996, 2000, 2021, 2023])
    assert path((3.0, 0.3), years) == pytest.approx([3, 3, 0.3, 0.3])
    assert np.all(np.diff(path((3.0, 0.3), np.arange(2000, 2022))) < 0)


@pytest.mark.parametrize("switch", ["ties", "trends", "poles"])
def test_a_switch_takes_its_pairs_away_and_no_others(switch):
    everything = set(planted_ties(World()))
    without = set(planted_ties(World().without(switch)))
    gone = everything - without
    assert {tie.switch for tie in gone} == {switch}
    assert without <= everything


def test_every_pair_is_planted_once_at_most():
    pairs = [frozenset((t.first, t.second)) for t in planted_ties(World())]
    assert len(pairs) == len(set(pairs))
    assert all(len(pair) == 2 for pair in pairs)


def test_all_kinds_are_planted_at_several_strengths():
    seen = {(t.kind, t.strength) for t in planted_ties(World()) if t.switch == "trends"}
    assert len(seen) == 15


def test_knowledge_divergence_is_planted_at_level_and_at_rising_collaboration():
    trends = [t for t in planted_ties(World()) if t.switch == "trends"]
    by_kind = {kind: [t for t in trends if t.kind == kind] for kind in (KD, KDR)}
    assert all(t.collaboration == (1.0, 1.0) for t in by_kind[KD])
    assert all(t.collaboration[1] > t.collaboration[0] for t in by_kind[KDR])
    assert all(t.exchange[1] < t.exchange[0] for t in by_kind[KD] + by_kind[KDR])
    shares = [len(of) / len(trends) for of in by_kind.values()]
    assert min(shares) > 0.08
    assert sum(shares) == pytest.approx(0.25, abs=0.07)


def test_static_ties_say_nothing_about_citations():
    world = World()
    ties = tuple(t for t in planted_ties(world) if t.switch == "ties")
    assert np.isnan(multipliers(ties, np.array([2010]), "exchange")).all()
    assert np.isfinite(multipliers(ties, np.array([2010]), "collaboration")).any()


def test_an_empty_world_follows_the_null_model():
    world = World(works=100_000, planted=frozenset())
    size = sizes(world)
    weights = np.concatenate(
        [collaboration_weights(World(works=100_000, seed=s, planted=frozenset()), size, ()) for s in range(10)]
    )
    law = size.collaboration
    upper = np.triu_indices(weights.shape[1], 1)
    expected = np.concatenate([law.expected] * 10)[:, upper[0], upper[1]]
    present = np.concatenate([law.present] * 10)[:, upper[0], upper[1]]
    drawn = weights[:, upper[0], upper[1]]
    assert drawn.sum() == pytest.approx(expected.sum(), rel=0.02)
    assert (drawn > 0).sum() == pytest.approx(present.sum(), rel=0.02)
    heavy = expected > 5
    variance = (expected * (2 / (1 - np.concatenate([law.continued] * 10)[:, upper[0], upper[1]]) - 1) - expected**2)[
        heavy
    ]
    assert ((drawn - expected)[heavy] ** 2).sum() == pytest.approx(variance.sum(), rel=0.1)


def test_planted_weights_follow_their_multiplier():
    world = World(works=200_000)
    size, ties = sizes(world), planted_ties(world)
    multiplier = multipliers(ties, size.years, "collaboration")
    weights = np.mean([collaboration_weights(World(works=200_000, seed=s), size, ties) for s in range(8)], axis=0)
    static = multiplier == 8.0
    assert weights[static].sum() == pytest.approx((8 * size.collaboration.expected)[static].sum(), rel=0.05)


def test_luck_is_persistent_only_when_asked():
    size = sizes(World(works=100_000))
    heavy = np.unravel_index(np.argsort(-size.collaboration.expected.mean(axis=0), axis=None)[:200], (124, 124))

    def correlation(persistence):
        world = World(works=100_000, persistence=persistence, planted=frozenset())
        drawn = (
            collaboration_weights(world, size, ())[:, heavy[0], heavy[1]]
            / size.collaboration.expected[:, heavy[0], heavy[1]]
        )
        return np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]

    assert abs(correlation(0.0)) < 0.06
    assert correlation(0.9) > 0.6
