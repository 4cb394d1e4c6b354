import numpy as np
import pytest

from isthmus.simulate import World
from isthmus.simulate.world.facts import by_year, cities, countries, topics
from isthmus.simulate.world.sizes import AI, largest_remainder, null_law, sizes


def test_whole_numbers_add_up_and_stay_within_one_of_their_share():
    weights = np.array([[0.5, 1.7], [3.3, 0.01]])
    found = largest_remainder(weights, 1001)
    assert found.sum() == 1001
    assert np.abs(found - weights / weights.sum() * 1001).max() < 1


def test_works_of_all_years_and_layers_add_up():
    assert sizes(World(works=5_003)).works.sum() == 5_003


def test_the_expected_weights_add_up_to_the_total():
    share = np.array([[5.0, 3.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    law = null_law(share, np.array([40.0, 3.0]))
    assert law.expected.sum(axis=(1, 2)) / 2 == pytest.approx([40, 3], rel=1e-5)
    assert np.allclose(law.expected, law.expected.transpose(0, 2, 1))


def test_the_quantiles_are_those_of_the_null_model():
    law = null_law(np.array([[5.0, 3.0]]), np.array([2.5]))
    p, y = law.present[0, 0, 1], law.continued[0, 0, 1]
    levels = (np.arange(100_000) + 0.5) / 100_000
    both = np.zeros((len(levels), 2, 2))
    both[:, 0, 1] = levels
    drawn = law.quantile(both)[:, 0, 1]
    assert (drawn == 0).mean() == pytest.approx(1 - p, abs=1e-4)
    for w in (1, 2, 5):
        assert (drawn == w).mean() == pytest.approx(p * (1 - y) * y ** (w - 1), abs=1e-4)
    assert drawn.mean() == pytest.approx(2.5, rel=1e-3)


def test_china_rises_and_the_united_states_lead_at_first():
    size, facts = sizes(World()), countries()
    china, states = facts.at("CN"), facts.at("US")
    start, end = size.output[size.years == 2000][0], size.output[size.years == 2021][0]
    assert start[states] == start.max()
    assert end[china] == end.max()
    assert end[china] > 4 * start[china]


def test_teams_papers_and_years_grow():
    works = sizes(World()).works[:, AI]
    assert np.all(np.diff(works) >= -1)  # whole numbers may lose one to rounding


def test_facts_are_between_their_anchors():
    middle = by_year(np.array([[1.0, 4.0, 4.0]]), np.array([1990, 2006, 2030]))
    assert middle[:, 0] == pytest.approx([1, 2, 4])


def test_the_world_has_its_countries_and_cities():
    facts, towns = countries(), cities()
    assert len(facts) >= 120
    assert len(towns.name) >= 300
    assert {"NA", "XK", "HK", "MO", "TW", "PR"} <= set(facts.code)
    assert set(towns.country) == set(range(len(facts)))
    assert len(set(towns.geonames_id)) == len(towns.name)
    assert np.all(np.abs(towns.latitude) <= 90)
    assert np.all(np.abs(towns.longitude) <= 180)
    assert len({t.topic_id for t in topics()}) == len(topics())
