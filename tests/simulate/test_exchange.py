import numpy as np
import pytest

from isthmus.simulate.world.exchange import solve_preferences


def test_references_give_the_wanted_exchange_in_spite_of_joint_papers():
    rng = np.random.default_rng(5)
    n = 6
    refs = np.full((1, n), 1000.0)
    along = np.abs(rng.normal(0, 0.02, (1, n, n))) * (1 - np.eye(n))
    behind = np.abs(rng.normal(0, 0.02, (1, n, n))) * (1 - np.eye(n))
    wanted = rng.uniform(150, 250, (1, n, n)) * (1 - np.eye(n))
    wanted = wanted + wanted.transpose(0, 2, 1)
    flow, solved = solve_preferences(refs, along, behind, np.ones((1, n), bool), np.full((1, n), 1 / n), wanted)
    assert solved == pytest.approx(wanted, rel=1e-3)
    assert flow.sum(axis=2) == pytest.approx(refs)
    assert flow.min() >= 0


def test_a_country_without_works_is_not_cited():
    n = 4
    citable = np.array([[True, True, True, False]])
    wanted = np.full((1, n, n), 50.0) * (1 - np.eye(n))
    none = np.zeros((1, n, n))
    flow, _ = solve_preferences(np.full((1, n), 500.0), none, none, citable, np.full((1, n), 0.25), wanted)
    assert np.all(flow[:, :, 3] == 0)


def test_what_joint_papers_bring_anyway_is_a_floor():
    n = 3
    along = np.zeros((1, n, n))
    along[0, 0, 1] = along[0, 1, 0] = 0.5
    wanted = np.zeros((1, n, n))
    wanted[0, 0, 2] = wanted[0, 2, 0] = 100.0
    _, solved = solve_preferences(
        np.full((1, n), 1000.0), along, np.zeros((1, n, n)), np.ones((1, n), bool), np.full((1, n), 1 / 3), wanted
    )
    assert solved[0, 0, 1] > 100  # half of their papers are joint and cite at home


def test_heavy_pairs_of_a_world_reach_their_target(plan):
    target, solved = plan.exchange.target, plan.exchange.solved
    error = np.abs(solved - target)[target > 20] / target[target > 20]
    assert np.median(error) < 0.2  # the rest is what joint papers bring anyway
    assert np.corrcoef(np.log(solved[target > 20]), np.log(target[target > 20]))[0, 1] > 0.8
